"""Build the sdist and the wheel, compare them with the checkout, install and run the wheel. Run by `make packaging`.

Not a pytest test: it needs a package index. Works on a copy of the checkout, since setuptools would carry left-overs
of an older `build/` into the wheel. Everything that is installed is locked in requirements/, the build backend too.

`--keep FOLDER` puts the sdist and the wheel there once all checks have passed: what `make release` publishes is what
was checked.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

from zoomgov import __version__

ROOT = Path(__file__).resolve().parents[2]
IMPORT_ALL = """
import importlib, pkgutil, zoomgov
names = [found.name for found in pkgutil.walk_packages(zoomgov.__path__, "zoomgov.")]
for name in names:
    importlib.import_module(name)  # __main__ among them: it runs nothing when imported
assert "zoomgov.screens.wizard.step_screen" in names, names
print(len(names), "modules import")
"""


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run `command` and return what it printed; shows everything and stops when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nexited with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def copy_checkout(to: Path) -> None:
    """Copy what git knows or would add; the link to screens/ stays a link."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    for name in names:
        if name and (ROOT / name).is_symlink() | (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name, follow_symlinks=False)


def expected_files(checkout: Path) -> set[str]:
    """Every file of the package as it must stand in the wheel; screens/ moves below zoomgov/."""
    package, screens = checkout / "zoomgov", checkout / "screens"
    own = [path for path in package.rglob("*") if path.is_file() and package / "screens" not in path.parents]
    moved = [path for path in screens.rglob("*") if path.is_file()]
    return {path.relative_to(checkout).as_posix() for path in own} | {
        f"zoomgov/{path.relative_to(checkout).as_posix()}" for path in moved
    }


def check_wheel(wheel: Path, checkout: Path) -> None:
    """Compare the wheel with the checkout, file by file, and read its metadata.

    Packages and data files are found by patterns in pyproject.toml: a folder without `__init__.py` or a data file that
    no pattern fits is missing here.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = next(name.split("/")[0] for name in names if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
    files = {name for name in names if not name.startswith(f"{info}/")}
    expected = expected_files(checkout)
    if files != expected:
        sys.exit(f"{wheel.name} lacks {sorted(expected - files)} and has too much {sorted(files - expected)}")
    top = {name.split("/")[0] for name in files}
    assert top == {"zoomgov"}, f"top level of the wheel: {top}"
    assert "zoomgov/py.typed" in files
    assert any(name.startswith("zoomgov/screens/") and name.endswith(".tcss") for name in files)
    assert any(name.startswith(f"{info}/") and name.endswith("/LICENSE") for name in names), "the licence is missing"
    assert metadata["Version"] == __version__, metadata["Version"]
    assert metadata["Requires-Python"] == ">=3.11", metadata["Requires-Python"]
    assert metadata.get_payload(), "the README is missing"
    assert "zoomgov = zoomgov.__main__:main" in entry_points
    print(f"{wheel.name}: {len(files)} files, none missing, none too many")


def check_installed(wheel: Path, folder: Path) -> None:
    """Install the wheel and its locked requirements into a new environment and use it from an empty home."""
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    home = folder / "home"
    home.mkdir()
    pip = (programs / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "install", "--require-hashes", "--requirement", ROOT / "requirements" / "run.txt", cwd=folder)
    run(*pip, "install", "--no-deps", wheel, cwd=folder)
    run(*pip, "check", cwd=folder)  # the locked versions are what the wheel asks for
    clean = {"PATH": f"{programs}{os.pathsep}{os.defpath}", "HOME": str(home), "LANG": "C.UTF-8", "TMPDIR": str(folder)}
    if "SYSTEMROOT" in os.environ:
        clean["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    version = run(programs / "zoomgov", "--version", cwd=home, environment=clean).strip()
    assert version == f"zoomgov {__version__}", version
    print(version, "runs from", wheel.name)
    print(run(programs / "python", "-I", "-c", IMPORT_ALL, cwd=home, environment=clean).strip())
    run(programs / "zoomgov", "demo", "--headless", "--users", "60", cwd=home, environment=clean)
    print("the demo runs to the end")
    left = [str(path) for path in home.rglob("*") if path.is_file()]
    assert not left, f"the demo left behind {left}"


def main() -> None:
    """Build both ways, compare, install, run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--keep", type=Path, help="folder for the sdist and the wheel that passed")
    keep: Path | None = parser.parse_args().keep
    with tempfile.TemporaryDirectory(prefix="zoomgov-packaging-") as name:
        folder = Path(name)
        checkout = folder / "checkout"
        copy_checkout(checkout)
        for kind, options in (("straight", ["--wheel"]), ("by-sdist", [])):  # without options: sdist, then its wheel
            # A copy each: the first build leaves a build/ behind.
            source = shutil.copytree(checkout, folder / kind, symlinks=True)
            built = folder / f"{kind}-dist"
            # Without isolation: by the setuptools of this environment, which is locked.
            run(sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", built, source, cwd=folder)
            (wheel,) = built.glob("*.whl")
            check_wheel(wheel, checkout)
        check_installed(wheel, folder)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            for path in sorted(built.iterdir()):
                print("kept", shutil.copy2(path, keep))


if __name__ == "__main__":
    main()
