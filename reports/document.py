"""The verdict document, described once: its types, in the words of `docs/architecture.md`.

Every report is rendered from it. `conformance.schema.json` says the same to other programs; it is
made from these types by `reports.schema`, and reading and writing follow from them, too. Its size
is bounded: a request or response that many cases share and a body of any length are there once,
named by their digest.

To show one more fact of a case: give it to `Case` here (where it is a fact of the verdict, by the
same name as there, so that `recorder` copies it), name it in `reports.page.data.SHOWN`, and draw it
in `reports/page/script`.
"""

import base64
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from fixtures.cases.case import Role
from fixtures.cases.exchange import Failure
from fixtures.diagnosis import Prediction
from fixtures.exceptions import DocumentError
from fixtures.explanation.catalogue import Severity
from fixtures.rules.rule_book import Level
from fixtures.rules.verdict import Outcome
from reports.case_status import CaseStatus, case_status

VERSION: Literal[1] = 1
"""Raised where a reader of the older shape would misunderstand the newer one."""

LARGEST_INLINE = 2048
"""Bytes above which a body is kept in `bodies/SHA-256.bin` beside the document."""

Header = tuple[str, str]
Headers = tuple[Header, ...]
Count = Annotated[int, Meta(ge=0)]
Digest = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", description="The SHA-256 of a body, in hexadecimal.")
]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Body(Struct):
    """Bytes that were sent or received; `base64` is `None` where a file holds them."""

    length: Count
    base64: Annotated[str | None, Meta(extra_json_schema={"contentEncoding": "base64"})] = None

    @classmethod
    def inline(cls, content: bytes) -> "Body":
        """A body with its bytes in it."""
        return cls(len(content), base64.b64encode(content).decode())

    @property
    def content(self) -> bytes | None:
        """The bytes, `None` where a file has them; raises `ValueError`."""
        return None if self.base64 is None else base64.b64decode(self.base64, validate=True)


class Sent(Struct, kw_only=True):
    """A request as it went out; `body` is the SHA-256 of its bytes."""

    method: str
    url: str
    headers: Headers
    body: Digest
    secret_headers: tuple[str, ...] = ()
    sigv4_region: str = ""


class Received(Struct, kw_only=True):
    """A response as it was received; `body` is the SHA-256 of its bytes."""

    status: Annotated[int, Meta(ge=100, le=999)]
    http_version: str
    headers: Headers
    body: Digest


class Exchange(Struct, kw_only=True):
    """One request and its response; exactly one of `received` and `failure` is set.

    `command` sends it again from a POSIX shell in the document's folder, secrets and all that curl
    would add taken care of; those of a case are the commands of its exchanges, in order. `began`
    is when the last attempt was made, UTC, ISO 8601, empty where that is not known.
    """

    command: str
    sent: Sent
    received: Received | None
    failure: Failure | None = None
    seconds: float
    repeats: tuple[Failure, ...] = ()
    began: str = ""


class Request(Struct, kw_only=True):
    """A request as planned; `operation` is like `GET /s3`, `body` the SHA-256 of its bytes."""

    operation: str
    name: str
    content_type: str | None = None
    accept: str | None = None
    body: Digest
    headers: Headers = ()
    leading_headers: Headers = ()
    method: str = ""
    target: str = ""
    key_bytes: int = 0


class ExistingObject(Struct, kw_only=True):
    """An object that existed before the run: where, its whole name, its bytes' SHA-256, its type.

    `location` is the S3 URI of the operations that reach it, names left out, or empty. Where one
    request brings it, these are `operation`, `target` and `headers`; `base64` is a function's flag.
    """

    location: str
    name: str
    body: Digest
    media_type: str
    operation: str = ""
    target: str = ""
    headers: Headers = ()
    base64: bool | None = None


class Step(Struct, kw_only=True):
    """A step of a case; `exchange` is a key of `exchanges`, `None` where it was not sent."""

    role: Role
    request: Request
    exchange: str | None


