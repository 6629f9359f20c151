"""Changing what a connector is called, whose it is and where its Zoom is; and making another one like it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zoomgov.connectors.model import Draft, Step
from zoomgov.connectors.rows import free_name, name_key
from zoomgov.connectors.steps import is_email
from zoomgov.services.problems import Problem
from zoomgov.text import printable
from zoomgov.zoom.clouds import CloudError, parse_cloud

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.connectors.model import App, Connector, Owner
    from zoomgov.connectors.registry import Registry
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.stores import Stores


class Editing:
    """Changes connectors. What was synced and its credentials stay, unless a method says otherwise."""

    def __init__(self, registry: Registry, stores: Stores, credentials_of: Callable[[], ConnectorCredentials]) -> None:
        """Work on `registry`; `credentials_of` is called only where another Zoom must not get the secret."""
        self._registry = registry
        self._stores = stores
        self._credentials_of = credentials_of

    async def rename(self, connector: Connector, name: str) -> Connector:
        """Give it another name. Its store and its place in the keyring go by its id, so both stay.

        Raises:
            RegistryError: the name is empty or taken, or the list of connectors cannot be written.
        """
        return await self._update(connector, name=name)

    async def change_owners(self, connector: Connector, owners: Sequence[Owner]) -> Connector:
        """Put `owners` in the place of those it has; one named twice is one.

        Raises:
            Problem: one of them is no e-mail address.
            RegistryError: there is none, or the list of connectors cannot be written.
        """
        kept: dict[str, Owner] = {}
        for owner in owners:
            if not is_email(owner.email):
                raise Problem(f"{printable(owner.email)!r} is not an e-mail address.", "The owners are as they were.")
            kept.setdefault(owner.email.casefold(), owner)
        return await self._update(connector, owners=tuple(kept.values()))

    async def move_to_app(self, connector: Connector, name: str, *, new: bool = False) -> Connector:
        """Make it a data source of another app.

        Args:
            name: of an app there is, or with `new` of one to create.

        Raises:
            Problem: there is no such app; the text lists those there are.
            RegistryError: the new app's name is empty or taken, or the list of connectors cannot be written.
        """
        import asyncio

        app = await asyncio.to_thread(self._app, connector, name, new)
        return await self._update(connector, app=app)

    def _app(self, connector: Connector, name: str, new: bool) -> App:
        if new:
            return self._registry.create_app(name, from_identity_provider=False)
        apps = self._registry.apps()
        for app in apps:
            if name_key(app.name) == name_key(name):
                return app
        known = ", ".join(printable(app.name) for app in apps)
        raise Problem(
            f"There is no app named {printable(name)!r}.",
            f"{printable(connector.name)} stays with {printable(connector.app.name)}. Existing apps: {known}.",
            "Name one of these, or create a new one.",
        )

    async def change_cloud(self, connector: Connector, cloud: str) -> Connector:
        """Say that its Zoom is elsewhere. Only before its first sync: what was synced is of the Zoom it has.

        Stored credentials go, since they belong to an app of the Zoom it had: that host, and no other, may have them.
        So do its ticked steps, and what an unfinished sync has read.

        Raises:
            Problem: something was synced, or the address cannot be used; nothing has changed.
            StoreBusy: a sync of it is running; nothing has changed.
            VaultError: the keyring did not let the credentials go; nothing has changed.
            RegistryError: the list of connectors cannot be used.
        """
        import asyncio

        name = _cloud_name(cloud)
        lock = await asyncio.to_thread(self._stores.removal, connector)
        try:
            known = await asyncio.to_thread(self._registry.connector, connector.id)
            if name == known.cloud:
                return known
            if known.last_sync_at is not None:
                raise Problem(
                    f"{printable(known.name)} stays at {printable(known.cloud)}.",
                    "What was synced is of that Zoom: with another one, everybody would seem to have left.",
                    "Duplicate it for the other Zoom instead; this one and its history stay.",
                )
            if known.client_id or known.credentials_at is not None:
                await self._credentials_of().clear(known)
            await asyncio.to_thread(lock.delete)
            step = min(known.step, Step.ZOOM_APP)  # an app has to be made there, too
            return await self._update(
                known, cloud=name, step=step, account_id="", client_id="", checked=frozenset(), held_scopes=frozenset()
            )
        finally:
            lock.release()

    async def duplicate(self, connector: Connector, *, cloud: str = "", name: str = "") -> Connector:
        """Make another connector with the same app, owners and choices, for another cloud or another account.

        It has no credentials, no ids, no ticked steps and nothing synced: its set-up in Zoom begins.

        Args:
            cloud: empty for the same one.
            name: empty for the same with the cloud or a number behind it.

        Raises:
            Problem: the address cannot be used.
            RegistryError: the name is taken, or the list of connectors cannot be written.
        """
        import asyncio

        return await asyncio.to_thread(self._duplicate, connector, _cloud_name(cloud or connector.cloud), name)

    def _duplicate(self, connector: Connector, cloud: str, name: str) -> Connector:
        taken = [one.name for one in self._registry.connectors()]
        if not name:
            elsewhere = cloud != connector.cloud
            name = free_name(f"{connector.name} {_short(cloud)}" if elsewhere else connector.name, taken)
        draft = Draft(
            uses_identity_provider=connector.app.from_identity_provider,
            app_id=connector.app.id,
            name=name,
            cloud=cloud,
            ownership="several" if len(connector.owners) > 1 else "me",
            owners=connector.owners,
        )
        made = self._registry.create(draft)
        return self._registry.update(made.id, scope_kind=connector.scope_kind, without=connector.without)

    async def _update(self, connector: Connector, **changes: object) -> Connector:
        import asyncio

        return await asyncio.to_thread(partial(self._registry.update, connector.id, **changes))


def _cloud_name(text: str) -> str:
    try:
        return parse_cloud(text).name
    except CloudError as error:
        raise Problem(str(error), "Nothing has changed.") from None


def _short(cloud: str) -> str:
    """The cloud in a name: an address without its scheme."""
    return cloud.partition("//")[2] or cloud
