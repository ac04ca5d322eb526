"""Random payloads, with many bytes that faulty binary handling corrupts."""

import base64

from hypothesis import strategies as st

# Each reveals one corruption: cut at NUL, replaced as invalid UTF-8, removed as a byte order mark,
# translated as a line break, mistaken for an earlier replacement, mistaken for Base64.
_EDGE_CASE_BYTES = (
    b"\x00",
    b"\x80",
    b"\xbf",
    b"\xc3",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\r",
    b"\x1a",
    b"\xef\xbf\xbd",
    b"\xc0\x80",
    b"\xf0\x9f\x96\xbc",
    b"=",
    b"+/",
    b"-_",
    b'"',
    b"\\",
    b"%00",
    b"$input.body",
    b"QUJD",
    b"QQ==",
)
# Around multiples of 3 (Base64's groups), 57 and 76 (MIME's lines) and powers of two (buffers).
_LENGTHS = tuple(
    sorted(
        {
            base + delta
            for base in (3, 57, 76, 114, 152, *(2**power for power in range(4, 14)))
            for delta in (-1, 0, 1)
        }
    )
)
LARGEST = max(_LENGTHS)
"""Bytes of the largest payload; the other kinds are far shorter than these lengths."""


def payloads() -> st.SearchStrategy[bytes]:
    """Any bytes, concatenated edge cases, text like Base64, and lengths near a boundary."""
    edge_cases = st.lists(
        st.one_of(st.sampled_from(_EDGE_CASE_BYTES), st.binary(max_size=4)), max_size=40
    ).map(b"".join)
    lookalikes = st.binary(max_size=60).map(base64.b64encode)
    edges = st.builds(
        lambda seed, length: (seed * (length // len(seed) + 1))[:length],
        st.binary(min_size=1, max_size=16),
        st.sampled_from(_LENGTHS),
    )
    text = st.text(max_size=60).map(lambda value: value.encode("utf-8", "surrogatepass"))
    return st.one_of(st.binary(max_size=200), edge_cases, lookalikes, edges, text)
