"""One sentence before the first test where the endpoint cannot be reached or does not fit."""

import base64
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import httpx
import pytest

from fixtures.api import Definition
from fixtures.client import CaseRunner, Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.definitions import load, shipped
from fixtures.exceptions import EndpointMismatchError
from fixtures.gateway.process import running_gateway
from suites.runner.preflight import preflight

URL = "http://127.0.0.1:1/v1"
MISSING = {"message": "Missing Authentication Token"}
FORBIDDEN = {"message": "Forbidden"}
S3_DENIED = b"<Error><Code>AccessDenied</Code>\n<Message>Access Denied</Message></Error>"

Handler = Callable[[httpx.Request], httpx.Response]


def answer(status: int, body: bytes = b"", **headers: str) -> Handler:
    """The same answer to everything."""
    return lambda _: httpx.Response(status, content=body, headers=headers)


def message(status: int, document: dict[str, str]) -> Handler:
    """The same JSON to everything."""
    return answer(status, json.dumps(document).encode())


@dataclass
class Deployed:
    """An API at /v1/s3 whose uploads and downloads are answered like this; the rest is unknown."""

    put: Handler = field(default_factory=lambda: answer(200))
    get: Handler = field(default_factory=lambda: message(500, {"message": "Internal server error"}))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        if request.url.path != "/v1/s3":
            return httpx.Response(403, json=MISSING)
        return self.put(request) if request.method == "PUT" else self.get(request)


@dataclass
class Asked:
    """A handler, and the requests that it was asked."""

    handler: Handler
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer, its body still to be read as if it came by the network."""
        self.requests.append(request)
        came = self.handler(request)
        return httpx.Response(
            came.status_code, headers=came.headers, stream=httpx.ByteStream(came.content)
        )


def preflown(handler: Handler, definition: Definition | None = None) -> list[httpx.Request]:
    """Run the preflight against such an endpoint; the requests that it took."""
    asked = Asked(handler)
    client = Client(
        URL,
        test_transport=httpx.MockTransport(asked),
        attempts=2,
        limiter=ConcurrencyLimiter(sleep=lambda _: None),
    )
    try:
        preflight(definition or load("sample"), CaseRunner(client, "p/"), URL)
    finally:
        client.close()
        # A preflight that took hundreds of requests would be no better than the suite.
        assert len(asked.requests) < 30
    return asked.requests


def broken(error: type[httpx.TransportError]) -> Handler:
    """A network that fails like this."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    return handler


NOT_LET_IN = "does not let this suite in"
S3_REFUSES = "is reached, but S3 answers AccessDenied"
NOT_FIT = "does not fit sample.json"
CHECK_DEPLOYMENT = "check --endpoint, that it has the stage (/v1), and that --definition is what"

