"""No rule without a test, and no test without a rule."""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.api import Definition
from fixtures.cases.case import Case, ExistingObject
from fixtures.cases.object_address import object_place
from fixtures.definitions import load, shipped
from fixtures.rules.judgement import planned_rules
from fixtures.rules.rule_book import rules
from suites.profile import PROFILES

ROOT = Path(__file__).parents[1]
MODULES = [
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted((ROOT / "suites").glob("*/test_*.py"))
]
TESTS = [
    pytest.param(function, id=name)
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_")
]


def marks(function: object) -> Iterator[pytest.Mark]:
    yield from (mark for mark in getattr(function, "pytestmark", ()) if mark.name == "cases")


def cases(definition: Definition) -> Iterator[Case]:
    for test in TESTS:
        for mark in marks(test.values[0]):
            (source,) = mark.args
            profile = PROFILES["quick"]
            yield from tuple(source.cases(definition, profile)) or (source.otherwise,)
            if source.existing:
                yield from source.existing(definition, profile, existing_objects(definition))


def existing_objects(definition: Definition) -> list[ExistingObject]:
    """An object that each download reaches, as `--read-only` names them."""
    places = dict.fromkeys(map(object_place, definition.operations_on_s3("GET")))
    return [ExistingObject(place, "there/before", b"bytes", "image/png") for place in places]


@pytest.fixture(scope="module")
def by_definition() -> dict[str, list[tuple[Case, tuple[str, ...]]]]:
    """Every case of every shipped definition, with the rules that it carries."""
    found = {}
    for name in shipped():
        definition = load(name)
        found[name] = [(case, planned_rules(definition, case)) for case in cases(definition)]
    return found


@pytest.mark.parametrize("test", TESTS)
def test_a_test_of_the_suites_is_made_of_cases(test: object) -> None:
    assert len(list(marks(test))) == 1


def test_a_case_carries_rules_that_there_are(by_definition) -> None:
    for name, found in by_definition.items():
        for case, carried in found:
            assert carried, f"{name}: {case.id} has no rule"
            assert set(carried) <= set(rules()), f"{name}: {case.id}"


def test_a_rule_is_tried_by_some_case_of_a_shipped_definition(by_definition) -> None:
    tried = {
        rule
        for found in by_definition.values()
        for case, carried in found
        if not case.not_applicable
        for rule in carried
    }
    untried = set(rules()) - tried
    # Two are sent by the default profile only, since they take 10 MiB; one says why something is
    # not tried; and no shipped definition lists a media type with a parameter.
    assert untried == {
        "request-at-limit",
        "request-over-limit",
        "not-judged",
        "media-type-entry-parameters",
    }


def test_the_default_profile_tries_the_limit() -> None:
    limits = importlib.import_module("suites.limits.cases")
    definition = load("sample")
    named = {case.rules for case in limits.sizes(definition, PROFILES["default"])}
    assert named == {("request-over-limit",), ("request-at-limit",), ("request-within-limit",)}


def test_the_id_of_a_case_is_its_own(by_definition) -> None:
    for name in shipped():
        definition = load(name)
        for test in TESTS:
            for mark in marks(test.values[0]):
                ids = [case.id for case in mark.args[0].cases(definition, PROFILES["quick"])]
                assert len(ids) == len(set(ids)), f"{name}: {test.id}"
