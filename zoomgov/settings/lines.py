"""On which line of a TOML document each key stands: the standard library's decoder does not tell."""

from __future__ import annotations

import re
import tomllib

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?(?:""""{0,2}|\Z)'
    r"|'''.*?(?:''''{0,2}|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?|#[^\n]*|[\[\]{}=\n]|[^\s\"'#\[\]{}=]+|[^\S\n]+",
    re.DOTALL,
)
"""A text in one of four quotations, a comment, what gives structure, and the rest. What is not closed goes to the end
of text or line: to look for the close anew from each quotation mark would take quadratic time."""


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line, from 1, on which each key and each table of a document begins.

    What stands in an inline table or in a list has the line of that.

    Args:
        text: a document that can be decoded; anything else gives something, or ValueError.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    head: list[str] = []  # of the statement, up to its = or line end
    line, depth, in_value = 1, 0, False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if in_value:
            depth += (token in "[{") - (token in "]}")
            in_value = depth > 0 or token != "\n"
        elif token == "=":
            _note(found, table + _path(head), line)
            head, in_value = [], True
        elif token == "\n":
            if head:
                table = _path([part for part in head if part not in "[]"])
                _note(found, table, line)
            head = []
        elif token[0] != "#" and not token.isspace():
            head.append(token)
        line += token.count("\n")
    if head:
        _note(found, _path([part for part in head if part not in "[]"]), line)
    return found


def line_of(lines: dict[tuple[str, ...], int], path: tuple[str, ...]) -> int:
    """The line of a key, or of the nearest table around it; 0 when there is none."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)


def _note(found: dict[tuple[str, ...], int], path: tuple[str, ...], line: int) -> None:
    for end in range(1, len(path) + 1):
        found.setdefault(path[:end], line)


def _path(written: list[str]) -> tuple[str, ...]:
    """The parts of a key, which may be quoted and dotted."""
    value: object = tomllib.loads(f"{''.join(written)} = 0")
    parts = []
    while isinstance(value, dict):
        part, value = next(iter(value.items()))
        parts.append(part)
    return tuple(parts)
