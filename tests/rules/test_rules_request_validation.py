"""What a request lacks that a request validator wants, by the rules."""

from dataclasses import replace

import pytest

from fixtures.api import Parameter, ParameterValue
from fixtures.cases.case import Request
from fixtures.definitions import load
from fixtures.rules.expected_response import expected_response
from fixtures.rules.request_validation import missing_parameters

WILDCARD = load("wildcard")
PARAMETERS = (
    Parameter("key", "querystring", required=True),
    Parameter("tenant", "querystring", required=True, value=ParameterValue("t")),
    Parameter("Accept", "header", required=True),
    Parameter("Content-Type", "header", required=True),
    Parameter("X-Trace", "header", required=True),
    Parameter("version", "querystring"),
)
OPERATION = replace(WILDCARD.operations[0], parameters=PARAMETERS)


@pytest.mark.parametrize(
    ("request_", "missing"),
    [
        (Request(OPERATION, "n", "a/b", "c/d"), ()),
        (Request(OPERATION, "n", "a/b"), ("Accept",)),
        (Request(OPERATION, "n", "a/b", headers=(("accept", "c/d"),)), ()),
        (Request(OPERATION, "n", " ", "c/d"), ("Content-Type",)),
        (Request(OPERATION, "n", "a/b", "c/d", target="/objects?tenant=t"), ("key",)),
        (Request(OPERATION, "n", "a/b", "c/d", target="/objects?key=%20&tenant=t"), ("key",)),
        (Request(OPERATION, "n", "a/b", "c/d", target="/objects?key=k&tenant="), ("tenant",)),
        (Request(OPERATION, "n", "a/b", "c/d", target="/objects?key=k&tenant=${T}"), ()),
        (Request(OPERATION, "n", "a/b", "c/d", target="/objects?key=k?&tenant=t"), ()),
    ],
)
def test_a_request_lacks_what_it_leaves_out_or_blank(request_, missing) -> None:
    assert missing_parameters(request_) == missing
    unlooked = replace(request_, operation=replace(OPERATION, validates_parameters=False))
    assert missing_parameters(unlooked) == ()


def test_what_is_lacking_is_400_whatever_else_would_be_said() -> None:
    expectation = expected_response(WILDCARD, Request(OPERATION, "n", "a/b"), None)
    assert expectation.statuses == (400,)
    assert expectation.rules == ("required-parameter", "error-body")
