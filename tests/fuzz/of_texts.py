"""Texts of people: pasted credentials, errors to explain, filters, and how any text is made harmless."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import Any, Final

from hypothesis import strategies as st

from tests.fuzz.bounds import within_memory, within_steps
from tests.fuzz.documents import bodies
from tests.fuzz.invariants import SECRET, TOKEN, expect_no_secret
from tests.fuzz.targets import fuzzes
from tests.fuzz.texts import PIECES, edited, encodable, hostile, is_harmless, piece, runs, salted
from tests.fuzz.zoom_examples import REFUSALS
from zoomgov.advice.knowledge import explain
from zoomgov.advice.query import clues_in
from zoomgov.connectors.hints import credential_hints
from zoomgov.connectors.paste import Pasted, parse_credentials_block
from zoomgov.connectors.steps import is_email
from zoomgov.model.filters import FIELDS, LONGEST, as_typed, completed, matches, number_matches, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.secret import Credentials, Secret, scrubbed, sent_forms
from zoomgov.text import (
    all_spreadsheet_safe,
    escaped_for_terminal,
    fold,
    person_name,
    printable,
    search_text,
    spreadsheet_safe,
)
from zoomgov.verify.credentials import shape_hints
from zoomgov.verify.redact import redact
from zoomgov.zoom.clouds import ZOOM_US, parse_cloud

A, C, S = "AbC_dEfGhIjKlMnOpQr-t1", "tY6x0Zr9QmSdkVbWq_3LpA", "Hh2bN8sQwErT5yUiOpAsDfGhJkLzXcV9"
LABELS: Final = (
    ("Account ID", "Client ID", "Client secret"), ("Konto-ID", "Client-ID", "Client-Geheimnis"),
    ("ID de compte", "ID client", "Secret client"),
    ("Identifiant du compte", "Identifiant client", "Clé secrète du client"),
    ("ID de la cuenta", "ID del cliente", "Secreto del cliente"),
    ("ID da conta", "ID do cliente", "Segredo do cliente"),
    ("ID account", "ID client", "Segreto client"), ("アカウントID", "クライアントID", "クライアントシークレット"),
    ("账户 ID", "客户端 ID", "客户端密钥"), ("帳戶 ID", "用戶端 ID", "用戶端密碼"),
    ("계정 ID", "클라이언트 ID", "클라이언트 시크릿"),
    ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"), ("account_id", "client_id", "client_secret"),
)  # fmt: skip
LAYOUTS: Final = (
    "{0}\n{A}\n\n{1}\n{C}\n\n{2}\n{S}\n", "{0}: {A}\n{1}: {C}\n{2}: {S}", "{0}：{A}\n{1}：{C}\n{2}：{S}",
    "{0}\t{1}\t{2}\n{A}\t{C}\t{S}", "> {0}: {A}\n> {1}: {C}\n> {2}: {S}",
    "- **{0}**: `{A}`\n- **{1}**: `{C}`\n- **{2}**: `{S}`",
    '{{"{0}": "{A}", "{1}": "{C}", "{2}": "{S}"}}', "{0}={A}\n{1}={C}\n{2}={S}", "{0}\n{1}\n{2}\n{A}\n{C}\n{S}",
)  # fmt: skip
PAGES: Final = tuple(
    layout.format(*labels, A=A, C=C, S=S) for labels in LABELS for layout in LAYOUTS
)  # of every language, in every layout
BESIDE: Final = (
    "App Credentials", "Copy", "Regenerate", "Show", "Use your app credentials to generate an access token.", "",
    "Server-to-Server OAuth", "Manage", "https://marketplace.zoom.us/develop", "Activated", "\u200b", "\u202e", "  \t ",
    "-- \nAda Osei", "2026-11-30", "[bold]", "\x1b[0m",
)  # fmt: skip


def _found(pasted: Pasted) -> dict[str, str | None]:
    secret = pasted.client_secret.reveal() if pasted.client_secret else None
    return {"account_id": pasted.account_id, "client_id": pasted.client_id, "client_secret": secret}


def _expect_values(pasted: Pasted) -> None:
    for value in _found(pasted).values():
        assert value is None or value == "".join(value.split()) != ""
        assert value is None or all(unicodedata.category(one) not in ("Cc", "Cf", "Cs") for one in value)
    for warning in pasted.warnings:
        assert is_harmless(warning)
        assert not any(value and len(value) > 5 and value in warning for value in _found(pasted).values())


@fuzzes(
    text=edited(*PAGES)
    | salted(*(one for labels in LABELS for one in labels), A, C, S, S[:16], ": ", "=", "\n", "=3D", most=14)
)
def any_paste(text: str) -> None:
    """Whatever is pasted: values without blanks, warnings without values, and no secret that is cut unseen."""
    pasted = within_steps(lambda: parse_credentials_block(text), len(text), 400)
    _expect_values(pasted)
    secret = _found(pasted)["client_secret"]
    if secret is not None and len(secret) < len(S):
        assert pasted.warnings, "half a secret was taken silently"


@fuzzes(
    page=st.integers(0, len(PAGES) - 1),
    above=st.lists(st.sampled_from(BESIDE), max_size=4),
    below=st.lists(st.sampled_from(BESIDE), max_size=4),
    end=st.sampled_from(["\n", "\r\n", "\r", "\u2028"]),
    how=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    invisible=st.lists(st.tuples(st.integers(0, 400), st.sampled_from("\u200b\u200e\u2060\ufeff\u00ad")), max_size=6),
)
def a_page_with_things_beside_it(
    page: int, above: list[str], below: list[str], end: str, how: Any, invisible: list[tuple[int, str]]
) -> None:
    """The page in every language and layout gives all three, whatever else was copied along."""
    text = "\n".join([*above, PAGES[page], *below])
    for at, character in invisible:
        text = text[:at] + character + text[at:] if at < len(text) else text
    pasted = parse_credentials_block(unicodedata.normalize(how, text).replace("\n", end))
    _expect_values(pasted)
    found = _found(pasted)
    for name, wanted in zip(found, (A, C, S), strict=True):
        assert found[name] == wanted or (found[name] is None and pasted.warnings), f"{name} is {found[name]!r}"


ERRORS: Final = (
    *(json.dumps(one) for one in REFUSALS), *(json.dumps({"error": json.dumps(one)}) for one in REFUSALS),
    "4711", "4,711", "124", "invalid_client", "HTTP/1.1 401 Unauthorized",
    "AxiosError: Request failed with status code 400\n  response: {\n    status: 400,\n    data: {\n      code: 4711,\n"
    "      message: 'Invalid access token, does not contain scopes:[user:read:list_users:admin].'\n    }\n  }",
    "Client error: `GET https://api.zoom.us/v2/users` resulted in a `400 Bad Request` response:\n{\"code\":4711,\"mes",
    "Array\n(\n    [code] => 4711\n    [message] => x\n)", "{'code': 4711, 'message': 'It doesn\\'t contain'}",
    "Invoke-RestMethod : The remote server returned an error: (401) Unauthorized.", "&quot;code&quot;:4711",
    "requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://zoom.us/oauth/token?x",
    "does not contain scopes:[a:b:c, user:read:admin", "curl: (22) The requested URL returned error: 401",
    "no build app",
)  # fmt: skip
OF_ERRORS: Final = (
    '"code"', ":", "4711", "'message':", "{", "}", "[", "]", "\\\"", "error", "status", "HTTP 401", "does not contain ",
    "scopes:[", "user:read:admin", "code ", "(", ")", ",", '"', "'", "&#x22;", "=>", "Traceback", "\n",
)  # fmt: skip


@fuzzes(
    query=edited(*ERRORS)
    | salted(*ERRORS[-12:], *OF_ERRORS)
    | bodies(REFUSALS).map(lambda body: body.decode("latin-1")),
    cloud=st.sampled_from([ZOOM_US, parse_cloud("http://127.0.0.1:8000")]),
)
def any_error_to_explain(query: str, cloud: Any) -> None:
    """There is always an answer, it is the same twice, has no place left open, and repeats nothing harmful."""
    clues = within_steps(lambda: clues_in(query), len(query), 400)
    assert clues.status is None or 100 <= clues.status <= 599
    assert clues.code is None or clues.code == clues.code.lower()
    found = explain(query, cloud=cloud)
    assert found
    assert len({advice.id for advice in found}) == len(found)
    assert found == explain(query, cloud=cloud)
    for advice in found:
        for text in (advice.title, advice.cause, *advice.remedy, advice.link, advice.unknown):
            assert is_harmless(text), "explain repeats what acts on a terminal"
            assert not re.search(r"\{(marketplace|portal|hosts|cloud|scopes|any_scope|api_host|token_host)\}", text)


KINDS: Final = st.sampled_from(list(Kind))
FILTERS: Final = (
    'role:admin status:inactive last-login:>90d dept:"Field Sales" group:none', "members:0", "members:>100 admins:0",
    'name:"a,b",c -dept:law', "licence:licensed created:<7d", "-group:any", 'status:"active"', "privacy:anyone",
    '"a b"', "last-login:never", "domain:example.org", "groups:>9", "e-mail:x", "license:", "role:", "dept:a,,b",
    ":", "-:",
)  # fmt: skip
OF_FILTERS: Final = (
    "role:", "status:", "act", "dept:", "group:", "last-login:", "created:", "members:", "name:", "none", "any",
    "never", ">", "<", "90d", "7w", "99999y", "100", '"', ",", "-", " ", ":", "é", "İ", "x",
)  # fmt: skip
FILTER: Final = edited(*FILTERS) | salted(*OF_FILTERS, most=10)


@fuzzes(text=FILTER, kind=KINDS, cell=hostile | st.sampled_from(["Law", "none", ""]), number=st.integers(-5, 200))
def any_filter(text: str, kind: Kind, cell: str, number: int) -> None:
    """What was understood, typed anew, is understood alike; what was not is said in a harmless sentence."""
    found = within_steps(lambda: parse_filter(text, kind), len(text), 200)
    for condition in found.conditions:
        assert condition.field in FIELDS[kind]
        assert condition.values
        for value in condition.values:
            assert value.number >= 0
            assert isinstance(matches(value, cell), bool)
            assert isinstance(number_matches(value, number), bool)
    for problem in found.problems:
        assert len(problem) < 3 * LONGEST
    again = parse_filter(as_typed(found.text, found.conditions), kind)
    assert again.text == " ".join(found.text.split())
    assert again.conditions == found.conditions
    assert not again.problems


@fuzzes(text=FILTER, kind=KINDS, offered=st.lists(hostile | st.sampled_from(["Law", "Field Sales", 'a"b']), max_size=4))
def any_completion(text: str, kind: Kind, offered: list[str]) -> None:
    """What is completed begins as it was typed, and is longer."""
    longer = within_steps(
        lambda: completed(text, kind, {"dept": offered, "role": offered, "name": offered}), len(text), 400
    )
    if longer is not None:
        assert longer.startswith(text)
        assert len(longer) > len(text)
        assert len(parse_filter(longer, kind).problems) <= len(parse_filter(text, kind).problems) + 1


@fuzzes(text=hostile, other=hostile)
def any_shown_text(text: str, other: str) -> None:
    """What is shown is harmless and of the same length; what is escaped is the same JSON; no cell is a formula."""
    shown = printable(text)
    assert is_harmless(shown)
    assert len(shown) == len(text)
    assert printable(shown) == shown
    written = json.dumps({text: [other]}, ensure_ascii=False, indent=1)
    escaped = escaped_for_terminal(written)
    assert json.loads(escaped) == json.loads(written)
    assert all(is_harmless(line) for line in escaped.split("\n"))
    for cell in (text, other, text + ";" + other):
        safe = spreadsheet_safe(cell)
        assert is_harmless(safe)
        assert safe.lstrip()[:1] not in set("=+-@|%＝＋－＠") or not safe.strip()
        assert spreadsheet_safe(safe) == safe
        assert not all_spreadsheet_safe([cell]) or safe == cell
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow([safe, "x"])
        assert next(csv.reader(io.StringIO(out.getvalue()))) == [safe, "x"]


@fuzzes(display=encodable, first=encodable, last=encodable, email=encodable, dept=encodable)
def any_search_text(display: str, first: str, last: str, email: str, dept: str) -> None:
    """What is searched is three lines that fold to themselves and hold what people would type."""
    text = search_text(display, first, last, email, dept)
    lines = text.split("\n")
    assert len(lines) == 3
    assert "\0" not in text
    assert fold(person_name(display, first, last, email)) == lines[0]
    assert fold(email) == lines[1]
    assert fold(dept) == lines[2]
    for one in (display, email, dept):
        assert fold(fold(one)) == fold(one)


@fuzzes(
    account=hostile,
    client=encodable,
    secret=encodable.filter(lambda text: len(text) >= 12),
    before=hostile,
    after=hostile,
)
def any_secret_sent_back(account: str, client: str, secret: str, before: str, after: str) -> None:
    """Each form in which the secret is sent is removed from whatever it stands in; hints never quote it."""
    credentials = Credentials(account, client, Secret(secret))
    forms = sent_forms(credentials)
    for form in forms:
        assert form.reveal() not in scrubbed(f"{before}{form.reveal()}{after}", forms, "…")
    expect_no_secret(scrubbed(f"{before} Bearer {TOKEN}{after} {TOKEN}", (Secret(SECRET),)))
    for hint in shape_hints(credentials):
        assert secret not in hint.text
    for told in credential_hints(account, client, Secret(secret)).values():
        assert is_harmless(told)
        assert secret not in told


EMAILS: Final = (
    "ada@example.org",
    "a.b+c@sub.example.co",
    "ada@localhost",
    "@",
    "a@b.co",
    "ada@bücher.example",
    "x@y.z,w@v.u",
)


@fuzzes(
    text=salted(*EMAILS, TOKEN, A, " ", "dir.", "(", ")"),
    known=st.lists(st.sampled_from([A, C, "a@b.co", ""]), max_size=3),
)
def any_text_to_redact(text: str, known: list[str]) -> None:
    """A report for support has no address, no token and none of the known ids; redacted again, it stays."""
    clean = within_steps(lambda: redact(text, known), len(text), 100)
    expect_no_secret(clean)
    for one in known:
        assert not one.strip() or one not in clean
    for word in clean.split():
        assert not re.fullmatch(r"\w+@\w+\.[a-z]{2,}", word) or not is_email(word), word


@fuzzes(
    cost=6,
    which=st.sampled_from(["paste", "explain", "filter", "completed", "redact", "shown"]),
    before=st.sampled_from(["", "client id ", "does not contain scopes:[", "dept:", '{"message":"', '"', "a@"])
    | hostile,
    pump=st.sampled_from(PIECES)
    | piece
    | runs
    | st.sampled_from([*OF_ERRORS, *OF_FILTERS, "client id\n", "=\n", A + "\n"]),
    after=st.sampled_from(["", "\0", '"}', "]"]),
)
def long_texts(which: str, before: str, pump: str, after: str) -> None:
    """Long texts take steps and memory in proportion."""
    text = before + (pump or "x") * (20_000 // max(len(pump), 1)) + after
    job, steps = {
        "paste": (lambda: parse_credentials_block(text), 200),
        "explain": (lambda: clues_in(text), 100),
        "filter": (lambda: parse_filter(text, Kind.USERS), 60),
        "completed": (lambda: completed(text[:LONGEST], Kind.USERS, {"dept": [text[:40]]}), 60),
        "redact": (lambda: redact(text), 60),
        "shown": (lambda: (printable(text), spreadsheet_safe(text), fold(text)), 60),
    }[which]
    within_memory(lambda: within_steps(job, len(text), steps), len(text), 400)
