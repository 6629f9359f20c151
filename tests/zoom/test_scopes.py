"""Which scopes to tick, which do, and which are more than the job needs."""

from __future__ import annotations

import pytest

from zoomgov.zoom.scopes import (
    NEEDS,
    NEEDS_BY_ID,
    SCOPES,
    Capability,
    Importance,
    ScopeKind,
    needs_for_scope,
    scopes_to_tick,
    unneeded,
    writes,
)

LIST_GROUPS, LIST_ROLES = NEEDS_BY_ID["list_groups"], NEEDS_BY_ID["list_roles"]


@pytest.mark.parametrize(
    ("kind", "importances", "ticked"),
    [
        (ScopeKind.GRANULAR, {Importance.REQUIRED}, ["role:read:list_roles:admin"]),
        (ScopeKind.GRANULAR, {Importance.OPTIONAL}, ["role:read:role:admin"]),
        (ScopeKind.GRANULAR, set(Importance), [
            "role:read:list_roles:admin", "role:read:list_members:admin", "role:read:role:admin"
        ]),
        (ScopeKind.CLASSIC, set(Importance), ["role:read:admin"]),
        (ScopeKind.CLASSIC, set(), []),
    ],
)  # fmt: skip
def test_the_scopes_to_tick_for_roles(kind: ScopeKind, importances: set[Importance], ticked: list[str]) -> None:
    assert scopes_to_tick(kind, capabilities=[Capability.ROLES], importances=importances) == ticked


def test_without_a_choice_everything_is_ticked_but_what_only_classic_apps_have() -> None:
    assert scopes_to_tick(ScopeKind.CLASSIC)[-1] == "imgroup:read:admin"
    assert scopes_to_tick(ScopeKind.GRANULAR, capabilities=[Capability.IM_GROUPS]) == []
    granular = scopes_to_tick(ScopeKind.GRANULAR)
    assert granular == [need.granular[0] for need in NEEDS if not need.classic_only]


def test_any_scope_of_a_need_meets_it() -> None:
    assert LIST_ROLES.accepted == (
        "role:read:list_roles:admin", "role:read:list_roles", "role:read:admin", "role:write:admin"
    )  # fmt: skip
    assert all(LIST_ROLES.met_by({scope}) for scope in LIST_ROLES.accepted)
    assert not LIST_ROLES.met_by({"role:read:role:admin", *LIST_GROUPS.accepted})
    assert needs_for_scope("role:read:list_roles") == [LIST_ROLES]
    assert [need.id for need in needs_for_scope("group:read:admin")] == [
        "list_groups", "list_group_members", "list_group_admins"
    ]  # fmt: skip
    assert needs_for_scope("chat:read") == []
    assert set(LIST_ROLES.accepted) <= SCOPES
    assert "chat:read" not in SCOPES


@pytest.mark.parametrize(
    ("scope", "does"),
    [("group:write:admin", True), ("group:update:group:admin", True), ("group:delete:group:admin", True),
     ("group:read:admin", False), ("group:read:write:admin", False), ("write", False), ("", False)],
)  # fmt: skip
def test_which_scopes_write(scope: str, does: bool) -> None:
    assert writes(scope) is does


def test_what_is_more_than_the_job_needs() -> None:
    held = ["role:read:admin", "role:write:admin", "chat:read", "chat:read", "role:read:list_roles:admin"]
    assert unneeded(held) == ["chat:read", "role:write:admin"]


def test_the_words_of_importance_and_kind_are_those_that_connectors_and_reports_store() -> None:
    assert [kind.value for kind in ScopeKind] == ["granular", "classic"]
    assert [importance.value for importance in Importance] == ["required", "recommended", "optional"]
    assert [capability.value for capability in Capability] == [
        "Users", "Groups", "Group admins", "Contact groups", "Roles", "Licences and seats", "Account settings",
        "IM groups",
    ]  # fmt: skip
