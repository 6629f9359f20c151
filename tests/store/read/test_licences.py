"""Counts of licences and logins in SQL, against Python over all people."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.store.conftest import publish
from tests.store.crowd import crowd, table
from zoomgov.model.licences import Plan
from zoomgov.model.queries import Query
from zoomgov.store.read.licences import plans
from zoomgov.store.store import Store


def test_tiers_and_logins_add_up(store: Store) -> None:
    publish(store, crowd(200))
    with store.reader() as reader:
        found, rows = reader.licences(), table(reader, Query())
    held = Counter(row["licence"] for row in rows)
    assert {tier.name: tier.people for tier in found.tiers} == held
    assert [tier.people for tier in found.tiers] == sorted(held.values(), reverse=True)
    assert sum(tier.inactive for tier in found.tiers) == sum(row["status"] == "inactive" for row in rows)
    assert found.never == sum(not row["last_login"] for row in rows)
    assert found.plans is None
    edges = {0: "2026-11-01T08:05:00Z", 7: "2026-10-25T08:05:00Z", 30: "2026-10-02T08:05:00Z",
             90: "2026-08-03T08:05:00Z", 180: "2026-05-05T08:05:00Z", 365: "2025-11-01T08:05:00Z"}  # fmt: skip
    for one in found.logins:
        since = edges[one.most] if one.most is not None else "0"
        until = edges[one.least] if one.least else "9"
        assert one.people == sum(since <= row["last_login"] < until for row in rows if row["last_login"])
    assert sum(one.people for one in found.logins) + found.never == 200


@pytest.mark.parametrize("as_list", [False, True])
def test_what_was_bought_is_read_in_both_forms(as_list: bool) -> None:
    base = {"type": "business_yearly", "hosts": 50, "usage": 41, "pending": 2}
    usage = {"plan_base": [base] if as_list else base, "plan_recording": {"type": "cmr", "free_storage": "50 GB"},
             "plan_webinar": [{"type": "webinar500", "hosts": 3}], "other": {"hosts": 1}, "plan_odd": 7}  # fmt: skip
    assert plans(json.dumps(usage).encode()) == (
        Plan("Base plan (business_yearly)", 50, 41, 2, True),
        Plan("Webinar (webinar500)", 3, 0, 0),
    )


@pytest.mark.parametrize("usage", [None, b"", b"[]", b"{", b"3"])
def test_what_says_nothing_is_not_known(usage: bytes | None) -> None:
    assert plans(usage) is None
