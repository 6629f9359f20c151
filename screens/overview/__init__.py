"""The home of a connector: what was read, in numbers, and what to do next."""
