"""The command line and the pytest wiring, nothing else."""

import re
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from fixtures.definitions import DEFAULT, load, shipped
from fixtures.endpoint import (
    Client,
    CredentialsError,
    Performer,
    SecretHeader,
    SigV4,
    secret_header,
)
from fixtures.endpoint.client import Timeouts
from fixtures.gateway.process import GatewayStartError, RunningGateway, start, stop
from fixtures.model import Definition, DefinitionError
from fixtures.rules.catalogue import Level, rules
from fixtures.rules.judging import planned_rules
from fixtures.rules.verdict import Outcome
from reports.allure_results import describe
from reports.policy import KnownDeviationsError, Policy, read_known_deviations
from reports.results import NOTHING_DECIDED, Result, Results
from reports.summary import summary
from suites.checking import Check, Checked, Checker, Search
from suites.preflight import Misfit, preflight
from suites.profile import PROFILES, Profile

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

ROOT = Path(__file__).parent
SUITES = ROOT / "suites"

for _profile in PROFILES.values():
    settings.register_profile(_profile.name, max_examples=_profile.examples)


@dataclass
class Run:
    """What a run is about; `endpoint` is empty until the embedded gateway is there."""

    definition: Definition
    profile: Profile
    policy: Policy
    endpoint: str
    prefix: str
    bucket_known: bool
    secrets: tuple[SecretHeader, ...]
    signed: bool
    strict: bool
    results: Results
    gateway: RunningGateway | None = None

    def client(self, timeouts: Timeouts | None = None, attempts: int = 4) -> Client:
        """A client for the endpoint, with everything that says who asks."""
        sigv4 = SigV4.from_environment(self.endpoint) if self.signed else None
        return Client(
            self.endpoint,
            secrets=self.secrets,
            sigv4=sigv4,
            timeouts=timeouts,
            attempts=attempts,
        )


RUN = pytest.StashKey[Run]()
UNUSABLE = pytest.StashKey[bool]()
RESULTS = pytest.StashKey[list[Result]]()
_STATUS_LETTERS = {Outcome.UNDECIDED: "u", Outcome.NOT_APPLICABLE: "n", Outcome.DEVIATES: "d"}


# ----------------------------------------------------------------------------- the command line


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of design: which endpoint, who asks, what fails the run."""
    what = parser.getgroup("conformance: what is tested")
    what.addoption(
        "--endpoint",
        metavar="URL",
        help="the deployed API, stage included; without it the embedded reference gateway is "
        "started on loopback",
    )
    what.addoption(
        "--definition",
        metavar="FILE",
        default=DEFAULT,
        help="what is deployed there: a Swagger 2.0 or OpenAPI 3.0 file, or one of "
        f"{', '.join(shipped())} (default: {DEFAULT})",
    )
    what.addoption(
        "--key-prefix",
        metavar="P",
        help="where objects may be written; each run writes to a fresh folder below it. Where the "
        "API's key begins with the bucket: bucket/... (default: conformance/)",
    )
    who = parser.getgroup("conformance: who asks")
    who.addoption(
        "--header",
        action="append",
        default=[],
        metavar="'N: V'",
        help="a header for every request; V may be env:NAME. May be given several times",
    )
    who.addoption("--api-key", metavar="KEY", help="the value of x-api-key, or env:NAME")
    who.addoption(
        "--auth",
        choices=["sigv4"],
        help="sign requests for execute-api with credentials from the usual AWS sources",
    )
    fails = parser.getgroup("conformance: what fails the run")
    fails.addoption(
        "--level",
        choices=[str(level) for level in Level],
        default=str(Level.SHOULD),
        help="the weakest level of rules whose deviations fail the run (default: should). With "
        "--strict, which is pytest's own option too, derived rules fail it as well, and so do "
        "known deviations that are gone or expired",
    )
    fails.addoption(
        "--known-deviations",
        metavar="FILE",
        help="a TOML file of [[deviation]] tables (rule or case, reason, expires) that do not "
        "fail the run",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read what the command line names, so that a mistake ends the run before it begins."""
    config.addinivalue_line(
        "markers", "cases(generator, otherwise): the cases that a test is run with"
    )
    config.addinivalue_line("markers", "rule(id, level): the rule that a case is filed under")
    if _is_about_an_endpoint(config):
        try:
            run = config.stash[RUN] = _run(config)
            config.pluginmanager.register(Collector(run.results), "conformance-collector")
        except (DefinitionError, CredentialsError, KnownDeviationsError) as error:
            raise pytest.UsageError(str(error)) from None


