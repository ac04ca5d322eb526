"""Which request names which object."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.api import Integration, IntegrationKind, Operation, S3Location
from fixtures.cases.object_address import Address, address, object_path, object_place


def on_s3(path: str, template: str, fixed: str | None = None, **sources: str) -> Operation:
    """An operation at a path; `sources` says from where the URI's placeholders are taken."""
    return Operation(
        path,
        "GET",
        Integration(
            IntegrationKind.S3,
            "aws",
            "",
            "GET",
            s3=S3Location("us-east-1", fixed, template),
            request_parameters={
                f"integration.request.path.{name}": source for name, source in sources.items()
            },
        ),
    )


QUERY = on_s3("/s3", "{key}", key="method.request.querystring.key")
SPACED = on_s3("/s3", "{key}", key="method.request.querystring.the key")
TWO = on_s3(
    "/s3",
    "{b}/{k}",
    b="method.request.querystring.bucket",
    k="method.request.querystring.key",
)
SEGMENT = on_s3("/o/{key}", "{key}", key="method.request.path.key")
GREEDY = on_s3(
    "/{bucket}/{key+}", "{bucket}/{key}", bucket="method.request.path.bucket",
    key="method.request.path.key",
)  # fmt: skip
HEADER = on_s3("/s3", "{key}", key="method.request.header.X-Key")
FIXED = on_s3("/{key+}", "in/{key}", "photos", key="method.request.path.key")
LITERAL = on_s3(
    "/{key+}", "{bucket}/{key}", bucket="'photos'", key="method.request.path.key"
)  # fmt: skip
STAGE = on_s3(
    "/{key+}", "{stage}/{key}", stage="context.stage", key="method.request.path.key"
)  # fmt: skip
NOWHERE = on_s3("/s3", "photos/cat.jpg")
MOCK = Operation("/s3", "GET", Integration(IntegrationKind.MOCK, "mock", "", ""))


@pytest.mark.parametrize(
    ("operation", "name", "expected"),
    [
        (QUERY, "image.jpg", Address("/s3?key=image.jpg")),
        (QUERY, "b/a b", Address("/s3?key=b%2Fa%20b")),
        (QUERY, "a&b=c+d?e#f", Address("/s3?key=a%26b%3Dc%2Bd%3Fe%23f")),
        (QUERY, "%2F", Address("/s3?key=%252F")),
        (QUERY, "ä/日", Address("/s3?key=%C3%A4%2F%E6%97%A5")),
        (QUERY, "-._~", Address("/s3?key=-._~")),
        (QUERY, "!'()*", Address("/s3?key=%21%27%28%29%2A")),
        (SPACED, "x", Address("/s3?the%20key=x")),
        (TWO, "b/k/l", Address("/s3?bucket=b&key=k%2Fl")),
        (SEGMENT, "a/b", Address("/o/a%2Fb")),
        (SEGMENT, "a b", Address("/o/a%20b")),
        (GREEDY, "b/k", Address("/b/k")),
        (GREEDY, "b/k/l", Address("/b/k/l")),
        (GREEDY, "b/k//l/", Address("/b/k//l/")),
        (GREEDY, "b/a b?#%", Address("/b/a%20b%3F%23%25")),
        (GREEDY, "b/{key+}", Address("/b/%7Bkey%2B%7D")),
        (GREEDY, "b/./..", Address("/b/%2E/%2E%2E")),
        (GREEDY, "b/.../.a", Address("/b/.../.a")),
        (HEADER, "a/b c", Address("/s3", (("X-Key", "a/b c"),))),
        (FIXED, "k/l", Address("/k/l")),
        (LITERAL, "k/l", Address("/k/l")),
        # What the gateway fills in cannot be said in a request, but it has its part of the name.
        (STAGE, "k/l", Address("/k/l")),
        (NOWHERE, "k", Address("/s3")),
        (MOCK, "k", Address("/s3")),
        (
            SEGMENT,
            "..",
            Address("/o/%2E%2E"),
        ),
    ],
)
def test_a_name_is_put_where_the_definition_takes_it_from(
    operation: Operation, name: str, expected: Address
) -> None:
    assert address(operation, name) == expected


@pytest.mark.parametrize(
    ("operation", "name", "expected"),
    [
        (QUERY, "b/k", "b/k"),
        (TWO, "b/k/l", "b/k/l"),
        (GREEDY, "b/k/l", "b/k/l"),
        (FIXED, "k/l", "photos/in/k/l"),
        (LITERAL, "k/l", "photos/k/l"),
        (STAGE, "k", "{stage}/k"),
        (MOCK, "k", ""),
    ],
)
def test_the_address_in_s3_begins_with_the_bucket(
    operation: Operation, name: str, expected: str
) -> None:
    assert object_path(operation, name) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (QUERY, HEADER, True),  # the name of the parameter and its place do not matter
        (TWO, GREEDY, True),
        (QUERY, GREEDY, False),
        (LITERAL, on_s3("/x/{k}", "{k}", "photos", k="method.request.path.k"), True),
        (LITERAL, GREEDY, False),
        (FIXED, on_s3("/x/{k}", "photos/in/{k}", k="method.request.path.k"), True),
        (FIXED, on_s3("/x/{k}", "in/{k}", "other", k="method.request.path.k"), False),
    ],
)
def test_operations_reach_the_same_objects_if_their_uris_differ_in_names_alone(
    one: Operation, other: Operation, same: bool
) -> None:
    assert (object_place(one) == object_place(other)) is same


def test_an_operation_without_s3_reaches_no_object() -> None:
    assert object_place(MOCK) == ""


NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(name=NAMES)
def test_a_name_in_the_query_is_what_its_decoding_gives(name: str) -> None:
    path, _, query = address(QUERY, name).target.partition("?")
    assert path == "/s3"
    assert parse_qsl(query, keep_blank_values=True, strict_parsing=True) == [("key", name)]


@given(name=NAMES)
def test_a_name_in_one_segment_is_what_its_decoding_gives(name: str) -> None:
    target = address(SEGMENT, name).target
    assert target.count("/") == 2
    assert "?" not in target
    assert unquote(target.removeprefix("/o/")) == name


@given(bucket=st.from_regex(r"[a-z0-9.-]{3,10}", fullmatch=True), key=NAMES)
def test_a_name_in_the_path_is_what_its_decoding_gives(bucket: str, key: str) -> None:
    target = address(GREEDY, f"{bucket}/{key}").target
    assert target.isascii()
    assert not {".", ".."} & set(target.split("/"))
    assert not {"?", "#", " "} & set(target)
    assert unquote(target) == f"/{bucket}/{key}"
