"""What the export page offers, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.export import Format, OneTable, TableName, WholeSync, install_command
from zoomgov.widgets.radio_group import Alternative
from zoomgov.words.kinds import NOUNS, count

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.export import Progress, What, Written
    from zoomgov.model.changes import Changes
    from zoomgov.services.stores import Reader

    from ..synced.shown_table import ShownTable

SUM: Final = "sum"
_FORMATS: Final = (
    (Format.XLSX, "XLSX", "a workbook, one sheet a kind and a cover sheet"),
    (Format.CSV, "CSV", "a file a kind, packed together when there are several"),
    (Format.JSON, "JSON", "one document"),
    (Format.JSONL, "JSON Lines", "a line a row"),
    (Format.PARQUET, "Parquet", "for data tools"),
    (Format.C1Z, "c1z", "for ConductorOne's baton"),
)
_IN_FOLDERS: Final = (Format.CSV, Format.PARQUET)
"""Formats that write one file for each table."""
_MISSING: Final = "not installed: choose it to see how"
_BAR: Final = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice of what to write."""

    line: Alternative
    sync: int
    """Number of the sync."""
    part: str
    """Its part of the file's name."""
    what: Callable[[Reader], What]
    """Called on a worker thread: comparing takes a while."""
    several: bool = False
    """More than one table."""
    packs: bool = False
    """Whether it is whole syncs: a c1z holds nothing else."""


def whole_offer(number: int) -> Offer:
    """Offer everything of one sync."""
    line = Alternative("whole", f"All of sync {number}", "everyone, everything and who has what")
    return Offer(line, number, "", lambda reader: WholeSync(), several=True, packs=True)


def table_offers(number: int, shown: ShownTable) -> list[Offer]:
    """Offer the rows of a table, and the marked ones, found now or not. The most likely choice comes last."""
    name = TableName(shown.kind.value)
    people = f" in {shown.within}" if shown.within else ""
    part = f"-{shown.kind}" + (_slug(f"-in-{shown.within}") if people else "")
    text = f"What the table shows: {shown.rows:,} {NOUNS[shown.kind]}{people}{_found_by(shown.typed)}"
    found = OneTable(name, shown.query)
    offers = [Offer(Alternative("table", text), number, part, lambda reader: found)]
    if shown.marked:
        text = f"What is marked: {len(shown.marked):,} of the {NOUNS[shown.kind]}{people}"
        marked = OneTable(name, replace(shown.query, text="", conditions=()), shown.marked)
        offers.append(Offer(Alternative("marked", text), number, f"{part}-marked", lambda reader: marked))
    return offers


def since_offer(older: int, newer: int) -> Offer:
    """Offer what changed between two syncs; they are compared when it is written."""
    line = Alternative("changes", f"What changed from sync {older} to sync {newer}")
    return Offer(line, newer, f"-changes-since-{older}", lambda reader: reader.diff(older, newer), packs=True)


def compared_offers(changes: Changes, found: Changes, typed: str) -> list[Offer]:
    """Offer everything that changed, and what a table shows of it."""
    newer, part = changes.to_sync, f"-changes-since-{changes.from_sync}"
    everything = Alternative("compared", f"Everything that changed from sync {changes.from_sync} to {newer}")
    number = count(len(found.items) + len(found.grants), "change")
    some = Alternative("found", f"What the table shows: {number}{_found_by(typed)}")
    return [
        Offer(everything, newer, part, lambda reader: changes, packs=True),
        Offer(some, newer, f"{part}-found", lambda reader: found),
    ]


def _found_by(typed: str) -> str:
    return f", found by {typed}" if typed else ""


def formats() -> list[Alternative]:
    """Return all formats; a format whose library is missing says so."""
    return [
        Alternative(form, f"{name:<10}", about if install_command(form) is None else _MISSING)
        for form, name, about in _FORMATS
    ]


def usual_format() -> Format:
    """Return XLSX, or CSV where the library for workbooks is missing."""
    return Format.XLSX if install_command(Format.XLSX) is None else Format.CSV


def hint(offer: Offer, form: Format) -> tuple[str, str]:
    """Return what to know before Enter is pressed, and the CSS class of that text."""
    if (command := install_command(form)) is not None:
        return f"{form} needs a library that is not installed. Leave, and run:\n{command}", "-problem"
    if form is Format.C1Z and not offer.packs:
        return "A c1z holds whole syncs. For these rows alone, choose another format.", "-problem"
    if form is Format.C1Z and not offer.several:
        return "Enter writes both syncs whole: baton diff compares them.", ""
    return "Enter writes it, for you alone to read.", ""


def misnamed(path: Path, form: Format) -> str:
    """Return why `path` is a bad name for a file of this format; empty when it is not.

    Raises:
        OSError: it may not be looked at.
    """
    if form not in _IN_FOLDERS and path.is_dir():
        return f"{path} is a folder. Name a file in it."
    meant = path.suffix.lower().removeprefix(".")
    if meant == form or meant not in set(Format):
        return ""
    name = next(name for one, name, _ in _FORMATS if one == meant)
    return f"{path.name} would be taken for {name}. Choose that format above, or call it {path.stem}.{form}."


def suggested_path(connector: str, offer: Offer, form: Format) -> str:
    """Return a path in the current folder, or in the home folder when that is gone."""
    try:
        folder = Path.cwd()
    except FileNotFoundError:
        folder = Path.home()
    several = offer.several and form in (Format.CSV, Format.PARQUET)
    name = f"zoomgov{_slug(f'-{connector}') or '-connector'}-sync-{offer.sync}{offer.part}"
    return str(folder / f"{name}.{'zip' if several else form}")


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).rstrip("-").lower()


def progress_text(progress: Progress) -> str:
    """Return the progress in words, with a bar where the total is known."""
    bar = ""
    if progress.total:
        full = min(_BAR * progress.done // progress.total, _BAR)
        bar = f"{'━' * full}{'─' * (_BAR - full)}  "
    return f"{bar}{progress.text} …  Esc stops it."


def done_text(written: Written) -> str:
    """Return where the files are, and how large."""
    assert written.path is not None
    size = written.path.stat().st_size
    large = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(size // 1000, 1):,} kB"
    beside = f"\nCheck sum: {written.sha256.name}" if written.sha256 is not None else ""
    folder = written.path.is_dir()
    return f"✓ {written.path}\n{written.text}{'' if folder else f'; {large}'}. Only you can read it.{beside}"
