"""A pytest plugin that tapes every request which a run sends, into the file named by `TAPE`.

The verdict document has one exchange for each step of a case; what a search tries besides is in no
document, and a loop that is compared with the suite has to send it too.
"""

import os
import pickle
from pathlib import Path

from fixtures.cases.exchange import Exchange, Sent
from fixtures.client.http_client import Client

_TAPE: list[Sent] = []
_send = Client.send


def _taped(self: Client, *arguments: object, **named: object) -> Exchange:
    exchange = _send(self, *arguments, **named)
    _TAPE.append(exchange.sent)
    return exchange


Client.send = _taped


def pytest_unconfigure() -> None:
    """Write what was sent."""
    Path(os.environ["TAPE"]).write_bytes(pickle.dumps(_TAPE))
