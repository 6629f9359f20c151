"""What screens and commands need of the vault: they do not reach into `zoomgov.vault`."""

from __future__ import annotations

from zoomgov.services.services import NoCredentials
from zoomgov.vault import VaultChoice, VaultError

__all__ = ["NoCredentials", "VaultChoice", "VaultError"]
