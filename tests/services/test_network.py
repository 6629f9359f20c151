"""Proxy and certificates of the settings are those that the services use, over a real tunnel and real TLS."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.services.conftest import GIVEN, FakeVault
from tests.zoom.test_connecting import Tunnel, authority, nothing_set, sealed, tunnel  # noqa: F401 (fixtures)
from zoomgov.connectors.model import Draft, Owner
from zoomgov.services.services import build_services
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from pathlib import Path

    import trustme

    from tests.zoom.conftest import ScriptedServer

DRAFT = Draft(new_app="Zoom", name="Zoom", cloud="https://zoom.example", owners=(Owner("mona@example.com"),))


@pytest.mark.parametrize("job", ["verify", "sync"])
async def test_the_settings_lead_to_zoom(
    job: str, sealed: ScriptedServer, tunnel: Tunnel, authority: trustme.CA, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    file = folder / "settings.toml"
    file.write_text(f"[network]\nproxy = '{tunnel.address}'\nca_file = '{folder / 'ca.pem'}'\n", encoding="utf-8")
    vault = FakeVault()
    services = build_services({"ZOOMGOV_HOME": str(folder)}, vault=vault)
    made = services.registry.create(DRAFT)
    vault.store(made.id, GIVEN)
    with suppress(ZoomError):  # what answers is no Zoom
        if job == "verify":
            await services.checking.verify(made, lambda line: None)
        else:
            await services.syncing.sync(made, lambda event: None)
    assert tunnel.asked[0].startswith("CONNECT zoom.example:443 ")
    assert sealed.asked[0].target.startswith("/oauth/token")
    services.close()
