"""A guest at somebody's endpoint: what the run creates there is written down, and undone."""

import base64
from collections.abc import Iterator
from dataclasses import replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import Request
from fixtures.client.cleanup import clean_up
from fixtures.client.journal import Journal, JournalHeader, TruncatingUpload, read
from fixtures.client.remaining_objects import remaining
from fixtures.exceptions import CredentialsError, JournalError
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import TEXT_TYPES, listed_types
from suites.runner.run import Run

# Nothing, what decodes to nothing much, and the least that a template can read.
_BODIES = (b"", base64.b64encode(b"0"), b"{}")


def begin_journal(run: Run) -> None:
    """Make the journal of a run, where its endpoint is not its own; raises `OSError`."""
    if run.journal is not None:
        Journal.begin(run.journal, _heading(run)).close()


def _heading(run: Run) -> JournalHeader:
    return JournalHeader(
        endpoint=run.endpoint,
        prefix=run.prefix,
        definition=run.definition,
        variables=tuple(run.variables),
        headers={secret.name: secret.source for secret in run.secrets},
        signed=run.signed,
        route=replace(run.connection.route, http2=run.http2),
        emptying={
            operation.name: emptying
            for operation in run.definition.operations_on_s3("PUT")
            if (emptying := smallest_upload(run.definition, operation)) is not None
        },
    )


def smallest_upload(definition: Definition, operation: Operation) -> TruncatingUpload | None:
    """The upload that leaves least behind, by the strongest rules that foretell any."""
    found: list[tuple[int, int, TruncatingUpload]] = []
    for media_type in (*listed_types(definition), *TEXT_TYPES):
        for body in _BODIES:
            expectation = expected_response(
                definition, Request(operation, "", media_type, body=body), None
            )
            stored = expectation.stored
            if expectation.succeeds and stored is not None and not stored.unspecified_reason:
                merit = (len(stored.content), expectation.level.rank)
                found.append((*merit, TruncatingUpload(media_type, body)))
    return min(found, key=lambda each: each[:2])[2] if found else None


def leave_endpoint(run: Run) -> Iterator[str]:
    """Undo what the run created, as far as it is to be, and say what stays.

    Whatever goes wrong is said too, and never raised: a cleanup is no part of any verdict.
    """
    if run.journal is None or not run.journal.exists():
        return
    failure = ""
    try:
        if run.cleanup is not None:
            failure = clean_up(run.journal, run.cleanup, lambda _: run.client())
        recorded = read(run.journal)
        if recorded.fates:
            yield from remaining(recorded, run.journal, failure)
        else:  # the run ended before it sent anything
            run.journal.unlink()
    except (JournalError, CredentialsError, OSError) as error:
        yield f"WARNING     the cleanup is not complete: {error}"
