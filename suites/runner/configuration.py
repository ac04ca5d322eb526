"""What a run is to do, as the command line says it, and what the values of its options mean."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

from fixtures.api import Definition
from fixtures.cases.case import ExistingObject
from fixtures.client import SecretHeader
from fixtures.client.cleanup import CleanupMethod
from fixtures.client.http_client import Timeouts
from fixtures.client.transport import TransportConfig, default_transport
from fixtures.exceptions import DefinitionError
from reports.policy import Policy
from suites.profile import PROFILES, Profile
from suites.runner.sharding import Shard

_AWS_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Configuration:
    """What a run is to do; what changes while it does so is in `RunState`.

    `endpoint` is empty where the embedded gateway is to be started. `variables` are the secrets
    that stand in URLs, by the names of their environment variables; `out` is where the reports go,
    and `har` where a HTTP Archive does, if anywhere; `worker` names the xdist worker that this
    process is, with a hyphen, and is empty where it is none. `concurrency` is how many cases this
    process sends at once, `max_rate` how many requests a second. `deployment_timeout` is how many
    seconds it waits for a deployment, `None` for no waiting. `shard` is the part of the cases that
    is run, `None` for all. `journal` is where it is written down what is created; `None` where
    nothing is, or where it ends with the embedded gateway. `cleanup` undoes that. `max_data` is how
    many bytes may be written. `exchange_timeout` is in seconds; `patience` is how many cases in a
    row may go without a usable answer. `plan_only` sends nothing. Where there are `existing`
    objects, they are downloaded, and nothing is uploaded.
    """

    definition: Definition
    profile: Profile
    policy: Policy
    endpoint: str
    prefix: str
    bucket_known: bool
    secrets: tuple[SecretHeader, ...]
    variables: Mapping[str, str]
    signed: bool
    out: Path
    strict: bool = False
    fail_on: str = "never"
    worker: str = ""
    connection: TransportConfig = field(default_factory=default_transport)
    har: Path | None = None
    concurrency: int = 1
    max_rate: float | None = None
    http2: bool = False
    deployment_timeout: float | None = None
    shard: Shard | None = None
    journal: Path | None = None
    cleanup: CleanupMethod | None = None
    max_data: int | None = None
    exchange_timeout: float = Timeouts.exchange
    patience: int = 1
    plan_only: bool = False
    existing: tuple[ExistingObject, ...] = ()

    @property
    def secret_values(self) -> tuple[str, ...]:
        """Every secret that this process holds."""
        of_aws = (os.environ.get(name, "") for name in _AWS_SECRETS)
        return (
            *(header.secret for header in self.secrets),
            *self.variables.values(),
            *self.connection.secrets,
            *filter(None, of_aws),
        )

    @property
    def is_remote(self) -> bool:
        """Whether what the run creates outlives it."""
        return self.journal is not None


def profile_named(name: str) -> Profile:
    """The profile of `--hypothesis-profile`; raises `DefinitionError`."""
    if name not in PROFILES:
        raise DefinitionError(
            f"--hypothesis-profile={name}: no such profile, there are {', '.join(PROFILES)}"
        )
    return PROFILES[name]


def endpoint_url(url: str | None) -> str:
    """The URL of `--endpoint`, empty for none; raises `DefinitionError`."""
    if url is None:
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:
        usable = False
    if (
        not usable
        or parts.username is not None
        or not re.fullmatch(r"[!-~]+", url)
        or set(url) & set("?#")
    ):
        raise DefinitionError(
            "--endpoint is a URL like https://abc.execute-api.us-east-1.amazonaws.com/v1, without "
            "user, query and fragment"
        )
    return url.rstrip("/")


def is_on_loopback(url: str) -> bool:
    """Whether the endpoint is on this machine; that of the embedded gateway is empty at first."""
    host = urlsplit(url).hostname or "localhost"
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def fresh_prefix(given: str | None) -> str:
    """A folder of this run's own below `--key-prefix`; raises `DefinitionError`."""
    under = "conformance/" if given is None else given
    if not under.isprintable() or under.startswith("/") or {".", ".."} & set(under.split("/")):
        raise DefinitionError(
            "--key-prefix is a folder like bucket/conformance/, without a slash at its front, dot "
            "segments and control characters"
        )
    folder = under if under.endswith("/") or not under else f"{under}/"
    return f"{folder}{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(3)}/"
