"""Commands whose exit code answers a question: a failure must not look like an answer."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from zoomgov.services.problems import Exit

if TYPE_CHECKING:
    from collections.abc import Callable


def ends_with(option: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Let a command end with 2 instead of 1 when it fails while `option` is given: 1 is then an answer."""

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
