"""What a run is at: its endpoint once there is one, its connections, and what it has found out."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from fixtures.client import CaseRunner, Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.client.journal import Journal
from fixtures.client.retry_policy import ATTEMPTS
from fixtures.gateway.process import RunningGateway
from fixtures.rules.verdict import Outcome
from reports import document
from reports.collector import Collector
from reports.run_metadata import environment, heading
from suites.runner.configuration import Configuration
from suites.runner.interrupts import Interrupts
from suites.runner.traffic_estimate import TrafficEstimate
from suites.skip_reasons import way_out

if TYPE_CHECKING:
    from fixtures.client.s3_api import S3

PROBE_TIMEOUTS = Timeouts(connect=3.0, read=6.0, exchange=6.0)
"""For requests before the first test: an endpoint that is not there must not keep anybody long."""


@dataclass
class RunState:
    """The state of one process of a run.

    `endpoint` is empty until the embedded gateway is started; `limiter` holds for all that this
    process sends. `collector` is there where this process reports, `estimate` while somebody still
    has to be told it. `deselected` and `shard_totals` are counted for the process that reports:
    how many tests `-k` and the like left out, and how many cases, of which subjects, all shards
    have together. `shard_line` and `cleanup_lines` are for the terminal; `interrupts` are the
    signals that end a run.
    """

    configuration: Configuration
    endpoint: str = ""
    gateway: RunningGateway | None = None
    collector: Collector | None = None
    estimate: TrafficEstimate | None = None
    deselected: int = 0
    shard_totals: tuple[int, list[str]] | None = None
    shard_line: str = ""
    cleanup_lines: Sequence[str] = ()
    interrupts: Interrupts = field(default_factory=Interrupts)
    limiter: ConcurrencyLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.endpoint = self.endpoint or self.configuration.endpoint
        most, rate = self.configuration.concurrency, self.configuration.max_rate
        self.limiter = ConcurrencyLimiter(most, rate)

    @classmethod
    def of(cls, config: pytest.Config) -> "RunState | None":
        """The run that this process is about; `None` where it is about no endpoint."""
        return config.stash.get(RUN, None)

    @property
    def stale_deviations(self) -> list[str]:
        """The known deviations that expired, or that no deviation needed."""
        if self.collector is None:
            return []
        deviations = self.collector.results.verdicts(Outcome.DEVIATES)
        return [str(entry) for entry in self.configuration.policy.stale(deviations)]

    @property
    def way_out(self) -> str:
        """What would let something binary be tested, where the whole plan did not; or ""."""
        collector = self.collector
        if collector is None or not collector.is_whole:
            return ""
        if not collector.results.shows_nothing_binary:
            return ""
        return way_out(self.configuration.definition)

    def client(self, timeouts: Timeouts | None = None, attempts: int = ATTEMPTS) -> Client:
        """A client for the endpoint, with everything that authenticates it."""
        configuration, sigv4 = self.configuration, None
        if configuration.signed:
            from fixtures.client.sigv4 import SigV4  # noqa: PLC0415 - botocore takes long to import

            sigv4 = SigV4.from_environment(self.endpoint)
        return Client(
            self.endpoint,
            secrets=configuration.secrets,
            variables=configuration.variables,
            sigv4=sigv4,
            transport_config=configuration.connection,
            timeouts=timeouts or Timeouts(exchange=configuration.exchange_timeout),
            attempts=attempts,
            limiter=self.limiter,
            http2=configuration.http2,
        )

    def s3(self) -> "S3 | None":
        """S3's own API, where requests of this run go to it; raises `CredentialsError`."""
        if not self.configuration.definition.direct:
            return None
        from fixtures.client.s3_api import S3  # noqa: PLC0415 - botocore takes long to import

        return S3("--verify=s3 or --prepare=s3")

    @contextmanager
    def case_runner(
        self, *, folder: str = "", timeouts: Timeouts | None = None, attempts: int = ATTEMPTS
    ) -> Iterator[CaseRunner]:
        """A case runner with its own connections, in a folder below the run's, with its journal.

        Raises `CredentialsError` and, where the journal cannot be written, `OSError`.
        """
        configuration = self.configuration
        path = configuration.journal
        with (
            closing(self.client(timeouts, attempts)) as client,
            nullcontext() if path is None else closing(Journal(path)) as journal,
        ):
            prefix = f"{configuration.prefix}{folder}"
            known = configuration.bucket_known
            yield CaseRunner(client, prefix, bucket_known=known, journal=journal, s3=self.s3())

    def probe_runner(self) -> AbstractContextManager[CaseRunner]:
        """A case runner for one round of requests, none of which is repeated."""
        return self.case_runner(folder="settling/", timeouts=PROBE_TIMEOUTS, attempts=1)

    def metadata(self, arguments: Sequence[str], workers: int) -> document.Run:
        """What every report says of the run; `arguments` are those of the command line."""
        configuration = self.configuration
        run = heading(
            configuration.definition,
            self.endpoint,
            profile=configuration.profile.name,
            level=configuration.policy.level,
            strict=configuration.strict,
            key_prefix=configuration.prefix,
            arguments=arguments,
            secrets=configuration.secret_values,
            environment=environment(os.environ, workers),
        )
        shard = configuration.shard
        if shard is not None:
            embedded = self.gateway is not None
            run.shard = document.Shard(number=shard.number, of=shard.of, cases=0, embedded=embedded)
        return run


RUN = pytest.StashKey[RunState]()
