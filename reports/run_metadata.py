"""What a verdict document says of its run before the first case: what, where, how, with what."""

import platform
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from fixtures.api import Definition
from fixtures.client.redaction import redact
from fixtures.explanation.catalogue import Severity
from fixtures.locations import HOME
from fixtures.rules.rule_book import Level
from reports import document
from reports.explanation import findings_of

_TOOLS = ("pytest", "hypothesis", "httpx", "pytest-xdist")
_REDACTED = "(not shown)"


def heading(
    definition: Definition,
    endpoint: str,
    *,
    profile: str,
    level: Level,
    strict: bool,
    key_prefix: str,
    arguments: Sequence[str],
    secrets: Sequence[str],
    environment: Mapping[str, str],
) -> document.Run:
    """The header of a run that begins now; no argument shows one of the `secrets`."""
    return document.Run(
        suite_version=suite_version(),
        endpoint=endpoint,
        definition=document.Definition(definition.source, definition.digest, definition.text),
        profile=profile,
        level=level,
        strict=strict,
        key_prefix=key_prefix,
        arguments=without_secrets(arguments, secrets),
        environment=dict(environment),
        planned=0,
        started=now(),
        findings=[
            document.Finding(finding.id, finding.severity, finding.happens)
            for finding in findings_of(definition)
            if finding.severity is not Severity.NOTE
        ],
    )


def now() -> str:
    """The time, UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def suite_version() -> str:
    """The version of this checkout, which need not be installed, or else of what is installed."""
    project = HOME / "pyproject.toml"
    if not project.exists():
        return version("api-gateway-binary-conformance")
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def environment(variables: Mapping[str, str], workers: int) -> dict[str, str]:
    """What the run ran on, and which commit and job of a CI it belongs to, where there is one."""
    job = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"
    found = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{tool: version(tool) for tool in _TOOLS},
        "workers": str(workers),
        "commit": variables.get("GITHUB_SHA") or variables.get("CI_COMMIT_SHA", ""),
        "ref": variables.get("GITHUB_REF") or variables.get("CI_COMMIT_REF_NAME", ""),
        "job": job.format_map(variables)
        if "GITHUB_RUN_ID" in variables
        else variables.get("CI_JOB_URL", ""),
    }
    return {name: value for name, value in found.items() if value}


def without_secrets(arguments: Sequence[str], secrets: Sequence[str]) -> list[str]:
    """The command line with what is secret redacted; the name of a variable is not."""
    shown = []
    option = ""
    for argument in arguments:
        name, given, value = argument.partition("=")
        if option:
            shown.append(_redacted(option, argument))
            option = ""
        elif name in _SECRET_OPTIONS and given:
            shown.append(f"{name}={_redacted(name, value)}")
        else:
            option = argument if argument in _SECRET_OPTIONS else ""
            shown.append(argument)
    # What is not UTF-8 came as surrogates.
    in_bytes = (redact(argument.encode(errors="surrogateescape"), secrets) for argument in shown)
    return [argument.decode(errors="surrogateescape") for argument in in_bytes]


_SECRET_OPTIONS = ("--header", "--api-key", "--proxy")


def _redacted(option: str, argument: str) -> str:
    if option == "--proxy":
        return re.sub(r"(//[^:@]*:)(?!env:).*@", rf"\1{_REDACTED}@", argument)
    name, colon, value = argument.partition(":")
    if option != "--header" or not colon:
        name, colon, value = "", "", argument
    if re.fullmatch(r"\s*([\w-]+ +)?env:\w+\s*", value):
        return argument
    return f"{name}{colon} {_REDACTED}".lstrip()
