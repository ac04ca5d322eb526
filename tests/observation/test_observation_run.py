"""`observe` as a whole, by real processes: a run, one that is interrupted, one that is killed."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from apigw_conformance.__main__ import main
from fixtures.exceptions import ObservationError
from fixtures.rules.rule_book import ANY, rules
from suites.observation import journal, plan
from suites.observation.account import Account
from suites.observation.interrupts import Interrupts
from suites.observation.journal import run_name
from suites.observation.observation import read
from suites.observation.questions import QUESTIONS
from suites.observation.run import Run
from tests.observation.helpers import AWS, NUMBER, Host, hosting


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    # The gateways before moto's S3 have these settings, and so have commands of this process.
    with pytest.MonkeyPatch.context() as patched, hosting() as found:
        for name, value in {**AWS, "AWS_ENDPOINT_URL": found.aws}.items():
            patched.setenv(name, value)
        yield found


def until(process: "subprocess.Popen[str]", beginning: str) -> list[str]:
    """What a process says up to the line that begins so."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(beginning):
            return said
    raise AssertionError("".join(said))


def end(process: "subprocess.Popen[str]") -> str:
    return process.communicate(timeout=120)[0]


def test_a_run_asks_everything_and_leaves_nothing(host: Host, tmp_path: Path) -> None:
    process = host.observe(tmp_path, "--function", f"--output={tmp_path / 'observed.json'}")
    said = end(process)
    assert process.returncode == 0, said
    assert host.left() == []
    assert "No rule is settled" in said
    text = (tmp_path / "observed.json").read_text(encoding="utf-8")
    for secret in (NUMBER, AWS["AWS_ACCESS_KEY_ID"], AWS["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in text
    recorded = {each.id: each for each in read(tmp_path / "observed.json").observations}
    assert list(recorded) == [question.id for question in QUESTIONS]
    assert {each.certainty for each in recorded.values()} == {
        "recorded from a host that is not AWS's"
    }
    assert all(
        len(each.source.request_id) == 36 for each in recorded.values() if "over" not in each.id
    )
    # The gateway gives the answer that each rule prefers, so the readings are put to the test.
    for question in QUESTIONS:
        answers = rules()[question.rule].answers if question.rule else (ANY,)
        if answers != (ANY,):
            leaves = question.leaves(recorded[question.id].observed)
            assert leaves is not None, recorded[question.id]
            assert answers[0] in leaves, (question.id, leaves)


def test_ctrl_c_ends_a_run_that_removes_what_it_created_and_nothing_else(
    host: Host, tmp_path: Path
) -> None:
    process = host.observe(tmp_path)
    until(process, "creating the api")
    # An API of somebody else, who took the same name.
    gateway, name = host.client("apigateway"), f"{host.left()[0]}-png"
    theirs = gateway.create_rest_api(name=name)["id"]
    process.send_signal(signal.SIGINT)
    said = end(process)
    assert process.returncode == 1, said
    assert "interrupted: what was created is removed first" in said
    assert "interrupted: not every question was asked" in said
    assert host.left() == [name]
    gateway.delete_rest_api(restApiId=theirs)


def test_a_killed_run_is_removed_by_its_journal(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = host.observe(tmp_path)
    until(process, "creating the api")
    until(process, "creating the api")
    process.kill()
    end(process)
    (path,) = tmp_path.glob("*.jsonl")
    (bucket, role, *apis) = host.left()
    assert bucket == role == path.stem
    assert 1 <= len(apis) <= 2
    # A role that a policy is attached to cannot be removed.
    iam = host.client("iam")
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = iam.create_policy(PolicyName="theirs", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    assert main(["observe", f"--cleanup={path}"]) == 1
    assert f"not removed: the role {role}: " in capsys.readouterr().out
    assert host.left() == [role]
    iam.detach_role_policy(RoleName=role, PolicyArn=policy)
    for said in (f"removing the role {role}\n", f"{path}: nothing to do\n"):
        assert main(["observe", f"--cleanup={path}"]) == 0
        assert capsys.readouterr().out == said
    assert host.left() == []


def test_apis_that_never_answer_are_removed(host: Host, tmp_path: Path) -> None:
    name = run_name()
    resources = plan.resources(name, with_function=False)[:3]
    nowhere = "http://127.0.0.1:1/{api}/{stage}"
    run = Run(name, Account(), resources, (), tmp_path / "journal.jsonl", nowhere, longest_wait=0)
    with pytest.raises(ObservationError, match="does not hand out its first object within 0 sec"):
        run.execute(Interrupts())
    assert host.left() == []
    assert journal.read(run.journal)[1] == ()
