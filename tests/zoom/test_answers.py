"""Every answer is an Answer or one typed ZoomError."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoom.conftest import CREDENTIALS, reply, run_counted
from zoomgov.secret import Secret
from zoomgov.sync.records import decode_list
from zoomgov.zoom.answers import Answer, Circumstances, missing_scopes, read_answer
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import ZOOM_US
from zoomgov.zoom.endpoints import LIST_CONTACT_GROUP_MEMBERS, LIST_USERS
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.retry import retry_moment
from zoomgov.zoom.transport import Request, Response

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
SCOPE = "user:read:list_users:admin"


def refusal(response: Response) -> ZoomError:
    with pytest.raises(ZoomError) as caught:
        read_answer(LIST_USERS, response, Circumstances("GET /users", 1.0, 1, NOW, (Secret("s3cr3t-value"),)))
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"code": 200, "message": "Only available for Paid account,AbC"}, ErrorKind.PLAN, 200),
        (200, {"code": 200, "message": "Only available for paid account: AbC"}, ErrorKind.PLAN, 200),
        (404, {"code": 200, "message": "Not found: paid"}, ErrorKind.NOT_FOUND, 200),
        (400, {"message": "Only available for Paid account"}, ErrorKind.PLAN, None),
        (400, {"code": 200, "message": "No permission."}, ErrorKind.PRIVILEGE, 200),
        (403, {"code": 9, "message": "You are not permitted."}, ErrorKind.PRIVILEGE, 9),
        (403, {"code": 9, "message": "No."}, ErrorKind.PRIVILEGE, 9),
        (403, b"<p>insufficient permissions</p>", ErrorKind.UNEXPECTED, None),
        (400, b"insufficient permissions", ErrorKind.UNEXPECTED, None),
        (400, {"code": 200, "message": "No privilege."}, ErrorKind.PRIVILEGE, 200),
        (403, b'The request was denied due to insufficient permissions: "Group:Read"', ErrorKind.PRIVILEGE, None),
        (400, {"code": 200, "message": "Account does not enabled REST API."}, ErrorKind.CREDENTIALS, 200),
        (400, {"code": 200, "message": "Invalid api key or secret."}, ErrorKind.CREDENTIALS, 200),
        (401, {"code": 124, "message": "Invalid access token."}, ErrorKind.TOKEN, 124),
        (400, {"code": 124, "message": "Access token is expired."}, ErrorKind.TOKEN, 124),
        (400, {"code": 4700, "message": "Token cannot be empty."}, ErrorKind.TOKEN, 4700),
        *[(400, {"code": code, "message": "x"}, ErrorKind.TOKEN, code) for code in (4735, 4737, 4738, 4740, 4741)],
        (401, {"code": 7, "message": "x"}, ErrorKind.TOKEN, 7),
        (407, b"", ErrorKind.UNREACHABLE, None),
        (400, {"code": 300, "message": "The next page token is invalid or expired."}, ErrorKind.PAGE_TOKEN, 300),
        (400, {"code": 300, "message": "A group with this groupId: x does not exist."}, ErrorKind.NOT_FOUND, 300),
        (404, {"code": 4130, "message": "Group does not exist: x."}, ErrorKind.NOT_FOUND, 4130),
        (400, {"code": 1034, "message": "Provided role_id does not exist."}, ErrorKind.NOT_FOUND, 1034),
        (400, {"code": 300, "message": "Role not found"}, ErrorKind.NOT_FOUND, 300),
        (400, {"code": 300, "message": "It does not belong here"}, ErrorKind.NOT_FOUND, 300),
        (400, {"code": 301, "message": "Role not found"}, ErrorKind.REQUEST, 301),
        *[(400, {"code": code, "message": "x"}, ErrorKind.NOT_FOUND, code) for code in (1001, 1010, 1120, 2001, 4131)],
        (400, {"message": "Validation Failed."}, ErrorKind.REQUEST, None),
        (400, {"code": 300}, ErrorKind.REQUEST, 300),
        (400, {"code": "300", "message": "x"}, ErrorKind.REQUEST, 300),
        (400, {"code": "odd", "message": "x"}, ErrorKind.REQUEST, "odd"),
        (400, {"code": True, "error_code": 8, "message": "x"}, ErrorKind.REQUEST, 8),
        (404, {"code": 2001, "message": "This account does not exist"}, ErrorKind.NOT_FOUND, 2001),
        (400, {"code": 300, "message": "Validation Failed.", "errors": [{"field": "page_size", "message": "too big"}]},
         ErrorKind.REQUEST, 300),
        (429, {"code": 429, "message": "You have reached the maximum per-second rate limit for this API."},
         ErrorKind.RATE_LIMIT, 429),
        (429, {"code": 429, "message": "You have reached the maximum daily rate limit for this API."},
         ErrorKind.DAILY_LIMIT, 429),
        (429, b"", ErrorKind.RATE_LIMIT, None),
        (429, b"the daily limit is reached", ErrorKind.DAILY_LIMIT, None),
        (400, {"code": 429, "message": "Slow down."}, ErrorKind.RATE_LIMIT, 429),
        (500, {"code": 429, "message": "Slow down."}, ErrorKind.SERVER, 429),
        (503, {"message": "It does not contain scopes:[a:b]"}, ErrorKind.SERVER, None),
        (429, {"message": "It does not contain scopes:[a:b]"}, ErrorKind.RATE_LIMIT, None),
        (503, b"<html>busy</html>", ErrorKind.SERVER, None),
        (503, b"\xff\xfe", ErrorKind.SERVER, None),
        (500, {"code": 500, "message": "oops"}, ErrorKind.SERVER, 500),
        (200, b"", ErrorKind.UNEXPECTED, None),
        (200, b"<html>sign in</html>", ErrorKind.UNEXPECTED, None),
        (200, b'{"users":[{"id"', ErrorKind.UNEXPECTED, None),
        (200, [1, 2], ErrorKind.UNEXPECTED, None),
        (404, b"<html>not here</html>", ErrorKind.UNEXPECTED, None),
        (302, b"", ErrorKind.UNEXPECTED, None),
        (200, {"status": False, "errorCode": 401, "errorMessage": "no"}, ErrorKind.TOKEN, 401),
        (400, {"status": False, "errorCode": 401}, ErrorKind.TOKEN, 401),
        (200, {"status": False, "errorCode": 429}, ErrorKind.RATE_LIMIT, 429),
        (200, {"status": False, "errorCode": 503}, ErrorKind.SERVER, 503),
        (200, {"code": 124, "message": "Invalid access token."}, ErrorKind.TOKEN, 124),
        (200, b"[" * 100_000, ErrorKind.UNEXPECTED, None),
    ],
)  # fmt: skip
def test_kinds(status: int, body: object, kind: ErrorKind, code: object) -> None:
    error = refusal(reply(body, status))
    assert (error.kind, error.code, error.status) == (kind, code, status)
    assert error.missing_scopes == ()
    assert error.message
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("status", "body", "scopes"),
    [
        (400, {"code": 4711, "message": f"Invalid access token, does not contain scopes:[{SCOPE}]."}, (SCOPE,)),
        (401, {"code": 4711, "message": f"Invalid access token, does not contain scopes:[{SCOPE}]."}, (SCOPE,)),
        (403, {"code": 4711, "message": "Invalid access token, does not contain scopes:[a:b:c, a:b:c:admin]."},
         ("a:b:c", "a:b:c:admin")),
        (400, {"code": 4711, "message": "Invalid access token, does not contain scopes:[a:b,c:d]"}, ("a:b", "c:d")),
        (400, {"code": 4700, "message": "Invalid access token, does not contain role:read:admin scope."},
         ("role:read:admin",)),
        (400, b'{"code":104,"message":"Invalid access token, does not contain scopes:["a:b","c:d"]"}', ("a:b", "c:d")),
    ],
)  # fmt: skip
def test_missing_scope_in_every_form(status: int, body: object, scopes: tuple[str, ...]) -> None:
    error = refusal(reply(body, status))
    assert (error.kind, error.missing_scopes) == (ErrorKind.SCOPE, scopes)


def test_header_tells_a_daily_limit_whose_text_does_not() -> None:
    headers = {"x_ratelimit_type": "Daily-limit", "retry_after": "2026-11-24T00:00:00Z"}
    error = refusal(reply({"code": 429, "message": "Try later."}, 429, **headers))
    assert error.kind is ErrorKind.DAILY_LIMIT
    assert error.retry_at == datetime(2026, 11, 24, tzinfo=UTC)


def test_evidence_is_kept_and_what_must_stay_hidden_is_not() -> None:
    error = refusal(reply(b"<html>you sent s3cr3t-value</html>", 502, x_zm_trackingid="v=2.0;rid=WEB_1"))
    assert error.tracking_id == "v=2.0;rid=WEB_1"
    assert error.body_excerpt == "<html>you sent …</html>"


def test_the_evidence_of_a_refusal() -> None:
    at = Circumstances("GET /users", 12.5, 3, NOW)
    with pytest.raises(ZoomError) as caught:
        read_answer(LIST_USERS, reply({"code": 300, "message": "No"}, 400), at)
    error = caught.value
    assert (error.endpoint, error.milliseconds, error.attempts, error.body_excerpt) == ("GET /users", 12.5, 3, None)
    assert str(error) == "GET /users: HTTP 400, code 300: No"


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b"busy", "Text/HTML; charset=utf-8", "a web page"),
        (b" <p>busy", "", "a web page"),
        (b"busy", "text/plain", "not the JSON"),
        (b" \n", "text/html", "is empty"),
    ],
)
def test_what_is_said_of_an_answer_that_cannot_be_quoted(body: bytes, content_type: str, says: str) -> None:
    assert says in refusal(reply(body, 200, content_type=content_type)).message


def test_what_was_wrong_with_a_request_is_told_field_by_field() -> None:
    wrong = [{"field": "page_size", "message": "too big"}, "odd", {"field": "x"}, {"message": "y"}, {"field": "z"}]
    error = refusal(reply({"code": 300, "message": "Validation Failed.", "errors": wrong}, 400))
    assert error.message == "Validation Failed. page_size: too big x:  : y"


def test_nothing_there_is_an_answer_too() -> None:
    headers = {"x-zm-trackingid": "t"}
    answer = read_answer(LIST_USERS, Response(204, headers, b""), Circumstances("GET /users", 12.5, 3, NOW))
    assert answer == Answer(204, headers, b"", 12.5, "t", attempts=3)
    assert (answer.json(), answer.next_page_token, answer.total_records) == ({}, "", None)


@pytest.mark.parametrize(("token", "total"), [({}, "seven"), (None, True), (["x"], 7.5)])
def test_an_envelope_of_other_types_names_no_page_and_no_total(token: object, total: object) -> None:
    body = {"next_page_token": token, "total_records": total}
    page = read_answer(LIST_USERS, reply(body), Circumstances("GET /users", 12.5, 3, NOW))
    assert (page.next_page_token, page.total_records) == ("", None)
    assert (page.milliseconds, page.attempts) == (12.5, 3)


@pytest.mark.parametrize("total", ["7", 7.0, "7.0", 7])
def test_numbers_may_be_text_and_a_token_a_number(total: object) -> None:
    page = read_answer(
        LIST_USERS, reply({"next_page_token": 17, "total_records": total}), Circumstances("GET /users", 1.0, 1, NOW)
    )
    assert (page.next_page_token, page.total_records, page.no_counts) == ("17", 7, {})


@pytest.mark.parametrize(
    ("total", "shown"),
    [("seven", "seven"), (True, "True"), (7.5, "7.5"), (-1, "-1"), ("-3", "-3"), (10**12 + 1, "1000000000001")],
)
@pytest.mark.parametrize("name", ["total_records", "page_count"])
def test_a_number_that_is_no_count_is_told(name: str, total: object, shown: str) -> None:
    page = read_answer(LIST_USERS, reply({name: total}), Circumstances("GET /users", 1.0, 1, NOW))
    assert (page.total_records, page.page_count, page.no_counts) == (None, None, {name: shown})


def test_a_record_is_in_no_repr() -> None:
    page = read_answer(LIST_USERS, reply({"users": ["ada"]}), Circumstances("GET /users", 1.0, 1, NOW))
    assert "ada" not in repr(page)


@pytest.mark.parametrize(
    ("error", "elsewhere"),
    [
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x"), False),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=200, body_excerpt="\n <html>"), True),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=200, body_excerpt="half"), False),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=200), False),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=299, body_excerpt="<"), True),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=300), True),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=399), True),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /x", "x", status=400, body_excerpt="<html>"), False),
        (ZoomError(ErrorKind.SERVER, "GET /x", "x", status=302, body_excerpt="<html>"), False),
    ],
)
def test_something_on_the_way_answered(error: ZoomError, elsewhere: bool) -> None:
    assert error.is_from_elsewhere is elsewhere


def test_an_error_without_an_answer() -> None:
    error = ZoomError(ErrorKind.UNREACHABLE, "GET /x", "No connection")
    assert str(error) == "GET /x: no answer: No connection"
    assert (error.code, error.attempts, error.milliseconds) == (None, 1, None)


def test_answer_tells_the_next_page() -> None:
    page = read_answer(
        LIST_USERS,
        reply({"users": [], "next_page_token": "abc", "total_records": 7}, x_zm_trackingid="t"),
        Circumstances("GET /users", 1.0, 1, NOW),
    )
    assert (page.next_page_token, page.total_records, page.tracking_id) == ("abc", 7, "t")
    assert page.json()["users"] == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", datetime(2026, 11, 23, 21, 0, 7, tzinfo=UTC)),
        ("1.5", datetime(2026, 11, 23, 21, 0, 1, 500000, tzinfo=UTC)),
        ("2026-11-24T00:00:00Z", datetime(2026, 11, 24, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 00:00:00 GMT", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T01:00:00+01:00", datetime(2026, 11, 24, tzinfo=UTC)),
        ("-5", NOW),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_in_each_form(header: str, expected: datetime | None) -> None:
    assert retry_moment({"retry-after": header}, NOW) == expected


def test_daily_limit_without_a_time_reopens_at_midnight_utc() -> None:
    assert retry_moment({}, NOW, daily=True) == datetime(2026, 11, 24, tzinfo=UTC)


def test_missing_scopes_of_other_texts_are_none() -> None:
    assert missing_scopes("Validation Failed. [x]") == ()
    assert missing_scopes("doe\u017f not contain a scope") == ()
    assert missing_scopes('Invalid access token, does not contain scopes:["role:read:admin') == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["code", "message", "errors", "status", "errorCode", "reason", "error", "next_page_token", "users",
             "access_token", "expires_in", "scope", "api_url", "total_records"]
        ) | st.text(max_size=5),
        inner,
        max_size=6,
    ),
    max_leaves=12,
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(
        ["retry-after", "x-ratelimit-type", "x-ratelimit-limit", "x-ratelimit-category", "x-ratelimit-reset",
         "x-zm-trackingid", "content-type"]
    ),
    st.text(max_size=30) | st.integers().map(str) | st.sampled_from(["QPS", "Daily-limit", "unlimited", "Medium"]),
)  # fmt: skip
RESPONSES = st.builds(
    lambda status, headers, value: reply(value, status) if not headers else Response(
        status, headers, reply(value).body
    ),
    st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 407, 409, 429, 500, 502, 503]) | st.integers(100, 599),
    HEADERS,
    JSON | st.binary(max_size=60),
)  # fmt: skip


@given(RESPONSES, RESPONSES | st.none())
def test_whatever_is_sent_ends_in_an_answer_or_a_zoom_error(response: Response, token: Response | None) -> None:
    from tests.zoom.conftest import ScriptedTransport

    def answer(request: Request) -> Response:
        return response

    async def main() -> None:
        import asyncio

        transport = ScriptedTransport(answer)
        if token is not None:
            transport.token_answer = lambda count: token
        clock = asyncio.get_running_loop().time
        async with ZoomClient(ZOOM_US, CREDENTIALS, transport=transport, clock=clock, now=lambda: NOW) as client:
            with suppress(ZoomError):
                async for page in client.pages(LIST_CONTACT_GROUP_MEMBERS, path={"groupId": "dir.x"}):
                    assert isinstance(page, Answer)
                    page.json()

    run_counted(main())


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (rb'{"users":[{"first_name":"Ada \ud83d"}]}', "Ada �"),
        (rb'{"users":[{"first_name":"Ada \uDE00!"}]}', "Ada �!"),
        (rb'{"users":[{"first_name":"Ada \ud83d\ude00"}]}', "Ada 😀"),
        (b'{"users":[{"first_name":"Ada \xff"}]}', "Ada �"),
    ],
)
def test_half_a_character_costs_only_itself(body: bytes, name: str) -> None:
    answer = read_answer(LIST_USERS, reply(body), Circumstances("GET /users", 1.0, 1, NOW))
    assert answer.json()["users"] == [{"first_name": name}]


def test_a_kind_of_error_is_called_like_its_name() -> None:
    assert [kind.value for kind in ErrorKind] == [kind.name.lower().replace("_", " ") for kind in ErrorKind]


@pytest.mark.parametrize(
    "number", [b"1e999", b"-1e999", b"9" * 5000, b"-" + b"9" * 5000, b"1" + b"0" * 5000 + b".5"], ids=range(5)
)
def test_a_number_without_end_costs_only_itself(number: bytes) -> None:
    body = b'{"users":[{"id":"a","type":2,"pmi":%s,"dept":"1e999 \\" 1e999"},{"id":"b","type":1}]}' % number
    assert decode_list(LIST_USERS, body) == [
        {"id": "a", "type": 2, "pmi": None, "dept": '1e999 " 1e999'},
        {"id": "b", "type": 1},
    ]
