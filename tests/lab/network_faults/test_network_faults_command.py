"""The commands: the proof, the proxy served, and the whole suite through it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import randbelow

import pytest

from fixtures.client import Client
from fixtures.gateway.process import running_gateway
from tests.lab.helpers import a_small_definition
from tests.lab.network_faults import __main__ as command
from tests.lab.network_faults.network_fault import DEFAULT, NETWORK_FAULTS

ROOT = Path(__file__).parents[3]


@contextmanager
def served(*options: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lab.network_faults", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        yield line.rstrip("\n").rpartition(" on ")[2]
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()


def suite(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--strict"),
            *("--hypothesis-profile=quick", f"--endpoint={url}", *options),
        ],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        timeout=300,
    )


MILD = (
    *("latency", "segments", "drip", "chunked", "chunked-odd", "http-1.0"),
    *("reordered", "extra", "interim", "closed-after"),
)
# What is silent makes a client wait, which is tried elsewhere with less patience.
HARD = tuple(set(DEFAULT) - {"silence", "stall", "slow-drip"})
NARROW = "test_random_bytes or test_an_overwritten or error_type"


@pytest.mark.parametrize(
    ("kinds", "share", "statuses"),
    [(MILD, "0.4", {0}), (HARD, "0.02", {0, 6})],
    ids=["mild", "hard"],
)
def test_the_suite_reports_no_deviation_through_the_proxy(kinds, share, statuses) -> None:
    seed = randbelow(10**9)
    sys.stdout.write(f"seed {seed}\n")
    chosen = [f"--kind={name}" for name in kinds]
    with (
        running_gateway("sample") as gateway,
        served(f"--upstream={gateway.url}", f"--seed={seed}", f"--share={share}", *chosen) as url,
    ):
        run = suite(url, "-k", NARROW)
    assert run.returncode in statuses, run.stdout + run.stderr
    assert re.search(r"passed|cannot be reached|unavailable", run.stdout + run.stderr)


def test_latency_alone_is_served() -> None:
    with (
        running_gateway("text-only") as gateway,
        served(f"--upstream={gateway.url}", "--latency=20") as url,
    ):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/.*", url)
        assert url.rpartition("/")[2] == gateway.url.rpartition("/")[2]
        client = Client(url)
        exchange = client.send("PATCH", "/objects", (), b"", case="late")
        client.close()
    assert exchange.received.status == 403
    assert exchange.seconds >= 0.02


def test_the_proof_is_printed_and_written(tmp_path, capsys) -> None:
    file = tmp_path / "proof.json"
    status = command.main(
        [
            *("--runs=2", f"--definition={a_small_definition(tmp_path)}", "--seed=5"),
            *("--kind=latency", "--kind=bad-gateway", "--share=0.1", f"--json={file}"),
        ]
    )
    printed = capsys.readouterr().out
    assert status == 0, printed
    (document,) = json.loads(file.read_text(encoding="utf-8"))
    assert document["holds"] is True
    assert [run["seed"] for run in document["runs"]] == [5, 6]
    assert set(document["clean"]) == {"conforms"}
    assert set(document["injected"]) == {"latency", "bad-gateway"}
    assert set(document["undecided"]) == {"bad-gateway"}
    assert "seed 6: " in printed
    assert f"undecided by: {document['undecided']['bad-gateway']} bad-gateway" in printed


def test_a_false_alarm_fails_the_proof_and_is_explained(tmp_path, capsys) -> None:
    definition = f"--definition={a_small_definition(tmp_path)}"
    status = command.main(["--runs=1", definition, "--kind=corrupted", "--share=0.5"])
    printed = capsys.readouterr().out
    assert status == 1
    assert re.search(r"^  case     .+\n  clean    conforms.+\n  received .*deviates", printed, re.M)
    assert re.search(r"^  faults   .*corrupted", printed, re.M)
    assert re.search(r"^  exchange (GET|PUT) http://127.0.0.1:.+ HTTP/1.1 \d{3}", printed, re.M)


def test_the_kinds_are_listed(capsys) -> None:
    assert command.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [kind.name for kind in NETWORK_FAULTS]


WRONG = {
    "no kind": (["--kind=sunshine"], "no network fault 'sunshine'"),
    "no share": (["--share=2"], "'2' is not a share"),
    "no URL": (["--upstream=nonsense"], "the upstream is a URL like"),
    "no definition": (["--definition=nope"], "nope"),
    "no fault": (["--fault=nope"], "nope"),
    "no port": (["--port=x", "--upstream=http://127.0.0.1:9"], "no port"),
}


@pytest.mark.parametrize(("arguments", "complaint"), WRONG.values(), ids=WRONG)
def test_a_wrong_call_ends_in_one_sentence(arguments, complaint, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys) -> None:
    with served("--upstream=http://127.0.0.1:9", "--latency=1") as url:
        port = url.rpartition(":")[2]
        with pytest.raises(SystemExit) as ended:
            command.main(["--upstream=http://127.0.0.1:9", f"--port={port}"])
    assert ended.value.code == 2
    assert f"port {port} on 127.0.0.1 cannot be used" in capsys.readouterr().err
