"""The file for Tavern: it has what Tavern can say, and leaves out the rest."""

import json
from pathlib import Path

import pytest

from fixtures.gateway.process import running_gateway
from tests.lab.benchmarks.measurement import suite
from tests.lab.benchmarks.tavern_file import written


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verdict document of some downloads."""
    out = tmp_path_factory.mktemp("out")
    with running_gateway("sample") as gateway:
        suite(gateway.url, out, "suites/download", "-kevery-byte")
    return out / "conformance.json"


def test_each_exchange_that_can_be_said_is_a_test(recorded: Path, tmp_path: Path) -> None:
    exchanges = json.loads(recorded.read_bytes())["exchanges"]
    file = written(recorded, tmp_path / "tavern")
    text = (file.folder / "test_exchanges.tavern.yaml").read_text(encoding="utf-8")
    tests = [json.loads(document) for document in text.split("\n---\n")]
    said = {test["stages"][0]["name"]: test["stages"][0] for test in tests}
    assert (len(said), len(exchanges)) == (file.said, file.of)
    for key, exchange in exchanges.items():
        headers = [name.lower() for name, _ in exchange["sent"]["headers"]]
        sayable = exchange["sent"]["method"] == "PUT" or headers.count("accept") == 1
        assert (key in said) == sayable, key
    assert 0 < file.said < file.of


def test_an_answer_is_its_status_its_type_and_its_bytes(recorded: Path, tmp_path: Path) -> None:
    whole = json.loads(recorded.read_bytes())
    file = written(recorded, tmp_path / "tavern")
    text = (file.folder / "test_exchanges.tavern.yaml").read_text(encoding="utf-8")
    for document in text.split("\n---\n"):
        (stage,) = json.loads(document)["stages"]
        received = whole["exchanges"][stage["name"]]["received"]
        assert stage["response"]["status_code"] == received["status"]
        assert stage["response"]["headers"] == {
            name: value for name, value in received["headers"] if name.lower() == "content-type"
        }
        same = stage["response"].get("verify_response_with")
        assert (same is not None) == (
            stage["request"]["method"] != "HEAD" and received["status"] == 200
        )
        body = same["extra_kwargs"]["file"] if same else received["body"]
        assert body == received["body"]
        assert len((file.folder / body).read_bytes()) == whole["bodies"][body]["length"]
