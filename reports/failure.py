"""What a failing test prints."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from fixtures.model.case import Performed
from fixtures.model.exchange import Sent
from fixtures.rules.catalogue import rules
from fixtures.rules.verdict import Verdict
from reports.curl import curl

OUT = Path(__file__).parent / "out"
LONGEST_LINE = 16 * 1024
"""Bytes of body above which a command reads the body from a file under `reports/out/bodies/`."""


def explain(verdict: Verdict, performed: Sequence[Performed]) -> str:
    """The rule and its source, what was expected, what came, the likely cause, how to repeat it."""
    rule = rules()[verdict.rule]
    parts = [
        f"{verdict.reason}",
        f"rule      {rule.id} ({verdict.level}): {rule.sentence}",
        *(f"source    {source}" for source in rule.sources),
        f"expected  {verdict.expected}",
        f"came      {_indented(verdict.observed)}",
    ]
    others = ", ".join(verdict.rules[1:])
    if others:
        parts.insert(2, f"rests on  {others}")
    if verdict.cause:
        parts.append(f"likely    {verdict.cause}")
    parts.append("repeat    with these commands, in this order:")
    parts += [f"  {command}" for command in commands(performed[: (verdict.step or 0) + 1])]
    return "\n".join(parts)


def commands(performed: Sequence[Performed]) -> list[str]:
    """A shell command for each request that was sent, long bodies kept in files."""
    return [_command(step.exchange.sent) for step in performed if step.exchange is not None]


def _command(sent: Sent) -> str:
    if len(sent.body) <= LONGEST_LINE:
        return curl(sent)
    file = OUT / "bodies" / f"{hashlib.sha256(sent.body).hexdigest()}.bin"
    if not file.exists() or file.stat().st_size != len(sent.body):
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(sent.body)
        fresh.replace(file)
    return curl(sent, body_file=str(file))


def _indented(text: str) -> str:
    return text.replace("\n", "\n          ")
