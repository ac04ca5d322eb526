"""Compare the mutants that survived the last `mutmut run` with those that are explained.

Strategy: mutmut numbers the mutants of a function, and numbers move with every edit. A mutant is
therefore known by its function and by the lines that it replaces, both ways round. What survives
without an explanation, and what is explained without surviving, is an error.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import ndiff
from pathlib import Path
from typing import NamedTuple

EXPLAINED = Path(__file__).with_name("survivors.toml")
# Tests that a mutant brings down have noticed it.
DETECTED = ("killed", "timeout", "segfault")


class Mutant(NamedTuple):
    """A mutant as it is known from one run to the next; lines are joined by one space."""

    function: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.before}\n  + {self.after}"


def explained() -> list[tuple[Mutant, str]]:
    """Every mutant of survivors.toml with its explanation."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["survivor"]
    return [
        (Mutant(entry["function"], entry["before"], after), entry["because"])
        for entry in entries
        for after in entry["after"]
    ]


def mutant(name: str, before: str, after: str) -> Mutant:
    """A mutant from mutmut's name for it and the two versions of its function."""
    module, _, mangled = name.partition("__mutmut_")[0].rpartition(".")
    function = mangled.removeprefix("x_").replace("ǁ", ".").removeprefix("x.")
    lines = list(ndiff(before.splitlines(), after.splitlines()))
    gone, new = (" ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return Mutant(f"{module}.{function}", gone, new)


def tried() -> Iterator[tuple[str, str, Mutant | None]]:
    """Each mutant of the last run: its package, its status, and what it is if it lives on."""
    # Only the run itself has mutmut; what compares is tested without it.
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.mutation.diff_apply import (
        read_mutant_function,
        read_mutants_module,
        read_original_function,
    )
    from mutmut.stats import status_by_exit_code
    from mutmut.utils.file_utils import walk_mutatable_files

    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        module = None
        for name, code in data.exit_code_by_key.items():
            status = status_by_exit_code[code]
            if status in DETECTED:
                yield path.parts[1], status, None
                continue
            module = module or read_mutants_module(path)
            versions = (
                read(module, name) for read in (read_original_function, read_mutant_function)
            )
            before, after = (module.code_for_node(version) for version in versions)
            yield path.parts[1], status, mutant(name, before, after)


def complaints(alive: Iterable[Mutant], known: Iterable[Mutant]) -> list[str]:
    """What is wrong between the survivors of a run and those that are explained."""
    alive, known = set(alive), set(known)
    return [
        *(f"survives unexplained: {each}" for each in sorted(alive - known)),
        *(f"explained, but does not survive: {each}" for each in sorted(known - alive)),
    ]


def scores(results: Iterable[tuple[str, str]]) -> list[str]:
    """One line for each package, from the package and the status of each mutant."""
    counts: dict[str, Counter[str]] = {}
    for package, status in results:
        counts.setdefault(package, Counter())[status] += 1
    lines = []
    for package, count in counts.items():
        detected = sum(count[status] for status in DETECTED)
        parts = ", ".join(f"{number} {status}" for status, number in count.most_common())
        lines.append(
            f"{package}: {100 * detected / count.total():.1f} % of {count.total()}: {parts}"
        )
    return lines


def main() -> int:
    """Say the scores and the complaints; the exit status is 1 if there are any, or no mutants."""
    results = list(tried())
    alive = (found for *_, found in results if found is not None)
    found = complaints(alive, (known for known, _ in explained()))
    score = scores((package, status) for package, status, _ in results)
    sys.stdout.write("".join(f"{line}\n" for line in (*score, *found)))
    return 1 if found or not results else 0


if __name__ == "__main__":
    sys.exit(main())
