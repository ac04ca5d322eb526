"""What fails the run: levels, and deviations that are known."""

import fnmatch
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixtures.bounded_file import MIB, read_regular_file
from fixtures.exceptions import KnownDeviationsError
from fixtures.rules.rule_book import Level, rules
from fixtures.rules.verdict import Outcome, Verdict


@dataclass(frozen=True)
class KnownDeviation:
    """One entry: a rule's id or a pattern for case ids, the reason, and the last day it holds."""

    rule: str
    case: str
    reason: str
    expires: date | None = None

    def covers(self, verdict: Verdict, today: date) -> bool:
        """Whether this entry speaks of the verdict and still holds."""
        if self.expires is not None and today > self.expires:
            return False
        if self.rule and self.rule != verdict.rule:
            return False
        return not self.case or fnmatch.fnmatchcase(verdict.case, self.case)

    def __str__(self) -> str:
        return " and ".join(
            f"{kind} {pattern!r}"
            for kind, pattern in (("rule", self.rule), ("case", self.case))
            if pattern
        )


@dataclass(frozen=True)
class Policy:
    """`level` is the weakest level whose deviations fail the run; `today` decides what expired."""

    level: Level
    known: tuple[KnownDeviation, ...] = ()
    today: date = date.min

    def fails(self, verdict: Verdict) -> bool:
        """Whether this verdict fails the run."""
        return (
            verdict.outcome is Outcome.DEVIATES
            and verdict.level.rank <= self.level.rank
            and self.known_as(verdict) is None
        )

    def known_as(self, verdict: Verdict) -> KnownDeviation | None:
        """The entry that covers a verdict."""
        return next((entry for entry in self.known if entry.covers(verdict, self.today)), None)

    def waiver(self, verdict: Verdict) -> str:
        """Why a deviation does not fail the run."""
        entry = self.known_as(verdict)
        if entry is not None:
            return f"known ({entry.reason})"
        return f"but depends on a rule that is {verdict.level}"

    def stale(self, deviations: Iterable[Verdict]) -> tuple[KnownDeviation, ...]:
        """The entries that expired, or that no deviation needed."""
        seen = tuple(deviations)
        return tuple(
            entry
            for entry in self.known
            if not any(entry.covers(verdict, self.today) for verdict in seen)
        )


def read_known_deviations(path: Path) -> tuple[KnownDeviation, ...]:
    """Read a TOML file of `[[deviation]]` tables: `rule` or `case`, `reason`, `expires`.

    Raises `KnownDeviationsError` with one sentence that names the file and the entry.
    """
    try:
        document = tomllib.loads(read_regular_file(path, MIB).decode("utf-8"))
    except OSError as error:
        raise KnownDeviationsError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, or too many digits
        raise KnownDeviationsError(f"{path}: not TOML: {error}") from None
    entries = document.get("deviation", [])
    if set(document) - {"deviation"} or not isinstance(entries, list):
        raise KnownDeviationsError(f"{path}: only [[deviation]] tables are expected here")
    return tuple(
        _entry(f"{path}: deviation {number}", entry, rules())
        for number, entry in enumerate(entries, start=1)
    )


def _entry(place: str, entry: object, ids: Collection[str]) -> KnownDeviation:
    if not isinstance(entry, dict) or set(entry) - {"rule", "case", "reason", "expires"}:
        raise KnownDeviationsError(f"{place}: has rule or case, reason, and expires, nothing else")
    rule, case, reason = (entry.get(name, "") for name in ("rule", "case", "reason"))
    expires = entry.get("expires")
    if not all(isinstance(text, str) for text in (rule, case, reason)):
        raise KnownDeviationsError(f"{place}: rule, case and reason are strings")
    if not (rule or case) or not reason:
        raise KnownDeviationsError(f"{place}: a reason and a rule or a case are needed")
    if rule and rule not in ids:
        raise KnownDeviationsError(f"{place}: there is no rule {rule!r}")
    if expires is not None and type(expires) is not date:  # a date and time is a date, too
        raise KnownDeviationsError(f"{place}: expires is a date like 2027-01-31")
    return KnownDeviation(rule, case, reason, expires)
