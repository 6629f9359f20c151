"""Arbitrary answers of a server: always a typed line within the time limit, never an exception or a secret."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from zoomgov.advice.knowledge import explain
from zoomgov.secret import Credentials, Secret
from zoomgov.verify.checks import FAULT, verify
from zoomgov.verify.model import CheckStatus, KnownFacts, Report, planned_lines
from zoomgov.verify.report import as_dict, as_markdown
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.scopes import NEEDS
from zoomgov.zoom.transport import Response

if TYPE_CHECKING:
    from zoomgov.zoom.transport import Request

Sent = tuple[int, dict[str, str], bytes]
SECRET = "tHeVeRySeCrEtClientSecret0123456"
TOKEN = "eyJzdiI6IjAwMDAwMSJ9.tHeAcCeSsToKeNpAyLoAd.0123456789abcdef"

KEYS = st.sampled_from(
    """code message errors error reason next_page_token total_records users groups members admins roles id email role_id
    role_name group_id group_members total_members privilege_scopes group_ids plan_base type hosts usage api_url
    access_token scope expires_in status errorCode""".split()  # noqa: SIM905
)
ECHO = st.sampled_from(["{secret}", "Bearer {token}", "x {secret} y", "{basic}"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=12)
    | ECHO
    | st.sampled_from(
        ["0", "1", "..", "Only available for paid account", "No permission.", "does not contain scopes:["]
    )
    | st.sampled_from([need.granular[0] for need in NEEDS])
    | st.sampled_from([4711, 200, 124, 300, 429, 1001, 4700])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=12
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=7)
BODIES = (
    OBJECTS.map(lambda value: json.dumps(value).encode())
    | OBJECTS.map(lambda value: json.dumps(value).encode()[:-3])
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60)
    | st.sampled_from([b"", b"<html>{secret}</html>", b"[" * 2000, b'{"users":[{"id":null}]}', b"\xff\xfe{}", b"NaN"])
)
NAMES = "date retry-after x-ratelimit-limit x-ratelimit-category x-ratelimit-type x-zm-trackingid content-type"
DATES = ["Thu, 99 Foo 20", "Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-24T00:00:00Z"]
HEADERS = st.dictionaries(
    st.sampled_from(NAMES.split()),
    st.sampled_from(["", "-1", "60", "unlimited", "nan", "Daily-limit", *DATES]) | st.text(max_size=20) | ECHO,
    max_size=4,
)
STATUSES = st.sampled_from([200, 200, 200, 201, 204, 301, 400, 400, 401, 403, 404, 407, 429, 500, 502, 599])
ANSWERS = st.builds(lambda status, headers, body: (status, headers, body), STATUSES, HEADERS, BODIES)
GOOD_TOKEN: st.SearchStrategy[Sent] = st.sets(
    st.sampled_from([scope for need in NEEDS for scope in need.accepted])
).map(
    lambda scopes: (
        200,
        {},
        json.dumps({"access_token": TOKEN, "expires_in": 3599, "scope": " ".join(sorted(scopes))}).encode(),
    )
)


@dataclass
class Scripted:
    """Answers in turn, round and round; sends back what it was sent where the script says so."""

    token: Sent
    answers: list[Sent]
    asked: int = field(default=0)

    async def send(self, request: Request) -> Response:
        if request.url.endswith("/oauth/token"):
            chosen = self.token
        else:
            chosen = self.answers[self.asked % len(self.answers)]
            self.asked += 1
        status, headers, body = chosen
        said = request.headers.get("authorization", "")
        for mark, value in (("{secret}", SECRET), ("{token}", TOKEN), ("{basic}", said)):
            body = body.replace(mark.encode(), value.encode())
            headers = {name: text.replace(mark, value) for name, text in headers.items()}
        return Response(status, headers, body)

    async def aclose(self) -> None:
        pass


async def outcome(transport: Scripted) -> Report:
    credentials = Credentials("Kd3nUqvTRy6Wk0aZb1cD2E", "t0GvQ9mXTvOa8PpL3rW1gA", Secret(SECRET))
    facts = KnownFacts(credentials, owners=("ada@example.com",))
    elapsed = [0.0]

    async def sleep(seconds: float) -> None:
        elapsed[0] += max(seconds, 0.0)
        await asyncio.sleep(0)

    cloud = parse_cloud("https://zoom.example")
    async with ZoomClient(
        cloud, credentials, transport=transport, clock=lambda: elapsed[0], sleep=sleep, random=lambda: 0.5
    ) as client:
        return await asyncio.wait_for(verify(client, facts, lambda line: None, time_limit=5.0), timeout=60)


@settings(max_examples=150)
@given(token=GOOD_TOKEN | GOOD_TOKEN | ANSWERS, answers=st.lists(ANSWERS, min_size=1, max_size=8))
def test_any_answers_end_in_lines_without_secrets(token: Sent, answers: list[Sent]) -> None:
    report = asyncio.run(outcome(Scripted(token, answers)))
    assert [line.id for line in report.lines] == [line.id for line in planned_lines()]
    for line in report.lines:
        assert line.status is not CheckStatus.WAITING
        assert not line.result.startswith(FAULT), line
        if line.status is CheckStatus.PROBLEM and not line.id.startswith("capability."):
            assert line.advice, f"{line.id} says no but not what to do"
    written = json.dumps(as_dict(report)) + as_markdown(report) + repr(report)
    assert SECRET not in written
    assert TOKEN not in written


@given(st.text() | VALUES.map(json.dumps) | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_explaining_anything_gives_an_answer(query: str) -> None:
    assert explain(query)
