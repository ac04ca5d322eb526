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
from suites.runner.remote_run import smallest_upload
from suites.runner.run import Run
from suites.runner.traffic_estimate import Planned, Selected, TrafficEstimate, planned, size

_KEYS_SHOWN = 5
_ASIDE = ("preflight", "cleanup")
"""What is sent besides the suites, and cannot be left out."""


def amounts(run: Run, items: Iterable[pytest.Item], workers: int) -> TrafficEstimate:
    """What a run of these tests sends at most, with `workers` processes."""
    selected = filter(None, map(_selected, items))
    requests = [
        *(
            Planned("preflight", r, 1, len(r.body))
            for r in preflight.requests(run.definition, run.found)
        ),
        *planned(run.definition, run.profile, selected, workers),
    ]
    if run.cleanup is CleanupMethod.OVERWRITE:
        requests += list(_emptying(run, TrafficEstimate(requests)))
    return TrafficEstimate(requests)


def _selected(item: pytest.Item) -> Selected | None:
    callspec = getattr(item, "callspec", None)
    if callspec is None or "case" not in callspec.params:
        return None
    mark = item.get_closest_marker("cases")
    search = mark.kwargs["search"] if mark is not None else None
    over = "" if search is None else "steps" if search is any_sequence else "examples"
    return Selected(PurePath(item.path).parent.name, callspec.params["case"], over)


def _emptying(run: Run, so_far: TrafficEstimate) -> Iterator[Planned]:
    for operation in run.definition.operations_on_s3("PUT"):
        emptying = smallest_upload(run.definition, operation)
        if emptying is not None:
            request = Request(operation, "", emptying.content_type, body=emptying.body)
            yield Planned("cleanup", request, len(so_far.keys), len(emptying.body))


def announcement(run: Run, amounts: TrafficEstimate) -> str:
    """One line on what is about to be written, where, and what becomes of it."""
    becomes = {
        None: "they stay there; --cleanup=s3 or --cleanup=overwrite undoes that",
        CleanupMethod.S3: "they are removed at the end",
        CleanupMethod.OVERWRITE: "they are emptied at the end",
    }[run.cleanup]
    return (
        f"writes at most {size(amounts.written)} in {amounts.uploads} uploads of "
        f"{len(amounts.keys)} objects below {run.prefix}; {becomes}"
    )


def hold_to(most: int | None, amounts: TrafficEstimate) -> None:
    """See that a run writes no more than `most` bytes.

    Raises `DataBudgetError` with what to leave out.
    """
    if most is None or amounts.written <= most:
        return
    left, leave_out = amounts.written, []
    for suite, written in amounts.written_by_suite.items():
        if left > most and suite not in _ASIDE:
            leave_out.append(f"test_{suite}.py")
            left -= written
    selection = shlex.quote(f"not ({' or '.join(leave_out)})")
    advice = f"leave out the most with -k {selection}, or write less with "
    raise DataBudgetError(
        f"the run would write up to {size(amounts.written)}, more than --max-data={size(most)}; "
        f"{advice if left <= most else ''}--hypothesis-profile=quick"
    )


def lines(run: Run, amounts: TrafficEstimate) -> Iterator[str]:
    """The whole plan: requests and bytes by suite and operation, keys, price."""
    requests: Counter[tuple[str, str]] = Counter()
    up: Counter[tuple[str, str]] = Counter()
    down: Counter[tuple[str, str]] = Counter()
    for each in amounts.requests:
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
    yield f"objects     {len(amounts.keys)} below {run.prefix}"
    for name in amounts.keys[:_KEYS_SHOWN]:
        yield f"            {name}"
    for title, line in zip_longest(["price"], prices.in_words(amounts), fillvalue=""):
        yield f"{title:<12}{line}"
    yield "Nothing was sent."
