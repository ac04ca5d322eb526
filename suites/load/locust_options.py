"""Locust's command line with the suite's own words, and what they say a load is about.

Strategy: the process that reports (Locust's master, or the only one) reads the command line. What a
worker has to know goes along with the options that Locust hands to its workers, so that a worker
needs nothing but this checkout and, where a secret is `env:NAME`, that variable.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from fixtures.api import Definition, parse_definition
from fixtures.definitions import DEFAULT, load
from fixtures.exceptions import DefinitionError
from fixtures.rules.rule_book import Level
from reports.bodies import OUT
from reports.policy import Policy, read_known_deviations
from suites.profile import PROFILES
from suites.roundtrip.pairings import pairings
from suites.runner import options
from suites.runner.run import Run, endpoint, fresh_prefix
from suites.skip_reasons import NO_PAIRING


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the suite's options; a group's own are not shown on Locust's web page."""
    options.what_is_tested(parser.add_argument_group("conformance: what is tested").add_argument)
    options.who_asks(parser.add_argument_group("conformance: who asks").add_argument)
    options.what_fails(parser.add_argument_group("conformance: what fails the run").add_argument)
    parser.add_argument_group("conformance: reports").add_argument(
        "--reports-out",
        metavar="DIR",
        default=str(OUT / "load"),
        help="the folder that the reports are written to (default: reports/out/load)",
    )


def read(chosen: argparse.Namespace) -> Run:
    """What the command line says that a load is about.

    Raises `UsageError`.
    """
    definition = load(chosen.definition or DEFAULT)
    if not pairings(definition):
        raise DefinitionError(f"{definition.source}: {NO_PAIRING}, so there is nothing to load")
    known = read_known_deviations(Path(chosen.known_deviations)) if chosen.known_deviations else ()
    policy = Policy(Level(chosen.level), known, datetime.now(UTC).date())
    return _run(chosen, definition, policy, fresh_prefix(chosen.key_prefix))


def hand_over(run: Run, chosen: argparse.Namespace) -> None:
    """Put what a worker has to know where Locust takes it along."""
    chosen.endpoint = run.endpoint
    chosen.load_prefix = run.prefix
    chosen.load_source, chosen.load_definition = run.definition.source, run.definition.text


def handed_over(chosen: argparse.Namespace) -> Run:
    """What a worker got; what fails a load is for the process that reports to say."""
    definition = parse_definition(chosen.load_definition.encode(), chosen.load_source)
    return _run(chosen, definition, Policy(Level.MUST), chosen.load_prefix)


def _run(chosen: argparse.Namespace, definition: Definition, policy: Policy, prefix: str) -> Run:
    signed = chosen.auth == "sigv4"
    parameters = options.with_secrets(
        definition, chosen.param, chosen.header, chosen.api_key, signed=signed
    )
    return Run(
        definition=parameters.definition,
        profile=PROFILES["default"],
        policy=policy,
        endpoint=endpoint(chosen.endpoint),
        bucket_known=chosen.key_prefix is not None,
        prefix=prefix,
        secrets=parameters.headers,
        variables=parameters.variables,
        signed=signed,
        strict=False,
        out=Path(chosen.reports_out),
    )
