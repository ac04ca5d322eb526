"""Finds words that a reader has to read twice: `python -m tests.words [PATH ...]`.

words.toml lists the patterns with their reasons. Documents are searched as they are; of Python
and JavaScript only what people read: comments, docstrings, strings, and the names of tests. A
string without a space is an id or data, and is not searched.

Lines are joined to paragraphs first, so that a phrase is found across the end of a line.
"""

import argparse
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SELF = Path(__file__).parent
_SCRIPTS = {".js", ".mjs"}
_SUFFIXES = {".py", ".md", ".toml", ".yml", ".yaml", ".ini", ".html", ".jinja"} | _SCRIPTS
_COMMENT_OR_STRING = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`", re.S
)
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
_QUOTES = re.compile(r"([a-zA-Z]*)('''|\"\"\"|'|\")(.*)\2", re.S)
_FIELD = re.compile(r"\{[^{}]*\}")
_MARKER = re.compile(r"^\s*(?:#+|//|/?\*+)?\s*")
_CONTINUES = re.compile(r"[A-Za-z0-9`'\"(*{]")


@dataclass(frozen=True)
class Pattern:
    """One entry of words.toml."""

    expression: re.Pattern[str]
    allowed: re.Pattern[str] | None
    instead: str
    why: str
    example: str

    def found_in(self, text: str) -> Iterator[re.Match[str]]:
        """Matches that no allowed phrase covers."""
        covered = [match.span() for match in self.allowed.finditer(text)] if self.allowed else []
        for match in self.expression.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in covered):
                yield match


@dataclass(frozen=True)
class Exemption:
    """Lines of one file in which the words are right, with the reason."""

    path: str
    line: str
    because: str

    def allows(self, path: Path, line: str) -> bool:
        """Whether the words in this line are right."""
        return path == Path(self.path) and re.search(self.line, line) is not None


@dataclass(frozen=True)
class Finding:
    """Words of one line, and the pattern that found them."""

    path: Path
    line: int
    words: str
    pattern: Pattern

    def __str__(self) -> str:
        """The place, the words, what to write instead, and why."""
        advice = f"write {self.pattern.instead} ({self.pattern.why})"
        return f"{self.path}:{self.line}: '{self.words}': {advice}"


def _entries(kind: str) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = tomllib.loads((_SELF / "words.toml").read_text("utf-8"))[kind]
    return listed


def patterns() -> list[Pattern]:
    """The patterns of words.toml, in its order."""
    return [
        Pattern(
            expression=re.compile(entry["find"], re.I | re.M),
            allowed=re.compile(entry["except"], re.I) if "except" in entry else None,
            instead=entry["instead"],
            why=entry["why"],
            example=entry["example"],
        )
        for entry in _entries("pattern")
    ]


def exemptions() -> list[Exemption]:
    """The lines that words.toml allows."""
    return [Exemption(**entry) for entry in _entries("allowed")]


def _python_text(text: str) -> Iterator[tuple[int, str]]:
    """Comments, strings and names of tests; neighbours of one kind are one text."""
    kind, first, last, parts = -1, 0, 0, [""]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NL:
            continue
        current = tokenize.STRING if token.type in _STRINGS else token.type
        if current != kind or (current == tokenize.COMMENT and token.start[0] != last + 1):
            yield first, "".join(parts)
            kind, first, last, parts = current, token.start[0], token.start[0], []
        parts.append("\n" * (token.start[0] - last) + _token_text(token))
        last = token.end[0]


def _token_text(token: tokenize.TokenInfo) -> str:
    """What people read of a token; nothing of an f-string's fields."""
    if token.type == tokenize.COMMENT or token.type in _STRINGS - {tokenize.STRING}:
        return token.string
    if token.type == tokenize.STRING and (quoted := _QUOTES.fullmatch(token.string)):
        prefix, _, content = quoted.groups()
        return _FIELD.sub("{}", content) if "f" in prefix.lower() else content
    if token.type == tokenize.NAME and token.string.startswith("test_"):
        return token.string.replace("_", " ")
    return ""


def readable_text(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """The parts of a file that people read, each with the number of its first line."""
    if path.suffix == ".py":
        parts = _python_text(text)
    elif path.suffix in _SCRIPTS:
        parts = (
            (text.count("\n", 0, match.start()) + 1, match.group().strip('"`'))
            for match in _COMMENT_OR_STRING.finditer(text)
        )
    else:
        yield 1, text
        return
    yield from ((line, part) for line, part in parts if " " in part.strip())


def _joined(text: str, prose: bool) -> tuple[str, list[int]]:
    """The text with its lines joined where a sentence may go on, and where each line begins."""
    lines = [_MARKER.sub("", line).rstrip() if prose else line for line in text.split("\n")]
    joined = [
        line + (" " if prose and line and _CONTINUES.match(following) else "\n")
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "".join(joined), list(accumulate((len(line) for line in joined), initial=0))


def findings(path: Path, text: str, listed: list[Pattern]) -> Iterator[Finding]:
    """What the patterns find in a file."""
    for first_line, part in readable_text(path, text):
        joined, starts = _joined(part, prose=path.suffix in {".py", ".md"} | _SCRIPTS)
        for pattern in listed:
            for match in pattern.found_in(joined):
                line = first_line + bisect_right(starts, match.start()) - 1
                yield Finding(path, line, match.group().strip(), pattern)


def report(files: dict[Path, str]) -> Iterator[str]:
    """One line for each finding that no exemption allows, and for each unused exemption."""
    listed, unused = patterns(), {one for one in exemptions() if Path(one.path) in files}
    for path, text in files.items():
        lines = text.splitlines()
        for finding in findings(path, text, listed):
            line = lines[finding.line - 1]
            allowing = [one for one in exemptions() if one.allows(path, line)]
            unused.difference_update(allowing)
            if not allowing:
                yield str(finding)
    for one in unused:
        yield f"words.toml: allows lines of {one.path} in which nothing is found: {one.line}"


def _searched(within: list[Path]) -> dict[Path, str]:
    """The tracked files that have text for people, below the given paths."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    paths = [Path(name) for name in listed.stdout.split("\0") if name]
    return {
        path: (_ROOT / path).read_text(encoding="utf-8")
        for path in paths
        if not within or any(path.is_relative_to(one) for one in within)
        if path.suffix in _SUFFIXES and not (_ROOT / path).is_relative_to(_SELF)
    }


def main(arguments: list[str] | None = None) -> int:
    """Prints the findings; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.words", description=__doc__)
    parser.add_argument("path", nargs="*", type=Path, help="files or folders (default: all)")
    found = list(report(_searched(parser.parse_args(arguments).path)))
    sys.stdout.write("".join(f"{one}\n" for one in found) or "no findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
