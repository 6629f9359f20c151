"""Answers that mislead without being wrong in form: the sync reads on, or says what it could not make sure of."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.sync.altered import alter, before, rows_of
from tests.sync.faults import fault
from tests.sync.test_faults import complete
from tests.sync.test_membership import held, told, truth
from tests.sync.test_truth import judge
from zoomgov.sim.world.answers import SimAnswer, encode
from zoomgov.sim.world.options import LeftOut, Options
from zoomgov.sync.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sync.conftest import Bench, MakeBench
    from zoomgov.sim.account.account import User
    from zoomgov.sim.world.answers import Request

NO_GROUPS: Final = LeftOut("list_users", "group_ids")
NO_ROLES: Final = LeftOut("list_users", "role_id")
SOME_GROUPS: Final = LeftOut("list_users", "group_ids", "some")
SOME_ROLES: Final = LeftOut("list_users", "role_id", "some")
NO_TOTALS: Final = (LeftOut("list_groups", "total_members"), LeftOut("list_roles", "total_members"))


def is_left_out(user: User) -> bool:
    return zlib.crc32(user.email.encode()) % 2 == 0


# Records


@pytest.mark.parametrize("instead", ["absent", "null"])
@pytest.mark.parametrize("totals", [True, False])
async def test_some_records_without_groups_those_of_deactivated_people_too(
    make_bench: MakeBench, totals: bool, instead: Any
) -> None:
    left_out = (SOME_GROUPS, *(() if totals else NO_TOTALS))
    bench = make_bench(users=80, seed=3, options=Options(leave_out=left_out, left_out_as=instead))
    assert any(is_left_out(user) and user.group_ids for user in bench.account.with_status("inactive"))
    for _ in range(3):
        summary = await bench.sync()
        judge(bench, summary)
        assert summary.outcome is Outcome.PARTIAL
        assert "groups of inactive users" in told(summary)


async def test_deactivated_people_who_are_in_no_group_beside_records_that_tell_none(make_bench: MakeBench) -> None:
    bench = make_bench(users=80, seed=3, options=Options(leave_out=(SOME_GROUPS,)))
    for user in bench.account.with_status("inactive"):
        if is_left_out(user):
            user.group_ids = None
    bench.account.touch()
    await complete(bench)


@pytest.mark.parametrize("field", ["group_ids", "role_id"])
@pytest.mark.parametrize("every", [True, False])
async def test_two_people_who_change_places_though_their_records_stay_the_same(
    make_bench: MakeBench, field: str, every: bool
) -> None:
    left_out = LeftOut("list_users", field, "" if every else "some")
    bench = make_bench(users=80, options=Options(leave_out=(left_out,), inactive_in_members=True))
    account, kind = bench.account, "member" if field == "group_ids" else "role"
    silent = [user for user in account.with_status("active") if is_left_out(user)]
    for _ in range(2):
        await bench.sync()
    if field == "group_ids":
        group = next(iter(account.groups))
        inside = next(user for user in silent if group in (user.group_ids or ()))
        outside = next(user for user in silent if group not in (user.group_ids or ()))
        inside.group_ids = [one for one in inside.group_ids or () if one != group]
        outside.group_ids = [*(outside.group_ids or ()), group]
    else:
        first, second = silent[0], next(user for user in silent if user.role_id != silent[0].role_id)
        first.role_id, second.role_id = second.role_id, first.role_id
    account.touch()
    await bench.sync()
    assert held(bench)[kind] == truth(bench)[kind]


@pytest.mark.parametrize("total", [0, "0", 0.0])
@pytest.mark.parametrize("instead", ["absent", "null", "blank"])
async def test_totals_of_0_where_no_record_names_a_group(make_bench: MakeBench, total: object, instead: Any) -> None:
    bench = make_bench(options=Options(leave_out=(NO_GROUPS,), left_out_as=instead, inactive_in_members=True))

    def nobody(name: str, request: Request, body: dict[str, Any]) -> dict[str, Any] | None:
        for row in rows_of(body) if name == "list_groups" else ():
            row["total_members"] = total
        return body

    alter(bench, nobody)
    summary = await bench.sync()
    assert held(bench)["member"] == truth(bench)["member"]
    assert summary.outcome is Outcome.PARTIAL


@pytest.mark.parametrize("totals", [True, False])
async def test_a_role_or_group_of_blanks_is_none(make_bench: MakeBench, totals: bool) -> None:
    left_out = (NO_ROLES, NO_GROUPS, *(() if totals else NO_TOTALS))
    options = Options(leave_out=left_out, left_out_as="blank", inactive_in_members=True)
    bench = make_bench(options=options)
    alter(bench, lambda name, request, body: blank_groups(body) if name == "list_users" else None)
    judge(bench, await bench.sync())
    assert held(bench)["role"] == truth(bench)["role"]


def blank_groups(body: dict[str, Any]) -> dict[str, Any]:
    for user in body["users"]:
        user["group_ids"] = [" ", "\t"]
    return body


async def test_without_the_list_of_active_users_nothing_is_said_of_the_roles_of_others(make_bench: MakeBench) -> None:
    bench = make_bench(users=80, options=Options(leave_out=(NO_ROLES, NO_GROUPS)))
    bench.zoom.control.add_fault(path="status=active", status=400, body={"code": 300, "message": "No."}, times=None)
    summary = await bench.sync()
    judge(bench, summary)
    assert {"users-active", "roles of inactive users", "groups of inactive users"} <= set(told(summary))


@pytest.mark.parametrize("answer", [{}, {"groups": None}, {"page_size": 300, "next_page_token": ""}])
async def test_no_list_of_groups_though_single_users_are_in_some(make_bench: MakeBench, answer: Any) -> None:
    bench = make_bench(options=Options(leave_out=(NO_GROUPS,)))
    bench.zoom.control.add_fault(path=r"/v2/groups(\?|$)", status=200, body=answer, times=None)
    summary = await bench.sync()
    judge(bench, summary)
    assert [gap.part for gap in summary.not_read] == ["groups"]


@pytest.mark.parametrize("answer", ["list", "nothing"])
async def test_an_account_without_groups(make_bench: MakeBench, answer: Any) -> None:
    bench = make_bench(groups=0, options=Options(no_groups=answer))
    await complete(bench)


# Numbers


@pytest.mark.parametrize("counts", ["negative", "huge"])
async def test_numbers_that_cannot_be_counts_are_ignored(make_bench: MakeBench, counts: Any) -> None:
    bench = make_bench(options=Options(counts=counts))
    await complete(bench)
    number = "-1" if counts == "negative" else str(2**63)
    assert f"GET /users: Zoom's total_records is {number}, which is ignored." in bench.notes
    assert f"GET /users: Zoom's page_count is {number}, which is ignored." in bench.notes


@pytest.mark.parametrize("pages", [3, 10**9, 2**63 - 1, "9223372036854775807", 1e18])
@pytest.mark.parametrize("size", [None, 300, 2**62])
async def test_numbers_of_pages_beyond_all_bounds(bench: Bench, pages: object, size: int | None) -> None:
    def many(name: str, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        for field in ("next_page_token", "total_records", "page_number"):
            body.pop(field, None)
        return body | {"page_count": pages} | ({} if size is None else {"page_size": size})

    alter(bench, many)
    judge(bench, await bench.sync())


@pytest.mark.parametrize("told_by", ["page_count", "total_records"])
@pytest.mark.parametrize("follows", [True, False])
async def test_roles_in_pages_found_by_their_number(make_bench: MakeBench, follows: bool, told_by: str) -> None:
    bench = make_bench(roles=9, options=Options(leave_out=(NO_ROLES,), inactive_in_members=True))

    def two_a_page(name: str, request: Request, body: dict[str, Any]) -> dict[str, Any] | None:
        if name != "list_roles":
            return None
        page = int(request.query.get("page_number") or 1) if follows else 1
        told = {"page_count": 5} if told_by == "page_count" else {"total_records": 9}
        return {"roles": body["roles"][2 * page - 2 : 2 * page], **told}

    alter(bench, two_a_page)
    if follows:
        await complete(bench)
        return
    summary = await bench.sync()
    judge(bench, summary)
    assert "Roles" in told(summary)


# Refusals

ANSWERS: Final = {
    "404, empty": SimAnswer(404, b""),
    "404, a web page": SimAnswer(404, b"<html>404</html>", "text/html"),
    "410": SimAnswer(410, encode({"message": "Gone"})),
    "405": SimAnswer(405, encode({"code": 405, "message": "Method Not Allowed"})),
    "400, another code": SimAnswer(400, encode({"code": 1, "message": "Conflict"})),
    "200, an error": SimAnswer(200, encode({"status": False, "errorCode": 400, "errorMessage": "No."})),
    "200, no list": SimAnswer(200, b"{}"),
    "200, null": SimAnswer(200, b'{"admins":null,"group_members":null}'),
    "200, another key": SimAnswer(200, b'{"people":[]}'),
    "200, texts": SimAnswer(200, b'{"admins":["a"],"group_members":["a"]}'),
}


@fault(
    "Every list of a sort is refused, or answers with something else, each time",
    "after six of them no further one is asked for; the sync is partial and names each",
    "those lists; what was known of them stays",
)
@pytest.mark.parametrize("answer", list(ANSWERS))
@pytest.mark.parametrize("part", ["group-admins", "contact-group-members"])
async def test_every_list_of_a_sort_is_refused(make_bench: MakeBench, part: str, answer: str) -> None:
    bench = make_bench(groups=40, contact_groups=40)
    call = "list_group_admins" if part == "group-admins" else "list_contact_group_members"
    before(bench, lambda name, request: ANSWERS[answer] if name == call else None)
    summary = await bench.sync()
    judge(bench, summary)
    groups: Any = bench.account.groups if part == "group-admins" else bench.account.contact_groups
    assert {(gap.part, gap.target, gap.name) for gap in summary.not_read} == {
        (part, group.id, group.name) for group in groups.values()
    }
    template = "GET /groups/{groupId}/admins" if part == "group-admins" else "GET /contacts/groups/{groupId}/members"
    assert bench.asked(template) < 40 * 13


TOO_BIG: Final = {
    "400, empty": SimAnswer(400, b""),
    "400, a web page": SimAnswer(400, b"<html>Bad Request</html>", "text/html"),
    "413": SimAnswer(413, encode({"message": "Payload too large"})),
    "404 that names it": SimAnswer(404, encode({"code": 300, "message": "Invalid page_size."})),
    "403 that names it": SimAnswer(403, encode({"code": 200, "message": "No permission for this page size."})),
    "200 with an error": SimAnswer(200, encode({"code": 300, "message": "page_size must be at most 30"})),
    "500": SimAnswer(500, b"", "text/html"),
}


@fault(
    "A large page is refused, in whatever way, or is too much for the server",
    "smaller ones are asked for, down to 30 and then without a size",
)
@pytest.mark.parametrize(
    ("answer", "largest"),
    [(answer, 30) for answer in TOO_BIG] + [(answer, 0) for answer in TOO_BIG if answer != "500"],  # then one is tried
)
async def test_pages_that_are_too_large(make_bench: MakeBench, largest: int, answer: str) -> None:
    bench = make_bench(users=70)

    def too_big(name: str, request: Request) -> SimAnswer | None:
        return TOO_BIG[answer] if int(request.query.get("page_size") or 0) > largest else None

    before(bench, too_big)
    await complete(bench)


# Lists that change while they are read, and lists that never end


@fault(
    "Somebody leaves while a list is read for which Zoom gives no number",
    "a list of several pages is read until it is twice the same",
)
@pytest.mark.parametrize(
    "call", ["list_contact_group_members", "list_group_admins", "list_contact_groups", "list_users"]
)
async def test_a_list_without_a_total_that_shrinks(make_bench: MakeBench, call: str) -> None:
    left_out = () if call.startswith("list_contact") else (LeftOut("*", "total_records"),)
    bench = make_bench(users=120, contact_groups=30, options=Options(page_max=10, leave_out=left_out))
    account = bench.account
    people = [user.id or "" for user in account.with_status("active")]
    next(iter(account.groups.values())).admins = people[:35]
    next(iter(account.contact_groups.values())).members = [(1, key) for key in people[:35]]
    account.touch()
    done: list[str] = []
    leave: dict[str, Callable[[], object]] = {
        "list_users": lambda: account.remove_user(people[2]),
        "list_group_admins": lambda: next(iter(account.groups.values())).admins.pop(2),
        "list_contact_groups": lambda: account.delete_contact_group(list(account.contact_groups)[2]),
        "list_contact_group_members": lambda: next(iter(account.contact_groups.values())).members.pop(2),
    }

    def shrink(name: str, request: Request) -> None:
        if name == call and "next_page_token" in request.query and not done:
            done.append(name)
            leave[call]()
            account.touch()

    before(bench, shrink)
    summary = await bench.sync()
    judge(bench, summary)
    assert (done, summary.outcome) == ([call], Outcome.COMPLETE)


ENDLESS: Final[dict[str, tuple[str, Callable[[int], dict[str, Any]]]]] = {
    "list_groups": ("groups", lambda number: {"id": f"g{number}", "name": "G"}),
    "list_group_members": ("members", lambda number: {"id": f"u{number}", "email": f"p{number}@corp.example"}),
    "list_group_admins": ("admins", lambda number: {"email": f"p{number}@corp.example", "name": "A"}),
    "list_contact_groups": ("groups", lambda number: {"group_id": f"dir.{number}", "group_name": "C"}),
    "list_contact_group_members": ("group_members", lambda number: {"id": f"u{number}", "type": 1}),
    "list_roles": ("roles", lambda number: {"id": f"R{number}", "name": "R"}),
    "list_role_members": ("members", lambda number: {"id": f"u{number}", "email": f"p{number}@corp.example"}),
}


@pytest.mark.parametrize("call", list(ENDLESS))
async def test_an_endless_list_of_anything(make_bench: MakeBench, call: str) -> None:
    options = Options(leave_out=(NO_ROLES, NO_GROUPS, *NO_TOTALS), inactive_in_members=True)
    bench = make_bench(options=options)
    key, row = ENDLESS[call]
    first: list[str] = []
    pages: list[int] = []

    def more(name: str, request: Request) -> dict[str, Any] | None:
        if name != call or request.path != (first or [request.path])[0]:
            return None
        first.append(request.path)
        pages.append(50)
        start = sum(pages)
        return {key: [row(number) for number in range(start, start + 50)], "next_page_token": f"token {start}"}

    before(bench, more)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert any("no end" in gap.reason for gap in summary.not_read)
    assert len(pages) < 400


# Roles that are limited to some groups


@pytest.mark.parametrize("roles", ["all", "without the app's", "Member alone", "none"])
@pytest.mark.parametrize("privileges", ["limited", "refused", "silent"])
async def test_an_app_that_sees_little_and_its_owner(make_bench: MakeBench, privileges: str, roles: str) -> None:
    bench = make_bench(users=120, options=Options(limited_owner="everything"))
    group = next(iter(bench.account.groups))
    bench.account.owner.group_ids = [group]
    bench.account.touch()
    bench.zoom.control.restrict_app_owner(groups=[group])

    def cut(name: str, request: Request, body: dict[str, Any]) -> dict[str, Any] | SimAnswer | None:
        if name == "list_roles" and roles != "all":
            listed = {row["id"]: row for row in body["roles"]}
            keep = {"without the app's": {*listed} - {"RsimRestrictedAppOwner1"}, "Member alone": {"2"}, "none": set()}
            rows = [row for key, row in listed.items() if key in keep[roles]]
            return {"roles": rows, "total_records": len(rows)}
        if name == "read_role" and privileges == "refused":
            return SimAnswer(400, encode({"code": 200, "message": "No permission."}))
        if name == "read_role" and privileges == "silent":
            body.pop("privilege_scopes", None)
            return body
        return None

    alter(bench, cut)
    summary = await bench.sync()
    judge(bench, summary)
    assert "unseen-users" in told(summary)


async def test_a_limited_app_whose_records_leave_groups_out(make_bench: MakeBench) -> None:
    bench = make_bench(users=17, groups=6, options=Options(leave_out=(SOME_GROUPS,), counts="negative"))
    group = next(iter(bench.account.groups))
    bench.account.owner.group_ids = [group]
    bench.account.touch()
    bench.zoom.control.restrict_app_owner(groups=[group])
    assert "unseen-users" in told(await bench.sync())
