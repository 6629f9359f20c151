"""Fuzz every parser of what others write, and print each example that breaks a promise and how to play it again.

    make fuzz [ARGS="--minutes 10"] [ARGS="--only any-paste --examples 5000"] [ARGS="--seed 7 --rounds 1"]

Rounds are played until the time is over. What is tried follows from the number of the round alone, so a round that
found something finds it again: the line to do so is printed with the example. Nothing leaves this computer.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
import warnings
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.targets import all_targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fuzz.targets import Target

EXAMPLES: Final = 400
"""Of the cheapest target, in a round."""


def runs(target: Target, examples: int, number: int | None = None) -> Callable[[], None]:
    """A function that tries `examples`, fewer of a dear target; `number` decides which ones, else the target does."""
    chosen = settings(
        max_examples=max(2, examples // target.cost),
        deadline=None,
        database=None,
        derandomize=number is None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    test = chosen(given(**target.draws)(target.check))
    return test if number is None else seed(number)(test)


def play(target: Target, examples: int, number: int) -> bool:
    """One target in one round; False when something was found, which is printed."""
    begun = time.monotonic()
    try:
        runs(target, examples, number)()
    except Exception as error:  # the finding, with the example in its notes
        again = f'make fuzz ARGS="--only {target.name} --seed {number} --rounds 1 --examples {examples}"'
        print(f"\n{target.name} broke in round {number}. Play it again: {again}", flush=True)
        traceback.print_exception(error, limit=-6, file=sys.stdout)
        return False
    tried = max(2, examples // target.cost)
    print(f"round {number}: {target.name}, {tried} examples in {time.monotonic() - begun:.1f} s", flush=True)
    return True


def main(*words: str) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=5.0, help="begin no further round after so long")
    options.add_argument("--rounds", type=int, default=sys.maxsize, help="play no more than so many")
    options.add_argument("--seed", type=int, default=1, help="number of the first round")
    options.add_argument("--examples", type=int, default=EXAMPLES, help="of the cheapest target, in a round")
    options.add_argument("--only", action="append", metavar="TARGET", help="repeat for several; --list names them")
    options.add_argument("--list", action="store_true", help="only say which targets there are")
    chosen = options.parse_args(words)
    targets = all_targets()
    if chosen.list:
        for target in targets.values():
            print(f"{target.name}: {(target.check.__doc__ or '').splitlines()[0]}")
        return 0
    if unknown := sorted({*(chosen.only or ())} - {*targets}):
        options.error(f"there is no target {', '.join(unknown)}; there are {', '.join(targets)}")
    warnings.simplefilter("ignore")
    end, broken, number = time.monotonic() + 60 * chosen.minutes, set(), chosen.seed
    while number < chosen.seed + chosen.rounds and (time.monotonic() < end or number == chosen.seed):
        for name, target in targets.items():
            # what is broken already would be found again and again, and be made small each time
            if name not in broken and name in (chosen.only or targets) and not play(target, chosen.examples, number):
                broken.add(name)
        number += 1
    print(f"{number - chosen.seed} rounds; broken: {', '.join(sorted(broken)) or 'nothing'}.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
