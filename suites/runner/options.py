"""The options of the command line: each is one entry of a table."""

import argparse
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from fixtures.client.cleanup import CleanupMethod
from fixtures.client.http_client import Timeouts
from fixtures.definitions import DEFAULT, shipped
from fixtures.locations import OUT
from fixtures.rules.rule_book import Level
from reports.reservations import FAIL_ON
from suites.runner.deployment_wait import LIMIT, STABLE_ROUNDS
from suites.runner.traffic_estimate import bytes_of

_Value = TypeVar("_Value")

CONCURRENCY = 16
"""Cases that are sent at once where each is a round trip away."""
MOST_CONCURRENCY = 256
"""Each case that is sent at once has a thread and a connection of its own."""
LEAST_RATE = 0.01
"""A request in 100 seconds; with fewer, a run would take weeks."""
PATIENCE = 20
"""Cases in a row without a usable answer; at 16 at once that is a minute of timeouts."""

# The groups of `--help`.
_TARGET = "conformance: what is tested"
_AUTHENTICATION = "conformance: authentication and connection"
_SPEED = "conformance: concurrency and rate"
_CLEANUP = "conformance: data written and cleanup"
_FAILURE = "conformance: what fails the run"
_REPORTS = "conformance: reports"

# --------------------------------------------------------------------- how values are read


