"""What the command line says, read into a `Configuration`."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.api import Definition, parse_definition
from fixtures.cases.case import ExistingObject
from fixtures.cases.direct_access import with_direct_access
from fixtures.client import secret_header
from fixtures.client.cleanup import CleanupMethod
from fixtures.client.transport import transport_config
from fixtures.exceptions import DefinitionError, ManifestError
from fixtures.rules.rule_book import Level
from reports.policy import Policy, read_known_deviations
from suites.existing_downloads import keyless_downloads
from suites.runner.configuration import (
    Configuration,
    endpoint_url,
    fresh_prefix,
    is_on_loopback,
    profile_named,
)
from suites.runner.manifest import objects
from suites.runner.options import CONCURRENCY, OPTIONS
from suites.runner.parameters import Parameters, with_values
from suites.runner.sharding import shard_named
from suites.runner.target import resolve_target
from suites.runner.worker_messages import WorkerInput, received_input

_SUITES = Path(__file__).parents[1]


def is_about_an_endpoint(config: pytest.Config) -> bool:
    """Whether any of the suites is to run: `pytest tests` is not about an endpoint."""
    paths = (Path(config.invocation_params.dir, arg.partition("::")[0]) for arg in config.args)
    return any(
        path.resolve().is_relative_to(_SUITES) or _SUITES.is_relative_to(path.resolve())
        for path in paths
    )


def read(config: pytest.Config) -> Configuration:
    """What the command line, or xdist's controller, says that this process is to do.

    Raises `UsageError`, or `EndpointMismatchError` where the definition is not what is deployed.
    """
    option, folder, worker = config.getoption, config.invocation_params.dir, received_input(config)
    # pytest has an option --strict of its own, for itself, and keeps it as this setting.
    strict = bool(config.getini("strict"))
    definition, url = _target(config, worker)
    parameters = with_secrets(definition, config.option)
    parameters = _with_direct_access(parameters, config.option, url, check=not worker)
    existing = worker.existing if worker else _existing(config, url, parameters.definition)
    prefix = worker.prefix if worker else fresh_prefix(option("--key-prefix") or _folder(existing))
    out = worker.out if worker else Path(folder, config.getini("reports_out"))
    journal = out / f"journal-{Path(prefix).name}.jsonl" if url and not existing else None
    workers, rate = worker.workers if worker else 1, option("--max-rate")
    concurrency = option("--concurrency") or (1 if is_on_loopback(url) else CONCURRENCY)
    return Configuration(
        definition=parameters.definition,
        profile=profile_named(option("--hypothesis-profile", None) or "default"),
        policy=policy(config.option, Level.DERIVED if strict else None),
        endpoint=url,
        bucket_known=option("--key-prefix") is not None,
        prefix=f"{prefix}{worker.name}/" if worker else prefix,
        secrets=parameters.headers,
        variables=parameters.variables,
        signed=option("--auth") == "sigv4",
        strict=strict,
        out=out,
        worker=f"{worker.name}-" if worker else "",
        connection=transport_config(*map(option, ("--client-cert", "--ca-bundle", "--proxy"))),
        har=_har(folder, option("--har")),
        concurrency=-(-concurrency // workers),
        max_rate=rate / workers if rate else None,
        shard=shard_named(option("--shard"), Path(folder, option("--durations-path"))),
        journal=worker.journal if worker else journal,
        cleanup=_cleanup(option("--cleanup"), check=bool(url) and not worker),
        existing=existing,
        **{each.field: option(each.name) for each in OPTIONS if each.field},
    )


def _target(config: pytest.Config, worker: WorkerInput | None) -> tuple[Definition, str]:
    """The definition, in which there is something to test, and the endpoint's URL, if known."""
    option = config.getoption
    # Those whose value is in an environment variable are secret, and no part of a definition.
    pairs = (text.partition("=") for text in option("--param"))
    given = {name: value for name, _, value in pairs if not value.startswith("env:")}
    if worker:  # the controller checked what is not a parameter of any operation
        definition = parse_definition(*worker.definition)
        return replace(definition, template_parameters=frozenset(given)), worker.endpoint
    url = endpoint_url(option("--endpoint"))
    definition, url = resolve_target(
        option("--definition"), option("--api-id"), option("--stage"), url, given
    )
    on_s3 = any(definition.operations_on_s3(method) for method in ("GET", "PUT"))
    if option("--read-only") is None and not on_s3 and not definition.operations_on_lambda("GET"):
        reasons = [
            f"; {operation.name}: {operation.integration.unjudged_reason}"
            for operation in definition.operations
            if operation.integration.unjudged_reason
        ]
        stated = [operation.name for operation in keyless_downloads(definition)]
        if stated:
            reasons = [f"; a manifest, --read-only=FILE.toml, can say what {stated[0]} answers"]
        why = reasons[0] if reasons else ""
        raise DefinitionError(
            f"{definition.source}: no operation downloads from S3 or uploads to it, and no GET "
            f"reaches a function by Lambda proxy, so there is nothing to test{why}"
        )
    return definition, url


