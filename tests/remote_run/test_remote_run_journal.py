"""The journal: what it says when, and what it is read as."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from fixtures.api import ParameterValue
from fixtures.api.parameter_values import bind
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Route, Sent
from fixtures.client.journal import (
    Entry,
    Journal,
    JournalHeader,
    ObjectState,
    RecordedDefinition,
    TruncatingUpload,
    below,
    read,
)
from fixtures.definitions import load
from fixtures.exceptions import CredentialsError, JournalError

PREFIX = "bucket/conformance/20260102T030405Z-0a1b2c/"
DEFINITION = bind(load("mapped"), {"bucket": ParameterValue(variable="KEY")})
HEADING = JournalHeader(
    endpoint="https://a.example/v1",
    prefix=PREFIX,
    definition=RecordedDefinition.of(DEFINITION),
    headers={"x-api-key": "env:THE_KEY", "Authorization": "Bearer env:TOKEN"},
    signed=True,
    route=Route(certificate="/a.pem", proxy="$PROXY", http2=True),
    variables=("KEY",),
    truncating_uploads={"PUT /{bucket}/{key+}": TruncatingUpload("image/png", b"\x00")},
)
OBJECT = Entry("PUT /{bucket}/{key+}", f"{PREFIX}caf\u00e9 \U0001f5bc\n\u2028.jpg")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.begin(tmp_path / "out" / "journal.jsonl", HEADING)


def answered(status: int | None, *repeats: Failure) -> Exchange:
    received = Received(status) if status is not None else None
    return Exchange(Sent("PUT", "https://a.example/v1"), received, None, 0.0, repeats)


def test_a_journal_is_read_as_it_was_written(journal: Journal) -> None:
    journal.before(OBJECT)
    found = read(journal.path)
    assert (found.header, found.definition) == (HEADING, DEFINITION)
    assert found.states == {OBJECT: ObjectState.CREATED}


def test_an_object_is_recorded_once_and_before_its_upload(journal: Journal) -> None:
    lines = [len(journal.path.read_bytes().splitlines())]
    for _ in range(3):
        journal.before(OBJECT)
        lines.append(len(journal.path.read_bytes().splitlines()))
    assert lines == [1, 2, 2, 2]


LOST = Failure(FailureKind.CONNECTION_LOST, "the connection failed")
STATES = {
    "stored": (answered(200), ObjectState.CREATED),
    "refused": (answered(500), ObjectState.REFUSED),
    "not let in": (answered(403), ObjectState.REFUSED),
    "timed out behind the gateway": (answered(504), ObjectState.CREATED),
    "no answer": (answered(None), ObjectState.CREATED),
    "refused when it was repeated": (answered(403, LOST), ObjectState.CREATED),
}


@pytest.mark.parametrize(("exchange", "state"), STATES.values(), ids=STATES)
def test_only_a_clearly_refused_upload_is_recorded_as_refused(
    exchange: Exchange, state: ObjectState, journal: Journal
) -> None:
    journal.before(OBJECT)
    journal.after(OBJECT, exchange)
    assert read(journal.path).states == {OBJECT: state}


def test_a_refused_upload_over_an_object_changes_no_state(journal: Journal) -> None:
    for status in (200, 403):
        journal.before(OBJECT)
        journal.after(OBJECT, answered(status))
    assert read(journal.path).states == {OBJECT: ObjectState.CREATED}


def test_an_upload_after_a_refused_one_is_recorded(journal: Journal) -> None:
    for status in (403, 200):
        journal.before(OBJECT)
        journal.after(OBJECT, answered(status))
    assert read(journal.path).states == {OBJECT: ObjectState.CREATED}


def test_a_truncated_last_line_is_ignored(journal: Journal) -> None:
    journal.before(OBJECT)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + b'{"operation": "PUT /{bucket}/{key+}", "na')
    assert read(journal.path).states == {OBJECT: ObjectState.CREATED}


def test_a_second_run_never_overwrites_a_journal(journal: Journal) -> None:
    with pytest.raises(FileExistsError):
        Journal.begin(journal.path, HEADING)


OUTSIDE = {
    "elsewhere": "bucket/other",
    "the prefix itself": PREFIX,
    "above it, for who folds dots": f"{PREFIX}../../other",
    "a sibling for who folds dots": f"{PREFIX}../20260102T030405Z-ffffff/x",
    "only alike": f"{PREFIX.rstrip('/')}-x/y",
}


@pytest.mark.parametrize("name", OUTSIDE.values(), ids=OUTSIDE)
def test_a_key_outside_of_the_prefix_makes_the_journal_unusable(
    name: str, journal: Journal
) -> None:
    journal.write(Entry("PUT /{bucket}/{key+}", name), ObjectState.CREATED)
    with pytest.raises(JournalError, match=r"line 2 .*not below the prefix .*nothing was touched"):
        read(journal.path)


def test_keys_with_dot_segments_stay_below_the_prefix() -> None:
    assert below(PREFIX, f"{PREFIX}keys/a/../b.jpg")
    assert below(PREFIX, f"{PREFIX}gw1/keys/a/./b.jpg")
    assert not below("", "anything")
    assert not below("bucket/", "bucket/anything")


def edited(path: Path, **changes: object) -> None:
    head, *rest = path.read_text().splitlines(keepends=True)
    path.write_text("".join((json.dumps({**json.loads(head), **changes}) + "\n", *rest)))


RECORDED = msgspec.to_builtins(HEADING.definition)
HEADERS = {
    "another version": ({"journal": 1}, "version is 1"),
    "a wider prefix": ({"prefix": "bucket/"}, "'bucket/' is not the prefix of a run"),
    "no prefix": ({"prefix": ""}, "is not the prefix of a run"),
    "another definition": (
        {"definition": {**RECORDED, "sha256": "0"}},
        "the digest does not match",
    ),
    "no definition": ({"definition": None}, "invalid header"),
    "no journal": ({"journal": None}, "invalid header"),
}


@pytest.mark.parametrize(("changes", "sentence"), HEADERS.values(), ids=HEADERS)
def test_an_edited_header_is_refused_in_one_sentence(
    changes: dict[str, object], sentence: str, journal: Journal
) -> None:
    edited(journal.path, **changes)
    with pytest.raises(JournalError, match=sentence):
        read(journal.path)


LINES = {
    "no JSON": "nonsense\n",
    "no object": "[]\n",
    "no state": '{"operation": "PUT /{bucket}/{key+}", "name": "x"}\n',
    "no name": '{"state": "created", "operation": "PUT /{bucket}/{key+}"}\n',
    "no operation": json.dumps({"state": "created", "operation": "PUT /nope", "name": OBJECT.name})
    + "\n",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_an_edited_line_is_refused_with_its_number(line: str, journal: Journal) -> None:
    with journal.path.open("a") as file:
        file.write(line)
    with pytest.raises(JournalError, match="line 2 "):
        read(journal.path)


def test_only_secrets_in_urls_are_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEY", "value")
    assert HEADING.secret_values() == {"KEY": "value"}
    monkeypatch.delenv("KEY")
    with pytest.raises(CredentialsError, match="environment variable KEY is not set"):
        HEADING.secret_values()


@pytest.mark.parametrize("route", [{"certificate": 1}, {"http2": "yes"}, []])
def test_an_invalid_route_is_refused(route: object, journal: Journal) -> None:
    rewrite(journal, lambda header: header.update(route=route))
    with pytest.raises(JournalError, match="not a journal: invalid header"):
        read(journal.path)


def rewrite(journal: Journal, change: Callable[[dict[str, Any]], object]) -> None:
    header = json.loads(journal.path.read_text())
    change(header)
    journal.path.write_text(json.dumps(header) + "\n")


def test_a_missing_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be read"):
        read(tmp_path / "none")
    (tmp_path / "empty").touch()
    with pytest.raises(JournalError, match="not a journal: invalid header"):
        read(tmp_path / "empty")


def test_a_definition_that_leads_out_of_the_run_makes_the_journal_unusable(tmp_path: Path) -> None:
    for number, value in enumerate(("../..", "x/../../../victim")):
        elsewhere = bind(load("mapped"), {"key": ParameterValue(value)})
        header = structs.replace(HEADING, definition=RecordedDefinition.of(elsewhere))
        written = Journal.begin(tmp_path / f"{number}.jsonl", header)
        written.before(OBJECT)
        with pytest.raises(JournalError, match=r"would reach .*not in the folder of the run"):
            read(written.path)


def test_a_prefix_with_dot_segments_is_no_prefix_of_a_run(tmp_path: Path) -> None:
    header = structs.replace(HEADING, prefix=f"bucket/../{PREFIX}")
    written = Journal.begin(tmp_path / "journal.jsonl", header)
    with pytest.raises(JournalError, match="is not the prefix of a run"):
        read(written.path)


def test_the_fingerprint_changes_with_every_member_of_the_header() -> None:
    others = [
        {"endpoint": "https://evil.example/v1"},
        {"headers": {"x-api-key": "env:AWS_SECRET_ACCESS_KEY"}},
        {"route": Route(proxy="http://evil.example:3128")},
        {"truncating_uploads": {}},
        {"definition": RecordedDefinition.of(load("mapped"))},
    ]
    found = {structs.replace(HEADING, **other).fingerprint for other in ({}, *others)}
    assert len(found) == 1 + len(others)
    assert HEADING.secret_sources() == {"THE_KEY", "TOKEN", "PROXY"}


@pytest.mark.parametrize("line", [0, 1])
def test_a_line_that_is_no_utf_8_is_refused_by_its_file(journal: Journal, line: int) -> None:
    journal.before(OBJECT)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'{"', b'{"\x80', 1)
    journal.path.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=r"journal\.jsonl: "):
        read(journal.path)
