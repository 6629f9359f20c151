"""No pattern takes more than in proportion to the text it is searched in; nor do the functions that search."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.house.growth import attacks, grows_too_fast
from zoomgov.advice.knowledge import _entries, explain
from zoomgov.advice.query import clues_in
from zoomgov.connectors.hints import credential_hints
from zoomgov.connectors.paste import parse_credentials_block
from zoomgov.connectors.rows import name_key
from zoomgov.connectors.steps import is_email
from zoomgov.model.filters import completed, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.secret import Credentials, Secret
from zoomgov.text import fold, printable, spreadsheet_safe
from zoomgov.verify.credentials import shape_hints
from zoomgov.verify.redact import redact
from zoomgov.words.kinds import privileges_in_words
from zoomgov.zoom.answers import Circumstances, missing_scopes, refusal
from zoomgov.zoom.transport import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[2]
ELSEWHERE: Final[set[str]] = set()
"""Modules with patterns that are not at their top: no test knows these, unless it is told of them."""
SEARCHES: Final = ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")


@dataclass(frozen=True)
class Found:
    """A pattern in the code, and one way in which it is used."""

    where: str
    pattern: re.Pattern[Any]
    method: str

    def __call__(self, text: str) -> object:
        given: Any = text.encode() if isinstance(self.pattern.pattern, bytes) else text
        if self.method == "finditer":
            return list(self.pattern.finditer(given))
        if self.method == "sub":
            return self.pattern.sub(given[:0], given)
        return getattr(self.pattern, self.method)(given)

    def __str__(self) -> str:
        return f"{self.where} {self.method} {self.pattern.pattern!r}"


def in_code() -> Iterator[Found]:
    """Each pattern that is written down, with each method that is called on it; `search` where none is seen."""
    for path in sorted([*ROOT.glob("zoomgov/**/*.py"), *ROOT.glob("screens/**/*.py")]):
        if "sim" in path.parts or path.is_relative_to(ROOT / "zoomgov" / "screens"):
            continue  # the simulator searches what its own user writes
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEARCHES:
                called.setdefault(ast.unparse(node.func.value), set()).add(node.func.attr)
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args):
                continue
            how = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if how == "compile":
                pattern, name = _compiled(node, tree, module)
                if pattern is None:
                    ELSEWHERE.add(module)
                else:
                    for method in sorted(called.get(name, {"search"})):
                        yield Found(f"{module}.{name}", pattern, method)
            elif how in SEARCHES:
                source = ast.literal_eval(node.args[0])
                flags = re.ASCII if any(ast.unparse(argument) == "re.ASCII" for argument in node.args) else 0
                yield Found(f"{module}:{node.lineno}", re.compile(source, flags), how)


def _compiled(call: ast.Call, tree: ast.Module, module: str) -> tuple[re.Pattern[Any] | None, str]:
    """The pattern that a call of re.compile at the top of a module gives, as that module has it, and its name."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is call:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = ast.unparse(target)
            loaded = __import__(module.replace("screens.", "zoomgov.screens.", 1), fromlist=[name])
            return getattr(loaded, name), name
    return None, ""


def of_advice() -> Iterator[Found]:
    for name, entry in _entries().items():
        for symptom in entry.when:
            for pattern in (symptom.text, symptom.body):
                if pattern is not None:
                    yield Found(f"advice {name}", pattern, "search")


ALL: Final = [*in_code(), *of_advice()]


def test_the_patterns_are_found() -> None:
    assert len(ALL) > 90
    assert {found.method for found in ALL} == set(SEARCHES)
    for name in ("answers._SCOPE_LIST", "redact._EMAIL", "filters._TOKEN", "paste_labels._LABEL", "query._SINGLE_END"):
        assert any(found.where.endswith(name) for found in ALL)
    assert {"zoomgov.advice.knowledge"} == ELSEWHERE, "write the pattern at the top of its module, with a name"


