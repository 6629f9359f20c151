"""Proxies, certificates, and why a server could not be reached."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from zoomgov.disk.ownership import changed_by

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    import httpx

_CALL_FAILED: Final = re.compile(r"\[Errno (\d+)\] Connect call failed \([^()]*\)")
_NUMBER: Final = re.compile(r"^\[Errno -?\d+\] ")


def certificates(ca_file: Path | None = None) -> ssl.SSLContext:
    """The certificate authorities to trust; reading them takes tens of milliseconds.

    Those of SSL_CERT_FILE or SSL_CERT_DIR and no others, else those of `ca_file` and no others, else Mozilla's list and
    this computer's own, for companies whose proxies terminate TLS.

    Raises:
        ValueError: the file cannot be used; the text says which one and why.
    """
    if named := os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return read_certificates(named)
    if ca_file is not None:
        with suppress(OSError):  # what cannot be looked at cannot be read either, and says so
            if other := changed_by(ca_file):
                raise ValueError(
                    f"the certificates in {ca_file} can be changed by {other}: they decide which server is believed, so"
                    " they are not used. Keep them in a file that you or the system own and nobody else may write"
                )
        return read_certificates(str(ca_file))
    import httpx

    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def read_certificates(path: str) -> ssl.SSLContext:
    """Trust the certificates in a file, or in a folder as OpenSSL wants it, and no others.

    Raises:
        ValueError: it cannot be used; the text says which one and why.
    """
    import ssl

    try:
        if os.path.isdir(path):
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        why = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise ValueError(f"the certificates in {path} cannot be read: {why}") from None


def proxy_for(origin: str, configured: str = "") -> str:
    """The proxy for an origin (scheme, host and port); "" for none.

    By the environment, else `configured`, else the system's settings. NO_PROXY counts for all of them.
    """
    from urllib.request import getproxies, getproxies_environment, proxy_bypass

    address = urlsplit(origin)
    host = address.netloc.rpartition("@")[2]
    # a proxy has no business between this machine and itself
    if address.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    proxies = getproxies_environment()
    from_environment = proxies.get(address.scheme) or proxies.get("all") or ""
    if configured and not from_environment:
        from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # forgotten in typeshed

        return "" if proxy_bypass_environment(host) else configured
    if proxy_bypass(host):
        return ""
    if not from_environment:
        proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all") or ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def signed_in(address: str) -> httpx.Proxy:
    """A proxy, with the name and password of its address as its Proxy-Authorization header.

    Raises:
        ValueError: it cannot be used; the text says why and holds no password.
    """
    import httpx

    scheme = address.partition("://")[0]
    if scheme.isalnum() and scheme not in ("http", "https"):
        raise ValueError(f"only http and https proxies can be used, and the one set is {scheme}")
    try:
        proxy = httpx.Proxy(address)  # takes name and password out of the address
    except (httpx.InvalidURL, ValueError):  # whose words may quote a part of the password
        raise ValueError(
            "the proxy's address cannot be read; in a password, / is written %2F, @ %40, # %23 and ? %3F"
        ) from None
    if proxy.raw_auth is None:
        return proxy
    sign_in = b64encode(b":".join(proxy.raw_auth)).decode()
    return httpx.Proxy(str(proxy.url), headers={"proxy-authorization": f"Basic {sign_in}"})


def reason(error: BaseException) -> str:
    """Why a request failed, in words for users: those of aiohttp and asyncio are for programmers."""
    import aiohttp

    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy answered HTTP {error.status} ({error.message})"
    if isinstance(error, aiohttp.ClientResponseError):
        return "what answered does not speak HTTP"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "it ended in the middle of the answer"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy {error.host}:{error.port} was not reached ({reason(error.os_error)})"
    if isinstance(error, aiohttp.ClientConnectorError):
        return reason(error.os_error)
    if calls := _CALL_FAILED.findall(str(error)):
        return ", ".join(dict.fromkeys(os.strerror(int(number)) for number in calls))
    return _NUMBER.sub("", str(error)) or type(error).__name__
