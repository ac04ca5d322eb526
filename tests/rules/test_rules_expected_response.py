"""What the rules expect beyond conversions and templates."""

from dataclasses import replace

import pytest

from fixtures.api import REST, Integration, IntegrationKind, Operation
from fixtures.rules.expectation import BodyKind, Expectation, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.rule_book import Level
from tests.rules.helpers import (
    KEY,
    TO_BINARY,
    TO_TEXT,
    TYPE_BACK,
    api,
    mock,
    on_s3,
    request,
    response,
)

JPEG = b"\xff\xd8\xff\xe0"
OLDER = Stored(b"older", "text/plain")
JSON = "application/json"

# --------------------------------------------------------------------- integration responses


@pytest.mark.parametrize(
    ("patterns", "statuses", "rule"),
    [
        (("200",), (201,), "integration-response-pattern"),
        ((r"2\d{2}", None), (201,), "integration-response-pattern"),
        # Where `default` stands does not matter.
        ((None, r"2\d{2}"), (202,), "integration-response-pattern"),
        (("20", None), (202,), "integration-response-default"),
        ((None,), (201,), "integration-response-default"),
        (("404",), (500,), "integration-response-default"),
    ],
)
def test_the_status_of_s3_selects_the_pattern_that_matches_all_of_it(
    patterns: tuple[str | None, ...], statuses: tuple[int, ...], rule: str
) -> None:
    answers = [response(pattern, 201 + at) for at, pattern in enumerate(patterns)]
    get = on_s3("GET", *answers)
    expectation = expected_response(api(get), request(get, accept="text/plain"), OLDER)
    assert expectation.statuses == statuses
    assert rule in expectation.rules


@pytest.mark.parametrize(
    ("responses", "accept", "statuses", "form", "content_type"),
    [
        ((response("404", 404), response("403", 403)), None, (404, 403), BodyKind.S3_XML, JSON),
        ((response("40[34]", 410),), None, (410,), BodyKind.S3_XML, JSON),
        ((response(None, 500),), None, (500,), BodyKind.S3_XML, JSON),
        # Only one of the two has a response, and the other is an error of the gateway.
        ((response("404", 404),), None, (404, 500), BodyKind.ANY, JSON),
        ((response("200", 200),), None, (500,), BodyKind.ERROR, JSON),
        # The XML of S3 is not Base64.
        ((response(None, 404),), "image/png", (500,), BodyKind.ERROR, JSON),
        ((response(None, 404, handling=TO_BINARY),), None, (500,), BodyKind.ERROR, JSON),
        ((response(None, 404, handling=TO_TEXT),), "image/png", (404,), BodyKind.S3_XML, JSON),
        (
            (response(None, 404, parameters=TYPE_BACK),),
            None,
            (404,),
            BodyKind.S3_XML,
            "application/xml",
        ),
        (
            (response("404", 404, parameters=TYPE_BACK), response(None, 403)),
            None,
            (404, 403),
            BodyKind.S3_XML,
            None,
        ),
    ],
)
def test_a_missing_object_is_404_or_403_from_s3(
    responses: tuple[object, ...],
    accept: str | None,
    statuses: tuple[int, ...],
    form: BodyKind,
    content_type: str | None,
) -> None:
    get = on_s3("GET", *responses)
    expectation = expected_response(api(get), request(get, accept=accept), None)
    assert expectation.statuses == statuses
    assert expectation.kind is form
    assert expectation.content_type == content_type
    assert expectation.stored is None
    assert "missing-object" in expectation.rules


def test_a_template_left_open_for_one_answer_leaves_them_all_open() -> None:
    open_template = response(r"2\d{2}", templates={"text/plain": "$context.stage"})
    get = mock('{"statusCode": 200}', open_template, method="GET")
    expectation = expected_response(api(get), request(get, accept="text/plain"), None)
    assert expectation.unspecified_reason == "the response template's output cannot be predicted"


def test_an_empty_answer_goes_through_the_response_template_too() -> None:
    put = on_s3("PUT", response("200", templates={"application/json": "[$input.body]"}))
    expectation = expected_response(
        api(put), request(put, content_type="text/plain", body=b"x"), None
    )
    assert (expectation.kind, expectation.body) == (BodyKind.TEMPLATE, b"[{}]")


@pytest.mark.parametrize(
    ("parameters", "content_type", "rule"),
    [
        ({}, JSON, "content-type-default"),
        (TYPE_BACK, "text/plain", "content-type-mapped"),
        ({name.lower(): TYPE_BACK[name].lower() for name in TYPE_BACK}, "text/plain",
         "content-type-mapped"),
        (dict.fromkeys(TYPE_BACK, "'font/woff2'"), "font/woff2", "content-type-mapped"),
        (dict.fromkeys(TYPE_BACK, "integration.response.header.X"), None, "content-type-mapped"),
        ({"method.response.header.ETag": "'x'"}, JSON, "content-type-default"),
    ],
)  # fmt: skip
def test_the_type_of_a_response_is_json_unless_it_is_mapped(
    parameters: dict[str, str], content_type: str | None, rule: str
) -> None:
    get = on_s3("GET", response("200", parameters=parameters))
    expectation = expected_response(api(get), request(get), OLDER)
    assert (expectation.content_type, expectation.headers["Content-Type"].rule) == (
        content_type,
        rule,
    )


