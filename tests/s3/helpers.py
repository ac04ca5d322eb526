"""Two servers that speak S3 and verify every signature, and gateways in front of them.

Why these two. SeaweedFS is a store in production use, written in Go: what it verifies with shares
no code with what signs here. But it keeps objects in folders, and so refuses or merges some keys
that S3 tells apart. Moto keeps an object under any key, and verifies as well once it is told to;
but it recomputes the signature with botocore, which signs here too. Each covers what the other
cannot show.

Looked at and left: s3rver (npm) verifies, but keeps files by key and has had no release since 2021;
MinIO, Garage and Versity's gateway are in neither PyPI, npm nor Debian; Debian's rclone is from
before its `serve s3`.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "the-bucket"
FOREIGN = "not-ours"
REGION = "us-east-1"
_LONGEST_START = 60.0

Gateways = Callable[..., str]
"""Makes a gateway for a definition and a server, asking as the owner or as an identity given."""


@dataclass(frozen=True)
class Identity:
    """Who asks S3."""

    key_id: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that asks in this name, and of no other AWS setting."""
        rest = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **rest,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@dataclass(frozen=True)
class S3:
    """A running server: `owner` may do everything with `BUCKET`, and nothing with `FOREIGN`."""

    url: str
    owner: Identity

    def client(self) -> Any:
        """S3's API in the owner's name, past the gateway."""
        return _client("s3", self.url, self.owner)


ADMINISTRATOR = Identity("ADMIN", "all secrets")
"""SeaweedFS's own, who may do everything with every bucket."""


def _client(service: str, url: str, identity: Identity) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=identity.key_id,
        aws_secret_access_key=identity.secret,
        config=Config(s3={"addressing_style": "path"}, proxies={}, retries={"max_attempts": 0}),
    )


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return ports


@contextmanager
def _process(
    command: Sequence[str], ready: Callable[[], None], **environment: str
) -> Iterator[None]:
    """A server in a process of its own, from when `ready` raises no more to the block's end."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, ready, said)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", ready: Callable[[], None], said: Any) -> None:
    late = time.monotonic() + _LONGEST_START
    while True:
        try:
            return ready()
        except (OSError, BotoCoreError, ClientError) as error:
            if process.poll() is not None or time.monotonic() > late:
                said.seek(0)
                raise RuntimeError(f"not ready ({error}): {said.read()[-2000:]}") from error
            time.sleep(0.1)


@contextmanager
def a_moto() -> Iterator[S3]:
    """Moto's server, told to authenticate and authorise once an owner has been made."""
    (port,) = _free_ports(1)
    url = f"http://127.0.0.1:{port}"
    anybody = Identity("nobody", "nothing")
    allowed = {
        "Effect": "Allow",
        "Action": ["s3:*"],
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }

    def ready() -> None:
        with urlopen(f"{url}/moto-api/data.json", timeout=5):
            pass

    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    with _process(command, ready):
        iam, s3 = _client("iam", url, anybody), _client("s3", url, anybody)
        iam.create_user(UserName="owner")
        key = iam.create_access_key(UserName="owner")["AccessKey"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName="owner", PolicyName="owner", PolicyDocument=policy)
        s3.create_bucket(Bucket=BUCKET)
        s3.create_bucket(Bucket=FOREIGN)
        # From here on no action goes unauthenticated.
        plain = {"Content-Type": "text/plain"}
        with urlopen(Request(f"{url}/moto-api/reset-auth", b"0", plain, method="POST")):
            pass
        yield S3(url, Identity(key["AccessKeyId"], key["SecretAccessKey"]))


@contextmanager
def a_seaweedfs(folder: Path, weed: str) -> Iterator[S3]:
    """SeaweedFS as one process: its master, one volume server, its filer and S3 before them."""
    owner = Identity("OWNER", "a secret +/=")
    config = folder / "identities.json"
    config.write_text(
        json.dumps(
            {
                "identities": [
                    _weed_identity(ADMINISTRATOR, "Admin"),
                    _weed_identity(owner, *(f"{a}:{BUCKET}" for a in ("Read", "Write", "List"))),
                ]
            }
        )
    )
    ports = iter(_free_ports(8))
    s3_port = next(ports)
    listening = [f"-s3.port={s3_port}", f"-s3.port.grpc={next(ports)}"]
    for part in ("master", "volume", "filer"):
        listening += [f"-{part}.port={next(ports)}", f"-{part}.port.grpc={next(ports)}"]
    command = [
        *(
            weed,
            "server",
            f"-dir={folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-volume.max=99",
        ),
        *("-master.volumeSizeLimitMB=64", "-filer", "-s3", f"-s3.config={config}", *listening),
        *(
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-master.telemetry=false",
            "-volume.preStopSeconds=0",
        ),
    ]
    url = f"http://127.0.0.1:{s3_port}"

    def ready() -> None:
        s3 = _client("s3", url, ADMINISTRATOR)
        # What another worker's try made is made; a volume to write to comes last of all.
        made = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
        for bucket in {BUCKET, FOREIGN} - made:
            s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=FOREIGN, Key="ready", Body=b"1")

    with _process(command, ready):
        yield S3(url, owner)


def _weed_identity(identity: Identity, *actions: str) -> dict[str, object]:
    key = {"accessKey": identity.key_id, "secretKey": identity.secret}
    return {"name": identity.key_id.lower(), "credentials": [key], "actions": actions}


SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>"
    b"<RequestId>4442587FB7D0A2F9</RequestId><HostId>9a0</HostId></Error>"
)


@contextmanager
def an_s3_that_is_busy() -> Iterator[S3]:
    """A server that answers as S3 does past its request rate, which no server here can be made to.

    Source: Amazon S3 API reference, "Error responses": SlowDown, 503, "Please reduce your request
    rate."
    """

    class Busy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(503)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(SLOW_DOWN)))
            self.end_headers()
            self.wfile.write(SLOW_DOWN)

        do_PUT = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield S3(f"http://127.0.0.1:{server.server_address[1]}", Identity("ANY", "any"))
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Answer:
    """What a client of the gateway got; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(url: str, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    """One exchange with a gateway whose target is sent as it stands; `_` in a name means `-`."""
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.netloc, timeout=60)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, address.path + path, body, named)
        answer = connection.getresponse()
        lowered = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, lowered, answer.read())


def at(definition: str, key: str, bucket: str = BUCKET) -> str:
    """The target that names an object under a definition, every byte of it escaped."""
    whole, apart = quote(f"{bucket}/{key}", safe=""), f"{bucket}/{_escaped(key)}"
    return {
        "sample": f"/s3?key={whole}",
        "sample-template": f"/s3?key={whole}",
        "wildcard": f"/objects?key={whole}",
        "text-only": f"/objects?key={whole}",
        "conversions": f"/as-is/{apart}",
    }.get(definition, f"/{apart}")


def _escaped(key: str) -> str:
    # A client may resolve segments of dots before it sends them; escaped they are like any other.
    return quote(key, safe="").replace(".", "%2E")
