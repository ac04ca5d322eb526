"""What Allure is told of a run as a whole: its categories, its environment, who executed it.

The categories go by the message that a test ends with, as pytest's Allure plugin hands it on, so
that any Allure sorts the results alike; each pattern spans the whole message, for Allure 2 asks for
that. The first category that fits counts.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from fixtures.rules.rule_book import Level
from reports.atomic_file import atomic_write
from reports.case_status import CaseStatus
from reports.document import Run

_REST = r"[\s\S]*$"
_TOLERATED = f"XFAIL {CaseStatus.TOLERATED}, "


def _category(name: str, pattern: str, *statuses: str) -> dict[str, object]:
    return {"name": name, "messageRegex": f"^{pattern}{_REST}", "matchedStatuses": list(statuses)}


def _deviations(level: Level) -> dict[str, object]:
    """A deviation at this level, whether it fails the run or is too weak for that."""
    failing = rf"Failed: [^\n]*\nrule +\S+ \({level}\): "
    tolerated = rf"{_TOLERATED}but depends on a rule that is {level}: "
    return _category(
        f"Failed or tolerated: {level}", f"(?:{failing}|{tolerated})", "failed", "skipped"
    )


CATEGORIES = [
    *map(_deviations, Level),
    _category("Tolerated: known", rf"{_TOLERATED}known \(", "skipped"),
    _category("Inconclusive", f"Skipped: {CaseStatus.INCONCLUSIVE}: ", "skipped"),
    _category("Not applicable", f"Skipped: {CaseStatus.NOT_APPLICABLE}: ", "skipped"),
]
"""As `categories.json` has them; what fits none is an error of the suite itself."""


def describe_run(folder: Path, run: Run, variables: Mapping[str, str]) -> None:
    """Write what Allure looks for beside its results; `variables` are those of the environment."""
    atomic_write(folder / "categories.json", _json(CATEGORIES), fsync=False)
    atomic_write(folder / "environment.properties", properties(environment(run)), fsync=False)
    atomic_write(folder / "executor.json", _json(executor(variables)), fsync=False)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def environment(run: Run) -> dict[str, str]:
    """What the run was about and ran on, in the words of the document."""
    return {
        "endpoint": run.endpoint,
        "definition": run.definition.source,
        "definition SHA-256": run.definition.sha256,
        "profile": run.profile,
        "level": run.level,
        "strict": "yes" if run.strict else "no",
        "suite": run.suite_version,
        "started": run.started,
        **run.environment,
    }


def properties(values: Mapping[str, str]) -> bytes:
    """A Java properties file, in ASCII."""
    lines = (f"{_escaped(key, ' :=')}={_escaped(value)}\n" for key, value in values.items())
    return "".join(lines).encode("ascii")


def _escaped(text: str, also: str = "") -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(_unit(code, also) for code in codes)


def _unit(code: int, also: str) -> str:
    if not 0x20 <= code < 0x7F:
        return f"\\u{code:04x}"
    letter = chr(code)
    return f"\\{letter}" if letter in f"\\{also}" else letter


def executor(variables: Mapping[str, str]) -> dict[str, object]:
    """Who ran it: the job of GitHub's or GitLab's CI, or a person."""
    if "GITHUB_RUN_ID" in variables:
        repository = f"{variables['GITHUB_SERVER_URL']}/{variables['GITHUB_REPOSITORY']}"
        number = variables["GITHUB_RUN_NUMBER"]
        return {
            "name": "GitHub Actions",
            "type": "github",
            "url": repository,
            "buildOrder": int(number),
            "buildName": f"{variables['GITHUB_WORKFLOW']} {number}",
            "buildUrl": f"{repository}/actions/runs/{variables['GITHUB_RUN_ID']}",
        }
    if "CI_JOB_URL" in variables:
        number = variables["CI_PIPELINE_IID"]
        return {
            "name": "GitLab CI",
            "type": "gitlab",
            "url": variables["CI_PROJECT_URL"],
            "buildOrder": int(number),
            "buildName": f"{variables['CI_JOB_NAME']} {number}",
            "buildUrl": variables["CI_JOB_URL"],
        }
    return {"name": "by hand"}
