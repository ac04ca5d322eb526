"""Bad gateways on a socket, the cases that catch them, and what is said of it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.definitions import load
from fixtures.faults.catalogue import CATALOGUE, by_name
from fixtures.faults.fault import Fault
from fixtures.faults.host import Host
from fixtures.faults.injection import Injection
from fixtures.rules.rule_book import rules
from suites.profile import PROFILES
from tests.lab.fault_matrix import __main__ as command
from tests.lab.fault_matrix.matrix import (
    NEVER_BROKEN,
    Control,
    Matrix,
    Row,
    SoleKiller,
    line,
    per_definition,
    run,
)
from tests.lab.fault_matrix.trial import (
    Result,
    Trial,
    applies,
    control,
    is_sole_killer,
    planned,
    run_trial,
)

HARMLESS = Fault("harmless", "error", "A gateway that is right.", ("unknown-path",), Injection())


@pytest.fixture(scope="module")
def host():
    with Host().running() as running:
        yield running


# ------------------------------------------------------------------------------ end to end


@pytest.mark.parametrize(
    "name",
    [
        "accept-last-entry",
        "response-binary-text-none-bytes",
        "base64-lines",
        "decoder-garbage-dropped",
        "refused-upload-destroys",
        "overwrite-keeps-tail",
        "key-plus-decoded",
        "content-length-short-beside-chunks",
        "upload-cut-last-byte",
        "sometimes-turned",
        "together-bodies",
    ],
)
def test_a_fault_is_caught_by_its_own_rule(host, name: str) -> None:
    fault = by_name(name)
    trial = run_trial(host, fault, "sample", "quick")
    assert trial.result is Result.CAUGHT
    assert trial.rule in fault.rules
    assert trial.rule in trial.rules
    assert trial.case


def test_a_broken_connection_leaves_every_case_undecided(host) -> None:
    trial = run_trial(host, by_name("connection-body-broken-off"), "sample", "quick")
    assert trial.result is Result.CAUGHT
    assert trial.sent > 1


def test_a_connection_that_holds_is_not_taken_for_a_broken_one(host) -> None:
    whole = replace(HARMLESS, group="connection", rules=("response-binary-binary-none",))
    assert run_trial(host, whole, "sample", "quick").result is Result.MISSED


def test_a_correct_gateway_is_not_caught(host) -> None:
    trial = run_trial(host, HARMLESS, "text-only", "quick")
    assert trial.result is Result.MISSED
    assert trial.sent == len(planned("text-only", "quick")[1])
    assert control(host, "text-only", "quick", 50) == Control(50, ())


def test_a_fault_that_breaks_rules_of_others_is_caught_by_other(host) -> None:
    fault = by_name("errors-are-200")
    other = replace(fault, rules=("request-id",))
    assert run_trial(host, other, "text-only", "quick").result is Result.CAUGHT_BY_OTHER


# ---------------------------------------------------------------------------- what applies


def test_a_fault_is_not_tried_where_no_case_carries_its_rules(host) -> None:
    fault = by_name("head-is-405")
    assert not applies(fault, "sample", "quick")
    assert run_trial(host, fault, "sample", "quick") == Trial(Result.NOT_TRIED)


def test_a_fault_is_not_tried_where_it_says_that_it_cannot_show() -> None:
    fault = by_name("accept-absent-is-text-under-full-wildcard")
    assert applies(fault, "wildcard", "quick")
    assert not applies(fault, "sample", "quick")


def test_a_fault_near_the_limit_waits_for_a_profile_that_goes_there() -> None:
    fault = by_name("limit-one-short")
    assert not applies(fault, "sample", "quick")
    assert applies(fault, "sample", "default")


def test_every_case_that_can_be_sent_is_planned_once() -> None:
    definition, cases = planned("sample", "quick")
    assert definition == load("sample")
    ids = [(case.case.id, case.case.aspect, case.case.rules) for case in cases]
    assert len(ids) == len(cases) > 1000
    assert all(case.case.steps for case in cases)
    assert not PROFILES["quick"].large


# --------------------------------------------------------------------------- what is said

CAUGHT = Trial(Result.CAUGHT, 3, "error-body", "a case", ("error-body",))
MISSED = Trial(Result.MISSED, 9)
CAUGHT_BY_OTHER = Trial(Result.CAUGHT_BY_OTHER, 9, "request-id", "a case", ("request-id",))
UNTRIED = Trial(Result.NOT_TRIED)
RIGHT = {"sample": Control(5, ())}


def rows(**trials: Trial) -> Matrix:
    return Matrix("quick", RIGHT, (Row("error-is-text", trials),))


def test_a_fault_is_to_be_caught_wherever_it_can_show() -> None:
    assert rows(sample=CAUGHT, mapped=CAUGHT, wildcard=UNTRIED).succeeded
    assert rows(sample=UNTRIED).succeeded
    assert not rows(sample=CAUGHT, mapped=CAUGHT_BY_OTHER).succeeded
    assert not rows(sample=CAUGHT, mapped=MISSED).succeeded
    assert not rows(sample=MISSED, mapped=UNTRIED).succeeded


def test_a_rule_must_be_the_sole_killer_of_some_fault() -> None:
    killer = SoleKiller("error-is-text", "sample")
    with_killer = replace(rows(sample=CAUGHT), sole_killers={"error-body": killer})
    assert with_killer.succeeded
    assert not replace(
        with_killer, sole_killers={"error-body": killer, "request-id": None}
    ).succeeded


def test_each_rule_is_the_only_one_that_some_fault_breaks() -> None:
    judged = set(rules()) - NEVER_BROKEN
    assert judged - {fault.rules[0] for fault in CATALOGUE if len(fault.rules) == 1} == set()


def test_a_fault_that_breaks_two_rules_has_no_sole_killer(host) -> None:
    killed = by_name("error-is-text")
    assert is_sole_killer(host, killed, "text-only", "quick", "error-body")
    several = by_name("payload-always-text")
    assert not is_sole_killer(host, several, "sample", "quick", "response-binary-binary-none")


def test_a_fault_that_is_not_caught_has_no_sole_killer(host) -> None:
    assert not is_sole_killer(host, HARMLESS, "text-only", "quick", "unknown-path")


def test_each_rule_is_tried_as_the_sole_killer_of_a_fault() -> None:
    matrix = run(["error-is-text"], ["text-only"], "quick", control_cases=1, sole_killers=True)
    assert matrix.sole_killers["error-body"] == SoleKiller("error-is-text", "text-only")
    assert matrix.sole_killers["request-id"] is None
    assert set(matrix.sole_killers) == set(rules()) - NEVER_BROKEN
    assert not matrix.succeeded
    assert matrix.document()["sole_killers"]["error-body"]["fault"] == "error-is-text"


def test_nothing_is_proven_where_the_correct_gateway_deviates() -> None:
    wrong = Matrix("quick", {"sample": Control(5, ("a case: a reason",))}, rows(a=CAUGHT).rows)
    assert not wrong.succeeded


def test_a_line_names_fault_outcome_rule_definition_and_case() -> None:
    text = line(Row("error-is-text", {"sample": MISSED, "mapped": CAUGHT}))
    assert re.split(r"  +", text) == ["error-is-text", "caught", "error-body", "mapped: a case"]


def test_a_fault_that_is_not_caught_is_named_under_its_definition() -> None:
    said = list(per_definition(rows(sample=MISSED, mapped=CAUGHT_BY_OTHER)))
    assert said == [
        "sample: 0 caught, 0 caught by other, 1 missed, 0 not tried",
        "  missed: error-is-text",
        "mapped: 0 caught, 1 caught by other, 0 missed, 0 not tried",
        "  caught by other: error-is-text",
    ]


# ------------------------------------------------------------------------ the command line


def test_the_matrix_is_written_as_json(tmp_path: Path, capsys) -> None:
    file = tmp_path / "matrix.json"
    options = ["--definition=text-only", "--fault=error-is-text", "--fault=head-is-405"]
    assert command.main([*options, f"--json={file}"]) == 0
    document = json.loads(file.read_text(encoding="utf-8"))
    assert set(document) == {"profile", "succeeded", "controls", "faults", "sole_killers"}
    assert document["profile"] == "quick"
    assert document["succeeded"] is True
    assert document["controls"]["text-only"] == {"cases": 200, "deviations": []}
    assert list(document["faults"]) == ["error-is-text", "head-is-405"]
    caught = document["faults"]["error-is-text"]
    assert caught["result"] == "caught"
    assert caught["group"] == "error"
    assert caught["rules"] == ["error-body"]
    (trial,) = caught["definitions"].values()
    assert set(trial) == {"result", "sent", "rule", "case", "rules"}
    assert trial["result"] == "caught"
    assert trial["rule"] == "error-body"
    assert document["faults"]["head-is-405"]["result"] == "not tried"
    assert "2 faults: 1 caught, 0 caught by other, 0 missed, 1 not tried" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--fault=no-such-fault"], "no fault is named no-such-fault"),
        (["--definition=no-such-definition"], "no such definition"),
        (["--profile=thorough"], "invalid choice: 'thorough'"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(options: list[str], says: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(options)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_sample_is_drawn_by_its_seed(monkeypatch, capsys) -> None:
    drawn = []

    def no_run(faults, *_, sole_killers, **__):
        drawn.append(tuple(faults))
        assert not sole_killers
        return Matrix("quick", {}, ())

    monkeypatch.setattr(command, "run", no_run)
    for seed in ("1", "1", "2"):
        assert command.main(["--sample=7", f"--seed={seed}"]) == 0
    assert len(set(drawn[0])) == 7
    assert drawn[0] == drawn[1] != drawn[2]
    assert f"7 of {len(CATALOGUE)} faults, drawn by seed 1" in capsys.readouterr().out
