"""What the command line does with faults: the list, and one served to anybody."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fixtures.definitions import load
from fixtures.exceptions import UnknownFaultError
from fixtures.faults.catalogue import CATALOGUE, by_name
from fixtures.faults.command import list_faults, serve_fault
from fixtures.faults.host import Host

ROOT = Path(__file__).parents[2]
SERVE = (
    "from fixtures.definitions import load\n"
    "from fixtures.faults.command import serve_fault\n"
    "serve_fault('unknown-path-is-404', load('text-only'), 0, lambda line: print(line, flush=True))"
)


def test_the_list_names_every_fault_with_its_sentence() -> None:
    (line,) = list_faults(["error-is-text"])
    assert re.split(r"  +", line) == ["error", "error-is-text", by_name("error-is-text").sentence]
    assert len(list(list_faults())) == len(CATALOGUE)


def test_an_unknown_fault_is_neither_listed_nor_served() -> None:
    with pytest.raises(UnknownFaultError, match="no fault is named no-such-fault"):
        list(list_faults(["no-such-fault"]))
    with pytest.raises(UnknownFaultError, match="no fault is named no-such-fault"):
        serve_fault("no-such-fault", load("sample"), 0, print)


def test_a_port_that_is_taken_is_an_error_of_the_system() -> None:
    with Host().running() as host, pytest.raises(OSError, match="use"):
        serve_fault("error-is-text", load("sample"), int(host.origin.rpartition(":")[2]), print)


def test_a_faulty_gateway_is_served_to_anybody() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()
        assert said.startswith("Serving unknown-path-is-404: A gateway that answers 404")
        url = said.rstrip("\n").rpartition(" on ")[2]
        with httpx.Client(trust_env=False, timeout=5) as client:
            assert client.get(f"{url}/conformance-no-such-path").status_code == 404
            put = client.put(f"{url}/objects?key=a", content=b"text")
            assert put.status_code == 200
            assert client.get(f"{url}/objects?key=a").content == b"text"
    finally:
        process.terminate()
        _, complaints = process.communicate(timeout=10)
    assert complaints == ""
    assert process.returncode == 0