def _is_about_an_endpoint(config: pytest.Config) -> bool:
    """Whether any of the suites is to run: `pytest tests` is not about an endpoint."""
    paths = (Path(config.invocation_params.dir, arg.partition("::")[0]) for arg in config.args)
    return any(
        path.resolve().is_relative_to(SUITES) or SUITES.is_relative_to(path.resolve())
        for path in paths
    )


def _run(config: pytest.Config) -> Run:
    option = config.getoption
    worker = getattr(config, "workerinput", {})
    # pytest has an option --strict of its own, for itself, and keeps it as this setting.
    strict = bool(config.getini("strict"))
    definition = load(option("--definition"))
    if not any(definition.operations_on_s3(method) for method in ("GET", "PUT")):
        raise DefinitionError(
            f"{definition.source}: no operation downloads from S3 or uploads to it, so there is "
            f"nothing to test"
        )
    headers = list(option("--header"))
    if option("--api-key"):
        headers.append(f"x-api-key: {option('--api-key')}")
    known = option("--known-deviations")
    prefix = worker.get("prefix") or _fresh_prefix(option("--key-prefix"))
    return Run(
        definition=definition,
        profile=_profile_named(option("--hypothesis-profile", None) or "default"),
        policy=Policy(
            Level.DERIVED if strict else Level(option("--level")),
            read_known_deviations(Path(known)) if known else (),
            datetime.now(UTC).date(),
        ),
        endpoint=worker.get("endpoint") or _endpoint(option("--endpoint")),
        bucket_known=option("--key-prefix") is not None,
        prefix=f"{prefix}{worker['workerid']}/" if worker else prefix,
        secrets=tuple(map(secret_header, headers)),
        signed=option("--auth") == "sigv4",
        strict=strict,
        results=Results(),
    )


def _profile_named(name: str) -> Profile:
    if name not in PROFILES:
        raise DefinitionError(
            f"--hypothesis-profile={name}: no such profile, there are {', '.join(PROFILES)}"
        )
    return PROFILES[name]


def _endpoint(url: str | None) -> str:
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


def _fresh_prefix(given: str | None) -> str:
    under = "conformance/" if given is None else given
    if not under.isprintable() or under.startswith("/") or {".", ".."} & set(under.split("/")):
        raise DefinitionError(
            "--key-prefix is a folder like bucket/conformance/, without a slash at its front, dot "
            "segments and control characters"
        )
    folder = under if under.endswith("/") or not under else f"{under}/"
    return f"{folder}{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(3)}/"


# --------------------------------------------------------------------------- start and end


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    """End a run that has no usable endpoint in one sentence and with its own exit status."""
    try:
        return (yield)
    except pytest.UsageError as error:
        if UNUSABLE not in config.stash:
            raise
        print(f"ERROR: {error}", file=sys.stderr)  # noqa: T201
        return NOTHING_DECIDED


def _unusable(config: pytest.Config, error: Exception) -> NoReturn:
    config.stash[UNUSABLE] = True
    raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the embedded gateway where no endpoint is given, and see that the endpoint fits."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or config.option.collectonly or hasattr(config, "workerinput"):
        return
    if not run.endpoint:
        run.gateway = _embedded_gateway(config)
        run.endpoint = run.gateway.url
    try:
        client = run.client(Timeouts(connect=3.0, read=6.0, exchange=6.0), attempts=2)
        preflight(run.definition, Performer(client, run.prefix), run.endpoint)
        client.close()
    except CredentialsError as error:
        raise pytest.UsageError(str(error)) from None
    except Misfit as misfit:
        _unusable(config, misfit)


