"""Changes between syncs in words."""

from __future__ import annotations

from zoomgov.model.kinds import Kind
from zoomgov.words.kinds import NOUNS


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
