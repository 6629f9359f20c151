"""Folders and settings: `settings.toml`, and the environment, which wins."""

from zoomgov.settings.load import load_settings
from zoomgov.settings.model import MailServer, Network, SeatPrices, Settings, SettingsError, Thresholds

__all__ = ["MailServer", "Network", "SeatPrices", "Settings", "SettingsError", "Thresholds", "load_settings"]
