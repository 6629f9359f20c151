"""How people have a resource, in words: `member`, `admin`, `through Finance`."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from zoomgov.store.grant_codes import ADMIN, CONTACT, HOLDER, MEMBER
from zoomgov.store.read.effective_access import paths_sql, paths_to_target
from zoomgov.store.read.id_vectors import decoded, span
from zoomgov.store.read.table_rows import CODES, resource_names
from zoomgov.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.model.kinds import Kind
    from zoomgov.store.snapshot import Snapshot

_MANY: Final = 1000
"""Up to so many people are named in the query; for more, everyone is read."""
_LABELS: Final = {MEMBER: "member", ADMIN: "admin", HOLDER: "holds the role", CONTACT: "member"}


def access_labels(snapshot: Snapshot, kind: Kind, target: int, ids: Sequence[int]) -> dict[int, str]:
    """Return the label of each of `ids` who has the resource."""
    labels: dict[int, list[str]] = {}
    through: dict[int, list[int]] = {}
    for path in paths_to_target(snapshot, CODES[kind], target, list(ids) if len(ids) <= _MANY else None):
        if path.via is None:
            labels.setdefault(path.person, []).append(_LABELS[path.kind])
        else:
            through.setdefault(path.person, []).append(path.via)
    names = resource_names(snapshot, {via for vias in through.values() for via in vias})
    for person, vias in through.items():
        labels.setdefault(person, []).extend(f"through {name}" for name in sorted(names[via] for via in vias))
    return {person: ", ".join(words) for person, words in labels.items()}


def access_label_ranks(snapshot: Snapshot, kind: Kind, target: int) -> tuple[array[int], int]:
    """Return the rank of each id by its label, and the highest rank; no label is made for each person."""
    people_of = f"json_group_array(person) FROM {paths_sql(snapshot)} WHERE target = ? AND kind = ? AND via IS"
    found: list[tuple[bool, str, int, str]] = []
    for code in CODES[kind]:
        (direct,) = snapshot.connection.execute(f"SELECT {people_of} NULL", (target, code)).fetchone()
        found.append((False, "", code, direct))
    through = snapshot.connection.execute(
        f"SELECT via, {people_of} NOT NULL GROUP BY via", (target, CONTACT)
    ).fetchall()
    names = resource_names(snapshot, {via for via, _ in through})
    found += [(True, names[via], CONTACT, people) for via, people in through]
    combined = array("I", bytes(4 * span(snapshot.connection)))
    texts, places = [""], {"": 0}
    for is_through, name, code, people in sorted(found):
        word = f"through {name}" if is_through else _LABELS[code]
        longer: dict[int, int] = {}
        for person in decoded(people):
            before = combined[person]
            after = longer.get(before)
            if after is None:
                text = f"{texts[before]}, {word}" if before else word
                after = places.setdefault(text, len(texts))
                if after == len(texts):
                    texts.append(text)
                longer[before] = after
            combined[person] = after
    order = sorted({fold(text) for text in texts})
    rank_of = [order.index(fold(text)) for text in texts]
    return array("I", map(rank_of.__getitem__, combined)), len(order) - 1
