"""What programs that are started from here get to see of the environment: no credentials."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = {
    "ZOOMGOV_ACCOUNT_ID": "AnAccountIdOfTheTest",
    "ZOOMGOV_CLIENT_ID": "AClientIdOfTheTest",
    "ZOOMGOV_CLIENT_SECRET": "TheSecretOfTheTest",
    "zoomgov_client_secret": "TheSecretOfTheTest",
}
STARTS: Final = (
    "Popen",
    "run",
    "call",
    "check_call",
    "check_output",
    "system",
    "popen",
    "launch",
    "edit",
    "echo_via_pager",
)


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_a_program_that_a_library_starts_gets_none(tmp_path: Path) -> None:
    """Click asks bash for its version before it writes the completion."""
    (tmp_path / "bash").write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\necho 5.2.0\n")
    (tmp_path / "bash").chmod(0o755)
    environment = {**os.environ, **SECRETS, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    program = "from zoomgov.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "completion", "bash"], env=environment, capture_output=True, text=True,
        check=True, cwd=ROOT,
    )  # fmt: skip
    assert "_ZOOMGOV_COMPLETE" in done.stdout
    seen = (tmp_path / "seen").read_text()
    assert "PATH=" in seen
    assert not [value for value in (*SECRETS, *SECRETS.values()) if value in seen]


def test_the_program_itself_still_has_them(tmp_path: Path) -> None:
    program = """
from zoomgov.__main__ import process
from zoomgov.settings import load_settings
import os
process.hide_own_variables()
found = load_settings(process.environment()).environment_credentials
print(found.client_id, found.client_secret.reveal(), [name for name in os.environ if name.startswith("ZOOMGOV")])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **SECRETS}, capture_output=True, text=True, check=True,
        cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == "AClientIdOfTheTest TheSecretOfTheTest []\n"


def test_every_program_that_is_started_here_is_given_an_environment_without_them() -> None:
    """`hide_own_variables` is not called where the package is used as a library."""
    found = 0
    for path in [*ROOT.glob("zoomgov/**/*.py"), *ROOT.glob("screens/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if ast.unparse(node.func.value) in ("subprocess", "os", "click") and node.func.attr in STARTS:
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                assert "without_own_variables(os.environ)" in given.get("env", ""), f"{path}:{node.lineno}"
                found += 1
    assert found >= 2
