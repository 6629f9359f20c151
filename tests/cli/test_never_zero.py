"""What was not read is never shown as 0: in tables, lists, files, findings and charts, over real HTTP."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]


@pytest.fixture
def cut(cli: Cli, connector: str, zoom: SimServer) -> tuple[str, str]:
    """A group whose admins, and a contact group whose members, are refused while both stay listed; synced."""
    account = zoom.account
    group = next(group for group in account.groups.values() if group.admins)
    contact = next(one for one in account.contact_groups.values() if one.members)
    zoom.control.add_fault(path="/groups/[^/]+/admins", status=404, times=None, body={"code": 4130, "message": "Gone."})
    zoom.control.add_fault(
        path=f"/contacts/groups/{contact.id}/members",
        status=400,
        times=None,
        body={"code": 300, "message": "A group with this groupId does not exist."},
    )
    result = cli("sync", connector, "--json", "--quiet")
    assert result.code == 3
    told = json.loads(result.out)
    assert told["outcome"] == "partial"
    assert told["grants"]["group_admin"] is None
    named = {(gap["part"], gap["target"], gap["name"]) for gap in told["not_read"]}
    assert ("contact-group-members", contact.id, contact.name) in named
    assert {name for part, _, name in named if part == "group-admins"} == {one.name for one in account.groups.values()}
    return group.id, contact.id


def rows_of(cli: Cli, kind: str, form: str) -> dict[str, dict[str, Any]]:
    result = cli("list", kind, "Zoom", "--format", form)
    assert result.code == 0
    rows = json.loads(result.out) if form == "json" else csv.DictReader(io.StringIO(result.out))
    return {row["id"].removeprefix("'"): row for row in rows}


def test_lists(cli: Cli, cut: tuple[str, str], zoom: SimServer) -> None:
    group, contact = cut
    assert rows_of(cli, "groups", "json")[group]["admins"] is None
    assert rows_of(cli, "contact-groups", "json")[contact]["members"] is None
    assert rows_of(cli, "groups", "csv")[group]["admins"] == ""
    table = cli("list", "groups", "Zoom")
    assert "not read" in table.out
    assert "Not read: group admins of" in table.err
    assert "0 admins" not in cli("list", "groups", "Zoom", "--filter", "admins:0").out
    assert cli("list", "groups", "Zoom", "--filter", "admins:0", "--format", "json").out.strip() == "[]"
    assert cli("list", "groups", "Zoom", "--sort", "admins", "--format", "json").code == 0


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "parquet"])
def test_exports(cli: Cli, cut: tuple[str, str], tmp_path: Path, form: str) -> None:
    group, _ = cut
    target = tmp_path / f"groups.{form}"
    assert cli("export", "Zoom", "--format", form, "--kind", "groups", "--output", str(target)).code == 0
    if form == "json":
        (row,) = [row for row in json.loads(target.read_text())["groups"] if row["id"] == group]
        assert row["admins"] is None
    elif form == "csv":
        (text,) = [
            row for row in csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))) if row["id"].endswith(group)
        ]
        assert text["admins"] == ""
    elif form == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        sheet = openpyxl.load_workbook(target)["groups"]
        titles = [cell.value for cell in sheet[1]]
        column = titles.index("admins")
        assert {row[column].value for row in sheet.iter_rows(min_row=2)} == {None}
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        assert set(parquet.read_table(target).column("admins").to_pylist()) == {None}


def test_findings_conclude_nothing_from_what_was_not_read(cli: Cli, cut: tuple[str, str]) -> None:
    told = json.loads(cli("findings", "Zoom", "--format", "json").out)
    found = {finding["id"]: finding for finding in told["findings"]}
    assert found.get("groups-without-admins", {"count": 0})["count"] == 0
    named = json.dumps(found["not-read"], ensure_ascii=False)
    assert "group admins of" in named


def test_a_sync_whose_app_may_not_see_everyone_advises_to_remove_nobody(
    cli: Cli, connector: str, zoom: SimServer
) -> None:
    zoom.control.set_options(limited_owner="users")
    zoom.control.restrict_app_owner(groups=list(zoom.account.groups)[:1])
    result = cli("sync", connector, "--json", "--quiet")
    assert result.code == 3
    assert "unseen-users" in [gap["part"] for gap in json.loads(result.out)["not_read"]]
    told = json.loads(cli("findings", connector, "--format", "json").out)
    found = {finding["id"]: finding for finding in told["findings"]}
    assert found["not-users"]["count"] == 0
    assert not found["not-users"]["known"]
    assert "Not read: users the app may not see" in cli("list", "users", connector).err
    assert "sees" in cli("verify", connector).out


def test_who_is_hidden_from_the_app_is_not_told_as_gone(cli: Cli, connector: str, zoom: SimServer) -> None:
    assert cli("sync", connector, "--quiet").code == 0
    zoom.control.restrict_app_owner(groups=list(zoom.account.groups)[:1])
    told = json.loads(cli("sync", connector, "--json", "--quiet").out)
    assert told["changes"]["users_removed"] == 0
    changes = json.loads(cli("diff", connector, "--format", "json").out)
    assert not [item for item in changes["items"] if (item["change"], item["kind"]) == ("removed", "users")]
    assert changes["missing"] > 0