MISFITS = [
    # name, endpoint, what the sentence says, what it tells to do
    ("unknown everywhere", message(403, MISSING), NOT_FIT, CHECK_DEPLOYMENT),
    ("404", answer(404, b"<h1>Not\r\nFound</h1>"), NOT_FIT, CHECK_DEPLOYMENT),
    ("405", answer(405), NOT_FIT, CHECK_DEPLOYMENT),
    ("501", answer(501), NOT_FIT, CHECK_DEPLOYMENT),
    ("S3 by itself", answer(403, S3_DENIED), S3_REFUSES, "the integration's role lacks"),
    ("401", message(401, {"message": "Unauthorized"}), NOT_LET_IN, "--auth=sigv4"),
    ("403", message(403, FORBIDDEN), NOT_LET_IN, "--header, --api-key or --auth=sigv4"),
    ("downloads unknown", Deployed(get=message(403, MISSING)), NOT_FIT, CHECK_DEPLOYMENT),
    ("downloads refused", Deployed(get=message(403, FORBIDDEN)), NOT_LET_IN, "--api-key"),
    ("downloads 404", Deployed(get=answer(404)), NOT_FIT, CHECK_DEPLOYMENT),
    (
        "301",
        answer(301, location="https://example.com/v1/"),
        "redirects PUT /s3 to https://example.com/v1/",
        "give the URL that answers itself",
    ),
    ("302", answer(302), "redirects PUT /s3 to elsewhere", "give the URL that answers itself"),
    ("429", answer(429), "is throttled or unavailable (PUT /s3: 429)", "try again later"),
    ("503", answer(503), "is throttled or unavailable (PUT /s3: 503)", "try again later"),
    (
        "everything alike",
        answer(200, b"<html>welcome</html>"),
        "answers every path alike, so it is not the API of sample.json",
        "check --endpoint",
    ),
    (
        "stores nothing",
        Deployed(put=message(500, {"message": "Internal server error"})),
        'stores nothing (PUT /s3 answered 500 {"message": "Internal server error"})',
        "check the integration's role and bucket",
    ),
    ("stores nothing", Deployed(put=answer(500)), "stores nothing", "--key-prefix=BUCKET/"),
    ("stores nothing", Deployed(put=answer(415)), "(PUT /s3 answered 415 )", "--key-prefix"),
    ("refused", broken(httpx.ConnectError), "cannot be reached: the connection failed", "--endp"),
    ("silent", broken(httpx.ReadTimeout), "the endpoint timed out", "--endpoint"),
    ("not HTTP", broken(httpx.RemoteProtocolError), "cannot be reached", "check --endpoint"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("handler", "sentence", "remedy"), [row[1:] for row in MISFITS], ids=[row[0] for row in MISFITS]
)
def test_an_endpoint_that_does_not_fit_is_one_sentence_that_says_what_to_do(
    handler: Handler, sentence: str, remedy: str
) -> None:
    with pytest.raises(EndpointMismatchError) as misfit:
        preflown(handler)
    said = str(misfit.value)
    assert said.startswith(f"{URL} ")
    assert sentence in said
    assert remedy in said
    assert said.isprintable()  # and so on one line


def test_a_missing_authentication_token_may_really_be_missing() -> None:
    # An API with AWS_IAM authorization answers an unsigned request in these words.
    with pytest.raises(EndpointMismatchError, match="--auth=sigv4"):
        preflown(message(403, MISSING))


def test_a_definition_without_a_stage_tells_nothing_of_one() -> None:
    stageless = replace(load("sample"), base_path="", source="mine.yaml")
    with pytest.raises(EndpointMismatchError) as misfit:
        preflown(message(403, MISSING), stageless)
    assert "check --endpoint, and that --definition is what is deployed" in str(misfit.value)


def test_an_answer_that_is_long_or_no_text_is_quoted_in_part() -> None:
    with pytest.raises(EndpointMismatchError) as misfit:
        preflown(answer(404, b"\xff\0\n\x1b[31m" + b"a" * 10_000))
    assert str(misfit.value).isprintable()
    assert 50 < len(str(misfit.value)) < 500


def test_a_port_on_which_nobody_listens_is_one_sentence_and_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    client = Client(url, timeouts=Timeouts(connect=3, read=10, exchange=10), attempts=2)
    started = time.perf_counter()
    with pytest.raises(EndpointMismatchError) as misfit:
        preflight(load("sample"), CaseRunner(client, "p/"), url)
    client.close()
    assert time.perf_counter() - started < 5
    assert re.fullmatch(
        rf"{url} cannot be reached: the connection failed before a response: .*; check --endpoint",
        str(misfit.value),
    )


HEALTHY = [
    # name, endpoint
    ("as it should be", Deployed()),
    # Wrong conversions are what the suite is there to find.
    ("uploads of one kind alone", Deployed(put=lambda request: httpx.Response(
        200 if request.headers["Content-Type"] == "text/plain" else 500))),
    ("a missing object is 200 with something", Deployed(get=answer(200, b"what?"))),
    ("an error that is not JSON", Deployed(get=answer(500, b"not JSON"))),
]  # fmt: skip


@pytest.mark.parametrize("handler", [row[1] for row in HEALTHY], ids=[row[0] for row in HEALTHY])
def test_an_endpoint_that_is_deployed_at_all_may_be_tested(handler: Handler) -> None:
    assert preflown(handler)


def test_one_throttle_is_waited_for() -> None:
    answers = iter([429, *[200] * 20])
    deployed = Deployed(put=lambda _: httpx.Response(next(answers)))
    assert len(preflown(deployed)) >= 3


def test_the_preflight_writes_below_its_prefix_alone_and_says_who_it_is() -> None:
    requests = preflown(Deployed())
    for request in requests:
        assert request.headers["User-Agent"].endswith("(preflight)")
        if request.method == "PUT":
            assert request.url.query.startswith(b"key=p%2Fpreflight%2F")


def mapped(put: Handler, get: Handler) -> Handler:
    """The mapped definition's API, which has its objects in the path."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.count("/") < 3:
            return httpx.Response(403, json=MISSING)
        return put(request) if request.method == "PUT" else get(request)

    return handler


@pytest.mark.parametrize("status", [403, 404])
def test_what_the_definition_passes_on_from_s3_is_no_misfit(status: int) -> None:
    preflown(mapped(answer(200), answer(status, S3_DENIED)), load("mapped"))


def test_an_upload_that_s3_denies_is_a_matter_of_the_role() -> None:
    with pytest.raises(
        EndpointMismatchError, match=r"S3 answers AccessDenied .* the integration's role lacks"
    ):
        preflown(mapped(answer(403, S3_DENIED), answer(404)), load("mapped"))


S3_FAILURES = {
    # What is wrong, the status, the code, in Base64 or not, and what is said of it.
    "hidden": (
        200,
        "AccessDenied",
        False,
        "was answered 200, which the integration responses hide",
    ),
    "in Base64": (200, "NoSuchBucket", True, "does not exist"),
    "region": (301, "PermanentRedirect", False, "in another region"),
    "later": (503, "SlowDown", False, "try again later"),
    "unknown": (400, "NewError", False, "S3's list of error codes"),
}


@pytest.mark.parametrize(
    ("status", "code", "encoded", "said"), S3_FAILURES.values(), ids=S3_FAILURES
)
def test_what_s3_refuses_is_said_with_its_code_and_usual_cause(
    status: int, code: str, encoded: bool, said: str
) -> None:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code></Error>'.encode()
    refused = answer(status, base64.b64encode(body) if encoded else body)
    with pytest.raises(EndpointMismatchError) as misfit:
        preflown(mapped(refused, answer(404)), load("mapped"))
    assert f"S3 answers {code} (PUT " in str(misfit.value)
    assert said in str(misfit.value)


def test_a_bucket_that_is_not_there_is_seen_by_a_download_alone() -> None:
    gone = answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
    sample = load("sample")
    half = Definition("t", "d", "/v1", (), sample.operations_on_s3("GET"), "half.json")
    with pytest.raises(EndpointMismatchError, match="S3 answers NoSuchBucket"):
        preflown(Deployed(get=gone), half)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_definition_that_only_uploads_or_only_downloads_is_tried_as_far_as_it_goes(
    method: str,
) -> None:
    sample = load("sample")
    half = Definition("t", "d", "/v1", (), sample.operations_on_s3(method), "half.json")
    assert {request.method for request in preflown(Deployed(), half)} == {method}


@pytest.mark.parametrize("name", shipped())
def test_the_reference_gateway_fits_every_definition_that_is_shipped(name: str) -> None:
    with running_gateway(name) as gateway:
        client = Client(gateway.url)
        preflight(load(name), CaseRunner(client, "p/"), gateway.url)
        client.close()
