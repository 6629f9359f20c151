"""Changes as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.store.model import GrantKind, Kind
from zoomgov.widgets.table_layout import Column

from .browse_words import NOUNS, ONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.store.views import Changes, FieldChange, GrantChange, ItemChange
    from zoomgov.widgets.table_layout import Tone

ITEMS: Final = "items"
ACCESS: Final = "access"
_TONES: Final[dict[str, Tone]] = {"came": "good", "went": "error", "gained": "good", "lost": "error"}
_HOW: Final = {"added": "came", "removed": "went", "changed": "changed"}
_WAYS: Final = {
    GrantKind.GROUP_MEMBER: "member of",
    GrantKind.GROUP_ADMIN: "admin of",
    GrantKind.ROLE: "role",
    GrantKind.CONTACT_GROUP_MEMBER: "member of",
}

ITEM_COLUMNS: Final = (
    Column("name", "Name", 24, least=16, most=40),
    Column("how", "Change", 9, tones=_TONES),
    Column("what", "What", 40, least=38, most=90),
    Column("kind", "Kind", 14),
    Column("email", "E-mail", 28, most=40),
)
ACCESS_COLUMNS: Final = (
    Column("who", "Who", 24, least=16, most=40),
    Column("how", "Change", 8, tones=_TONES),
    Column("way", "As", 10),
    Column("what", "What", 26, least=16, most=48),
    Column("kind", "Kind", 14),
    Column("email", "E-mail", 28, most=40),
)


def _field(change: FieldChange) -> str:
    return f"{change.field}: {change.old or '(none)'} → {change.new or '(none)'}"


def item_rows(items: Iterable[ItemChange]) -> list[tuple[tuple[Kind, str], tuple[str, ...]]]:
    """Each change: what it is of, and a row of `ITEM_COLUMNS`."""
    return [
        (
            (item.kind, item.id),
            (
                item.name or item.id, _HOW[item.how], "; ".join(map(_field, item.fields)), ONE[item.kind], item.email,
            ),
        )
        for item in items
    ]  # fmt: skip


def grant_rows(grants: Iterable[GrantChange]) -> list[tuple[tuple[Kind, str], tuple[str, ...]]]:
    """Each grant: who it is of, and a row of `ACCESS_COLUMNS`."""
    return [
        (
            (Kind.USERS if grant.principal_kind == "user" else Kind.GROUPS, grant.principal_id),
            (
                grant.principal_name or grant.principal_id, "gained" if grant.gained else "lost", _WAYS[grant.kind],
                grant.target_name or grant.target_id, ONE[grant.target_kind], grant.principal_email,
            ),
        )
        for grant in grants
    ]  # fmt: skip


def tab_text(number: int, view: str, changes: Changes) -> Content:
    """`1 People and things  +3 −1 ~4`."""
    if view == ITEMS:
        title, hows = "People and things", [item.how for item in changes.items]
        counts = [("+", hows.count("added")), ("−", hows.count("removed")), ("~", hows.count("changed"))]
    else:
        title, gained = "Access", sum(grant.gained for grant in changes.grants)
        counts = [("+", gained), ("−", len(changes.grants) - gained)]
    told = " ".join(f"{sign}{count:,}" for sign, count in counts if count) or "none"
    return Content.assemble((f"{number} ", "bold $footer-key-foreground"), title, f"  {told}")


def sync_changes(changes: dict[str, int]) -> str:
    """What a sync changed against the one before, short: `users +3 −1 ~2, access +5 −4`."""
    told = []
    for kind in Kind:
        key = kind.value.replace("-", "_")
        signs = (("+", "added"), ("−", "removed"), ("~", "changed"))
        counts = [f"{sign}{changes[name]:,}" for sign, how in signs if changes.get(name := f"{key}_{how}")]
        if counts:
            told.append(f"{NOUNS[kind]} {' '.join(counts)}")
    counts = [f"{sign}{changes[name]:,}" for sign, name in (("+", "grants_gained"), ("−", "grants_lost"))
              if changes.get(name)]  # fmt: skip
    if counts:
        told.append(f"access {' '.join(counts)}")
    return ", ".join(told) or ("nothing" if changes else "first sync")
