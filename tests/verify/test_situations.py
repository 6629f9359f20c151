"""Every situation, over real HTTP against the simulator: exactly the right diagnosis."""

from __future__ import annotations

import socket
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sim.world.faults import FaultRule
from zoomgov.verify.model import CapabilityState, CheckStatus, Report, Section
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS, Capability, Importance, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from zoomgov.sim.server.server import SimServer
    from zoomgov.zoom.transport import Request, Response

Verify = Callable[..., Coroutine[Any, Any, Report]]
States = dict[Capability, CapabilityState]
Causes = dict[str, str | None]
GRANULAR = tuple(scopes_to_tick(ScopeKind.GRANULAR))
READY, ROLE, PLAN = CapabilityState.READY, CapabilityState.ROLE, CapabilityState.PLAN
MISSING, FAILED, UNKNOWN = CapabilityState.MISSING_SCOPE, CapabilityState.FAILED, CapabilityState.UNKNOWN
NOTHING_CHECKED: States = {capability: UNKNOWN for capability in Capability if capability is not Capability.IM_GROUPS}


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@dataclass
class Situation:
    name: str
    diagnosis: Causes = field(default_factory=dict)
    """Line -> first cause, for every problem and warning above the capabilities. None: the result says it all."""
    arrange: Callable[[SimServer], object] = lambda zoom: None
    credentials: Mapping[str, str] = field(default_factory=dict)
    url: Callable[[SimServer], str] = lambda zoom: zoom.url
    facts: Mapping[str, object] = field(default_factory=dict)
    capabilities: States = field(default_factory=dict)
    """Those that are not ready; IM groups, which granular apps are not offered, need not be named."""
    among: tuple[str, ...] = ()
    """Causes that must be offered too, somewhere."""
    time_limit: float = 20.0
    ready: bool | None = None
    """None: ready exactly when there is no problem."""


def options(**changes: object) -> Callable[[SimServer], object]:
    return lambda zoom: zoom.control.set_options(**changes)


def fault(rule: str) -> Callable[[SimServer], object]:
    return lambda zoom: zoom.control.add_fault(rule)


def answer(path: str, status: int, body: object) -> Callable[[SimServer], object]:
    return lambda zoom: zoom.control.add_fault(FaultRule(path=path, status=status, body=body, times=None))


def scopes(*names: str) -> Callable[[SimServer], object]:
    return lambda zoom: zoom.control.set_scopes(names)


def both(*steps: Callable[[SimServer], object]) -> Callable[[SimServer], object]:
    return lambda zoom: [step(zoom) for step in steps]


def one_group_only(zoom: SimServer) -> None:
    """The app's owner holds a role that sees the users of one group."""
    zoom.control.restrict_app_owner(groups=[next(iter(zoom.account.groups))])


def empty(zoom: SimServer) -> None:
    """No group of any kind is left."""
    for group in list(zoom.account.groups):
        zoom.control.delete_group(group)
    for contact_group in list(zoom.account.contact_groups):
        zoom.control.delete_contact_group(contact_group)


def without(*needs: str) -> tuple[str, ...]:
    gone = {need.granular[0] for need in NEEDS if need.id in needs}
    return tuple(name for name in GRANULAR if name not in gone)


TOKEN, CLOUD, APP = "credentials.token", "credentials.cloud", "credentials.app"
LICENCES_REFUSED: States = {Capability.LICENCES: ROLE}
NO_LICENCES: Causes = {"probe.plan_usage": "role-lacks-privilege"}
NOT_OWNER: Causes = {"owner.role": "owner-not-account-owner"}
ALL_PAID = ("list_groups", "list_contact_groups", "list_roles", "list_role_members", "read_role", "plan_usage")
BASIC: Causes = {"plan.name": "basic-plan"}
BASIC_LEAVES: States = {capability: PLAN for capability in Capability if capability is not Capability.USERS}
LACKING: Causes = {f"probe.{need}": "role-lacks-privilege" for need in (*ALL_PAID[1:], "account_settings")}
ASKED_FOR = [need for need in NEEDS if need.importance is not Importance.OPTIONAL]
ALL_MISSING: Causes = {f"scope.{need.id}": "missing-scope" for need in ASKED_FOR}
DROPPED: Causes = {
    f"scope.{need.id}": "scopes-dropped" for need in ASKED_FOR if need.capability is not Capability.USERS
}
NOT_USERS: States = {
    capability: MISSING for capability in Capability if capability not in (Capability.USERS, Capability.IM_GROUPS)
}

