"""The README's table of scopes equals the catalogue."""

from __future__ import annotations

from pathlib import Path

from zoomgov.zoom.scopes import NEEDS, ScopeKind

README = Path(__file__).parents[2] / "README.md"


def test_the_table_is_the_catalogue() -> None:
    rows = [
        f"| {need.title} | {'none' if need.classic_only else f'`{need.tick(ScopeKind.GRANULAR)}`'}"
        f" | `{need.tick(ScopeKind.CLASSIC)}` | {need.importance} |"
        for need in NEEDS
    ]
    assert "\n".join(rows) in README.read_text(encoding="utf-8"), "the table should be:\n" + "\n".join(rows)
