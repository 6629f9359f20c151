"""What to export, how, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from zoomgov.store.model import Kind
from zoomgov.store.views import Query


class ExportError(Exception):
    """Nothing was written; the text says why and what to do."""


class ExportCancelled(ExportError):
    """Somebody stopped it; nothing was written."""


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
        """The kind of thing whose rows these are; None for what connects them."""
        return Kind(self.value) if self.value in set(Kind) else None


WHOLE: tuple[TableName, ...] = tuple(name for name in TableName if name is not TableName.CHANGES)
"""The tables of a whole sync, in the order of files and sheets."""


@dataclass(frozen=True, slots=True)
class WholeSync:
    """Everything one sync tells."""


@dataclass(frozen=True, slots=True)
class OneTable:
    """One table, for a kind of thing as far as `query` finds it."""

    table: TableName
    query: Query = field(default_factory=Query)


@dataclass(frozen=True, slots=True)
class Progress:
    """So far. Sent a few times a second at most by the caller's measure: every thousand rows."""

    table: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Written:
    """What lies on the disk now."""

    path: Path | None
    """The file or folder; None for standard output."""
    rows: dict[str, int]
    """By table."""
    sha256: Path | None = None
    """The file of check sums."""


OnProgress = Callable[[Progress], None]
Cancelled = Callable[[], bool]
