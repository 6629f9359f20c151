"""What goes with every export: where the data is from, of when, and what was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoomgov import __version__
from zoomgov.model.filters import as_typed

if TYPE_CHECKING:
    from zoomgov.model.changes import Changes
    from zoomgov.model.queries import Query
    from zoomgov.model.syncs import SyncInfo


def about(
    connector: str,
    sync: SyncInfo,
    *,
    query: Query | None = None,
    only: frozenset[int] | None = None,
    changes: Changes | None = None,
) -> dict[str, Any]:
    """Return the facts about an export; the keys are those of the JSON formats.

    There is no time of writing: the same sync gives the same file.
    """
    facts: dict[str, Any] = {
        "connector": connector,
        "sync": sync.number,
        "started_at": sync.started_at,
        "finished_at": sync.finished_at,
        "complete": sync.complete,
        "not_read": [
            {
                "part": gap.part,
                "target": gap.target,
                "name": gap.name,
                "reason": gap.reason,
                "last_read_in_sync": gap.last_read,
            }
            for gap in sync.not_read
        ],
        "disagreements": [
            {"what": one.what, "read": one.read, "expected": one.expected, "source": one.source}
            for one in sync.disagreements
        ],
        "written_by": f"zoomgov {__version__}",
    }
    if changes is not None:
        facts["compared_with_sync"] = changes.from_sync
        facts["not_compared"] = [
            {
                "part": gap.part,
                "target": gap.target,
                "reason": gap.reason,
                "not_read_in_sync": gap.sync,
                "read_in_sync_instead": gap.instead,
            }
            for gap in changes.not_compared
        ]
        facts["people_not_known_to_be_gone"] = changes.missing
        facts["access_in_effect"] = changes.in_effect
    if query is not None and (query.text or query.conditions or query.within is not None):
        facts["filter"] = as_typed(query.text, query.conditions)
        if query.within is not None:
            facts["within"] = {"kind": str(query.within.kind), "id": query.within.id}
    if only is not None:
        facts["rows_chosen_by_hand"] = len(only)
    return facts


def about_lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the facts as lines for people: (label, text)."""
    complete = "yes" if facts["complete"] else "NO: see what was not read and what disagrees"
    lines = [
        ("Connector", str(facts["connector"])),
        ("Sync", str(facts["sync"])),
        ("Started", facts["started_at"]),
        ("Finished", facts["finished_at"]),
        ("Complete", complete),
    ]
    if "compared_with_sync" in facts:
        lines.append(("Compared with sync", str(facts["compared_with_sync"])))
    if facts.get("access_in_effect"):
        lines.append(("Access", "in effect: also what people reach through user groups"))
    for gap in facts.get("not_compared", ()):
        where = f"{gap['part']} {gap['target']}".strip()
        instead = gap["read_in_sync_instead"]
        held = f" Compared as of sync {instead} instead." if instead else ""
        lines.append(
            ("Not compared", f"{where}: sync {gap['not_read_in_sync']} did not read it.{held} {gap['reason']}")
        )
    if facts.get("people_not_known_to_be_gone"):
        many = facts["people_not_known_to_be_gone"]
        lines.append(("Not compared", f"{many:,} people: gone, or in a list that was not read; not told as gone."))
    if "filter" in facts:
        lines.append(("Only rows with", facts["filter"] or "(no words)"))
    if "within" in facts:
        lines.append(("Only people in", f"{facts['within']['kind']} {facts['within']['id']}"))
    if "rows_chosen_by_hand" in facts:
        lines.append(("Only rows", f"chosen by hand: {facts['rows_chosen_by_hand']:,}"))
    for gap in facts["not_read"]:
        where = f"{gap['part']} {gap.get('name') or gap['target']}".strip()
        held = f" Shown as of sync {gap['last_read_in_sync']}." if gap["last_read_in_sync"] else ""
        lines.append(("Not read", f"{where}: {gap['reason']}{held}"))
    for one in facts["disagreements"]:
        lines.append(("Disagrees", f"{one['what']}: read {one['read']}, expected {one['expected']} ({one['source']})"))
    lines.append(("Written by", facts["written_by"]))
    return lines
