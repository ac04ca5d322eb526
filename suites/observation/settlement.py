"""What a file of observations settles: the rules that have one answer left, and a patch for them.

Strategy: the answers are read again from what was observed, with the questions of this checkout. A
rule is settled if all of its questions were asked of AWS itself and exactly one of its answers fits
all that came. A question that this file does not have, an outcome that no reading fits, and a host
that is not AWS's leave the rule as it is.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fixtures.rules.rule_book import ANY, rules
from suites.observation.observation import Observation, ObservationFile
from suites.observation.questions import QUESTIONS

_AFTER_SOURCES = "# -----"
"""How the line begins that follows the sources in rules.toml."""
# The host of every service of AWS ends like this; "AWS General Reference: AWS service endpoints".
_AWS_HOST = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")


@dataclass(frozen=True)
class Settlement:
    """What the observations say of one rule; `why` says why there is no `answer`."""

    rule: str
    answer: str = ""
    why: str = ""
    observations: tuple[Observation, ...] = ()

    @property
    def is_preferred(self) -> bool:
        """Whether it is the answer that the rule expects already."""
        return self.answer == rules()[self.rule].answers[0]

    def __str__(self) -> str:
        contrary = "" if self.is_preferred else ", which is not what its sentence says: rewrite it"
        return self.why or f"{self.answer}{contrary}"


def is_aws(host: str) -> bool:
    """Whether a host is one of AWS's."""
    return _AWS_HOST.fullmatch(host) is not None


def settlements(recorded: ObservationFile) -> tuple[Settlement, ...]:
    """What a file says of each rule that has a question, in the order of the questions."""
    by_id = {each.id: each for each in recorded.observations}
    names = dict.fromkeys(question.rule for question in QUESTIONS if question.rule)
    return tuple(_settlement(rule, by_id) for rule in names)


def _settlement(rule: str, by_id: Mapping[str, Observation]) -> Settlement:
    asked = [question for question in QUESTIONS if question.rule == rule]
    missing = [question.id for question in asked if question.id not in by_id]
    if missing:
        return Settlement(rule, why=f"{', '.join(missing)} was not asked")
    found = tuple(by_id[question.id] for question in asked)
    elsewhere = {host for each in found for host in each.source.hosts if not is_aws(host)}
    if elsewhere:
        return Settlement(rule, why=f"recorded from {', '.join(sorted(elsewhere))}, not from AWS")
    possible = rules()[rule].answers
    if possible == (ANY,):
        return Settlement(rule, why="it allows any answer")
    left = set(possible)
    for question, observation in zip(asked, found, strict=True):
        leaves = question.leaves(observation.observed)
        if leaves is None:
            return Settlement(rule, why=f"{question.id} came out as none of its answers")
        left &= set(leaves)
    if len(left) == 1:
        return Settlement(rule, left.pop(), observations=found)
    kept = ", ".join(answer for answer in possible if answer in left)
    why = f"{kept} are possible still" if left else "no answer fits all of its questions"
    return Settlement(rule, why=why)


def patch(text: str, settled: Iterable[Settlement], file: Path, published: str) -> str:
    """A patch of rules.toml, unified; empty where nothing is settled.

    `text` is rules.toml as it is; `file` has the observations and `published` is its URL. A settled
    rule becomes a must with the one answer that it has, and cites its observations.
    """
    changed = text
    sources: dict[str, str] = {}
    for each in settled:
        if not each.answer:
            continue
        key, source = _source(each.observations[0], file, published)
        sources[key] = source
        changed = _settle(changed, each, key)
    before, line, after = changed.partition(_AFTER_SOURCES)
    changed = before + "".join(f"{source}\n" for source in sources.values()) + line + after
    name = "fixtures/rules/rules.toml"
    lines = (text.splitlines(keepends=True), changed.splitlines(keepends=True))
    return "".join(difflib.unified_diff(*lines, f"a/{name}", f"b/{name}"))


def _source(observation: Observation, file: Path, published: str) -> tuple[str, str]:
    """The key and the table of the source that a file of observations is."""
    region = observation.source.region
    title = f"What Amazon API Gateway did in {region} on {observation.recorded} ({file.name})"
    key = f"observed-{observation.recorded}-{region}"
    table = f"[sources.{key}]\ntitle = {_quoted(title)}\nurl = {_quoted(published or file.name)}\n"
    return key, table


def _settle(text: str, settlement: Settlement, source: str) -> str:
    head = f"[rules.{settlement.rule}]\n"
    before, _, rest = text.partition(head)
    entry, gap, after = rest.partition("\n\n")
    lines = "\n".join(_settled(entry, settlement, source))
    return before + head + lines + (gap or "\n") + after


def _settled(entry: str, settlement: Settlement, source: str) -> Iterator[str]:
    """The lines of a rule's entry, settled."""
    ids = ", ".join(each.id for each in settlement.observations)
    for line in entry.splitlines():
        name = line.partition(" ")[0]
        if name == "level":
            yield 'level = "must"'
        elif name == "sources":
            yield f"{line.removesuffix(']')}, {_quoted(f'{source}: {ids}')}]"
        elif name == "answers":
            yield f"answers = [{_quoted(settlement.answer)}]"
        elif name != "question":
            yield line


def _quoted(text: str) -> str:
    """A basic string of TOML, which JSON's strings are."""
    return json.dumps(text, ensure_ascii=False)
