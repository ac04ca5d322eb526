"""`apigw-conformance accept A.json`: a file that makes the deviations of a run known.

Each deviation becomes an entry of its own, with its rule and its case: a pattern for many would
tolerate the next case that it happens to cover, and whatever else that rule is broken by. Of a file
that is there already, every entry that still holds is kept as it is written, comments and all.
"""

import argparse
import glob
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

from fixtures.command_line import say
from fixtures.exceptions import ExitStatus, KnownDeviationsError, ReportError
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome, Verdict
from reports.atomic_file import atomic_write
from reports.document import Document
from reports.loader import load
from reports.policy import KnownDeviation, read_known_deviations
from reports.results import Result

DEFAULT = Path("known-deviations.toml")
_HEAD = """\
# Deviations that do not fail a run: pytest --known-deviations=FILE
# An entry is a rule, a case (a pattern: * ? [ are special), or both; its reason; its last day.
"""
# The comment lines right above an entry are its own.
_ENTRY = re.compile(r"^(?:[ \t]*#[^\n]*\n)*[ \t]*\[\[[ \t]*deviation[ \t]*\]\]", re.MULTILINE)

DESCRIPTION = """\
Write a TOML file that makes the deviations of a run known: with it, the same run passes, and a new
deviation still fails. Where the file exists, entries that still hold stay as they are, with their
reasons and dates; those that expired or whose cases all conform now are removed, and said to be."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="RUN", help="a conformance.json")
    parser.add_argument(
        "--output",
        type=Path,
        default=DEFAULT,
        metavar="FILE",
        help=f"what to write or bring up to date (default: {DEFAULT})",
    )
    parser.add_argument(
        "--expires",
        type=_day,
        metavar="DAY",
        help="the last day on which new entries hold, like 2027-01-31 (default: for ever)",
    )
    parser.add_argument(
        "--reason",
        metavar="TEXT",
        help="why they are tolerated (default: that they were accepted as found, and when)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the file and say what was added, kept and removed."""
    document = load(options.file)
    today = datetime.now(UTC).date()
    if options.expires is not None and options.expires < today:
        raise ReportError(f"accept: --expires={options.expires} is over already")
    reason = options.reason or f"accepted as found in the run of {document.run.started[:10]}"
    before = _written(options.output)
    after = accepted(document, before, today, reason, options.expires)
    atomic_write(options.output, after.text.encode())
    say(*after.said, options.output)
    return ExitStatus.PASSED


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2027-01-31") from None


# ------------------------------------------------------------------------- the file that is there


@dataclass(frozen=True)
class Written:
    """A file of known deviations: what stands before its entries, and each with its own text."""

    head: str = _HEAD
    entries: tuple[tuple[KnownDeviation, str], ...] = ()


def _written(path: Path) -> Written:
    """The file as it is, nothing where there is none; raises `ReportError`."""
    if not path.exists():
        return Written()
    try:
        known = read_known_deviations(path)
    except KnownDeviationsError as error:
        raise ReportError(str(error)) from None
    text = path.read_text(encoding="utf-8")
    starts = [match.start() for match in _ENTRY.finditer(text)]
    head, *texts = (text[a:b] for a, b in pairwise([0, *starts, len(text)]))
    if not _faithful(text, head, texts):
        raise ReportError(
            f"{path}: its entries cannot be told apart; write each as a [[deviation]] table"
        )
    return Written(head, tuple(zip(known, texts, strict=True)))


def _faithful(text: str, head: str, texts: Sequence[str]) -> bool:
    """Whether each part is by itself what it is in the whole."""
    whole = tomllib.loads(text).get("deviation", [])
    try:
        alone = [tomllib.loads(part).get("deviation", []) for part in (head, *texts)]
    except tomllib.TOMLDecodeError:
        return False
    return alone == [[], *([entry] for entry in whole)]


# --------------------------------------------------------------------------------- the new file


@dataclass(frozen=True)
class Accepted:
    """The text of the new file, and what to say of it."""

    text: str
    said: tuple[str, ...]


def accepted(
    document: Document, before: Written, today: date, reason: str, expires: date | None
) -> Accepted:
    """The file that makes exactly the deviations of a document known."""
    verdicts = [Result.recorded(case).verdict for case in document.cases]
    deviations = [each for each in verdicts if each.outcome is Outcome.DEVIATES]
    fates = [(entry, text, _gone(entry, verdicts, today)) for entry, text in before.entries]
    known = [entry for entry, _, gone in fates if not gone]
    fresh = {
        (verdict.rule, verdict.case): verdict
        for verdict in deviations
        if not any(entry.covers(verdict, today) for entry in known)
    }
    parts = [before.head, *(text for _, text, gone in fates if not gone)]
    parts += [_entry(verdict, reason, expires) for verdict in fresh.values()]
    text = "\n".join(part.strip("\n") + "\n" for part in parts if part.strip())
    said = [f"removed, {gone}: {entry}" for entry, _, gone in fates if gone]
    said.append(f"{len(fresh)} added, {len(known)} kept, {len(said)} removed")
    if not document.end.complete:
        said.append("the run is incomplete: cases that it did not execute are not in the file")
    return Accepted(text, tuple(said))


def _gone(entry: KnownDeviation, verdicts: Sequence[Verdict], today: date) -> str:
    """Why an entry holds no longer, empty where it does.

    Where the run judged nothing that the entry speaks of, there is nothing against it.
    """
    if entry.expires is not None and today > entry.expires:
        return "expired"
    spoken_of = [verdict for verdict in verdicts if _about(entry, verdict)]
    if any(verdict.outcome is Outcome.DEVIATES for verdict in spoken_of):
        return ""
    judged = any(verdict.outcome is Outcome.CONFORMS for verdict in spoken_of)
    return "conforms now" if judged else ""


def _about(entry: KnownDeviation, verdict: Verdict) -> bool:
    """Whether an entry speaks of a case; where it conforms, it may be filed under another rule."""
    if verdict.outcome is Outcome.DEVIATES or not entry.case:
        return entry.covers(verdict, date.min)
    return KnownDeviation("", entry.case, entry.reason).covers(verdict, date.min)


def _entry(verdict: Verdict, reason: str, expires: date | None) -> str:
    """An entry for one case and nothing else, with what was found in a comment."""
    if verdict.rule not in rules():
        raise ReportError(f"accept: there is no rule {verdict.rule!r}; judge the run again first")
    return "\n".join(_lines(verdict, reason, expires)) + "\n"


def _lines(verdict: Verdict, reason: str, expires: date | None) -> Iterator[str]:
    found = " ".join(verdict.reason.split())
    yield "# " + "".join(each if each.isprintable() else "?" for each in found)
    yield "[[deviation]]"
    yield f"rule = {_string(verdict.rule)}"
    yield f"case = {_string(glob.escape(verdict.case))}"
    yield f"reason = {_string(reason)}"
    if expires is not None:
        yield f"expires = {expires}"


def _string(text: str) -> str:
    """A TOML string: JSON's, but for DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
