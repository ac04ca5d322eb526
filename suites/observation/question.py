"""A question to Amazon API Gateway: a request, and what each possible answer would mean."""

from dataclasses import dataclass

from fixtures.cases.exchange import Headers
from suites.observation.observation import Content, Observed

_LONGEST = 1024
"""The most bytes of a body that a request in words shows."""
_MOST_HEADERS = 4
"""The most headers that it shows, and the last one besides."""


@dataclass(frozen=True)
class Reading:
    """What one outcome means: `leaves` are the answers of the rule that it leaves possible.

    The other members are what the outcome has to have; `None` is not looked at. A reading that says
    nothing of an object fits only where none was stored.
    """

    leaves: tuple[str, ...]
    status: int | None = None
    body: bytes | None = None
    key: str | None = None
    content: bytes | None = None
    type: str | None = None

    def fits(self, observed: Observed) -> bool:
        """Whether this is what came of the request."""
        if self.status is not None and observed.status != self.status:
            return False
        if self.body is not None and observed.body != Content.of(self.body):
            return False
        if self.key is None and self.content is None and self.type is None:
            return observed.status is not None and not observed.stored
        if len(observed.stored) != 1:
            return False
        stored = observed.stored[0]
        return (
            self.key in (None, stored.key)
            and self.type in (None, stored.type)
            and (self.content is None or stored.content == Content.of(self.content))
        )


@dataclass(frozen=True)
class Given:
    """The object that is there before the request, under the id of its question."""

    type: str
    body: bytes


@dataclass(frozen=True)
class Question:
    """One request to one of the deployed APIs.

    `{id}` in `target` is the question's id, which is also the key of `given`. `media_types` names
    the list of binaryMediaTypes of the API. `rule` is the derived rule that the `readings` are
    about, empty for a fact that only is recorded. `needs_function` says that the echo function has
    to be behind the API.
    """

    id: str
    topic: str
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    media_types: str = "png"
    given: Given | None = None
    rule: str = ""
    readings: tuple[Reading, ...] = ()
    needs_function: bool = False

    @property
    def request_target(self) -> str:
        """Path and query below the API's URL."""
        return self.target.replace("{id}", self.id)

    def leaves(self, observed: Observed) -> tuple[str, ...] | None:
        """The answers of the rule that are still possible; `None` where no reading fits."""
        return next((each.leaves for each in self.readings if each.fits(observed)), None)


def request_in_words(question: Question) -> str:
    """The request as the observations write it: method, path, headers, and what its body is."""
    named = [f"{name} {value}" for name, value in question.headers[:_MOST_HEADERS]]
    if len(question.headers) > _MOST_HEADERS:
        rest = question.headers[_MOST_HEADERS:]
        named.append(f"… {len(rest)} more, the last one {rest[-1][0]} {rest[-1][1]}")
    if len(question.body) > _LONGEST:
        named.append(f"body of {len(question.body):,} bytes")
    elif question.body:
        named.append(f"body {question.body!r}")
    return ", ".join((f"{question.method} /v1{question.request_target}", *named))
