"""`zoomgov connectors import`: a connector from a hand-off file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoomgov.connectors.handoff import Handoff, write_handoff
from zoomgov.connectors.model import Owner, Step
from zoomgov.connectors.registry import Registry
from zoomgov.preferences.session import SessionState, load_session, save_session
from zoomgov.zoom.scopes import Capability, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HANDOFF = Handoff(
    name="Zoom EMEA", app_name="Zoom", app_from_identity_provider=False, owners=(Owner("owner@example.com"),),
    cloud="zoomgov.com", scope_kind=ScopeKind.CLASSIC, without=frozenset({Capability.LICENCES.value}),
)  # fmt: skip


def test_the_next_start_opens_the_wizard_at_step_3(
    cli: Callable[..., Any], clean_environment: Path, tmp_path: Path
) -> None:
    save_session(clean_environment, SessionState(theme="nord"))
    file = tmp_path / "hand-off.json"
    file.write_text(write_handoff(HANDOFF), encoding="utf-8")
    result = cli("connectors", "import", str(file))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Created connector Zoom EMEA: Not connected.")
    registry = Registry(clean_environment / "connectors.sqlite3")
    (connector,) = registry.connectors()
    registry.close()
    assert Handoff.of(connector) == HANDOFF
    assert load_session(clean_environment) == SessionState("nord", connector.id, Step.ZOOM_APP)


def test_a_file_that_is_none_changes_nothing(cli: Callable[..., Any], clean_environment: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"cloud": "https://evil.example"}')
    result = cli("connectors", "import", str(file))
    assert result.code == 1
    assert "not a hand-off file" in result.err
    assert not clean_environment.exists()
    assert cli("connectors", "import", str(tmp_path / "missing")).code == 2
