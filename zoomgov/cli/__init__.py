"""Every command; the app itself starts without this package."""

from __future__ import annotations

from zoomgov.cli.main import command

__all__ = ["command"]
