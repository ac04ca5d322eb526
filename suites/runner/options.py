"""The options of the command line: each declared once, and read into what a run is about."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.api import Definition, parse_definition
from fixtures.cases.case import ExistingObject
from fixtures.client import secret_header
from fixtures.client.cleanup import CleanupMethod
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.transport import connection
from fixtures.definitions import DEFAULT, shipped
from fixtures.exceptions import (
    DefinitionError,
    ManifestError,
)
from fixtures.rules.rule_book import Level
from reports.bodies import OUT
from reports.policy import Policy, read_known_deviations
from suites.runner.deployment_wait import LIMIT
from suites.runner.manifest import objects
from suites.runner.parameters import Parameters, with_values
from suites.runner.run import Run, endpoint, fresh_prefix, is_on_loopback, profile_named
from suites.runner.sharding import shard_named
from suites.runner.target import resolve_target
from suites.runner.traffic_estimate import bytes_of

_SUITES = Path(__file__).parents[1]

CONCURRENCY = 16
"""Cases that are tried at once where each is a round trip away."""

Add = Callable[..., object]
"""Declares one option: `addoption` of a pytest group, or `add_argument` of an argparse one."""


def declare(parser: pytest.Parser) -> None:
    """Declare the options of design: what is tested, who asks, what fails the run."""
    what = parser.getgroup("conformance: what is tested")
    what_is_tested(what.addoption)
    what.addoption(
        "--api-id",
        metavar="ID",
        help="fetch the deployed definition of this API, and its URL, with credentials and region "
        "from the usual AWS sources; a --definition given too is compared with it",
    )
    what.addoption("--stage", metavar="NAME", help="the stage of --api-id, where it has several")
    what.addoption(
        "--wait-for-deployment",
        nargs="?",
        type=_seconds,
        const=LIMIT,
        metavar="=SECONDS",
        help="before the tests, wait until the endpoint shows the definition's behaviour steadily "
        f"(at most {LIMIT:g} s, or SECONDS)",
    )
    what.addoption(
        "--shard",
        metavar="I/N",
        help="of N parts of the cases only the one numbered I, cut by the durations that "
        "--durations-path=FILE has, as a run and `python -m reports merge` write them; the shards "
        "of a run are merged into one document by the latter",
    )
    who_asks(parser.getgroup("conformance: who asks").addoption)
    fast = parser.getgroup("conformance: how fast")
    fast.addoption(
        "--concurrency",
        type=_at_least_one,
        metavar="N",
        help="cases that are tried at once, while earlier ones are judged; fewer as long as the "
        f"endpoint throttles (default: {CONCURRENCY}, on loopback 1). With -n, of all workers "
        "together",
    )
    fast.addoption(
        "--max-rate",
        type=_rate,
        metavar="R",
        help="requests a second at the most, of all workers together (default: no limit)",
    )
    fast.addoption(
        "--http2",
        action="store_true",
        help="offer HTTP/2, where the endpoint has TLS (default: HTTP/1.1)",
    )
    guest = parser.getgroup("conformance: what the run leaves behind")
    guest.addoption(
        "--cleanup",
        choices=["none", *CleanupMethod],
        default="none",
        help="what becomes of the objects that the run created at the endpoint: removed by S3's "
        "API, with credentials from the usual AWS sources; emptied by uploads through the "
        "endpoint; or left there (default: none)",
    )
    guest.addoption(
        "--max-data",
        type=_size,
        metavar="SIZE",
        help="the most that the run may write, like 100MB or 1GiB; one that would write more is "
        "refused before anything is sent",
    )
    guest.addoption(
        "--plan",
        action="store_true",
        help="send nothing, and print what would be sent: requests, bytes, keys, a rough price",
    )
    guest.addoption(
        "--read-only",
        metavar="KEYS",
        help="upload nothing and change nothing, and try the downloads of these objects alone: "
        "KEY,KEY,… where S3 says what is stored, with credentials from the usual AWS sources, or a "
        'manifest, FILE.toml, of [[object]] tables with key = "…", file = "…" and type = "…"',
    )
    what_fails(parser.getgroup("conformance: what fails the run").addoption)
    reports = parser.getgroup("conformance: reports")
    reports.addoption(
        "--har",
        metavar="FILE",
        help="write all exchanges as HTTP Archive (HAR 1.2), too, without secrets",
    )
    parser.addini("reports_out", "the folder that the reports are written to", default=str(OUT))


def what_is_tested(add: Add) -> None:
    """Declare where the endpoint is, what is deployed there, and where objects may be written."""
    add(
        "--endpoint",
        metavar="URL",
        help="the deployed API, stage included; without it the embedded reference gateway is "
        "started on loopback",
    )
    add(
        "--definition",
        metavar="FILE",
        help="what is deployed there: a Swagger 2.0 or OpenAPI 3.0 file, a CloudFormation, SAM, "
        "CDK or Terraform template with one (FILE#NAME where it has several), or one of "
        f"{', '.join(shipped())} (default: {DEFAULT})",
    )
    add(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the value of a parameter that the definition requires beyond the key; env:NAME for a "
        "value reads the environment and is kept secret. May be given several times",
    )
    add(
        "--key-prefix",
        metavar="P",
        help="where objects may be written; each run writes to a fresh folder below it. Where the "
        "API's key begins with the bucket: bucket/... (default: conformance/)",
    )


def who_asks(add: Add) -> None:
    """Declare everything by which an endpoint knows who asks."""
    add(
        "--header",
        action="append",
        default=[],
        metavar="'N: V'",
        help="a header for every request; V may be env:NAME or like 'Bearer env:NAME'. May be "
        "given several times",
    )
    add("--api-key", metavar="KEY", help="the value of x-api-key, or env:NAME")
    add(
        "--auth",
        choices=["sigv4"],
        help="sign requests for execute-api with credentials from the usual AWS sources",
    )
    add(
        "--client-cert",
        metavar="PEM[,KEY][,env:NAME]",
        help="the client's certificate for mutual TLS, its key (default: in the same file), and "
        "the variable that has the passphrase of an encrypted key",
    )
    add(
        "--ca-bundle",
        metavar="PEM",
        help="the certificates that vouch for the endpoint, instead of the public ones",
    )
    add(
        "--proxy",
        metavar="URL",
        help="the HTTP proxy to go through: http://[USER:PASSWORD@]HOST:PORT, where PASSWORD may "
        "be env:NAME, or env:NAME for the whole. The environment's own is never taken unasked",
    )


def what_fails(add: Add) -> None:
    """Declare which deviations fail a run."""
    add(
        "--level",
        choices=[str(level) for level in Level],
        default=str(Level.SHOULD),
        help="the weakest level of rules whose deviations fail the run (default: should). With "
        "--strict, which is pytest's own option too, derived rules fail it as well, and so do "
        "known deviations that are gone or expired",
    )
    add(
        "--known-deviations",
        metavar="FILE",
        help="a TOML file of [[deviation]] tables (rule or case, reason, expires) that do not "
        "fail the run",
    )


def is_about_an_endpoint(config: pytest.Config) -> bool:
    """Whether any of the suites is to run: `pytest tests` is not about an endpoint."""
    paths = (Path(config.invocation_params.dir, arg.partition("::")[0]) for arg in config.args)
    return any(
        path.resolve().is_relative_to(_SUITES) or _SUITES.is_relative_to(path.resolve())
        for path in paths
    )


def read(config: pytest.Config) -> Run:
    """What the command line, or xdist's controller, says that this process is about.

    Raises `UsageError`, or `EndpointMismatchError` where the definition is not what is deployed.
    """
    option = config.getoption
    worker = getattr(config, "workerinput", {})
    # pytest has an option --strict of its own, for itself, and keeps it as this setting.
    strict = bool(config.getini("strict"))
    url = endpoint(option("--endpoint"))
    definition, url = (
        (parse_definition(*worker["definition"]), worker["endpoint"])
        if worker
        else resolve_target(option("--definition"), option("--api-id"), option("--stage"), url)
    )
    on_s3 = any(definition.operations_on_s3(method) for method in ("GET", "PUT"))
    if not on_s3 and not definition.operations_on_lambda("GET"):
        raise DefinitionError(
            f"{definition.source}: no operation downloads from S3 or uploads to it, and no GET "
            f"reaches a function by Lambda proxy, so there is nothing to test"
        )
    signed = option("--auth") == "sigv4"
    parameters = with_secrets(
        definition, option("--param"), option("--header"), option("--api-key"), signed=signed
    )
    known = option("--known-deviations")
    workers = worker.get("workercount", 1)
    concurrency = option("--concurrency") or (1 if is_on_loopback(url) else CONCURRENCY)
    concurrency = -(-concurrency // workers)
    rate = option("--max-rate")
    har = Path(config.invocation_params.dir, option("--har")) if option("--har") else None
    if har is not None and (har.suffix != ".har" or har.is_dir()):
        raise DefinitionError("--har is the name of a file that ends in .har")
    found = (
        tuple(ExistingObject(*each) for each in worker["found"])
        if worker
        else found_at(config, url, parameters.definition)
    )
    prefix = worker.get("prefix") or fresh_prefix(option("--key-prefix") or folder_of(found))
    cleanup = None if option("--cleanup") == "none" else CleanupMethod(option("--cleanup"))
    if cleanup is CleanupMethod.S3 and option("--endpoint") and not worker:
        from fixtures.client.s3_api import S3  # noqa: PLC0415 - botocore takes long to import

        S3("--cleanup=s3")  # what it needs is missing now rather than at the end
    out = Path(config.invocation_params.dir, worker.get("out") or config.getini("reports_out"))
    name = f"{worker['workerid']}-" if worker else ""
    return Run(
        definition=parameters.definition,
        profile=profile_named(option("--hypothesis-profile", None) or "default"),
        policy=Policy(
            Level.DERIVED if strict else Level(option("--level")),
            read_known_deviations(Path(known)) if known else (),
            datetime.now(UTC).date(),
        ),
        endpoint=url,
        bucket_known=option("--key-prefix") is not None,
        prefix=f"{prefix}{worker['workerid']}/" if worker else prefix,
        secrets=parameters.headers,
        variables=parameters.variables,
        signed=signed,
        strict=strict,
        out=out,
        worker=name,
        connection=connection(*map(option, ("--client-cert", "--ca-bundle", "--proxy"))),
        har=har,
        limiter=ConcurrencyLimiter(concurrency, rate / workers if rate else None),
        concurrency=concurrency,
        http2=option("--http2"),
        patience=option("--wait-for-deployment"),
        shard=shard_named(
            option("--shard"), Path(config.invocation_params.dir, option("--durations-path"))
        ),
        journal=out / f"journal-{Path(prefix).name}.jsonl"
        if option("--endpoint") and not found
        else None,
        cleanup=cleanup,
        max_data=option("--max-data"),
        plan_only=option("--plan"),
        found=found,
    )


def found_at(config: pytest.Config, url: str, definition: Definition) -> tuple[ExistingObject, ...]:
    """The objects of `--read-only`, none where uploads are allowed; raises `ManifestError`."""
    text = config.getoption("--read-only")
    if text is None:
        return ()
    if not url:
        raise ManifestError(
            "--read-only needs --endpoint: the embedded gateway begins without any object"
        )
    if config.getoption("--wait-for-deployment") is not None:
        raise ManifestError(
            "--wait-for-deployment uploads objects to see whether the deployment is there; leave "
            "it out with --read-only"
        )
    return objects(text, definition, Path(config.invocation_params.dir))


def folder_of(found: Sequence[ExistingObject]) -> str | None:
    """Where to look for what is not there: in the bucket, or the folder, of what is."""
    first, slash, _ = found[0].name.partition("/") if found else ("", "", "")
    return f"{first}/" if slash and first not in ("", ".", "..") and first.isprintable() else None


def with_secrets(
    definition: Definition,
    params: Sequence[str],
    headers: Sequence[str],
    api_key: str | None,
    *,
    signed: bool,
) -> Parameters:
    """The definition with the values of `--param`, and every header that is secret.

    Raises `DefinitionError` and `CredentialsError`.
    """
    key = [f"x-api-key: {api_key}"] if api_key else []
    secrets = tuple(map(secret_header, (*headers, *key)))
    sent_anyway = {secret.name for secret in secrets} | ({"Authorization"} if signed else set())
    parameters = with_values(definition, params, sent_anyway)
    return replace(parameters, headers=(*secrets, *parameters.headers))


def _at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cases; give 1 or more")
    return int(text)


def _rate(text: str) -> float:
    rate = _number(text)
    if rate is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no rate; give requests a second, like 5")
    return rate


def _seconds(text: str) -> float:
    seconds = _number(text)
    if seconds is None:  # argparse takes what follows the option without "=" for its value
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of seconds; write --wait-for-deployment=SECONDS, or put the "
            f"option behind what is to be run"
        )
    return seconds


def _number(text: str) -> float | None:
    """A number above zero; `None` where the text is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < math.inf else None


def _size(text: str) -> int:
    try:
        return bytes_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give 100MB or 1GiB") from None
