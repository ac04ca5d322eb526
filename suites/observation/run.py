"""One run: everything is created, every question is asked, everything is removed.

Strategy: the journal has each resource before it exists, and what is removed in the end is what the
journal has, whatever ended the run. A call that creates something is never cut by a signal.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.client.http_client import Client
from fixtures.command_line import say
from suites.observation.account import Account
from suites.observation.interrupts import Interrupts
from suites.observation.journal import Header, Journal, Kind, Resource, State, read
from suites.observation.observation import Observation
from suites.observation.plan import media_types_of
from suites.observation.question import Question
from suites.observation.questions import LISTS
from suites.observation.recorder import LONGEST_WAIT, Recorder


@dataclass
class Run:
    """What is to be done, and `observations`, what came of it so far.

    `invoke_url` is the template of the URLs of an emulator's APIs, empty for AWS's own;
    `longest_wait` is in seconds.
    """

    name: str
    account: Account
    created: Sequence[Resource]
    questions: Sequence[Question]
    journal: Path
    invoke_url: str = ""
    longest_wait: float = LONGEST_WAIT
    observations: list[Observation] = field(default_factory=list)

    def execute(self, interrupts: Interrupts) -> bool:
        """Do it; gives whether everything was removed that was created.

        Raises `ObservationError`, `OSError`, and `KeyboardInterrupt` where a signal ended it; what
        was created is removed before, and `observations` has what was recorded until then.
        """
        header = Header(self.name, self.account.region)
        with closing(Journal.begin(self.journal, header)) as journal:
            try:
                self._create(journal, interrupts)
                with self._recorder() as recorder:
                    self._ask(recorder)
            finally:
                interrupts.finishing()
                is_complete = remove(self.account, self.journal)
        return is_complete

    def _create(self, journal: Journal, interrupts: Interrupts) -> None:
        for resource in self.created:
            is_api = resource.kind is Kind.API
            media_types = LISTS[media_types_of(resource)] if is_api else ()
            say(f"creating the {resource}")
            with interrupts.held():
                journal.write(resource, State.CREATED)
                self.account.create(resource, self.name, media_types)

    @contextmanager
    def _recorder(self) -> Iterator[Recorder]:
        with ExitStack() as opened:
            clients = {
                media_types_of(each): opened.enter_context(
                    closing(Client(self.account.url(each, self.invoke_url)))
                )
                for each in self.created
                if each.kind is Kind.API
            }
            yield Recorder(self.account, self.name, clients)

    def _ask(self, recorder: Recorder) -> None:
        say("waiting until the APIs are live")
        recorder.wait_until_live(self.longest_wait)
        say(f"asking {len(self.questions)} questions")
        for observation in recorder.ask(self.questions):
            self.observations.append(observation)


def remove(account: Account, journal: Path) -> bool:
    """Remove what may exist of a journal's run; gives whether all of it is removed.

    Raises `JournalError` and `OSError`.
    """
    header, resources = read(journal)
    is_complete = True
    with closing(Journal(journal)) as opened:
        for resource in resources:
            say(f"removing the {resource}")
            reason = account.remove(resource, header.run)
            if reason:
                is_complete = False
                say(f"not removed: the {resource}: {reason}")
            else:
                opened.write(resource, State.REMOVED)
    return is_complete
