"""Differences between two syncs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import publish, user
from tests.store.crowd import SMALL
from zoomgov.disk.errors import StoreError
from zoomgov.model.kinds import Kind
from zoomgov.model.rows import GroupRow
from zoomgov.store.store import Store

if TYPE_CHECKING:
    pass


def test_diff_has_names_old_and_new_values(store: Store) -> None:
    publish(store, SMALL)
    publish(store, replace(SMALL, users=[user("ann", display_name="Ann Lee", type=1), user("bob")],
                           groups=[GroupRow("g1", "Sales EMEA", 2), GroupRow("g2", "Law", 1)]))  # fmt: skip
    with store.reader() as reader:
        changes = reader.diff(1)
        assert {(item.kind, item.how, item.name) for item in changes.items} == {
            (Kind.USERS, "changed", "Ann Lee"),
            (Kind.USERS, "removed", "Person cy"),
            (Kind.GROUPS, "changed", "Sales EMEA"),
        }
        fields = {item.name: item.fields for item in changes.items}
        assert fields["Ann Lee"] == (("Licence", "Licensed", "Basic"),)
        assert fields["Sales EMEA"] == (("Name", "Sales", "Sales EMEA"),)
        assert changes.grants == ()
        assert not reader.diff(2)
        with pytest.raises(StoreError, match="older one first"):
            reader.diff(2, 1)
        with pytest.raises(StoreError, match="no sync 7"):
            reader.diff(1, 7)
