"""`zoomgov verify`, `sync`, `list`, `access`, `members` and `demo`, over real HTTP."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]


@pytest.fixture
def synced(cli: Cli, connector: str) -> str:
    assert cli("sync", connector, "--quiet").code == 0
    return connector


def test_verify_says_ready_and_what_is_next(cli: Cli, connector: str) -> None:
    result = cli("verify", connector)
    assert result.code == 0
    assert "Ready" in result.out
    assert "zoomgov sync Zoom" in result.out
    assert "ZOOMGOV_ environment variables" in result.err


def test_verify_names_the_missing_scope_and_the_clicks(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.withdraw_scope("group:read:administrator:admin")
    result = cli("verify", connector)
    assert result.code == 1
    assert "Scopes to add:  group:read:administrator:admin" in result.out
    assert "+ Add Scopes" in result.out


def test_verify_writes_json_and_a_report_without_the_secret(
    cli: Cli, connector: str, zoom: SimServer, tmp_path: object
) -> None:
    report = f"{tmp_path}/report.md"
    result = cli("verify", connector, "--json", "--report", report)
    assert json.loads(result.out)["ready"] is True
    with open(report, encoding="utf-8") as file:
        text = file.read()
    assert "Ready" in text
    assert zoom.client_secret not in text + result.out + result.err
    assert stat.S_IMODE(os.stat(report).st_mode) == 0o600


def test_verify_replaces_a_report_only_when_told_to(cli: Cli, connector: str, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text("older")
    refused = cli("verify", connector, "--report", str(report))
    assert refused.code == 1
    assert "is there already" in refused.err
    assert "--force" in refused.err
    assert report.read_text() == "older"
    assert "scope" not in refused.out.lower(), "nothing was asked of Zoom before"
    assert cli("verify", connector, "--report", str(report), "--force").code == 0
    assert "Ready" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("secret", ["Client Secret", "App Credentials"]),
        ("basic", ["Basic", "Pro"]),
        ("unreachable", ["Nothing answers at the address", "zoomgov sim"]),
    ],
)
def test_trouble_ends_in_cause_and_remedy(
    cli: Cli, connector: str, zoom: SimServer, monkeypatch: pytest.MonkeyPatch, trouble: str, says: list[str]
) -> None:
    if trouble == "secret":
        monkeypatch.setenv("ZOOMGOV_CLIENT_SECRET", "mistyped")
    elif trouble == "basic":
        zoom.control.change_plan("basic")
    else:
        zoom.stop()
    result = cli("verify", connector)
    assert result.code == 1
    for words in says:
        assert words.casefold() in result.out.casefold()
    assert "next:" in result.out
    assert "Traceback" not in result.err + result.out


def test_the_basic_plan_is_one_headline(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.change_plan("basic")
    result = cli("verify", connector)
    assert result.code == 1
    assert result.out.count("✗") == 1
    assert "Not ready: The account is on the Basic plan." in result.out
    report = json.loads(cli("verify", connector, "--json").out)
    assert [line["id"] for line in report["lines"] if line["status"] == "problem"] == ["plan.name"]
    assert not report["ready"]


@pytest.mark.parametrize("trouble", ["scopes", "secret", "inactive"])
def test_every_cause_is_printed_and_each_once(
    cli: Cli, connector: str, zoom: SimServer, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setenv("COLUMNS", "2000")
    if trouble == "scopes":
        zoom.control.set_scopes(())
    elif trouble == "secret":
        monkeypatch.setenv("ZOOMGOV_CLIENT_SECRET", "mistyped")
    else:
        zoom.control.deactivate_app()
    report = json.loads(cli("verify", connector, "--json").out)
    printed = cli("verify", connector).out
    causes = [cause for line in report["lines"] if line["status"] in ("problem", "warning") for cause in line["advice"]]
    assert len({cause["id"] for cause in causes}) > 1
    for cause in causes:
        assert printed.count(cause["cause"]) == 1, cause["cause"]
    for steps in {tuple(cause["remedy"]) for cause in causes if "scope" not in cause["id"]}:
        assert all(step in printed for step in steps)


def test_activation_comes_first_where_nobody_ticked_it(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.deactivate_app()
    report = json.loads(cli("verify", connector, "--json").out)
    (refused,) = [line for line in report["lines"] if line["status"] == "problem"]
    assert refused["advice"][0]["id"] == "app-not-active"


def test_a_sync_that_cannot_begin_says_every_cause(cli: Cli, connector: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMGOV_CLIENT_SECRET", "mistyped")
    result = cli("sync", connector, "--quiet")
    assert result.code == 1
    assert result.err.count("The app is not activated.") == 1
    assert "or:" in result.err


def test_a_sync_that_failed_unseen_is_said_in_one_line(
    cli: Cli, connector: str, zoom: SimServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands = [
        ("list", "users", connector),
        ("list", "users", connector, "--format", "json"),
        ("findings", connector),
        ("findings", connector, "--format", "json"),
        ("export", connector, "--format", "json", "--output", str(tmp_path / "out.json"), "--force"),
        ("export", connector, "--format", "json", "--output", "-"),
    ]
    assert cli("sync", connector, "--quiet").code == 0
    before = [cli(*words) for words in commands]
    assert all(result.code in (0, 3) for result in before), before
    assert not any("failed" in result.err for result in before)
    with monkeypatch.context() as patch:
        patch.setenv("ZOOMGOV_CLIENT_SECRET", "mistyped")
        assert cli("sync", connector, "--quiet").code == 1
    for words, earlier in zip(commands, before, strict=True):
        result = cli(*words)
        assert result.code == earlier.code
        (line,) = [line for line in result.err.splitlines() if "failed" in line]
        assert "Client secret" in line
        assert "sync 1" in line
        if "json" in words:
            assert result.out == earlier.out or "--output" in words
    with monkeypatch.context() as patch:
        patch.delenv("ZOOMGOV_CLIENT_SECRET")
        assert cli("sync", connector, "--quiet").code == 1, "as from cron, where nobody unlocks a keyring"
    assert len([line for line in cli("list", "users", connector).err.splitlines() if "failed" in line]) == 1
    assert cli("sync", connector, "--quiet").code == 0
    assert "failed" not in cli("list", "users", connector).err


def test_explain_prints_every_cause(cli: Cli) -> None:
    causes = json.loads(cli("explain", "200", "--json").out)
    assert len(causes) > 3
    printed = cli("explain", "200").out
    assert all(printed.count(cause["cause"]) == 1 for cause in causes)


def test_a_complete_sync_counts_what_the_account_has(cli: Cli, connector: str, zoom: SimServer) -> None:
    result = cli("sync", connector, "--json")
    assert result.code == 0
    summary = json.loads(result.out)
    assert summary["outcome"] == "complete"
    assert summary["users"] == 60
    assert summary["groups"] == 5
    assert summary["contact_groups"] == 3
    assert summary["roles"] == 5
    assert summary["grants"]["role"] == sum(user.role_id is not None for user in zoom.account.users)
    assert summary["grants"]["group_member"] == sum(
        len(user.group_ids or ()) for user in zoom.account.users if user.id is not None
    )
    assert summary["not_read"] == []
    assert summary["requests"] == sum(summary["requests_by_endpoint"].values()) > 10
    shown = json.loads(cli("connectors", "show", connector, "--format", "json").out)
    assert shown["status"] == "Connected"
    assert shown["last_sync"] == {"number": 1, "finished_at": shown["last_sync"]["finished_at"], "complete": True}


def test_a_part_that_may_not_be_read_makes_it_partial_never_none(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.withdraw_scope("contact_group:read:list_groups:admin")
    result = cli("sync", connector, "--quiet")
    assert result.code == 3
    assert "PARTIAL" in result.out
    assert "not read" in result.out
    assert "contact_group:read:list_groups:admin" in result.out
    listed = cli("list", "contact-groups", connector)
    assert "Not read: contact groups" in listed.err


def test_a_failed_sync_says_why_and_labels_the_connector(
    cli: Cli, connector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOMGOV_CLIENT_SECRET", "mistyped")
    result = cli("sync", connector)
    assert result.code == 1
    assert "why:" in result.err
    assert "next:" in result.err
    shown = json.loads(cli("connectors", "show", connector, "--format", "json").out)
    assert shown["status"] == "Error"
    assert shown["reason"]


def test_a_sync_that_reaches_nobody_names_the_address_of_its_cloud(cli: Cli, connector: str, zoom: SimServer) -> None:
    address = zoom.url.removeprefix("http://")
    zoom.stop()
    result = cli("sync", connector)
    assert result.code == 1
    assert address in result.err
    assert "api.zoom.us" not in result.err


def test_without_credentials_it_says_how_to_store_them(
    cli: Cli, connector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZOOMGOV_CLIENT_SECRET")
    result = cli("sync", connector)
    assert result.code == 1
    assert "keyring" in result.err.casefold()


def test_lists_filter_sort_and_fit_the_width(cli: Cli, synced: str) -> None:
    table = cli("list", "users", synced, "--sort", "email")
    assert table.code == 0
    assert max(cell_len(line) for line in table.out.splitlines()) <= 80
    assert "Status" in table.out
    assert "\x1b" not in table.out
    rows = json.loads(cli("list", "users", synced, "--sort=-email", "--format", "json").out)
    assert len(rows) == 60
    addresses = [row["email"].casefold() for row in rows]
    assert addresses == sorted(addresses, reverse=True)
    one = rows[7]["email"]
    assert [
        row["email"] for row in json.loads(cli("list", "users", synced, "--filter", one, "--format", "json").out)
    ] == [one]


def test_a_licence_that_does_not_fit_is_told_in_brief(
    cli: Cli, connector: str, zoom: SimServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for united in ("32", "64"):
        zoom.control.add_user(f"united{united}@example.com", plan_united_type=united)
    assert cli("sync", connector, "--quiet").code == 0
    table = cli("list", "users", connector, "--filter", "licence:united").out
    assert "Lic.+Biz US/CA" in table
    assert "Lic.+Biz UK/IR" in table


def test_csv_holds_no_formula(cli: Cli, synced: str) -> None:
    for kind in ("users", "groups", "contact-groups", "roles"):
        rows = list(csv.reader(io.StringIO(cli("list", kind, synced, "--format", "csv").out)))
        assert len(rows) > 1
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t")]


def test_an_unknown_column_is_a_usage_error_that_names_them(cli: Cli, synced: str) -> None:
    result = cli("list", "users", synced, "--sort", "age")
    assert result.code == 2
    assert "last_login" in result.err


def test_access_shows_everything_a_person_has(cli: Cli, synced: str, zoom: SimServer) -> None:
    person = next(user for user in zoom.account.users if user.group_ids and user.status == "active")
    shown = json.loads(cli("access", synced, person.email.upper(), "--format", "json").out)
    groups = {item["target_id"] for item in shown["access"] if item["kind"] == "group member"}
    assert groups == set(person.group_ids or ())
    table = cli("access", synced, person.email)
    assert table.code == 0
    assert person.email in table.out
    assert "Since sync" in table.out
    named = {item["target"] for item in shown["access"] if item["target"].isprintable() and len(item["target"]) < 24}
    assert named
    assert all(name in table.out for name in named)
    assert not groups & set(table.out.split())
    in_csv = list(csv.DictReader(io.StringIO(cli("access", synced, person.email, "--format", "csv").out)))
    assert {row["target_id"] for row in in_csv if row["kind"] == "group member"} == groups


def test_access_of_nobody_says_so(cli: Cli, synced: str) -> None:
    result = cli("access", synced, "nobody@nowhere.example")
    assert result.code == 1
    assert "Nobody" in result.err
    assert f"next: Look for them: zoomgov list users {synced} --filter" in result.err


def test_members_of_a_role_are_found_by_name_and_by_id(cli: Cli, synced: str, zoom: SimServer) -> None:
    by_name = json.loads(cli("members", synced, "roles", "owner", "--format", "json").out)
    by_id = json.loads(cli("members", synced, "roles", "0", "--format", "json").out)
    assert by_name == by_id
    assert [row["email"] for row in by_id] == [zoom.account.owner.email]
    assert by_id[0]["how"] == "holds the role"
    result = cli("members", synced, "groups", "no such group")
    assert result.code == 1
    assert f"next: See what there is: zoomgov list groups {synced}" in result.err


def test_what_a_sync_did_not_read_is_not_listed_as_none(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.withdraw_scope("contact_group:read:list_groups:admin")
    assert cli("sync", connector, "--quiet").code == 3
    (row,) = json.loads(cli("syncs", connector, "--format", "json").out)
    assert (row["groups"], row["contact_groups"]) == (5, None)
    assert "not read" in cli("syncs", connector).out


def test_older_syncs_are_listed_and_forgotten_as_set(cli: Cli, synced: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMGOV_KEEP_SYNCS", "2")
    for _ in range(2):
        assert cli("sync", synced, "--quiet").code == 0
    listed = json.loads(cli("syncs", synced, "--format", "json").out)
    assert [(item["sync"], item["outcome"], item["users"]) for item in listed] == [
        (3, "complete", 60),
        (2, "complete", 60),
    ]
    monkeypatch.setenv("ZOOMGOV_KEEP_SYNCS", "none")
    refused = cli("connectors", "list")
    assert refused.code == 1
    assert "ZOOMGOV_KEEP_SYNCS" in refused.err


def test_before_the_first_sync_it_says_what_to_run(cli: Cli, connector: str) -> None:
    result = cli("list", "users", connector)
    assert result.code == 1
    assert "zoomgov sync Zoom" in result.err


def test_explain_works_offline(cli: Cli) -> None:
    result = cli("explain", "4711")
    assert result.code == 0
    assert "scope" in result.out
    assert json.loads(cli("explain", "--json", "Only available for Paid account").out)[0]["id"]


def test_scopes_of_a_connector_are_those_of_its_kind_and_parts(cli: Cli, connector: str) -> None:
    listed = cli("scopes", connector, "--plain").out.split()
    assert "user:read:list_users:admin" in listed
    assert "account:read:settings:admin" not in listed
    assert "account:read:settings:admin" in cli("scopes", "--plain").out.split()
    assert "user:read:admin" in cli("scopes", connector, "--classic", "--plain").out.split()


def test_scopes_prints_the_shortest_list(cli: Cli) -> None:
    plain = cli("scopes", "--plain", "--capability", "Roles").out.split()
    assert plain == ["role:read:list_roles:admin", "role:read:list_members:admin", "role:read:role:admin"]
    assert cli("scopes", "--classic", "--plain", "--capability", "Roles").out.split() == ["role:read:admin"]


def test_completion_knows_commands_and_connectors(cli: Cli, connector: str) -> None:
    assert "_ZOOMGOV_COMPLETE" in cli("completion", "bash").out
    completed = subprocess.run(
        [sys.executable, "-m", "zoomgov"],
        env={**os.environ, "_ZOOMGOV_COMPLETE": "bash_complete", "COMP_WORDS": "zoomgov sync Z", "COMP_CWORD": "2"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Zoom" in completed.stdout


def test_the_demo_without_a_screen_runs_the_whole_job(cli: Cli) -> None:
    result = cli("demo", "--headless", "--users", "40", "--latency-ms", "0")
    assert result.code == 0, result.err
    assert "sync 1 is complete" in result.out


def test_the_demo_of_a_basic_account_fails_with_the_reason(cli: Cli) -> None:
    result = cli("demo", "--headless", "--users", "20", "--plan", "basic", "--latency-ms", "0")
    assert result.code == 1
    assert "Not ready" in result.out


def test_an_interrupted_sync_exits_130_and_goes_on_later(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.add_fault("/contacts/groups stall seconds=60 times=1")
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov", "sync", connector], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    while "Groups: 5 read" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "nothing was lost" in err
    zoom.control.clear_faults()  # it may have been stopped before it came to the list that stalls
    assert json.loads(cli("connectors", "show", connector, "--format", "json").out)["status"] == "Not connected"
    resumed = cli("sync", connector)
    assert resumed.code == 0, resumed.err
    assert "Going on where the last run stopped" in resumed.err
