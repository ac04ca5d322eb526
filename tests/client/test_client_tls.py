"""TLS: the endpoint has to be who it says it is."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.cases.exchange import FailureKind
from tests.client.helpers import a_client

x509 = pytest.importorskip("cryptography.x509")


def a_certificate(folder: Path) -> Path:
    """A certificate for localhost that no authority signed, and its key, in one file."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


class Unvouched:
    """A TLS server that nobody vouches for, and what reached it through TLS."""

    def __init__(self, certificate: Path) -> None:
        self.received = b""
        self.handshakes = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ending = False
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self._ending:
                    return
                connection.settimeout(5)
                self.handshakes += 1
                try:
                    with self._context.wrap_socket(connection, server_side=True) as wrapped:
                        self.received += wrapped.recv(65536)
                except OSError:  # the client refused, as it should
                    continue

    def end(self) -> None:
        """Stop serving."""
        self._ending = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listener.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Unvouched]:
    server = Unvouched(a_certificate(tmp_path))
    yield server
    server.end()


def test_a_server_with_an_untrusted_certificate_gets_no_request(
    server: Unvouched, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not even where the environment tells other programs to look away.
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    with a_client(f"https://localhost:{server.port}/v1", attempts=2) as client:
        exchange = client.send("PUT", "/s3", (), b"body", case="")
    assert exchange.received is None
    assert exchange.failure.kind is FailureKind.UNTRUSTED_CERTIFICATE
    assert "CERTIFICATE_VERIFY_FAILED" in exchange.failure.sentence
    assert server.handshakes == 2
    assert server.received == b""
