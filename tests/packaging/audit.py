"""`make audit`: known holes in what is installed, by pip-audit, where its database can be reached.

A machine without network must be able to check a change, so that it could not be audited is said and is no failure.
pip-audit is installed by hash into an environment of its own, so that no other command waits for it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).parents[2]
AUDITED: Final = ROOT / "requirements" / "run.txt"
TOOL: Final = ROOT / "requirements" / "audit.txt"
ENVIRONMENT: Final = ROOT / ".venv-audit"
DATABASE: Final = "https://pypi.org/pypi/{package}/json"
"""What pip-audit asks for each package, as `name/version`. Mirrors often lack it."""
SECONDS: Final = 5.0


class NotAuditedError(Exception):
    """Nothing can be audited here; the text says why."""


def expect_database(address: str = DATABASE) -> None:
    """Raise `NotAuditedError` unless the database answers for the first package that is locked."""
    pin = re.search(r"^([\w.-]+)==([\w.]+)", AUDITED.read_text(encoding="utf-8"), re.MULTILINE)
    assert pin is not None
    address = address.format(package=f"{pin[1]}/{pin[2]}")
    try:
        with urlopen(Request(address, headers={"accept": "application/json"}), timeout=SECONDS) as answer:
            if b'"vulnerabilities"' not in answer.read(1 << 24):
                raise NotAuditedError(f"what answers at {address} is not its database")
    except (OSError, ValueError) as error:
        raise NotAuditedError(f"its database {address} cannot be reached ({error})") from None


def install(environment: Path = ENVIRONMENT, locked: Path = TOOL) -> Path:
    """Return the Python of an environment with pip-audit in it, made anew when the lock file has changed.

    Raises:
        NotAuditedError: it cannot be installed.
    """
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = environment / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == locked.read_bytes():
        return python
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(environment)],
        [*pip, "install", "--require-hashes", "--requirement", str(locked)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise NotAuditedError(f"pip-audit cannot be installed ({''.join(last)})")
    stamp.write_bytes(locked.read_bytes())
    return python


def main(address: str = DATABASE, environment: Path = ENVIRONMENT, locked: Path = TOOL) -> int:
    """Audit; returns the exit status."""
    try:
        expect_database(address)
        python = install(environment, locked)
    except NotAuditedError as reason:
        print(f"Not audited: {reason}.")
        return 0
    command = [str(python), "-m", "pip_audit", "--require-hashes", "--disable-pip", "--requirement", str(AUDITED)]
    done = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    return told(done.stdout, done.stderr)


def told(found: str, said: str) -> int:
    """Print what pip-audit found, a JSON document, and what it left out; `said` is its standard error.

    Returns:
        1 when there are known holes, else 0: it may also have failed half-way, for want of the network.
    """
    try:
        packages = json.loads(found)["dependencies"]
    except (ValueError, KeyError, TypeError):
        print(f"Not audited: pip-audit failed ({''.join(said.strip().splitlines()[-1:])}).")
        return 0
    left_out = [package["name"] for package in packages if "skip_reason" in package]
    holes = [(package, hole) for package in packages for hole in package.get("vulns", ())]
    for package, hole in holes:
        mended = ", ".join(hole.get("fix_versions", ())) or "no version yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}")
    if left_out:
        print(
            f"Not audited: {len(left_out)} of {len(packages)} packages, which the database does not have: {left_out}."
        )
    print(f"Known holes in {len(packages) - len(left_out)} packages: {len(holes)}.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
