"""Put Zoom under identity governance from a terminal: set up, verify, sync, inspect."""

from __future__ import annotations

from typing import Final

__version__: Final = "0.1.0"
