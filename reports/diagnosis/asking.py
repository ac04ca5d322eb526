"""Request headers that do not reach the gateway as they were sent."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from fixtures.model import Definition
from fixtures.model.case import Request
from fixtures.rules.planning import listed_types
from reports.diagnosis.change import Change

_FORWARD = (
    "Let what stands before the API pass {name} on; in CloudFront, put it into the behavior's "
    "origin request policy or cache policy."
)


def headers(definition: Definition) -> Iterator[Change]:
    """Headers that a proxy or CDN takes away, or that it or the gateway reads in another way."""
    yield _asked(
        "Accept absent",
        "Accept did not reach the gateway",
        "a proxy or CDN before the API does not pass Accept on; CloudFront does not by default",
        "Accept",
        lambda request: replace(request, accept=None),
    )
    yield _asked(
        "Accept last",
        "the last media type of Accept were the one that counts",
        "a proxy reorders Accept, or the gateway does not read it as API Gateway does",
        "Accept",
        lambda request: replace(request, accept=_last(request.accept)),
    )
    binary = next(iter(listed_types(definition)), None)
    if binary is not None:
        yield _asked(
            "Accept binary",
            f"every request had Accept: {binary}",
            "a proxy or CDN before the API sets Accept by itself",
            "Accept",
            lambda request: replace(request, accept=binary),
        )
    yield _asked(
        "Content-Type absent",
        "Content-Type did not reach the gateway",
        "a proxy or client before the API drops Content-Type",
        "Content-Type",
        lambda request: replace(request, content_type=None),
    )


def _asked(
    key: str, behaves: str, cause: str, name: str, ask: Callable[[Request], Request]
) -> Change:
    return Change(key, name, behaves, cause, (_FORWARD.format(name=name),), likelihood=2, ask=ask)


def _last(accept: str | None) -> str | None:
    return None if accept is None else accept.rpartition(",")[2].strip()
