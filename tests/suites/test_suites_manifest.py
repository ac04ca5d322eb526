"""Which objects a manifest names, and where; what goes wrong ends in a run's one sentence."""

from pathlib import Path

import pytest

from fixtures.cases.object_address import object_place
from fixtures.definitions import load
from fixtures.exceptions import ManifestError
from suites.runner.manifest import objects

PLACES = load("conversions")
FIXED = PLACES.operation("GET /bucket-in-the-uri/{key+}")
ANY = PLACES.operation("GET /as-is/{bucket}/{key+}")


def manifest(folder: Path, operation: str) -> str:
    (folder / "cat.jpg").write_bytes(b"\xff\xd8")
    lines = ["[[object]]", 'key = "a/cat.jpg"', 'file = "cat.jpg"', 'type = "image/jpeg"']
    text = "\n".join([*lines, f'operation = "{operation}"' if operation else ""])
    (folder / "objects.toml").write_text(text, encoding="utf-8")
    return "objects.toml"


def test_where_one_place_is_reached_the_operation_goes_without_saying(tmp_path: Path) -> None:
    (found,) = objects(manifest(tmp_path, ""), load("sample"), tmp_path)
    assert found.object == ("{}", "a/cat.jpg")
    assert (found.content, found.media_type) == (b"\xff\xd8", "image/jpeg")


@pytest.mark.parametrize("operation", [FIXED, ANY], ids=lambda operation: operation.path)
def test_where_several_are_the_object_is_where_its_operation_looks(operation, tmp_path) -> None:
    (found,) = objects(manifest(tmp_path, operation.name), PLACES, tmp_path)
    assert found.location == object_place(operation)
    reached = [o.name for o in PLACES.operations_on_s3("GET") if found.is_reached_by(o)]
    assert operation.name in reached
    assert ({ANY.name, FIXED.name} - {operation.name}).isdisjoint(reached)


def test_where_several_are_it_has_to_be_said_which(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="object 1: say which operation reaches it, operation"):
        objects(manifest(tmp_path, ""), PLACES, tmp_path)


def test_a_definition_without_downloads_from_s3_has_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(
        ManifestError, match=r"no operation of lambda-proxy\.yaml downloads from S3"
    ):
        objects("key", load("lambda-proxy"), tmp_path)


def test_a_file_that_no_response_could_hold_is_refused(tmp_path: Path) -> None:
    text = manifest(tmp_path, "")
    (tmp_path / "cat.jpg").write_bytes(bytes(10 * 1024 * 1024 + 1))
    with pytest.raises(ManifestError, match=r"cat\.jpg: larger than 10 MiB"):
        objects(text, load("sample"), tmp_path)


@pytest.mark.parametrize("raw", [b"[[object", b"\xff", b"a = " + b"9" * 5000], ids=len)
def test_a_manifest_that_is_no_toml_is_refused_in_one_sentence(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "objects.toml"
    file.write_bytes(raw)
    with pytest.raises(ManifestError, match=r"objects\.toml: not TOML: "):
        objects(str(file), PLACES, tmp_path)
