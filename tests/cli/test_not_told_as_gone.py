"""Whatever a later sync cannot read: what an earlier one read is not told as gone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from zoomgov.sim.world.options import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]

NO_ROLES: Final = LeftOut("list_users", "role_id")
NO_GROUPS: Final = LeftOut("list_users", "group_ids")
GROUP_TOTALS: Final = LeftOut("list_groups", "total_members")
ROLE_TOTALS: Final = LeftOut("list_roles", "total_members")


@dataclass(frozen=True)
class Lacking:
    """What the second sync is not given."""

    paths: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    empty: str = ""
    """A key of the answer whose list is empty in place of a refusal, beside a total that says otherwise."""


SCENARIOS: Final = {
    "groups": Lacking((r"/v2/groups(\?|$)",)),
    "group admins": Lacking(("/groups/[^/]+/admins",)),
    "contact groups": Lacking((r"/contacts/groups(\?|$)",)),
    "contact group members": Lacking(("/contacts/groups/[^/]+/members",)),
    "roles": Lacking((r"/v2/roles(\?|$)",)),
    "holders": Lacking(("/v2/roles/[^/]+/members",), (NO_ROLES, ROLE_TOTALS)),
    "group members": Lacking(("/v2/groups/[^/]+/members",), (NO_GROUPS, GROUP_TOTALS)),
    "members and holders": Lacking(
        ("/v2/(groups|roles)/[^/]+/members",), (NO_GROUPS, GROUP_TOTALS, NO_ROLES, ROLE_TOTALS)
    ),
    "silent records": Lacking((), (NO_ROLES, NO_GROUPS)),
    "active users": Lacking(("status=active",)),
    "active users, silent records": Lacking(("status=active",), (NO_ROLES, NO_GROUPS)),
    "deactivated users": Lacking(("status=inactive",)),
    "deactivated users, silent records": Lacking(("status=inactive",), (NO_ROLES, NO_GROUPS)),
    "invited users": Lacking(("status=pending",)),
    "users cut": Lacking(("/v2/users\\?",), empty="users"),
    "groups cut": Lacking((r"/v2/groups(\?|$)",), empty="groups"),
    "contact groups cut": Lacking((r"/contacts/groups(\?|$)",), empty="groups"),
    "roles cut": Lacking((r"/v2/roles(\?|$)",), empty="roles"),
}


def refuse(zoom: SimServer, lacking: Lacking) -> None:
    zoom.control.set_options(leave_out=lacking.left_out)
    for path in lacking.paths:
        answer: dict[str, Any] = {"status": 403, "body": {"message": "Forbidden"}}
        if lacking.empty:
            answer = {"status": 200, "body": {lacking.empty: [], "total_records": 7, "next_page_token": ""}}
        zoom.control.add_fault(path=path, times=None, **answer)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("thorough", [False, True], ids=["", "thorough"])
def test_what_an_earlier_sync_read_is_not_told_as_gone(
    cli: Cli, connector: str, zoom: SimServer, name: str, thorough: bool
) -> None:
    assert cli("sync", connector, "--quiet").code == 0
    refuse(zoom, SCENARIOS[name])
    told = json.loads(cli("sync", connector, "--json", "--quiet", *(["--thorough"] if thorough else [])).out)
    gone = {key: count for key, count in told["changes"].items() if count and ("removed" in key or "lost" in key)}
    assert gone == {}
    changes = json.loads(cli("diff", connector, "--format", "json").out)
    assert [item for item in changes["items"] if item["change"] == "removed"] == []