@pytest.mark.parametrize("found", ALL, ids=str)
def test_a_pattern_is_linear(found: Found) -> None:
    for before, pump, after in attacks(found.pattern):
        assert not grows_too_fast(found, before, pump, after), (before[:80], pump, after)


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"does\s+not\s+contain\b.*\bscope", "search"),
        (r"scopes?\s*:?\s*\[([^\]]*)\]", "search"),
        (r"contain\s+([\w:.,\s]+?)\s+scope", "search"),
        (r"code\s*[:=]?\s*(\d{3,5})", "search"),
        (r"[^\s@<>]+@((?:[\w-]+\.)+\w{2,})", "search"),
        (r'[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+', "fullmatch"),
        (r"[\d\s-]*\d[\d\s-]*", "fullmatch"),
        (r',(?=(?:[^"]*"[^"]*")*[^"]*$)', "split"),
        (r"a*a*b", "search"),
    ],
)
def test_one_that_is_not_linear_would_be_seen(pattern: str, method: str) -> None:
    """Those that were here before, and the simplest."""
    found = Found("", re.compile(pattern, re.IGNORECASE), method)
    assert any(grows_too_fast(found, *attack) for attack in attacks(found.pattern))


ANSWER: Final = Circumstances("GET /x", 0.0, 1, datetime(2026, 11, 1, tzinfo=UTC), (Secret("s" * 40),))


def answered(text: str) -> object:
    return refusal(Response(403, {"content-type": "text/plain"}, text.encode()), None, ANSWER)


FUNCTIONS: Final[dict[str, Callable[[str], object]]] = {
    "missing_scopes": missing_scopes,
    "refusal": answered,
    "clues_in": clues_in,
    "explain": explain,
    "parse_credentials_block": parse_credentials_block,
    "labels_and_values": lambda text: parse_credentials_block("client id " * (len(text) // 4) + "\n" + text),
    "redact": redact,
    "parse_filter": lambda text: parse_filter(text, Kind.USERS),
    "completed": lambda text: completed(text, Kind.USERS, {"dept": [text[:50], "Finance"]}),
    "is_email": is_email,
    "credential_hints": lambda text: credential_hints(text, text, Secret(text)),
    "shape_hints": lambda text: shape_hints(Credentials(text, text, Secret(text))),
    "printable": printable,
    "spreadsheet_safe": spreadsheet_safe,
    "fold": fold,
    "name_key": name_key,
    "privileges_in_words": lambda text: privileges_in_words([text]),
}
BEFORE: Final = ("", "does not contain ", "does not contain scopes:[", "dept:", '"code" ', '{"message":"', "client id ")
MARKS: Final = (
    "\u0301\u0323",
    "\u05c2\u05b0",
    "\u0f73",
    "\u1dc2\u1dc4",
    "\u0344\u0316",
    "\uff9e\u0315",
    "\u064b\u0653",
)
"""Combining marks whose order has to be changed, in several ways."""
PUMPS: Final = (
    " ", "a", "1", "-", ",", '"', "@", "a@", "a.", ".", "\n", "\t", "A", "[", "{", '{"a":', "does ",
    "does not contain ", "contain ", "scope", "scope[", "scopes: ", "code ", "code:", '"code":', "HTTP ", '"message":"',
    "client ", "client id", "client_id=", "x,", '",', "dept:", "Bearer ", "eyJ", "é", "\u202e", ";", "; ", "=",
    "access token ", "\0", "_a", "a_", "•", "•" * 5 + " ", "A1" * 12 + " ",
    "=\n", "a=\n", "=3D", "&amp;", "scopes:[a", "a 1 ", "A1\n", "{'a':", "{\"a\":{'b':", '{"a":"{',
    "\\", "\x1b[", "error ", "error:", "(400) ", "returned ", "client error ", "client id A1" + "A1" * 9 + "\n",
    "account id of ", "&#9", *MARKS,
)  # fmt: skip
SLOW: Final = ("explain", "parse_credentials_block", "labels_and_values")
"""Milliseconds each, in proportion; what they call is tried with everything."""
AFTER: Final = ("", '\0 scope"}')


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_linear(name: str) -> None:
    for before in BEFORE if name not in SLOW else ("", "client id "):
        for pump in PUMPS:
            for after in AFTER:
                assert not grows_too_fast(FUNCTIONS[name], before, pump, after), (before, pump, after)


def test_a_run_of_accents_in_a_paste_is_linear() -> None:
    assert not grows_too_fast(parse_credentials_block, "client id ", "\u0301\u0316" * 4, "")
