"""A peer with each definition, one after the other, each deployed to a peer that starts afresh.

Strategy: what was judged stays in a folder of the peer and the definition, with the peer's version.
What the suite thinks of it can change; then it is judged again, and nothing has to be installed,
deployed or sent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures import definitions
from tests.lab.emulators.attempt import Attempt, SkippedError
from tests.lab.emulators.conformance_run import judge, judge_again
from tests.lab.emulators.deployment import STAGE, Account
from tests.lab.emulators.emulator_process import running
from tests.lab.emulators.installation import install, version
from tests.lab.emulators.targets import Peer

Said = Callable[[str], None]
_VERSION = "version.txt"


@dataclass(frozen=True)
class Plan:
    """How to go about it: emulators are kept in `environments`, what they did in `folder`.

    `longest` bounds each run of the suite, in seconds. With `again`, what an earlier run judged is
    not sent again. `said` hears what is done and what came of it.
    """

    environments: Path
    folder: Path
    profile: str
    longest: float
    again: bool
    said: Said

    def place(self, peer: Peer, name: str) -> Path:
        """Where the documents of a peer with a definition are."""
        return self.folder / peer.name / Path(name).stem


def attempts(peer: Peer, names: Sequence[str], plan: Plan) -> Iterator[Attempt]:
    """Try the peer with each definition of `names`, installed once where it is needed."""
    kept = {name: _kept(peer, name, plan) for name in names} if plan.again else {}
    if all(kept.get(name) for name in names):
        yield from filter(None, kept.values())
        return
    plan.said(f"{peer.name}: installing {peer.requirements[0]}")
    try:
        programs = install(peer, plan.environments)
        installed = version(peer, programs)
    except SkippedError as error:
        plan.said(f"{peer.name}: not tried: {error}")
        for name in names:
            yield kept.get(name) or Attempt(peer.name, "", name, why_not=f"not tried: {error}")
        return
    for name in names:
        attempt = kept.get(name) or _try(peer, installed, programs, name, plan)
        outcome = attempt.why_not or ", ".join(
            f"{count} {outcome}" for outcome, count in attempt.totals.items()
        )
        plan.said(f"{peer.name} {attempt.version}: {name}: {outcome}")
        yield attempt


def _try(peer: Peer, installed: str, programs: Path, name: str, plan: Plan) -> Attempt:
    place = plan.place(peer, name)
    try:
        with running(peer, programs, place / "peer") as port:
            account = Account(port)
            account.create_bucket()
            api = account.deploy(definitions.load(name))
            endpoint = peer.invoke.format(port=port, api=api, stage=STAGE)
            plan.said(f"{peer.name} {installed}: judging {name} at {endpoint}")
            document = judge(endpoint, name, place, profile=plan.profile, longest=plan.longest)
    except SkippedError as error:
        return Attempt(peer.name, installed, name, why_not=str(error))
    (place / _VERSION).write_text(installed, encoding="utf-8")
    return Attempt(peer.name, installed, name, document)


def _kept(peer: Peer, name: str, plan: Plan) -> Attempt | None:
    place = plan.place(peer, name)
    if not (place / _VERSION).exists():
        return None
    plan.said(f"{peer.name}: judging again what it did with {name}")
    installed = (place / _VERSION).read_text(encoding="utf-8")
    return Attempt(peer.name, installed, name, judge_again(place))
