"""Which operation a request is routed to, and with which parameter values."""

from collections.abc import Mapping

import pytest

from fixtures.gateway.router import Router, parse_query
from tests.gateway.helpers import RecordingStore, a_definition, an_s3_operation, ask

ROUTES = [
    ("/", "GET", "root"),
    ("/s3", "GET", "static"),
    ("/s3", "ANY", "static any"),
    ("/{item}", "GET", "item"),
    ("/{folder}/list", "GET", "list"),
    ("/{folder}/{item}", "GET", "two"),
    ("/{folder}/{item+}", "GET", "greedy"),
    ("/a/b/c", "PUT", "deep"),
    ("/{all+}", "POST", "posted"),
]
ROUTER = Router(ROUTES)


@pytest.mark.parametrize(
    ("path", "method", "target", "values"),
    [
        ("", "GET", "root", {}),
        ("/", "GET", "root", {}),
        ("/s3", "GET", "static", {}),
        ("/s%33", "GET", "static", {}),
        ("/s3", "PATCH", "static any", {}),
        ("/x", "GET", "item", {"item": "x"}),
        ("/x/list", "GET", "list", {"folder": "x"}),
        ("/x/y", "GET", "two", {"folder": "x", "item": "y"}),
        ("/x/y/z", "GET", "greedy", {"folder": "x", "item": "y/z"}),
        ("/s3/y", "GET", "two", {"folder": "s3", "item": "y"}),
        ("/a/b", "GET", "two", {"folder": "a", "item": "b"}),
        ("/a/b/d", "GET", "greedy", {"folder": "a", "item": "b/d"}),
        ("/x//y/", "GET", "greedy", {"folder": "x", "item": "y"}),
        ("/x/y//z//", "GET", "greedy", {"folder": "x", "item": "y//z"}),
        ("/x/%2Fy%2F", "GET", "two", {"folder": "x", "item": "%2Fy%2F"}),
        ("//s3", "GET", "static", {}),
        ("/s3/", "GET", "static", {}),
        ("/x/", "GET", "item", {"item": "x"}),
        ("//", "GET", "root", {}),
        # A literal resource without the method is passed over, on each level.
        ("/a/b/c", "GET", "greedy", {"folder": "a", "item": "b/c"}),
        ("/x/list", "POST", "posted", {"all": "x/list"}),
        ("/a/b/c", "POST", "posted", {"all": "a/b/c"}),
        ("/x/./..", "GET", "greedy", {"folder": "x", "item": "./.."}),
        ("/a%2Fb", "GET", "item", {"item": "a%2Fb"}),
        ("/a+b%2B%25%20", "GET", "item", {"item": "a+b%2B%25%20"}),
        ("/{item}", "GET", "item", {"item": "{item}"}),
    ],
)
def test_a_path_reaches_its_operation(
    path: str, method: str, target: str, values: Mapping[str, str]
) -> None:
    assert ROUTER.find(path, method) == (target, values)


@pytest.mark.parametrize(
    ("path", "method"),
    [("/x", "PUT"), ("/a/b", "PUT"), ("/a/b/c/d", "PUT"), ("", "POST"), ("//", "POST")],
)
def test_an_unknown_path_or_method_reaches_nothing(path: str, method: str) -> None:
    assert ROUTER.find(path, method) is None


def test_a_path_that_only_leads_to_others_reaches_nothing() -> None:
    assert Router([("/a/b", "GET", "x")]).find("/a", "GET") is None
    assert Router([("/a/b", "GET", "x")]).find("/c", "GET") is None


def test_two_names_for_the_same_place_stay_apart() -> None:
    router = Router([("/{a}/x", "GET", "x"), ("/{b}/y", "GET", "y"), ("/{b}/y", "PUT", "z")])
    assert router.find("/1/x", "GET") == ("x", {"a": "1"})
    assert router.find("/1/y", "GET") == ("y", {"b": "1"})
    assert router.find("/1/y", "PUT") == ("z", {"b": "1"})


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        ("", {}),
        ("key=a", {"key": "a"}),
        ("key=a&key=b", {"key": "b"}),
        ("key=a+b%2Bc", {"key": "a b+c"}),
        ("k%65y=%C3%A9", {"key": "\u00e9"}),
        ("key=a=b&&flag", {"key": "a=b", "flag": ""}),
        ("key=%26x", {"key": "&x"}),
    ],
)
def test_a_query_is_taken_apart(raw: str, parameters: dict[str, str]) -> None:
    assert parse_query(raw) == parameters


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("/a%2Fb", "a/b"),
        ("/a+b%2B%25%20", "a+b+% "),
        ("/%C3%A9", "\u00e9"),
        ("/%FF", "\ufffd"),
        ("//a//b/", "a//b"),
        ("/%2Fa/", "/a"),
    ],
)
def test_a_path_parameter_is_decoded_before_it_is_part_of_the_key(target: str, key: str) -> None:
    store = RecordingStore()
    ask(a_definition(an_s3_operation("GET")), "GET", target, store=store)
    assert store.asked[0].path == key


def test_any_hands_the_requests_own_method_to_s3() -> None:
    store = RecordingStore()
    definition = a_definition(an_s3_operation("ANY"))
    for method in ("DELETE", "HEAD"):
        assert ask(definition, method, "/k", store=store).status == 200
    assert [request.method for request in store.asked] == ["DELETE", "HEAD"]


def test_the_integrations_own_method_wins_over_the_requests() -> None:
    store = RecordingStore()
    ask(a_definition(an_s3_operation("POST", s3_method="PUT")), "POST", "/k", store=store)
    assert store.asked[0].method == "PUT"
