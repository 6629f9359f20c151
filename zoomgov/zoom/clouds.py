"""Zoom's clouds and the hosts of each."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from zoomgov.text import printable


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


_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?#\[\]-]+")
"""Characters of an address (RFC 3986)."""
_PORT: Final = re.compile(r"(:[0-9]*)?")


def is_host(name: str) -> bool:
    """Whether it is an IP address or a host name as DNS has it: `[a-z0-9.-]`, other scripts in their `xn--` form."""
    try:
        return not getattr(ipaddress.ip_address(name), "scope_id", None)
    except ValueError:
        return len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split("."))


def is_address(text: str) -> bool:
    """Whether it has no character that an address cannot have; Python's parser drops some without a word."""
    return bool(_ADDRESS.fullmatch(text))


def _refuse_letters(name: str) -> None:
    """Refuse characters that no address has, and letters that may look like others.

    Raises:
        CloudError: there are some; says how a name in another script is written, for whoever means it.
    """
    if name.isascii():
        if name and not is_address(name):
            raise CloudError(f"{name!r} is not a web address: there is a character in it that addresses do not have.")
        return
    strange = next(character for character in name if not character.isascii())
    told = f"{strange!r} ({unicodedata.name(strange, 'a character without a name')})"
    try:
        host = urlsplit(name if "//" in name else f"//{name}").hostname or ""
        written = host.encode("idna").decode()
    except ValueError:  # UnicodeError is one
        written = ""
    is_name = is_host(written) and "xn--" in written
    hint = f" If you mean it, write the name as {written}." if is_name else ""
    raise CloudError(
        f"{printable(name)!r} has {told} in it, which may look like another letter and lead to somebody else's host."
        f"{hint}"
    )


def parse_cloud(text: str) -> Cloud:
    """Turn `zoom.us`, `zoomgov.com` or a base URL into a `Cloud`.

    A base URL names a simulator or a proxy that serves both `/oauth/token` and `/v2`: https,
    or http on loopback only, because the client secret is sent there.

    Raises:
        CloudError: the text is none of these.
    """
    name = text.strip().rstrip("/")[:2000]
    for cloud in (ZOOM_US, ZOOM_GOV):
        if name.lower() in (cloud.name, f"https://{cloud.name}"):
            return cloud
    _refuse_letters(name)
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
    if "@" in parts.netloc or "?" in name or "#" in name:
        raise CloudError(f"{name!r} must be a plain address: no user name, query or fragment.")
    shown = f"[{host}]" if ":" in host else host
    before, _, after = parts.netloc.lower().partition(shown)
    if not is_host(host) or before or not _PORT.fullmatch(after):
        raise CloudError(f"{host!r} is not the name of a host: those have letters, digits, dots and hyphens.")
    name = f"{parts.scheme}://{parts.netloc.lower()}{parts.path}"
    return Cloud(
        name=name,
        token_url=f"{name}/oauth/token",
        api_base=f"{name}/v2",
        marketplace_url=ZOOM_US.marketplace_url,
        portal_url=ZOOM_US.portal_url,
        custom=True,
    )
