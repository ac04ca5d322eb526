"""What a failing test prints."""

from collections.abc import Sequence

from fixtures.cases.case import StepResult
from fixtures.cases.exchange import Sent
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Verdict
from reports.bodies import Bodies, digest
from reports.curl import curl

LONGEST_LINE = 16 * 1024
"""Bytes of body above which a command reads the body from a file."""


def explain(verdict: Verdict, performed: Sequence[StepResult], bodies: Bodies) -> str:
    """The rule and its source, expected and received, the likely cause, how to reproduce it."""
    rule = rules()[verdict.rule]
    parts = [
        f"{verdict.reason}",
        f"rule      {rule.id} ({verdict.level}): {rule.sentence}",
        *(f"source    {source}" for source in rule.sources),
        f"expected  {verdict.expected}",
        f"received  {_indented(verdict.observed)}",
    ]
    others = ", ".join(verdict.rules[1:])
    if others:
        parts.insert(2, f"also depends on  {others}")
    if verdict.cause:
        parts.append(f"likely cause: {verdict.cause}")
    shown = performed[: (verdict.step or 0) + 1]
    parts.append("reproduce:")
    parts += [f"  {command}" for command in commands(shown, bodies)]
    return "\n".join(parts)


def commands(performed: Sequence[StepResult], bodies: Bodies) -> list[str]:
    """A shell command for each request that was sent, long bodies kept in files."""
    return [_command(step.exchange.sent, bodies) for step in performed if step.exchange is not None]


def _command(sent: Sent, bodies: Bodies) -> str:
    if len(sent.body) <= LONGEST_LINE:
        return curl(sent)
    return curl(sent, body_file=str(bodies.keep(sent.body, digest(sent.body))))


def _indented(text: str) -> str:
    return text.replace("\n", "\n          ")
