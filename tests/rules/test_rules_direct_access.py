"""What S3 itself answers, where a run asks it beside the endpoint."""

from fixtures.cases.case import WHOLE_ANSWER, Case, Request, Role, Step
from fixtures.cases.direct_access import with_direct_access
from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import plan_reading, plan_upload
from fixtures.rules.verdict import Outcome
from tests.rules.helpers import TYPE_BACK, api, on_s3, request, response
from tests.rules.judgement_helpers import CONTENT, STORED, came, judged

PUT_ONLY = with_direct_access(api(on_s3("PUT")))
GET_ONLY = with_direct_access(api(on_s3("GET", response("200", parameters=TYPE_BACK))))
(GET,), (PUT,) = PUT_ONLY.direct, GET_ONLY.direct
TYPE = ("Content-Type", "image/png")


def test_an_object_is_given_back_as_it_was_stored() -> None:
    stored = Stored(CONTENT, "image/png", ("request-binary-none",))
    expected = expected_response(PUT_ONLY, Request(GET, "a"), stored)
    assert (expected.statuses, expected.kind, expected.body) == ((200,), BodyKind.BYTES, CONTENT)
    assert expected.content_type == "image/png"
    assert expected.rules == ("request-binary-none", "read-after-write")
    untyped = expected_response(PUT_ONLY, Request(GET, "a"), Stored(CONTENT, ""))
    assert untyped.content_type is None


def test_a_missing_object_is_404_and_an_unknown_one_is_left_open() -> None:
    assert expected_response(PUT_ONLY, Request(GET, "a"), None).statuses == (404,)
    unknown = Stored(b"", "", (), "it is not known what is stored")
    found = expected_response(PUT_ONLY, Request(GET, "a"), unknown)
    assert found.unspecified_reason == "it is not known what is stored"


def test_what_is_put_is_stored_under_its_type() -> None:
    after = expected_response(GET_ONLY, Request(PUT, "a", "image/png", body=b"x"), None).stored
    assert after == Stored(b"x", "image/png")
    untyped = expected_response(GET_ONLY, Request(PUT, "a", body=b"x"), None).stored
    assert untyped == Stored(b"x", "binary/octet-stream")


def test_plans_take_s3_itself_only_where_the_endpoint_has_no_such_operation() -> None:
    upload = PUT_ONLY.operations[0]
    reading = plan_reading(PUT_ONLY, upload, "a", Stored(CONTENT, "image/png"))
    assert reading is not None
    assert reading.request.operation == GET
    download = GET_ONLY.operations[0]
    stored = plan_upload(GET_ONLY, download, "a", CONTENT, "image/png")
    assert stored is not None
    assert stored.request.operation == PUT
    both = api(on_s3("PUT"), on_s3("GET", response("200")))
    assert with_direct_access(both).direct == ()
    assert with_direct_access(api(on_s3("PUT")), verify=False).direct == ()
    assert PUT_ONLY.operation(GET.name) == GET


def test_the_type_of_a_stored_object_is_judged_and_no_request_id_is_asked_for() -> None:
    upload = request(PUT_ONLY.operations[0], content_type="image/png", body=CONTENT)
    steps = (Step(Role.ACT, upload), Step(Role.ACT, Request(GET, upload.name)))
    case = Case("an upload", steps, WHOLE_ANSWER)
    identified = came(200, b"", ("x-amzn-RequestId", "1"), ("Content-Type", "application/json"))
    right = judged(case, identified, came(200, CONTENT, TYPE), definition=PUT_ONLY)
    assert right.outcome is Outcome.CONFORMS
    wrong = judged(case, STORED, came(200, CONTENT), definition=PUT_ONLY)
    assert wrong.outcome is Outcome.DEVIATES
    lost = judged(case, identified, came(200, CONTENT[:-1], TYPE), definition=PUT_ONLY)
    assert lost.outcome is Outcome.DEVIATES
