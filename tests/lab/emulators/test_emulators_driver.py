"""The driver, with real processes: one that conforms, and some that cannot be judged."""

import http.client
import os
import re
import sys
import venv
from pathlib import Path

import pytest

from tests.lab.emulators import __main__ as command
from tests.lab.emulators import driver, installation
from tests.lab.emulators.driver import Plan, judge_emulator
from tests.lab.emulators.emulator_process import running
from tests.lab.emulators.emulator_result import EmulatorResult, SkippedError
from tests.lab.emulators.installation import install
from tests.lab.emulators.result_tables import tables
from tests.lab.emulators.targets import Emulator
from tests.lab.helpers import a_small_definition

ROOT = Path(__file__).parents[3]
EMULATOR = str(Path(__file__).with_name("fake_emulator.py"))


def emulator(name: str = "bench", manner: str = "", **changes: object) -> Emulator:
    command = ("{bin}/python", EMULATOR, "{port}", *([manner] if manner else []))
    return Emulator(
        name=name,
        requirements=("bench==1.0",),
        command=command,
        invoke="http://127.0.0.1:{port}/_aws/execute-api/{api}/{stage}",
        **changes,
    )


@pytest.fixture
def installed(monkeypatch, tmp_path) -> Path:
    """This interpreter, with the project on its path, for an environment that has the bench."""
    programs = tmp_path / "bin"
    programs.mkdir()
    start = programs / "python"
    start.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec {sys.executable} "$@"\n')
    start.chmod(0o755)
    monkeypatch.setattr(driver, "install", lambda emulator, folder: programs)
    monkeypatch.setattr(driver, "version", lambda emulator, programs: "1.0")
    return programs


def plan(folder: Path, said: list[str], *, again: bool = False) -> Plan:
    return Plan(folder / "environments", folder, "quick", 300.0, again, said.append)


def test_an_emulator_is_deployed_to_judged_ended_and_judged_again(installed, tmp_path) -> None:
    said: list[str] = []
    small = a_small_definition(tmp_path)
    (result,) = judge_emulator(emulator(), (small,), plan(tmp_path, said))
    assert result.skip_reason == ""
    assert result.totals["deviates"] == result.totals["undecided"] == 0
    assert result.totals["conforms"] > 20
    assert (tmp_path / "bench" / "small" / "conformance.html").exists()
    (endpoint,) = (line.rpartition(" at ")[2] for line in said if " at http" in line)
    with pytest.raises(OSError):
        http.client.HTTPConnection(endpoint.split("/")[2], timeout=5).connect()

    (again,) = judge_emulator(emulator(), (small,), plan(tmp_path, said, again=True))
    assert (again.version, again.totals) == ("1.0", result.totals)
    assert said[-1] == f"bench: judging again what it did with {small}"


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        ("forgets", "ImportRestApi answers well and leaves out 2 of 2 operations, GET /objects"),
        ("refuses", "no such thing here"),
    ],
)
def test_an_emulator_that_cannot_be_deployed_to_says_why(installed, tmp_path, manner, why) -> None:
    (result,) = judge_emulator(emulator(manner=manner), ("text-only",), plan(tmp_path, []))
    assert result.document is None
    assert why in result.skip_reason


def test_an_emulator_that_ends_by_itself_leaves_its_last_words(installed, tmp_path) -> None:
    broken = emulator(environment={"PYTHONHOME": "/nowhere"})
    (result,) = judge_emulator(broken, ("text-only",), plan(tmp_path, []))
    assert result.skip_reason.startswith("it ended with status 1: ")


def test_an_emulator_that_never_serves_is_given_up_and_ended(installed, tmp_path) -> None:
    with (
        pytest.raises(
            SkippedError, match=r"it did not serve within 0\.5 seconds: (thinking|it said)"
        ),
        running(emulator(manner="silent"), installed, tmp_path / "own", longest_start=0.5),
    ):
        pass


def test_a_program_that_is_not_there_is_no_traceback(tmp_path) -> None:
    with (
        pytest.raises(SkippedError, match="it cannot be started"),
        running(emulator(), tmp_path / "nowhere", tmp_path / "own"),
    ):
        pass


def test_an_emulator_sees_no_credentials_of_whoever_starts_it(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    telling = Emulator(
        name="telling",
        requirements=("bench==1.0",),
        command=("/bin/sh", "-c", "env; exit 3"),
        invoke="",
    )
    with pytest.raises(SkippedError), running(telling, tmp_path, tmp_path / "own"):
        pass
    assert "planted" not in (tmp_path / "own" / "log.txt").read_text()


def test_an_emulator_for_a_newer_python_is_not_tried(tmp_path) -> None:
    (result,) = judge_emulator(emulator(python=(9, 0)), ("sample",), plan(tmp_path, []))
    here = ".".join(map(str, sys.version_info[:2]))
    assert result.skip_reason == f"not tried: it needs Python 9.0, and this is {here}"


def test_a_folder_may_be_named_from_where_one_stands(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(installation, "_run", lambda command: "")
    monkeypatch.setattr(venv, "create", lambda folder, with_pip: folder.mkdir(parents=True))
    assert install(emulator(), Path("below")).is_relative_to(tmp_path)


def test_a_requirement_that_cannot_be_had_is_one_clause(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", os.fspath(tmp_path))
    with pytest.raises(SkippedError, match=r"^it cannot be installed: ERROR: No matching distrib"):
        install(emulator(), tmp_path)
    assert not list(tmp_path.glob("*/complete"))


def test_one_that_cannot_be_judged_does_not_keep_the_others_from_it(
    installed, monkeypatch, tmp_path, capsys
) -> None:
    emulators = (emulator("bad", "forgets"), emulator("worse", "refuses"))
    monkeypatch.setattr(command, "EMULATORS", emulators)
    status = command.main(["--definition=text-only", f"--folder={tmp_path}"])
    assert status == 1
    written = (tmp_path / "tables.md").read_text()
    assert "| bad 1.0 | every one | ImportRestApi answers well" in written
    assert re.search(r"\| worse 1\.0 \| every one \| .* no such thing here", written)


def test_a_definition_that_is_not_there_is_one_sentence(capsys) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["--definition=nowhere.yaml"])
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m tests.lab.emulators: 'nowhere.yaml': no such definition")


def test_the_emulators_can_be_listed(capsys) -> None:
    assert command.main(["--list"]) == 0
    assert "localstack-core[runtime]==4.9.2" in capsys.readouterr().out


def test_tables_of_nothing_judged_say_only_why() -> None:
    found = [
        EmulatorResult("one", "", "sample", skip_reason="because"),
        EmulatorResult("one", "2", "mapped"),
    ]
    written = tables(found, "2026-01-01", "quick")
    assert "## By" not in written
    assert "| one | `sample` | because |" in written
