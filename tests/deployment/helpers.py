"""API Gateway's control plane on loopback, as far as a deployed definition is fetched from it.

It speaks the REST-JSON protocol of `GetRestApi`, `GetStages` and `GetExport` as the API reference
has it; the client is botocore's own, over a socket.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.helpers import handling

API = "a1b2c3d4e5"
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-real-secret",
    "AWS_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
    "AWS_MAX_ATTEMPTS": "1",
}
DENIED = 403, "AccessDeniedException", f"User is not authorized to perform: apigateway:GET on {API}"
THROTTLED = 429, "TooManyRequestsException", "Rate exceeded"


@dataclass
class ControlPlane:
    """One API; `exports` are what its stages have deployed, `refusal` answers everything else."""

    exports: Mapping[str, bytes]
    rest_api: Mapping[str, Any] = field(default_factory=dict)
    refusal: tuple[int, str, str] | None = None
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of one answer."""
        parts = urlsplit(path)
        if self.refusal is not None:
            return self._error(*self.refusal)
        _, root, api, *rest = parts.path.split("/")
        if (root, api) != ("restapis", API):
            return self._error(404, "NotFoundException", "Invalid API identifier specified")
        if not rest:
            return self._json({"id": API, "name": "media", **self.rest_api})
        if rest == ["stages"]:
            stages = [{"stageName": name, "deploymentId": "d1"} for name in self.exports]
            return self._json({"item": stages})
        match rest:
            case ["stages", stage, "exports", "oas30"] if stage in self.exports:
                if parse_qs(parts.query) != {"extensions": ["apigateway"]}:
                    return self._error(400, "BadRequestException", f"query {parts.query}")
                headers = {
                    "Content-Type": "application/json",
                    "Content-Disposition": 'attachment; filename="oas30.json"',
                }
                return 200, headers, self.exports[stage]
        return self._error(404, "NotFoundException", "Invalid stage identifier specified")

    def _json(self, document: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
        return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

    def _error(self, status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
        return status, headers, json.dumps({"message": message}).encode()


@contextmanager
def serving(plane: ControlPlane) -> Iterator[dict[str, str]]:
    """Serve it; yields the environment by which the usual AWS sources lead there."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            plane.asked.append((self.command, self.path, dict(self.headers)))
            status, headers, body = plane.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with handling(Handler) as url:
        yield {**ACCOUNT, "AWS_ENDPOINT_URL_API_GATEWAY": url}
