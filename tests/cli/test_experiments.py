"""A run whose explanations are alike sends a request more; one that conforms sends none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.definitions import FOLDER
from fixtures.diagnosis.candidate import ChangeId, ChangeKind
from fixtures.gateway.process import running_gateway
from reports import har as http_archive
from reports.document import Document
from reports.loader import load
from reports.publish import diagnosed, investigate

ROOT = Path(__file__).parents[2]
# Downloads by which a list with */* and one with application/json cannot be told apart.
SELECTED = (
    "stored:application/json and accept:application/octet-stream and sent:none "
    "and not unlisted and not extra"
)
JSON_ADDED = ChangeId(
    ChangeKind.BINARY_MEDIA_TYPES, "application/json", "added", "application/json"
)


def conformance(out: Path, gateway: str, *options: str) -> Document:
    """The document of a run of a few downloads."""
    command = [sys.executable, "-m", "pytest", "-q", "suites/download", "-k", SELECTED]
    command += [f"--endpoint={gateway}", "--definition=sample", "-o", f"reports_out={out}"]
    subprocess.run(
        [*command, "--key-prefix=bucket/", *options], cwd=ROOT, capture_output=True, check=False
    )
    return load(out / "conformance.json")


@pytest.fixture
def with_json(tmp_path: Path) -> Path:
    """The sample definition with one binary media type more."""
    definition = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    definition["x-amazon-apigateway-binary-media-types"].append("application/json")
    file = tmp_path / "deployed.json"
    file.write_text(json.dumps(definition), encoding="utf-8")
    return file


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_run_that_two_explanations_fit_sends_one_experiment(
    tmp_path: Path, with_json: Path, options: tuple[str, ...]
) -> None:
    har = tmp_path / "run.har"
    with running_gateway(str(with_json)) as gateway:
        document = conformance(tmp_path, gateway.url, f"--har={har}", *options)
    (experiment,) = document.experiments
    exchange = document.exchanges[experiment.step.exchange or ""]
    assert exchange.sent.method == "GET"
    assert exchange.command.startswith("curl")
    assert len(experiment.predictions) == 2
    # The verdicts are those of the cases, and the diagnosis is the only thing that is refined.
    assert document.totals.total == len(document.cases) == document.totals.deviates
    file = tmp_path / "conformance.json"
    before = investigate(document, file).diagnosis()
    assert sum(explanation.rank == 1 for explanation in before.explanations) == 2
    after = diagnosed(document, file)
    assert [e.changes for e in after.explanations if e.rank == 1] == [(JSON_ADDED,)]
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "application/json were in binaryMediaTypes" in summary
    assert "cannot be told apart" not in summary
    assert http_archive.read(har.read_bytes()).experiments == document.experiments


def test_a_healthy_endpoint_gets_no_experiment(tmp_path: Path) -> None:
    with running_gateway("sample") as gateway:
        document = conformance(tmp_path, gateway.url)
    assert document.totals.conforms == len(document.cases) > 0
    assert document.experiments == []


def test_a_run_that_was_cut_short_sends_no_experiment(tmp_path: Path, with_json: Path) -> None:
    with running_gateway(str(with_json)) as gateway:
        document = conformance(tmp_path, gateway.url, "--maxfail=1", "--level=derived")
    assert document.totals.deviates
    assert document.experiments == []
