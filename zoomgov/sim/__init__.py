"""A simulated Zoom on this machine, for the demo and the tests.

`SimServer` and `serve` need the extra `sim` (starlette, uvicorn); it is imported when one of them is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoomgov.sim.account.account import Account, Plan
from zoomgov.sim.account.build import build_account
from zoomgov.sim.world.app_state import credentials
from zoomgov.sim.world.faults import FAULT_SYNTAX, FaultRule, parse_fault
from zoomgov.sim.world.options import Options, parse_options

if TYPE_CHECKING:
    from zoomgov.sim.server.server import SimServer, serve

__all__ = [
    "FAULT_SYNTAX",
    "Account",
    "FaultRule",
    "Options",
    "Plan",
    "SimServer",
    "build_account",
    "credentials",
    "parse_fault",
    "parse_options",
    "serve",
]


def __getattr__(name: str) -> Any:
    if name in ("SimServer", "serve"):
        from zoomgov.sim.server import server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
