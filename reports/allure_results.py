"""What Allure shows of a case: rule, level, sources, exchanges, and the commands to repeat them."""

from collections.abc import Sequence

import allure

from fixtures.cases.case import StepResult
from fixtures.cases.exchange import Headers
from fixtures.rules.corruption_patterns import hex_dump
from fixtures.rules.rule_book import Level, rules
from fixtures.rules.verdict import Outcome, Verdict
from reports.bodies import Bodies
from reports.case_status import CaseStatus
from reports.failure_message import commands
from reports.results import Result

_SEVERITY = {
    Level.MUST: allure.severity_level.CRITICAL,
    Level.SHOULD: allure.severity_level.NORMAL,
    Level.DERIVED: allure.severity_level.MINOR,
}
_DUMPED_LINES = 16


def describe(result: Result, performed: Sequence[StepResult], bodies: Bodies) -> None:
    """Label the running Allure test and attach its evidence; behaviours are arranged by rule."""
    verdict = result.verdict
    rule = rules()[verdict.rule]
    allure.dynamic.epic(str(verdict.level))
    allure.dynamic.feature(rule.id)
    allure.dynamic.story(rule.sentence)
    allure.dynamic.title(verdict.case)
    allure.dynamic.severity(_SEVERITY[verdict.level])
    allure.dynamic.tag(result.status, *verdict.rules)
    allure.dynamic.description(_description(verdict, result.status))
    for source in rule.sources:
        allure.dynamic.link(source.url, name=source.title)
    if performed:
        text = "\n\n".join(_exchange_text(step) for step in performed)
        allure.attach(text, "exchanges", allure.attachment_type.TEXT)
        lines = "\n".join(commands(performed, bodies))
        allure.attach(lines, "curl", allure.attachment_type.TEXT)


def _description(verdict: Verdict, status: CaseStatus) -> str:
    lines = [f"**{status}** ({verdict.level}): {verdict.reason}"]
    basis = (rules()[name] for name in verdict.rules)
    lines += [f"- `{rule.id}` ({rule.level}): {rule.sentence}" for rule in basis]
    if verdict.outcome is Outcome.DEVIATES:
        lines += [f"expected: {verdict.expected}", f"received: {verdict.observed}", verdict.cause]
    return "\n\n".join(lines)


def _exchange_text(step: StepResult) -> str:
    exchange = step.exchange
    if exchange is None:
        return f"({step.step.role}) not sent"
    sent, received = exchange.sent, exchange.received
    parts = [
        f"({step.step.role}) {sent.method} {sent.url}",
        _headers(sent.headers),
        _body(sent.body),
        f"after {exchange.seconds * 1000:.1f} ms" + "".join(f"; {why}" for why in exchange.repeats),
    ]
    if received is None:
        parts.append(str(exchange.failure))
    else:
        parts += [
            f"{received.http_version} {received.status}",
            _headers(received.headers),
            _body(received.body),
        ]
    return "\n".join(parts)


def _headers(headers: Headers) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)


def _body(body: bytes) -> str:
    return f"{len(body)} bytes\n{hex_dump(body, 0, lines=_DUMPED_LINES)}"
