"""Zoom's clouds and the hosts of each."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit


class CloudError(ValueError):
    """An address names no cloud of Zoom's that can be used; the text says why, and what would do."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Zoom: where its tokens, its API and its pages for people are.

    `token_url` takes the token request, `api_base` ends in `/v2`. Sources: Z-S2S, Z-USE for
    zoom.us; third-party clients (R) for zoomgov.com.
    """

    name: str
    token_url: str
    api_base: str
    marketplace_url: str
    portal_url: str
    custom: bool = False


ZOOM_US: Final = Cloud(
    name="zoom.us",
    token_url="https://zoom.us/oauth/token",
    api_base="https://api.zoom.us/v2",
    marketplace_url="https://marketplace.zoom.us",
    portal_url="https://zoom.us",
)
ZOOM_GOV: Final = Cloud(
    name="zoomgov.com",
    token_url="https://zoomgov.com/oauth/token",
    api_base="https://api.zoomgov.com/v2",
    marketplace_url="https://marketplace.zoomgov.com",
    portal_url="https://zoomgov.com",
)


def is_loopback(host: str) -> bool:
    """Whether it is localhost or a loopback address, where plain http is safe."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_cloud(text: str) -> Cloud:
    """Turn `zoom.us`, `zoomgov.com` or a base URL into a `Cloud`.

    A base URL names a simulator or a proxy that serves both `/oauth/token` and `/v2`: https,
    or http on loopback only, because the client secret is sent there.

    Raises:
        CloudError: the text is none of these.
    """
    name = text.strip().rstrip("/")
    for cloud in (ZOOM_US, ZOOM_GOV):
        if name.lower() in (cloud.name, f"https://{cloud.name}"):
            return cloud
    try:
        parts = urlsplit(name)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise CloudError(f"{name!r} is not a web address: {error}.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise CloudError(
            f"{name!r} is not a Zoom cloud: use zoom.us, zoomgov.com, or an address that begins with https://."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise CloudError(
            f"{name!r} would send the client secret unencrypted: use https:// (http is for this machine only)."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise CloudError(f"{name!r} must be a plain address: no user name, query or fragment.")
    return Cloud(
        name=name,
        token_url=f"{name}/oauth/token",
        api_base=f"{name}/v2",
        marketplace_url=ZOOM_US.marketplace_url,
        portal_url=ZOOM_US.portal_url,
        custom=True,
    )
