"""What nothing is expected of, with the reason."""

from dataclasses import replace

import pytest

from fixtures.rules.expected_response import expected_response
from tests.rules.helpers import api, on_s3, request


def test_an_integration_that_is_left_open_has_the_definitions_reason() -> None:
    streamed = on_s3("GET")
    streamed = replace(
        streamed, integration=replace(streamed.integration, unjudged_reason="it streams")
    )
    assert (
        expected_response(api(streamed), request(streamed), None).unspecified_reason == "it streams"
    )


@pytest.mark.parametrize(
    ("body", "reason"), [(b"", ""), (b"{}", "a request validator checks the body")]
)
def test_only_a_request_with_a_body_is_left_to_a_validator_of_bodies(
    body: bytes, reason: str
) -> None:
    validated = replace(on_s3("PUT"), validates_body=True)
    found = expected_response(api(validated), request(validated, body=body), None)
    assert found.unspecified_reason.startswith(reason)
    assert bool(found.unspecified_reason) is bool(reason)
