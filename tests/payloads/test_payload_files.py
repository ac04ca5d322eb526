"""The files of the catalogue are what they claim to be."""

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.payloads import CATALOGUE, FILES, by_name


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG, each with its checksum verified."""
    while content:
        (length,) = struct.unpack_from(">I", content)
        kind, data = content[4:8], content[8 : 8 + length]
        assert struct.unpack_from(">I", content, 8 + length) == (zlib.crc32(kind + data),)
        yield kind, data
        content = content[12 + length :]


def boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of an MP4 file or of a box."""
    while content:
        size, kind = struct.unpack_from(">I4s", content)
        assert 8 <= size <= len(content)
        yield kind, content[8:size]
        content = content[size:]


def check_jpeg(content: bytes) -> None:
    assert content.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\0")
    assert content.endswith(b"\xff\xd9")
    frame = content.index(b"\xff\xc0")
    assert struct.unpack_from(">HH", content, frame + 5) == (16, 16)


def check_png(content: bytes) -> None:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    kinds = dict(chunks(content[8:]))
    assert struct.unpack(">IIBBBBB", kinds[b"IHDR"]) == (16, 16, 8, 2, 0, 0, 0)
    assert len(zlib.decompress(kinds[b"IDAT"])) == 16 * (1 + 16 * 3)
    assert list(kinds)[-1] == b"IEND"


def check_gif(content: bytes) -> None:
    assert content.startswith(b"GIF89a" + struct.pack("<HH", 16, 16))
    assert content.endswith(b"\0;")


def check_webp(content: bytes) -> None:
    assert content[:4] + content[8:16] == b"RIFFWEBPVP8X"
    assert struct.unpack_from("<I", content, 4) == (len(content) - 8,)
    assert content[24:30] == b"\x0f\0\0\x0f\0\0"  # width and height less one


def check_pdf(content: bytes) -> None:
    assert content.startswith(b"%PDF-1.4\n%")
    end = re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", content)
    assert end
    start = int(end[1])
    head = re.compile(rb"xref\n0 (\d+)\n").match(content, start)
    assert head
    count = int(head[1])
    assert content[head.end() + 20 * count :].startswith(b"trailer\n<< /Size %d " % count)
    for number in range(1, count):
        entry = content[head.end() + 20 * number :][:20]
        assert re.fullmatch(rb"\d{10} 00000 n\r\n", entry)
        assert content[int(entry[:10]) :].startswith(b"%d 0 obj\n" % number)
    stream = re.search(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", content)
    assert stream
    assert int(stream[1]) == len(stream[2])


def check_zip(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {member.compress_type for member in archive.infolist()} == {0, 8}
        texts = {archive.read(member) for member in archive.infolist()}
    assert len(texts) == 1
    assert b"\r\n" in texts.pop()


def check_gzip(content: bytes) -> None:
    assert content.startswith(b"\x1f\x8b\x08\x00\0\0\0\0")
    assert b"\r\n" in gzip.decompress(content)


def check_wasm(content: bytes) -> None:
    assert content.startswith(b"\0asm\x01\0\0\0")
    sections, rest = [], content[8:]
    while rest:
        sections.append(rest[0])
        assert 2 + rest[1] <= len(rest)
        rest = rest[2 + rest[1] :]
    assert sections == [1, 3, 7, 10]


def check_mp4(content: bytes) -> None:
    film = dict(boxes(content))
    assert list(film) == [b"ftyp", b"moov", b"mdat"]
    assert film[b"ftyp"].startswith(b"isom")
    assert b"mp41" in film[b"ftyp"]
    assert len(dict(boxes(film[b"moov"]))[b"mvhd"]) == 100


CHECKS: dict[str, Callable[[bytes], None]] = {
    "jpeg": check_jpeg,
    "png": check_png,
    "webp": check_webp,
    "gif": check_gif,
    "pdf": check_pdf,
    "zip": check_zip,
    "gzip": check_gzip,
    "wasm": check_wasm,
    "mp4": check_mp4,
}
each_file = pytest.mark.parametrize("name", CHECKS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file made anew."""
    pytest.importorskip("PIL")
    from fixtures.payloads.make import make

    folder = tmp_path_factory.mktemp("made")
    make(folder)
    return folder


def test_the_folder_holds_the_files_of_the_catalogue_and_nothing_else() -> None:
    assert {path.name for path in FILES.iterdir()} == {f"sample.{name}" for name in CHECKS}
    assert {p.name for p in CATALOGUE if "sniffing" in p.flags} == set(CHECKS)


@each_file
def test_a_file_is_what_its_type_says_and_small(name: str) -> None:
    content = by_name(name).content
    CHECKS[name](content)
    assert len(content) < 2048


@each_file
def test_a_file_made_anew_is_what_its_type_says(name: str, made: Path) -> None:
    CHECKS[name]((made / f"sample.{name}").read_bytes())


@pytest.mark.parametrize("name", ["pdf", "wasm", "mp4"])
def test_a_file_made_without_a_library_is_made_the_same_again(name: str, made: Path) -> None:
    assert (made / f"sample.{name}").read_bytes() == by_name(name).content


@each_file
def test_a_file_is_damaged_by_a_way_for_text(name: str) -> None:
    assert "utf-8-replacement" in by_name(name).flags
    assert "nul" in by_name(name).flags or name == "pdf"


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif"])
def test_an_image_opens_and_is_damaged_by_translated_line_ends(name: str) -> None:
    assert b"\r\n" in by_name(name).content
    image = pytest.importorskip("PIL.Image")
    with image.open(io.BytesIO(by_name(name).content)) as picture:
        picture.load()
        assert (picture.format, picture.size) == (name.upper(), (16, 16))
        corner = picture.convert("RGB").getpixel((15, 0))
    # Lossy colours come near; the corner is bright in red and blue, and dark in green.
    assert min(corner[0], corner[2]) > 200
    assert corner[1] < 60
