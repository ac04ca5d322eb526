"""The files of `observe`: its plan, and journals and observations that cannot be used."""

import signal
from pathlib import Path

import pytest

from apigw_conformance.__main__ import main
from suites.observation.interrupts import Interrupts
from suites.observation.journal import Header, Journal, Kind, Resource, State, read

RUN = "apigw-observe-20261201t101112z-0a1b2c"
HEADER = f'{{"run":"{RUN}","region":"eu-central-1","observe":1}}\n'
BUCKET = f'{{"kind":"bucket","name":"{RUN}","state":"created"}}\n'


def test_the_plan_names_everything_and_calls_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A call would fail: there is no such server, and there are no credentials.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    assert main(["observe", "--plan", "--function"]) == 0
    said = capsys.readouterr().out
    for kind in Kind:
        assert f"\n  {kind} apigw-observe-" in said
    assert "-parameter with image/jpeg;base64 as binary" in said
    assert "\n  lambda-request-empty-upload\n" in said
    assert "costs about $0.0" in said
    assert main(["observe", "--plan"]) == 0
    assert "function" not in capsys.readouterr().out


def test_a_journal_has_what_may_exist_and_the_last_first(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal.begin(path, Header(RUN, "eu-central-1"))
    bucket, api = Resource(Kind.BUCKET, RUN), Resource(Kind.API, f"{RUN}-png")
    role = Resource(Kind.ROLE, RUN)
    for each in (bucket, role, api):
        journal.write(each, State.CREATED)
    journal.write(role, State.REMOVED)
    journal.close()
    path.write_bytes(path.read_bytes() + b'{"kind":"api","na')
    assert read(path) == (Header(RUN, "eu-central-1"), (api, bucket))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "not a journal of observe: "),
        ("{}\n", "not a journal of observe: "),
        ('{"journal":3,"endpoint":"https://example.com"}\n', "not a journal of observe: "),
        (HEADER.replace(":1}", ":2}"), "not a journal of observe, or of another version"),
        (HEADER.replace(RUN, "company"), "not a journal of observe, or of another version"),
        (HEADER + BUCKET.replace(RUN, "their-bucket"), "line 2 names 'their-bucket', which is not"),
        (
            HEADER + BUCKET.replace(RUN, f"{RUN}4"),
            f"line 2 names '{RUN}4', which is not of the run",
        ),
        (HEADER + BUCKET.replace("bucket", "user"), "line 2 is not a resource: "),
    ],
)
def test_a_journal_that_leads_elsewhere_is_refused(
    content: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(content, encoding="utf-8")
    assert main(["observe", f"--cleanup={path}"]) == 4
    said = capsys.readouterr().err
    assert said.startswith(f"apigw-conformance observe: {path}: {sentence}")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", "not a file of observe: "),
        ('{"about":"","format":"observe/2","observations":[]}', "its format is 'observe/2', and"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    content: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "seen.json"
    path.write_text(content, encoding="utf-8")
    assert main(["observe", f"--read={path}"]) == 4
    assert f"{path}: {sentence}" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--read", "--cleanup"])
def test_a_file_that_is_not_there_is_refused(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["observe", f"{option}=none"]) == 4
    assert "none: cannot be read: No such file or directory" in capsys.readouterr().err


def test_without_a_region_nothing_is_begun(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert main(["observe"]) == 4
    assert "observe found no region; set AWS_REGION or give --region" in capsys.readouterr().err


def test_a_signal_waits_for_the_call_and_the_first_for_the_removal() -> None:
    interrupts = Interrupts()
    done = []
    with interrupts.installed():
        with pytest.raises(KeyboardInterrupt), interrupts.held():
            signal.raise_signal(signal.SIGTERM)
            done.append("call")
        interrupts.finishing()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with Interrupts().installed(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    late = Interrupts()
    with late.installed():
        late.finishing()
        with late.held():
            signal.raise_signal(signal.SIGINT)
            done.append("removal")
    assert done == ["call", "removal"]
