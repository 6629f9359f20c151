"""Checks that say why Zoom says no, and what to click."""
