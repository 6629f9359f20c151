"""Each finding: what makes one, what does not, and what is said when it could not be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.findings import Finding, Level, find
from zoomgov.model.rows import ContactGroupRow, GroupRow
from zoomgov.model.syncs import Disagreement, NotRead
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from tests.findings.conftest import World

FINISHED = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def days_ago(days: float) -> str:
    return (FINISHED - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ids(finding: Finding | None) -> list[str]:
    assert finding is not None
    assert finding.count == len(finding.subjects)
    return [subject.id for subject in finding.subjects]


def test_a_clean_account_has_only_its_owner(world: World) -> None:
    audit = world.audit()
    assert [finding.id for finding in audit.findings] == ["owners-and-admins"]
    (owners,) = audit.findings
    assert owners.title == "1 owner and 0 admins"
    assert owners.subjects[0].detail == f"Owner, last login {days_ago(1)[:10]}"
    assert audit.worst() is Level.INFO
    assert audit.checked > 10
    assert owners.fix.link == "https://zoom.us/role"


def test_too_many_admins_matter(world: World) -> None:
    for number in range(4):
        world.person(f"admin{number}", "1")
    audit = world.audit(most_admins=4)
    assert audit.findings[0].id == "owners-and-admins"
    assert audit.findings[0].level is Level.MEDIUM
    assert audit.findings[0].title == "1 owner and 4 admins"


def test_idle_admins_are_those_who_can_change_something(world: World) -> None:
    world.role("edit", "Helpdesk", "User:Read", "User:Edit")
    world.role("look", "Auditor", "User:Read")
    world.person("idle", "1", last_login_time=days_ago(200))
    world.person("never", "edit", last_login_time="")
    world.person("auditor", "look", last_login_time=days_ago(200))
    world.person("member", last_login_time=days_ago(200))
    world.person("gone", "1", status="inactive", last_login_time=days_ago(200))
    world.person("new", "1", last_login_time="", created_at=days_ago(5))
    finding = world.finding("idle-admins")
    assert ids(finding) == ["never", "idle"]
    assert finding is not None
    assert finding.level is Level.HIGH
    assert "3 days" in finding.why


@pytest.mark.parametrize(("days", "idle"), [(90.5, False), (92.9, False), (93.1, True)])
def test_the_three_days_zoom_may_be_late_count_for_the_person(world: World, days: float, idle: bool) -> None:
    world.person("someone", "1", type=2, last_login_time=days_ago(days))
    audit = world.audit()
    found = {finding.id for finding in audit.findings}
    assert ("idle-admins" in found) is idle
    assert ("licensed-idle" in found) is idle


def test_nobody_is_idle_for_longer_than_until_the_sync(world: World) -> None:
    world.person("someone", type=2, last_login_time=days_ago(50))
    late = world.audit(FINISHED + timedelta(days=400))
    assert "licensed-idle" not in {finding.id for finding in late.findings}


def test_a_role_whose_rights_were_never_read_counts_as_an_admin_role(world: World) -> None:
    world.role("r9", "Unread")
    world.leave_out("role", "r9")
    world.person("idle", "r9", last_login_time=days_ago(200))
    finding = world.finding("idle-admins")
    assert ids(finding) == ["idle"]
    assert finding is not None
    assert any("Unread" in limit for limit in finding.limits)


def test_people_who_cannot_sign_in_and_still_hold_something(world: World) -> None:
    world.groups = [GroupRow("g", "Group", 1)]
    world.person("role", "1", status="inactive")
    world.person("admin", "2", "g", status="inactive")
    world.person("licence", type=2, status="inactive")
    world.person("nothing", status="inactive")
    world.person("invited", type=2, status="pending", last_login_time="")
    world.person("active", "1", type=2)
    world.admin("g", "admin")
    world.admin("g", "active")
    audit = {finding.id: finding for finding in world.audit().findings}
    assert ids(audit["not-active-with-role"]) == ["role"]
    assert ids(audit["not-active-group-admins"]) == ["admin"]
    assert ids(audit["not-active-licensed"]) == ["email:invited@example.org", "licence"]
    assert audit["not-active-licensed"].title == "2 people who cannot sign in still hold a licence"


def test_licences_nobody_uses_and_what_a_downgrade_frees(world: World) -> None:
    world.plan_usage = b'{"plan_base":[{"type":"business_yearly","hosts":100,"usage":60}]}'
    world.person("idle", type=2, last_login_time=days_ago(120))
    world.person("longer", type=2, last_login_time=days_ago(220))
    world.person("basic", type=1, last_login_time=days_ago(220))
    world.person("never", type=2, last_login_time="")
    world.person("new", type=2, last_login_time="", created_at=days_ago(32))
    audit = {finding.id: finding for finding in world.audit().findings}
    assert ids(audit["licensed-idle"]) == ["longer", "idle"]
    assert "free 2 licences: 60 of 100 bought are in use, 58 would be" in audit["licensed-idle"].why
    assert ids(audit["licensed-never"]) == ["never"]
    assert ids(world.finding("licensed-idle", licence_idle_days=200)) == ["longer"]


def test_without_plan_usage_the_gain_is_said_without_totals(world: World) -> None:
    world.person("idle", type=2, last_login_time=days_ago(120))
    finding = world.finding("licensed-idle")
    assert finding is not None
    assert "would free 1 licence." in finding.why


def test_groups_left_over_and_open(world: World) -> None:
    world.groups = [
        GroupRow("empty", "Empty", 0),
        GroupRow("full", "Full", 1),
        GroupRow("hidden", "Hidden", 7),
        GroupRow("unread", "Unread", 0),
    ]
    world.contact_groups = [ContactGroupRow("open", "Open", 1, ""), ContactGroupRow("closed", "Closed", 3, "")]
    world.person("someone", "2", "full", "unread")
    world.admin("full", "owner")
    world.leave_out("group-admins", "unread")
    audit = {finding.id: finding for finding in world.audit().findings}
    assert ids(audit["groups-without-members"]) == ["empty"]
    assert ids(audit["groups-without-admins"]) == ["empty", "hidden"]
    assert audit["groups-without-admins"].limits == (
        "The admins of groups were not read in 1 case (403 code 4711: no scope).",
    )
    assert ids(audit["open-contact-groups"]) == ["open"]


def test_custom_roles_nobody_holds(world: World) -> None:
    world.role("unused", "Unused", "User:Edit")
    world.role("reader", "Reader", "User:Read")
    world.role("used", "Used", "User:Edit")
    world.role("counted", "Counted elsewhere", "User:Edit", total=2)
    world.person("someone", "used")
    world.role("idle", "Idle", "User:Edit", total=2)
    world.person("slow", "idle", last_login_time=days_ago(120))
    world.person("gone", "idle", status="inactive")
    world.role("new", "New", "User:Edit")
    world.person("newcomer", "new", last_login_time="", created_at=days_ago(3))
    world.role("hidden", "Somebody may use it", "User:Edit", total=2)
    world.person("sleeper", "hidden", last_login_time=days_ago(120))
    finding = world.finding("unused-edit-roles")
    assert ids(finding) == ["unused", "idle"]
    assert finding is not None
    details = [subject.detail for subject in finding.subjects]
    assert details == ["nobody holds it", "none of 2 holders has logged in for 90 days"]
    assert ids(world.finding("unused-edit-roles", admin_idle_days=150)) == ["unused"]


def test_domains_of_others_are_guessed_or_given(world: World) -> None:
    for number in range(40):
        world.person(f"p{number:02}")
    world.person("sub", email="sub@eu.example.org")
    world.person("alike", email="alike@notexample.org")
    world.person("guest", email="Guest@Partner.example")
    world.person("boss", "1", email="boss@partner.example")
    audit = {finding.id: finding for finding in world.audit().findings}
    assert ids(audit["external-people"]) == ["alike", "boss", "guest"]
    assert "They are in: partner.example 2, notexample.org 1. Taken" in audit["external-people"].why
    assert "by where most people are: example.org" in audit["external-people"].why
    assert ids(audit["external-admins"]) == ["boss"]
    assert audit["external-admins"].level is Level.HIGH
    own = frozenset({"example.org", "@Partner.example"})
    assert ids(world.finding("external-people", own_domains=own)) == ["alike"]


def test_people_in_lists_who_are_no_users(world: World) -> None:
    world.contact_groups = [ContactGroupRow("c", "Contacts", 3, "")]
    world.groups = [GroupRow("g", "Group", 0)]
    world.contact("c", "stranger")
    world.contact("c", "owner")
    world.admin("g", "stranger")
    finding = world.finding("not-users")
    assert ids(finding) == ["stranger"]
    assert finding is not None
    assert finding.subjects[0].detail == "in 2 lists"


def test_what_disagrees_and_what_was_not_read_are_findings(world: World) -> None:
    world.disagreements = [Disagreement("members of group Finance", 7, 9, "total_members of GET /groups")]
    world.not_read = [NotRead("plan-usage", "", "no scope", required=False)]
    audit = {finding.id: finding for finding in world.audit().findings}
    assert audit["disagreements"].subjects[0].detail == "read 7, expected 9 (total_members of GET /groups)"
    assert audit["not-read"].level is Level.INFO
    world.leave_out("contact-groups")
    assert {f.id: f for f in world.audit().findings}["not-read"].level is Level.MEDIUM


BLIND: dict[str, set[str]] = {
    "users-active": {"external-admins", "idle-admins", "licensed-idle", "licensed-never", "owners-and-admins"},
    "users-inactive": {"not-active-with-role", "not-active-group-admins", "not-active-licensed"},
    "groups": {"groups-without-members", "groups-without-admins"},
    "group-admins": {"groups-without-admins", "not-active-group-admins"},
    "contact-groups": {"open-contact-groups"},
    "roles": {"unused-edit-roles", "idle-admins"},
    "role": {"unused-edit-roles"},
}


@pytest.mark.parametrize("part", BLIND)
def test_what_was_never_read_is_not_called_fine(world: World, part: str) -> None:
    world.groups = [GroupRow("g", "Group", 1)]
    world.admin("g", "owner")
    world.person("someone", "2", "g")
    world.leave_out(part)
    audit = world.audit()
    unknown = {finding.id: finding for finding in audit.unknown()}
    assert BLIND[part] <= set(unknown)
    for finding in unknown.values():
        assert finding.title.endswith("not known")
        assert any("never read" in limit and "4711" in limit for limit in finding.limits)
        assert (finding.count, finding.level) == (0, Level.INFO)


def test_what_an_older_sync_read_is_shown_as_of_then(world: World) -> None:
    world.contact_groups = [ContactGroupRow("open", "Open", 1, "")]
    world.audit()
    world.leave_out("contact-groups")
    finding = world.finding("open-contact-groups")
    assert ids(finding) == ["open"]
    assert finding is not None
    assert finding.limits == ("The contact groups were not read this time; shown as of sync 1.",)


def test_a_finding_counts_all_and_names_some(world: World) -> None:
    for number in range(20):
        world.person(f"p{number:02}", type=2, last_login_time=days_ago(300 + number))
    finding = world.finding("licensed-idle", named=5)
    assert finding is not None
    assert finding.count == 20
    assert [subject.id for subject in finding.subjects] == ["p19", "p18", "p17", "p16", "p15"]


def test_to_count_only_names_nobody_and_counts_the_same(world: World) -> None:
    world.person("idle", "1", type=2, last_login_time=days_ago(300))
    named, counted = world.audit(), world.audit(named=0)
    assert [(one.id, one.count, one.title) for one in counted.findings] == [
        (one.id, one.count, one.title) for one in named.findings
    ]
    assert any(one.subjects for one in named.findings)
    assert not any(one.subjects for one in counted.findings)


def test_one_question_alone_is_answered_as_among_all(world: World) -> None:
    world.person("idle", "1", type=2, last_login_time=days_ago(300))
    everything = world.audit()
    with Store(world.path).reader() as reader:
        for finding in everything.findings:
            assert find(reader, FINISHED, only=finding.id).findings == (finding,)


def test_the_asking_tells_how_far_it_is_and_can_be_ended(world: World) -> None:
    world.audit()
    told: list[tuple[int, int]] = []

    def end_at_three(asked: int, of: int) -> None:
        told.append((asked, of))
        if asked == 3:
            raise InterruptedError

    with Store(world.path).reader() as reader:
        of = find(reader, FINISHED).checked
        with pytest.raises(InterruptedError):
            find(reader, FINISHED, progress=end_at_three)
    assert told == [(asked, of) for asked in range(4)]


def test_gravest_first_and_the_unknown_last(world: World) -> None:
    world.person("idle", "1", last_login_time=days_ago(300))
    world.disagreements = [Disagreement("x", 1, 2, "y")]
    world.leave_out("contact-groups")
    audit = world.audit()
    levels: list[Any] = [(not finding.known, -finding.level) for finding in audit.findings]
    assert levels == sorted(levels)
    assert audit.worst() is Level.HIGH
    assert not audit.findings[-1].known
