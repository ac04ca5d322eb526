"""The summary at the end of a terminal run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fixtures.cases.case import NO_CASE, NOT_JUDGED
from fixtures.client.concurrency_limiter import Traffic
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome, Verdict
from reports.case_status import CaseStatus
from reports.document import Finding
from reports.proof import Proof, finding_lines
from reports.reservations import fails_by_findings, reservations
from reports.results import Results, conclusion, grouped

_REASONS_SHOWN = 8
_NOTABLE = (CaseStatus.FAILED, CaseStatus.TOLERATED, CaseStatus.INCONCLUSIVE)


def summary(
    results: Results,
    endpoint: str,
    definition: str,
    gone: Sequence[str],
    *,
    verbose: bool = True,
) -> Iterator[str]:
    """The lines: what was tested, counts by rule, what is inconclusive or not applicable.

    Where it is not `verbose`, rules of which every case passed or was not applicable are counted.
    """
    yield f"endpoint    {endpoint}"
    yield f"definition  {definition}"
    yield ""
    yield from _by_rule(results, verbose=verbose)
    not_applicable = results.verdicts(Outcome.NOT_APPLICABLE)
    unjudged = [v for v in not_applicable if v.rule == NOT_JUDGED and v.case != NO_CASE]
    yield from _reasons(CaseStatus.INCONCLUSIVE, results.verdicts(Outcome.UNDECIDED))
    others = (v for v in not_applicable if v.rule != NOT_JUDGED)
    yield from _reasons(CaseStatus.NOT_APPLICABLE, others)
    if unjudged:
        yield ""
        yield "operations that are not tested:"
    for verdict in unjudged:
        yield f"  {verdict.case}: {verdict.reason}"
    for entry in gone:
        yield f"known deviation that no longer occurs or has expired: {entry}"


def proof_lines(proof: Proof, findings: Sequence[Finding]) -> Iterator[str]:
    """What was seen by which operations, what was not, and what the definition itself does."""
    yield ""
    titled = {
        "bytes right": proof.proven(),
        "not seen": proof.unproven(),
        "explain": finding_lines(findings),
    }
    for title, lines in titled.items():
        for number, line in enumerate(lines):
            yield f"{'' if number else title:<12}{line}"


def ending(
    results: Results,
    cut_short: str = "",
    way_out: str = "",
    findings: Sequence[Finding] = (),
    fail_on: str = "never",
) -> Iterator[str]:
    """The verdict, as the last line, with what the `findings` about the definition are.

    `fail_on` is the least severity of a finding that fails the run.
    `way_out` is given where the whole plan showed nothing about binary data, and says what would.
    """
    counts = Counter(result.status for result in results.all)
    if way_out:
        yield way_out
    # The numbers of tolerated cases stand among the counts.
    reserved = reservations((), findings)
    refused = f"--fail-on={fail_on}" if fails_by_findings(findings, fail_on) else ""
    yield conclusion(
        counts, cut_short=cut_short, unseen=bool(way_out), reserved=reserved, refused=refused
    )


def _by_rule(results: Results, *, verbose: bool) -> Iterator[str]:
    by_rule = results.by_rule()
    shown = {
        name: counts
        for name, counts in by_rule.items()
        if verbose or any(counts[status] for status in _NOTABLE)
    }
    columns = [s for s in CaseStatus if any(counts[s] for counts in shown.values())]
    if shown:
        width = max(map(len, shown))
        yield f"{'rule':<{width}}  level    {'  '.join(columns)}"
    for name, counts in shown.items():
        cells = (f"{counts[status] or '-':>{len(status)}}" for status in columns)
        yield f"{name:<{width}}  {rules()[name].level:<7}  {'  '.join(cells)}"
    others = (counts for name, counts in by_rule.items() if name not in shown)
    passed = sum(counts[CaseStatus.PASSED] > 0 for counts in others)
    if passed:
        what = "rules" if not shown else "other rules"
        yield f"{passed} {what}: all evaluated cases passed (-v lists them)"


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


def _reasons(status: CaseStatus, verdicts: Iterable[Verdict]) -> Iterator[str]:
    reasons = grouped(verdicts)
    if reasons:
        yield ""
        yield f"{status}:"
    for reason, count in reasons.most_common(_REASONS_SHOWN):
        yield f"{count:>6}  {reason}"
    if len(reasons) > _REASONS_SHOWN:
        rest = sum(reasons.values()) - sum(n for _, n in reasons.most_common(_REASONS_SHOWN))
        yield f"{rest:>6}  for other reasons"
