"""`apigw-conformance merge SHARD…`: the documents of a run's shards joined into that of the run.

What is equal to the document of a run that was not divided: cases and their order, verdicts,
counts, rules, what was left untested, diagnosis and page. What cannot be: each shard is a run of
its own, with its own folder of objects and its own embedded gateway, so keys, addresses, request
ids and times are those of the shards. What a setup stores for many cases was stored in each shard
that has some of them, so there is an exchange more of it, and an observation for the diagnosis.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from fixtures.client.concurrency_limiter import Traffic
from fixtures.command_line import say
from fixtures.exceptions import ExitStatus, ReportError
from fixtures.locations import OUT
from reports import document, durations
from reports.bodies import Bodies
from reports.loader import Contents, load
from reports.publish import DOCUMENT, publish
from reports.recorder import traffic_of
from reports.results import Result, Results
from reports.stream import build_document
from reports.terminal_summary import ending, summary

_ALIKE = "give each the same cases and --durations-path=FILE the same file"


DESCRIPTION = "Join the documents of a run's shards, as --shard=I/N makes them, into one."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "files", metavar="SHARD", type=Path, nargs="+", help="conformance.json or .jsonl"
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, default=OUT, help="default: reports/out"
    )


def run(options: argparse.Namespace) -> int:
    """Merge, publish like a run, and give the exit status that the run would have."""
    output = options.output / DOCUMENT
    if output.resolve() in (file.resolve() for file in options.files):
        raise ReportError(f"{output} is one of the shards: give another folder with --output=DIR")
    parts = [_part(file) for file in options.files]
    merged = joined(parts)
    for part in parts:
        _keep_bodies(part, Bodies.beside(output))
    durations.join([part.path.parent for part in parts], options.output)
    published = publish(merged, options.output)
    results = Results([Result.recorded(case) for case in merged.cases])
    about = merged.run
    lines = summary(results, about.endpoint, about.definition.source, merged.stale)
    say(
        *lines,
        *merged.end.why.splitlines(),
        *published,
        *ending(results, merged.end.why, "", merged.run.findings),
    )
    status = merged.end.exit_status
    return ExitStatus.INCONCLUSIVE if status is None else status


@dataclass(frozen=True)
class Part:
    """The document of a shard, where it is from, and which shard it is."""

    path: Path
    recorded: document.Document
    shard: document.Shard

    @property
    def name(self) -> str:
        return f"shard {self.shard.number} of {self.shard.of}"


def _part(path: Path) -> Part:
    loaded = load(path)
    if loaded.run.shard is None:
        raise ReportError(f"{path}: is of a whole run, and none of the shards that --shard makes")
    return Part(path, loaded, loaded.run.shard)


def joined(given: Sequence[Part]) -> document.Document:
    """The document of the run whose shards these are.

    What of the run is missing makes it one that is not complete. Raises `ReportError`, in one
    sentence, where they are no shards of the same run.
    """
    parts = sorted(given, key=lambda part: part.shard.number)
    first = parts[0]
    for part in parts[1:]:
        _are_of_one_run(first, part)
    _do_not_overlap(parts)
    planned = max(part.shard.cases for part in parts)
    why = "; ".join(_missing(parts, planned))
    cases: list[document.Case] = []
    exchanges: dict[str, document.Exchange] = {}
    bodies: dict[str, document.Body] = {}
    for part in parts:
        cases += _cases(part, exchanges)
        bodies |= part.recorded.bodies
    stale = _stale(parts)
    ends = [part.recorded.end for part in parts]
    end = document.End(
        complete=not why,
        why=why,
        ended=max(end.ended for end in ends),
        exit_status=_status(parts, cases, stale, complete=not why),
        untested=list(dict.fromkeys(chain.from_iterable(end.untested for end in ends))),
        without_verdict=max(planned - len(cases), 0),
        traffic=_traffic(ends),
    )
    return build_document(_run(parts, planned), end, cases, exchanges, bodies, stale)


def _traffic(ends: Sequence[document.End]) -> document.Traffic:
    """What all shards sent; one that was cut does not say it."""
    sent = (document.copied(Traffic, end.traffic) for end in ends if end.traffic is not None)
    return traffic_of(sum(sent, Traffic()))


def _cases(part: Part, exchanges: dict[str, document.Exchange]) -> Iterator[document.Case]:
    """The cases of a shard, their exchanges numbered anew and added to those that are there."""
    keys: dict[str, str] = {}
    for case in part.recorded.cases:
        for key in dict.fromkeys(case.exchanges):
            if key not in keys:
                if key not in part.recorded.exchanges:
                    raise ReportError(f"{part.path}: it has no exchange {key}")
                keys[key] = new = str(len(exchanges) + 1)
                exchanges[new] = part.recorded.exchanges[key]
        steps = [
            replace(step, exchange=step.exchange and keys[step.exchange]) for step in case.steps
        ]
        yield replace(case, steps=steps)


# ------------------------------------------------------------------------- do they belong together


def _facts(part: Part) -> dict[str, object]:
    """What is the same in all shards of a run, in the words of a sentence."""
    run, shard = part.recorded.run, part.shard
    return {
        "shards in all": shard.of,
        "definition": f"{run.definition.source} {run.definition.sha256[:12]}",
        "version of the suite": run.suite_version,
        "commit": run.environment.get("commit", ""),
        "endpoint": "the embedded gateway" if shard.embedded else run.endpoint,
        "profile": run.profile,
        "level": run.level.value,
        "setting of --strict": run.strict,
        # Unknown to a shard that was cut before it had collected its cases.
        "number of cases in all": shard.cases or None,
    }


def _are_of_one_run(first: Part, part: Part) -> None:
    theirs = _facts(part)
    for what, value in _facts(first).items():
        if None not in (value, theirs[what]) and value != theirs[what]:
            raise ReportError(
                f"{part.path}: is no shard of the run of {first.path}: the {what} is "
                f"{theirs[what]!r} here and {value!r} there"
            )


def _do_not_overlap(parts: Sequence[Part]) -> None:
    shards: dict[int, Part] = {}
    cases: dict[int, Part] = {}
    for part in parts:
        other = shards.setdefault(part.shard.number, part)
        if other is not part:
            raise ReportError(f"{part.path}: is {part.name}, and so is {other.path}")
        for case in part.recorded.cases:
            other = cases.setdefault(case.number, part)
            if other is not part:
                raise ReportError(
                    f"{part.path}: has the case {case.id}, which is for {other.path} by its "
                    f"place: the shards were cut differently; {_ALIKE}"
                )


# -------------------------------------------------------------------------- what there is of a run


def _missing(parts: Sequence[Part], planned: int) -> Iterator[str]:
    """Why the run is not complete, if it is not."""
    of = parts[0].shard.of
    absent = sorted({*range(1, of + 1)} - {part.shard.number for part in parts})
    if absent:
        yield f"of {of} shards, these are missing: {', '.join(map(str, absent))}"
    for part in parts:
        end = part.recorded.end
        if not end.complete:
            yield f"{part.name}: {end.why}"
    found = sum(part.recorded.run.planned for part in parts)
    if not absent and all(part.shard.cases for part in parts) and found != planned:
        yield f"the shards have {found} of {planned} cases: they were cut differently; {_ALIKE}"


def _stale(parts: Sequence[Part]) -> list[str]:
    """The known deviations that no shard needs."""
    others = [set(part.recorded.stale) for part in parts]
    return [entry for entry in parts[0].recorded.stale if all(entry in stale for stale in others)]


def _status(
    parts: Sequence[Part], cases: Sequence[document.Case], stale: Sequence[str], *, complete: bool
) -> int:
    """The exit status of the run: never 0 where a part of it is missing."""
    broken = any(part.recorded.end.exit_status == ExitStatus.FAILED for part in parts)
    fails = any(case.fails for case in cases)
    if fails or broken or (complete and parts[0].recorded.run.strict and stale):
        return ExitStatus.FAILED
    status = Results([Result.recorded(case) for case in cases]).exit_status(
        ExitStatus.PASSED, whole=True
    )
    return status if complete and cases else ExitStatus.INCONCLUSIVE


def _run(parts: Sequence[Part], planned: int) -> document.Run:
    runs = [part.recorded.run for part in parts]
    return replace(
        runs[0],
        key_prefix=_folder([run.key_prefix for run in runs]),
        arguments=_arguments(runs[0].arguments),
        environment=_environment([run.environment for run in runs]),
        planned=planned,
        started=min(run.started for run in runs),
        shard=None,
    )


def _folder(prefixes: Sequence[str]) -> str:
    """The deepest folder that has the objects of all shards."""
    shared = []
    for names in zip(*(prefix.split("/")[:-1] for prefix in prefixes), strict=False):
        if len(set(names)) > 1:
            break
        shared.append(f"{names[0]}/")
    return "".join(shared)


def _arguments(arguments: Sequence[str]) -> list[str]:
    """The command line without the shard, be its value in the same word or in the next."""
    kept = [a for a in arguments if not a.startswith("--shard=")]
    if "--shard" in kept:
        place = kept.index("--shard")
        del kept[place : place + 2]
    return kept


def _environment(found: Sequence[dict[str, str]]) -> dict[str, str]:
    """What the shards ran on; where they differ, all that there was."""
    names = dict.fromkeys(chain.from_iterable(found))
    return {
        name: ", ".join(dict.fromkeys(each[name] for each in found if name in each))
        for name in names
    }


def _keep_bodies(part: Part, bodies: Bodies) -> None:
    """Take the bodies along that are too long for the document."""
    for name, body in part.recorded.bodies.items():
        if body.base64 is None:
            # One reader for each: it remembers what it read, and bodies are long.
            bodies.keep(Contents(part.recorded, part.path)(name), name)
