"""What the gateway's tests share: small definitions, a direct caller, and a server on loopback."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn

from fixtures.api import (
    ContentHandling,
    Definition,
    Integration,
    IntegrationKind,
    IntegrationResponse,
    Operation,
    Passthrough,
    S3Location,
)
from fixtures.gateway.application import Gateway, Receive, Scope, Send
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.object_storage import StoredObject
from fixtures.gateway.server import listen
from fixtures.gateway.store import S3Request, S3Response, Store

BASE = "/v1"
FUNCTION_BINARY = ("image/png", "video/*")
KEY_FROM_PATH = {"integration.request.path.key": "method.request.path.key"}
TYPE_THROUGH = {"integration.request.header.Content-Type": "method.request.header.Content-Type"}
TYPE_BACK = {"method.response.header.Content-Type": "integration.response.header.Content-Type"}


def a_definition(*operations: Operation, binary: tuple[str, ...] = ()) -> Definition:
    """A definition under /v1 that has these operations."""
    return Definition(
        title="Under test",
        dialect="OpenAPI 3.0",
        base_path=BASE,
        binary_media_types=binary,
        operations=operations,
        source="test",
    )


def a_response(
    pattern: str | None = None,
    status: int = 200,
    handling: ContentHandling | None = None,
    templates: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> IntegrationResponse:
    """An integration response, by default the default one."""
    return IntegrationResponse(pattern, status, handling, templates or {}, parameters or {})


def an_s3_operation(
    method: str,
    *,
    path: str = "/{key+}",
    s3_method: str | None = None,
    s3_path: str = "{key}",
    bucket: str | None = None,
    handling: ContentHandling | None = None,
    passthrough: Passthrough = Passthrough.WHEN_NO_MATCH,
    parameters: Mapping[str, str] | None = None,
    templates: Mapping[str, str] | None = None,
    responses: tuple[IntegrationResponse, ...] | None = None,
) -> Operation:
    """An operation on S3; by default its key comes from the path, and 200 and the rest pass."""
    passing = (a_response(r"2\d{2}", parameters=TYPE_BACK), a_response(status=500))
    return Operation(
        path=path,
        method=method,
        integration=Integration(
            kind=IntegrationKind.S3,
            type="aws",
            uri="arn:aws:apigateway:us-west-2:s3:path/" + s3_path,
            http_method=s3_method or method,
            s3=S3Location("us-west-2", bucket, s3_path),
            passthrough=passthrough,
            content_handling=handling,
            request_parameters=KEY_FROM_PATH if parameters is None else parameters,
            request_templates=templates or {},
            responses=passing if responses is None else responses,
        ),
    )


def a_mock_operation(
    *responses: IntegrationResponse,
    templates: Mapping[str, str] | None = None,
    method: str = "GET",
    handling: ContentHandling | None = None,
    path: str = "/mock",
) -> Operation:
    """A mock at /mock; by default its request template says 200."""
    return Operation(
        path=path,
        method=method,
        integration=Integration(
            kind=IntegrationKind.MOCK,
            type="mock",
            uri="",
            http_method="",
            content_handling=handling,
            request_templates={"application/json": '{"statusCode": 200}'}
            if templates is None
            else templates,
            responses=responses,
        ),
    )


@dataclass
class RecordingStore:
    """A store that keeps what it was asked and gives one fixed answer."""

    answer: S3Response = field(default_factory=lambda: S3Response(200))
    asked: list[S3Request] = field(default_factory=list)

    async def send(self, request: S3Request) -> S3Response:
        """Keep the request."""
        self.asked.append(request)
        return self.answer


@dataclass
class Answer:
    """What came back; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


Headers = list[tuple[str, str]]


def a_scope(
    method: str, target: str, headers: Headers, client: tuple[str, int] | None = None
) -> Scope:
    """The ASGI scope of a request for a target below /v1."""
    path, _, query = (BASE + target).partition("?")
    return {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": client,
    }


def exchange(app: Gateway, scope: Scope, *events: dict[str, Any]) -> Answer | None:
    """Hand the application a scope and its events; `None` where it does not answer."""
    waiting = list(events)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    if not sent:
        return None
    start, end = sent
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, end["body"])


def ask(
    definition: Definition,
    method: str,
    target: str,
    headers: Headers | None = None,
    body: bytes = b"",
    store: Store | None = None,
) -> Answer:
    """One exchange with a gateway of this definition, without a socket."""
    app = Gateway(definition, store or RecordingStore())
    event = {"type": "http.request", "body": body}
    answer = exchange(app, a_scope(method, target, headers or []), event)
    assert answer is not None
    return answer


def a_function_operation(path: str = "/f", method: str = "POST") -> Operation:
    """A function behind a Lambda proxy."""
    uri = "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/f/invocations"
    return Operation(path, method, Integration(IntegrationKind.LAMBDA, "aws_proxy", uri, "POST"))


def called(
    handler: Callable[[Any, Any], Any],
    target: str = "/f",
    headers: Headers | None = None,
    body: bytes = b"",
    operation: Operation | None = None,
    client: tuple[str, int] | None = None,
) -> Answer:
    """One exchange with a gateway before this function."""
    operation = operation or a_function_operation()
    app = Gateway(a_definition(operation, binary=FUNCTION_BINARY), RecordingStore(), handler)
    scope = a_scope(operation.method, target, headers or [], client)
    answer = exchange(app, scope, {"type": "http.request", "body": body})
    assert answer is not None
    return answer


def a_bucket(**objects: tuple[str, bytes]) -> tuple[EmbeddedStore, dict[str, StoredObject]]:
    """An embedded store that holds these objects (content type, body), and what it holds."""
    held: dict[str, StoredObject] = {}
    for key, (content_type, body) in objects.items():
        held[key] = StoredObject(content_type, body, '"etag"', "a day")
    return EmbeddedStore(held), held


@dataclass
class Served:
    """A server on loopback whose application can be changed between requests."""

    url: str = ""
    app: Gateway | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to the application of the moment."""
        assert self.app is not None
        await self.app(scope, receive, send)

    def send(
        self, method: str, target: str, headers: Headers | None = None, body: Any = None
    ) -> httpx.Response:
        """One exchange over a real socket, with no header that was not asked for."""
        request = httpx.Request(method, self.url + target, headers=headers or [], content=body)
        with httpx.Client(trust_env=False, timeout=30) as client:
            return client.send(request)


@contextmanager
def a_server() -> Iterator[Served]:
    """A server in a thread, stopped at the end of the block."""
    served = Served()
    with listen(0) as listener:
        served.url = f"http://127.0.0.1:{listener.getsockname()[1]}{BASE}"
        server = uvicorn.Server(
            uvicorn.Config(
                served,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
