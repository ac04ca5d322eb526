"""A definition is somebody else's file: whatever is in it ends in one sentence, and soon."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.api import definition_file, openapi_parser, read_definition
from fixtures.api.selection_pattern import is_linear, selects
from fixtures.bounded_file import read_regular_file
from fixtures.cases.case import Request
from fixtures.exceptions import DefinitionError
from fixtures.rules.unjudged import left_open
from tests.api.helpers import ANSWERS, as_json, changed


def levels(first: str, level: str) -> str:
    """Eleven levels of YAML, each with ten aliases of the one before."""
    lines = [f"a0: &a0 {first}"]
    for number in range(1, 12):
        aliases = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"a{number}: &a{number} {level.format(aliases=aliases)}")
    return "\n".join(lines)


HOSTILE: dict[str, tuple[str | Callable[[Path], None], str]] = {
    "laughs.yaml": (levels("[x]", "[{aliases}]"), "aliases stand for more than"),
    "merges.yaml": (levels("{k: v}", "{{<<: [{aliases}], k: v}}"), "aliases stand for more than"),
    "circle.yaml": ("paths: &p\n  /x: *p\n", "aliases stand for more than"),
    "deep.yaml": ("[" * 1500, "not YAML"),
    "deep.json": ('{"a":' * 100_000, "nested too deeply"),
    "wide.json": ('{"a":[' + "{}," * 2_000_001 + "{}]}", "more than 2,000,000 objects and lists"),
    "long.yaml": ("paths:\n" + "  /x: {}\n" * 300_000, "YAML of more than 2 MiB"),
    "large.json": (
        '{"swagger":"2.0","paths":{},"a":"' + "x" * 6_300_000 + '"}',
        "more than the 6 MB that API Gateway imports",
    ),
    "pipe.yaml": (os.mkfifo, "cannot be read: not a regular file"),
    "endless.yaml": (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "folder.yaml": (Path.mkdir, "cannot be read: Is a directory"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_one_sentence(name: str, tmp_path: Path) -> None:
    made, sentence = HOSTILE[name]
    path = tmp_path / name
    if callable(made):
        made(path)
    else:
        path.write_text(made)
    with pytest.raises(DefinitionError) as refused:
        read_definition(path)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "api.json"
    path.write_bytes(b"12345")
    assert read_regular_file(path, 5) == b"12345"
    with pytest.raises(OSError, match="larger than 0 MiB"):
        read_regular_file(path, 4)
    with pytest.raises(OSError, match="not the name of a file"):
        read_regular_file(Path("a\0b"), 4)
    monkeypatch.setattr(definition_file, "LARGEST_TEMPLATE", 4)
    with pytest.raises(DefinitionError, match="cannot be read: larger than 0 MiB"):
        read_definition(path)


def test_a_pattern_that_would_take_years_is_left_open_at_once() -> None:
    for pattern in ("((((.?){99}){99}){99})x", "(?!4)..", r"(2)\1.", "2[0-9]*+"):
        assert not is_linear(pattern)
        assert not selects(pattern, "200")
    assert selects(r"2\d{2}", "200")
    assert not selects(r"\d", "200")


def test_the_cases_of_such_a_pattern_are_left_open_with_the_reason() -> None:
    raw = as_json(changed((*ANSWERS, "(?!4).."), {"statusCode": "200"}))
    definition = openapi_parser.parse_definition(raw, "api.json")
    operation = next(each for each in definition.operations if each.method == "GET")
    assert "RE2 cannot match in linear time" in left_open(Request(operation, "a"), None)
