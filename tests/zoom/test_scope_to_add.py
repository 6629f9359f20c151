"""The scope that is named after a refusal: one that reads, of the app's own kind, the same everywhere."""

from __future__ import annotations

import itertools

import pytest

from zoomgov.advice.knowledge import explain
from zoomgov.zoom.scopes import NEEDS, ScopeKind, app_kind, kind_of, scope_to_add, scopes_to_tick, writes

GRANULAR, CLASSIC = ScopeKind.GRANULAR, ScopeKind.CLASSIC
USERS = ["user:write:admin", "user:read:admin", "user:write:list_users:admin", "user:read:list_users:admin"]


@pytest.mark.parametrize("listed", itertools.permutations(USERS))
def test_the_reading_one_of_the_apps_kind_whatever_the_order(listed: tuple[str, ...]) -> None:
    assert scope_to_add(listed, GRANULAR, "GET /users") == "user:read:list_users:admin"
    assert scope_to_add(listed, CLASSIC, "GET /users") == "user:read:admin"
    assert scope_to_add(listed, GRANULAR) == "user:read:list_users:admin"
    assert scope_to_add(listed, CLASSIC) == "user:read:admin"


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.id)
@pytest.mark.parametrize("kind", ScopeKind)
def test_no_list_makes_it_name_a_writing_scope_or_one_of_the_other_kind(need: object, kind: ScopeKind) -> None:
    assert need in NEEDS
    found = next(one for one in NEEDS if one is need)
    writing = [scope.replace(":read", ":write") for scope in found.accepted]
    for listed in ((), found.classic, found.granular, found.accepted, writing, ["x:write:admin", "x:delete:y:admin"]):
        for endpoint in ("", found.endpoint):
            named = scope_to_add(listed, kind, endpoint)
            assert named is None or (kind_of(named) is kind and not writes(named))
            assert named is not None or not endpoint


def test_the_admin_form_comes_before_that_of_one_user_or_of_sub_accounts() -> None:
    listed = ("x:read:y", "x:read:y:master", "x:read:y:admin")
    assert scope_to_add(listed, GRANULAR) == "x:read:y:admin"
    assert scope_to_add(listed[:2], GRANULAR) in listed[:2]


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ("user:read:admin", CLASSIC), ("user:read", CLASSIC), ("meeting:read:admin:sip_dialing", CLASSIC),
        ("billing:master", CLASSIC), ("user:read:master", CLASSIC), ("user_info:read", CLASSIC),
        ("user:read:list_users:admin", GRANULAR), ("user:read:user", GRANULAR),
        ("role:read:list_roles:master", GRANULAR),
    ],
)  # fmt: skip
def test_kinds(scope: str, kind: ScopeKind) -> None:
    assert kind_of(scope) is kind


@pytest.mark.parametrize("kind", ScopeKind)
def test_the_kind_of_an_app(kind: ScopeKind) -> None:
    assert app_kind(scopes_to_tick(kind)) is kind
    assert app_kind([f"{scope.removesuffix(':admin')}:master" for scope in scopes_to_tick(kind)]) is kind
    assert app_kind(()) is None


@pytest.mark.parametrize("listed", itertools.permutations(USERS, 3))
def test_explain_names_no_writing_scope_beside_a_reading_one(listed: tuple[str, ...]) -> None:
    found = explain(f'{{"code":4711,"message":"Invalid access token, does not contain scopes:[{", ".join(listed)}]."}}')
    assert ":write:" not in " ".join((found[0].cause, *found[0].remedy))
    assert all(scope in found[0].cause for scope in listed if not writes(scope))
