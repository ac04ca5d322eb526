"""`apigw-conformance allure`: Allure's results as one HTML file, as `tox run -e allure` does.

Node comes from PyPI with the environment, Allure from npm, at the versions in `reports/allure/`.
The history of the runs that were rendered is kept in a file beside the report, for the trends.
Only the standard library is used, so that the environment has nothing but Node in it.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from fixtures.command_line import say
from fixtures.exceptions import ExitStatus, RenderError
from fixtures.locations import OUT

_HERE = Path(__file__).parent
_PINNED = _HERE / "allure"
_RUNS_KEPT = 30
_ANALYTICS = '<script async src="https://www.googletagmanager.com/'


DESCRIPTION = "Render the results of pytest --alluredir to HTML."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "results",
        nargs="?",
        type=Path,
        default=OUT / "allure-results",
        help="what pytest --alluredir wrote (default: reports/out/allure-results)",
    )
    parser.add_argument("--output", type=Path, default=OUT / "allure", metavar="DIR")
    parser.add_argument(
        "--history", type=Path, default=OUT / "allure-history.jsonl", metavar="FILE"
    )


def run(options: argparse.Namespace) -> int:
    """Render; raises `RenderError` where there is nothing to render or to render it with."""
    say(render(options.results, options.output, options.history))
    return ExitStatus.PASSED


def render(results: Path, output: Path, history: Path) -> Path:
    """Make the report and add the run to the history; gives the page."""
    if not any(results.glob("*-result.json")):
        raise RenderError(f"{results}: no results; run pytest --alluredir={results} first")
    tool = _installed()
    configuration = tool / "allurerc.json"
    configuration.write_text(json.dumps(configured(results, output, history)), encoding="utf-8")
    cli = tool / "node_modules" / "allure" / "cli.js"
    _run("node", str(cli), "generate", str(results), f"--config={configuration}")
    page = output / "index.html"
    page.write_text(without_analytics(page.read_text(encoding="utf-8")), encoding="utf-8")
    return page


def configured(results: Path, output: Path, history: Path) -> dict[str, object]:
    """Allure's configuration; the categories are those that the run wrote beside its results."""
    categories = results / "categories.json"
    return {
        "name": "API Gateway binary conformance",
        "output": str(output.resolve()),
        "historyPath": str(history.resolve()),
        "historyLimit": _RUNS_KEPT,
        "categories": json.loads(categories.read_text(encoding="utf-8"))
        if categories.exists()
        else [],
        "plugins": {
            "awesome": {"options": {"singleFile": True, "groupBy": ["epic", "feature", "story"]}}
        },
    }


def without_analytics(page: str) -> str:
    """The page without the two scripts that tell Google of whoever opens it."""
    start = page.find(_ANALYTICS)
    if start < 0:
        return page
    end = page.index("</script>", page.index("</script>", start) + 1) + len("</script>")
    return page[:start] + page[end:]


def _installed() -> Path:
    """The folder with Allure in it, in this environment; made where it is not there yet."""
    tool = Path(sys.prefix) / "allure"
    lock = (_PINNED / "package-lock.json").read_bytes()
    done = tool / "installed.json"
    if not done.exists() or done.read_bytes() != lock:
        tool.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (tool / name).write_bytes((_PINNED / name).read_bytes())
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", f"--prefix={tool}")
        done.write_bytes(lock)
    return tool


def _run(command: str, *arguments: str) -> None:
    scripts = sysconfig.get_path("scripts")
    program = Path(scripts) / command
    if not program.exists():
        raise RenderError(f"there is no {command} in {scripts}; use tox run -e allure")
    path = f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run([str(program), *arguments], env=environment, check=False)  # noqa: S603
    if done.returncode != 0:
        raise RenderError(f"{command} {arguments[0]} ended with {done.returncode}")
