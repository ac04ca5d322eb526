"""The embedded store: enough of S3, in memory and on disk."""

import asyncio
import hashlib
import threading
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.object_storage import FolderObjects, StoredObject
from fixtures.gateway.store import S3Request, S3Response

ODD_KEYS = ["../../etc/passwd", "/", "a//b", ".", "a b+c%20d", "\u00e9\U0001f600", "x" * 1088, "\0"]

BODY = b"\x00body\n{"


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EmbeddedStore:
    if request.param == "memory":
        return EmbeddedStore()
    return EmbeddedStore(FolderObjects(tmp_path / "new" / "folder"))


def send(
    store: EmbeddedStore,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> S3Response:
    return asyncio.run(store.send(S3Request(method, path, query or {}, headers or {}, body)))


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_object_is_put_read_and_deleted_under_any_key(store: EmbeddedStore, key: str) -> None:
    put = send(store, "PUT", key, BODY, {"content-type": "image/png"})
    etag = f'"{hashlib.md5(BODY).hexdigest()}"'
    assert (put.status, put.body, put.headers) == (200, b"", {"etag": etag, "content-length": "0"})
    got = send(store, "GET", key)
    assert (got.status, got.body) == (200, BODY)
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-length"] == "7"
    assert got.headers["etag"] == etag
    assert got.headers["last-modified"].endswith(" GMT")
    head = send(store, "HEAD", key)
    assert (head.status, head.headers, head.body) == (200, got.headers, b"")
    assert send(store, "DELETE", key).status == 204
    assert send(store, "DELETE", key).status == 204
    assert send(store, "GET", key).status == 404


@pytest.mark.parametrize(
    ("moment", "said"),
    [(0.0, "Thu, 01 Jan 1970 00:00:00 GMT"), (86401.9, "Fri, 02 Jan 1970 00:00:01 GMT")],
)
def test_an_object_says_when_it_was_put(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, moment: float, said: str
) -> None:
    monkeypatch.setattr(time, "time", lambda: moment)
    send(store, "PUT", "k", b"x")
    assert send(store, "GET", "k").headers["last-modified"] == said


def test_an_object_without_a_type_gets_s3s_own(store: EmbeddedStore) -> None:
    send(store, "PUT", "k", b"x")
    assert send(store, "GET", "k").headers["content-type"] == "binary/octet-stream"


def test_the_type_of_an_answer_can_be_asked_for(store: EmbeddedStore) -> None:
    send(store, "PUT", "k", b"x")
    query = {"response-content-type": "text/plain"}
    assert send(store, "GET", "k", query=query).headers["content-type"] == "text/plain"


def test_a_later_object_takes_the_place_of_an_older_one(store: EmbeddedStore) -> None:
    send(store, "PUT", "k", b"long body", {"content-type": "a/b"})
    send(store, "PUT", "k", b"short", {"content-type": "c/d"})
    got = send(store, "GET", "k")
    assert (got.body, got.headers["content-type"]) == (b"short", "c/d")


@pytest.mark.parametrize(
    ("method", "key", "status", "code", "message"),
    [
        ("GET", "missing", 404, "NoSuchKey", "The specified key does not exist."),
        ("GET", "<a>&\u00e9", 404, "NoSuchKey", "The specified key does not exist."),
        ("GET", "", 403, "AccessDenied", "Access Denied"),
        ("PUT", "\u00e9" * 545, 400, "KeyTooLongError", "Your key is too long"),
        ("POST", "k", 405, "MethodNotAllowed",
         "The specified method is not allowed against this resource."),
    ],
)  # fmt: skip
def test_an_error_is_s3s_xml(
    store: EmbeddedStore, method: str, key: str, status: int, code: str, message: str
) -> None:
    answer = send(store, method, key)
    assert (answer.status, answer.headers) == (status, {"content-type": "application/xml"})
    assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Error>')
    members = {element.tag: element.text for element in ET.fromstring(answer.body)}
    identifiers = members.pop("RequestId"), members.pop("HostId")
    about = {"Key": key} if code == "NoSuchKey" else {}
    assert members == {"Code": code, "Message": message, **about}
    assert all(identifiers)
    assert send(store, method, key).body == answer.body


def test_a_head_of_what_is_missing_has_no_body(store: EmbeddedStore) -> None:
    answer = send(store, "HEAD", "missing")
    assert (answer.status, answer.body) == (404, b"")


def test_no_key_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = EmbeddedStore(FolderObjects(folder))
    for key in ODD_KEYS:
        send(store, "PUT", key, b"x")
    assert list(tmp_path.iterdir()) == [folder]
    assert len(list(folder.iterdir())) == len(ODD_KEYS)


def test_objects_in_a_folder_outlive_the_store(tmp_path: Path) -> None:
    send(EmbeddedStore(FolderObjects(tmp_path)), "PUT", "k", b"x", {"content-type": "a/b"})
    got = send(EmbeddedStore(FolderObjects(tmp_path)), "GET", "k")
    assert (got.body, got.headers["content-type"]) == (b"x", "a/b")


@pytest.mark.parametrize("folder", [False, True], ids=["memory", "folder"])
def test_what_may_be_slow_keeps_no_other_request_waiting(
    folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class InMemory(dict[str, StoredObject]):
        """A dictionary whose methods can be replaced."""

    objects = FolderObjects(tmp_path) if folder else InMemory()
    threads: list[int] = []
    monkeypatch.setattr(type(objects), "get", lambda *_: threads.append(threading.get_ident()))
    send(EmbeddedStore(objects), "GET", "k")
    assert (threads != [threading.get_ident()]) is folder


def test_a_write_that_fails_leaves_the_older_object_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = FolderObjects(tmp_path)
    objects["k"] = StoredObject("a/b", b"old", "e", "a day")

    def fail(written: Path, target: Path) -> None:
        assert written.parent == target.parent == tmp_path
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        objects["k"] = StoredObject("a/b", b"new", "e", "a day")
    kept = objects.get("k")
    assert kept is not None
    assert kept.body == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_readers_see_an_old_object_or_a_new_one_and_never_a_part(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    written = {bytes([letter]) * 200_000 for letter in b"abcd"}
    objects["k"] = StoredObject("a/b", next(iter(written)), "e", "a day")

    def write(body: bytes) -> None:
        for _ in range(25):
            objects["k"] = StoredObject("a/b", body, "e", "a day")

    threads = [threading.Thread(target=write, args=(body,)) for body in written]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen = objects.get("k")
        assert seen is not None
        assert seen.body in written
    for thread in threads:
        thread.join()
