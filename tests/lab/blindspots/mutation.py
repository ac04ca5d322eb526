"""A gateway with one small random mutation: a condition, and what is changed where it holds."""

import random
from dataclasses import dataclass, field, replace

from fixtures.api import Definition
from fixtures.faults.fault import Fault, deployed
from fixtures.faults.injection import Application, Injection
from fixtures.faults.middleware import HttpRequest, HttpResponse, call, handled_by, send_response
from fixtures.gateway.application import Scope, Send
from tests.lab.blindspots import changes, conditions
from tests.lab.blindspots.changes import Change
from tests.lab.blindspots.conditions import NOTHING, Condition, Exchange, History
from tests.lab.blindspots.traffic import Traffic

_GROUP = "mutation"
# What differs between two right answers to one request.
_IDENTIFIERS = (b"x-amzn-requestid", b"x-amz-apigw-id", b"date", b"last-modified")
_REQUESTS = 3000


@dataclass(frozen=True)
class Mutation:
    """A seed, and what it draws."""

    seed: int
    condition: Condition = field(repr=False)
    change: Change = field(repr=False)

    @property
    def sentence(self) -> str:
        """What the gateway does, in one sentence."""
        return f"The gateway {self.change.clause}, {self.condition.clause}."

    def fault(self) -> Fault:
        """The mutation as a fault that can be served; it names no rule."""
        return Fault(f"mutation-{self.seed}", _GROUP, self.sentence, (), self._injection())

    def _injection(self) -> Injection:
        def around(inner: Application) -> Application:
            history = History()

            async def handle(
                application: Application, scope: Scope, request: HttpRequest, send: Send
            ) -> None:
                response = await self._answer(application, scope, request, history)
                await send_response(send, response)

            made = handled_by(handle).application
            assert made is not None
            return made(inner)

        return Injection(application=around)

    async def _answer(
        self, application: Application, scope: Scope, request: HttpRequest, history: History
    ) -> HttpResponse:
        holds, change = self.condition.holds, self.change
        # What depends on the response cannot change the request any more.
        early = not self.condition.needs_response and holds(request, NOTHING, history)
        sent = change.request(request) if change.request and early else request
        response = await call(application, scope, sent)
        changed = response
        if change.response and (early or holds(request, response, history)):
            changed = change.response(request, response, history)
        history.add(Exchange(request, response))
        return changed


def draw(seed: int) -> Mutation:
    """The mutation of a seed; a condition about responses goes with a change of responses."""
    draw = random.Random(seed)
    change = changes.draw(draw)
    condition = conditions.draw(draw)
    while condition.needs_response and change.request:
        condition = conditions.draw(draw)
    return Mutation(seed, condition, change)


async def changes_an_answer(mutation: Mutation, definition: Definition) -> bool:
    """Whether some answer to 3,000 random requests differs from that of the right gateway.

    Both get the same requests in the same order, in this process.
    """
    with deployed(mutation.fault(), definition) as wrong, deployed(None, definition) as correct:
        for request in Traffic(definition, random.Random(mutation.seed)).requests(_REQUESTS):
            scope = _scope(request)
            if _compared(await call(wrong, scope, request)) != _compared(
                await call(correct, scope, request)
            ):
                return True
    return False


def _scope(request: HttpRequest) -> Scope:
    return {
        "type": "http",
        "method": request.method,
        "raw_path": request.path,
        "query_string": request.query,
        "headers": list(request.headers),
        "client": ("127.0.0.1", 1),
    }


def _compared(response: HttpResponse) -> HttpResponse:
    kept = sorted(
        # RFC 9110 section 8.3.1: type, subtype and parameter names have no letter case.
        (name.lower(), value.lower() if name.lower() == b"content-type" else value)
        for name, value in response.headers
        if name.lower() not in _IDENTIFIERS
    )
    return replace(response, headers=tuple(kept))
