"""Times that stand for never, a licence of null, and seats of bundles."""

from __future__ import annotations

import json

import pytest

from zoomgov.model.licences import seats
from zoomgov.store.read.licences import plans
from zoomgov.sync.rows import UserPages
from zoomgov.words.licences import licence

USER = {
    "id": "u1", "email": "a@example.com", "status": "active", "type": 2, "user_created_at": "2026-01-01T00:00:00Z"
}  # fmt: skip


@pytest.mark.parametrize(
    "login",
    ["1970-01-01T00:00:00Z", "1970-01-01", "1969-12-31T16:00:00Z", "0001-01-01T00:00:00Z",
     "1900-01-01T00:00:00Z", "0", 0,
     "1970-01-01T00:00:00.000+0000", "", None],
)  # fmt: skip
def test_a_first_moment_is_never(login: object) -> None:
    record = USER | {"last_login_time": login}
    pages = UserPages("active")
    (row,) = pages([dict(record)]).users
    assert row.last_login_time == ""
    plain = pages.plain(json.dumps({"users": [record]}).encode())
    assert plain is None or plain.users == [row]


@pytest.mark.parametrize("login", ["2026-11-10T07:02:11Z", "2019-07-01T00:00:00Z", "2000-01-01T00:00:00Z"])
def test_a_login_stays(login: str) -> None:
    record = USER | {"last_login_time": login}
    assert UserPages("active")([dict(record)]).users[0].last_login_time == login
    plain = UserPages("active").plain(json.dumps({"users": [record]}).encode())
    assert plain is not None
    assert plain.users[0].last_login_time == login


@pytest.mark.parametrize("kind", [None, "", 0, [], "x"])
def test_a_licence_of_null_is_unknown(kind: object) -> None:
    (row,) = UserPages("active")([USER | {"type": kind}]).users
    assert licence(row.type, row.plan_united_type) == "Unknown"


BASE = {"type": "business_yearly", "hosts": 10, "usage": 4, "pending": 1}
BUNDLE = {"type": "zoom_one_business_plus", "hosts": 90, "usage": 30, "pending": 0}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"plan_base": BASE}, (10, 4)),
        ({"plan_base": [BASE]}, (10, 4)),
        ({"plan_base": [BASE, BASE]}, (20, 8)),
        ({"plan_base": BASE, "plan_zoom_one": [BUNDLE]}, (100, 34)),
        ({"plan_zoom_one": [BUNDLE, BUNDLE]}, (180, 60)),
        ({"plan_zoom_one_premier": BUNDLE}, (90, 30)),
        ({"plan_united": BUNDLE, "plan_webinar": [BASE], "plan_zoom_rooms": BASE}, (90, 30)),
        ({"plan_bundle": [{"hosts": "90", "usage": "30"}]}, (90, 30)),
        ({"plan_base": {"type": "x"}}, (None, None)),
        ({"plan_webinar": [BASE]}, (None, None)),
        (None, (None, None)),
        ([], (None, None)),
    ],
)
def test_seats_of_bundles_count(usage: object, expected: tuple[int | None, int | None]) -> None:
    assert seats(usage) == expected
    counted = [plan for plan in plans(json.dumps(usage).encode()) or () if plan.is_base]
    assert (sum(plan.bought for plan in counted), sum(plan.used for plan in counted)) == (
        expected[0] or 0,
        expected[1] or 0,
    )
