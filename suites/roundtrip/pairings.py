"""The legal pairings of an upload and a download: those that return the uploaded bytes."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.payloads import sized
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import TEXT_TYPES, Plan, depends_on, listed_types, same_objects
from suites.header_values import in_words
from suites.upload.body_forms import FORMS, BodyForm

_RAW, _BASE64 = FORMS[0], FORMS[1]
SENTINEL = sized(100)
"""Bytes that every conversion changes."""


@dataclass(frozen=True)
class Pairing:
    """How the bytes are uploaded and how they are downloaded."""

    upload: Operation
    content_type: str
    form: BodyForm
    download: Operation
    accept: str | None

    @property
    def name(self) -> str:
        """The upload and the download, for the id of a case."""
        return (
            f"{self.upload.name} {self.form.name} sent:{self.content_type} "
            f"{self.download.name} accept:{in_words(self.accept)}"
        )

    @property
    def folder(self) -> str:
        """The folder of this pairing's objects, which no other pairing writes to."""
        return f"roundtrip/{zlib.crc32(self.name.encode()):08x}"

    def put(self, name: str, content: bytes) -> Request:
        """The upload of these bytes."""
        return Request(self.upload, name, self.content_type, body=self.form.of(content))

    def get(self, name: str) -> Request:
        """The download that follows."""
        return Request(self.download, name, accept=self.accept)

    def case(self, identity: str, name: str, content: bytes) -> Case:
        """The upload, then the download."""
        return Case(
            identity,
            (Step(Role.ACT, self.put(name, content)), Step(Role.ACT, self.get(name))),
        )


@cache
def pairings(definition: Definition) -> tuple[Pairing, ...]:
    """One pairing for each distinct combination of rules that succeeds.

    Of several operations on the same objects, those at one path are paired.
    """
    found: dict[tuple[str, ...], Pairing] = {}
    for pairing in _all(definition):
        put = expected_response(definition, pairing.put("sentinel", SENTINEL), None)
        if not put.succeeds or put.stored is None:
            continue
        get = expected_response(definition, pairing.get("sentinel"), put.stored)
        plan = Plan(pairing.get("sentinel"), get)
        if not get.succeeds or not get.exact or not depends_on(definition, plan, put.stored):
            continue
        way = (pairing.form.name, *put.rules, "then", *get.rules)
        found.setdefault(way, pairing)
    return tuple(found.values())


def _all(definition: Definition) -> Iterator[Pairing]:
    types = tuple(dict.fromkeys((*listed_types(definition), *TEXT_TYPES)))
    for upload, download in upload_download_pairs(definition):
        for content_type in types:
            for form in (_RAW, _BASE64):
                for accept in (*types, None):
                    yield Pairing(upload, content_type, form, download, accept)


def upload_download_pairs(definition: Definition) -> Iterator[tuple[Operation, Operation]]:
    """Uploads and downloads at one path; one without a partner there gets the first elsewhere."""
    uploads, downloads = definition.operations_on_s3("PUT"), definition.operations_on_s3("GET")
    for upload in uploads:
        for download in same_objects(definition, upload, "GET")[:1]:
            yield upload, download
    for download in downloads:
        for upload in same_objects(definition, download, "PUT")[:1]:
            if upload.path != download.path:
                yield upload, download
