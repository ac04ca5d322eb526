"""Helpers of the transport tests: a TLS server, a proxy, and certificates."""

import base64
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization

PASSPHRASE = "pass phrase of the key"


@dataclass(frozen=True)
class Files:
    """Certificates in PEM: `ca` signs those of the server and `both`, an unknown one `stranger`."""

    ca: Path
    certificate: Path
    key: Path
    both: Path
    locked: Path
    stranger: Path
    other_key: Path


def files_in(folder: Path, authority: trustme.CA) -> Files:
    """Write them into a folder."""
    mine, other = authority.issue_cert("client@example.com"), trustme.CA()
    certificate = mine.cert_chain_pems[0].bytes()
    key = mine.private_key_pem.bytes()
    locked = serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )
    contents = {
        "ca.pem": authority.cert_pem.bytes(),
        "certificate.pem": certificate,
        "key.pem": key,
        "both of 'them'.pem": certificate + key,
        "locked.pem": locked,
        "stranger.pem": other.issue_cert("a@example.com").private_key_and_cert_chain_pem.bytes(),
        "other-key.pem": other.issue_cert("b@example.com").private_key_pem.bytes(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return Files(*(folder / name for name in contents))


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler],
    authority: trustme.CA | None = None,
    *,
    clients: bool = False,
) -> Iterator[str]:
    """A server on loopback and its URL; `clients` asks them for a certificate of the authority."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.daemon_threads = True
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        if clients:
            authority.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        scheme = "http" if authority is None else "https"
        yield f"{scheme}://localhost:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Telling(BaseHTTPRequestHandler):
    """Responds with the request line and the body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, whatever the method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        peer = getattr(self.connection, "getpeercert", dict)()
        self.send_response(200)
        said = f"{self.requestline}\n".encode() + body
        self.send_header("X-Client", "known" if peer else "unknown")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_PUT = do_GET

    def log_message(self, *_: object) -> None: ...


@dataclass
class Proxied:
    """A running proxy: its URL, and the request lines and credentials that it received."""

    url: str = ""
    lines: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)


@contextmanager
def a_proxy(user: str = "", password: str = "") -> Iterator[Proxied]:
    """A proxy that tunnels (CONNECT) and forwards, and wants these credentials, if any."""
    proxied = Proxied()
    due = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() if user else None

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def is_let_in(self) -> bool:
            proxied.lines.append(self.requestline)
            proxied.authorizations.append(self.headers.get("Proxy-Authorization"))
            if proxied.authorizations[-1] == due:
                return True
            self.send_error(407, f"Not with {proxied.authorizations[-1]}")
            self.close_connection = True
            return False

        def do_CONNECT(self) -> None:
            if not self.is_let_in():
                return
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port))) as far:
                self.send_response(200)
                self.end_headers()
                relay(self.connection, far)
            self.close_connection = True

        def do_GET(self) -> None:
            if not self.is_let_in():
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            host, _, path = self.path.removeprefix("http://").partition("/")
            name, _, port = host.partition(":")
            head = f"{self.command} /{path} HTTP/1.1\r\n" + "".join(
                f"{key}: {value}\r\n"
                for key, value in self.headers.items()
                if not key.lower().startswith("proxy-")
            )
            with socket.create_connection((name, int(port))) as far:
                far.sendall(f"{head}Connection: close\r\n\r\n".encode("latin-1") + body)
                while answer := far.recv(65536):
                    self.connection.sendall(answer)
            self.close_connection = True

        do_PUT = do_GET

        def log_message(self, *_: object) -> None: ...

    with serving(Proxy) as url:
        proxied.url = url.removesuffix("/v1")
        yield proxied


def relay(near: socket.socket, far: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""
    both = {near: far, far: near}
    with suppress(OSError):
        while True:
            for ready in select.select([*both], [], [], 10)[0]:
                if not (content := ready.recv(65536)):
                    return
                both[ready].sendall(content)
