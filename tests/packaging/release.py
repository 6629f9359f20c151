"""Check that a release can be made, and tag it: the first and the last step of `make release`.

    python -m tests.packaging.release check            # exits with 1 and says what is in the way
    python -m tests.packaging.release tag [--dry-run]  # checks again, then makes the annotated tag vX.Y.Z

The version is `zoomgov.__version__`, read from the source text; what is released is the commit that is checked out.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

UNRELEASED: Final = "Unreleased"
_HEADING: Final = re.compile(r"## \[(?P<name>[^\]]+)\](?: - (?P<date>\S+))?")
_NUMBERS: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True)
class Section:
    """One `## [name] - date` of the changelog."""

    name: str
    date: str
    """As written; empty where there is none."""
    text: str
    """All below the heading, without blank lines around it."""

    @property
    def has_entries(self) -> bool:
        """Whether anything but headings and blank lines stands there."""
        return any(line.strip() and not line.startswith("#") for line in self.text.splitlines())


def sections(changelog: str) -> list[Section]:
    """Take the changelog apart, newest section first as it is written."""
    found: list[Section] = []
    for part in re.split(r"^(?=## )", changelog, flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        match = _HEADING.fullmatch(heading.rstrip())
        name, day = (match["name"], match["date"] or "") if match else (heading, "")
        found.append(Section(name, day, text.strip()))
    return found


def version_of(root: Path) -> str:
    """Read `__version__` from zoomgov/__init__.py without importing it; ValueError where it is missing."""
    text = (root / "zoomgov" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__(?:: Final)? = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("zoomgov/__init__.py has no __version__")
    return found[1]


def git(root: Path, *arguments: str) -> str:
    """Run git in `root` and return what it prints; CalledProcessError when it fails, its own message on stderr."""
    return subprocess.run(["git", *arguments], cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def numbers(version: str) -> tuple[int, ...]:
    """Return the three numbers of X.Y.Z; empty for anything else, release candidates too."""
    match = _NUMBERS.fullmatch(version)
    return tuple(int(number) for number in match.groups()) if match else ()


def _date_problem(section: Section, older: Section | None, today: date) -> str | None:
    wanted = f"CHANGELOG.md: the heading must be '## [{section.name}] - YYYY-MM-DD'"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", section.date):
        return f"{wanted}, with the day of the release."
    try:
        day = date.fromisoformat(section.date)
    except ValueError:
        return f"{wanted}, and {section.date} is no day."
    if day > today:
        return f"CHANGELOG.md: {section.date} is in the future."
    if older and section.date < older.date:
        return f"CHANGELOG.md: [{section.name}] is dated before [{older.name}]."
    return None


def changelog_problems(changelog: str, version: str, today: date) -> list[str]:
    """Return what keeps `version` from being released with this changelog."""
    found: list[str] = []
    written = sections(changelog)
    if not written or written[0].name != UNRELEASED:
        found.append(f"CHANGELOG.md: '## [{UNRELEASED}]' must be the first section.")
    elif written[0].has_entries:
        found.append(
            f"CHANGELOG.md: entries under [{UNRELEASED}]. Move them to '## [X.Y.Z] - {today}', "
            "X.Y.Z being __version__ in zoomgov/__init__.py."
        )
    released = [section for section in written if section.name != UNRELEASED]
    if not released or released[0].name != version:
        found.append(f"CHANGELOG.md: the newest section must be [{version}], as zoomgov/__init__.py says.")
        return found
    section, older = released[0], released[1] if len(released) > 1 else None
    if not section.has_entries:
        found.append(f"CHANGELOG.md: [{version}] has no entries.")
    if problem := _date_problem(section, older, today):
        found.append(problem)
    if older and numbers(older.name) >= numbers(version):
        found.append(f"CHANGELOG.md: [{version}] follows [{older.name}] and is not newer.")
    return found


def problems(root: Path, today: date) -> list[str]:
    """Return what is in the way of a release, a sentence each; nothing where it can be made."""
    found: list[str] = []
    version = version_of(root)
    if not numbers(version):
        found.append(f"zoomgov/__init__.py: version {version} is not three numbers, such as 1.2.3.")
    if changed := git(root, "status", "--porcelain"):
        found.append("Not committed:\n" + changed)
    if git(root, "tag", "--list", f"v{version}"):
        found.append(f"The tag v{version} exists already. Raise __version__ in zoomgov/__init__.py.")
    return found + changelog_problems((root / "CHANGELOG.md").read_text(encoding="utf-8"), version, today)


def make_tag(root: Path, *, dry_run: bool) -> str:
    """Tag the commit that is checked out, with the changelog's section as the message; return what to tell."""
    version = version_of(root)
    name, commit = f"v{version}", git(root, "rev-parse", "--short", "HEAD")
    if dry_run:
        return f"Dry run: everything passed, and {commit} would be tagged {name}."
    written = sections((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    text = next(section.text for section in written if section.name == version)
    # "whitespace": the default takes the changelog's headings for comments.
    git(root, "tag", "--annotate", "--cleanup=whitespace", "--message", f"zoomgov {version}\n\n{text}", name)
    return f"Tagged {commit} as {name}. To publish: git push origin {name}, and upload what is in dist/."


def main(arguments: list[str] | None = None, root: Path | None = None) -> int:
    """Run one step in the current folder; 0 when a release can be made or was tagged, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("check")
    steps.add_parser("tag").add_argument("--dry-run", action="store_true")
    chosen = parser.parse_args(arguments)
    root = root or Path.cwd()
    if found := problems(root, datetime.now().astimezone().date()):
        print("No release:", *found, sep="\n- ", file=sys.stderr)
        return 1
    print(make_tag(root, dry_run=chosen.dry_run) if chosen.step == "tag" else f"{version_of(root)} can be released.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
