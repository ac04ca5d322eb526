"""The gateway behind TLS and HTTP/2, by Hypercorn: `python http2_server.py FOLDER`.

It writes the certificate that vouches for it into the folder, says its port, and ends when its
standard input does.
"""

import asyncio
import sys
from pathlib import Path

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config

ROOT = Path(__file__).parents[2]


def configuration(folder: Path) -> Config:
    """A free port on loopback, and TLS that offers both versions of HTTP."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.certfile, config.keyfile = str(folder / "cert.pem"), str(folder / "key.pem")
    config.alpn_protocols = ["h2", "http/1.1"]
    config.accesslog = config.errorlog = None
    (listening,) = config.create_sockets().secure_sockets
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config.bind = [f"fd://{listening.detach()}"]
    return config


async def main(folder: Path) -> None:
    """Serve until nobody holds the other end of standard input."""
    sys.path.insert(0, str(ROOT))
    from fixtures.definitions import load
    from fixtures.gateway.application import Gateway
    from fixtures.gateway.embedded_store import EmbeddedStore

    async def told_to_stop() -> None:
        await asyncio.to_thread(sys.stdin.read)

    gateway = Gateway(load("sample"), EmbeddedStore())
    await serve(gateway, configuration(folder), shutdown_trigger=told_to_stop)  # type: ignore[arg-type]


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
