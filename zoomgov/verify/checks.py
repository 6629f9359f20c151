"""Runs all checks concurrently, and reports each line as it finishes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from zoomgov.advice.knowledge import load
from zoomgov.verify import account, calls, connection, credentials, scope_checks
from zoomgov.verify.answers import SharedAnswers
from zoomgov.verify.capabilities import verdict
from zoomgov.verify.context import Context, Outcome
from zoomgov.verify.model import CapabilityVerdict, CheckLine, CheckStatus, KnownFacts, Report, planned_lines, slug
from zoomgov.verify.redact import Scrubber
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.scopes import NEEDS, Capability

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from zoomgov.zoom.client import ZoomClient

    Check = Callable[[Context], Awaitable[Outcome]]

TIME_LIMIT: Final = 45.0
"""Seconds for one call with its retries; a check waits for a few of them at most."""

_CHECKS: Final[dict[str, Check]] = {
    "connection.host": connection.host,
    "connection.tls": connection.tls,
    "connection.proxy": connection.proxy,
    "connection.api": connection.api,
    "connection.clock": connection.clock,
    "credentials.shape": credentials.shape,
    "credentials.token": credentials.token,
    "credentials.app": credentials.app,
    "credentials.cloud": credentials.cloud,
    **{f"scope.{need.id}": partial(scope_checks.scope, need=need) for need in NEEDS},
    "scope.excess": scope_checks.excess,
    **{f"probe.{need.id}": partial(calls.probe, need=need) for need in NEEDS},
    "plan.name": account.plan_name,
    "plan.rate": account.plan_rate,
    "owner.role": account.owner_role,
    "owner.sees": account.owner_sees,
    "owner.connector": account.owner_connector,
}
_CAPABILITIES: Final = {f"capability.{slug(capability)}": capability for capability in Capability}


async def verify(
    client: ZoomClient,
    facts: KnownFacts,
    on_line: Callable[[CheckLine], None],
    only: Collection[str] | None = None,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    time_limit: float = TIME_LIMIT,
) -> Report:
    """Check everything a connector needs of Zoom.

    Args:
        client: of the connector; stays open. A new token is fetched, since an old one does not know new scopes.
        facts: what is known about the connector.
        on_line: called on the event loop, first with every planned line as WAITING, then with each as it finishes.
        only: ids of lines to repeat; lines they depend on, and capabilities that depend on them, are repeated too.
        now: the wall clock, aware.
        time_limit: seconds after which a call counts as not answered.

    Returns:
        The finished lines in the order of the plan. Whatever Zoom or the network does is a line, never an exception.
    """
    started, began = now(), time.monotonic()
    await asyncio.to_thread(load)
    lines = {line.id: line for line in planned_lines() if only is None or line.id in _with_related(only)}
    for line in lines.values():
        on_line(line)
    verdicts: dict[Capability, CapabilityVerdict] = {}
    scrub = Scrubber(facts.credentials)
    async with SharedAnswers(client, facts, time_limit) as answers:
        context = Context(answers, facts, client, now)

        async def run(line: CheckLine) -> None:
            outcome = scrub(await _outcome(context, line, verdicts))
            lines[line.id] = finished = replace(
                line,
                status=outcome.status,
                result=outcome.result,
                evidence=outcome.evidence,
                advice=outcome.advice,
                scopes=outcome.scopes,
            )
            on_line(finished)

        tasks = [asyncio.create_task(run(line), name=f"check-{line.id}") for line in lines.values()]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        token = await answers.token()
        held = None if isinstance(token, ZoomError) else scrub(tuple(sorted(token.scopes)))
        kind = await answers.scope_kind()
    return Report(
        cloud=client.cloud.name,
        started_at=started,
        seconds=time.monotonic() - began,
        lines=tuple(lines.values()),
        capabilities=tuple(verdicts[capability] for capability in Capability if capability in verdicts),
        held=held,
        scope_kind=kind,
        account_id=facts.credentials.account_id,
        client_id=facts.credentials.client_id,
    )


async def _outcome(context: Context, line: CheckLine, verdicts: dict[Capability, CapabilityVerdict]) -> Outcome:
    """Run one check; an exception is a line, too, so that the others are still shown."""
    try:
        if (capability := _CAPABILITIES.get(line.id)) is not None:
            verdicts[capability], outcome = await verdict(context, capability)
            return outcome
        return await _CHECKS[line.id](context)
    except Exception as fault:
        return Outcome(CheckStatus.PROBLEM, f"{FAULT}: {type(fault).__name__}", advice=context.advise("unrecognised"))


FAULT: Final = "This check itself failed"

_FOUNDATION: Final = frozenset(
    {"connection.host", "connection.tls", "connection.proxy", "connection.api", "credentials.token",
     "credentials.app", "credentials.cloud"}
)  # fmt: skip
"""Lines that show the reason when others could not be tried."""


def _with_related(only: Collection[str]) -> frozenset[str]:
    """The lines asked for, those that may show the reason, and the capabilities that depend on them."""
    wanted = set(only)
    for need in NEEDS:
        if wanted & {f"scope.{need.id}", f"probe.{need.id}", f"capability.{slug(need.capability)}"}:
            wanted |= {f"scope.{need.id}", f"probe.{need.id}", f"capability.{slug(need.capability)}"}
    return frozenset(wanted | _FOUNDATION)
