"""The mutants that survive are known by what they change, and are still about today's code."""

import ast
import importlib
import inspect
import textwrap

import pytest

from tests.lab.mutation.survivors import Mutant, complaints, explained, mutant, scores

EXPLAINED = explained()

BEFORE = """
def f(a):
    if a:
        return g(a,
                 1)
"""


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("fixtures.rules.routing.x__pattern__mutmut_12", "fixtures.rules.routing._pattern"),
        (
            "fixtures.gateway.s3_store.xǁS3Storeǁsend__mutmut_1",
            "fixtures.gateway.s3_store.S3Store.send",
        ),
        ("a.b.xǁCǁ__init____mutmut_3", "a.b.C.__init__"),
    ],
)
def test_a_mutant_is_known_by_its_function_and_its_lines(name: str, function: str) -> None:
    after = BEFORE.replace("1)", "2)").replace("if a", "if not a")
    assert mutant(name, BEFORE, after) == Mutant(function, "if a: 1)", "if not a: 2)")


ONE, OTHER = Mutant("m.f", "a", "b"), Mutant("m.f", "a", "c")


@pytest.mark.parametrize(
    ("alive", "known", "said"),
    [
        ([], [], []),
        ([ONE, OTHER], [OTHER, ONE], []),
        ([ONE, OTHER], [OTHER], ["survives unexplained: m.f\n  - a\n  + b"]),
        ([ONE], [ONE, OTHER], ["explained, but does not survive: m.f\n  - a\n  + c"]),
    ],
)
def test_survivors_and_explanations_must_be_the_same(
    alive: list[Mutant], known: list[Mutant], said: list[str]
) -> None:
    assert complaints(alive, known) == said


def test_a_score_counts_what_was_killed_or_timed_out() -> None:
    results = [
        ("a", "killed"),
        ("b", "survived"),
        ("a", "timeout"),
        ("a", "killed"),
        ("a", "no tests"),
    ]
    assert scores(results) == [
        "a: 75.0 % of 4: 2 killed, 1 timeout, 1 no tests",
        "b: 0.0 % of 1: 1 survived",
    ]


def test_every_explanation_is_one_line_and_no_mutant_is_explained_twice() -> None:
    assert all(because and "\n" not in because for _, because in EXPLAINED)
    mutants = [each for each, _ in EXPLAINED]
    assert len(set(mutants)) == len(mutants)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("each", [each for each, _ in EXPLAINED], ids=str)
def test_what_an_explanation_is_about_is_still_in_the_code(each: Mutant) -> None:
    module, _, rest = each.function.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), rest)
    except ModuleNotFoundError:
        module, _, owner = module.rpartition(".")
        found = getattr(getattr(importlib.import_module(module), owner), rest)
    source = textwrap.dedent(inspect.getsource(found))
    assert ast.parse(source)
    assert flat(each.before) in flat(source)
