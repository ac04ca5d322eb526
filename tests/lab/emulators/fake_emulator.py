"""An emulator for the tests: the reference gateway behind the AWS calls that deploy to it.

Run as a program, `python fake_emulator.py PORT [MANNER]`, as an emulator is. It knows
CreateBucket, ImportRestApi, GetResources and CreateDeployment as botocore sends them, and serves
what was deployed below `/_aws/execute-api/API/STAGE`. A MANNER makes it unusable in one way:
`forgets` takes an import and deploys nothing of it, `refuses` answers it with an error, `silent`
never serves.
"""

import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from fixtures.api import parse_definition
from fixtures.gateway.application import Gateway
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.server import listen, make_server, stop_on_signals

API = "abc123"
Send = Callable[[dict[str, Any]], Awaitable[None]]


class FakeEmulator:
    """One account with one API at most."""

    def __init__(self, manner: str) -> None:
        self._manner = manner
        self._store = EmbeddedStore()
        self._gateway: Gateway | None = None
        self._operations: list[tuple[str, str]] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        path = scope["path"]
        below = f"/_aws/execute-api/{API}"
        if path.startswith(f"{below}/") and self._gateway is not None:
            inner = {**scope, "path": path.removeprefix(below)}
            inner["raw_path"] = scope["raw_path"].removeprefix(below.encode())
            await self._gateway(inner, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = self._manage(scope["method"], path, body)
        content = json.dumps(answer).encode() if answer else b""  # S3's 200 is XML or empty
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _manage(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if (method, path) == ("POST", "/restapis"):
            return self._import(body)
        if (method, path) == ("GET", f"/restapis/{API}/resources"):
            items = [
                {"path": path, "resourceMethods": {method: {}}} for path, method in self._operations
            ]
            return 200, {"item": items}
        if (method, path) == ("POST", f"/restapis/{API}/deployments"):
            return 201, {"id": "first"}
        return 200, {}

    def _import(self, body: bytes) -> tuple[int, dict[str, Any]]:
        if self._manner == "refuses":
            return 400, {"message": "no such thing here"}
        definition = parse_definition(body, "imported.json")
        if self._manner != "forgets":
            self._operations = [(each.path, each.method) for each in definition.operations]
            self._gateway = Gateway(replace(definition, base_path="/v1"), self._store)
        return 201, {"id": API}


def main() -> None:
    port, manner = int(sys.argv[1]), "".join(sys.argv[2:])
    if manner == "silent":
        sys.stdout.write("thinking\n")
        sys.stdout.flush()
        time.sleep(60)
    with listen(port) as listener:
        server = make_server(FakeEmulator(manner))
        stop_on_signals(server)
        server.run([listener])


if __name__ == "__main__":
    main()
