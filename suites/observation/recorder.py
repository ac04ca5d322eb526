"""Asks the questions and records what comes of them.

Strategy: one request at a time, by the client that sends the suite's own. After each of them the
bucket is listed: what was not there before is what the request stored, under whichever key.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from fixtures.cases.exchange import Exchange
from fixtures.client.http_client import USER_AGENT, Client
from fixtures.exceptions import ObservationError
from suites.observation.account import Account
from suites.observation.observation import Content, Observation, Observed, ObservedAt, StoredObject
from suites.observation.question import Given, Question, request_in_words
from suites.observation.questions import LISTS
from suites.observation.settlement import is_aws

_REQUEST_ID = "x-amzn-requestid"
# What every response has, and what differs each time and says nothing of the question.
_NOT_RECORDED = {_REQUEST_ID, "connection", "date", "x-amz-apigw-id", "x-amzn-trace-id"}
_READY = "ready"
_READY_OBJECT = Given("text/plain", b"ready")
_IN_A_ROW = 3
_BETWEEN_PROBES = 2.0
LONGEST_WAIT = 180.0
"""Seconds until a new API has to answer; role, deployment and name spread through AWS meanwhile."""


class Recorder:
    """Sends requests to the deployed APIs, whose clients are by the name of their list."""

    def __init__(self, account: Account, bucket: str, clients: Mapping[str, Client]) -> None:
        self._account = account
        self._bucket = bucket
        self._clients = clients
        self._known: set[str] = set()

    def wait_until_live(self, longest: float) -> None:
        """Wait until each API hands out an object, for `longest` seconds.

        Raises `ObservationError`.
        """
        self._give(_READY, _READY_OBJECT)
        until = time.monotonic() + longest
        for client in self._clients.values():
            in_a_row = 0
            while in_a_row < _IN_A_ROW:
                accept = (("Accept", _READY_OBJECT.type),)
                answer = client.send("GET", f"/objects/{_READY}", accept, b"", case="observe")
                received = answer.received
                is_live = received is not None and received.body == _READY_OBJECT.body
                in_a_row = in_a_row + 1 if is_live else 0
                if is_live:
                    continue
                if time.monotonic() > until:
                    said = f"status {received.status}" if received is not None else answer.failure
                    raise ObservationError(
                        f"{client.url} does not hand out its first object within {longest:g} "
                        f"seconds: {said}"
                    )
                time.sleep(_BETWEEN_PROBES)

    def ask(self, questions: Sequence[Question]) -> Iterator[Observation]:
        """One observation for each question, in order; raises `ObservationError`."""
        for question in questions:
            if question.given is not None:
                self._give(question.id, question.given)
            client = self._clients[question.media_types]
            exchange = client.send(
                question.method,
                question.request_target,
                question.headers,
                question.body,
                case=f"observe {question.id}",
            )
            stored = self._account.new_objects(self._bucket, self._known)
            yield self._observation(question, exchange, stored)

    def _give(self, key: str, given: Given) -> None:
        self._account.put(self._bucket, key, given.type, given.body)
        self._known.add(key)

    def _observation(
        self, question: Question, exchange: Exchange, stored: tuple[StoredObject, ...]
    ) -> Observation:
        request_id = exchange.received.header(_REQUEST_ID) if exchange.received else None
        hosts = (_without_api(exchange.sent.url), *self._account.hosts)
        aws = all(map(is_aws, hosts))
        return Observation(
            id=question.id,
            topic=question.topic,
            config={"binaryMediaTypes": list(LISTS[question.media_types]), "api": "api.yaml"},
            request=request_in_words(question),
            observed=_observed(exchange, stored),
            source=ObservedAt(USER_AGENT, self._account.region, hosts, request_id or ""),
            recorded=f"{datetime.fromtimestamp(exchange.began, UTC):%Y-%m-%d}",
            certainty="recorded from AWS" if aws else "recorded from a host that is not AWS's",
        )


def _observed(exchange: Exchange, stored: tuple[StoredObject, ...]) -> Observed:
    received = exchange.received
    if received is None:
        return Observed(failure=str(exchange.failure), stored=stored)
    names = dict.fromkeys(name.lower() for name, _ in received.headers)
    headers = {name: received.header(name) or "" for name in names if name not in _NOT_RECORDED}
    return Observed(received.status, headers, Content.of(received.body), stored)


def _without_api(url: str) -> str:
    """The host of a URL, without the name of the API that AWS's have."""
    host = url.partition("://")[2].partition("/")[0]
    _, dot, rest = host.partition(".")
    return rest if dot and rest.startswith("execute-api.") else host
