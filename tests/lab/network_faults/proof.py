"""Many runs with network faults, each with another seed, against one clean run.

Strategy: two processes take the runs one after the other. Each has a gateway and a proxy in threads
of its own, so that nothing is shared and every run begins with an empty store.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.faults.catalogue import BY_NAME
from fixtures.faults.host import Host
from fixtures.rules.verdict import Verdict
from tests.lab.fault_matrix.trial import planned
from tests.lab.network_faults.listener import Listener
from tests.lab.network_faults.network_fault import DEFAULT, FaultInjector
from tests.lab.network_faults.proxy import Proxy
from tests.lab.network_faults.upstream import Upstream
from tests.lab.network_faults.verdict_comparison import Comparison, compare, run_cases
from tests.lab.workers import host, make_pool


@dataclass(frozen=True)
class Plan:
    """What is sent to which gateway; `fault` is a name of `fixtures.faults`, empty for none."""

    definition: str
    profile: str = "quick"
    fault: str = ""
    kinds: tuple[str, ...] = DEFAULT
    share: float | None = None
    most: int | None = None
    """Cases to send, the most different ones; `None` for all."""


@dataclass(frozen=True)
class Run:
    """One run with network faults."""

    seed: int
    seconds: float
    comparison: Comparison


@dataclass(frozen=True)
class Proof:
    """A clean run and the runs that were held against it."""

    plan: Plan
    clean: tuple[Verdict, ...]
    runs: tuple[Run, ...]

    @property
    def holds(self) -> bool:
        """Whether no verdict changed that must not change."""
        return not any(run.comparison.differences for run in self.runs)

    @property
    def undecided(self) -> Counter[str]:
        """The cases of all runs that were left undecided, by the fault that is the cause."""
        return sum((Counter(run.comparison.undecided) for run in self.runs), Counter())

    @property
    def injected(self) -> Counter[str]:
        """Into how many requests of all runs each fault was injected."""
        return sum((Counter(run.comparison.injected) for run in self.runs), Counter())

    def document(self) -> dict[str, Any]:
        """The proof as JSON."""
        outcomes = Counter(str(verdict.outcome) for verdict in self.clean)
        return {
            **asdict(self.plan),
            "holds": self.holds,
            "clean": dict(outcomes),
            "undecided": dict(self.undecided.most_common()),
            "injected": dict(self.injected.most_common()),
            "runs": [asdict(run) for run in self.runs],
        }


def prove(
    plan: Plan, seeds: Sequence[int], *, said: Callable[[str], None] = lambda _: None
) -> Proof:
    """Do the clean run, then one for each seed; `said` hears of each as soon as it is done."""
    with make_pool() as pool:
        clean = pool.submit(clean_run, plan).result()
        runs = []
        for run in pool.map(partial(run_with_faults, plan, clean), seeds):
            runs.append(run)
            for line in lines(run):
                said(line)
    return Proof(plan, clean, tuple(runs))


@contextmanager
def _gateway(host: Host, plan: Plan) -> Iterator[tuple[Definition, list[Case], str]]:
    """The definition that is served, the cases to send, and where."""
    definition, cases = planned(plan.definition, plan.profile)
    with host.serving(BY_NAME[plan.fault] if plan.fault else None, definition) as url:
        yield definition, [each.case for each in cases[: plan.most]], url


def clean_run(plan: Plan, own_host: Host | None = None) -> tuple[Verdict, ...]:
    """The verdicts without a proxy."""
    with _gateway(own_host or host(), plan) as (definition, cases, url):
        return tuple(one.verdict for one in run_cases(definition, cases, url))


def run_with_faults(
    plan: Plan, clean: Sequence[Verdict], seed: int, own_host: Host | None = None
) -> Run:
    """One run through the proxy, held against the clean one."""
    started = time.monotonic()
    with _gateway(own_host or host(), plan) as (definition, cases, url):
        injector = FaultInjector(seed, plan.kinds, share=plan.share)
        proxy = Proxy(Upstream.at(url), injector)
        with Listener().running(proxy.serve) as origin:
            address = origin + definition.base_path
            seen = run_cases(definition, cases, address, injector, proxy.injected)
    return Run(seed, time.monotonic() - started, compare(clean, seen))


def lines(run: Run) -> Iterator[str]:
    """A run in one line, and each of its differences in several."""
    comparison = run.comparison
    undecided = sum(comparison.undecided.values())
    yield (
        f"seed {run.seed}: {comparison.cases} cases, {comparison.requests} exchanges, "
        f"{undecided} undecided, {len(comparison.differences)} false; {run.seconds:.1f} s"
    )
    for difference in comparison.differences:
        for line in difference.lines():
            yield f"  {line}"


def summary(proof: Proof) -> Iterator[str]:
    """The figures of all runs."""
    cases = sum(run.comparison.cases for run in proof.runs)
    exchanges = sum(run.comparison.requests for run in proof.runs)
    wrong = sum(len(run.comparison.differences) for run in proof.runs)
    outcomes = Counter(str(verdict.outcome) for verdict in proof.clean)
    clean = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    yield f"{proof.plan.definition}, clean: {clean}"
    yield (
        f"{proof.plan.definition}, through the proxy: {len(proof.runs)} runs, {cases} cases, "
        f"{exchanges} exchanges, {proof.undecided.total()} undecided, {wrong} false"
    )
    by_kind = ", ".join(f"{count} {kind}" for kind, count in proof.undecided.most_common())
    if by_kind:
        yield f"undecided by: {by_kind}"
