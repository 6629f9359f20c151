"""To which hosts the bearer token may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from zoomgov.text import printable
from zoomgov.zoom.clouds import is_address, is_host

if TYPE_CHECKING:
    from zoomgov.zoom.clouds import Cloud


def choose_api_base(api_url: object, cloud: Cloud) -> tuple[str, str]:
    """Decide on the token answer's `api_url`: a data region's host, without `/v2` (Zoom's changelog, 2025).

    It is used only if it is https under the cloud's own domain, or is the custom host itself: the token is sent there,
    and no answer may redirect it to another host.

    Returns:
        The API base ending in `/v2`, and a sentence to note when `api_url` was ignored, else "".
    """
    if not isinstance(api_url, str) or not api_url:
        return cloud.api_base, ""
    ignored = f"Ignored the API address {printable(api_url)[:200]!r} of the token answer: it is not under {cloud.name}."
    try:
        parts = urlsplit(api_url)
        own = urlsplit(cloud.api_base)
        if not is_address(api_url) or parts.username or parts.password or parts.query or parts.fragment:
            return cloud.api_base, ignored
        if cloud.custom:
            # the custom address may have a path of its own, which the server behind it does not know
            trusted = _origin(parts) == _origin(own)
            return cloud.api_base, "" if trusted else ignored
        host = (parts.hostname or "").lower()
        trusted = (
            parts.scheme == "https"
            and parts.port in (None, 443)
            and host.endswith(f".{cloud.name}")
            and is_host(host)
            and parts.path in ("", "/", "/v2", "/v2/")
        )
    except ValueError:
        return cloud.api_base, ignored
    return (f"https://{host}/v2", "") if trusted else (cloud.api_base, ignored)


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port
