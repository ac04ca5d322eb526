"""`apigw-conformance observe`: record what AWS does where the rules leave a choice."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fixtures.client.redaction import redact
from fixtures.command_line import say
from fixtures.exceptions import ExitStatus
from fixtures.locations import OUT
from fixtures.rules import rule_book
from reports.atomic_file import atomic_write
from suites.observation import journal, plan
from suites.observation.interrupts import Interrupts
from suites.observation.observation import FORMAT, Observation, ObservationFile, read
from suites.observation.questions import questions
from suites.observation.settlement import patch, settlements

if TYPE_CHECKING:
    from suites.observation.account import Account
    from suites.observation.run import Run

DESCRIPTION = (
    "Deploy small REST APIs to an AWS account, ask them what the rules leave open, remove "
    "everything that was created, and write the observations and a patch for rules.toml. "
    "Credentials come from the usual AWS sources. Exit status: 0 if everything was asked and "
    "removed, 1 if something is left or the run was interrupted, 6 if AWS refused something."
)
_ABOUT = (
    "What Amazon API Gateway did, recorded by apigw-conformance observe. The APIs are those of "
    "suites/observation/api.yaml, the questions those of suites/observation/questions.py."
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--plan", action="store_true", help="say what would be created and what it costs; call none"
    )
    instead.add_argument(
        "--cleanup",
        type=Path,
        metavar="JOURNAL",
        help="only remove what the run of this journal left",
    )
    instead.add_argument(
        "--read", type=Path, metavar="FILE", help="only say what the observations of a file settle"
    )
    parser.add_argument("--region", help="default: that of the AWS settings")
    parser.add_argument(
        "--function",
        action="store_true",
        help="deploy the echo function, too, and ask the questions about functions",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="the file to write (default: in reports/out)"
    )
    parser.add_argument(
        "--published", default="", metavar="URL", help="where the file will be, for the patch"
    )
    parser.add_argument(
        "--invoke-url",
        default="",
        metavar="URL",
        help="of an emulator: where it serves APIs, with {api} and {stage}. AWS_ENDPOINT_URL says "
        "where the rest of it is; what is recorded there settles nothing",
    )


def run(options: argparse.Namespace) -> int:
    """Do it; raises `ConformanceError` and `OSError`."""
    if options.plan:
        created = plan.resources(journal.run_name(), with_function=options.function)
        say(*plan.in_words(created, questions(with_function=options.function)))
        return ExitStatus.PASSED
    if options.read is not None:
        _say_settled(read(options.read), options.read, options.published)
        return ExitStatus.PASSED
    # botocore takes long to import.
    from suites.observation.account import Account  # noqa: PLC0415

    if options.cleanup is not None:
        return _clean_up(options.cleanup)
    return _observe(options, Account(options.region))


def _clean_up(path: Path) -> int:
    from suites.observation.account import Account  # noqa: PLC0415
    from suites.observation.run import remove  # noqa: PLC0415

    header, resources = journal.read(path)
    if not resources:
        say(f"{path}: nothing to do")
        return ExitStatus.PASSED
    is_complete = remove(Account(header.region), path)
    return ExitStatus.PASSED if is_complete else ExitStatus.FAILED


def _observe(options: argparse.Namespace, account: "Account") -> int:
    from suites.observation.run import Run  # noqa: PLC0415

    name = journal.run_name()
    created = plan.resources(name, with_function=options.function)
    output = options.output or OUT / f"{name}.json"
    run = Run(
        name,
        account,
        created,
        questions(with_function=options.function),
        OUT / f"{name}.jsonl",
        options.invoke_url,
    )
    say(f"the journal is {run.journal}")
    is_complete = False
    interrupts = Interrupts()
    with interrupts.installed():
        try:
            is_complete = run.execute(interrupts)
        except KeyboardInterrupt:
            say("interrupted: not every question was asked, or not everything was removed")
        finally:
            _finish(run, output)
    if run.observations:
        _say_settled(read(output), output, options.published)
    return ExitStatus.PASSED if is_complete else ExitStatus.FAILED


def _finish(run: "Run", output: Path) -> None:
    """Write what was recorded, and say what to do about what is left."""
    if run.journal.exists() and journal.read(run.journal)[1]:
        say(f"remove the rest with: apigw-conformance observe --cleanup {run.journal}")
    if run.observations:
        _write(output, run.observations, run.account)
        say(f"{len(run.observations)} of {len(run.questions)} questions recorded in {output}")


def _write(path: Path, observations: list[Observation], account: "Account") -> None:
    whole = ObservationFile(_ABOUT, FORMAT, tuple(observations))
    content = msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"
    atomic_write(path, redact(content, (*account.secrets, account.number)))


def _say_settled(recorded: ObservationFile, path: Path, published: str) -> None:
    settled = settlements(recorded)
    say(*(f"{each.rule}: {each}" for each in settled if each.answer))
    for why in dict.fromkeys(each.why for each in settled if not each.answer):
        open_ = ", ".join(each.rule for each in settled if each.why == why)
        say(f"not settled: {why}: {open_}")
    text = Path(rule_book.__file__).with_name("rules.toml").read_text(encoding="utf-8")
    say(patch(text, settled, path, published) or "No rule is settled: there is nothing to patch.")
