"""Draws the house for docs/architecture.md from the code: `make pictures`.

Floors come from the import contract *Floors* of pyproject.toml, arrows from the imports themselves, and the line in
each room from the first line of its docstring.
"""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from collections import Counter
from html import escape
from pathlib import Path
from typing import NamedTuple

import grimp

ROOT = Path(__file__).parents[1]
PICTURE = Path(__file__).with_name("house.svg")

WIDTH = 1200
MARGIN = 24
ROOM_HEIGHT = 92
GAP = 16
FLOOR_GAP = 34


class Room(NamedTuple):
    """One module or package directly below `zoomgov`."""

    name: str
    line: str
    modules: int
    lines: int


def floors() -> list[list[str]]:
    """Names of the rooms that exist, floor by floor, the topmost first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "Floors")
    named = [re.findall(r"\w+", layer) for layer in layers]
    # The simulator stands beside the floors, and shares only the scope catalogue with zoom.
    next(floor for floor in named if "store" in floor).append("sim")
    return [built for floor in named if (built := [name for name in floor if source(name).exists()])]


def source(name: str) -> Path:
    """The file that opens a room."""
    package = ROOT / "zoomgov" / name
    return package / "__init__.py" if package.is_dir() else package.with_suffix(".py")


def room(name: str) -> Room:
    """Read a room."""
    files = list((ROOT / "zoomgov" / name).rglob("*.py")) or [source(name)]
    told = ast.get_docstring(ast.parse(source(name).read_text("utf-8"))) or ""
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in files)
    return Room(name, told.splitlines()[0], len([file for file in files if file.name != "__init__.py"]), lines)


def uses() -> Counter[tuple[str, str]]:
    """How many modules of one room import modules of another."""
    graph = grimp.build_graph("zoomgov", cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            ends = [module.split(".")[1] if "." in module else "" for module in (importer, imported)]
            if all(ends) and ends[0] != ends[1]:
                found[ends[0], ends[1]] += 1
    return found


def drawn() -> str:
    """The picture as SVG."""
    rows = floors()
    height = MARGIN * 2 + len(rows) * ROOM_HEIGHT + (len(rows) - 1) * FLOOR_GAP
    places: dict[str, tuple[float, float, float]] = {}
    boxes: list[str] = []
    for number, names in enumerate(rows):
        width = min((WIDTH - 2 * MARGIN - GAP * (len(names) - 1)) / len(names), 420)
        left = (WIDTH - width * len(names) - GAP * (len(names) - 1)) / 2
        top = MARGIN + number * (ROOM_HEIGHT + FLOOR_GAP)
        for place, name in enumerate(names):
            x = left + place * (width + GAP)
            places[name] = (x, top, width)
            boxes.append(_box(room(name), x, top, width))
    arrows = [
        _arrow(places[importer], places[imported], number)
        for (importer, imported), number in sorted(uses().items())
        if importer in places and imported in places
    ]
    style = (
        "text{font-family:ui-sans-serif,system-ui,sans-serif;fill:#1f2933}.name{font-weight:600;font-size:15px}"
        ".line{font-size:11.5px;fill:#52606d}.size{font-size:11px;fill:#7b8794}"
        "rect.room{fill:#fff;stroke:#9fb3c8}path{fill:none;stroke:#486581;opacity:.28}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>The rooms of zoomgov, floor by floor; every arrow runs downwards</title><style>{style}</style>"
        f'<rect width="{WIDTH}" height="{height}" fill="#f5f7fa"/>{"".join(arrows)}{"".join(boxes)}</svg>\n'
    )


def _box(shown: Room, x: float, top: float, width: float) -> str:
    size = f"{shown.lines:,} lines"
    if shown.modules > 1:
        size = f"{shown.modules} modules, {size}"
    told = textwrap.wrap(shown.line.rstrip("."), max(int((width - 24) / 6.2), 12))[:3]
    texts = [("name", 22, shown.name), *(("line", 40 + 14 * number, line) for number, line in enumerate(told))]
    texts.append(("size", ROOM_HEIGHT - 8, size))
    return (
        f'<rect class="room" x="{x:.0f}" y="{top:.0f}" width="{width:.0f}" height="{ROOM_HEIGHT}" rx="6"/>'
        + "".join(
            f'<text class="{kind}" x="{x + 12:.0f}" y="{top + down:.0f}">{escape(text)}</text>'
            for kind, down, text in texts
        )
    )


def _arrow(begin: tuple[float, float, float], end: tuple[float, float, float], number: int) -> str:
    x1, y1 = begin[0] + begin[2] / 2, begin[1] + ROOM_HEIGHT
    x2, y2 = end[0] + end[2] / 2, end[1]
    bend = max((y2 - y1) / 2, 12)
    thick = min(0.8 + number / 8, 5)
    curve = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="{curve}" stroke-width="{thick:.1f}"/>'


if __name__ == "__main__":
    PICTURE.write_text(drawn(), "utf-8")
    print(f"Wrote {PICTURE.relative_to(ROOT)}")
