"""Each finding: what causes it, what does not, and what is said when it could not be checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.findings import Finding, Level, find
from zoomgov.model.rows import ContactGroupRow, GroupRow
from zoomgov.model.syncs import Disagreement, NotRead
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from tests.findings.conftest import AccountBuilder

FINISHED = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def days_ago(days: float) -> str:
    return (FINISHED - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ids(finding: Finding | None) -> list[str]:
    assert finding is not None
    assert finding.count == len(finding.subjects)
    return [subject.id for subject in finding.subjects]


def test_a_clean_account_has_only_its_owner(account: AccountBuilder) -> None:
    audit = account.audit()
    assert [finding.id for finding in audit.findings] == ["owners-and-admins"]
    (owners,) = audit.findings
    assert owners.title == "1 owner and 0 admins"
    assert owners.subjects[0].detail == f"Owner, last login {days_ago(1)[:10]}"
    assert audit.worst() is Level.INFO
    assert audit.checked > 10
    assert owners.fix.link == "https://zoom.us/role"


def test_too_many_admins_matter(account: AccountBuilder) -> None:
    for number in range(4):
        account.person(f"admin{number}", "1")
    audit = account.audit(most_admins=4)
    assert audit.findings[0].id == "owners-and-admins"
    assert audit.findings[0].level is Level.MEDIUM
    assert audit.findings[0].title == "1 owner and 4 admins"


def test_idle_admins_are_those_who_can_change_something(account: AccountBuilder) -> None:
    account.role("edit", "Helpdesk", "User:Read", "User:Edit")
    account.role("look", "Auditor", "User:Read")
    account.person("idle", "1", last_login_time=days_ago(200))
    account.person("never", "edit", last_login_time="")
    account.person("auditor", "look", last_login_time=days_ago(200))
    account.person("member", last_login_time=days_ago(200))
    account.person("gone", "1", status="inactive", last_login_time=days_ago(200))
    account.person("new", "1", last_login_time="", created_at=days_ago(5))
    finding = account.finding("idle-admins")
    assert ids(finding) == ["never", "idle"]
    assert finding is not None
    assert finding.level is Level.HIGH
    assert "3 days" in finding.why


@pytest.mark.parametrize(("days", "idle"), [(90.5, False), (92.9, False), (93.1, True)])
def test_the_three_days_zoom_may_be_late_count_for_the_person(account: AccountBuilder, days: float, idle: bool) -> None:
    account.person("someone", "1", type=2, last_login_time=days_ago(days))
    audit = account.audit()
    found = {finding.id for finding in audit.findings}
    assert ("idle-admins" in found) is idle
    assert ("licensed-idle" in found) is idle


def test_nobody_is_idle_for_longer_than_until_the_sync(account: AccountBuilder) -> None:
    account.person("someone", type=2, last_login_time=days_ago(50))
    late = account.audit(FINISHED + timedelta(days=400))
    assert "licensed-idle" not in {finding.id for finding in late.findings}


def test_a_role_whose_rights_were_never_read_counts_as_an_admin_role(account: AccountBuilder) -> None:
    account.role("r9", "Unread")
    account.leave_out("role", "r9")
    account.person("idle", "r9", last_login_time=days_ago(200))
    finding = account.finding("idle-admins")
    assert ids(finding) == ["idle"]
    assert finding is not None
    assert any("Unread" in limit for limit in finding.limits)


def test_people_who_cannot_sign_in_and_still_hold_something(account: AccountBuilder) -> None:
    account.groups = [GroupRow("g", "Group", 1)]
    account.person("role", "1", status="inactive")
    account.person("admin", "2", "g", status="inactive")
    account.person("licence", type=2, status="inactive")
    account.person("nothing", status="inactive")
    account.person("invited", type=2, status="pending", last_login_time="")
    account.person("active", "1", type=2)
    account.admin("g", "admin")
    account.admin("g", "active")
    audit = {finding.id: finding for finding in account.audit().findings}
    assert ids(audit["not-active-with-role"]) == ["role"]
    assert ids(audit["not-active-group-admins"]) == ["admin"]
    assert ids(audit["not-active-licensed"]) == ["email:invited@example.org", "licence"]
    assert audit["not-active-licensed"].title == "2 people who cannot sign in still hold a licence"


def test_licences_nobody_uses_and_what_a_downgrade_frees(account: AccountBuilder) -> None:
    account.plan_usage = b'{"plan_base":[{"type":"business_yearly","hosts":100,"usage":60}]}'
    account.person("idle", type=2, last_login_time=days_ago(120))
    account.person("longer", type=2, last_login_time=days_ago(220))
    account.person("basic", type=1, last_login_time=days_ago(220))
    account.person("never", type=2, last_login_time="")
    account.person("new", type=2, last_login_time="", created_at=days_ago(32))
    audit = {finding.id: finding for finding in account.audit().findings}
    assert ids(audit["licensed-idle"]) == ["longer", "idle"]
    assert "free 2 licences: 60 of 100 bought are in use, 58 would be" in audit["licensed-idle"].why
    assert ids(audit["licensed-never"]) == ["never"]
    assert ids(account.finding("licensed-idle", licence_idle_days=200)) == ["longer"]


def test_without_plan_usage_the_gain_is_said_without_totals(account: AccountBuilder) -> None:
    account.person("idle", type=2, last_login_time=days_ago(120))
    finding = account.finding("licensed-idle")
    assert finding is not None
    assert "would free 1 licence." in finding.why


def test_groups_left_over_and_open(account: AccountBuilder) -> None:
    account.groups = [
        GroupRow("empty", "Empty", 0),
        GroupRow("full", "Full", 1),
        GroupRow("hidden", "Hidden", 7),
        GroupRow("unread", "Unread", 0),
    ]
    account.contact_groups = [ContactGroupRow("open", "Open", 1, ""), ContactGroupRow("closed", "Closed", 3, "")]
    account.person("someone", "2", "full", "unread")
    account.admin("full", "owner")
    account.leave_out("group-admins", "unread")
    audit = {finding.id: finding for finding in account.audit().findings}
    assert ids(audit["groups-without-members"]) == ["empty"]
    assert ids(audit["groups-without-admins"]) == ["empty", "hidden"]
    assert audit["groups-without-admins"].limits == (
        "The admins of groups were not read in 1 case (403 code 4711: no scope).",
    )
    assert ids(audit["open-contact-groups"]) == ["open"]


def test_custom_roles_nobody_holds(account: AccountBuilder) -> None:
    account.role("unused", "Unused", "User:Edit")
    account.role("reader", "Reader", "User:Read")
    account.role("used", "Used", "User:Edit")
    account.role("counted", "Counted elsewhere", "User:Edit", total=2)
    account.person("someone", "used")
    account.role("idle", "Idle", "User:Edit", total=2)
    account.person("slow", "idle", last_login_time=days_ago(120))
    account.person("gone", "idle", status="inactive")
    account.role("new", "New", "User:Edit")
    account.person("newcomer", "new", last_login_time="", created_at=days_ago(3))
    account.role("hidden", "Somebody may use it", "User:Edit", total=2)
    account.person("sleeper", "hidden", last_login_time=days_ago(120))
    finding = account.finding("unused-edit-roles")
    assert ids(finding) == ["unused", "idle"]
    assert finding is not None
    details = [subject.detail for subject in finding.subjects]
    assert details == ["nobody holds it", "none of 2 holders has logged in for 90 days"]
    assert ids(account.finding("unused-edit-roles", admin_idle_days=150)) == ["unused"]


def test_domains_of_others_are_guessed_or_given(account: AccountBuilder) -> None:
    for number in range(40):
        account.person(f"p{number:02}")
    account.person("sub", email="sub@eu.example.org")
    account.person("alike", email="alike@notexample.org")
    account.person("guest", email="Guest@Partner.example")
    account.person("boss", "1", email="boss@partner.example")
    audit = {finding.id: finding for finding in account.audit().findings}
    assert ids(audit["external-people"]) == ["alike", "boss", "guest"]
    assert "They are in: partner.example 2, notexample.org 1. Taken" in audit["external-people"].why
    assert "by where most people are: example.org" in audit["external-people"].why
    assert ids(audit["external-admins"]) == ["boss"]
    assert audit["external-admins"].level is Level.HIGH
    own = frozenset({"example.org", "@Partner.example"})
    assert ids(account.finding("external-people", own_domains=own)) == ["alike"]


def test_people_in_lists_who_are_no_users(account: AccountBuilder) -> None:
    account.contact_groups = [ContactGroupRow("c", "Contacts", 3, "")]
    account.groups = [GroupRow("g", "Group", 0)]
    account.contact("c", "stranger")
    account.contact("c", "owner")
    account.admin("g", "stranger")
    finding = account.finding("not-users")
    assert ids(finding) == ["stranger"]
    assert finding is not None
    assert finding.subjects[0].detail == "in 2 lists"


def test_what_disagrees_and_what_was_not_read_are_findings(account: AccountBuilder) -> None:
    account.disagreements = [Disagreement("members of group Finance", 7, 9, "total_members of GET /groups")]
    account.not_read = [NotRead("plan-usage", "", "no scope", required=False)]
    audit = {finding.id: finding for finding in account.audit().findings}
    assert audit["disagreements"].subjects[0].detail == "read 7, expected 9 (total_members of GET /groups)"
    assert audit["not-read"].level is Level.INFO
    account.leave_out("contact-groups")
    assert {f.id: f for f in account.audit().findings}["not-read"].level is Level.MEDIUM


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
def test_what_was_never_read_is_not_called_fine(account: AccountBuilder, part: str) -> None:
    account.groups = [GroupRow("g", "Group", 1)]
    account.admin("g", "owner")
    account.person("someone", "2", "g")
    account.leave_out(part)
    audit = account.audit()
    unknown = {finding.id: finding for finding in audit.unknown()}
    assert BLIND[part] <= set(unknown)
    for finding in unknown.values():
        assert finding.title.endswith("not known")
        assert any("never read" in limit and "4711" in limit for limit in finding.limits)
        assert (finding.count, finding.level) == (0, Level.INFO)


def test_what_an_older_sync_read_is_shown_as_of_then(account: AccountBuilder) -> None:
    account.contact_groups = [ContactGroupRow("open", "Open", 1, "")]
    account.audit()
    account.leave_out("contact-groups")
    finding = account.finding("open-contact-groups")
    assert ids(finding) == ["open"]
    assert finding is not None
    assert finding.limits == ("The contact groups were not read this time; shown as of sync 1.",)


def test_a_finding_counts_all_and_names_some(account: AccountBuilder) -> None:
    for number in range(20):
        account.person(f"p{number:02}", type=2, last_login_time=days_ago(300 + number))
    finding = account.finding("licensed-idle", named=5)
    assert finding is not None
    assert finding.count == 20
    assert [subject.id for subject in finding.subjects] == ["p19", "p18", "p17", "p16", "p15"]


def test_to_count_only_names_nobody_and_counts_the_same(account: AccountBuilder) -> None:
    account.person("idle", "1", type=2, last_login_time=days_ago(300))
    named, counted = account.audit(), account.audit(named=0)
    assert [(one.id, one.count, one.title) for one in counted.findings] == [
        (one.id, one.count, one.title) for one in named.findings
    ]
    assert any(one.subjects for one in named.findings)
    assert not any(one.subjects for one in counted.findings)


def test_one_question_alone_is_answered_as_among_all(account: AccountBuilder) -> None:
    account.person("idle", "1", type=2, last_login_time=days_ago(300))
    everything = account.audit()
    with Store(account.path).reader() as reader:
        for finding in everything.findings:
            assert find(reader, FINISHED, only=finding.id).findings == (finding,)


def test_the_asking_tells_how_far_it_is_and_can_be_ended(account: AccountBuilder) -> None:
    account.audit()
    told: list[tuple[int, int]] = []

    def end_at_three(asked: int, of: int) -> None:
        told.append((asked, of))
        if asked == 3:
            raise InterruptedError

    with Store(account.path).reader() as reader:
        of = find(reader, FINISHED).checked
        with pytest.raises(InterruptedError):
            find(reader, FINISHED, progress=end_at_three)
    assert told == [(asked, of) for asked in range(4)]


def test_gravest_first_and_the_unknown_last(account: AccountBuilder) -> None:
    account.person("idle", "1", last_login_time=days_ago(300))
    account.disagreements = [Disagreement("x", 1, 2, "y")]
    account.leave_out("contact-groups")
    audit = account.audit()
    levels: list[Any] = [(not finding.known, -finding.level) for finding in audit.findings]
    assert levels == sorted(levels)
    assert audit.worst() is Level.HIGH
    assert not audit.findings[-1].known