def with_secrets(definition: Definition, given: argparse.Namespace) -> Parameters:
    """The definition with the values of `--param`, and every header that is secret.

    Raises `DefinitionError` and `CredentialsError`.
    """
    key = [f"x-api-key: {given.api_key}"] if given.api_key else []
    secrets = tuple(map(secret_header, (*given.header, *key)))
    signature = {"Authorization"} if given.auth == "sigv4" else set()
    sent_anyway = {secret.name for secret in secrets} | signature
    parameters = with_values(definition, given.param, sent_anyway)
    return replace(parameters, headers=(*secrets, *parameters.headers))


def _with_direct_access(
    parameters: Parameters, given: argparse.Namespace, url: str, *, check: bool
) -> Parameters:
    """The parameters with a definition that has what `--verify` and `--prepare` ask S3 for.

    Raises `ManifestError` and `CredentialsError`.
    """
    named = [name for name in ("verify", "prepare") if getattr(given, name) is not None]
    if not named:
        return parameters
    option = f"--{named[0]}=s3"
    if not url:
        raise ManifestError(
            f"{option} needs --endpoint: the embedded gateway keeps its objects in memory"
        )
    if given.read_only is not None:
        raise ManifestError(f"{option} stores objects, and --read-only allows none to be stored")
    if check:
        from fixtures.client.s3_api import S3  # noqa: PLC0415 - botocore takes long to import

        S3(option)
    verify, prepare = given.verify is not None, given.prepare is not None
    definition = with_direct_access(parameters.definition, verify=verify, prepare=prepare)
    return replace(parameters, definition=definition)


def policy(given: argparse.Namespace, level: Level | None = None) -> Policy:
    """Which deviations fail the run; `level` counts before `--level`."""
    path = given.known_deviations
    known = read_known_deviations(Path(path)) if path else ()
    return Policy(level or Level(given.level), known, datetime.now(UTC).date())


def _existing(
    config: pytest.Config, url: str, definition: Definition
) -> tuple[ExistingObject, ...]:
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
    return objects(text, definition, config.invocation_params.dir)


def _folder(existing: Sequence[ExistingObject]) -> str | None:
    """Where to look for missing objects: in the bucket, or the folder, of the existing ones."""
    first, slash, _ = existing[0].name.partition("/") if existing else ("", "", "")
    return f"{first}/" if slash and first not in ("", ".", "..") and first.isprintable() else None


def _har(folder: Path, name: str | None) -> Path | None:
    path = Path(folder, name) if name else None
    if path is not None and (path.suffix != ".har" or path.is_dir()):
        raise DefinitionError("--har is the name of a file that ends in .har")
    return path


def _cleanup(name: str, *, check: bool) -> CleanupMethod | None:
    """The method of `--cleanup`; `check` finds out now, not at the end, what S3's API misses."""
    method = None if name == "none" else CleanupMethod(name)
    if method is CleanupMethod.S3 and check:
        from fixtures.client.s3_api import S3  # noqa: PLC0415 - botocore takes long to import

        S3("--cleanup=s3")
    return method