def _reader(read: Callable[[str], _Value], advice: str) -> Callable[[str], _Value]:
    """Read a value for argparse; `advice` is said of one for which `read` raises ValueError."""

    def convert(text: str) -> _Value:
        try:
            return read(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is {advice}") from None

    return convert


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise ValueError(text)
    return int(text)


def _concurrency(text: str) -> int:
    number = _whole(text)
    if number > MOST_CONCURRENCY:
        raise ValueError(text)
    return number


def _rate(text: str) -> float:
    number = _positive(text)
    if number < LEAST_RATE:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    number = _positive(text)
    if not 1 <= number <= 3600:
        raise ValueError(text)
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise ValueError(text)
    return number


# ------------------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Option:
    """One option: where and what `--help` says of it, and what else argparse takes.

    `field` is the member of `Configuration` that gets its value; a value without one is made into
    something else by `configuration_reader.read`. What is `for_load` is on Locust's command line,
    too.
    """

    name: str
    group: str
    help: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""
    for_load: bool = False


OPTIONS = (
    Option(
        "--endpoint",
        _TARGET,
        "the deployed API, stage included; without it the embedded reference gateway is started on "
        "loopback",
        {"metavar": "URL"},
        for_load=True,
    ),
    Option(
        "--definition",
        _TARGET,
        "what is deployed there: a Swagger 2.0 or OpenAPI 3.0 file, a CloudFormation, SAM, CDK or "
        "Terraform template with one (FILE#NAME where it has several), or one of "
        f"{', '.join(shipped())} (default: {DEFAULT})",
        {"metavar": "FILE"},
        for_load=True,
    ),
    Option(
        "--param",
        _TARGET,
        "the value of a parameter that the definition requires beyond the key, or of a parameter "
        "of its template; env:NAME for a value reads the environment and is kept secret. May be "
        "given several times",
        {"action": "append", "default": [], "metavar": "NAME=VALUE"},
        for_load=True,
    ),
    Option(
        "--key-prefix",
        _TARGET,
        "where objects may be written; each run writes to a fresh folder below it. Where the API's "
        "key begins with the bucket: bucket/... (default: conformance/)",
        {"metavar": "P"},
        for_load=True,
    ),
    Option(
        "--api-id",
        _TARGET,
        "fetch the deployed definition of this API, and its URL, with credentials and region from "
        "the usual AWS sources; a --definition given too is compared with it",
        {"metavar": "ID"},
    ),
    Option("--stage", _TARGET, "the stage of --api-id, where it has several", {"metavar": "NAME"}),
    Option(
        "--wait-for-deployment",
        _TARGET,
        "before the tests, wait until the deployment is live "
        f"({STABLE_ROUNDS} consecutive matching rounds; at most {LIMIT:g} s, or SECONDS)",
        {
            "nargs": "?",
            # argparse takes what follows the option without "=" for its value
            "type": _reader(
                _positive,
                "no number of seconds; write --wait-for-deployment=SECONDS, or put the option "
                "behind what is to be run",
            ),
            "const": LIMIT,
            "metavar": "=SECONDS",
        },
        field="deployment_timeout",
    ),
    Option(
        "--shard",
        _TARGET,
        "run shard I of N, cut by the durations that --durations-path=FILE has, as a run and "
        "`apigw-conformance merge` write them; the shards of a run are merged into one document by "
        "the latter",
        {"metavar": "I/N"},
    ),
    Option(
        "--header",
        _AUTHENTICATION,
        "a header for every request; V may be env:NAME or like 'Bearer env:NAME'. May be given "
        "several times",
        {"action": "append", "default": [], "metavar": "'N: V'"},
        for_load=True,
    ),
    Option(
        "--api-key",
        _AUTHENTICATION,
        "the value of x-api-key, or env:NAME",
        {"metavar": "KEY"},
        for_load=True,
    ),
    Option(
        "--auth",
        _AUTHENTICATION,
        "sign requests for execute-api with credentials from the usual AWS sources",
        {"choices": ["sigv4"]},
        for_load=True,
    ),
    Option(
        "--client-cert",
        _AUTHENTICATION,
        "the client's certificate for mutual TLS, its key (default: in the same file), and the "
        "variable that has the passphrase of an encrypted key",
        {"metavar": "PEM[,KEY][,env:NAME]"},
        for_load=True,
    ),
    Option(
        "--ca-bundle",
        _AUTHENTICATION,
        "the CA bundle used to verify the endpoint's certificate (default: the public authorities)",
        {"metavar": "PEM"},
        for_load=True,
    ),
    Option(
        "--proxy",
        _AUTHENTICATION,
        "the HTTP proxy to go through: http://[USER:PASSWORD@]HOST:PORT, where PASSWORD may be "
        "env:NAME, or env:NAME for the whole. HTTP(S)_PROXY from the environment is ignored",
        {"metavar": "URL"},
        for_load=True,
    ),
    Option(
        "--concurrency",
        _SPEED,
        "parallel cases, while earlier ones are judged; reduced while the endpoint throttles "
        f"(default: {CONCURRENCY}, on loopback 1). With -n, of all workers together",
        {
            "type": _reader(_concurrency, f"no number of cases from 1 to {MOST_CONCURRENCY}"),
            "metavar": "N",
        },
    ),
    Option(
        "--max-rate",
        _SPEED,
        "requests a second at the most, of all workers together (default: no limit)",
        {
            "type": _reader(
                _rate, f"no rate; give requests a second, {LEAST_RATE:g} or more, like 5"
            ),
            "metavar": "R",
        },
    ),
    Option(
        "--exchange-timeout",
        _SPEED,
        "the longest that one request may take in all, from the connection to the last byte "
        "(default: 120 s)",
        {
            "type": _reader(_seconds, "no number of seconds between 1 and 3600"),
            "metavar": "SECONDS",
            "default": Timeouts.exchange,
        },
        field="exchange_timeout",
    ),
    Option(
        "--patience",
        _FAILURE,
        "end the run after N cases in a row without a usable answer: timeouts, lost connections, "
        f"429, 502, 503, 504 (default: {PATIENCE})",
        {
            "type": _reader(_whole, "no number of cases; give 1 or more"),
            "metavar": "N",
            "default": PATIENCE,
        },
        field="patience",
    ),
    Option(
        "--http2",
        _SPEED,
        "offer HTTP/2, where the endpoint has TLS (default: HTTP/1.1)",
        {"action": "store_true"},
        field="http2",
    ),
    Option(
        "--cleanup",
        _CLEANUP,
        "how to clean up the objects created by the run: deleted by S3's API, with credentials "
        "from the usual AWS sources; emptied by uploads through the endpoint; or left there "
        "(default: none)",
        {"choices": ["none", *CleanupMethod], "default": "none"},
    ),
    Option(
        "--max-data",
        _CLEANUP,
        "the upload budget, like 100MB or 1GiB; a run that could exceed it refuses to start",
        {"type": _reader(bytes_of, "no size; give 100MB or 1GiB"), "metavar": "SIZE"},
        field="max_data",
    ),
    Option(
        "--plan",
        _CLEANUP,
        "send nothing, and print what would be sent: requests, bytes, keys, a rough price",
        {"action": "store_true"},
        field="plan_only",
    ),
    Option(
        "--read-only",
        _CLEANUP,
        "upload nothing and change nothing, and run only the download tests, against existing "
        "objects: KEY,KEY,… where S3 says what is stored, with credentials from the usual AWS "
        "sources, or a manifest, FILE.toml, of [[object]] tables with "
        'key = "…" (or path = "…" for what has none), file = "…" and type = "…"',
        {"metavar": "KEYS"},
    ),
    Option(
        "--verify",
        _TARGET,
        "where the definition has no download, read through S3's own API what the uploads stored, "
        "with credentials from the usual AWS sources",
        {"choices": ["s3"]},
    ),
    Option(
        "--prepare",
        _TARGET,
        "where the definition has no upload, store through S3's own API what the downloads are to "
        "return, below the key prefix, with credentials from the usual AWS sources",
        {"choices": ["s3"]},
    ),
    Option(
        "--level",
        _FAILURE,
        "minimum rule level that fails the run (default: should). With --strict, which is pytest's "
        "own option too, derived rules fail it as well, and so do known deviations that no longer "
        "occur or have expired",
        {"choices": [str(level) for level in Level], "default": str(Level.SHOULD)},
        for_load=True,
    ),
    Option(
        "--fail-on",
        _FAILURE,
        "the least severity of a finding about the definition itself that fails the run: error or "
        "warning (default: never; explain lists the findings)",
        {"choices": list(FAIL_ON), "default": "never"},
        field="fail_on",
    ),
    Option(
        "--known-deviations",
        _FAILURE,
        "a TOML file of [[deviation]] tables (rule or case, reason, expires) that do not fail the "
        "run",
        {"metavar": "FILE"},
        for_load=True,
    ),
    Option(
        "--har",
        _REPORTS,
        "also write all exchanges as HTTP Archive (HAR 1.2), without secrets",
        {"metavar": "FILE"},
    ),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare all options, and where the reports go."""
    for option in OPTIONS:
        group = parser.getgroup(option.group)
        group.addoption(option.name, help=option.help, **option.settings)
    parser.addini("reports_out", "the folder that the reports are written to", default=str(OUT))
