"""What to export, in which format, and the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query


class ExportError(Exception):
    """Nothing was written; the text says why and what to do."""


class ExportCancelled(ExportError):
    """The export was cancelled; nothing was written."""


class Format(StrEnum):
    """A file format; the value is also its name in commands."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"
    C1Z = "c1z"


class TableName(StrEnum):
    """A table of an export; the value is also its name in commands and files."""

    USERS = "users"
    GROUPS = "groups"
    CONTACT_GROUPS = "contact-groups"
    ROLES = "roles"
    GRANTS = "grants"
    NESTED = "nested-access"
    CHANGES = "changes"

    @property
    def kind(self) -> Kind | None:
        """The kind whose rows these are; None for grants and changes."""
        return Kind(self.value) if self.value in set(Kind) else None


WHOLE: tuple[TableName, ...] = tuple(name for name in TableName if name is not TableName.CHANGES)
"""The tables of a whole sync, in the order of files and sheets."""


@dataclass(frozen=True, slots=True)
class WholeSync:
    """All tables of one sync."""


@dataclass(frozen=True, slots=True)
class OneTable:
    """One table; of users, groups, contact groups or roles only the rows that `query` finds."""

    table: TableName
    query: Query = field(default_factory=Query)
    only: frozenset[int] | None = None
    """Ids of rows of this store, chosen by hand among what `query` finds; None for all of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of an export, reported for every thousand rows."""

    table: str
    """The table whose rows are written; empty in other steps."""
    done: int
    total: int | None
    step: Literal["rows", "indexes", "packing"] = "rows"
    """The unit of `done`: rows, indexes of a .c1z, or bytes packed."""

    @property
    def text(self) -> str:
        """The same in words, without a full stop."""
        if self.step == "rows":
            whole = "" if self.total is None else f" of {self.total:,}"
            return f"Writing {in_words(self.table)}: {self.done:,}{whole}"
        if self.step == "indexes":
            return f"Making indexes: {self.done} of {self.total}"
        return "Packing" + (f": {min(100 * self.done // self.total, 100)} %" if self.total else "")


OnProgress = Callable[[Progress], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Watch:
    """Callbacks of whoever watches an export and may cancel it."""

    on_progress: OnProgress | None = None
    cancelled: Cancelled | None = None

    def tell(self, progress: Progress) -> None:
        """Report progress.

        Raises:
            ExportCancelled: it was cancelled.
        """
        if self.cancelled is not None and self.cancelled():
            raise ExportCancelled("The export was stopped; nothing was written.")
        if self.on_progress is not None:
            self.on_progress(progress)


def in_words(table: str) -> str:
    """The name of a table for people: `access through groups` for `nested-access`."""
    return _WORDS.get(table, table.replace("-", " "))


_WORDS = {TableName.NESTED.value: "access through groups"}


@dataclass(frozen=True, slots=True)
class Written:
    """The result of an export."""

    path: Path | None
    """The file or folder; None for standard output."""
    rows: dict[str, int]
    """By table."""
    sha256: Path | None = None
    """The file of check sums."""

    @property
    def text(self) -> str:
        """The number of rows in words: `60 users, 5 groups`."""
        return ", ".join(f"{rows:,} {in_words(table)}" for table, rows in self.rows.items())
