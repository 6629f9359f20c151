"""`make audit`: nothing fails for want of a network, nothing is passed over in silence, and what is found fails."""

from __future__ import annotations

import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.packaging import audit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = "http://127.0.0.1:9/"


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that gives the same answer to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # Any: as the base class has it
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def installed(folder: Path, found: str) -> Path:
    """An environment whose Python writes down what it was asked, and finds this."""
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    (folder / "found").write_text(found)
    python.write_text(f'#!/bin/sh\necho "$@" > {folder}/asked\ncat {folder}/found\necho "no network" >&2\n')
    python.chmod(0o755)
    (folder / "installed.txt").write_bytes(audit.TOOL.read_bytes())
    return folder


def test_without_its_database_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(NOBODY, tmp_path) == 0
    assert capsys.readouterr().out.startswith(f"Not audited: its database {NOBODY} cannot be reached")


def test_a_portal_in_its_place_is_not_taken_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(b"<html>sign in</html>") as address:
        assert audit.main(address, tmp_path) == 0
    assert "is not its database" in capsys.readouterr().out


def test_where_it_cannot_be_installed_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locked = tmp_path / "audit.txt"
    locked.write_text("no-such-package-anywhere\n")  # without a hash, which is refused before anything is fetched
    with answering(b'{"vulnerabilities": []}') as address:
        assert audit.main(address, tmp_path / "environment", locked) == 0
    assert capsys.readouterr().out.startswith("Not audited: pip-audit cannot be installed")


HOLE = {"name": "textual", "version": "8.2.8", "vulns": [{"id": "PYSEC-1", "fix_versions": ["8.2.9"]}]}
SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
LEFT_OUT = {"name": "httpx", "skip_reason": "not found"}


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ([SOUND], 0, ["Known holes in 1 packages: 0"]),
        ([SOUND, HOLE], 1, ["textual 8.2.8: PYSEC-1, mended in 8.2.9", "Known holes in 2 packages: 1"]),
        ([SOUND, LEFT_OUT], 0, ["Not audited: 1 of 2 packages", "httpx", "Known holes in 1 packages: 0"]),
        (None, 0, ["Not audited: pip-audit failed (no network)"]),
    ],
)
def test_what_it_finds_fails_the_check_and_what_it_left_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], found: list[object] | None, status: int, words: list[str]
) -> None:
    text = "" if found is None else json.dumps({"dependencies": found})
    environment = installed(tmp_path / "environment", text)
    with answering(b'{"vulnerabilities": []}') as address:
        assert audit.main(address, environment) == status
    out = capsys.readouterr().out
    assert all(word in out for word in words)
    assert (
        f"-m pip_audit --require-hashes --disable-pip --requirement {audit.AUDITED}"
        in (environment / "asked").read_text()
    )
