"""Zoom's answers: bodies and headers of REST calls, and every reader of them up to the store's rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from tests.fuzz.bounds import within_memory, within_steps
from tests.fuzz.documents import altered, anything, bodies, written
from tests.fuzz.invariants import NOW, SECRET, TOKEN, expect_error, expect_no_secret
from tests.fuzz.targets import fuzzes
from tests.fuzz.texts import PIECES, edited, hostile, is_harmless
from tests.fuzz.zoom_examples import LISTS, OBJECTS, REFUSALS, answers
from zoomgov.model.kinds import GrantKind
from zoomgov.model.licences import seats
from zoomgov.secret import Secret
from zoomgov.store.read.licences import plans
from zoomgov.sync import rows as rows_of
from zoomgov.sync.records import decode_list, decode_object, join_list, lacks_list, split_list
from zoomgov.zoom.answers import Answer, Circumstances, missing_scopes, read_answer
from zoomgov.zoom.endpoints import ENDPOINTS, ENDPOINTS_BY_ID, LIST_USERS
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import Limits, Tier, tier_of_plan
from zoomgov.zoom.paging import Place, count_rows
from zoomgov.zoom.retry import PATIENCE, gives_up, retry_delay, retry_moment
from zoomgov.zoom.scopes import ScopeKind, app_kind, kind_of, needs_for_scope, scope_to_add, unneeded, writes
from zoomgov.zoom.transport import Response
from zoomgov.zoom.values import as_count, as_number, as_strings, as_text, seats_used

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 2**63 - 1
AT: Final = Circumstances("GET /x", 1.0, 1, NOW, (Secret(TOKEN), Secret(SECRET)))

STATUSES: Final = st.sampled_from([200, 200, 200, 201, 204, 206, 301, 400, 400, 401, 403, 404, 407, 418, 429, 500, 599])
NAMES: Final = (
    "date", "retry-after", "x-ratelimit-limit", "x-ratelimit-category", "x-ratelimit-type", "x-ratelimit-reset",
    "x-ratelimit-remaining", "x-zm-trackingid", "content-type", "content-encoding",
)  # fmt: skip
DATES: Final = (
    "Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-24T00:00:00Z", "20261124T000000+0530", "Mon, 23 Nov 9999 23:59:59 -2359",
    "0001-01-01T00:00:00+23:59", "1796083200", "99999999999999999999", "60", "-1", "1e3", "nan", "inf", "0x10", "1_0",
    "Thu, 99 Foo 20", "2026-W48-1", "٣٠", "²", "Mon, 23 Nov 2026 10:00:00 +999999", "Fri, 31 Dec 1 00:00:00 GMT",
)  # fmt: skip
LIMITS: Final = ("20", "80", "unlimited", "UNLIMITED", "0", "-5", "4.5", "1e9", "٢٠", "9" * 400, "QPS", "Daily-limit",
                 "Heavy", "light", "QPS, Daily")  # fmt: skip
HEADERS: Final = st.dictionaries(
    st.sampled_from(NAMES), edited(*DATES, *LIMITS, f"v={TOKEN}", f"WEB_{SECRET}") | hostile, max_size=5
)
ECHOES: Final = tuple({"code": 300, "message": f"{word} {REFUSALS[0]['message']}"} for word in (SECRET, TOKEN))
EVERY: Final = {call: answers(call) for call in (*LISTS, *OBJECTS)}
WHICH: Final = st.sampled_from(list(EVERY))


def of_call(which: st.SearchStrategy[str] = WHICH) -> st.SearchStrategy[tuple[str, bytes]]:
    """A call, and what may come in place of its answer."""
    return which.flatmap(lambda call: bodies([*EVERY[call], *REFUSALS, *ECHOES]).map(lambda body: (call, body)))


@fuzzes(call=of_call(), status=STATUSES, headers=HEADERS)
def any_answer(call: tuple[str, bytes], status: int, headers: dict[str, str]) -> None:
    """Every response is an `Answer`, or one typed error without a secret."""
    endpoint, body = ENDPOINTS_BY_ID[call[0]], call[1]
    try:
        answer = within_steps(lambda: read_answer(endpoint, Response(status, headers, body), AT), len(body), 60)
    except ZoomError as error:
        expect_error(error)
        assert error.status == status
        if error.kind in (ErrorKind.RATE_LIMIT, ErrorKind.SERVER):
            delay = retry_delay(error, 1, NOW, lambda: 1.0)
            assert delay is None or 0 <= delay <= PATIENCE + 1
            assert isinstance(gives_up(error, NOW), bool)
        return
    assert 200 <= status < 300
    for number in (answer.total_records, answer.page_count, answer.page_number, answer.page_size):
        assert number is None or 0 <= number <= MOST or number is answer.total_records
    assert is_harmless("".join((*answer.no_counts, *answer.no_counts.values())))
    assert isinstance(answer.json(), dict)
    assert isinstance(count_rows(endpoint, answer), int | None)
    if answer.body and status != 204:
        assert isinstance(decode_object(endpoint, answer.body), dict)


@fuzzes(headers=HEADERS)
def any_headers(headers: dict[str, str]) -> None:
    """Times to come back are aware and not absurd; rates stay within what the program sends."""
    for daily in (False, True):
        moment = retry_moment(headers, NOW, daily=daily)
        assert moment is None or moment.utcoffset() is not None
        assert moment is not None or not daily
        error = ZoomError(ErrorKind.RATE_LIMIT, "GET /x", "x", retry_at=moment)
        delay = retry_delay(error, 1, NOW, lambda: 1.0)
        assert delay is None or 0 <= delay <= PATIENCE + 1
        assert delay is None or not gives_up(error, NOW)

    async def sleep(seconds: float) -> None: ...

    limits = Limits(lambda: 0.0, sleep)
    for label in limits.by_label:
        tier = limits.learn(label, headers)
        assert tier is None or tier in Tier
    assert all(0 < limiter.rate <= 1000 for limiter in limits.by_label.values())


@fuzzes(value=anything.map(written) | altered([one for found in EVERY.values() for one in found]).map(written))
def any_value(value: bytes) -> None:
    """What single values are read as is what the rest of the program can hold."""
    try:
        decoded: Any = msgspec.json.decode(value)  # Any: any JSON
    except (ValueError, RecursionError):
        return
    text, number, count, texts = as_text(decoded), as_number(decoded), as_count(decoded), as_strings(decoded)
    assert isinstance(text, str)
    assert as_text(text) == text
    assert number is None or (type(number) is int and -MOST - 1 <= number <= MOST)
    assert count is None or (count == number and count >= 0)
    assert number is None or as_number(str(number)) == number
    assert all(isinstance(one, str) and one for one in texts)
    usage = decoded if isinstance(decoded, dict) else {}
    assert seats_used(usage) >= 0
    assert all(one is None or one >= 0 for one in seats(decoded))
    assert isinstance(tier_of_plan(text), Tier | None)
    for plan in plans(value) or ():
        assert plan.bought >= 0


@fuzzes(call=of_call(st.sampled_from(list(LISTS))))
def any_list(call: tuple[str, bytes]) -> None:
    """The three ways to take a page apart agree, and no record is lost between them."""
    endpoint, body = ENDPOINTS_BY_ID[call[0]], call[1]
    raw = split_list(endpoint, body)
    try:
        records = decode_list(endpoint, body)
        assert isinstance(lacks_list(endpoint, body), bool)
    except ZoomError as error:
        expect_error(error)
        assert error.kind is ErrorKind.UNEXPECTED
        return
    if raw is not None:
        try:
            again = decode_list(endpoint, join_list(endpoint, raw))
        except ZoomError:
            again = None
        assert again == records or again is None or call[0].startswith("list_contact"), "the short way read others"
    rows = _rows(call[0], records)
    held = len(rows.users) + len(rows.groups) + len(rows.contact_groups) + len(rows.roles) + len(rows.grants)
    assert held + rows.unreadable == len(records)
    assert len(rows.identities()) == held
    for row in (*rows.users, *rows.groups, *rows.contact_groups, *rows.roles, *rows.grants):
        for value in row:
            assert isinstance(value, str | int | bytes | None)
            if isinstance(value, str):
                value.encode()  # what SQLite and exports hold
            if isinstance(value, int):
                assert -MOST - 1 <= value <= MOST
    for user in rows.users:
        assert isinstance(json.loads(user.extra), dict)


def _rows(call: str, records: list[dict[str, Any]]) -> rows_of.Rows:
    readers: dict[str, Callable[[list[dict[str, Any]]], rows_of.Rows]] = {
        "list_users": lambda found: rows_of.UserPages("active")([dict(one) for one in found]),
        "list_groups": rows_of.group_rows,
        "list_contact_groups": rows_of.contact_group_rows,
        "list_roles": rows_of.role_rows,
        "list_contact_group_members": lambda found: rows_of.principal_rows(GrantKind.CONTACT_GROUP_MEMBER, "t", found),
    }
    return readers[call](records) if call in readers else rows_of.principal_rows(GrantKind.GROUP_ADMIN, "t", records)


@fuzzes(body=bodies(EVERY["list_users"]), status=st.sampled_from(["active", "inactive", "pending"]))
def users_by_the_short_way(body: bytes, status: str) -> None:
    """What the fast decoder takes, the lenient one reads alike; digests tell different records apart."""
    pages = rows_of.UserPages(status)
    plain = pages.plain(body)
    if plain is not None:
        lenient = pages(decode_list(LIST_USERS, body))
        assert plain.users == lenient.users
        assert plain.held == lenient.held
    raw = split_list(LIST_USERS, body)
    if raw is not None:
        digests = rows_of.digests_of(raw, status)
        assert len(digests) == len(raw)
        if status != "pending":
            assert len(set(digests)) == len({bytes(one) for one in raw})


@fuzzes(call=of_call(st.sampled_from(["read_role", "plan_usage", "account_settings"])))
def any_object(call: tuple[str, bytes]) -> None:
    """What is kept of single objects is JSON again, and what is shown of them is harmless."""
    endpoint, body = ENDPOINTS_BY_ID[call[0]], call[1]
    try:
        record = decode_object(endpoint, body)
    except ZoomError as error:
        expect_error(error)
        return
    detail = rows_of.role_detail("r", record).role_details[0]
    assert all(isinstance(one, str) for one in detail.privileges)
    assert isinstance(json.loads(detail.privilege_scopes), list)
    (blob,) = rows_of.blob_rows("b", record).blobs.values()
    assert isinstance(json.loads(blob), dict)
    assert plans(blob) is not None


@fuzzes(
    pages=st.lists(of_call(st.sampled_from(["list_users", "list_groups"])), min_size=1, max_size=6),
    size=st.sampled_from([None, 0, 1, 30, 300]),
)
def any_pages(pages: list[tuple[str, bytes]], size: int | None) -> None:
    """Whether more pages follow is yes, no or unknown; what a list has at least never becomes less."""
    place, before, last = Place(LIST_USERS, size), 0, None
    for _, body in pages:
        try:
            answer = read_answer(LIST_USERS, Response(200, {}, body), AT)
        except ZoomError:
            continue
        assert place.more(answer) in (True, False, None)
        assert place.at_least is None or place.at_least >= before
        before = place.at_least or 0
        if last is not None:
            assert isinstance(place.is_same(last, answer), bool)
        last = answer
    assert last is None or isinstance(last, Answer)


SCOPES: Final = (
    "user:read:list_users:admin", "user:read:admin", "user:write:admin", "group:read:list_groups:admin",
    "account:read:admin", "contact_group:read:list_groups:admin", "role:master", "user:read:list_users:master", "a",
    "does not contain scopes:[", "does not contain ", " scope", "scopes", "]", ", ", ":", "Invalid access token, ",
)  # fmt: skip


@fuzzes(
    text=st.lists(st.sampled_from(SCOPES) | st.sampled_from(PIECES), max_size=10).map("".join),
    held=st.lists(st.sampled_from(SCOPES) | hostile, max_size=5),
    kind=st.sampled_from([None, *ScopeKind]),
    endpoint=st.sampled_from(["", *(one.template for one in ENDPOINTS)]),
)
def any_scopes(text: str, held: list[str], kind: ScopeKind | None, endpoint: str) -> None:
    """What is advised to be added reads only and is of the app's kind, whatever a refusal lists."""
    listed = within_steps(lambda: missing_scopes(text), len(text), 60)
    assert all(listed)
    for alternatives in (listed, held):
        wanted = scope_to_add(alternatives, kind, endpoint)
        if wanted is not None:
            assert not writes(wanted)
            assert kind is None or kind_of(wanted) is kind or wanted not in alternatives
    assert set(unneeded(held)) <= set(held)
    assert (app_kind(held) is None) == (not held)
    assert all(needs_for_scope(one) or one in unneeded(held) for one in held)


@fuzzes(
    cost=4,
    before=bodies([*REFUSALS, *ECHOES]),
    pump=st.sampled_from([one.encode("utf-8", "surrogatepass") for one in PIECES]) | st.binary(min_size=1, max_size=6),
    status=STATUSES,
)
def long_answers(before: bytes, pump: bytes, status: int) -> None:
    """A large answer takes steps and memory in proportion, and not more than one page may."""
    body = before[: len(before) // 2] + pump * (200_000 // len(pump)) + before[len(before) // 2 :]
    assume(len(body) < 1 << 20)

    def read() -> None:
        try:
            read_answer(LIST_USERS, Response(status, {}, body), AT).json()
        except ZoomError as error:
            expect_error(error)
            expect_no_secret(str(error))

    within_memory(lambda: within_steps(read, len(body), 20), len(body), 120)
