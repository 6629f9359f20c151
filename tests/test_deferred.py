"""Modules that are loaded when they are first used."""

from __future__ import annotations

import subprocess
import sys


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_a_deferred_module_is_loaded_when_a_name_of_it_is_used() -> None:
    program = """
import sys
from zoomgov.deferred import defer
defer()
import asyncio
import ssl as early
print("_ssl" in sys.modules)
print(early.CERT_REQUIRED.name, "_ssl" in sys.modules)
import ssl
print(type(ssl).__name__, early.SSLContext is ssl.SSLContext)
print(asyncio.sslproto.SSLProtocol.__mro__[1].__name__, asyncio.base_events.ssl.SSLContext is ssl.SSLContext)
"""
    assert run(program).splitlines() == [
        "False",
        "CERT_REQUIRED True",
        "module True",
        "BufferedProtocol True",
    ]


def test_names_that_another_module_has_load_nothing() -> None:
    program = """
import sys
from zoomgov.deferred import defer
defer()
from textual.types import IgnoreReturnCallbackType
from textual import _types
print(IgnoreReturnCallbackType is _types.IgnoreReturnCallbackType, "textual.widgets._select" in sys.modules)
from textual.types import NoSelection
from textual.widgets import _select
print(NoSelection is _select.NoSelection)
"""
    assert run(program).splitlines() == ["True False", "True"]


def test_a_module_that_is_loaded_stays() -> None:
    program = """
import ssl, sys
from zoomgov.deferred import defer
defer()
print(sys.modules["ssl"] is ssl, type(ssl).__name__)
"""
    assert run(program).split() == ["True", "module"]


def test_a_name_that_no_module_has_is_an_attribute_error() -> None:
    program = """
from zoomgov.deferred import defer
defer()
import ssl
print(hasattr(ssl, "no_such_name"), hasattr(ssl, "__file__"))
"""
    assert run(program).split()[0] == "False"


def test_tls_works_on_an_event_loop_that_was_loaded_without_it() -> None:
    program = """
from zoomgov.deferred import defer
defer()
import asyncio, ssl

async def main():
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    try:
        await asyncio.open_connection(*server.sockets[0].getsockname()[:2], ssl=ssl.create_default_context())
    except (ssl.SSLError, ConnectionError) as error:
        print("refused")
    server.close()

asyncio.run(main())
"""
    assert run(program).split() == ["refused"]
