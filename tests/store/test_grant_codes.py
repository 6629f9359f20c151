"""Packed grant numbers, and that only one module takes them apart."""

from __future__ import annotations

import ast
import re
import sqlite3
from pathlib import Path

import pytest

import zoomgov
from zoomgov.store.grant_codes import (
    FACT_SQL,
    GRANT_CODES,
    OF_FACT_SQL,
    RECORD_GRANTS_SQL,
    RECORD_KINDS,
    TARGET_KINDS,
    fact_of,
    grant_kind,
    target_and_kind,
    target_of,
)

ROOTS = (Path(zoomgov.__file__).parent, Path(__file__).parents[1])
PACKED = {(ast.BitAnd, 7), (ast.RShift, 3), (ast.LShift, 3), (ast.Mult, 8), (ast.FloorDiv, 8), (ast.Mod, 8)}
IN_SQL = re.compile(r"\bkind\s*(=|<>|IN)\s*\(?\d|\b(target|fact)\s*(\*|/|%|&|<<|>>)\s*\d", re.IGNORECASE)
NO_GRANTS = {"grant_codes.py", "test_grant_codes.py", "protobuf.py", "logins.py", "transport.py"}
"""This module and its test, and those whose 8 and 3 are bits of a Protobuf tag, eighths of a bar, and mebibytes."""


@pytest.mark.parametrize("kind", GRANT_CODES.values())
@pytest.mark.parametrize("target", [1, 2, 7, 8, 9, 1 << 28])
def test_what_is_packed_is_unpacked_the_same_in_python_and_in_sql(kind: int, target: int) -> None:
    fact = fact_of(kind, target)
    assert (target_of(fact), grant_kind(fact)) == (target, kind) == target_and_kind(fact)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE grants (target INTEGER, kind INTEGER)")
    connection.execute("INSERT INTO grants VALUES (?, ?), (?, ?)", (target, kind, target + 1, kind))
    found = connection.execute(f"SELECT {FACT_SQL} FROM grants WHERE {OF_FACT_SQL}", target_and_kind(fact)).fetchall()
    assert found == [(fact,)]
    of_records = connection.execute(f"SELECT count(*) FROM grants WHERE {RECORD_GRANTS_SQL}").fetchone()
    assert of_records == ((2,) if kind in RECORD_KINDS else (0,))
    connection.close()


def test_every_kind_has_a_code_of_its_own_that_fits() -> None:
    assert len({fact_of(code, 5) for code in GRANT_CODES.values()}) == len(GRANT_CODES) == len(TARGET_KINDS)
    assert {target_of(fact_of(code, 5)) for code in GRANT_CODES.values()} == {5}


def arithmetic(source: str) -> list[int]:
    """Lines on which a number is taken apart or put together as facts are, or SQL names a kind by its number."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.BinOp(op=op, right=ast.Constant(value=int(by))) if (type(op), by) in PACKED:
                found.append(node.lineno)
            case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=8)):
                found.append(node.lineno)
            case ast.Constant(value=str(text)) if IN_SQL.search(text):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "line",
    [
        "x = fact & 7",
        "x = {fact >> 3 for fact in y}",
        "x = target * 8 + code",
        "x = 8 * target",
        "x = fact // 8",
        "x = 'SELECT 1 FROM grants WHERE kind IN (1, 3)'",
        "x = f'SELECT {y} FROM grants WHERE g.kind = 2 AND {z}'",
        "x = 'SELECT target * 8 + kind FROM grants'",
    ],
)
def test_such_arithmetic_is_found(line: str) -> None:
    assert arithmetic(line) == [1]


@pytest.mark.parametrize("root", ROOTS, ids=["zoomgov", "tests"])
def test_no_other_module_takes_a_fact_apart(root: Path) -> None:
    rooms = [folder for folder in root.iterdir() if folder.is_dir() and folder.name != "sim"]
    files = [file for folder in rooms for file in folder.resolve().rglob("*.py") if file.name not in NO_GRANTS]
    assert len(files) > 100
    assert [f"{file}:{line}" for file in files for line in arithmetic(file.read_text(encoding="utf-8"))] == []
