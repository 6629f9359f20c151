"""Modules that others import at their top but need much later, if ever: each is loaded when it is first used.

Textual's event loop imports TLS, and its command palette the widgets that its type aliases mention. Together they take
a twentieth of the time until the first page.
"""

from __future__ import annotations

import sys
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FOR_THE_APP: Final = {"ssl": "", "asyncio.sslproto": "", "textual.types": "textual._types"}
"""What the app needs when it talks to Zoom, or never. The value is another module that has some of the names."""
_LOCK: Final = Lock()


class Deferred(ModuleType):
    """Stands for a module until one of its names is asked for, other than those that `instead` has."""

    def __init__(self, name: str, instead: str) -> None:
        super().__init__(name)
        self._instead = instead

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # what the import system asks of a module; that is no use of it
            raise AttributeError(name)
        if self._instead and hasattr(found := import_module(self._instead), name):
            return getattr(found, name)
        with _LOCK:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def defer(modules: Mapping[str, str] = FOR_THE_APP) -> None:
    """Let `import` of these modules load nothing yet. Modules that are loaded already stay so."""
    for name, instead in modules.items():
        if name not in sys.modules:
            module = sys.modules[name] = Deferred(name, instead)
            package, _, last = name.rpartition(".")
            if package:  # the import system would set it
                setattr(import_module(package), last, module)
