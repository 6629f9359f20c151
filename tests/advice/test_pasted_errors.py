"""Errors as other programs print them, pasted whole: the cause that Zoom's own answer would give."""

from __future__ import annotations

import json

import pytest

from zoomgov.advice.knowledge import explain
from zoomgov.zoom.errors import ErrorKind, ZoomError

SCOPE = "Invalid access token, does not contain scopes:[user:read:list_users:admin]."
ZOOM = {"code": 4711, "message": SCOPE}
TOKEN_CALL = "https://zoom.us/oauth/token?grant_type=account_credentials&account_id=AbC"
API_CALL = "https://api.zoom.us/v2/users?page_size=300"

MISSING_SCOPE = [
    json.dumps({"error": json.dumps(ZOOM)}),
    json.dumps({"message": json.dumps(ZOOM), "statusCode": 400}),
    json.dumps({"error": {"response": {"status": 400, "data": ZOOM}}}),
    json.dumps({"errorMessage": json.dumps({"body": json.dumps(ZOOM)})}),
    json.dumps([{"level": "error", "payload": json.dumps(ZOOM)}]),
    json.dumps({"error": SCOPE}),
    json.dumps({"errorCode": 4711, "errorDescription": SCOPE}),
    json.dumps({"error": "4,711", "error_description": SCOPE}),
    json.dumps({"code": "4,711", "message": SCOPE}),
    f"code 4,711: {SCOPE}",
    f"Fehler 4.711: {SCOPE}",
    f"{{'code': 4711, 'message': '{SCOPE}'}}",
    f"b'{json.dumps(ZOOM)}'",
    json.dumps(json.dumps(ZOOM)),
    f"2026-11-30T10:00:00Z ERROR zoom: {json.dumps(json.dumps(ZOOM))} (attempt 3)",
    # axios
    "AxiosError: Request failed with status code 400\n    at settle (node_modules/axios/lib/core/settle.js:19:12)\n"
    "  code: 'ERR_BAD_REQUEST',\n  response: {\n    status: 400,\n    statusText: 'Bad Request',\n    data: {\n"
    f"      code: 4711,\n      message: '{SCOPE}'\n    }}\n  }}",
    json.dumps({"name": "AxiosError", "message": "Request failed with status code 400", "code": "ERR_BAD_REQUEST",
                "status": 400, "response": {"data": ZOOM}}),
    # Guzzle
    f"Client error: `GET {API_CALL}` resulted in a `400 Bad Request` response:\n{json.dumps(ZOOM)}",
    f"GuzzleHttp\\Exception\\ClientException: Client error: `GET {API_CALL}` resulted in a `400 Bad Request` response:"
    f"\n{json.dumps(ZOOM)[:70]} (truncated...)",
    f"Client error: `GET {API_CALL}` resulted in a `400 Bad Request` response:\n{json.dumps(ZOOM)[:50]} (truncated...)",
    f"Array\n(\n    [code] => 4711\n    [message] => {SCOPE}\n)",
    # PowerShell
    f"Invoke-RestMethod : {json.dumps(ZOOM)}\nAt line:1 char:1\n+ Invoke-RestMethod -Uri {API_CALL}\n"
    "    + CategoryInfo          : InvalidOperation: (System.Net.HttpWebRequest:HttpWebRequest) [Invoke-RestMethod]",
    "Invoke-RestMethod: \n{\"code\":4711,\"message\":\"Invalid access token, does not contain scop\n"
    'es:[user:read:list_users:admin]."}',
    # requests, with the body logged beside it
    f"requests.exceptions.HTTPError: 400 Client Error: Bad Request for url: {API_CALL}\n{json.dumps(ZOOM)}",
    f"<p>{json.dumps(ZOOM).replace(chr(34), '&quot;')}</p>"[3:-4],
]  # fmt: skip


def causes(query: str | ZoomError) -> list[str]:
    return [found.id for found in explain(query)]


@pytest.mark.parametrize("pasted", MISSING_SCOPE)
def test_a_missing_scope_however_it_was_printed(pasted: str) -> None:
    assert causes(pasted)[0] == "missing-scope"


@pytest.mark.parametrize("pasted", [one for one in MISSING_SCOPE if "user:read:list_users:admin]" in one])
def test_and_the_scope_is_named(pasted: str) -> None:
    assert "user:read:list_users:admin" in explain(pasted)[0].cause


@pytest.mark.parametrize(
    "number", ["4711", "4,711", "4.711", "4 711", "4'711", "4\u2019711", "4\u202f711", "4\u00a0711"]
)
def test_a_code_with_a_separator_is_the_code(number: str) -> None:
    assert causes(number) == causes("4711")
    assert causes(f"code: {number.replace(' ', chr(0xA0))}")[0] == "missing-scope"


EXPIRED = [
    json.dumps({"status": 401, "error": {"code": "124", "message": "Access token is expired."}}),
    "System.Net.WebException: Zoom said {\"code\":124,\"message\":\"Access token is expired.\"} "
    "The remote server returned an error: (401) Unauthorized.",
    "AxiosError: Request failed with status code 401 { code: 124, message: 'Access token is expired.' }",
    json.dumps({"error": "Access token is expired."}),
]  # fmt: skip


@pytest.mark.parametrize("pasted", EXPIRED)
def test_an_expired_token_however_it_was_printed(pasted: str) -> None:
    assert causes(pasted)[0] == "token-expired"


