"""The failures of a run, grouped by symptom: what thousands of failing cases have in common."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fixtures.diagnosis import Diagnosis
from fixtures.rules.rule_book import rules
from reports.document import Case, Exchange

_WITH_EXAMPLE = 4
_IN_A_LINE = 12
_LONGEST_LINE = 600
_COMMANDS_SHOWN = 3


@dataclass
class FailureGroup:
    """Failing cases of one rule with one symptom, and the first of them with its last command."""

    rule: str
    symptom: str
    count: int
    example: Case
    command: str


class FailureGroups:
    """Collects the failures as they happen; of each group one case is kept."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], FailureGroup] = {}

    def add(self, case: Case, exchanges: Mapping[str, Exchange]) -> None:
        """Take one more failing case in; `exchanges` are those of its record."""
        key = (case.rule, symptom(case))
        if key not in self._groups:
            names = (step.exchange for step in case.steps if step.exchange is not None)
            commands = [exchanges[name].command for name in names if name in exchanges]
            self._groups[key] = FailureGroup(*key, 0, case, commands[-1] if commands else "")
        self._groups[key].count += 1

    def lines(self) -> Iterator[str]:
        """Each group, the largest first; the largest with an example."""
        groups = sorted(self._groups.values(), key=lambda group: -group.count)
        for number, group in enumerate(groups[:_IN_A_LINE]):
            level = rules()[group.rule].level
            cases = "case" if group.count == 1 else "cases"
            yield f"{group.count:>6} {cases}: {group.symptom}  [{group.rule}, {level}]"
            if number < _WITH_EXAMPLE:
                yield from _example(group)
        left = groups[_IN_A_LINE:]
        if left:
            count = sum(group.count for group in left)
            yield f"{count:>6} cases with {len(left)} other symptoms: in the page, or with -v"


def symptom(case: Case) -> str:
    """What differs, in the words that many failing cases share."""
    forms = {case.expected_form, case.actual_form}
    if len(forms - {""}) == 2:  # of two equal forms the bytes differ, which the reason says
        return f"expected {case.expected_form}, received {case.actual_form}"
    return case.reason.removesuffix(case.remark)


def _example(group: FailureGroup) -> Iterator[str]:
    # No likely cause: that of one case alone is a guess, and the diagnosis knows all of them.
    case = group.example
    received = case.observed.splitlines() or [case.reason]
    yield f"        for example  {case.test}"
    yield f"        expected     {case.expected}"
    yield f"        received     {received[0]}"
    if case.remark:
        yield f"        repeated     {case.remark.removeprefix('; ')}"
    if group.command:
        long = len(group.command) > _LONGEST_LINE
        command = "the request has a long body; see the page" if long else group.command
        yield f"        reproduce    {command}"


def diagnosis_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """What would explain the failures, how much of them it explains, and how to fix it."""
    yield f"diagnosis   {diagnosis.headline}"
    if not diagnosis.explanations:
        return
    first = diagnosis.explanations[0]
    if first.cause:
        yield f"cause       {first.cause}"
    yield f"explains    {first.fits} of {first.of} observations"
    for number, step in enumerate(first.remedy):
        yield f"{'fix' if not number else '':<12}{step}"
    for command in first.commands[:_COMMANDS_SHOWN]:
        yield f"            {command}"
    if len(first.commands) > _COMMANDS_SHOWN:
        yield "            … (all commands are in the page)"
