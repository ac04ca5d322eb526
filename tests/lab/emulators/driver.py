"""An emulator with one definition after the other, each deployed to a fresh start of it.

Strategy: the verdict document stays in a folder of the emulator and the definition, with the
emulator's version. Where only the rules have changed since, it is judged again, and nothing has to
be installed, deployed or sent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures import definitions
from tests.lab.emulators.conformance_run import judge, judge_again
from tests.lab.emulators.deployment import STAGE, Account
from tests.lab.emulators.emulator_process import running
from tests.lab.emulators.emulator_result import EmulatorResult, SkippedError
from tests.lab.emulators.installation import install, version
from tests.lab.emulators.targets import Emulator

Said = Callable[[str], None]
_VERSION = "version.txt"


@dataclass(frozen=True)
class Plan:
    """How to go about it: emulators are kept in `environments`, what they did in `folder`.

    `longest` bounds each run of the suite, in seconds. With `again`, what an earlier run judged is
    not sent again. `said` is told of each step and its result.
    """

    environments: Path
    folder: Path
    profile: str
    longest: float
    again: bool
    said: Said

    def place(self, emulator: Emulator, name: str) -> Path:
        """Where the documents of an emulator with a definition are."""
        return self.folder / emulator.name / Path(name).stem


def judge_emulator(
    emulator: Emulator, names: Sequence[str], plan: Plan
) -> Iterator[EmulatorResult]:
    """Try the emulator with each definition of `names`, installed once where it is needed."""
    kept = {name: _kept(emulator, name, plan) for name in names} if plan.again else {}
    if all(kept.get(name) for name in names):
        yield from filter(None, kept.values())
        return
    plan.said(f"{emulator.name}: installing {emulator.requirements[0]}")
    try:
        programs = install(emulator, plan.environments)
        installed = version(emulator, programs)
    except SkippedError as error:
        plan.said(f"{emulator.name}: not tried: {error}")
        for name in names:
            yield kept.get(name) or EmulatorResult(
                emulator.name, "", name, skip_reason=f"not tried: {error}"
            )
        return
    for name in names:
        result = kept.get(name) or _try(emulator, installed, programs, name, plan)
        outcome = result.skip_reason or ", ".join(
            f"{count} {outcome}" for outcome, count in result.totals.items()
        )
        plan.said(f"{emulator.name} {result.version}: {name}: {outcome}")
        yield result


def _try(
    emulator: Emulator, installed: str, programs: Path, name: str, plan: Plan
) -> EmulatorResult:
    place = plan.place(emulator, name)
    try:
        with running(emulator, programs, place / "emulator") as port:
            account = Account(port)
            account.create_bucket()
            api = account.deploy(definitions.load(name))
            endpoint = emulator.invoke.format(port=port, api=api, stage=STAGE)
            plan.said(f"{emulator.name} {installed}: judging {name} at {endpoint}")
            document = judge(endpoint, name, place, profile=plan.profile, longest=plan.longest)
    except SkippedError as error:
        return EmulatorResult(emulator.name, installed, name, skip_reason=str(error))
    (place / _VERSION).write_text(installed, encoding="utf-8")
    return EmulatorResult(emulator.name, installed, name, document)


def _kept(emulator: Emulator, name: str, plan: Plan) -> EmulatorResult | None:
    place = plan.place(emulator, name)
    if not (place / _VERSION).exists():
        return None
    plan.said(f"{emulator.name}: judging again what it did with {name}")
    installed = (place / _VERSION).read_text(encoding="utf-8")
    return EmulatorResult(emulator.name, installed, name, judge_again(place))