UNAUTHORISED = [
    '{"status":false,"errorCode":401}',
    '{"status":false,"errorCode":401,"errorMessage":"Unauthorized"}',
    '{"status": false, "errorCode": "401", "result": null}',
    f"requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: {API_CALL}",
    f"httpx.HTTPStatusError: Client error '401 Unauthorized' for url '{API_CALL}'",
    "AxiosError: Request failed with status code 401",
    '{"message":"Request failed with status code 401","name":"AxiosError","code":"ERR_BAD_REQUEST","status":401}',
    "Invoke-RestMethod : The remote server returned an error: (401) Unauthorized.",
    "Invoke-RestMethod: Response status code does not indicate success: 401 (Unauthorized).",
    f"Client error: `GET {API_CALL}` resulted in a `401 Unauthorized` response",
    "urllib.error.HTTPError: HTTP Error 401: Unauthorized",
    "curl: (22) The requested URL returned error: 401",
    f"java.io.IOException: Server returned HTTP response code: 401 for URL: {API_CALL}",
    "Faraday::UnauthorizedError: the server responded with status 401",
    "HTTP/1.1 401 Unauthorized",
]


@pytest.mark.parametrize("pasted", UNAUTHORISED)
def test_a_refused_token_without_a_code(pasted: str) -> None:
    assert causes(pasted)[0] == "http-401"
    assert {"token-expired", "token-refused", "token-replaced"} <= set(causes(pasted))


NOTHING_SAID = [
    f"requests.exceptions.HTTPError: 400 Client Error: Bad Request for url: {TOKEN_CALL}",
    f"Client error: `POST {TOKEN_CALL}` resulted in a `400 Bad Request` response:",
    f"AxiosError: Request failed with status code 400 url: '{TOKEN_CALL}'",
    f"Invoke-RestMethod : The remote server returned an error: (400) Bad Request. + Invoke-RestMethod {TOKEN_CALL}",
    "POST /oauth/token: HTTP 400: The answer is empty.",
    f"POST {TOKEN_CALL} HTTP/1.1 400 {{}}",
]


@pytest.mark.parametrize("pasted", NOTHING_SAID)
def test_a_token_call_that_answers_400_with_nothing(pasted: str) -> None:
    assert causes(pasted) == ["client-credentials-wrong", "account-id-wrong", "app-not-active"]


def test_our_own_error_about_a_token_call_that_answers_400_with_nothing() -> None:
    error = ZoomError(ErrorKind.CREDENTIALS, "POST /oauth/token", "The answer is empty.", status=400)
    assert causes(error)[0] == "client-credentials-wrong"
    assert "app-not-active" in causes(error)


@pytest.mark.parametrize(
    ("pasted", "cause"),
    [
        ('{"error":"invalid_client","errorDescription":"Invalid client_id or client_secret"}',
         "client-credentials-wrong"),
        ('{"error":"{\\"reason\\":\\"Bad Request\\",\\"error\\":\\"invalid_request\\"}"}', "account-id-wrong"),
        ("400 Client Error: {'reason': 'Invalid client_id or client_secret', 'error': 'invalid_client'}",
         "client-credentials-wrong"),
        (f"Client error: `POST {TOKEN_CALL}` resulted in a `400 Bad Request` response:\n"
         '{"reason":"unsupported grant type","error":"unsupported_grant_type"}', "wrong-app-type"),
        ('{"message":"Only available for Paid account,kd83","code":"200"}', "basic-plan"),
        ('{"errors":[{"code":1,"message":"{\\"code\\":200,\\"message\\":\\"No permission.\\"}"}]}',
         "role-lacks-privilege"),
        ("Error 4,711", "missing-scope"),
        ("Zoom error 124", "wrong-cloud"),
        ('{"error":"unauthorized","error_description":"Invalid client"}', "client-credentials-wrong"),
        ('{"error":"invalid_token"}', "token-expired"),
        ("AxiosError: Request failed with status code 429", "limit-per-second"),
        ('{"status":400,"error":"Bad Request","path":"/oauth/token"}', "client-credentials-wrong"),
        ("token request: 400 Bad Request", "client-credentials-wrong"),
        ("requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: x", "limit-per-second"),
        ("requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: x", "server-error"),
        ("AxiosError: Request failed with status code 404", "http-404"),
        ("Error: getaddrinfo ENOTFOUND api.zoom.us", "name-not-found"),
        ("Error: connect ECONNREFUSED 127.0.0.1:443", "connection-blocked"),
        ("AxiosError: timeout of 1000ms exceeded", "timeout"),
    ],
)  # fmt: skip
def test_other_errors_however_they_were_printed(pasted: str, cause: str) -> None:
    assert causes(pasted)[0] == cause


@pytest.mark.parametrize(
    "piece",
    ["{", '{"a":', '"message":"', "code" + " " * 50, "doesn't contain ", "4,", "status ", "{'a':", "[{", '\\"', "1 "],
)
def test_any_length_of_anything_comes_to_an_end(piece: str) -> None:
    assert explain(piece * 20_000)


@pytest.mark.parametrize(
    "digits", ["&#" + "9" * 5000 + ";", "{'code': 0x" + "f" * 3900 + "}", "{'status': 0x" + "f" * 3900 + "}"]
)
def test_a_number_that_python_does_not_convert_is_none(digits: str) -> None:
    assert explain(f"does not contain scopes:[user:read:admin] {digits}")[0].id == "missing-scope"
