"""Before the first test: an endpoint, its deployment, and whether it fits the definition."""

from collections.abc import Callable, Sequence
from pathlib import Path

from fixtures.definitions import shipped
from fixtures.gateway.process import RunningGateway, start
from suites.runner.deployment_wait import wait_for_deployment
from suites.runner.preflight import preflight
from suites.runner.run_state import PROBE_TIMEOUTS, RunState


def embedded_gateway(definition: str, parameters: Sequence[str] = ()) -> RunningGateway:
    """The reference gateway, started with a shipped definition or a file.

    `parameters` are those of `--param`. Raises `GatewayStartError`.
    """
    file = definition if definition in shipped() else str(Path(definition).resolve())
    given = (text for text in parameters if "=env:" not in text)
    return start(file, options=tuple(f"--param={text}" for text in given))


def run_preflight(run: RunState, say: Callable[[str], None]) -> None:
    """Wait for the deployment where that was asked for, then try a few requests.

    `say` hears of the waiting. Raises `EndpointMismatchError` and `CredentialsError`.
    """
    definition, timeout = run.configuration.definition, run.configuration.deployment_timeout
    if timeout is not None:
        wait_for_deployment(definition, run.probe_runner, run.endpoint, timeout, say)
    with run.case_runner(timeouts=PROBE_TIMEOUTS, attempts=2) as case_runner:
        preflight(definition, case_runner, run.endpoint, run.configuration.existing)
