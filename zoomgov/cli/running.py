"""What commands share: the services, a connector by its name, and stopping cleanly on a signal."""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zoomgov import ending, process
from zoomgov.cli.output import command_line, note
from zoomgov.cli.stopping import in_time, stop, stops
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.services import Services

T = TypeVar("T")


def open_services() -> Services:
    """The services of this invocation: built once, closed when the command ends."""
    context = click.get_current_context().find_root()
    found: Services | None = context.meta.get("zoomgov.services")
    if found is None:
        from zoomgov.services.services import build_services

        found = context.meta["zoomgov.services"] = build_services(process.environment())
        context.call_on_close(found.close)
        ending.at_last(found.close)
    return found


def failed_sync(connector: Connector) -> str:
    """That the last sync of a connector failed, and why, in one line; empty when it did not."""
    from zoomgov.connectors.model import NOT_FINISHED, ConnectorStatus

    if connector.status is not ConnectorStatus.ERROR:
        return ""
    if connector.reason == NOT_FINISHED:
        return f"{NOT_FINISHED} It goes on with {command_line('sync', connector.name)}."
    return f"The last sync failed: {printable(connector.reason).rstrip('.') or 'the reason is not known'}."


def tell_failed_sync(connector: Connector, shown: SyncInfo) -> None:
    """Say on standard error that what follows is older than it could be, as a later sync failed."""
    if failed := failed_sync(connector):
        note(f"{failed} What follows is of sync {shown.number}, finished {shown.finished_at}.")


def run(job: Coroutine[Any, Any, T]) -> T:
    """Run `job` to its end; the signals of `stops` cancel it, so that it can clean up.

    Raises:
        KeyboardInterrupt: it was cancelled.
    """
    import asyncio  # most commands read a file, and the import takes longer than that

    async def interruptible() -> T:
        task = asyncio.ensure_future(job)
        loop = asyncio.get_running_loop()

        def cancel(name: signal.Signals) -> None:
            in_time(name)
            task.cancel()

        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C reaches asyncio.run instead
            for name in stops():
                loop.add_signal_handler(name, cancel, name)
        try:
            return await task
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    before = {name: signal.getsignal(name) for name in stops()}
    try:
        return asyncio.run(interruptible())
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn the signals of `stops` into `KeyboardInterrupt`, so that code without an event loop can clean up.

    Raises:
        KeyboardInterrupt: there was such a signal.
    """
    before = {name: signal.signal(name, stop) for name in stops()}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def get_connector(services: Services, name: str) -> Connector:
    """The connector called `name`.

    Raises:
        Problem: there is none; the text lists the connectors there are.
    """
    connector = services.connectors.find(name)
    if connector is None:
        names = ", ".join(printable(other.name) for other in services.registry.connectors())
        adding = command_line("connectors", "add", name, "--new-app", "APP", "--owner", "EMAIL")
        raise Problem(
            f"There is no connector named {printable(name)!r}.",
            f"Connectors: {names}." if names else "",
            "" if names else f"Add it: {adding}",
        )
    return connector


def tell_credentials(services: Services) -> None:
    """Say on standard error when the environment's credentials are used, or would be if all three were set."""
    if services.settings.environment_credentials is not None:
        click.echo("Using the credentials of the ZOOMGOV_ environment variables.", err=True)
    elif unset := services.settings.unset_variables:
        click.echo(f"Not using the ZOOMGOV_ environment variables: {' and '.join(unset)} not set.", err=True)


class Typed(click.ParamType[str]):
    """Words that are looked for. Bytes that are no UTF-8 become `?`, as in the names that are stored."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value.encode("utf-8", "replace").decode()


class ConnectorName(Typed):
    """A connector's name, with completion from the registry."""

    name = "connector"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        with ctx:
            connectors = open_services().registry.connectors()
        return [
            CompletionItem(connector.name)
            for connector in connectors
            if connector.name.casefold().startswith(incomplete.casefold())
        ]


def check_replaced(path: Path, is_there: Callable[[Path], bool], *, force: bool) -> None:
    """Ask before a file or folder is replaced; without a terminal, refuse.

    Raises:
        Problem: it is there, and nobody can be asked.
        Abort: the person said no.
    """
    try:
        there = not force and is_there(path)
    except OSError as error:
        raise Problem(f"{printable(path)} cannot be looked at: {error.strerror}.") from None
    if there:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise Problem(f"{printable(path)} is there already.", "", "Give another name, or --force to replace it.")
        click.confirm(f"{printable(path)} is there already. Replace it?", abort=True, err=True)
