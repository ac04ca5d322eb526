"""Files that are written at once, and bodies that are named after their content."""

import errno
import os
from pathlib import Path

import pytest

from reports import atomic_file
from reports.atomic_file import atomic_write
from reports.bodies import Bodies, digest


@pytest.mark.parametrize("fsync", [True, False])
def test_a_file_is_written_with_its_folder_and_replaced(tmp_path: Path, fsync: bool) -> None:
    file = tmp_path / "a" / "b.json"
    atomic_write(file, b"first, the longer one", fsync=fsync)
    atomic_write(file, b"second", fsync=fsync)
    assert file.read_bytes() == b"second"
    assert [path.name for path in file.parent.iterdir()] == ["b.json"]


def test_a_file_that_could_not_be_written_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    file = tmp_path / "a.json"
    atomic_write(file, b"first")
    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(OSError, match=r"no space left: '.*/a\.json'$"):
        atomic_write(file, b"second")
    assert file.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_others_may_read_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    atomic_write(tmp_path / "a.json", b"")
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_body_that_is_kept_again_counts_as_kept_now(tmp_path: Path) -> None:
    bodies = Bodies.beside(tmp_path / "conformance.json")
    file = bodies.keep(b"x" * 5000, digest(b"x" * 5000))
    assert file.parent == tmp_path / "bodies"
    os.utime(file, (0, 0))
    assert bodies.keep(b"x" * 5000, digest(b"x" * 5000)) == file
    assert file.stat().st_mtime > 0


def test_what_no_document_names_goes_unless_another_run_just_kept_it(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path)
    old, named, new = (bodies.keep(body, digest(body)) for body in (b"old", b"named", b"new"))
    for file in (old, named):
        os.utime(file, (0, 0))
    (tmp_path / "notes.txt").write_text("of the user")
    bodies.tidy({named.stem}, since=new.stat().st_mtime)
    assert {path.name for path in tmp_path.iterdir()} == {named.name, new.name, "notes.txt"}


def test_where_there_are_no_bodies_there_is_nothing_to_tidy(tmp_path: Path) -> None:
    Bodies(tmp_path / "none").tidy((), since=0)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["", "../x", "0" * 63, "0" * 63 + "G", "0" * 64 + "\n"])
def test_what_is_no_digest_names_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no SHA-256"):
        Bodies(tmp_path).file(name)
