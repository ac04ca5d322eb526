"""The word lint: each pattern finds its example, and only what people read is searched."""

from pathlib import Path

import pytest

from tests.words import __main__ as words

PATTERNS = words.patterns()

# Sentences that this project once had in its documents, its terminal output and its pages.
OLD_SENTENCES = [
    "What a run creates stands in `journal-….jsonl` before it is uploaded.",
    "`--cleanup` undoes it, after Ctrl-C too.",
    "Tries the downloads alone, on objects that are there.",
    "wait until the definition's behaviour shows steadily",
    "known deviations that are gone or expired",
    "the same as it came, a line a case: what a run leaves that was killed",
    "and which AWS calls mend it",
    "only a deviation accuses the endpoint, and only conforming is a pass",
    "Of a night that failed on the way, start all jobs again.",
    "as the rules foretell the answers",
    "blotted out with `*` at equal length",
    "Hold runs against each other",
    "A gateway that takes every client for one that wants text",
    "4825 of 4826 observations fit, and 1 bytes do not.",
    "What a function returns is no Base64.",
    "came  200 with Base64 of the object",
]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.example)
def test_a_pattern_finds_its_example(pattern: words.Pattern) -> None:
    assert list(pattern.found_in(pattern.example))


@pytest.mark.parametrize("sentence", OLD_SENTENCES)
def test_an_old_sentence_is_found(sentence: str) -> None:
    assert found("old.md", sentence)


def found(name: str, text: str) -> list[tuple[int, str]]:
    return [(one.line, one.words) for one in words.findings(Path(name), text, PATTERNS)]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.md", "# Title\n\nIt was\nblotted out.", 4),
        ("a.toml", 'a = 1\nwhy = "blotted out"', 2),
        ("a.yml", "a: 1\n# blotted out", 2),
        ("a.py", 'x = 1\nx = "is blotted"', 2),
        ("a.py", 'x = 1\nx = f"{x} is blotted {x}"', 2),
        ("a.py", '"""A module.\n\nIt is blotted.\n"""', 3),
        ("a.py", "x = 1\n\n# It is blotted.", 3),
        ("a.py", "def test_a_secret_is_blotted() -> None: ...", 1),
        ("a.mjs", 'const a = 1;\nconst b = "is blotted";', 2),
        ("a.mjs", "/**\n * It is\n * blotted. */", 3),
        ("a.js", "let a; // is blotted", 1),
    ],
)
def test_the_text_that_people_read_is_searched(name: str, text: str, line: int) -> None:
    ((first_line, found_words),) = found(name, text)
    assert first_line == line
    assert "blotted" in found_words


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "blotted = night = came(alone)"),
        ("a.py", "def blotted(came): return came.alone"),
        ("a.py", 'x = "ascii-alone"'),
        ("a.py", 'x = f"{came} of {night:02}"'),
        ("a.mjs", "const blotted = came(alone);"),
        ("a.mjs", 'const a = "ascii-alone";'),
    ],
)
def test_code_and_ids_are_not_searched(name: str, text: str) -> None:
    assert found(name, text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "It is the last\nrun of a\ncase whose verdict is as\nit came."),
        ("a.py", "# The verdict is as\n# it came."),
        ("a.py", 'x = (\n    "the verdict is as "\n    "it came"\n)'),
    ],
)
def test_a_phrase_is_found_across_the_end_of_a_line(name: str, text: str) -> None:
    assert "as it came" in [found_words for _, found_words in found(name, text)]


@pytest.mark.parametrize(
    "text",
    [
        "There is no object at this key.",
        "It is no longer listed.",
        "`ANY` stands for every method.",
        "The cheapest case comes first.",
        "The difference is due to the definition.",
        "Such a run leaves the issue alone.",
        "A placeholder stands in for the account.",
        "The bytes are decoded as if they were text.",
    ],
)
def test_a_phrase_of_the_field_is_not_found(text: str) -> None:
    assert found("a.md", text) == []


def test_an_exemption_allows_its_lines_only(monkeypatch) -> None:
    exemption = words.Exemption(path="a.md", line=r"^\| peers", because="a table of old names")
    monkeypatch.setattr(words, "exemptions", lambda: [exemption])
    (line,) = words.report({Path("a.md"): "| peers | emulators |\n\nThe peers.\n"})
    assert line.startswith("a.md:3: 'peers': write ")


def test_an_exemption_that_allows_nothing_is_reported(monkeypatch) -> None:
    exemption = words.Exemption(path="a.md", line="^peers", because="a table of old names")
    monkeypatch.setattr(words, "exemptions", lambda: [exemption])
    (line,) = words.report({Path("a.md"): "The emulators.\n"})
    assert line == "words.toml: allows lines of a.md in which nothing is found: ^peers"
    assert list(words.report({Path("b.md"): "The emulators.\n"})) == []


def test_every_exemption_has_a_reason() -> None:
    assert all(one.because for one in words.exemptions())


def test_the_exit_status_says_whether_anything_is_found(capsys, monkeypatch) -> None:
    monkeypatch.setattr(words, "_searched", lambda within: {Path("a.md"): "It was blotted.\n"})
    assert words.main([]) == 1
    monkeypatch.setattr(words, "_searched", lambda within: {Path("a.md"): "It was redacted.\n"})
    assert words.main(["a.md"]) == 0
    assert capsys.readouterr().out.endswith("no findings\n")
