"""What a run is about, and what the values of its options stand for."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fixtures.api import Definition
from fixtures.cases.case import ExistingObject
from fixtures.client import CaseRunner, Client, SecretHeader
from fixtures.client.cleanup import CleanupMethod
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.client.journal import Journal
from fixtures.client.transport import TransportConfig, direct
from fixtures.exceptions import DefinitionError
from fixtures.gateway.process import RunningGateway
from reports import document
from reports.policy import Policy
from reports.run_metadata import environment, heading
from suites.profile import PROFILES, Profile
from suites.runner.sharding import Shard

if TYPE_CHECKING:
    from fixtures.client.sigv4 import SigV4

SOON = Timeouts(connect=3.0, read=6.0, exchange=6.0)
"""For what is asked before the first test: whoever is not there must not keep anybody waiting."""


@dataclass
class Run:
    """What a run is about; `endpoint` is empty until the embedded gateway is there.

    `variables` are the secrets that stand in URLs, by the names of their environment variables;
    `out` is where the reports go, and `har` where a HTTP Archive does, if anywhere; `worker` names
    the xdist worker that this process is, with a hyphen, and is empty where it is none. `limiter`
    holds for all that this process sends, and `concurrency` is how many cases it tries at once.
    `patience` is how many seconds it waits for a deployment, `None` for no waiting. `shard` is the
    part of the cases that is tried, `None` for all. `journal` is where it is written down what is
    created; `None` where nothing is, or where it ends with the embedded gateway. `cleanup` undoes
    that. `max_data` is how many bytes may be written. `plan_only` sends nothing. Where there are
    `found` objects, they are downloaded, and nothing is uploaded.
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
    strict: bool
    out: Path
    worker: str = ""
    connection: TransportConfig = field(default_factory=direct)
    har: Path | None = None
    limiter: ConcurrencyLimiter = field(default_factory=ConcurrencyLimiter)
    concurrency: int = 1
    http2: bool = False
    patience: float | None = None
    gateway: RunningGateway | None = None
    shard: Shard | None = None
    journal: Path | None = None
    cleanup: CleanupMethod | None = None
    max_data: int | None = None
    plan_only: bool = False
    found: tuple[ExistingObject, ...] = ()

    @property
    def is_guest(self) -> bool:
        """Whether what the run creates outlives it."""
        return self.journal is not None

    @contextmanager
    def journalling(self) -> Iterator[Journal | None]:
        """The run's journal for this process, if it has one; raises `OSError`."""
        if self.journal is None:
            yield None
            return
        with closing(Journal(self.journal)) as journal:
            yield journal

    def client(self, timeouts: Timeouts | None = None, attempts: int = 4) -> Client:
        """A client for the endpoint, with everything that says who asks."""
        sigv4 = self._signer() if self.signed else None
        return Client(
            self.endpoint,
            secrets=self.secrets,
            variables=self.variables,
            sigv4=sigv4,
            connection=self.connection,
            timeouts=timeouts,
            attempts=attempts,
            limiter=self.limiter,
            http2=self.http2,
        )

    def _signer(self) -> "SigV4":
        from fixtures.client.sigv4 import SigV4  # noqa: PLC0415 - botocore takes long to import

        return SigV4.from_environment(self.endpoint)

    @contextmanager
    def case_runner(
        self, *, folder: str = "", timeouts: Timeouts | None = None, attempts: int = 4
    ) -> Iterator[CaseRunner]:
        """A performer with connections of its own, in a folder below the run's, with its journal.

        Raises `CredentialsError` and, where the journal cannot be written, `OSError`.
        """
        with closing(self.client(timeouts, attempts)) as client, self.journalling() as journal:
            prefix = f"{self.prefix}{folder}"
            yield CaseRunner(client, prefix, bucket_known=self.bucket_known, journal=journal)

    def fresh(self) -> AbstractContextManager[CaseRunner]:
        """A performer for a look that is over soon."""
        return self.case_runner(folder="settling/", timeouts=SOON, attempts=1)

    def heading(self, arguments: Sequence[str], workers: int) -> document.Run:
        """What every report says of the run; `arguments` are those of the command line."""
        head = heading(
            self.definition,
            self.endpoint,
            profile=self.profile.name,
            level=str(self.policy.level),
            strict=self.strict,
            key_prefix=self.prefix,
            arguments=arguments,
            secrets=[
                *(secret.value for secret in self.secrets),
                *self.variables.values(),
                *self.connection.secrets,
            ],
            environment=environment(os.environ, workers),
        )
        if self.shard is not None:
            head["shard"] = document.Shard(
                number=self.shard.number,
                of=self.shard.of,
                cases=0,
                embedded=self.gateway is not None,
            )
        return head


def profile_named(name: str) -> Profile:
    """The profile of `--hypothesis-profile`; raises `DefinitionError`."""
    if name not in PROFILES:
        raise DefinitionError(
            f"--hypothesis-profile={name}: no such profile, there are {', '.join(PROFILES)}"
        )
    return PROFILES[name]


def endpoint(url: str | None) -> str:
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