BODIES_THAT_SAY_NOTHING: tuple[object, ...] = ("", {}, " ")

SITUATIONS = [
    Situation("nothing is wrong, granular scopes"),
    Situation(
        "nothing is wrong, classic scopes",
        arrange=scopes(*scopes_to_tick(ScopeKind.CLASSIC)),
        capabilities={Capability.IM_GROUPS: READY},
    ),
    # Credentials
    Situation(
        "wrong secret",
        {TOKEN: "client-credentials-wrong"},
        credentials={"client_secret": "x" * 32},
        capabilities=NOTHING_CHECKED,
        among=("secret-rotated", "app-not-active", "wrong-cloud"),
    ),
    Situation(
        "unknown client id",
        {TOKEN: "client-credentials-wrong"},
        credentials={"client_id": "AbCdEfGhIjKlMnOpQrStUv"},
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "a blank in the secret",
        {TOKEN: "credentials-malformed", "credentials.shape": "credentials-malformed"},
        credentials={"client_secret": "abc def"},
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "e-mail as Account ID",
        {TOKEN: "account-id-email", "credentials.shape": "account-id-email"},
        credentials={"account_id": "ada@example.com"},
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "account number as Account ID",
        {TOKEN: "account-id-number", "credentials.shape": "account-id-number"},
        credentials={"account_id": "5551 230 001"},
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "an Account ID with a character too many",
        {TOKEN: "credentials-malformed", "credentials.shape": "credentials-malformed"},
        credentials={"account_id": "Kd3nUqvTRy6Wk0aZb1cD2E7"},
        capabilities=NOTHING_CHECKED,
        among=("account-id-wrong",),
    ),
    Situation(
        "the Account ID of another account",
        {TOKEN: "account-id-wrong"},
        credentials={"account_id": "Kd3nUqvTRy6Wk0aZb1cD2E"},
        capabilities=NOTHING_CHECKED,
        among=("app-not-active", "invalid-request-unexplained"),
    ),
    Situation(
        "credentials of a General App",
        {TOKEN: "wrong-app-type"},
        arrange=options(app_type="general"),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "app not activated, answered as wrong credentials",
        {TOKEN: "client-credentials-wrong"},
        arrange=lambda zoom: zoom.control.deactivate_app(),
        capabilities=NOTHING_CHECKED,
        among=("app-not-active",),
    ),
    Situation(
        "app not activated, answered as a bad request",
        {TOKEN: "account-id-wrong"},
        arrange=both(options(inactive_answer="invalid_request"), lambda zoom: zoom.control.deactivate_app()),
        capabilities=NOTHING_CHECKED,
        among=("app-not-active",),
    ),
    *(
        Situation(
            f"app not activated, and its line is not ticked ({name})",
            {TOKEN: "app-not-active"},
            arrange=both(options(inactive_answer=name), lambda zoom: zoom.control.deactivate_app()),
            facts={"activated": False},
            capabilities=NOTHING_CHECKED,
            among=("client-credentials-wrong",) if name == "invalid_client" else ("account-id-wrong",),
        )
        for name in ("invalid_client", "invalid_request")
    ),
    *(
        Situation(
            f"the token call answers HTTP 400 with {body!r}",
            {TOKEN: cause},
            arrange=answer("/oauth", 400, body),
            facts={"activated": activated},
            capabilities=NOTHING_CHECKED,
            among=("client-credentials-wrong", "account-id-wrong", "app-not-active"),
        )
        for body in BODIES_THAT_SAY_NOTHING
        for activated, cause in ((True, "client-credentials-wrong"), (False, "app-not-active"))
    ),
    Situation(
        "app disabled by Zoom", {APP: "app-disabled"}, arrange=options(disabled=True), capabilities=NOTHING_CHECKED
    ),
    Situation(
        "app of the other cloud, refused at once",
        {TOKEN: "client-credentials-wrong"},
        arrange=options(wrong_cloud="credentials"),
        capabilities=NOTHING_CHECKED,
        among=("wrong-cloud",),
    ),
    Situation(
        "app of the other cloud, token refused",
        {CLOUD: "wrong-cloud"},
        arrange=options(wrong_cloud="token"),
        capabilities=NOTHING_CHECKED,
        among=("token-refused",),
    ),
    Situation(
        "an API address of somebody else",
        {CLOUD: None},
        arrange=options(api_url="https://api.example.com"),
    ),
    Situation(
        "an admin withdrew the approval",
        {TOKEN: "pre-approval-withdrawn"},
        arrange=answer("/v2/", 401, {"code": 4738, "message": "The token is disabled by admin."}),
        capabilities=NOTHING_CHECKED,
    ),
    # The way to Zoom
    Situation(
        "nobody listens",
        {"connection.host": "address-silent"},
        url=lambda zoom: closed_port(),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "no TLS where it should be",
        {"connection.tls": "tls-failed"},
        url=lambda zoom: zoom.url.replace("http:", "https:"),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "a proxy's page", {"connection.proxy": "proxy-page"}, arrange=fault("* proxy"), capabilities=NOTHING_CHECKED
    ),
    Situation(
        "a proxy's page for the API only",
        {"connection.proxy": "proxy-page"},
        arrange=fault("/v2 proxy"),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "a proxy that wants a password",
        {"connection.proxy": "proxy-sign-in"},
        arrange=answer("", 407, "Proxy"),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "the API host is cut off",
        {"connection.api": "address-silent"},
        arrange=fault("/v2 drop times=forever"),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "the token host stalls",
        {"connection.host": "timeout"},
        arrange=fault("/oauth stall times=forever"),
        capabilities=NOTHING_CHECKED,
        time_limit=0.2,
    ),
    Situation(
        "one endpoint stalls",
        {"probe.list_roles": "timeout"},
        arrange=fault("/v2/roles$ stall times=forever"),
        capabilities={Capability.ROLES: FAILED},
        time_limit=1.0,
    ),
    Situation(
        "empty answers",
        {"connection.api": "unreadable-answer"},
        arrange=answer("/v2/", 200, ""),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "the sign-in service fails",
        {TOKEN: "server-error"},
        arrange=fault("/oauth 503 times=forever"),
        capabilities=NOTHING_CHECKED,
    ),
    Situation(
        "groups fail at Zoom",
        {"probe.list_groups": "server-error"},
        arrange=fault("/v2/groups 502 times=forever"),
        capabilities={Capability.GROUPS: FAILED, Capability.GROUP_ADMINS: FAILED},
    ),
    Situation(
        "an answer that holds nothing",
        {"probe.list_contact_groups": "unreadable-answer"},
        arrange=answer("/v2/contacts/groups", 200, {}),
        capabilities={Capability.CONTACT_GROUPS: FAILED},
    ),
    Situation("one refusal that passes", arrange=fault("/v2/groups 503 times=2")),
    Situation("the clock is wrong", {"connection.clock": "clock-wrong"}, arrange=options(clock_skew_seconds=-900)),
    # Scopes
    *(
        Situation(
            f"{need.id} is missing",
            {f"scope.{need.id}": "missing-scope"},
            arrange=scopes(*without(need.id)),
            capabilities={} if need.importance is Importance.RECOMMENDED else {need.capability: MISSING},
            ready=need.importance is Importance.RECOMMENDED,
        )
        for need in NEEDS
        if need.importance is not Importance.OPTIONAL and need.id not in ("list_groups", "list_contact_groups")
    ),
    Situation(
        "groups cannot be listed, so neither can their admins",
        {"scope.list_groups": "missing-scope"},
        arrange=scopes(*without("list_groups")),
        capabilities={Capability.GROUPS: MISSING, Capability.GROUP_ADMINS: MISSING},
    ),
    Situation(
        "optional scopes are not ticked",
        arrange=scopes(*without("read_role", "plan_usage", "account_settings")),
        capabilities={Capability.LICENCES: MISSING, Capability.ACCOUNT: MISSING},
    ),
    Situation(
        "a user-level scope in place of the admin one",
        {"scope.list_users": "scope-wrong-level", "scope.excess": "excess-read"},
        arrange=scopes(*without("list_users"), "user:read:list_users"),
        capabilities={Capability.USERS: MISSING},
    ),
    Situation(
        "the writing scope in place of the reading one",
        {"scope.list_group_admins": "scope-wrong-level", "scope.excess": "excess-write"},
        arrange=scopes(*without("list_group_admins"), "group:write:administrator:admin"),
        capabilities={Capability.GROUP_ADMINS: MISSING},
    ),
    Situation(
        "no scope at all",
        ALL_MISSING,
        arrange=scopes(),
        capabilities=NOT_USERS | {Capability.USERS: MISSING, Capability.IM_GROUPS: UNKNOWN},
        among=("scopes-dropped",),
    ),
    Situation(
        "scopes dropped with the owner's role, and we know what was ticked",
        DROPPED | NOT_OWNER,
        arrange=lambda zoom: zoom.control.demote_app_owner(),
        facts={"ticked": frozenset(GRANULAR)},
        capabilities=NOT_USERS,
    ),
    Situation(
        "a scope taken away that an earlier check found",
        {"scope.list_roles": "scopes-dropped"},
        arrange=scopes(*without("list_roles")),
        facts={"held_before": frozenset(GRANULAR)},
        capabilities={Capability.ROLES: MISSING},
    ),
    Situation(
        "a scope ticked here that never arrived",
        {"scope.list_roles": "scope-not-saved"},
        arrange=scopes(*without("list_roles")),
        facts={"ticked": frozenset(GRANULAR)},
        capabilities={Capability.ROLES: MISSING},
        among=("scopes-dropped",),
    ),
    Situation(
        "scopes dropped with the owner's role, and we do not know what was ticked",
        {**dict.fromkeys(DROPPED, "missing-scope"), **NOT_OWNER},
        arrange=lambda zoom: zoom.control.demote_app_owner(),
        capabilities=NOT_USERS,
        among=("scopes-dropped",),
    ),
    Situation(
        "a classic app that may write",
        {"scope.excess": "excess-write"},
        arrange=scopes(*scopes_to_tick(ScopeKind.CLASSIC), "user:write:admin"),
        capabilities={Capability.IM_GROUPS: READY},
    ),
    Situation(
        "reading scopes nobody needs",
        {"scope.excess": "excess-read"},
        arrange=scopes(*GRANULAR, "meeting:read:list_meetings:admin"),
    ),
    Situation(
        "a scope only for a part gone without",
        {"scope.excess": "excess-read"},
        facts={"without": frozenset({Capability.LICENCES.value})},
        capabilities={Capability.LICENCES: CapabilityState.WITHOUT},
    ),
    Situation(
        "gone without what is missing",
        arrange=scopes(*without("list_contact_groups", "list_contact_group_members")),
        facts={"without": frozenset({Capability.CONTACT_GROUPS.value})},
        capabilities={Capability.CONTACT_GROUPS: CapabilityState.WITHOUT},
        ready=True,
    ),
    *(
        Situation(
            f"the token lists the scope, the call does not know it yet (HTTP {status}, code {code})",
            {"probe.list_roles": "scope-just-added"},
            arrange=answer("/v2/roles$", status, body),
            capabilities={Capability.ROLES: MISSING},
        )
        for status, code, body in (
            (400, 4711, {"code": 4711, "message": "Invalid access token, does not contain scopes:[role:read:admin]."}),
            (401, 4711, {"code": 4711, "message": "Invalid access token, does not contain scopes:[role:read:admin]."}),
            (400, 4700, {"code": 4700, "message": "Invalid access token, does not contain role:read:admin scope."}),
            (400, 104, '{"code":104,"message":"Invalid access token, does not contain scopes:["role:read:admin"]"}'),
        )
    ),
    # Role and plan
    Situation(
        "the role lacks rights",
        {**LACKING, **NOT_OWNER},
        arrange=lambda zoom: zoom.control.restrict_app_owner(("User:Read", "Group:Read")),
        capabilities={
            Capability.CONTACT_GROUPS: ROLE,
            Capability.ROLES: ROLE,
            Capability.LICENCES: ROLE,
            Capability.ACCOUNT: ROLE,
        },
    ),
    Situation(
        "the role lacks a right, told with HTTP 403",
        NO_LICENCES | NOT_OWNER,
        arrange=both(options(no_privilege="403"), lambda zoom: zoom.control.restrict_app_owner()),
        capabilities=LICENCES_REFUSED,
    ),
    Situation(
        "the role sees only one group",
        {"owner.sees": "restricted-owner"} | NO_LICENCES | NOT_OWNER,
        arrange=one_group_only,
        capabilities=LICENCES_REFUSED,
    ),
    Situation(
        "the role sees only one group, and only the sums tell",
        {"owner.sees": "restricted-owner"} | NO_LICENCES | NOT_OWNER,
        arrange=both(one_group_only, scopes(*without("read_role"))),
        capabilities=LICENCES_REFUSED,
    ),
    *(
        Situation(
            f"the Basic plan, told with HTTP {status}",
            BASIC,
            arrange=both(options(paid_only_status=status), lambda zoom: zoom.control.change_plan("basic")),
            capabilities=BASIC_LEAVES | {Capability.IM_GROUPS: CapabilityState.NOT_OFFERED},
        )
        for status in (400, 200)
    ),
    Situation(
        "credentials of an old JWT app",
        {f"probe.{need}": "jwt-app" for need in ("list_roles", "list_role_members", "read_role")},
        arrange=answer("/v2/roles", 400, {"code": 200, "message": "Account does not enabled REST API."}),
        capabilities={Capability.ROLES: FAILED},
    ),
    Situation(
        "the day's calls are used up",
        {f"probe.{need}": "limit-per-day" for need in ("list_groups",)},
        arrange=answer(
            "/v2/groups",
            429,
            {
                "code": 429,
                "message": "You have reached the maximum daily rate limit for this API.",
            },
        ),
        capabilities={Capability.GROUPS: FAILED, Capability.GROUP_ADMINS: FAILED},
    ),
    # People
    Situation("Zoom does not know who `me` is", arrange=options(me="missing")),
    Situation(
        "the connector's owner is not in Zoom",
        {"owner.connector": "connector-owner-unknown"},
        facts={"owners": ("nobody@example.com",)},
    ),
    Situation(
        "the connector's owner is an ordinary user",
        {"owner.connector": "connector-owner-unknown"},
        arrange=lambda zoom: zoom.control.add_user("member@example.com"),
        facts={"owners": ("Member@example.com",)},
    ),
    Situation("the connector has no owner", facts={"owners": ()}),
    Situation(
        "nothing in the account",
        arrange=empty,
    ),
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
async def test_situation(situation: Situation, zoom: SimServer, run_verify: Verify) -> None:
    situation.arrange(zoom)
    report = await run_verify(
        url=situation.url(zoom), facts=situation.facts, time_limit=situation.time_limit, **situation.credentials
    )
    assert diagnosis(report) == situation.diagnosis
    expected = dict.fromkeys(Capability, READY) | {Capability.IM_GROUPS: CapabilityState.NOT_OFFERED}
    if report.held is None:
        expected[Capability.IM_GROUPS] = UNKNOWN
    assert {item.capability: item.state for item in report.capabilities} == expected | situation.capabilities
    offered = {cause.id for line in report.lines for cause in line.advice}
    assert offered.issuperset(situation.among)
    problems = any(
        line.status is CheckStatus.PROBLEM for line in report.lines if line.section is not Section.CAPABILITIES
    )
    assert report.ready is (not problems if situation.ready is None else situation.ready)


def diagnosis(report: Report) -> dict[str, str | None]:
    return {
        line.id: line.advice[0].id if line.advice else None
        for line in report.lines
        if line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING) and line.section is not Section.CAPABILITIES
    }


