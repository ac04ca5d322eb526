"""Locust's command line with the suite's own options, and what they say a load is about.

Strategy: the process that reports (Locust's master, or the only one) reads the command line. What a
worker has to know goes along with the options that Locust hands to its workers, so that a worker
needs nothing but this checkout and, where a secret is `env:NAME`, that variable.
"""

import argparse
from itertools import groupby
from pathlib import Path

from fixtures.api import Definition, parse_definition
from fixtures.definitions import DEFAULT, load
from fixtures.exceptions import DefinitionError
from fixtures.locations import OUT
from fixtures.rules.rule_book import Level
from reports.policy import Policy
from suites.profile import PROFILES
from suites.roundtrip.pairings import pairings
from suites.runner.configuration import Configuration, endpoint_url, fresh_prefix
from suites.runner.configuration_reader import policy, with_secrets
from suites.runner.options import OPTIONS
from suites.skip_reasons import NO_PAIRING


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the suite's options; a group's own are not shown on Locust's web page."""
    chosen = (option for option in OPTIONS if option.for_load)
    for title, options in groupby(chosen, key=lambda option: option.group):
        group = parser.add_argument_group(title)
        for option in options:
            group.add_argument(option.name, help=option.help, **option.settings)
    parser.add_argument_group("conformance: reports").add_argument(
        "--reports-out",
        metavar="DIR",
        default=str(OUT / "load"),
        help="the folder that the reports are written to (default: reports/out/load)",
    )


def read(chosen: argparse.Namespace) -> Configuration:
    """What the command line says that a load is about.

    Raises `UsageError`.
    """
    definition = load(chosen.definition or DEFAULT)
    if not pairings(definition):
        raise DefinitionError(f"{definition.source}: {NO_PAIRING}, so there is nothing to load")
    return _configuration(chosen, definition, policy(chosen), fresh_prefix(chosen.key_prefix))


def send_to_workers(
    configuration: Configuration, endpoint: str, chosen: argparse.Namespace
) -> None:
    """Put what a worker has to know where Locust takes it along."""
    definition = configuration.definition
    chosen.endpoint, chosen.load_prefix = endpoint, configuration.prefix
    chosen.load_source, chosen.load_definition = definition.source, definition.text


def read_in_worker(chosen: argparse.Namespace) -> Configuration:
    """What a worker got; what fails a load is for the process that reports to say."""
    definition = parse_definition(chosen.load_definition.encode(), chosen.load_source)
    return _configuration(chosen, definition, Policy(Level.MUST), chosen.load_prefix)


def _configuration(
    chosen: argparse.Namespace, definition: Definition, policy: Policy, prefix: str
) -> Configuration:
    parameters = with_secrets(definition, chosen)
    return Configuration(
        definition=parameters.definition,
        profile=PROFILES["default"],
        policy=policy,
        endpoint=endpoint_url(chosen.endpoint),
        bucket_known=chosen.key_prefix is not None,
        prefix=prefix,
        secrets=parameters.headers,
        variables=parameters.variables,
        signed=chosen.auth == "sigv4",
        out=Path(chosen.reports_out),
    )
