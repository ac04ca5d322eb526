"""Which operation a request reaches: resource and method decide together."""

import pytest

from fixtures.api import Operation
from fixtures.rules.expectation import BodyKind
from fixtures.rules.expected_response import expected_response
from fixtures.rules.routing import find_route, route
from tests.rules.helpers import api, mock, on_s3, request, response

GREEDY, PARAMETER = "route-to-greedy-sibling", "route-to-parameter-sibling"


def at(name: str) -> Operation:
    """An operation by its name."""
    method, _, path = name.partition(" ")
    return on_s3(method, path=path)


@pytest.mark.parametrize(
    ("path", "target", "routed"),
    [
        ("/s3", "/s3", True),
        ("/s3", "/s3?x=/y", True),
        ("/s3", "/S3", False),
        ("/s.3", "/sx3", False),
        ("/o/{key}", "/o/a%2Fb", True),
        ("/o/{key}", "/o/a/b", False),
        ("/o/{key}", "/o/", False),
        ("/{bucket}/{key+}", "/b/k/l", True),
        ("/{bucket}/{key+}", "/b/", False),
        ("/{bucket}/{key+}", "/b", False),
        ("/o/{the-key}.txt", "/o/a.txt", True),
    ],
)
def test_a_path_takes_what_fits_its_template(path: str, target: str, routed: bool) -> None:
    found = find_route(api(on_s3("GET", path=path)), target, "GET")
    assert (found.operation is not None) is routed
    assert found.rules == (() if routed else ("unknown-path",))


@pytest.mark.parametrize(
    ("operations", "asked", "reached", "rules"),
    [
        # As recorded on AWS, 2024-07-23, and measured 2026-08-12 and 2026-09-13.
        (("POST /test", "OPTIONS /{proxy+}"), "OPTIONS /test", "OPTIONS /{proxy+}", (GREEDY,)),
        (
            ("GET /part1", "GET /part1/hardcoded", "GET /{param+}"),
            "GET /part1/random",
            "GET /{param+}",
            (),
        ),
        (
            ("GET /things/real", "POST /things/{proxy+}"),
            "POST /things/real",
            "POST /things/{proxy+}",
            (GREEDY,),
        ),
        (
            ("PATCH /users/me", "GET /users/{userId}"),
            "GET /users/me",
            "GET /users/{userId}",
            (PARAMETER,),
        ),
        (("PATCH /users/me", "GET /users/{userId}"), "POST /users/me", None, ("unknown-method",)),
        # Composed of those.
        (("ANY /test/any", "OPTIONS /{proxy+}"), "OPTIONS /test/any", "OPTIONS /test/any", ()),
        (("GET /s3", "ANY /{proxy+}"), "DELETE /s3", "DELETE /{proxy+}", (GREEDY,)),
        (("GET /s3", "ANY /{proxy+}"), "GET /s3", "GET /s3", ()),
        (("ANY /s3", "GET /s3"), "GET /s3", "GET /s3", ()),
        (("GET /a/b/c", "PUT /a/{x+}", "PUT /{x+}"), "PUT /a/b/c", "PUT /a/{x+}", (GREEDY,)),
        (("GET /a/b", "PUT /{x}/b", "PUT /{x+}"), "PUT /a/b", "PUT /{x}/b", (PARAMETER,)),
        (("GET /s3", "GET /{proxy+}"), "PUT /s3", None, ("unknown-method",)),
        (("GET /s3",), "GET /other", None, ("unknown-path",)),
        (("GET /{proxy+}",), "GET /", None, ("unknown-path",)),
    ],
)
def test_the_most_specific_resource_that_has_the_method_serves_it(
    operations: tuple[str, ...], asked: str, reached: str | None, rules: tuple[str, ...]
) -> None:
    definition = api(*map(at, operations))
    method, _, target = asked.partition(" ")
    found = find_route(definition, target, method)
    assert (found.operation.name if found.operation else None) == reached
    assert found.rules == rules


def test_a_request_without_a_target_or_a_method_reaches_its_own_operation() -> None:
    get = at("GET /s3")
    assert route(api(), request(get)).operation is get
    assert route(api(get), request(get, target="/s3?x")).operation is get


def test_a_mock_of_a_sibling_answers_and_its_rule_is_named_first() -> None:
    options = mock('{"statusCode": 200}', response(None, 202))
    get = on_s3("GET", path="/{name+}")
    definition = api(options, get)
    asked = request(options, target="/s3", method="GET")
    found = expected_response(definition, asked, None)
    assert found.rules == (GREEDY,)
    assert "which object that means is not known" in found.unspecified_reason
    sibling = api(on_s3("GET"), mock_at("/{name+}", options))
    found = expected_response(sibling, request(on_s3("GET"), method="OPTIONS"), None)
    assert (found.statuses, found.kind) == ((202,), BodyKind.EMPTY)
    assert found.rules[:2] == (GREEDY, "mock-answer")


def mock_at(path: str, operation: Operation) -> Operation:
    return Operation(path, operation.method, operation.integration)
