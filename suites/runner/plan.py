"""What a run is going to send, in words: before it begins, and instead of it."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import PurePath

import pytest

from fixtures.cases.case import Request
from fixtures.client.cleanup import CleanupMethod
from fixtures.exceptions import DataBudgetError
from suites.roundtrip.random_sequences import any_sequence
from suites.runner import preflight, prices
from suites.runner.case_source import case_of, source_of
from suites.runner.configuration import Configuration
from suites.runner.remote_run import smallest_upload
from suites.runner.traffic_estimate import Planned, Selected, TrafficEstimate, planned, size

_KEYS_SHOWN = 5
_ASIDE = ("preflight", "cleanup")
"""What is sent besides the suites, and cannot be left out."""


def estimate(
    configuration: Configuration, items: Iterable[pytest.Item], workers: int
) -> TrafficEstimate:
    """What a run of these tests sends at most, with `workers` processes."""
    selected = filter(None, map(_selected, items))
    requests = [
        *(
            Planned("preflight", r, 1, len(r.body))
            for r in preflight.requests(configuration.definition, configuration.existing)
        ),
        *planned(configuration.definition, configuration.profile, selected, workers),
    ]
    if configuration.cleanup is CleanupMethod.OVERWRITE:
        requests += list(_emptying(configuration, TrafficEstimate(requests)))
    return TrafficEstimate(requests)


def _selected(item: pytest.Item) -> Selected | None:
    callspec = getattr(item, "callspec", None)
    if callspec is None or "case" not in callspec.params:
        return None
    source = source_of(item)
    search = None if source is None else source.search
    over = "" if search is None else "steps" if search is any_sequence else "examples"
    return Selected(PurePath(item.path).parent.name, case_of(item), over)


def _emptying(configuration: Configuration, so_far: TrafficEstimate) -> Iterator[Planned]:
    for operation in configuration.definition.operations_on_s3("PUT"):
        emptying = smallest_upload(configuration.definition, operation)
        if emptying is not None:
            request = Request(operation, "", emptying.content_type, body=emptying.body)
            yield Planned("cleanup", request, len(so_far.keys), len(emptying.body))


def announcement(configuration: Configuration, estimate: TrafficEstimate) -> str:
    """One line on what is about to be written, where, and what becomes of it."""
    becomes = {
        None: "they stay there; --cleanup=s3 or --cleanup=overwrite undoes that",
        CleanupMethod.S3: "they are removed at the end",
        CleanupMethod.OVERWRITE: "they are emptied at the end",
    }[configuration.cleanup]
    return (
        f"writes at most {size(estimate.written)} in {estimate.uploads} uploads of "
        f"{len(estimate.keys)} objects below {configuration.prefix}; {becomes}"
    )


def check_budget(most: int | None, estimate: TrafficEstimate) -> None:
    """See that a run writes no more than `most` bytes.

    Raises `DataBudgetError` with what to leave out.
    """
    if most is None or estimate.written <= most:
        return
    left, leave_out = estimate.written, []
    for suite, written in estimate.written_by_suite.items():
        if left > most and suite not in _ASIDE:
            leave_out.append(f"test_{suite}.py")
            left -= written
    selection = shlex.quote(f"not ({' or '.join(leave_out)})")
    advice = f"leave out the most with -k {selection}, or write less with "
    raise DataBudgetError(
        f"the run would write up to {size(estimate.written)}, more than --max-data={size(most)}; "
        f"{advice if left <= most else ''}--hypothesis-profile=quick"
    )


def lines(configuration: Configuration, estimate: TrafficEstimate) -> Iterator[str]:
    """The whole plan: requests and bytes by suite and operation, keys, price."""
    requests: Counter[tuple[str, str]] = Counter()
    up: Counter[tuple[str, str]] = Counter()
    down: Counter[tuple[str, str]] = Counter()
    for each in estimate.requests:
        operation = each.request.operation
        what = each.request.target and "other paths"
        row = each.suite, what or f"{each.request.sent_method} {operation.path}"
        requests[row] += each.times
        up[row] += each.times * each.up
        down[row] += each.times * each.down
    width = max(len(operation) for _, operation in requests)
    yield f"{'suite':<10}  {'operation':<{width}}  requests  {'up':>12}  {'down':>12}"
    for row, count in sorted(requests.items()):
        sums = f"{size(up[row]):>12}  {size(down[row]):>12}"
        yield f"{row[0]:<10}  {row[1]:<{width}}  {count:>8}  {sums}"
    sums = f"{size(up.total()):>12}  {size(down.total()):>12}"
    yield f"{'at most':<10}  {'':<{width}}  {requests.total():>8}  {sums}"
    yield ""
    yield f"objects     {len(estimate.keys)} below {configuration.prefix}"
    for name in estimate.keys[:_KEYS_SHOWN]:
        yield f"            {name}"
    for title, line in zip_longest(["price"], prices.in_words(estimate), fillvalue=""):
        yield f"{title:<12}{line}"
    yield "Nothing was sent."
