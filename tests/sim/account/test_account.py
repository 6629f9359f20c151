"""Made-up accounts: realistic, of any size, the same for the same seed; and churn."""

from __future__ import annotations

import cProfile
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomgov.sim import Options, build_account, parse_options
from zoomgov.sim.account.account import Account
from zoomgov.sim.account.churn import churn, share_roles

if TYPE_CHECKING:
    from tests.sim.conftest import StartSimulator


def as_json(account: Account) -> bytes:
    """Return all of an account as JSON, to compare."""
    parts = (account.users, account.groups, account.contact_groups, account.roles, account.im_groups, account.id)
    return msgspec.json.encode(parts)


def check(account: Account) -> None:
    """Assert what holds for every account, new or changed."""
    joined = [user for user in account.users if user.id]
    assert [user.role_id for user in account.users].count("0") == 1
    assert account.owner.status == "active"
    assert len({user.id for user in joined}) == len(joined)
    assert len({user.email.lower() for user in account.users}) == len(account.users)
    assert all(user.email.isascii() for user in account.users)
    assert {user.id is None for user in account.users if user.status == "pending"} <= {True}
    assert all(user.role_id in account.roles for user in joined)
    assert all(group in account.groups for user in joined for group in user.group_ids or ())
    for user in account.users:
        assert account.user(user.email.upper()) is user
        assert user.id is None or account.user(user.id) is user
    for group in account.groups.values():
        assert all(account.user(admin) for admin in group.admins)
        assert len(group.name) < 128
    for contact_group in account.contact_groups.values():
        assert len(set(contact_group.members)) == len(contact_group.members)
        for kind, key in contact_group.members:
            assert key in account.groups if kind == 2 else account.user(key)


@settings(max_examples=25)
@given(
    users=st.integers(1, 120),
    groups=st.integers(0, 40),
    contact_groups=st.integers(0, 20),
    roles=st.integers(0, 20),
    im_groups=st.integers(0, 5),
    seed=st.integers(0, 99),
    plan=st.sampled_from(["basic", "pro", "business", "enterprise"]),
    hostile=st.booleans(),
)
def test_any_size_and_seed(
    users: int, groups: int, contact_groups: int, roles: int, im_groups: int, seed: int, plan: str, hostile: bool
) -> None:
    account = build_account(users, groups, contact_groups, roles, seed, plan, im_groups=im_groups, hostile=hostile)
    check(account)
    assert len(account.users) == users
    if plan != "basic":
        assert (len(account.groups), len(account.contact_groups)) == (groups, contact_groups)
        assert (len(account.roles), len(account.im_groups)) == (max(3, roles), im_groups)
    again = build_account(users, groups, contact_groups, roles, seed, plan, im_groups=im_groups, hostile=hostile)
    assert as_json(account) == as_json(again)
    churn(account, 30, seed, now=account.as_of)
    churn(again, 30, seed, now=again.as_of)
    check(account)
    assert as_json(account) == as_json(again)


def test_seeds_differ() -> None:
    assert as_json(build_account(seed=1)) != as_json(build_account(seed=2))


def test_no_account_without_an_owner() -> None:
    with pytest.raises(ValueError, match="at least one user"):
        build_account(users=0)


def test_names_are_of_several_scripts() -> None:
    account = build_account(users=1_000)
    scripts = Counter(
        unicodedata.name(letter).split()[0]
        for user in account.users
        for letter in set((user.first_name or "")[:1])
        if letter.isalpha()
    )
    wanted = {"LATIN", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "HIRAGANA", "HANGUL", "DEVANAGARI", "GREEK", "THAI"}
    assert wanted <= set(scripts)
    assert any(not (user.first_name or "").isascii() for user in account.users)
    assert all(user.email.endswith(".example") for user in account.users)


def test_logins_lie_before_the_day_of_the_account_and_some_never_came() -> None:
    account = build_account(users=1_000)
    active = account.with_status("active")
    assert 0 < sum(user.last_login_time is None for user in active) < len(active) / 5
    assert max(user.last_login_time or "" for user in account.users) <= "2026-11-20T12:00:00Z"
    assert all((user.created_at or "") <= (user.last_login_time or "9") for user in account.users)


def test_every_custom_role_has_a_holder_and_privileges() -> None:
    account = build_account(users=300, roles=20)
    for role in account.roles.values():
        assert account.with_role("active", role.id), role.name
        assert role.privileges or role.id == "2"


def test_hostile_names_reach_the_wire(start: StartSimulator) -> None:
    zoom = start(build_account(users=200, hostile=True))
    firsts = {user["first_name"] for user in zoom.all("/users", "users", page_size=300)}
    assert {"[/]", "\x1b[31mRed\x1b[0m", '=HYPERLINK("http://x.example","go")', "Nul\x00"} <= firsts
    assert any(len(name) >= 300 for name in firsts)
    assert any("\u202e" in name for name in firsts)


def calls_to_build(users: int) -> int:
    """Count function calls, built-in functions included."""
    profile = cProfile.Profile()
    profile.runcall(build_account, users=users, groups=200, contact_groups=100, roles=10)
    return sum(entry.callcount for entry in profile.getstats())


