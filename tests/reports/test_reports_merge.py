"""The documents of shards, joined: the one document of the run, or a sentence why there is none."""

import copy
import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apigw_conformance.__main__ import main
from fixtures.exceptions import ReportError
from fixtures.gateway.process import running_gateway
from reports.document import Document, Shard
from reports.durations import DURATIONS
from reports.loader import load
from reports.merge import Part, joined
from reports.publish import diagnosed
from reports.stream import to_jsonl
from tests.reports.document_helpers import a_case, a_document

ROOT = Path(__file__).parents[2]
WHICH = "jpeg or length-8193 or byte-nul or latin or unknown- or missing"
S3_ERROR = "an error of S3"
SUITES = ("suites/roundtrip", "suites/errors", "-k", WHICH)


def run(out: Path, *arguments: str) -> int:
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", f"reports_out={out}", *arguments),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    ).returncode


# ------------------------------------------------------------------------------- a run in earnest


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run, and three shards of the same against the same endpoint, that lost its list of types.

    One of the shards has two workers; all are cut by the durations of the run.
    """
    folder = tmp_path_factory.mktemp("outs")
    sample = json.loads((ROOT / "fixtures" / "definitions" / "sample.json").read_text())
    sample["x-amazon-apigateway-binary-media-types"] = []
    (folder / "deployed.json").write_text(json.dumps(sample))
    known = folder / "known.toml"
    known.write_text(
        '[[deviation]]\nrule = "response-binary-binary-none"\nreason = "to be deployed"\n'
        '[[deviation]]\nrule = "unknown-path"\nreason = "no case needs it"\n'
    )
    with running_gateway(str(folder / "deployed.json")) as gateway:
        given = (*SUITES, f"--endpoint={gateway.url}", f"--known-deviations={known}")
        assert run(folder / "whole", *given) == 1
        cut = f"--durations-path={folder / 'whole' / DURATIONS}"
        for number, more in enumerate([(), ("-n2",), ()], start=1):
            run(folder / str(number), *given, cut, *more, f"--shard={number}/3")
        yield folder


@pytest.fixture(scope="module")
def merged(outs: Path) -> Path:
    shards = [str(outs / n / "conformance.json") for n in ("2", "3", "1")]
    assert main(["merge", *shards, f"--output={outs / 'merged'}"]) == 1
    return outs / "merged" / "conformance.json"


_OF_A_RESPONSE = re.compile(r"^(date|x-amzn-requestid|x-amz-apigw-id|x-amzn-trace-id|x-amz-.*)$")


def told(path: Path) -> dict[str, Any]:
    """What a document says, with each exchange where a case refers to it.

    Left out is what two runs never share: times, request ids, the names of folders and exchanges.
    """
    whole = json.loads(path.read_bytes())

    def body(name: str) -> Any:
        kept = whole["bodies"][name]
        # S3 names its request and the key of the run in each of its errors.
        if kept["base64"] and b"<HostId>" in b64decode(kept["base64"]):
            return S3_ERROR
        there = (path.parent / "bodies" / f"{name}.bin").exists()
        return name, kept["length"], kept["base64"], there or kept["base64"] is not None

    for exchange in whole["exchanges"].values():
        del exchange["seconds"], exchange["began"]
        exchange["sent"]["body"] = body(exchange["sent"]["body"])
        exchange["received"]["body"] = body(exchange["received"]["body"])
        exchange["received"]["headers"] = [
            header
            for header in exchange["received"]["headers"]
            if not _OF_A_RESPONSE.match(header[0].lower())
            and (exchange["received"]["body"] != S3_ERROR or header[0].lower() != "content-length")
        ]
        # A shared setup names the case for which it was sent, the first of its shard.
        exchange["sent"]["headers"] = [h for h in exchange["sent"]["headers"] if "(" not in h[1]]
        exchange["command"] = re.sub(r"'User-Agent: [^']*'", "", exchange["command"])
    for case in whole["cases"]:
        del case["seconds"]
        # Each process asks again for a few deviations of its own.
        case["reason"] = case["reason"].removesuffix(case.pop("remark"))
        for step in case["steps"]:
            if step["exchange"] is not None:
                step["exchange"] = whole["exchanges"][step["exchange"]]
    for name in ("started", "key_prefix", "arguments", "environment"):
        del whole["run"][name]
    # Each shard has a preflight and searches of its own.
    del whole["exchanges"], whole["bodies"], whole["end"]["ended"], whole["end"]["traffic"]
    text = json.dumps(whole)
    # Of S3's errors, in which each response has a name of its own.
    text = re.sub(r"500 with bytes [^,]*, \d+ bytes, SHA-256 [0-9a-f]+", "", text)
    # The folder of a run has always the same length, so that what is told of bodies stays.
    told: dict[str, Any] = json.loads(
        re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}(/|%2F)(gw\d(/|%2F))?", "", text)
    )
    return told


def test_merged_shards_say_what_the_whole_run_says(outs: Path, merged: Path) -> None:
    shards = [load(outs / n / "conformance.json") for n in ("1", "2", "3")]
    assert [shard.end.why for shard in shards] == ["", "", ""]
    assert all(len(shard.cases) > 10 for shard in shards)
    of_run, of_merge = told(outs / "whole" / "conformance.json"), told(merged)
    assert of_run["end"]["complete"]
    assert of_run["totals"]["deviates"] > 10
    assert len(of_run["stale"]) == 1
    assert of_merge == of_run


def test_merged_shards_have_the_diagnosis_of_the_whole_run(outs: Path, merged: Path) -> None:
    whole = outs / "whole" / "conformance.json"
    diagnosis = diagnosed(load(whole), whole)
    assert "binaryMediaTypes" in json.dumps(diagnosis.as_json())
    assert diagnosed(load(merged), merged) == diagnosis


def test_a_merge_publishes_what_a_run_does(outs: Path, merged: Path) -> None:
    names = {file.name for file in merged.parent.iterdir()}
    of_a_run = {f.name for f in (outs / "whole").iterdir() if not f.name.startswith("journal-")}
    assert names == of_a_run - {"conformance.jsonl"}
    sent = [load(outs / n / "conformance.json").end.traffic.requests for n in "123"]
    assert load(merged).end.traffic.requests == sum(sent) > 30
    tests = [json.loads((outs / n / DURATIONS).read_bytes()) for n in ("1", "2", "3")]
    assert json.loads((merged.parent / DURATIONS).read_bytes()) == tests[0] | tests[1] | tests[2]
    assert set(tests[0] | tests[1] | tests[2]) == {c.test for c in load(merged).cases}
    assert main(["judge", str(merged)]) == 1


def test_shards_take_about_the_same_time(outs: Path) -> None:
    known = json.loads((outs / "whole" / DURATIONS).read_bytes())
    times = [
        sum(known[case.test] for case in load(outs / n / "conformance.json").cases)
        for n in ("1", "2", "3")
    ]
    longest = max(known.values())
    assert all(abs(time - sum(known.values()) / 3) <= 2 * longest for time in times)


def test_a_merge_without_a_shard_says_which_is_missing(
    outs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shards = [str(outs / n / "conformance.json") for n in ("1", "3")]
    assert main(["merge", *shards, f"--output={tmp_path}"]) == 1
    assert "of 3 shards, these are missing: 2" in capsys.readouterr().out
    whole = load(tmp_path / "conformance.json")
    assert whole.end.complete is False
    planned, done = whole.run.planned, len(whole.cases)
    assert done < planned
    assert whole.untested[-1] == f"{planned - done} of {planned} planned cases came to no verdict"


def test_a_shard_that_was_cut_is_merged_as_far_as_it_goes(outs: Path, tmp_path: Path) -> None:
    shutil.copytree(outs / "1", tmp_path / "1")
    cut = tmp_path / "1" / "conformance.jsonl"
    cut.write_text("".join(cut.read_text().splitlines(keepends=True)[:9]))
    shards = [str(outs / n / "conformance.json") for n in ("2", "3")]
    assert main(["merge", *shards, str(cut), f"--output={tmp_path / 'out'}"]) == 1
    end = load(tmp_path / "out" / "conformance.json").end
    assert end.complete is False
    assert end.why == "shard 1 of 3: the run was cut: nothing says how it ended"


# --------------------------------------------------------------------------- what is no run at all


def a_shard(number: int, of: int = 2, names: str = "ab", **more: Any) -> Part:
    """A shard with a case for each letter, numbered by its place in the alphabet."""
    cases = more.pop("cases", None) or [
        a_case(name, number=ord(name) - ord("a"), test=f"suites/keys/test_keys.py::t[{name}]")
        for name in names
    ]
    shard = Shard(
        **{"number": number, "of": of, "cases": 4, "embedded": True} | more.pop("shard", {})
    )
    made = a_document(copy.deepcopy(cases), endpoint=f"http://127.0.0.1:{number}/v1", **more)
    made.run.shard = shard
    return Part(Path(f"{number}.json"), made, made.run.shard)


def merge(*parts: Part) -> Document:
    return joined(parts)


def test_shards_that_each_started_the_embedded_gateway_are_of_one_run() -> None:
    whole = merge(a_shard(2, names="cd"), a_shard(1))
    assert [case.id for case in whole.cases] == list("abcd")
    assert (whole.end.complete, whole.end.exit_status) == (True, 6)  # no bytes were seen
    assert whole.run.shard is None


OTHERS: dict[str, tuple[Callable[[], Part], str]] = {
    "the definition": (lambda: a_shard(2, definition="mapped"), "definition is 'mapped"),
    "the version": (lambda: a_shard(2, suite_version="9"), "version of the suite is '9' here"),
    "the profile": (lambda: a_shard(2, profile="quick"), "profile is 'quick' here and 'default'"),
    "the endpoint": (
        lambda: a_shard(2, shard={"embedded": False}),
        "endpoint is 'http://127.0.0.1:2/v1' here and 'the embedded gateway' there",
    ),
    "the commit": (lambda: a_shard(2, environment={"commit": "f00"}), "commit is 'f00' here"),
    "the level": (lambda: a_shard(2, level="must"), "level is 'must' here and 'should' there"),
    "how strict it is": (lambda: a_shard(2, strict=True), "setting of --strict is True here"),
    "the number of shards": (lambda: a_shard(2, of=3), "shards in all is 3 here and 2 there"),
    "the number of cases": (lambda: a_shard(2, shard={"cases": 7}), "cases in all is 7 here"),
    "nothing, it is the same shard": (lambda: a_shard(1), "is shard 1 of 2, and so is 1.json"),
    "the cut": (lambda: a_shard(2, names="bc"), "has the case b, which is for 1.json by its place"),
}


@pytest.mark.parametrize(("other", "sentence"), OTHERS.values(), ids=OTHERS)
def test_shards_of_different_runs_are_told_apart(other: Callable[[], Part], sentence: str) -> None:
    with pytest.raises(ReportError, match=re.escape(sentence)):
        merge(a_shard(1), other())


def test_a_cut_that_leaves_cases_to_nobody_is_not_complete() -> None:
    whole = merge(a_shard(1), a_shard(2, names="d"))
    end = whole.end
    assert end.why.startswith("the shards have 3 of 4 cases: they were cut differently")
    assert (end.complete, end.exit_status) == (False, 6)
    assert whole.untested == ["1 of 4 planned cases came to no verdict"]


def test_a_shard_that_was_cut_before_it_knew_its_cases_is_no_other_run() -> None:
    cut = a_shard(2, names="", shard={"cases": 0}, complete=False, why="killed", exit_status=None)
    end = merge(a_shard(1), cut).end
    assert (end.complete, end.why) == (False, "shard 2 of 2: killed")


def test_a_known_deviation_is_gone_that_no_shard_needs() -> None:
    parts = (
        a_shard(1, stale=["x", "y"], strict=True),
        a_shard(2, names="cd", stale=["y"], strict=True),
    )
    whole = merge(*parts)
    assert (whole.stale, whole.end.exit_status) == (["y"], 1)


STATUSES = [
    # outcome of a case, exit statuses of the shards, the status of the run
    ("conforms", (0, 0), 0),
    ("conforms", (0, 1), 1),  # a test that broke without a verdict
    ("undecided", (6, 0), 6),
    ("deviates", (1, 0), 1),
]


@pytest.mark.parametrize(("outcome", "statuses", "status"), STATUSES)
def test_the_exit_status_is_that_of_the_run(
    outcome: str, statuses: tuple[int, int], status: int
) -> None:
    seen = {"bytes_seen": True}
    case = a_case("a", outcome, number=0, test="suites/keys/test_keys.py::t[a]", **seen)
    one = a_shard(1, cases=[case], shard={"cases": 3}, exit_status=statuses[0])
    two = a_shard(2, names="cd", shard={"cases": 3}, exit_status=statuses[1])
    assert merge(one, two).end.exit_status == status


def test_what_differs_between_machines_is_there_as_a_list() -> None:
    one = a_shard(
        1, key_prefix="b/conformance/1/", arguments=["--shard=1/2", "-q"],
        environment={"python": "3.11", "workers": "1"},
    )  # fmt: skip
    two = a_shard(
        2, names="cd", key_prefix="b/conformance/2/", arguments=["--shard=2/2", "-q"],
        environment={"python": "3.12", "workers": "1"},
    )  # fmt: skip
    about = merge(one, two).run
    assert about.environment == {"python": "3.11, 3.12", "workers": "1"}
    assert (about.key_prefix, about.arguments) == ("b/conformance/", ["-q"])
    one.recorded.run.arguments = ["--shard", "1/2", "-q"]
    assert merge(one, two).run.arguments == ["-q"]


def test_a_wrong_call_of_merge_ends_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, part = tmp_path / "whole.json", tmp_path / "conformance.json"
    whole.write_text(to_jsonl(a_document([a_case()])))
    part.write_text(to_jsonl(a_shard(1).recorded))
    (tmp_path / "file").touch()
    for call, sentence in (
        ([whole], "whole.json: is of a whole run, and none of the shards"),
        ([part, f"--output={tmp_path}"], "is one of the shards: give another folder"),
        ([part, f"--output={tmp_path / 'file'}"], "file: cannot be used"),
    ):
        assert main(["merge", *map(str, call)]) == 4
        said = capsys.readouterr().err
        assert sentence in said
        assert len(said.splitlines()) == 1
