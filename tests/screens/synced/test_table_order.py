"""The order a table is opened in: the one it was left in, by the columns that are still shown."""

from __future__ import annotations

import pytest

from zoomgov.preferences.views import ViewPreferences
from zoomgov.screens.synced.table_order import preferred_order
from zoomgov.widgets.table.table_source import TableQuery

LEFT = ViewPreferences(orders={"users": [("dept", True), ("name", False)], "groups": [("members", False)]})


@pytest.mark.parametrize(
    ("shown", "keys"),
    [
        (["name", "dept"], (("dept", True), ("name", False))),
        (["name", "email"], (("name", False),)),  # a hidden column sorts no longer
        (["dept"], (("dept", True),)),
    ],
)
def test_the_columns_still_shown_keep_their_part_of_the_order(
    shown: list[str], keys: tuple[tuple[str, bool], ...]
) -> None:
    assert preferred_order(LEFT, "users", shown, "email").keys == keys


def test_without_any_of_them_it_is_the_order_of_the_page() -> None:
    assert preferred_order(LEFT, "users", ["email"], "email") == TableQuery(sort="email")
    assert preferred_order(LEFT, "roles", ["name"], "name") == TableQuery(sort="name")
    assert preferred_order(LEFT, "roles", ["name"]) == TableQuery()
