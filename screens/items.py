"""Which page shows an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.store.model import Kind

if TYPE_CHECKING:
    from .browse_data import Browser
    from .table_page import TablePage


def item_screen(browser: Browser, kind: Kind, key: str) -> TablePage:
    """The page of a person, or of a group, contact group or role."""
    if kind is Kind.USERS:
        from .person import PersonScreen

        return PersonScreen(browser, key)
    from .thing import ThingScreen

    return ThingScreen(browser, kind, key)
