"""From a response and its faults to the bytes that the client gets, and how they end.

Strategy: pure. An answer is first replaced where an intermediary speaks in its stead, then framed,
then its headers are changed, then it is cut off or torn into pieces. Nothing but the kinds of
effect `WRONG` changes what RFC 9110 calls its semantics.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from random import Random

from tests.lab.network_faults.network_fault import InjectedFaults

Lines = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Response:
    """An answer with its body out of its framing.

    `bodiless` is true of what never has a body: the answer to HEAD, 204 and 304.
    """

    status: int
    reason: bytes
    headers: Lines
    body: bytes
    bodiless: bool = False


class End(Enum):
    """What becomes of the connection."""

    KEEP = auto()
    CLOSE = auto()
    IDLE = auto()
    """Kept for a moment, then closed."""
    RESET = auto()
    SILENT = auto()
    """Kept, and nothing is said any more."""


@dataclass(frozen=True)
class Script:
    """Pieces to send, seconds before the first and before each other one, and the end."""

    pieces: tuple[bytes, ...]
    end: End
    before: float = 0.0
    pause: float = 0.0


# What becomes of the connection after a whole response.
_CONNECTIONS = {"closed-after": End.CLOSE, "closed-unsaid": End.CLOSE, "closed-idle": End.IDLE}
# The failures without any byte of a response; all but `NOT_FORWARDED` reach the upstream.
_NO_ANSWER = {
    "reset-at-request": End.RESET,
    "reset-before": End.RESET,
    "closed-before": End.CLOSE,
    "silence": End.SILENT,
}
_IN_HEAD = {"reset-in-head": End.RESET, "closed-in-head": End.CLOSE}
_IN_BODY = {"reset-in-body": End.RESET, "closed-in-body": End.CLOSE, "stall": End.SILENT}
_FRAMING = {b"content-length", b"transfer-encoding", b"connection", b"keep-alive"}

_REFUSALS: dict[str, tuple[int, bytes, tuple[bytes, ...]]] = {
    # status, reason, the values that Retry-After may have
    "throttled": (429, b"Too Many Requests", ()),
    "throttled-soon": (
        429,
        b"Too Many Requests",
        (b"0", b"1", b"Fri, 31 Dec 1999 23:59:59 GMT"),
    ),
    "throttled-long": (429, b"Too Many Requests", (b"3600",)),
    "unavailable": (503, b"Service Unavailable", ()),
    "unavailable-soon": (503, b"Service Unavailable", (b"0", b"1")),
    "unavailable-long": (503, b"Service Unavailable", (b"3600",)),
    "bad-gateway": (502, b"Bad Gateway", ()),
    "gateway-timeout": (504, b"Gateway Timeout", ()),
    "request-timeout": (408, b"Request Timeout", ()),
}
# The failures that come before the upstream is asked.
NOT_FORWARDED = {"reset-at-request"} | {
    name for name, (status, *_) in _REFUSALS.items() if status in (408, 429, 503)
}
_PAGES = (
    (b"text/html", b"<html><body><h1>%d %s</h1><hr>CloudFront</body></html>\n"),
    (b"application/json", b'{"message": "%d %s"}'),
    (b"text/plain", b"%d %s"),
    (b"text/html", b""),
)
_EXTRA: Lines = (
    (b"Via", b"1.1 4b1e.cloudfront.net (CloudFront)"),
    (b"X-Cache", b"Miss from cloudfront"),
    (b"X-Amz-Cf-Pop", b"FRA56-P5"),
    (b"X-Amz-Cf-Id", b"x0P9-Zq=="),
    (b"Set-Cookie", b"AWSALB=a; Path=/"),
    (b"Set-Cookie", b"AWSALBCORS=b; Path=/; SameSite=None; Secure"),
    (b"Age", b"0"),
    (b"Strict-Transport-Security", b"max-age=31536000"),
    (b"Alt-Svc", b'h3=":443"; ma=86400'),
    (b"Server", b"CloudFront"),
    (b"Warning", b'110 - "Response is \xe9tale"'),
    (b"X-Empty", b""),
    (b"Vary", b"Origin"),
)
_INTERIM = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\nX-Cache: none\r\n\r\n",
)

# Seconds and bytes; short, for a proof asks many thousand times. The longest drip is to outlast the
# patience of a client that waits for each piece anew.
_LONGEST_LATENCY = 0.008
_DRIP = 0.002
_SLOW_DRIP = 0.05
_BYTE_BY_BYTE = 400
_LARGEST_PIECE = 256 * 1024


def script(method: bytes, answer: Response | None, event: InjectedFaults) -> Script:
    """What the client gets; `answer` is `None` where the upstream was not asked."""
    random = event.random()
    if event.failure in _NO_ANSWER:
        return Script((), _NO_ANSWER[event.failure])
    if event.failure in _REFUSALS:
        answer = _refusal(event.failure, bodiless=method == b"HEAD", random=random)
    assert answer is not None
    answer = _falsified(answer, event.failure)
    head, body, end = _framed(answer, event, random)
    before = random.uniform(0, _LONGEST_LATENCY) if event.has("latency") else 0.0
    if event.failure == "slow-drip":
        return Script((head, *_pieces(body, 1)), end, before, _SLOW_DRIP)
    stream, end = _cut(head, body, end, event.failure, random)
    pieces, pause = _torn(stream, event, random)
    return Script(pieces, end, before, pause)


def _refusal(failure: str, *, bodiless: bool, random: Random) -> Response:
    status, reason, after = _REFUSALS[failure]
    media_type, page = random.choice(_PAGES)
    body = page % (status, reason) if page else b""
    headers: Lines = ((b"Content-Type", media_type), (b"Content-Length", b"%d" % len(body)))
    if after:
        headers = ((b"Retry-After", random.choice(after)), *headers)
    return Response(status, reason, headers, b"" if bodiless else body, bodiless)


def _falsified(answer: Response, failure: str) -> Response:
    if failure == "corrupted" and answer.body:
        return replace(answer, body=answer.body[:-1] + bytes([answer.body[-1] ^ 0x01]))
    if failure == "shortened" and answer.body:
        lengths = tuple(
            (name, b"%d" % (len(answer.body) - 1) if name.lower() == b"content-length" else value)
            for name, value in answer.headers
        )
        return replace(answer, body=answer.body[:-1], headers=lengths)
    if failure == "other-status":
        return replace(answer, status=418)
    return answer


# ------------------------------------------------------------------------------------- framing


def _framed(answer: Response, event: InjectedFaults, random: Random) -> tuple[bytes, bytes, End]:
    """The head and the body as they go over the wire, and the end that this framing asks for."""
    end = next((e for name, e in _CONNECTIONS.items() if event.has(name)), End.KEEP)
    headers = answer.headers
    version, body = b"HTTP/1.1", answer.body
    names = {name.lower() for name, _ in headers}
    chunked = event.has("chunked") or event.has("chunked-odd")
    # A body that is empty has a middle only in chunks.
    chunked = chunked or (event.failure in _IN_BODY and not body)
    if event.has("http-1.0"):
        version, end = b"HTTP/1.0", End.CLOSE
        headers = _without(headers, {b"transfer-encoding", b"connection", b"keep-alive"})
        if not answer.bodiless and random.random() < 0.5:
            headers = _without(headers, {b"content-length"})
    elif chunked and not answer.bodiless:
        headers = (*_without(headers, _FRAMING), (b"Transfer-Encoding", b"chunked"))
        body = _in_chunks(body, random, odd=event.has("chunked-odd"))
    elif b"transfer-encoding" in names and not answer.bodiless:
        body = _in_chunks(body, random, odd=False)
    elif not answer.bodiless and b"content-length" not in names:
        end = End.CLOSE
    if event.has("closed-after"):
        headers = (*_without(headers, {b"connection", b"keep-alive"}), (b"Connection", b"close"))
    if event.has("extra"):
        present = {name.lower() for name, _ in headers}
        added = [line for line in _EXTRA if line[0].lower() not in present]
        headers = (*headers, *random.sample(added, random.randint(1, len(added))))
    if event.has("reordered"):
        headers = _reordered(headers, random)
    lines = [version + b" %d " % answer.status + answer.reason]
    lines += [name + b": " + value for name, value in headers]
    interim = event.has("interim") and version == b"HTTP/1.1"
    before = b"".join(random.sample(_INTERIM, random.randint(1, 3))) if interim else b""
    return before + b"\r\n".join(lines) + b"\r\n\r\n", body, end


def _without(headers: Lines, names: set[bytes]) -> Lines:
    return tuple(line for line in headers if line[0].lower() not in names)


def _in_chunks(body: bytes, random: Random, *, odd: bool) -> bytes:
    framed, at = bytearray(), 0
    while at < len(body):
        # Short ones and long ones, but never thousands.
        size = min(len(body) - at, random.choice((1, 7, 100, 4096)) + len(body) // 8)
        extension = random.choice((b"", b";a", b";name=value", b';q="a b"')) if odd else b""
        framed += b"%x%s\r\n%s\r\n" % (size, extension, body[at : at + size])
        at += size
    trailers = b"X-Checksum: none\r\nServer-Timing: edge;dur=1\r\n" if odd else b""
    return bytes(framed) + b"0\r\n" + trailers + b"\r\n"


def _reordered(headers: Lines, random: Random) -> Lines:
    """RFC 9110 section 5.3: the order of lines matters only among those of one name."""
    names = list(dict.fromkeys(name.lower() for name, _ in headers))
    random.shuffle(names)
    spell = random.choice((bytes.lower, bytes.upper, bytes.title, bytes.swapcase))
    lines = [(name, line) for name in names for line in headers if line[0].lower() == name]
    return tuple((spell(name), value) for name, (_, value) in lines)


# ---------------------------------------------------------------------------- cuts and pieces


def _cut(head: bytes, body: bytes, end: End, failure: str, random: Random) -> tuple[bytes, End]:
    if failure in _IN_HEAD:
        return head[: random.randrange(1, len(head))], _IN_HEAD[failure]
    if failure in _IN_BODY:
        return head + body[: random.randrange(len(body)) if body else 0], _IN_BODY[failure]
    return head + body, End.RESET if failure == "reset-after" else end


def _torn(stream: bytes, event: InjectedFaults, random: Random) -> tuple[tuple[bytes, ...], float]:
    if event.has("segments"):
        rest = stream[_BYTE_BY_BYTE:]
        return (*_pieces(stream[:_BYTE_BY_BYTE], 1), *_pieces(rest, _LARGEST_PIECE)), 0.0
    if event.has("drip"):
        count = random.randint(2, 6)
        return _pieces(stream, max(1, len(stream) // count)), _DRIP
    return (stream,), 0.0


def _pieces(stream: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(stream[at : at + size] for at in range(0, len(stream), size))
