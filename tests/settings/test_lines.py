"""The line of each key in a document, however it is written; compared with what the decoder makes of its beginning."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.settings.lines import key_lines, line_of

DOCUMENT = '''\
# a = 1
top = 1  # [no] = table
"quoted.key" = """
[not.a.table]
x = 1 \\
"""
dotted.inner . "deep" = 2
'single' = [
  1, # ] not the end
  [2, "]"],
  { a = "x", "b=" = '}' },
]
[table]   # = comment
x = {y = 1}
    [table.'sub.x']
      indented = 1979-05-27T07:32:00
[[many]]
a = ''\'
b = 2
''\'\'
[[many]]
c = "\\" = # "
last = 1'''


def test_lines_of_a_document_with_everything_in_it() -> None:
    tomllib.loads(DOCUMENT)
    assert key_lines(DOCUMENT) == {
        ("top",): 2,
        ("quoted.key",): 3,
        ("dotted",): 7,
        ("dotted", "inner"): 7,
        ("dotted", "inner", "deep"): 7,
        ("single",): 8,
        ("table",): 13,
        ("table", "x"): 14,
        ("table", "sub.x"): 15,
        ("table", "sub.x", "indented"): 16,
        ("many",): 17,
        ("many", "a"): 18,
        ("many", "c"): 22,
        ("many", "last"): 23,
    }
    assert line_of(key_lines(DOCUMENT), ("table", "x", "y")) == 14
    assert line_of(key_lines(DOCUMENT), ("nowhere",)) == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_of_both_kinds(ends: str) -> None:
    assert key_lines(ends.join(["[a]", "", "b = 1", "c = '''", "'''", "d = 2"])) == {
        ("a",): 1, ("a", "b"): 3, ("a", "c"): 4, ("a", "d"): 6,
    }  # fmt: skip


names = st.sampled_from(["a", "b-1", '"q.x"', "'l'", '"\\u0041"', "c"])
values = st.sampled_from(
    [
        "1",
        '"x # ] ="',
        "'\"'",
        '"""\n[x]\n a = 1"""',
        "'''\n'\n'''",
        "[1,\n [2], # c ]\n]",
        "{ z = 1, y = [ 2 ] }",
        "2.5",
    ]
)
comments = st.sampled_from(["", "# c = 1", "  # [t]", '# "', "\n"])


@st.composite
def documents(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Statements: what comes first, and the statement."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        name = draw(names)
        if draw(st.booleans()):
            found.append((draw(comments), f"[t{number}.{name}]{draw(comments)}"))
        else:
            found.append((draw(comments), f"k{number} . {name}={draw(values)} {draw(comments)}"))
    return found


@given(documents())
def test_each_statement_is_found_on_its_line(statements: list[tuple[str, str]]) -> None:
    text = ""
    began = {}
    for number, (before, statement) in enumerate(statements):
        text += before + "\n"
        began[number] = text.count("\n") + 1
        text += statement + "\n"
    decoded: Any = tomllib.loads(text)
    lines = key_lines(text)
    for path in paths(decoded):
        if (of := path_number(path)) is not None and path in lines:
            assert lines[path] == began[of], text
    assert {path_number(path) for path in lines} >= set(began)


def paths(value: Any, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [above]
    return [above, *(path for name, inner in value.items() for path in paths(inner, (*above, name)))]


def path_number(path: tuple[str, ...]) -> int | None:
    """The number of the statement that a path begins with or, in a table, ends with."""
    numbers = [int(part[1:]) for part in path if part[:1] in ("t", "k") and part[1:].isdigit()]
    return numbers[-1] if numbers else None
