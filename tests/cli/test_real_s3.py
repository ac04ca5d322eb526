"""The suite against the gateway on a server that speaks S3's protocol and is not this project's."""

import os
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer
from test_command_line import run

from fixtures.gateway.process import running_gateway

AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with urlopen(Request(f"http://{host}:{port}/the-bucket", method="PUT")):
        pass
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.parametrize("definition", ["sample", "mapped"])
def test_the_gateway_on_a_real_s3_conforms(definition: str, s3: str) -> None:
    options = ("--s3-endpoint", s3)
    with running_gateway(definition, options=options, environment={**os.environ, **AWS}) as gateway:
        done = run(
            f"--endpoint={gateway.url}",
            f"--definition={definition}",
            "--key-prefix=the-bucket/conformance/",
            "--hypothesis-profile=quick",
            "-q",
        )
    assert done.returncode == 0, done.stdout
    assert "The endpoint conforms in" in done.stdout
