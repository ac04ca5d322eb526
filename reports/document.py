"""The verdict document: its shape, in the words of `design.md`.

Every report is rendered from it. `conformance.schema.json` says the same to other programs; a test
holds the two together. Its size is bounded: a request or response that many cases share and a body
of any length are there once, named by their digest.
"""

import base64
from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict

from fixtures.exceptions import DocumentError

VERSION = 1
"""Raised where a reader of the older shape would misunderstand the newer one."""

LARGEST_INLINE = 2048
"""Bytes above which a body is kept in `bodies/SHA-256.bin` beside the document."""

NO_VERDICT = "came to no verdict"
"""How the line of `End.untested` ends that counts the cases that never had their turn."""

Header = tuple[str, str]


def check_version(version: object) -> None:
    """Raise `DocumentError` where this suite cannot read what has that version."""
    if version != VERSION:
        raise DocumentError(f"version {version!r} of the document is not read here, only {VERSION}")


class Body(TypedDict):
    """Bytes that were sent or received; `base64` is `None` where a file holds them."""

    length: int
    base64: str | None


def inline(body: Body) -> bytes | None:
    """The bytes of a body, `None` where a file has them; raises `ValueError`."""
    text = body["base64"]
    return None if text is None else base64.b64decode(text, validate=True)


class Sent(TypedDict):
    """A request as it went out; `body` is the SHA-256 of its bytes."""

    method: str
    url: str
    headers: list[Header]
    body: str
    variables: list[str]
    sigv4_region: str


class Received(TypedDict):
    """A response as it came in; `body` is the SHA-256 of its bytes."""

    status: int
    http_version: str
    headers: list[Header]
    body: str


class Failure(TypedDict):
    """Why an attempt has no response or was repeated; `kind` is one of `FailureKind`."""

    kind: str
    sentence: str


class Exchange(TypedDict):
    """One request and what came of it; exactly one of `received` and `failure` is set.

    `command` sends it again from a POSIX shell in the document's folder, secrets and all that curl
    would add taken care of; those of a case are the commands of its exchanges, in order. `began`
    is when the last attempt was made, UTC, ISO 8601; older documents do not have it.
    """

    command: str
    sent: Sent
    received: Received | None
    failure: Failure | None
    seconds: float
    repeats: list[Failure]
    began: NotRequired[str]


class Request(TypedDict):
    """A request as planned; `operation` is like `GET /s3`, `body` the SHA-256 of its bytes."""

    operation: str
    name: str
    content_type: str | None
    accept: str | None
    body: str
    headers: list[Header]
    method: str
    target: str
    key_bytes: int


class Found(TypedDict):
    """An object that was there before the run: where, its whole name, its bytes' SHA-256, its type.

    `location` is the S3 URI of the operations that reach it, names left out.
    """

    location: str
    name: str
    body: str
    media_type: str


class Step(TypedDict):
    """A step of a case; `exchange` is a key of `exchanges`, `None` where it was not sent."""

    role: Literal["setup", "act", "verify"]
    request: Request
    exchange: str | None


class Case(TypedDict):
    """A case with its verdict, and what the run made of that.

    `axes` places it in its suite's matrix: for downloads `operation`, `payload`, `stored`, `accept`
    and `sent`, for uploads and for what a function is given `operation`, `form` and `sent`, for
    what it returns `operation`, `answer`, `returned` and `accept`; empty for a case in no matrix.
    An axis on which a case stands for a whole row is `any`.
    `expected_form` and `actual_form` label the judged body in a word or two: `raw`, `Base64`,
    `decoded`, `JSON`, `corrupted`, `error 500` …, for a download seen from the stored object, for
    an upload what it stored, seen from what was sent; empty where a header was judged, or nothing
    was.
    `steps` are all that were planned, in order, `planned` their number: from the first one whose
    `exchange` is `None`, none was sent. `step` is the index of the one that decided.
    `reason` ends with `remark`, which is what the run itself adds to the verdict. `number` is the
    place of the case in the order of planning, `seconds` is how long its exchanges took.
    `found` is there where the case rests on objects that were there before the run.
    """

    id: str
    test: str
    number: int
    subject: str
    axes: dict[str, str]
    aspect: str
    about: list[str]
    not_applicable: str
    outcome: Literal["conforms", "deviates", "not applicable", "undecided"]
    level: Literal["must", "should", "derived"]
    rules: list[str]
    reason: str
    remark: str
    expected: str
    observed: str
    cause: str
    expected_form: str
    actual_form: str
    step: int | None
    fails: bool
    excuse: str
    planned: int
    steps: list[Step]
    seconds: float
    found: NotRequired[list[Found]]


class Source(TypedDict):
    """Where a rule is from."""

    title: str
    url: str


class Counts(TypedDict):
    """How many cases came out how."""

    conforms: int
    deviates: int
    not_applicable: int
    undecided: int


class Rule(TypedDict):
    """A rule with its counts, of the cases filed under it: those whose `rules` it begins."""

    level: Literal["must", "should", "derived"]
    sentence: str
    sources: list[Source]
    counts: Counts


class Definition(TypedDict):
    """The deployed definition: its file's name, the text of that file, and the digest of it."""

    source: str
    sha256: str
    document: str


class Shard(TypedDict):
    """Which part of the cases a run tried: the shard `number` of `of`, counted from 1.

    `cases` is how many there are in all shards together; 0 where the run never got to know it.
    `embedded` says that the endpoint was the embedded gateway, of which each shard starts its own.
    """

    number: int
    of: int
    cases: int
    embedded: bool


class Run(TypedDict):
    """What the header says of a run; times are UTC, ISO 8601. No value of a secret is here.

    `planned` is the number of cases that were to be tried. `shard` is there where they were a part
    of all, as `--shard` cuts them.
    """

    suite_version: str
    endpoint: str
    definition: Definition
    profile: str
    level: str
    strict: bool
    key_prefix: str
    arguments: list[str]
    environment: dict[str, str]
    planned: int
    started: str
    shard: NotRequired[Shard]


class Traffic(TypedDict):
    """What was sent in all: `waited` is in seconds, for answers that said "not now".

    `throttled` are those answers; `repeated` requests were sent again, and `refused` ones were not,
    for the budget was spent.
    """

    requests: int
    throttled: int
    repeated: int
    refused: int
    waited: float


class End(TypedDict):
    """What the footer says: `complete` is false for a run that was cut short or interrupted.

    `why` says by what; where there is no footer, nobody knows, and `ended` is empty. `untested`
    names what is in no case: what was deselected, what was left out, and what never had its turn.
    """

    complete: bool
    why: str
    ended: str
    exit_status: int | None
    untested: list[str]
    traffic: NotRequired[Traffic]


class Record(TypedDict):
    """What the stream has of one case: what earlier records brought is not repeated."""

    case: Case
    exchanges: dict[str, Exchange]
    bodies: dict[str, Body]


class Document(TypedDict):
    """The whole: a run, its end, every rule of the suite, its cases, and what they refer to.

    `gone` names the known deviations that are gone or expired; of a shard, those that its own
    cases do not need.
    """

    version: int
    run: Run
    end: End
    totals: Counts
    rules: dict[str, Rule]
    cases: list[Case]
    exchanges: Mapping[str, Exchange]
    bodies: Mapping[str, Body]
    gone: list[str]


def commands(whole: Document, case: Case) -> list[str]:
    """The commands that repeat a case, in order."""
    keys = (step["exchange"] for step in case["steps"])
    return [whole["exchanges"][key]["command"] for key in keys if key is not None]
