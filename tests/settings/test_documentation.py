"""docs/settings.md has every setting."""

from __future__ import annotations

from pathlib import Path

from zoomgov.settings.catalogue import CATALOGUE
from zoomgov.settings.documentation import documentation


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert documentation() in page, "run make pictures"
    for setting in CATALOGUE:
        assert f"| `{setting.key}` | {setting.what} |" in page
        assert all(f"`{name}`" in page for name in setting.variables)