@pytest.mark.parametrize(
    ("source", "form", "content_type"),
    [
        ("'image/png'", BodyKind.BYTES, "image/png"),
        ("'text/plain'", BodyKind.ERROR, JSON),  # raw bytes, taken for text, are not Base64
        (None, BodyKind.ERROR, JSON),
    ],
)
def test_the_type_that_s3_is_told_to_answer_with_stands_in_for_the_stored_one(
    source: str | None, form: BodyKind, content_type: str
) -> None:
    override = {"integration.request.querystring.response-content-type": source}
    get = on_s3(
        "GET",
        response("200", parameters=TYPE_BACK),
        parameters=KEY | (override if source else {}),
    )
    expectation = expected_response(
        api(get), request(get, accept="image/png"), Stored(JPEG, "text/csv")
    )
    assert (expectation.kind, expectation.content_type) == (form, content_type)


# -------------------------------------------------------------------------------------- HEAD


def test_head_has_the_status_of_get_and_no_body() -> None:
    head = on_s3("HEAD")
    found = expected_response(api(head), request(head, accept="text/plain"), OLDER)
    assert (found.statuses, found.kind, found.body) == ((200,), BodyKind.EMPTY, b"")
    assert found.rules[0] == "head-without-body"
    missing = expected_response(api(head), request(head, accept="text/plain"), None)
    assert (missing.statuses, missing.kind) == ((500,), BodyKind.EMPTY)


def test_an_error_of_the_gateway_has_no_body_for_head() -> None:
    get = on_s3("GET")
    expectation = expected_response(api(get), request(get, method="HEAD"), OLDER)
    assert (expectation.statuses, expectation.kind) == ((403,), BodyKind.EMPTY)
    head = on_s3("HEAD", response("404", 404))
    expectation = expected_response(api(head), request(head), OLDER)
    assert (expectation.statuses, expectation.kind) == ((500,), BodyKind.EMPTY)


# -------------------------------------------------------------------------------------- mock


@pytest.mark.parametrize(
    ("template", "responses", "content_type", "statuses"),
    [
        ('{"statusCode": 200}', (response(None, 200),), None, (200,)),
        ("{'statusCode': '404'}", (response("404", 204), response(None, 200)), JSON, (204,)),
        ("{statusCode: 200}", (response(None, 202),), None, (202,)),
        ('{"statusCode": 200}', (), None, (500,)),
        ('{"statusCode": 200}', (response("404", 404),), None, (500,)),
    ],
)
def test_a_mock_answers_with_what_its_status_code_selects(
    template: str, responses: tuple[object, ...], content_type: str | None, statuses: object
) -> None:
    options = mock(template, *responses)
    expectation = expected_response(
        api(options), request(options, content_type=content_type), OLDER
    )
    assert expectation.statuses == statuses
    assert "mock-answer" in expectation.rules
    assert expectation.stored is None


@pytest.mark.parametrize(
    ("template", "content_type"),
    [("{}", None), ('{"statusCode": 20}', None), ('{"statusCode": 200}', "text/plain")],
)
def test_a_mock_without_a_status_is_left_open(template: str, content_type: str | None) -> None:
    options = mock(template, response(None, 200))
    expectation = expected_response(api(options), request(options, content_type=content_type), None)
    assert expectation.unspecified_reason == "the mock integration's template names no status"


# ------------------------------------------------------------------------- what is not judged


def test_what_is_neither_s3_nor_mock_is_left_open() -> None:
    other = Operation("/x", "GET", Integration(IntegrationKind.OTHER, "http", "", ""))
    assert expected_response(api(other), request(other), None) == Expectation(
        (),
        BodyKind.ANY,
        unspecified_reason="what stands behind GET /x is not S3",
        rules=("not-judged",),
    )


def test_a_method_of_s3_that_nobody_asks_for_is_left_open() -> None:
    delete = on_s3("POST", s3_method="DELETE")
    expectation = expected_response(api(delete), request(delete), OLDER)
    assert expectation.unspecified_reason == "DELETE on S3 is not judged here"
    assert expectation.stored is OLDER


# ----------------------------------------------------------------------- paths, methods, limits


