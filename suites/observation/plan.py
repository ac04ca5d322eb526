"""What `observe` creates, sends and costs, before it does."""

from collections.abc import Iterator, Sequence

from suites.observation.journal import Kind, Resource
from suites.observation.question import Question
from suites.observation.questions import LISTS
from suites.runner.prices import AS_OF, PRICES, REGION

_PROBES = 60
"""Requests until all APIs are live, at most, and those are rare."""
_SMALL = 1024
"""Bytes of an answer, its headers included, at most."""
_MINUTES = 5


def resources(run: str, *, with_function: bool) -> tuple[Resource, ...]:
    """Everything that a run creates, in order."""
    kinds = (Kind.BUCKET, Kind.ROLE, *((Kind.FUNCTION,) if with_function else ()))
    return (
        *(Resource(kind, run) for kind in kinds),
        *(Resource(Kind.API, f"{run}-{name}") for name in LISTS),
    )


def media_types_of(api: Resource) -> str:
    """The name of the list of binaryMediaTypes that an API has."""
    return api.name.rpartition("-")[2]


def in_words(created: Sequence[Resource], asked: Sequence[Question]) -> Iterator[str]:
    """The plan, a line each."""
    yield f"creates {len(created)} resources, and removes them at the end:"
    for resource in created:
        is_api = resource.kind is Kind.API
        listed = f" with {', '.join(LISTS[media_types_of(resource)])} as binary" if is_api else ""
        yield f"  {resource}{listed}"
    uploads = [question for question in asked if question.method == "PUT"]
    sent = sum(len(question.body) for question in asked)
    yield f"sends {len(asked)} requests with {sent / 10**6:.0f} MB in all, for these rules:"
    for rule in dict.fromkeys(question.rule for question in asked if question.rule):
        yield f"  {rule}"
    yield f"takes about {_MINUTES} minutes: API Gateway deletes one API in 30 seconds"
    requests = len(asked) + _PROBES
    units = {
        "request": requests,
        "put": len(uploads) + len(asked) * 2,
        "get": requests + len(asked),
        "byte out": requests * _SMALL,
    }
    dollars = sum(units[name] / price.units * price.dollars for name, price in PRICES.items())
    yield f"costs about ${dollars:.3f} by the list prices of {REGION}, {AS_OF}"
