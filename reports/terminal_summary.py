"""The summary at the end of a terminal run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fixtures.cases.case import NO_CASE, NOT_JUDGED
from fixtures.client.concurrency_limiter import Traffic
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome, Verdict
from reports.results import Results, conclusion, grouped

_REASONS_SHOWN = 8


def summary(
    results: Results,
    endpoint: str,
    definition: str,
    gone: Sequence[str],
    cut_short: str = "",
    way_out: str = "",
) -> Iterator[str]:
    """The lines: what was tested, the counts by rule, what was not decided and why, the verdict.

    `way_out` is given where the whole plan showed nothing about binary data, and says what would.
    """
    yield f"endpoint    {endpoint}"
    yield f"definition  {definition}"
    yield ""
    width = max((len(name) for name in results.by_rule()), default=4)
    heads = (str(outcome) for outcome in Outcome)
    yield f"{'rule':<{width}}  level    {'  '.join(heads)}"
    for name, counts in results.by_rule().items():
        cells = (f"{counts[outcome] or '-':>{len(outcome)}}" for outcome in Outcome)
        yield f"{name:<{width}}  {rules()[name].level:<7}  {'  '.join(cells)}"
    not_applicable = results.verdicts(Outcome.NOT_APPLICABLE)
    unjudged = [v for v in not_applicable if v.rule == NOT_JUDGED and v.case != NO_CASE]
    yield from _reasons(Outcome.UNDECIDED, results.verdicts(Outcome.UNDECIDED))
    others = (v for v in not_applicable if v.rule != NOT_JUDGED)
    yield from _reasons(Outcome.NOT_APPLICABLE, others)
    if unjudged:
        yield ""
        yield "operations that are not judged:"
    for verdict in unjudged:
        yield f"  {verdict.case}: {verdict.reason}"
    for entry in gone:
        yield f"known deviation that is gone or expired: {entry}"
    yield ""
    counts = Counter(result.verdict.outcome for result in results.all)
    failing = sum(result.fails for result in results.all)
    if way_out:
        yield way_out
    yield conclusion(counts, failing, cut_short=cut_short, unseen=bool(way_out))


def traffic(sent: Traffic) -> Iterator[str]:
    """A line on what an endpoint put off, if it put off anything."""
    if sent.repeated or sent.throttled:
        waited = f", {sent.waited:.1f} s were waited for that" if sent.waited else ""
        spent = (
            f"; {sent.not_repeated} more were not, as too many had been"
            if sent.not_repeated
            else ""
        )
        yield (
            f"Of {sent.requests} requests {sent.throttled} were throttled{waited}; "
            f"{sent.repeated} were sent again{spent}."
        )


def _reasons(outcome: Outcome, verdicts: Iterable[Verdict]) -> Iterator[str]:
    reasons = grouped(verdicts)
    if reasons:
        yield ""
        yield f"{outcome}:"
    for reason, count in reasons.most_common(_REASONS_SHOWN):
        yield f"{count:>6}  {reason}"
    if len(reasons) > _REASONS_SHOWN:
        rest = sum(reasons.values()) - sum(n for _, n in reasons.most_common(_REASONS_SHOWN))
        yield f"{rest:>6}  for other reasons"
