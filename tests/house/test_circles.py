"""No module imports itself through others, not even for types."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp


def imports() -> dict[str, set[str]]:
    """What each module imports, the imports for types included."""
    graph = grimp.build_graph("zoomgov", cache_dir=None)
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def circle(needed: dict[str, set[str]]) -> list[str]:
    """A circle of modules; empty when there is none."""
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_there_is_no_circle_of_modules() -> None:
    needed = imports()
    assert len(needed) > 200, "the whole package was read"
    assert circle(needed) == []


def test_a_circle_would_be_found() -> None:
    needed = imports()
    needed["zoomgov.model.kinds"].add("zoomgov.app")
    found = circle(needed)
    assert found[0] == found[-1]
    assert {"zoomgov.model.kinds", "zoomgov.app"} <= set(found)
