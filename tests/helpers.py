"""Servers of the standard library on loopback for the time of a test, and bodies in chunks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO


def read_chunks(stream: BinaryIO) -> bytes:
    """The content of a body in chunks without trailers (RFC 9112 section 7.1)."""
    content = b""
    while size := int(stream.readline(), 16):
        content += stream.read(size)
        assert stream.readline() == b"\r\n"
    assert stream.readline() == b"\r\n"
    return content


@contextmanager
def handling(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve a handler on a free port; yields the URL of its root, without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True  # a client may keep a connection open for longer than the test
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
