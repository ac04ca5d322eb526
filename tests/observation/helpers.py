"""An account as moto has it, with the reference gateway where it invokes its APIs.

Moto keeps APIs and does not serve them. Before its S3 stands a gateway for each API, made when the
API is first invoked, from the definition that `observe` deploys.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from botocore.session import Session

from fixtures.api import parse_definition
from fixtures.functions import echo
from fixtures.gateway.application import Gateway, Receive, Scope, Send
from fixtures.gateway.s3_store import S3Store
from suites.observation.account import STAGE
from suites.observation.api_document import api_document
from suites.observation.questions import LISTS
from tests.gateway.helpers import a_server
from tests.s3.helpers import _free_ports, _process

ROOT = Path(__file__).parents[2]
NUMBER = "123456789012"
"""The account's number in moto."""
AWS = {
    "AWS_ACCESS_KEY_ID": "observing-key",
    "AWS_SECRET_ACCESS_KEY": "observing-secret",
    "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Front:
    """Serves `/API/v1/…` of every API that moto has."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._gateways: dict[str, Gateway] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, api, rest = scope["raw_path"].split(b"/", 2)
        inner = {**scope, "raw_path": b"/" + rest}
        await self._gateway(api.decode())(inner, receive, send)

    def _gateway(self, api: str) -> Gateway:
        if api not in self._gateways:
            name = self._host.client("apigateway").get_rest_api(restApiId=api)["name"]
            run, _, media_types = name.rpartition("-")
            words = {
                "PARTITION": "aws",
                "REGION": AWS["AWS_REGION"],
                "BUCKET": run,
                "ROLE": f"arn:aws:iam::{NUMBER}:role/{run}",
                "FUNCTION": f"arn:aws:lambda:{AWS['AWS_REGION']}:{NUMBER}:function:{run}",
            }
            document = api_document(name, LISTS[media_types], words)
            # AWS knows the stage by the deployment; the gateway reads it from the definition.
            document["servers"] = [{"url": f"/{STAGE}"}]
            definition = parse_definition(json.dumps(document).encode(), name)
            store = S3Store(self._host.aws)
            self._gateways[api] = Gateway(definition, store, echo.handler)
        return self._gateways[api]


@dataclass
class Host:
    """Where moto is, and what an emulator's `--invoke-url` is."""

    aws: str
    invoke_url: str = ""

    def client(self, service: str) -> Any:
        return Session().create_client(
            service,
            region_name=AWS["AWS_REGION"],
            endpoint_url=self.aws,
            aws_access_key_id=AWS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=AWS["AWS_SECRET_ACCESS_KEY"],
        )

    def left(self) -> list[str]:
        """The names of everything that is in the account."""
        return [
            *(bucket["Name"] for bucket in self.client("s3").list_buckets()["Buckets"]),
            *(role["RoleName"] for role in self.client("iam").list_roles()["Roles"]),
            *(f["FunctionName"] for f in self.client("lambda").list_functions()["Functions"]),
            *(api["name"] for api in self.client("apigateway").get_rest_apis()["items"]),
        ]

    def observe(self, folder: Path, *more: str) -> "subprocess.Popen[str]":
        """`observe` in a process of its own, whose journal and file are below the folder."""
        program = (
            "import sys, pathlib, fixtures.locations as places\n"
            "places.OUT = pathlib.Path(sys.argv.pop(1))\n"
            "from apigw_conformance.__main__ import main\n"
            "sys.exit(main(['observe', *sys.argv[1:]]))"
        )
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return subprocess.Popen(
            [sys.executable, "-c", program, str(folder), f"--invoke-url={self.invoke_url}", *more],
            cwd=ROOT,
            env={**clean, **AWS, "AWS_ENDPOINT_URL": self.aws},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@contextmanager
def hosting() -> Iterator[Host]:
    """An account and its gateways, to the end of the block."""
    (port,) = _free_ports(1)
    host = Host(f"http://127.0.0.1:{port}")

    def ready() -> None:
        urlopen(f"{host.aws}/moto-api/data.json", timeout=5).close()

    command = (sys.executable, "-m", "tests.observation.moto_server")
    listening = (*command, "-H", "127.0.0.1", "-p", str(port))
    with _process(listening, ready), a_server() as served:
        served.app = Front(host)
        host.invoke_url = served.url.removesuffix("/v1") + "/{api}/{stage}"
        yield host