def _embedded_gateway(config: pytest.Config) -> RunningGateway:
    definition = config.getoption("--definition")
    try:
        return start(definition if definition in shipped() else str(Path(definition).resolve()))
    except GatewayStartError as error:
        _unusable(config, error)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Tell an xdist worker which endpoint it is and where it may write."""
    run = node.config.stash.get(RUN, None)
    if run is not None:
        node.workerinput["endpoint"] = run.endpoint
        node.workerinput["prefix"] = run.prefix


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say by the exit status whether the run decided anything."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or hasattr(config, "workerinput"):
        return
    status = run.results.exit_status(int(session.exitstatus))
    if status == 0 and run.strict and run.policy.gone(run.results.verdicts(Outcome.DEVIATES)):
        status = int(pytest.ExitCode.TESTS_FAILED)
    session.exitstatus = status


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the embedded gateway."""
    run = config.stash.get(RUN, None)
    if run is not None and run.gateway is not None:
        stop(run.gateway)


# --------------------------------------------------------------------------- cases and fixtures


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each case that the deployed definition gives rise to."""
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is None:
        return
    run = metafunc.config.stash[RUN]
    parameters = []
    generator, otherwise = marker.args
    for case in tuple(generator(run.definition, run.profile)) or (otherwise,):
        rule = rules()[planned_rules(run.definition, case)[0]]
        mark = pytest.mark.rule(id=rule.id, level=str(rule.level))
        parameters.append(pytest.param(case, id=case.id, marks=mark))
    metafunc.parametrize("case", parameters)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k` select by a rule's id."""
    for mark in item.iter_markers("rule"):
        item.extra_keyword_matches.add(mark.kwargs["id"])


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """What this run is about."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def definition(run: Run) -> Definition:
    """The definition that is deployed."""
    return run.definition


@pytest.fixture(scope="session")
def performer(run: Run) -> Iterator[Performer]:
    """One client for this process, and the folder that is its own."""
    client = run.client()
    yield Performer(client, run.prefix, bucket_known=run.bucket_known)
    client.close()


@pytest.fixture
def check(run: Run, performer: Performer, request: pytest.FixtureRequest) -> Check:
    """Perform a case, judge it, and pass, fail or skip."""

    def record(checked: Checked) -> None:
        policy, verdict = run.policy, checked.verdict
        fails = policy.fails(verdict)
        excused = verdict.outcome is Outcome.DEVIATES and not fails
        result = Result(verdict, fails, policy.excuse(verdict) if excused else "")
        request.node.stash.setdefault(RESULTS, []).append(result)
        request.node.user_properties += [
            ("rule", verdict.rule),
            ("level", str(verdict.level)),
            ("verdict", str(verdict.outcome)),
        ]
        if request.config.getoption("--alluredir", None):
            describe(verdict, checked.performed)

    return Checker(run.definition, performer, run.policy, record)


@pytest.fixture
def search(run: Run, check: Checker) -> Search:
    """Run Hypothesis over cases."""
    return Search(check, run.profile)


# ------------------------------------------------------------------------------------- reports


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let the verdict travel with pytest's own report, from an xdist worker too."""
    report: Any = yield
    if report.when == "call":
        report.conformance = [result.as_json() for result in item.stash.get(RESULTS, [])]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Name undecided, not applicable and tolerated cases for what they are."""
    documents = getattr(report, "conformance", ())
    if not documents or report.failed or report.passed:
        return None
    outcome = Result.from_json(documents[-1]).verdict.outcome
    return str(outcome), _STATUS_LETTERS[outcome], str(outcome).upper()


@dataclass(frozen=True)
class Collector:
    """Collects the verdicts of the run from the reports of its tests."""

    results: Results

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take in what a test, here or in a worker, came to."""
        for document in getattr(report, "conformance", ()):
            self.results.add(Result.from_json(document))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print conforms, deviates, not applicable and undecided by rule."""
    run = config.stash.get(RUN, None)
    if run is None or not run.results.all:
        return
    gone = run.policy.gone(run.results.verdicts(Outcome.DEVIATES))
    terminalreporter.section("conformance")
    for line in summary(run.results, run.endpoint, run.definition.source, gone):
        terminalreporter.write_line(line)
