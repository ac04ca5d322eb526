"""What a failing test prints, part by part and in order."""

import hashlib
import shlex
from pathlib import Path

import pytest

from fixtures.cases.case import Role, Step, StepResult
from fixtures.cases.exchange import Received
from fixtures.rules.rule_book import rules
from reports import failure_message
from reports.bodies import Bodies
from reports.curl import curl
from reports.failure_message import commands, explain
from tests.reports.helpers import DERIVED, MUST, SHOULD, a_step, a_verdict

FOUND = a_verdict(
    rules=(MUST, SHOULD),
    reason="status 200 instead of 403",
    expected="403 with the gateway's JSON error",
    observed="200 with 2 bytes\nexpected at that offset:\n00000000  7b",
    cause="the path is deployed after all",
    step=0,
)


NOWHERE = Bodies(Path("/nowhere"))
"""For bodies that need no file."""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where long bodies are kept, once there is one."""
    return tmp_path / "out" / "bodies"


def heads(text: str) -> list[str]:
    """The first word of every line that begins a part."""
    return [line.split()[0] for line in text.splitlines()[1:] if not line.startswith(" ")]


def test_the_parts_come_in_the_order_in_which_a_reader_asks_for_them() -> None:
    text = explain(FOUND, [a_step(b"x", Received(200))], NOWHERE)
    assert text.startswith("status 200 instead of 403\n")
    sources = ["source"] * len(rules()[MUST].sources)
    assert heads(text) == [
        "rule", "also", *sources, "expected", "received", "likely", "reproduce:",
    ]  # fmt: skip


def test_each_part_says_what_the_verdict_says() -> None:
    step = a_step(b"x", Received(200))
    lines = explain(FOUND, [step], NOWHERE).splitlines()
    rule = rules()[MUST]
    assert f"rule      {MUST} (should): {rule.sentence}" in lines
    assert f"also depends on  {SHOULD}" in lines
    assert [line for line in lines if line.startswith("source")] == [
        f"source    {source}" for source in rule.sources
    ]
    assert all(source.url in "\n".join(lines) for source in rule.sources)
    assert "expected  403 with the gateway's JSON error" in lines
    came = lines.index("received  200 with 2 bytes")
    # What goes on stands under what it goes on from.
    assert lines[came + 1 : came + 3] == [
        " " * 10 + "expected at that offset:",
        " " * 10 + "00000000  7b",
    ]
    assert "likely cause: the path is deployed after all" in lines
    assert step.exchange is not None
    assert lines[-1] == f"  {curl(step.exchange.sent)}"


def test_the_level_is_that_of_what_the_deviation_breaks() -> None:
    assert "(must)" in explain(a_verdict(rules=(MUST, DERIVED)), [], NOWHERE)
    assert "(should)" in explain(a_verdict(rules=(MUST, SHOULD, DERIVED)), [], NOWHERE)
    tolerated = a_verdict(rules=(DERIVED, MUST), tolerated=True)
    assert "(derived)" in explain(tolerated, [], NOWHERE)


@pytest.mark.parametrize(
    ("more", "absent"), [({"cause": ""}, "likely cause"), ({"rules": (MUST,)}, "also depends on")]
)
def test_a_part_of_which_nothing_is_known_is_left_out(more: dict[str, object], absent: str) -> None:
    facts = {"rules": (MUST, SHOULD), "cause": "something", **more}
    assert absent not in explain(a_verdict(**facts), [], NOWHERE)  # type: ignore[arg-type]
    assert absent in explain(a_verdict(rules=(MUST, SHOULD), cause="something"), [], NOWHERE)


@pytest.mark.parametrize(("step", "shown"), [(None, 1), (0, 1), (1, 2), (2, 3)])
def test_the_commands_end_with_the_step_that_decided(step: int | None, shown: int) -> None:
    steps = [a_step(bytes([number]), Received(200)) for number in range(3)]
    text = explain(a_verdict(step=step), steps, NOWHERE)
    assert text.count(" | base64 -d | curl ") == shown


def test_a_step_that_was_never_sent_has_no_command() -> None:
    sent = a_step(b"x")
    unsent = StepResult(Step(Role.ACT, sent.step.request), None)
    assert len(commands([sent, unsent, sent], NOWHERE)) == 2


@pytest.mark.parametrize(("more", "in_file"), [(-1, False), (0, False), (1, True), (100_000, True)])
def test_a_long_body_goes_to_a_file_that_is_named_after_its_content(
    out: Path, more: int, in_file: bool
) -> None:
    body = b"\xff" * (failure_message.LONGEST_LINE + more)
    (command,) = commands([a_step(body)], Bodies(out))
    file = out / f"{hashlib.sha256(body).hexdigest()}.bin"
    assert file.exists() is in_file
    assert (shlex.quote(f"@{file}") in command) is in_file
    assert ("base64" in command) is not in_file
    if in_file:
        assert file.read_bytes() == body
        assert len(command) < 1000


def test_a_body_is_written_once_and_two_bodies_get_two_files(out: Path) -> None:
    bodies = [b"a" * 20_000, b"b" * 20_000, b"a" * 20_000]
    first, second, third = commands([a_step(body) for body in bodies], Bodies(out))
    assert first == third != second
    assert sorted(path.read_bytes()[:1] for path in out.iterdir()) == [b"a", b"b"]


def test_a_body_that_a_killed_run_left_incomplete_is_written_again(out: Path) -> None:
    body = b"a" * 20_000
    out.mkdir(parents=True)
    file = out / f"{hashlib.sha256(body).hexdigest()}.bin"
    file.write_bytes(body[:100])
    commands([a_step(body)], Bodies(out))
    assert file.read_bytes() == body
