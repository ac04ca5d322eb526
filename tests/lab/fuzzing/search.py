"""One search for an input that a target fails on."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.lab.fuzzing.edits import Mutant, edited
from tests.lab.fuzzing.targets import Target


def search(
    target: Target,
    examples: int,
    number: int,
    began: Callable[[], object] = lambda: None,
) -> None:
    """Give a target that many inputs; raises what the smallest input raised that it fails on.

    The same `number` draws the same inputs. `began` is called before each.
    """

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(edited(target.seeds, target.tokens))
    def check(mutant: Mutant) -> None:
        began()
        target.check(mutant.text)

    check()
