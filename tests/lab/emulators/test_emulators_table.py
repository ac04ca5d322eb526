"""The table of emulators holds together without any of them being installed."""

import re

import pytest

from fixtures.definitions import load, shipped
from tests.lab.emulators.deployment import importable
from tests.lab.emulators.targets import EMULATORS, Emulator

EVERY = [pytest.param(emulator, id=emulator.name) for emulator in EMULATORS]


def test_each_emulator_has_a_name_of_its_own() -> None:
    assert len({emulator.name for emulator in EMULATORS}) == len(EMULATORS)


@pytest.mark.parametrize("emulator", EVERY)
def test_an_emulator_goes_by_one_version(emulator: Emulator) -> None:
    assert re.fullmatch(r"[a-z-]+(\[[a-z0-9,]+\])?==[\d.]+", emulator.requirements[0])
    assert all(re.search(r"==|<=?|~=", requirement) for requirement in emulator.requirements)


@pytest.mark.parametrize("emulator", EVERY)
def test_an_emulator_listens_where_it_is_told_and_on_loopback_only(emulator: Emulator) -> None:
    told = " ".join((*emulator.command, *emulator.environment.values()))
    assert "{port}" in told
    assert "127.0.0.1" in told or emulator.name == "roto-aws"  # whose default it is
    told.format(bin="b", port="1", folder="f")


@pytest.mark.parametrize("emulator", EVERY)
def test_the_address_of_an_api_is_on_this_machine(emulator: Emulator) -> None:
    url = emulator.invoke.format(port=4566, api="abc", stage="v1")
    assert re.match(r"http://([\w.-]+\.)?localhost:4566/", url)
    assert emulator.ready.startswith("/")


@pytest.mark.parametrize("name", shipped())
def test_a_definition_is_imported_as_it_was_written(name: str) -> None:
    definition = load(name)
    document = importable(definition)
    assert document["info"]["description"]
    assert {operation.path for operation in definition.operations} == set(document["paths"])
    types = document["x-amazon-apigateway-binary-media-types"]
    assert tuple(types) == definition.binary_media_types
