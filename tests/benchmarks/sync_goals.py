"""The goals of the benchmark of syncs, and the plain loop that their processor time is compared with."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
import urllib.request
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.benchmarks.report import Report
    from tests.benchmarks.sync_bench import Run

WALL: Final = 1.15
WALL_FROM: Final = 2.0
"""Seconds; below, what happens once weighs too much."""
CPU: Final = 6.5
"""Plain loops that a first sync may take."""
SECOND: Final = {200_000: 0.5, 20_000: 0.8}
"""What a second sync of so many people, 1 % of them changed, may take of the first."""
LARGE: Final = 20_000
"""People from which processor time grows with them."""
PEAK_MB: Final = 200.0
REFUSED: Final = 0.001
GOALS: Final = (
    f"Goals: wall at most {WALL} floors where the floor is above {WALL_FROM:.0f} s; from {LARGE:,} people on, "
    f"processor time at most {CPU:g} times that of a plain loop over as many people (their pages decoded with json and "
    "inserted with sqlite3, right after the sync); a second sync with 1 % changed at most "
    f"{SECOND[200_000]} of the processor time of the first at 200,000 people, {SECOND[20_000]} at 20,000; peak memory "
    f"at most {PEAK_MB:.0f} MB; less than 0.1 % of the requests refused."
)


def first_page(facts: dict[str, Any]) -> bytes:
    """Return the first page of users as the simulator sends it."""
    secret = base64.b64encode(f"{facts['client_id']}:{facts['client_secret']}".encode()).decode()
    asked = f"grant_type=account_credentials&account_id={facts['account_id']}"
    headers = {"authorization": f"Basic {secret}"}
    token = urllib.request.Request(f"{facts['url']}/oauth/token?{asked}", method="POST", headers=headers)
    with urllib.request.urlopen(token) as answer:
        headers = {"authorization": f"Bearer {json.load(answer)['access_token']}"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{facts['url']}/v2/users?page_size=300", headers=headers)
    ) as answer:
        page: bytes = answer.read()
        return page


def plain_loop(page: bytes, users: int, path: Path) -> float:
    """Processor seconds to decode pages of so many people with json and to insert them with sqlite3; at `path`."""
    began = time.process_time()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE people (email TEXT, name TEXT, role TEXT, rest TEXT)")
    done = 0
    while done < users:
        people = json.loads(page)["users"]
        rows = [(one["email"], one["first_name"], one["role_id"], repr(one)) for one in people]
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", rows)
        done += len(people)
    connection.commit()
    connection.close()
    taken = time.process_time() - began
    path.unlink()
    return taken


def judge(report: Report, firsts: Sequence[tuple[str, Run, float]], seconds: Sequence[tuple[Run, Run]]) -> None:
    """Tell how the first syncs (name, sync, floor in seconds) and the second ones met their goals."""
    report.title("Wall over floor, seconds")
    for what, run, floor in firsts:
        if floor > WALL_FROM:
            report.ratio(what, run.seconds, floor, WALL)
    report.title("Processor over a plain loop, seconds")
    for what, run, _ in firsts:
        if run.users >= LARGE:
            report.ratio(what, run.cpu, run.plain, CPU)
    report.title("Processor of a second sync over the first, seconds")
    for first, second in seconds:
        if first.users in SECOND:
            report.ratio(f"{first.users:,}, 1 % of the people changed", second.cpu, first.cpu, SECOND[first.users])
    report.title("Peak memory, MB")
    for what, run, _ in firsts:
        report.limit(what, run.peak_mb, PEAK_MB)
    report.title("Refused of all requests")
    for what, run, _ in firsts:
        report.limit(what, run.refused / sum(run.requests.values()), REFUSED)