class Refusing:
    """A network that fails in a given way."""

    def __init__(self, message: str) -> None:
        self.message = message

    async def send(self, request: Request) -> Response:
        raise ZoomError(ErrorKind.UNREACHABLE, request.endpoint, self.message)

    async def aclose(self) -> None:
        pass


@pytest.mark.parametrize(
    ("message", "line", "cause"),
    [
        ("No connection to zoom.us: Name or service not known", "connection.host", "name-not-found"),
        (
            "No connection to zoom.us: the proxy 10.0.0.1:80 was not reached (Connection refused)",
            "connection.proxy",
            "proxy-unusable",
        ),
        ("No connection to zoom.us: the proxy answered HTTP 403 (Forbidden)", "connection.proxy", "proxy-unusable"),
        (
            "No connection to zoom.us: the proxy answered HTTP 407 (Proxy Authentication Required)",
            "connection.proxy",
            "proxy-sign-in",
        ),
        ("No connection to zoom.us: the proxy's address cannot be read; in …", "connection.proxy", "proxy-unusable"),
        (
            "No connection to zoom.us: only http and https proxies can be used, and the one set is socks5",
            "connection.proxy",
            "proxy-unusable",
        ),
        ("No connection to zoom.us: Temporary failure in name resolution", "connection.host", "name-not-found"),
        ("No connection to zoom.us: Network is unreachable", "connection.host", "connection-blocked"),
        (
            "No connection to zoom.us: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed",
            "connection.tls",
            "tls-failed",
        ),
    ],
)
async def test_ways_not_to_get_there(message: str, line: str, cause: str, run_verify: Verify) -> None:
    report = await run_verify(url="zoom.us", transport=Refusing(message))
    assert diagnosis(report) == {line: cause}
    assert not report.ready
    host = report.line("connection.host")
    expected = {
        "connection.tls": CheckStatus.OK,
        "connection.proxy": CheckStatus.SKIPPED,
        "connection.host": CheckStatus.PROBLEM,
    }
    assert host is not None
    assert host.status is expected[line]


async def test_activation_that_settles_goes_from_red_to_green(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.deactivate_app()
    zoom.control.activate_app(after_requests=2)
    readiness = [(await run_verify()).ready for _ in range(3)]
    assert readiness == [False, False, True]


async def test_a_scope_added_meanwhile_is_seen_by_the_next_check(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_scopes(without("list_roles"))
    before = await run_verify()
    assert before.missing_scopes == ("role:read:list_roles:admin",)
    zoom.control.grant_scope("role:read:list_roles:admin")
    again = before.updated(await run_verify(only=before.failed_ids()))
    assert again.ready
    assert again.missing_scopes == ()
