"""The stream of a run: written line by line, read back as far as it goes."""

import json
import tracemalloc
from pathlib import Path

import pytest
from msgspec.structs import replace

from fixtures.definitions import load
from fixtures.exceptions import DocumentError, ReportError
from reports.atomic_file import atomic_write
from reports.collector import STREAM, Collector
from reports.document import Counts, Document, decode
from reports.loader import load as load_document
from reports.stream import Header, Stream, iter_json, read, to_jsonl
from tests.reports.document_helpers import a_case, a_document
from tests.reports.recording_helpers import ENDED, a_heading, recorded

HEADING = a_heading(load("sample"))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run of some forty cases left."""
    folder = tmp_path_factory.mktemp("out")
    recorded(folder, "mapped", every=40)
    return folder


def lines(out: Path) -> list[bytes]:
    return (out / STREAM).read_bytes().splitlines(keepends=True)


def test_header_plan_cases_and_footer_have_a_line_each(out: Path) -> None:
    head, plan, *cases, foot = map(json.loads, lines(out))
    assert set(head) == {"line", "version", "run"}
    assert plan == {"line": "plan", "planned": len(cases), "of": 0}
    assert all(set(case) == {"line", "case", "exchanges", "bodies"} for case in cases)
    assert set(foot) == {"line", "end", "stale"}


def test_the_stream_and_the_document_say_the_same(out: Path) -> None:
    assert load_document(out / STREAM) == load_document(out / "conformance.json")
    assert load_document(out / STREAM).end == ENDED


def test_a_stream_without_a_footer_is_known_to_be_cut(out: Path) -> None:
    cut = read(lines(out)[:5])
    assert cut.end.complete is False
    assert cut.end.exit_status is None
    assert len(cut.cases) == 3 < cut.run.planned


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_line_that_was_cut_is_left_out(out: Path, kept: float) -> None:
    *whole, last = lines(out)[:5]
    cut = read([*whole, last[: int(len(last) * kept)]])
    assert cut == read(whole)


def test_wherever_a_stream_is_cut_it_is_read(out: Path) -> None:
    text = b"".join(lines(out)[:6])
    first = len(lines(out)[0])
    for at in range(first, len(text), 499):
        found = read(text[:at].splitlines(keepends=True))
        assert found.end.complete is False
        # A line that lacks its end alone is a whole record.
        assert len(found.cases) <= max(0, text[:at].count(b"\n") - 1)


HEADER = f"{to_jsonl(Header(HEADING, 1))}\n"
NO_STREAMS: list[tuple[str, str]] = [
    ("", "the first line is not the header of a run"),
    ('{"line":"plan","planned":1}\n', "the first line is not the header of a run"),
    ("{}\n", "line 1: Object missing required field `line`"),
    ("[1]\n", "line 1: Expected `object`, got `array`"),
    ('{"version":2,"run":{}}\n', "version 2 of the document is not read here, only 1"),
    (f"{HEADER}nonsense\n{{}}\n", "line 2 is not JSON"),
    (HEADER + '{"line":"footer"}\n', "line 2: Object missing required field `end`"),
    (f"{HEADER}[]\n", "line 2: Expected `object`, got `array`"),
    ('{"line":"header","version":1,"run":{}}\n', "line 1: Object missing required field"),
]


@pytest.mark.parametrize(("text", "sentence"), NO_STREAMS)
def test_what_is_no_stream_is_refused_in_one_sentence(
    text: str, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError) as refused:
        load_document(file)
    assert str(refused.value).startswith(f"{file}: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


NO_DOCUMENTS: list[tuple[bytes, str]] = [
    (b"", "not JSON"),
    (b"\xff", "not JSON"),
    (b'{"a":' + b"[" * 100_000, "not JSON"),
    (b"[]", "not a verdict document"),
    (b"{}", "not a verdict document"),
    (b'{"version": 0}', "version 0 of the document is not read here, only 1"),
    (b'{"version": 1}', "Object missing required field `run`"),
    (b'{"version": 1, "run": []}', "Expected `object`, got `array` - at `$.run`"),
]


@pytest.mark.parametrize(("content", "sentence"), NO_DOCUMENTS)
def test_what_is_no_document_is_refused_in_one_sentence(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(ReportError) as refused:
        load_document(file)
    assert str(refused.value).startswith(f"{file}: ")
    assert sentence in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"none\.json: cannot be read: No such file"):
        load_document(tmp_path / "none.json")


def test_what_is_written_can_be_read_before_the_run_ends(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "a.jsonl", HEADING)
    stream.plan(7)
    found = load_document(tmp_path / "a.jsonl")
    assert (found.run.planned, found.end.complete) == (7, False)
    with stream.finished(ENDED, ["a rule"]):
        pass
    found = load_document(tmp_path / "a.jsonl")
    assert (found.end.complete, found.stale) == (True, ["a rule"])


def test_a_new_stream_takes_the_place_of_an_older_one_that_is_still_written(tmp_path: Path) -> None:
    older = Stream(tmp_path / "a.jsonl", HEADING)
    newer = Stream(tmp_path / "a.jsonl", replace(HEADING, profile="nightly"))
    older.plan(1)
    with older.finished(ENDED, []) as whole:
        assert whole.run.planned == 1
    newer.plan(2)
    with newer.finished(ENDED, []) as whole:
        assert (whole.run.planned, whole.run.profile) == (2, "nightly")
        assert load_document(tmp_path / "a.jsonl") == decode(b"".join(iter_json(whole)), Document)


def test_reports_that_cannot_be_written_are_said_and_the_stream_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collector = Collector(tmp_path)
    collector.begin(HEADING)
    (tmp_path / "conformance.json").mkdir()
    collector.finish(0)
    assert collector.published == ()
    assert "the reports could not be written: " in capsys.readouterr().err
    assert load_document(tmp_path / STREAM).end.exit_status == 0


def test_cases_come_in_the_order_of_planning_whenever_they_ended(out: Path) -> None:
    head, plan, *cases, foot = lines(out)
    assert read([head, plan, *reversed(cases), foot]) == read(lines(out))
    numbers = [case.number for case in read([head, plan, *reversed(cases)]).cases]
    assert numbers == sorted(numbers)


def test_rules_and_totals_are_counted(out: Path) -> None:
    changed: list[bytes] = []
    for number, line in enumerate(lines(out)[2:-1]):
        record = json.loads(line)
        outcomes = ("conforms", "deviates", "not applicable", "undecided")
        record["case"]["outcome"] = outcomes[min(number, 3)]
        record["case"]["rules"] = ["unknown-path", "request-id"]
        changed.append(to_jsonl(record).encode())
    found = read([lines(out)[0], *changed])
    expected = Counts(1, 1, 1, len(changed) - 3)
    assert found.totals == found.rules["unknown-path"].counts == expected
    assert found.rules["request-id"].counts.total == 0


def test_a_case_of_a_rule_that_nobody_knows_is_refused(out: Path) -> None:
    head, _, first, *_ = lines(out)
    with pytest.raises((KeyError, DocumentError)):
        read([head, first.replace(b'"rules":["', b'"rules":["no-such-')])


def test_a_document_in_pieces_is_the_same_line() -> None:
    for whole in (a_document(), a_document([a_case("a", reason="\N{GRINNING FACE}")], stale=["x"])):
        assert b"".join(iter_json(whole)) == to_jsonl(whole).encode()


def test_to_write_four_times_as_many_cases_takes_no_more_room(tmp_path: Path) -> None:
    def room(cases: int) -> int:
        reason = "\N{GRINNING FACE}" * 50
        whole = a_document([a_case(f"{n}", reason=reason) for n in range(cases)])
        tracemalloc.start()
        try:
            atomic_write(tmp_path / "whole.json", iter_json(whole))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    room(1)  # what is made once and kept
    assert room(2000) < 1.5 * room(500)
