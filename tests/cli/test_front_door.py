"""The front door: every command has its own help, and the help of all is fast."""

import subprocess
import sys
from pathlib import Path

import pytest

from apigw_conformance.__main__ import COMMANDS, main

ROOT = Path(__file__).parents[2]


def test_help_lists_every_command_and_imports_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"\n  {name} " in said and entry.does in said for name, entry in COMMANDS.items())
    assert all(len(line) <= 100 for line in said.splitlines())
    script = (
        "import sys; from apigw_conformance.__main__ import main; main(['-h']); "
        "sys.exit('pytest' in sys.modules or 'httpx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "run"])
def test_each_command_has_its_own_help_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: apigw-conformance {name} [-h]")
    assert f"Example: apigw-conformance {name} {COMMANDS[name].example}" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["jugde"],
            "apigw-conformance: there is no command 'jugde'; there are run, gateway, judge",
        ),
        (["judge"], "apigw-conformance judge: the following arguments are required: RUN"),
        (["page", "none.json"], "apigw-conformance page: none.json: cannot be read: No such file"),
        (["cleanup", "none"], "apigw-conformance cleanup: none: "),
        (["faults", "none"], "apigw-conformance faults: no fault is named none; the nearest: "),
        (["gateway", "--definition=none"], "apigw-conformance gateway: 'none': no such definition"),
    ],
)
def test_a_wrong_call_ends_with_one_sentence_and_status_4(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    assert status == 4
    said = capsys.readouterr().err
    assert said.startswith(sentence)
    assert said.count("\n") == 1


def test_a_port_that_is_taken_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert main(["faults", "--serve=error-is-text", f"--port={number}"]) == 4
    assert f"port {number} on 127.0.0.1 cannot be used: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [["run"], []], ids=["by name", "by default"])
def test_run_passes_options_of_pytest_on_from_any_folder(command: list[str], tmp_path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from apigw_conformance.__main__ import main; exit(main())"),
            *command,
            *("-q", "--collect-only", "-k", "nothing-has-this-name", "-p", "no:cacheprovider"),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 5, done.stdout + done.stderr  # pytest's: no test was selected
    assert "deselected" in done.stdout