class Case(Struct, kw_only=True):
    """A case with its verdict, and what the run made of that.

    `axes` places it in its suite's matrix: for downloads `operation`, `payload`, `stored`, `accept`
    and `sent`, for uploads and for what a function is given `operation`, `form` and `sent`, for
    what it returns `operation`, `answer`, `returned` and `accept`; empty for a case in no matrix.
    An axis on which a case stands for a whole row is `any`.
    `expected_form` and `actual_form` label the judged body in a word or two: `raw`, `Base64`,
    `decoded`, `JSON`, `corrupted`, `error 500` …, for a download seen from the stored object, for
    an upload what it stored, seen from what was sent; empty where a header was judged, or nothing
    was. `expected_body` is the SHA-256 of the only body that would have been right, where there is
    one that a deviation is from. A deviation is `tolerated` where another answer that is possible
    on AWS explains it. `bytes_seen` says that an answer was compared with the bytes of an object.
    `steps` are all that were planned, in order, `planned` their number: from the first one whose
    `exchange` is `None`, none was sent. `step` is the index of the one that decided.
    `reason` ends with `remark`, which is what the run itself adds to the verdict. `number` is the
    place of the case in the order of planning, `seconds` is how long its exchanges took.
    `waiver` says why a deviation does not fail the run. `existing` are the objects that existed
    before the run and that the case rests on.
    """

    id: str
    test: str
    number: int
    subject: str
    axes: dict[str, str] = msgspec.field(default_factory=dict)
    aspect: str
    about: tuple[str, ...] = ()
    not_applicable: str = ""
    outcome: Outcome
    level: Level
    rules: Annotated[tuple[str, ...], Meta(min_length=1)]
    reason: str
    remark: str = ""
    expected: str = ""
    observed: str = ""
    cause: str = ""
    expected_form: str = ""
    actual_form: str = ""
    expected_body: Digest | None = None
    tolerated: bool = False
    bytes_seen: bool = False
    step: Count | None = None
    fails: bool
    waiver: str = ""
    planned: Count
    steps: list[Step]
    seconds: float = 0.0
    existing: tuple[ExistingObject, ...] = ()

    @property
    def status(self) -> CaseStatus:
        """The word that people read."""
        return case_status(self.outcome, fails=self.fails)

    @property
    def rule(self) -> str:
        """The rule that the case is filed under."""
        return self.rules[0]

    @property
    def exchanges(self) -> Iterator[str]:
        """The keys of its exchanges, in order."""
        return (step.exchange for step in self.steps if step.exchange is not None)


class Experiment(Struct, kw_only=True):
    """A request that was sent after the last case, to tell explanations of the run apart.

    It comes after the first `after` steps of the case whose id is `continues`; `step` is the
    request with its exchange. `predictions` are what each explanation said beforehand. The verdicts
    do not rest on it, only the diagnosis does.
    """

    id: str
    continues: str
    after: Count
    step: Step
    predictions: tuple[Prediction, ...]


class Source(Struct):
    """Where a rule is from."""

    title: str
    url: str


class Counts(Struct):
    """How many cases came out how."""

    conforms: Count = 0
    deviates: Count = 0
    not_applicable: Count = 0
    undecided: Count = 0

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(msgspec.structs.astuple(self))


class Rule(Struct, kw_only=True):
    """A rule with its counts, of the cases filed under it: those whose `rules` it begins."""

    level: Level
    sentence: str
    sources: tuple[Source, ...] = ()
    counts: Counts


class Definition(Struct):
    """The deployed definition: its file's name, the text of that file, and the digest of it."""

    source: str
    sha256: Digest
    document: str


class Shard(Struct):
    """Which part of the cases a run tried: the shard `number` of `of`, counted from 1.

    `cases` is how many there are in all shards together; 0 where the run never got to know it.
    `embedded` says that the endpoint was the embedded gateway, of which each shard starts its own.
    """

    number: Annotated[int, Meta(ge=1)]
    of: Annotated[int, Meta(ge=1)]
    cases: Count
    embedded: bool


