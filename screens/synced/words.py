"""What pages about one sync say: counts, when it was read, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.model.kinds import Kind
from zoomgov.model.parts import PARTS_OF, WHOLE_PARTS
from zoomgov.model.syncs import NotRead
from zoomgov.words.kinds import NOUNS, count
from zoomgov.words.parts import part_name
from zoomgov.words.syncs import listed
from zoomgov.words.times import ago

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.model.syncs import SyncInfo
    from zoomgov.widgets.table.table_layout import Tone

PLACEHOLDERS: Final = {
    Kind.USERS: "Search name, e-mail, department …",
    Kind.GROUPS: "Search groups …",
    Kind.CONTACT_GROUPS: "Search contact groups …",
    Kind.ROLES: "Search roles …",
}

DEFAULT_SORT: Final = "name"

STATUS_TONES: Final[Mapping[str, Tone]] = {"inactive": "muted", "pending": "warning", "not a user": "error"}

NOTHING_SYNCED: Final = (
    "Nothing has been synced yet.\n\n"
    "A sync reads users, groups, contact groups and roles, and who has what. It changes nothing in Zoom.\n\n"
    "Press f5 to start it."
)


def _gaps(kind: Kind, sync: SyncInfo) -> list[NotRead]:
    return [gap for gap in sync.not_read if gap.part in PARTS_OF[kind]]


def not_read_reason(kind: Kind, sync: SyncInfo) -> str | None:
    """Return why nothing of `kind` was read; None when some or all of it was."""
    whole = WHOLE_PARTS[kind]
    missed = [gap for gap in _gaps(kind, sync) if gap.part in whole and not gap.target]
    return missed[0].reason if len(missed) == len(whole) else None


_COUNTS_FROM: Final = 70
"""Cells of a screen on which all titles fit side by side with their counts."""


def tab_label(number: int, kind: Kind, sync: SyncInfo, width: int) -> Content:
    """Return the title of a tab, e.g. `1 Users 200,000`, with a mark for gaps. `width`: cells of the screen."""
    key = kind.value.replace("-", "_")
    parts: list[str | tuple[str, str]] = [(f"{number} ", "bold $footer-key-foreground"), NOUNS[kind].capitalize()]
    if not_read_reason(kind, sync) is not None:
        parts.append((" not read", "$text-warning"))
    else:
        if width >= _COUNTS_FROM:
            parts.append(f" {sync.counts.get(key, 0):,}")
        if _gaps(kind, sync):
            parts.append((" ▲", "$text-warning"))
    return Content.assemble(*parts)


def empty_text(kind: Kind, sync: SyncInfo) -> str:
    """Return why a table has no rows."""
    reason = not_read_reason(kind, sync)
    if reason is not None:
        return f"Not read: {reason} This is not the same as having none. Press n for what to do."
    return f"The account has no {NOUNS[kind]}."


def notice_text(kind: Kind, sync: SyncInfo, target: str | None = None) -> str:
    """Return what of `kind` was not read, in a line; empty for nothing. `target`: of this resource only."""
    gaps = [gap for gap in _gaps(kind, sync) if target is None or gap.target in ("", target)]
    if not gaps:
        return ""
    if not_read_reason(kind, sync) is not None and all(gap.last_read is None for gap in gaps) and target is None:
        return ""  # the table has no rows, and says why
    what = listed(list(dict.fromkeys(part_name(gap.part) for gap in gaps)))
    older = [gap.last_read for gap in gaps if gap.last_read is not None]
    shown = f" What you see of it is from sync {max(older)}." if older else ""
    return f"Not read: {what}. {gaps[0].reason}{shown}"


_WORDS_FROM: Final = 126
"""Cells of a screen on which the last line has room to say what “complete” means."""


def sync_line(sync: SyncInfo, now: datetime, width: int) -> Content:
    """Return when the sync was read, and whether it is complete. `width`: cells of the screen."""
    then = datetime.fromisoformat(sync.finished_at)
    parts: list[str | tuple[str, str]] = [f"Synced {ago(then, now)}, "]
    if sync.complete:
        parts.append(("● complete", "$text-success"))
        if width >= _WORDS_FROM:
            parts.append(": everything was read, and Zoom's totals agree")
        return Content.assemble(*parts)
    parts.append(("▲ not complete", "$text-warning"))
    missing = list(dict.fromkeys(part_name(gap.part) for gap in sync.not_read))
    if missing:
        named = listed(missing) if width >= 120 and len(missing) <= 4 else count(len(missing), "part")
        parts.append(f": {named} not read")
    elif sync.disagreements:
        parts.append(f": {count(len(sync.disagreements), 'total does', 'totals do')} not agree")
    parts.append(("  n", "bold $footer-key-foreground"))
    parts.append(" why")
    return Content.assemble(*parts)
