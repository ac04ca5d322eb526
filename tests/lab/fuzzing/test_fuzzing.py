"""A seeded minute of the laboratory: `python -m tests.lab.fuzzing` searches for hours."""

from collections.abc import Iterator

import pytest

from tests.lab.fuzzing.search import search
from tests.lab.fuzzing.targets import Target, targets

_EXAMPLES = {"definition": 150, "template": 300, "response": 300}
_NAMES = [
    "definition",
    "journal",
    "observe-journal",
    "document",
    "har",
    "known",
    "template",
    "request",
    "response",
]


@pytest.fixture(scope="module")
def every_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    with targets(tmp_path_factory.mktemp("fuzzed")) as all_of_them:
        yield {target.name: target for target in all_of_them}


@pytest.mark.parametrize("name", _NAMES)
def test_mutated_input_is_read_or_refused(name: str, every_target: dict[str, Target]) -> None:
    assert set(every_target) == set(_NAMES)
    search(every_target[name], _EXAMPLES.get(name, 500), number=1)


def test_a_reader_that_fails_on_some_input_is_found() -> None:
    def fragile(raw: bytes) -> None:
        raw.decode()

    with pytest.raises(UnicodeDecodeError):
        search(Target("fragile", [b"text"], [b"\xff"], fragile), 200, number=1)
