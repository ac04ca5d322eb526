"""The tree of exceptions is the one that its module draws."""

import pkgutil
from importlib import import_module

import pytest

import fixtures
import reports
import suites
from fixtures import exceptions
from fixtures.exceptions import ConformanceError

# Locust replaces parts of the standard library when it is imported.
_NOT_HERE = ("suites.load.", "fixtures.payloads.make")


def everything() -> list[str]:
    return [
        module.name
        for package in (fixtures, reports, suites)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.startswith(_NOT_HERE) and not module.name.endswith("__main__")
    ]


def drawn() -> set[tuple[str, str]]:
    """Each exception of the drawing, with the one above it."""
    above: list[str] = []
    edges = set()
    for line in (exceptions.__doc__ or "").splitlines():
        words = line.strip(" │├└─").split()
        if not words or not words[0].rstrip(":").endswith("Error"):
            continue
        if not line.startswith("    "):
            continue
        depth = (len(line) - len(line.lstrip(" │├└─")) - 4) // 4
        del above[depth:]
        if above:
            edges.add((above[-1], words[0]))
        above.append(words[0])
    return edges


def derived(base: type[ConformanceError]) -> set[tuple[str, str]]:
    edges = set()
    for each in base.__subclasses__():
        edges |= {(base.__name__, each.__name__)} | derived(each)
    return edges


def test_the_drawing_has_every_exception_in_its_place() -> None:
    names = everything()
    assert len(names) > 150
    for name in names:
        import_module(name)
    in_load = {edge for edge in drawn() if "LoadFailureError" in edge}
    assert len(in_load) == 3
    assert derived(ConformanceError) - in_load == drawn() - in_load


@pytest.mark.parametrize("base", ConformanceError.__subclasses__(), ids=lambda each: each.__name__)
def test_who_is_at_fault_decides_the_exit_status(base: type[ConformanceError]) -> None:
    line = next(
        line for line in (exceptions.__doc__ or "").splitlines() if f"── {base.__name__} " in line
    )
    assert int(line.partition(":")[0].split()[-1]) == base.exit_status
    assert all("exit_status" not in vars(each) for each in base.__subclasses__())


def test_a_message_neither_commands_the_terminal_nor_fills_it() -> None:
    error = ConformanceError(f"a.json: names {chr(27)}[2J{'9' * 5000}; give another")
    assert len(str(error)) < 2100
    assert str(error).startswith(r"a.json: names \x1b[2J9")
    assert str(error).endswith("9; give another")