class Finding(Struct):
    """What a definition does that surprises usual clients: docs/explain.md has each `id`."""

    id: str
    severity: Severity
    sentence: str


class Run(Struct, kw_only=True):
    """What the header says of a run; times are UTC, ISO 8601. No value of a secret is here.

    `planned` is the number of cases that were to be tried. `shard` is set where they were a part
    of all, as `--shard` cuts them. `findings` are about the definition, whatever was answered.
    """

    suite_version: str
    endpoint: str
    definition: Definition
    profile: str
    level: Level
    strict: bool
    key_prefix: str
    arguments: list[str]
    environment: dict[str, str]
    planned: Count
    started: Time
    shard: Shard | None = None
    findings: list[Finding] = msgspec.field(default_factory=list)


class Traffic(Struct):
    """What was sent in all: `waited` is in seconds, for answers that said "not now".

    `throttled` are those answers; `repeated` requests were sent again, and `not_repeated` ones not,
    for the budget was spent.
    """

    requests: Count = 0
    throttled: Count = 0
    repeated: Count = 0
    not_repeated: Count = 0
    waited: Annotated[float, Meta(ge=0)] = 0.0


class End(Struct, kw_only=True):
    """What the footer says: `complete` is false for a run that was cut short or interrupted.

    `why` says by what; where there is no footer, nobody knows, and `ended` is empty. `untested`
    names what is in no case: what was deselected, and what was left out. `without_verdict` is the
    number of planned cases that never had their turn.
    """

    complete: bool
    why: str = ""
    ended: str
    exit_status: int | None
    untested: list[str] = msgspec.field(default_factory=list)
    without_verdict: Count = 0
    traffic: Traffic | None = None


class Document(Struct, kw_only=True):
    """The whole: a run, its end, every rule of the suite, its cases, and what they refer to.

    `stale` names the known deviations that no longer occur or have expired; of a shard, those that
    its own cases do not need.
    """

    version: Literal[1]
    run: Run
    end: End
    totals: Counts
    rules: dict[str, Rule]
    cases: list[Case]
    exchanges: Mapping[str, Exchange]
    bodies: Mapping[Digest, Body]
    stale: list[str]
    experiments: list[Experiment]

    def commands(self, case: Case) -> list[str]:
        """The commands that repeat a case, in order."""
        return [self.exchanges[key].command for key in case.exchanges]

    @property
    def untested(self) -> list[str]:
        """What is in no case, and how many cases never had their turn, a sentence each."""
        left = self.end.without_verdict
        said = [f"{left} of {self.run.planned} planned cases came to no verdict"] if left else []
        return [*self.end.untested, *said]


_Kind = TypeVar("_Kind")


class _Versioned(Struct):
    version: int = VERSION


def check_version(raw: bytes) -> None:
    """Raise `DocumentError` where this suite cannot read JSON of that version."""
    version: int = VERSION
    with contextlib.suppress(msgspec.ValidationError):
        version = msgspec.json.decode(raw, type=_Versioned).version
    if version != VERSION:
        raise DocumentError(f"version {version} of the document is not read here, only {VERSION}")


def decode(raw: bytes, kind: type[_Kind]) -> _Kind:
    """JSON of this kind; raises `DocumentError` where it is JSON of another, else `ValueError`."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        check_version(raw)
        raise DocumentError(str(error)) from None


def copied(kind: type[_Kind], of: object, **others: Any) -> _Kind:
    """One of the other kind: with the members that `of` has by the same names, and `others`."""
    names: tuple[str, ...] = _members(kind)  # type: ignore[arg-type]
    same = (name for name in names if name not in others and hasattr(of, name))
    return kind(**{name: getattr(of, name) for name in same}, **others)


@cache
def _members(kind: Any) -> tuple[str, ...]:
    """The names of what a type of the document, or one of the cases, is made of."""
    of_struct: tuple[str, ...] | None = getattr(kind, "__struct_fields__", None)
    return of_struct or tuple(field.name for field in fields(kind))