@pytest.mark.parametrize(
    ("target", "method", "statuses", "rule"),
    [
        ("/nowhere", "", (403,), "unknown-path"),
        ("/s3/below", "", (403,), "unknown-path"),
        ("/", "", (403,), "unknown-path"),
        ("/s3", "PATCH", (403,), "unknown-method"),
        ("", "PATCH", (403,), "unknown-method"),
        # No key: S3 may list the bucket, refuse, or complain; whatever it says is text.
        ("/s3", "", (200, 500), "missing-key"),
        ("/s3?other=x", "", (200, 500), "missing-key"),
    ],
)
def test_an_unknown_path_or_method_is_403_and_a_request_without_a_key_reaches_s3(
    target: str, method: str, statuses: tuple[int, ...], rule: str
) -> None:
    get = on_s3("GET")
    expectation = expected_response(api(get), request(get, target=target, method=method), OLDER)
    assert expectation.statuses == statuses
    assert rule in expectation.rules
    assert expectation.stored is OLDER


@pytest.mark.parametrize(
    ("excess", "status"), [(-1, 200), (0, 200), (1, 413)], ids=["below", "at", "above"]
)
def test_ten_mebibytes_are_accepted_and_one_byte_more_is_not(excess: int, status: int) -> None:
    assert REST.request_limit == 10_485_760
    put = on_s3("PUT")
    upload = request(put, content_type="image/png", body=bytes(REST.request_limit + excess))
    expectation = expected_response(api(put), upload, OLDER)
    assert expectation.statuses == (status,)
    assert expectation.stored is not None
    assert (expectation.stored is OLDER) is (status == 413)


def test_the_name_of_what_is_judged_decides_before_its_size() -> None:
    put = on_s3("PUT")
    upload = request(put, target="/nowhere", body=bytes(REST.request_limit + 1))
    assert expected_response(api(put), upload, None).statuses == (403,)


# ------------------------------------------------------------------------------- expectations


@pytest.mark.parametrize(
    ("statuses", "succeeds"), [((200,), True), ((200, 299), True), ((200, 500), False)]
)
def test_an_expectation_succeeds_if_all_its_statuses_do(
    statuses: tuple[int, ...], succeeds: bool
) -> None:
    assert Expectation(statuses, BodyKind.ANY).succeeds is succeeds


def test_an_expectation_names_each_rule_once_and_has_the_weakest_level() -> None:
    rules = ("media-type-exact", "content-length", "media-type-exact")
    expectation = Expectation((200,), BodyKind.BYTES, rules=rules)
    assert expectation.rules == ("media-type-exact", "content-length")
    assert expectation.level is Level.SHOULD
    assert replace(expectation, rules=()).level is Level.MUST


# ------------------------------------------------------------------- what cannot be predicted

OPEN = [
    # integration responses, request parameters, why
    ([response(r"2\d{2}", 200), response("200", 201)], {}, "several patterns match S3's 200"),
    ([response(None, 200)], {"header.Range": "'bytes=0-3'"}, "the definition asks S3 for Range"),
    ([response(None, 200)], {"querystring.versionId": "'1'"}, "asks S3 for versionId"),
]


@pytest.mark.parametrize(("responses", "parameters", "why"), OPEN)
def test_an_answer_that_cannot_be_predicted_is_left_open_with_a_rule(
    responses, parameters, why
) -> None:
    get = on_s3("GET", *responses)
    mapped = {
        **get.integration.request_parameters,
        **{f"integration.request.{name}": value for name, value in parameters.items()},
    }
    get = replace(get, integration=replace(get.integration, request_parameters=mapped))
    expectation = expected_response(api(get), request(get, accept="text/plain"), OLDER)
    assert why in expectation.unspecified_reason
    assert expectation.rules
    assert not expectation.succeeds


def test_a_mock_whose_template_decides_is_left_open() -> None:
    options = mock('#if($x){"statusCode": 400}#else{"statusCode": 200}#end', response(None, 200))
    expectation = expected_response(api(options), request(options), None)
    assert "cannot be predicted" in expectation.unspecified_reason
    assert expectation.rules[0] == "mock-answer"


def test_a_mock_is_given_binary_where_everything_is() -> None:
    options = mock('{"statusCode": 200}', response(None, 200))
    definition = replace(api(options), binary_media_types=("*/*",))
    assert expected_response(definition, request(options), None).statuses == (500,)


def test_a_type_that_only_the_deployment_knows_leaves_the_download_open() -> None:
    put, get = on_s3("PUT", response(None, 200)), on_s3("GET", response(None, 200))
    mapped = {
        **put.integration.request_parameters,
        "integration.request.header.Content-Type": "context.stage",
    }
    put = replace(put, integration=replace(put.integration, request_parameters=mapped))
    stored = expected_response(api(put, get), request(put, body=b"x"), None).stored
    assert stored is not None
    assert (
        "only the deployment knows"
        in expected_response(api(put, get), request(get), stored).unspecified_reason
    )


def test_the_type_of_a_body_that_head_does_not_bring_is_left_open() -> None:
    head = on_s3("HEAD", response(None, 404, parameters=TYPE_BACK))
    expectation = expected_response(api(head), request(head, accept="text/plain"), None)
    assert (expectation.kind, expectation.content_type) == (BodyKind.EMPTY, None)
