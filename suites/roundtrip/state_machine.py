"""A stateful test: uploads, overwrites and downloads in any order, with the rules as the model."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from fixtures.cases.case import Request
from fixtures.cases.object_address import object_place
from suites.roundtrip.pairings import Pairing
from suites.roundtrip.strategies import payloads

KEYS = ("a", "b", "c")

_ANY = st.integers(min_value=0, max_value=1000)
"""An index, taken modulo the number of choices, which is known only once there is an endpoint."""

Send = Callable[[Request], None]
"""Send one more request of a sequence, and judge the sequence so far."""


class Objects(RuleBasedStateMachine):
    """A few objects under several keys in a folder; only objects of this run are requested."""

    def __init__(
        self, ways: tuple[Pairing, ...], accepts: tuple[str | None, ...], folder: str, send: Send
    ) -> None:
        super().__init__()
        self._ways = ways
        self._accepts = accepts
        self._folder = folder
        self._send = send
        self._known: dict[tuple[str, str], list[Pairing]] = {}

    @rule(key=st.sampled_from(KEYS), way=_ANY, content=payloads())
    def put(self, key: str, way: int, content: bytes) -> None:
        """Upload an object, or overwrite it."""
        pairing, name = self._ways[way % len(self._ways)], f"{self._folder}/{key}"
        self._send(pairing.put(name, content))
        where = object_place(pairing.upload)
        self._known[where, name] = [w for w in self._ways if object_place(w.upload) == where]

    @precondition(lambda self: self._known)
    @rule(key=_ANY, way=_ANY, accept=_ANY)
    def get(self, key: int, way: int, accept: int) -> None:
        """Download with any `Accept`, also one for which the conversion must fail."""
        (_, name), ways = list(self._known.items())[key % len(self._known)]
        request = ways[way % len(ways)].get(name)
        self._send(replace(request, accept=self._accepts[accept % len(self._accepts)]))
