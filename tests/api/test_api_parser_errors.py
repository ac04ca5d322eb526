"""Whatever is wrong with a file ends in one sentence that names the place."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.api import read_definition
from fixtures.exceptions import DefinitionError
from tests.api.helpers import (
    ANSWERS,
    BINARY,
    GET,
    GET_S3,
    GONE,
    INTEGRATION,
    MAPPED,
    MAPPING,
    PATH,
    SAMPLE,
    URI,
    Json,
    Way,
    as_json,
    as_yaml,
    changed,
    read,
)

COMPRESSION = "x-amazon-apigateway-minimum-compression-size"

# ----------------------------------------------------------------------------------------- errors


def refusal(raw: bytes) -> str:
    with pytest.raises(DefinitionError) as caught:
        read(raw)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def assert_refused(raw: bytes, place: str, fragment: str) -> None:
    message = refusal(raw)
    assert message.startswith(f"api.txt: {place}: ")
    assert fragment in message


def dotted(*way: str) -> str:
    return ".".join(way)


WRONG: list[tuple[Way, object, str, str]] = [
    # the way to what is changed, its new value, the place that is named, what is said of it
    (("swagger",), "1.2", "swagger", "version '1.2' is not read here, only '2.0' is"),
    (("openapi",), "3.0.1", "the document", "'swagger' and 'openapi' are both given"),
    (("swagger",), GONE, "the document", "neither 'swagger' nor 'openapi'"),
    (("paths",), GONE, "the document", "'paths' is missing"),
    (("paths",), None, "the document", "'paths' is missing"),
    (("paths",), [], "paths", "an object is expected here, not []"),
    (("paths",), {}, "paths", "there is no operation here"),
    (PATH, {}, "paths", "there is no operation here"),
    (PATH, "text", dotted(*PATH), "an object is expected here, not 'text'"),
    (("paths", "objects"), {}, "paths.objects", "a path begins with '/'"),
    (
        ("paths", "/{key+}/more"),
        {},
        "paths./{key+}/more",
        "the greedy parameter {key+} is not the last segment",
    ),
    (("basePath",), 1, "basePath", "a string is expected here, not 1"),
    ((COMPRESSION,), -1, COMPRESSION, "-1 is not a whole number from 0 to 10485760"),
    ((COMPRESSION,), 10_485_761, COMPRESSION, "10485761 is not a whole number from 0 to"),
    ((COMPRESSION,), "all", COMPRESSION, "'all' is not a whole number from 0 to 10485760"),
    ((BINARY,), "image/png", BINARY, "a list is expected here, not 'image/png'"),
    ((BINARY,), ["image/*", "png"], f"{BINARY}.1", "'png' is not a media type"),
    ((BINARY,), ["image/png; q=1"], f"{BINARY}.0", "is not a media type"),
    ((BINARY,), ["a/b/c"], f"{BINARY}.0", "'a/b/c' is not a media type"),
    ((BINARY,), [1], f"{BINARY}.0", "a string is expected here, not 1"),
    (GET_S3, GONE, dotted(*GET), f"'{INTEGRATION}' is missing"),
    ((*GET_S3, "type"), GONE, dotted(*GET_S3), "'type' is missing"),
    ((*GET_S3, "uri"), GONE, dotted(*GET_S3), "'uri' is missing"),
    ((*GET_S3, "uri"), "https://s3.test/", dotted(*GET_S3, "uri"), "[BUCKET.]s3:path/"),
    ((*GET_S3, "uri"), "arn:aws:s3:::b", dotted(*GET_S3, "uri"), "'arn:aws:s3:::b' is not arn:"),
    ((*GET_S3, "httpMethod"), GONE, dotted(*GET_S3), "'httpMethod' is missing"),
    (
        (*GET_S3, "contentHandling"),
        "CONVERT",
        dotted(*GET_S3, "contentHandling"),
        "'CONVERT' is none of CONVERT_TO_BINARY, CONVERT_TO_TEXT",
    ),
    (
        (*GET_S3, "passthroughBehavior"),
        "always",
        dotted(*GET_S3, "passthroughBehavior"),
        "'always' is none of WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER",
    ),
    ((*ANSWERS, "2["), {"statusCode": "200"}, dotted(*ANSWERS, "2["), "no regular expression"),
    ((*ANSWERS, "200"), {}, dotted(*ANSWERS, "200"), "'statusCode' is missing"),
    *(
        (
            (*ANSWERS, "200"),
            {"statusCode": status},
            dotted(*ANSWERS, "200", "statusCode"),
            f"'{status}' is no HTTP status",
        )
        for status in ("OK", "099", "600", "2000", 20)
    ),
    (
        (*ANSWERS, "200"),
        {"statusCode": "200", "responseTemplates": {"text/plain": 1}},
        dotted(*ANSWERS, "200", "responseTemplates", "text/plain"),
        "a string is expected here, not 1",
    ),
    (
        (*MAPPING, "integration.request.body.x"),
        "'x'",
        dotted(*MAPPING),
        "'integration.request.body.x' is not integration.request.(path|querystring|header).NAME",
    ),
    (
        (*MAPPING, "integration.request.header.x"),
        "x",
        dotted(*MAPPING),
        "'x' is no mapping expression that API Gateway knows",
    ),
    (
        (*MAPPING, "integration.request.header.x"),
        "method.request.query.x",
        dotted(*MAPPING),
        "'method.request.query.x' is no mapping expression",
    ),
    (
        (*MAPPING, "integration.request.header.x"),
        "method.request.querystring.undeclared",
        dotted(*MAPPING),
        "names a parameter that the operation does not declare",
    ),
    # Declared, but in another place of the request.
    (
        (*MAPPING, "integration.request.header.x"),
        "method.request.header.version",
        dotted(*MAPPING),
        "names a parameter that the operation does not declare",
    ),
    ((*PATH, "parameters"), [{"in": "path"}], dotted(*PATH, "parameters", "0"), "'name' is"),
    ((*PATH, "parameters"), [{"name": "x"}], dotted(*PATH, "parameters", "0"), "'in' is missing"),
    (
        (*PATH, "parameters"),
        [{"$ref": "#/nowhere"}],
        dotted(*PATH, "parameters", "0"),
        "the reference '#/nowhere' leads nowhere",
    ),
    (GET, {"$ref": "#/swagger/x"}, dotted(*GET), "'#/swagger/x' leads nowhere"),
    (
        GET,
        {"$ref": "other.yaml#/get"},
        dotted(*GET),
        "'other.yaml#/get' leads out of the file or in a circle",
    ),
    (
        GET,
        {"$ref": "#/paths/~1objects~1{key}/get"},
        dotted(*GET),
        "leads out of the file or in a circle",
    ),
]


@pytest.mark.parametrize("write", [as_json, as_yaml])
@pytest.mark.parametrize(("way", "value", "place", "fragment"), WRONG)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(
    way: Way,
    value: object,
    place: str,
    fragment: str,
    write: Callable[[Json], bytes],
) -> None:
    assert_refused(write(changed(way, value)), place, fragment)


@pytest.mark.parametrize(
    ("version", "servers", "place", "fragment"),
    [
        ("3.1.0", [], "openapi", "version '3.1.0' is not read here, only 3.0 is"),
        ("2.0", [], "openapi", "version '2.0'"),
        ("3.0.1-rc", [], "openapi", "version '3.0.1-rc'"),
        ("3.0.1", {}, "servers", "a list is expected here, not {}"),
        ("3.0.1", [{}], "servers.0", "'url' is missing"),
        (
            "3.0.1",
            [{"url": "/{s}", "variables": {"s": {}}}],
            "servers.0.variables.s",
            "'default' is missing",
        ),
    ],
)
def test_what_is_wrong_in_openapi_alone_is_said_with_its_place(
    version: str, servers: Json, place: str, fragment: str
) -> None:
    document = changed(("swagger",), GONE) | {"openapi": version, "servers": servers}
    assert_refused(as_json(document), place, fragment)


@pytest.mark.parametrize(
    ("raw", "fragment"),
    [
        (b"\xff\xfe{}", "is not UTF-8: byte 0 is 0xff"),
        (b'{"a": "\x80"}', "is not UTF-8: byte 7 is 0x80"),
        (b'{\n  "a": }', "line 2, column 8: not JSON: Expecting value"),
        # A byte order mark does not make YAML of JSON.
        (b'\xef\xbb\xbf{"a": }', "line 1, column 7: not JSON: Expecting value"),
        (b'{"a": 1} x', "line 1, column 10: not JSON: Extra data"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', "an object has the member 'b' twice"),
        (b'{"a": ' + b"[" * 100_000, "is nested too deeply"),
        (b"a: b\nc: d: e\n", "line 2, column 5: not YAML: mapping values are not allowed"),
        (b"a: 1\nb: 2\na: 3\n", 'line 3, column 1: not YAML: found duplicate key "a"'),
        (b"200: a\n'200': b\n", "two of the names are the same"),
        (b"a:\n  b: !Own '${x}'\n", "line 2, column 6: not YAML: could not determine"),
        (b"a: [\n", "line 2, column 1: not YAML: "),
        (b"a: 2026-99-99\n", "not YAML: month must be in 1..12"),
        (b"a: \x00\n", "not YAML: unacceptable character #x0000"),
        (b"--- 1\n--- 2\n", "line 2, column 1: not YAML: but found another document"),
        (b"a: " + b"[" * 5_000, "not YAML: maximum recursion depth exceeded"),
        (b"", "an object is expected here, not nothing"),
        (b"[]", "an object is expected here, not []"),
        (b"swagger", "an object is expected here, not 'swagger'"),
    ],
)
def test_what_cannot_be_parsed_is_said_with_its_line(raw: bytes, fragment: str) -> None:
    assert_refused(raw, "the document", fragment)


def test_an_unreadable_file_is_named_with_the_reason(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    with pytest.raises(DefinitionError) as caught:
        read_definition(missing)
    assert str(caught.value) == f"{missing}: cannot be read: No such file or directory"
    with pytest.raises(DefinitionError, match=r": cannot be read: Is a directory$"):
        read_definition(tmp_path)


def trap(raw: bytes, what: str) -> Any:
    return pytest.param(raw, id=what)


def on_a_server(url: str) -> bytes:
    return as_json(changed(("swagger",), GONE) | {"openapi": "3.0.1", "servers": [{"url": url}]})


def with_pattern(pattern: str) -> bytes:
    return as_json(changed((*ANSWERS, pattern), {"statusCode": "200"}))


@pytest.mark.parametrize(
    "raw",
    [
        trap(b'{"a": ' + b"1" * 5_000 + b"}", "json.loads refuses 5000 digits with a ValueError"),
        trap(b"a: !!bool x\n", "ruamel.yaml raises KeyError for a bad !!bool"),
        trap(b"a: !!int ''\n", "ruamel.yaml raises IndexError for an empty !!int"),
        trap(on_a_server("https://[bad"), "urlsplit raises ValueError for a bad IPv6 host"),
        trap(with_pattern("a{99999999999999}"), "re.compile raises OverflowError"),
        trap(with_pattern("(" * 5_000), "re.compile raises RecursionError"),
        trap(as_json(changed(("paths", "x\ny"), {})), "a line break in a name breaks the sentence"),
        trap(as_json(changed(("paths", "/{a\n+}/b"), {})), "a line break in a segment"),
    ],
)
def test_whatever_is_wrong_ends_in_one_sentence(raw: bytes) -> None:
    assert refusal(raw).startswith("api.txt: ")


# --------------------------------------------------------------------------------- any document

# What the reader looks at, so that chance finds its way past the first check.
WORDS = st.sampled_from(
    [
        "swagger", "openapi", "2.0", "3.0.1", "info", "title", "basePath", "servers", "url",
        "variables", "default", "paths", "/s3", "/{key+}", "/{key+}/x", "get", "put", "$ref",
        "#/paths", "#/", "parameters", "name", "in", "query", "path", "required", INTEGRATION,
        BINARY, "type", "aws", "mock", "uri", URI, "httpMethod", "GET", "requestParameters",
        "integration.request.path.key", "method.request.path.key", "responses", "statusCode",
        "200", "2[", "contentHandling", "CONVERT_TO_TEXT", "responseTemplates", "image/*",
    ]
)  # fmt: skip
NAMES = WORDS | st.text(alphabet="/{}+.x$*\\'#~(", max_size=6)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


def ways(document: Json, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a document."""
    names: Any = ()
    if isinstance(document, dict):
        names = document
    elif isinstance(document, list):
        names = range(len(document))
    return [
        found for name in names for found in ((*way, name), *ways(document[name], (*way, name)))
    ]


MUTATED = st.sampled_from([SAMPLE, MAPPED]).flatmap(
    lambda document: st.builds(
        changed, st.sampled_from(ways(document)), st.just(GONE) | DOCUMENTS, st.just(document)
    )
)


@pytest.mark.parametrize("write", [as_json, as_yaml])
@given(document=DOCUMENTS)
def test_a_random_document_is_read_or_refused(
    document: Json, write: Callable[[Json], bytes]
) -> None:
    read_or_refused(write(document))


@given(document=MUTATED)
def test_a_shipped_document_changed_at_random_is_read_or_refused(document: Json) -> None:
    read_or_refused(as_json(document))


@given(text=st.text(alphabet="ab:- []{}*!|>'\"#%?,\n\t0.~<=", max_size=30))
def test_random_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text.encode())


@given(raw=st.binary(max_size=30))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    read_or_refused(raw)


def read_or_refused(raw: bytes) -> None:
    try:
        definition = read(raw)
    except DefinitionError as error:
        assert re.fullmatch(r"api\.txt: [^\n]+: [^\n]+", str(error))
    else:
        assert definition.operations