def test_a_large_account_takes_no_more_work_a_person_than_a_small_one() -> None:
    small, large = calls_to_build(1_000), calls_to_build(8_000)
    assert large < 7_000 * 100, "200,000 people would take more than a few seconds"
    assert large / 8_000 <= small / 1_000


def test_people_are_in_about_three_groups() -> None:
    account = build_account(users=20_000, groups=200, contact_groups=100, roles=10)
    assert 2.5 < sum(len(user.group_ids or ()) for user in account.users) / len(account.users) < 3.5


def test_changes_show_in_the_answers(start: StartSimulator) -> None:
    zoom = start()
    control, account = zoom.server.control, zoom.server.account
    (first, second, *_) = account.groups
    someone = account.with_status("active")[7]
    before = {group["id"]: group["total_members"] for group in zoom.ok("/groups")["groups"]}
    control.update_user(someone.email, group_ids=[first], dept="Moved")
    assert zoom.ok(f"/users/{someone.id}")["dept"] == "Moved"
    control.move_user(someone.email, second)
    assert zoom.ok(f"/users/{someone.id}")["group_ids"] == [second]
    control.add_user("new.person@example.com", group_ids=[second])
    after = {group["id"]: group["total_members"] for group in zoom.ok("/groups")["groups"]}
    assert after != before
    assert "new.person@example.com" in {m["email"] for m in zoom.all(f"/groups/{second}/members", "members")}
    assert control.add_user("invited@example.com", status="pending") is None
    assert zoom.ok("/users/invited@example.com")["status"] == "pending"
    control.delete_group(second)
    assert "group_ids" not in zoom.ok(f"/users/{someone.id}")
    contact_id = next(iter(account.contact_groups))
    control.delete_contact_group(contact_id)
    assert zoom.refusal(f"/contacts/groups/{contact_id}")[:2] == (400, 300)
    with pytest.raises(ValueError, match="already in the account"):
        control.add_user("new.person@example.com")
    with pytest.raises(ValueError, match="no field"):
        control.update_user(someone.email, colour="red")
    check(account)


def test_churn_changes_about_as_many_as_asked() -> None:
    account = build_account(users=2_000)
    before = {user.email: msgspec.json.encode(user) for user in account.users}
    done = churn(account, 5, seed=3, now=account.as_of)
    after = {user.email: msgspec.json.encode(user) for user in account.users}
    assert sum(done.values()) - done["joined"] == 100
    assert done["left"] == done["joined"] == len(set(after) - set(before)) == len(set(before) - set(after))
    assert {"moved", "department", "status", "type"} <= set(done)
    changed = sum(after[email] != before[email] for email in set(after) & set(before))
    assert 80 <= changed + done["left"] <= 100
    check(account)


def test_shared_roles_are_held_by_as_many() -> None:
    account = build_account(users=500, roles=7)
    owner = account.owner
    share_roles(account)
    held = Counter(user.role_id for user in account.users if user is not owner)
    assert account.owner is owner
    assert set(held) == set(account.roles) - {owner.role_id}
    assert max(held.values()) - min(held.values()) <= 1
    assert sum(len(account.with_role(status, "2")) for status in ("active", "inactive", "pending")) == held["2"]
    check(account)


def test_options_from_words() -> None:
    options = parse_options(
        ["missing_scope=4700", "capacity=0.5", "groups_paged=false", "scopes=a:b,c:d", 'daily_budget={"Heavy": 5}']
    )
    assert options == Options(
        missing_scope="4700", capacity=0.5, groups_paged=False, scopes=("a:b", "c:d"), daily_budget={"Heavy": 5}
    )


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("colour=red", "colour"),
        ("missing_scope=1", "1"),
        ("capacity", "name=value"),
        ("capacity=2", "share"),
        ('daily_budget={"big": 1}', "big"),
        ("expires_in=x", "int"),
    ],
)
def test_options_that_make_no_sense(word: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_options([word])


def test_an_account_may_change_by_itself_between_two_syncs_never_within_one(start: StartSimulator) -> None:
    zoom = start(churn_percent=10)

    def everyone() -> dict[str, tuple[object, ...]]:
        lists = [zoom.all("/users", "users", status=status, page_size=20) for status in ("active", "inactive")]
        keys = ("id", "status", "dept", "type", "role_id", "group_ids")
        return {user["email"]: tuple(str(user.get(key)) for key in keys) for users in lists for user in users}

    before = everyone()
    assert everyone() == before
    zoom.fresh_token()
    after = everyone()
    different = {email for email in before.keys() | after.keys() if before.get(email) != after.get(email)}
    assert 6 <= len(different) <= 12  # who leaves and who joins count as two


def test_a_list_that_is_not_read_to_its_end_is_no_sync(start: StartSimulator) -> None:
    zoom = start(churn_percent=10)
    first = zoom.ok("/users", page_size=20)
    zoom.fresh_token()
    assert zoom.ok("/users", page_size=20)["users"] == first["users"]
