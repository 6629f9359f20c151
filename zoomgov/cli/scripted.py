"""Commands whose exit code is an answer: a failure gets another code than the answers have."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from zoomgov.services.problems import Exit

if TYPE_CHECKING:
    from collections.abc import Callable


def ends_with(option: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Make a command that fails exit with 2 instead of 1 if `option` is given, because 1 is then an answer."""

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def run(*args: Any, **kwargs: Any) -> int:  # Any: what click gives
            try:
                return command(*args, **kwargs)
            except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
                raise
            except Exception as error:
                if not kwargs[option]:
                    raise
                from zoomgov.services.problems import as_problem

                problem = as_problem(error)
                problem.code = Exit.USAGE
                raise problem from error

        return run

    return decorate
