"""The state of a simulated Zoom: options, app, tokens, rate limits, faults, paging."""
