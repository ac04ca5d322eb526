"""Random mutations of a right gateway: drawn, served, noticed, or set aside."""

import asyncio
import random

import pytest

from fixtures.definitions import load
from fixtures.faults.middleware import HttpRequest
from tests.lab.blindspots import __main__ as command
from tests.lab.blindspots import changes, conditions
from tests.lab.blindspots.changes import Change
from tests.lab.blindspots.conditions import Condition, Exchange, History
from tests.lab.blindspots.mutation import Mutation, changes_an_answer, draw
from tests.lab.blindspots.traffic import Traffic

ALWAYS = Condition("always", lambda *_: True)
NEVER = Condition("never", lambda *_: False)


def test_a_seed_draws_the_same_mutation_each_time() -> None:
    sentences = [draw(seed).sentence for seed in range(200)]
    assert sentences == [draw(seed).sentence for seed in range(200)]
    assert len(set(sentences)) > 190
    assert all(one.startswith("The gateway ") and one.endswith(".") for one in sentences)


def test_a_condition_about_responses_goes_with_a_change_of_responses() -> None:
    drawn = [draw(seed) for seed in range(300)]
    assert any(one.condition.needs_response for one in drawn)
    assert all(not one.condition.needs_response or one.change.response for one in drawn)


def test_every_kind_of_condition_and_change_can_be_drawn() -> None:
    seen = random.Random(1)
    assert len({conditions.draw(seen).clause for _ in range(1000)}) > 100
    assert len({changes.draw(seen).clause for _ in range(1000)}) > 100


@pytest.mark.parametrize("name", ["sample", "mapped", "lambda-proxy"])
def test_random_requests_come_back_to_objects_that_were_written(name: str) -> None:
    requests = list(Traffic(load(name), random.Random(1)).requests(400))
    targets = [(request.path, request.query) for request in requests]
    assert len(set(targets)) < len(targets)
    assert {"GET", "PUT"} & {request.method for request in requests}


def test_a_mutation_without_effect_is_told_from_one_with_effect() -> None:
    emptied = Change("", response=lambda _request, response, _history: response.having("X-A", "b"))
    sample = load("sample")
    assert asyncio.run(changes_an_answer(Mutation(1, ALWAYS, emptied), sample))
    assert not asyncio.run(changes_an_answer(Mutation(1, NEVER, emptied), sample))


def test_a_history_knows_what_was_asked_for_before() -> None:
    history, get = History(), HttpRequest("GET", b"/a", b"", (), b"")
    assert not history.of(get)
    history.add(Exchange(get, conditions.NOTHING))
    assert [exchange.request for exchange in history.of(get)] == [get]
    assert history.count == 1


def test_the_command_names_each_mutation_and_says_how_many_were_noticed(tmp_path, capsys) -> None:
    file = tmp_path / "found.json"
    arguments = ["--definition=text-only", "--mutations=2", "--seed=19", f"--json={file}"]
    assert command.main(arguments) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert last.startswith("2 mutations: ")
    assert '"sight"' in file.read_text(encoding="utf-8")
