"""The table of all settings in docs/settings.md."""

from __future__ import annotations

from zoomgov.settings.catalogue import CATALOGUE


def documentation() -> str:
    """The settings as a Markdown table."""
    rows = ["| Setting | What it is | Where nothing is set | Variables |", "|---|---|---|---|"]
    for setting in CATALOGUE:
        otherwise = setting.otherwise if setting.default is None else f"`{setting.shape.shown(setting.default)}`"
        variables = ", ".join(f"`{name}`" for name in setting.variables)
        rows.append(f"| `{setting.key}` | {setting.what} | {otherwise} | {variables} |")
    return "\n".join(rows)
