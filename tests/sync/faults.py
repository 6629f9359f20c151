"""Writes the table of docs/faults.md from the decorators of the tests that check it.

After a change of those tests run `python -m tests.sync.faults`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

T = TypeVar("T", bound=Callable[..., Any])

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "faults.md"
MODULES: Final = (
    "tests.sync.test_faults",
    "tests.sync.test_more_faults",
    "tests.sync.test_strange",
    "tests.sync.test_membership",
    "tests.sync.test_gone",
    "tests.sync.test_misleading",
    "tests.sync.test_truth",
    "tests.sync.test_malformed",
    "tests.sync.test_resumed",
    "tests.sync.test_killed",
    "tests.cli.test_stopped",
    "tests.store.write.test_power_loss",
)
ROWS: Final[dict[str, list[tuple[str, str, str]]]] = {}
"""Rows by the last part of the module's name, so that their order does not depend on the order of imports."""

NOTHING: Final = "nothing"


def fault(what: str, happens: str, lost: str = NOTHING) -> Callable[[T], T]:
    """Decorate a test that checks a row: the fault `what`, what `happens`, and what is `lost`."""

    def keep(test: T) -> T:
        rows = ROWS.setdefault(test.__module__.rpartition(".")[2], [])
        if (what, happens, lost) not in rows:
            rows.append((what, happens, lost))
        return test

    return keep


def passing(cases: dict[str, dict[str, Any]], happens: str) -> Callable[[T], T]:
    """Parametrise a test with transient faults: `cases` are fields of `FaultRule` by description."""

    def keep(test: T) -> T:
        for what in cases:
            fault(what, happens)(test)
        parametrized: T = pytest.mark.parametrize("fault", list(cases.values()), ids=list(cases))(test)
        return parametrized

    return keep


def document() -> str:
    """Return the text of docs/faults.md."""
    for module in MODULES:
        importlib.import_module(module)
        assert module.rpartition(".")[2] in ROWS, f"{module} holds no line"
    lines = [
        "# What goes wrong during a sync, and what it costs",
        "",
        "Each line is a test that breaks a real sync, over HTTP against the simulator or at its files, and "
        "checks what the store holds "
        "afterwards; a test fails when this table and the tests differ.",
        "",
        "| Fault | What happens | What is lost |",
        "|---|---|---|",
        *(
            f"| {what} | {happens} | {lost} |"
            for module in MODULES
            for what, happens, lost in ROWS[module.rpartition(".")[2]]
        ),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    from tests.sync import faults

    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(faults.document(), encoding="utf-8")
