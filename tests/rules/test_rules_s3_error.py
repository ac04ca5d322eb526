"""How an error document of S3 is told from an object, and what usually causes the error."""

import base64

import pytest

from fixtures.rules.s3_error import s3_error_code, usual_cause

DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'


@pytest.mark.parametrize("body", [DENIED, base64.b64encode(DENIED)], ids=["raw", "base64"])
def test_the_code_is_found_in_the_document_and_in_its_base64(body: bytes) -> None:
    assert s3_error_code(body) == "AccessDenied"


@pytest.mark.parametrize("body", [b"", b"<Error><Code>", b"x" * 10_000 + DENIED], ids=len)
def test_an_object_in_which_an_error_stands_is_no_error_of_s3(body: bytes) -> None:
    assert s3_error_code(body) == ""


def test_a_known_code_has_its_cause_and_another_one_says_where_to_look() -> None:
    assert "role lacks s3:PutObject" in usual_cause("AccessDenied")
    assert "list of error codes" in usual_cause("Unheard")
