"""Risks and waste in what was synced, and where in Zoom to fix them."""

from __future__ import annotations

from zoomgov.findings.asking import find
from zoomgov.findings.context import in_words
from zoomgov.findings.model import Audit, Finding, Fix, Level, Subject, Thresholds

__all__ = ["Audit", "Finding", "Fix", "Level", "Subject", "Thresholds", "find", "in_words"]
