"""How fast the identity table is, beside the stock DataTable, as ratios in one run.

    make bench BENCH=table
    python -m tests.benchmarks.table_bench [--rows 200000] [--rounds 3] [--no-gate]

A key is posted to the running app and the clock stops when the app hands the next frame to its display call;
`Pilot.press` waits 60-85 ms a key whatever happens. Absolute milliseconds depend on the machine, the ratios do not.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import DataTable

from tests.benchmarks.frames import Frames
from tests.benchmarks.report import Report, median, parser, percentile
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.widgets.table.table_source import Row, TableQuery

SIZE = (140, 45)
MOVES = ("down", "pagedown", "ctrl+end", "ctrl+home")
COLUMNS = (
    TableColumn("name", "Name", 24, most=40),
    TableColumn("email", "E-mail", 30, most=44),
    TableColumn("status", "Status", 10, tones={"inactive": "muted", "pending": "warning"}),
    TableColumn("type", "Licence", 10),
    TableColumn("dept", "Department", 16),
    TableColumn("last_login", "Last login", 20),
)


def build(path: Path, rows: int) -> None:
    """Fill a database with `rows` made-up people."""
    chance = random.Random(7)
    first = ("Ana", "Björn", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Gökçe", "山田太郎", "שרה", "José")
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "create table people (id integer primary key,"
            " name text, email text, status text, type text, dept text, last_login text) strict"
        )
        db.executemany(
            "insert into people values (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    f"{chance.choice(first)} {chance.randrange(10**6):06}",
                    f"p{number}@example.com",
                    chance.choice(("active", "active", "active", "inactive", "pending")),
                    chance.choice(("Basic", "Licensed")),
                    f"Department {chance.randrange(60)}",
                    f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T08:00:00Z",
                )
                for number in range(rows)
            ),
        )
        db.execute("create index by_name on people (name)")
        db.commit()


class SqliteSource:
    """Rows of the made-up database: one connection for orders, one for pages."""

    columns = COLUMNS

    def __init__(self, path: Path) -> None:
        self._orders, self._pages = (sqlite3.connect(path, check_same_thread=False) for _ in range(2))

    def order(self, query: TableQuery) -> array[int]:
        direction = "desc" if query.descending else "asc"
        sql = f"select id from people where name like ? order by {query.sort or 'id'} {direction}"
        return array("q", (row_id for (row_id,) in self._orders.execute(sql, (f"%{query.text}%",))))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        marks = ",".join("?" * len(ids))
        sql = f"select id, name, email, status, type, dept, last_login from people where id in ({marks})"
        found = {row[0]: row[1:] for row in self._pages.execute(sql, list(ids))}
        return [found[row_id] for row_id in ids]

    def close(self) -> None:
        self._orders.close()
        self._pages.close()


class OwnTable(Frames):
    def __init__(self, source: SqliteSource) -> None:
        super().__init__()
        self.animation_level = "none"
        self.source = source
        self.ready = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield IdentityTable(self.source, TableQuery(sort="name"))

    def on_identity_table_view_changed(self) -> None:
        self.ready.set()


class StockTable(Frames):
    def __init__(self, source: SqliteSource) -> None:
        super().__init__()
        self.animation_level = "none"
        self.source = source
        self.ready = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*(column.title for column in COLUMNS))
        ids = self.source.order(TableQuery(sort="name"))
        table.add_rows(row for start in range(0, len(ids), 900) for row in self.source.rows(ids[start : start + 900]))
        self.call_after_refresh(self.ready.set)


async def measure(app: OwnTable | StockTable, keys: int) -> dict[str, list[float]]:
    """Open the app, press keys, return milliseconds by what was measured."""
    found: dict[str, list[float]] = {}
    began = time.perf_counter()
    async with app.run_test(size=SIZE) as pilot:
        await asyncio.wait_for(app.ready.wait(), 120)
        await app.until(app.screen.refresh, lambda: True)
        found["load"] = [(time.perf_counter() - began) * 1000]
        await pilot.pause()
        for move in MOVES:
            for number in range(keys if move in ("down", "pagedown") else min(keys, 6)):
                if move.startswith("ctrl") and number:
                    await app.key("pageup" if move == "ctrl+end" else "pagedown")
                    await asyncio.sleep(0.02)
                took = await app.key(move)
                found.setdefault(f"{move} clock", []).append(took.clock)
                found.setdefault(f"{move} cpu", []).append(took.processor)
                await asyncio.sleep(0.02)
        found["peak MB so far"] = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]
    return found


def main() -> int:
    options = parser(__doc__)
    options.add_argument(
        "--rows", type=int, default=200_000, help="of the large table, the small ones have a tenth; 600 a key or more"
    )
    options.add_argument("--keys", type=int, default=40, help="how often Down and PageDown are pressed")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    results: dict[str, dict[str, list[float]]] = {}
    small, large = chosen.rows // 10, chosen.rows
    with tempfile.TemporaryDirectory() as folder:
        for rows in (small, large):
            build(Path(folder, str(rows)), rows)
        for _ in range(chosen.rounds):
            for name, rows, kind in (("own, small", small, OwnTable), ("own, large", large, OwnTable),
                                     ("DataTable, small", small, StockTable)):  # fmt: skip
                with closing(SqliteSource(Path(folder, str(rows)))) as source:
                    for what, values in asyncio.run(measure(kind(source), chosen.keys)).items():
                        results.setdefault(name, {}).setdefault(what, []).extend(values)
    report = Report()
    for name, by_what in results.items():
        rows = large if name.endswith("large") else small
        report.title(f"{name}: {rows:,} rows, ms", "median", "p95", "n")
        for what, values in by_what.items():
            report.line(what, [median(values), percentile(values, 0.95), str(len(values))])
    report.title("Ratios")
    for what, measured, above, below, goal in (
        ("PageDown CPU, own large / own small", "pagedown cpu", "own, large", "own, small", 1.25),
        ("PageDown CPU, own large / DataTable small", "pagedown cpu", "own, large", "DataTable, small", 1 / 4),
        ("load, own large / DataTable small", "load", "own, large", "DataTable, small", 1 / 15),
    ):
        one, other = (median(results[name][measured]) for name in (above, below))
        report.ratio(what, one, other, goal, "ms")
    return report.end(gate=not chosen.no_gate)


if __name__ == "__main__":
    sys.exit(main())
