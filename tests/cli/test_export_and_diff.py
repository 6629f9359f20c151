"""`zoomgov export`, `diff` and `findings` on two real syncs of a simulated account."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
import json
import signal
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.export import baton
from zoomgov.export import WHOLE, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]


@pytest.fixture
def synced(cli: Cli, connector: str) -> str:
    assert cli("sync", connector, "--quiet").code == 0
    return connector


@pytest.fixture
def twice(cli: Cli, synced: str, zoom: SimServer) -> str:
    """Synced, then a fifth of the people changed, then synced again."""
    assert zoom.control.churn(20, 5)
    zoom.control.add_user("second.look@partner.example", type=2)
    assert cli("sync", synced, "--quiet").code == 0
    return synced


def test_json_to_standard_output_holds_the_account(cli: Cli, synced: str, zoom: SimServer) -> None:
    result = cli("export", synced, "--format", "json", "--output", "-")
    assert result.code == 0, result.err
    made = json.loads(result.out)
    users = {user.email: user for user in zoom.account.users}
    assert {person["email"]: person["status"] for person in made["users"]} == {
        email: user.status for email, user in users.items()
    }
    memberships = {
        (grant["principal_id"], grant["target_id"]) for grant in made["grants"] if grant["kind"] == "group member"
    }
    assert memberships == {(user.id, group) for user in users.values() if user.id for group in user.group_ids or ()}
    assert zoom.client_secret not in result.out


def test_one_filtered_table_is_what_list_finds(cli: Cli, synced: str) -> None:
    listed = json.loads(cli("list", "users", synced, "--filter", "eu.", "--format", "json").out)
    result = cli("export", synced, "--format", "csv", "-o", "-", "--kind", "users", "--filter", "eu.")
    rows = list(csv.DictReader(io.StringIO(result.out, newline="")))
    assert [row["id"] for row in rows] == [row["id"] for row in listed]
    assert 0 < len(rows) < 60
    listed = json.loads(cli("list", "users", synced, "--filter", "status:inactive -group:none", "--format", "json").out)
    assert listed
    assert {row["status"] for row in listed} == {"inactive"}
    found = cli("export", synced, "--format", "json", "-o", "-", "--kind", "users", "--filter",
                "status:inactive -group:none")  # fmt: skip
    exported = json.loads(found.out)
    assert exported["about"]["filter"] == "status:inactive -group:none"
    assert [row["id"] for row in exported["users"]] == [row["id"] for row in listed]
    wrong = cli("list", "users", synced, "--filter", "colour:red")
    assert wrong.code == 2
    assert "There is no field" in wrong.err


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx", "parquet", "c1z"])
def test_every_format_writes_a_private_file_with_its_sum(cli: Cli, synced: str, tmp_path: Path, form: str) -> None:
    path = tmp_path / (f"zoom.{form}" if form not in ("csv", "parquet") else "zoom.zip")
    result = cli("export", synced, "--format", form, "--output", str(path), "--sha256")
    assert result.code == 0, result.err
    assert f"Wrote {path}: 60 users" in result.out or form == "c1z"
    assert result.err == ""
    assert path.stat().st_mode & 0o777 == 0o600
    told = path.with_name(f"{path.name}.sha256").read_text().split()[0]
    assert told == hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            assert {f"{table}.{form}" for table in WHOLE} <= set(packed.namelist())


def test_baton_reads_of_the_c1z_what_the_json_says(cli: Cli, synced: str, tmp_path: Path, zoom: SimServer) -> None:
    path = tmp_path / "zoom.c1z"
    assert cli("export", synced, "--format", "c1z", "--output", str(path)).code == 0
    told = json.loads(cli("export", synced, "--format", "json", "--output", "-").out)
    names = {"groups": "group", "contact-groups": "contactGroup", "roles": "role"}
    slugs = {"group member": "member", "group admin": "admin", "role": "member", "contact group member": "member"}
    expected = {
        (
            f"{names[grant['target_kind']]}:{grant['target_id']}:{slugs[grant['kind']]}",
            f"{grant.get('principal_kind', 'user')}:{grant['principal_id']}",
        )
        for grant in [*told["grants"], *told["nested-access"]]
    }
    with contextlib.closing(baton.File(path, tmp_path)) as file:
        stats = file.stats()
        assert {name: stats[name] for name in ("user", "group", "contactGroup", "role")} == {
            "user": 60, "group": 5, "contactGroup": 3, "role": 5,
        }  # fmt: skip
        assert {key: name for key, name, _ in file.resources("user")} == {
            person["id"]: person["name"] for person in told["users"]
        }
        assert len(file.grants()) == stats["grants"] == len(expected)
        assert set(file.pairs()) == expected
        assert len(file.entitlements()) == stats["entitlements"] == 5 * 2 + 3 + 5
        somebody = told["grants"][0]["principal_id"]
        held = {pair[0].rpartition(":")[0] for pair in expected if pair[1] == f"user:{somebody}"}
        assert set(file.access("user", somebody)) == held
        rows = file.export()
        assert {(row["user_id"], row["email"]) for row in rows if row["type"] == "Identity"} == {
            (person["id"], person["email"]) for person in told["users"]
        }
        assert sum(row["type"] == "Grant" for row in rows) == sum(who.startswith("user:") for _, who in expected)


def test_a_c1z_names_nothing_that_is_not_in_it(cli: Cli, connector: str, tmp_path: Path, zoom: SimServer) -> None:
    zoom.control.withdraw_scope("group:read:list_groups:admin")
    zoom.control.withdraw_scope("role:read:list_roles:admin")
    assert cli("sync", connector, "--quiet").code == 3
    path = tmp_path / "zoom.c1z"
    assert cli("export", connector, "--format", "c1z", "--output", str(path)).code == 0
    with contextlib.closing(baton.File(path, tmp_path)) as file:
        assert {row[0] for row in file.grants()} >= {"Group", "Role"}  # looks up both ends of each
        assert file.entitlements()


def test_a_folder_is_written_for_many_tables(cli: Cli, synced: str, tmp_path: Path) -> None:
    result = cli("export", synced, "--format", "csv", "--output", str(tmp_path / "out"))
    assert result.code == 0
    assert sum(1 for _ in csv.reader((tmp_path / "out" / "users.csv").read_text().splitlines())) == 61


def test_what_is_there_is_replaced_only_when_asked_to(cli: Cli, synced: str, tmp_path: Path) -> None:
    words = ["export", synced, "--format", "json", "--output"]
    path, full, empty = tmp_path / "zoom.json", tmp_path / "full", tmp_path / "empty"
    path.write_text("mine")
    full.mkdir()
    (full / "notes.txt").write_text("mine")
    empty.mkdir()
    refused = cli(*words, str(path))
    assert refused.code == 1
    assert "is there already" in refused.err
    assert "--force" in refused.err
    assert path.read_text() == "mine"
    assert cli(*words, str(path), "--force").code == 0
    assert json.loads(path.read_text())["about"]["sync"] == 1
    whole = ["export", synced, "--format", "csv", "--output"]
    assert cli(*whole, str(full)).code == 1
    assert "other files" in cli(*whole, str(full), "--force").err  # never what is not ours
    assert (full / "notes.txt").read_text() == "mine"
    assert cli(*whole, str(empty)).code == 0


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_being_told_to_end_leaves_nothing_behind(
    cli: Cli, synced: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = signal.getsignal(getattr(signal, name))

    def halfway(progress: Progress) -> str:
        if progress.table == "grants" and progress.done:
            signal.raise_signal(getattr(signal, name))
        return ""

    monkeypatch.setattr(Progress, "text", property(halfway))
    monkeypatch.setattr("zoomgov.cli.export._QUIET_SECONDS", -1)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    folder = tmp_path / "out"
    folder.mkdir()
    ticks = itertools.count()
    monkeypatch.setattr("zoomgov.cli.export.time.monotonic", lambda: next(ticks))
    result = cli("export", synced, "--format", "xlsx", "-o", str(folder / "zoom.xlsx"))
    assert (result.code, list(folder.iterdir())) == (130, [])
    assert "Stopped; nothing was written." in result.err
    assert signal.getsignal(getattr(signal, name)) is before


def test_an_older_sync_is_written_as_it_was(cli: Cli, twice: str, zoom: SimServer) -> None:
    older = json.loads(cli("export", twice, "--format", "json", "-o", "-", "--sync", "1").out)
    assert older["about"]["sync"] == 1
    assert "second.look@partner.example" not in {person["email"] for person in older["users"]}


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx", "parquet", "c1z"])
def test_what_changed_can_be_written_in_every_format(cli: Cli, twice: str, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"changes.{form}"
    result = cli("export", twice, "--format", form, "-o", str(path), "--from", "1")
    assert result.code == 0, result.err
    assert ("users" if form == "c1z" else "changes") in result.out
    if form == "c1z":
        with contextlib.closing(baton.File(path, tmp_path)) as file:
            assert file.diff()["resources"]["created"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--format", "csv", "--output", "-"], 1, "choose one table"),
        (["--format", "xlsx", "--output", "-"], 1, "name a file"),
        (["--format", "json", "--output", "-", "--filter", "x"], 2, "--kind"),
        (["--format", "json", "--output", "-", "--filter", "x", "--kind", "grants"], 2, "--kind"),
        (["--format", "json", "--output", "-", "--to", "9"], 2, "There is no sync 9"),
        (["--format", "json", "--output", "-", "--to", "yesterday"], 2, "Nothing was synced by"),
        (["--format", "json", "--output", "-", "--to", "soon"], 2, "is no date that can be read"),
        (["--format", "pdf", "--output", "-"], 2, "pdf"),
    ],
)
def test_what_cannot_be_exported_is_explained(cli: Cli, synced: str, words: list[str], code: int, says: str) -> None:
    result = cli("export", synced, *words)
    assert result.code == code
    assert says in result.err
    assert result.out == ""


def test_what_was_not_read_is_said(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.withdraw_scope("contact_group:read:list_groups:admin")
    assert cli("sync", connector, "--quiet").code == 3
    result = cli("export", connector, "--format", "json", "-o", "-")
    assert result.code == 0
    assert "Not read: contact-groups" in result.err
    assert json.loads(result.out)["about"]["not_read"][0]["part"] == "contact-groups"
    findings = json.loads(cli("findings", connector, "--format", "json").out)["findings"]
    unknown = {finding["id"] for finding in findings if not finding["known"]}
    assert "open-contact-groups" in unknown


def test_diff_tells_who_came_went_and_changed(cli: Cli, twice: str, zoom: SimServer) -> None:
    before, after = (
        json.loads(cli("export", twice, "--format", "json", "-o", "-", "--to", number).out) for number in ("1", "2")
    )
    told = json.loads(cli("diff", twice, "--format", "json").out)
    assert (told["from"]["sync"], told["to"]["sync"]) == (1, 2)
    old, new = ({person["id"]: person for person in sync["users"]} for sync in (before, after))
    changed = {item["id"]: item for item in told["items"] if item["kind"] == "users"}
    assert {key for key, item in changed.items() if item["change"] == "added"} == set(new) - set(old)
    assert {key for key, item in changed.items() if item["change"] == "removed"} == set(old) - set(new)
    for key, item in changed.items():
        for one in item["fields"]:
            column = {"Status": "status", "Licence": "licence", "Department": "dept", "Role": "role"}[one["field"]]
            assert (one["old"], one["new"]) == (old[key][column], new[key][column])
    grants = [
        {(grant["kind"], grant["target_id"], grant["principal_id"]) for grant in sync["grants"]}
        for sync in (before, after)
    ]
    for change, expected in (("gained", grants[1] - grants[0]), ("lost", grants[0] - grants[1])):
        assert {
            (one["kind"], one["target_id"], one["principal_id"]) for one in told["access"] if one["change"] == change
        } == expected
        assert expected


def test_diff_for_people_and_for_scripts(cli: Cli, twice: str) -> None:
    table = cli("diff", twice, "--exit-code")
    assert table.code == 1
    assert "From sync 1" in table.out
    assert "second.look@" in table.out
    assert max(map(len, table.out.splitlines())) <= 80
    rows = list(csv.DictReader(io.StringIO(cli("diff", twice, "--format", "csv").out, newline="")))
    exported = cli("export", twice, "--format", "csv", "-o", "-", "--from", "1")
    assert list(csv.DictReader(io.StringIO(exported.out, newline=""))) == rows
    same = cli("diff", twice, "--from", "2", "--to", "2", "--exit-code")
    assert (same.code, same.out.splitlines()[-1]) == (0, "Nothing changed.")


def test_access_in_effect_is_told_with_the_group_it_came_through(cli: Cli, twice: str, zoom: SimServer) -> None:
    group = next(iter(zoom.account.groups))
    next(iter(zoom.account.contact_groups.values())).members.append((2, group))
    assert cli("sync", twice, "--quiet").code == 0
    for user in [user for user in zoom.account.users if group not in (user.group_ids or ())][:3]:
        zoom.control.move_user(user.email, group)
    assert cli("sync", twice, "--quiet").code == 0
    before, after = (
        json.loads(cli("export", twice, "--format", "json", "-o", "-", "--to", number).out) for number in ("3", "4")
    )
    reached = [
        {(one["target_id"], one["principal_id"]) for one in sync["grants"]
         if one["kind"] == "contact group member" and one["principal_kind"] == "user"}
        | {(one["target_id"], one["principal_id"]) for one in sync["nested-access"]}
        for sync in (before, after)
    ]  # fmt: skip
    told = json.loads(cli("diff", twice, "--in-effect", "--format", "json").out)["access"]
    for change, expected in (("gained", reached[1] - reached[0]), ("lost", reached[0] - reached[1])):
        assert {
            (one["target_id"], one["principal_id"]) for one in told
            if one["kind"] == "contact group member" and one["principal_kind"] == "user" and one["change"] == change
        } == expected  # fmt: skip
    through = [one for one in told if one["through"]]
    assert through
    as_granted = json.loads(cli("diff", twice, "--format", "json").out)["access"]
    assert not any(one["through"] for one in as_granted)
    exported = cli("export", twice, "--format", "csv", "-o", "-", "--from", "3", "--in-effect").out
    assert exported == cli("diff", twice, "--format", "csv", "--in-effect").out
    assert cli("export", twice, "--format", "csv", "-o", "-", "--in-effect").code == 2
    lines = cli("diff", twice, "--in-effect").out
    assert "Access in effect by person: " in lines
    assert f", through {through[0]['through'].split(',')[0]}" in " ".join(lines.split())


def test_access_by_person_and_by_thing(cli: Cli, twice: str) -> None:
    told = json.loads(cli("diff", twice, "--format", "json", "--by", "thing").out)["access"]
    names = [(one["target_kind"], one["target"].casefold()) for one in told]
    kinds = ["groups", "contact-groups", "roles"]
    assert names == sorted(names, key=lambda name: (kinds.index(name[0]), name[1]))
    people = json.loads(cli("diff", twice, "--format", "json").out)["access"]
    assert sorted(map(str, told)) == sorted(map(str, people))
    assert [one["principal"].casefold() for one in people] == sorted(one["principal"].casefold() for one in people)
    by_thing = cli("diff", twice, "--by", "thing").out
    (start,) = (place for place, line in enumerate(by_thing.splitlines()) if line.startswith("Access by thing: "))
    lines = by_thing.splitlines()[start + 1 :]
    headings = [line for line in lines if line.startswith(("  Group ", "  Contact group ", "  Role "))]
    assert len(headings) == len({(one["target_kind"], one["target_id"]) for one in told})
    listed = [line for line in lines if line.startswith(("    + ", "    - "))]
    assert len(listed) == len(told)


def test_the_exit_code_of_diff_tells_a_failure_from_a_difference(cli: Cli, twice: str, zoom: SimServer) -> None:
    assert cli("diff", twice, "--exit-code").code == 1
    assert cli("diff", "Nobody", "--exit-code").code == 2
    assert cli("diff", "Nobody").code == 1
    zoom.control.withdraw_scope("contact_group:read:list_groups:admin")
    assert cli("sync", twice, "--quiet").code == 3
    blind = cli("diff", twice, "--exit-code")
    assert blind.code == 3
    assert "Nothing changed in what was compared." in blind.out
    assert "Not compared: contact groups. Sync 3 did not read all of it." in blind.err
    assert "code 4711" in blind.err
    since = cli("diff", twice, "--from", "1", "--format", "json")
    assert "Sync 3 did not read all of contact groups: compared as sync 2 read it." in since.err
    (gap,) = json.loads(since.out)["not_compared"]
    assert (gap["part"], gap["sync"], gap["compared_as_of_sync"]) == ("contact-groups", 3, 2)


def test_the_json_of_diff_is_as_documented(cli: Cli, twice: str) -> None:
    told = json.loads(cli("diff", twice, "--format", "json").out)
    text = (Path(__file__).parents[2] / "docs" / "comparing.md").read_text("utf-8")
    documented = json.loads(text.split("```json\n")[1].split("```")[0])

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(value[0])] if isinstance(value, list) and value else type(value)

    assert told.keys() == documented.keys()
    for key in ("from", "to", "access", "missing"):
        assert shape(told[key]) == shape(documented[key])
    changed = next(item for item in told["items"] if item["fields"])
    assert shape(changed) == shape(documented["items"][0])


def test_a_date_means_what_was_known_then(cli: Cli, twice: str) -> None:
    long_ago = cli("diff", twice, "--from", "2001-01-01", "--format", "json")
    assert "oldest sync" in long_ago.err
    assert json.loads(long_ago.out)["from"]["sync"] == 1
    today = json.loads(cli("diff", twice, "--format", "json").out)["to"]["finished_at"][:10]
    assert json.loads(cli("diff", twice, "--to", today, "--format", "json", "--from", "1").out)["to"]["sync"] == 2
    assert cli("diff", twice, "--from", "2", "--to", "1").code == 2
    assert cli("diff", twice, "--from", "soon").code == 2


def test_the_first_sync_has_nothing_to_be_compared_with(cli: Cli, synced: str) -> None:
    result = cli("diff", synced)
    assert result.code == 1
    assert "nothing to compare" in result.err


def test_findings_agree_with_the_account(cli: Cli, synced: str, zoom: SimServer) -> None:
    made = json.loads(cli("findings", synced, "--format", "json", "--licence-idle-days", "40").out)
    found = {finding["id"]: finding for finding in made["findings"]}
    users = [user for user in zoom.account.users if user.id]
    edge = datetime.fromisoformat(made["as_of"]) - timedelta(days=43)
    idle = {
        user.id
        for user in users
        if user.status == "active"
        and user.type == 2
        and user.last_login_time
        and datetime.fromisoformat(user.last_login_time) < edge
    }
    assert {subject["id"] for subject in found.get("licensed-idle", {"subjects": []})["subjects"]} == idle
    licensed = {user.email for user in zoom.account.users if user.status != "active" and user.type == 2}
    assert {subject["email"] for subject in found["not-active-licensed"]["subjects"]} == licensed
    admins = {user.id for user in users if user.role_id in ("0", "1")}
    assert {subject["id"] for subject in found["owners-and-admins"]["subjects"]} == admins
    held = {user.id for user in users if user.status != "active" and user.role_id not in (None, "2")}
    assert {s["id"] for s in found.get("not-active-with-role", {"subjects": []})["subjects"]} == held
    for finding in made["findings"]:
        assert finding["why"]
        assert finding["fix"]["clicks"]


def test_findings_for_people_and_their_exit_code(cli: Cli, twice: str) -> None:
    table = cli("findings", twice)
    assert table.code == 0
    assert "owner and" in table.out
    assert "why:" in table.out
    assert "next: Sign in to Zoom" in table.out
    assert "\x1b" not in table.out
    assert cli("findings", twice, "--fail-on", "info").code == 1
    rows = list(csv.DictReader(io.StringIO(cli("findings", twice, "--format", "csv").out, newline="")))
    assert {row["finding"] for row in rows} >= {"owners-and-admins", "not-active-licensed"}
    own = cli("findings", twice, "--own-domain", "partner.example", "--format", "json")
    external = {f["id"]: f for f in json.loads(own.out)["findings"]}["external-people"]
    assert "second.look@partner.example" not in {subject["email"] for subject in external["subjects"]}


def test_thresholds_come_from_options_or_else_from_settings(
    cli: Cli, synced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used(*words: str) -> object:
        return json.loads(cli("findings", synced, "--format", "json", *words).out)["thresholds"]

    usual = {"admin_idle_days": 90, "licence_idle_days": 90, "new_days": 30, "most_admins": 10, "own_domains": []}
    assert used() == usual
    monkeypatch.setenv("ZOOMGOV_LICENCE_IDLE_DAYS", "45")
    monkeypatch.setenv("ZOOMGOV_OWN_DOMAINS", "acme.example")
    assert used() == {**usual, "licence_idle_days": 45, "own_domains": ["acme.example"]}
    assert used("--licence-idle-days", "50", "--new-days", "0", "--own-domain", "b.example") == {
        **usual, "licence_idle_days": 50, "new_days": 0, "own_domains": ["b.example"],
    }  # fmt: skip
    text = cli("findings", synced)
    assert "Idle: no login for 90 days as an admin, 45 with a licence, plus 3 by which Zoom may be late." in text.out
    monkeypatch.setenv("ZOOMGOV_MOST_ADMINS", "few")
    wrong = cli("findings", synced, "--fail-on", "high")
    assert wrong.code == 2
    assert "ZOOMGOV_MOST_ADMINS is 'few'" in wrong.err


def test_fail_on_tells_what_could_not_be_checked_apart(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.withdraw_scope("contact_group:read:list_groups:admin")
    cli("sync", connector, "--quiet")
    assert cli("findings", connector, "--fail-on", "info").code == 1
    quiet = cli("findings", connector, "--fail-on", "high", "--own-domain", "example", "--admin-idle-days", "9999")
    assert quiet.code == 3
    assert "not known" in quiet.out


def test_before_the_first_sync_each_says_what_to_run(cli: Cli, connector: str) -> None:
    for words in (["diff"], ["findings"], ["export", "--format", "json", "-o", "-"]):
        result = cli(words[0], connector, *words[1:])
        assert result.code == 1
        assert "zoomgov sync Zoom" in result.err
