"""What a run's requests could tell apart, and what its wrong answers hint at.

Strategy: a configuration that no request could show is not worth a guess, and a setting with
endlessly many values (a template, a status) is guessed from what came.
"""

import base64
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fixtures.model import parse_media_type
from fixtures.model.case import Request
from fixtures.rules.expectation import JSON
from fixtures.rules.media_types import match_content_type
from reports.diagnosis.evidence import Evidence, Moment, Scene

Place = tuple[str, str]
"""Path and method of an operation."""

_MOST_TEMPLATES = 3
_SHORTEST_CONTENT = 8
_WORDS_AROUND = re.compile(r"[^$#\\]{1,200}")


@dataclass(frozen=True)
class Seen:
    """What was sent, and what the deviating answers look like.

    `media_types` are those of `Content-Type` and of the first entry of `Accept`, wildcards that a
    client sends among them. `statuses` are those that came and were not due. `response_templates`
    are by operation, most frequent first; `request_templates` have the media types of the uploads
    that they would explain.
    """

    media_types: tuple[str, ...]
    operations: frozenset[Place]
    statuses: frozenset[int]
    response_templates: Mapping[Place, tuple[str, ...]]
    request_templates: Mapping[Place, tuple[tuple[tuple[str, ...], str], ...]]

    def told_apart(self, entries: tuple[str, ...]) -> tuple[bool, ...]:
        """Which of the media types are binary under a list; and whether a malformed one is."""
        return tuple(match_content_type(entries, name).binary for name in (*self.media_types, "-"))


def look(evidence: Evidence) -> Seen:
    """Look at every request once, and at the deviating answers more closely."""
    requests = [moment.request for scene in evidence.scenes for moment in scene.moments]
    responses, uploads = _templates(evidence)
    return Seen(
        _media_types(requests),
        frozenset(place for r in requests for place in (place_of(r), (r.operation.path, "ANY"))),
        frozenset(
            moment.received.status
            for scene, number, moment in _wrong(evidence)
            if moment.received.status not in scene.expected[number].statuses
        ),
        {place: _frequent(found) for place, found in responses.items()},
        {place: _with_types(found) for place, found in uploads.items()},
    )


def place_of(request: Request) -> Place:
    """Which operation a request goes through."""
    return request.operation.path, request.operation.method


def _media_types(requests: list[Request]) -> tuple[str, ...]:
    headers = (
        header
        for request in requests
        for header in (request.content_type, (request.accept or "").partition(",")[0])
    )
    parsed = (parse_media_type(header) for header in dict.fromkeys(headers) if header)
    essences = (found.essence.lower() for found in parsed if found is not None)
    return tuple(dict.fromkeys((JSON, *essences)))


def _wrong(evidence: Evidence) -> Iterator[tuple[Scene, int, Moment]]:
    for scene in evidence.scenes:
        for number, moment in enumerate(scene.moments):
            if moment.number in evidence.deviating:
                yield scene, number, moment


# ----------------------------------------------------------------------------------- templates

_Responses = dict[Place, Counter[str]]
_Uploads = dict[Place, dict[str, Counter[str]]]


def _templates(evidence: Evidence) -> tuple[_Responses, _Uploads]:
    """The templates by which deviating downloads can be explained, of either side, counted.

    Those of uploads have the media types that were sent.
    """
    responses: _Responses = defaultdict(Counter)
    uploads: _Uploads = defaultdict(lambda: defaultdict(Counter))
    for scene, number, moment in _wrong(evidence):
        stored, body = scene.before[number], moment.received.body
        if stored is None or moment.request.operation.s3_method != "GET":
            continue
        for text in _around(body, stored.content):
            responses[place_of(moment.request)][text] += 1
        upload = _last_upload(scene, number)
        for text in _around(body, upload.body) if upload is not None else ():
            assert upload is not None
            uploads[place_of(upload)][text][_type_of(upload)] += 1
    return responses, uploads


def _last_upload(scene: Scene, number: int) -> Request | None:
    about = scene.moments[number].request.object
    before = (moment.request for moment in reversed(scene.moments[:number]))
    return next((r for r in before if r.object == about and r.operation.s3_method == "PUT"), None)


def _type_of(upload: Request) -> str:
    parsed = parse_media_type(upload.content_type or JSON)
    return parsed.essence.lower() if parsed is not None else JSON


def _around(body: bytes, content: bytes) -> Iterator[str]:
    """The template that would make the body of the content, or of its Base64."""
    if len(content) < _SHORTEST_CONTENT:
        return
    for inserted in (content, base64.b64encode(content)):
        start, found, end = body.partition(inserted)
        words = (start + end).decode("utf-8", "replace")
        if found and "\ufffd" not in words and _WORDS_AROUND.fullmatch(words):
            yield f"{start.decode()}$input.body{end.decode()}"


def _frequent(found: Counter[str]) -> tuple[str, ...]:
    return tuple(text for text, _ in found.most_common(_MOST_TEMPLATES))


def _with_types(found: dict[str, Counter[str]]) -> tuple[tuple[tuple[str, ...], str], ...]:
    often = sorted(found, key=lambda text: -found[text].total())[:_MOST_TEMPLATES]
    return tuple((tuple(found[text]), text) for text in often)
