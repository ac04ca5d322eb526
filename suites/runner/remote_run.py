"""A run at somebody's endpoint: what it creates there is logged to a journal, and cleaned up."""

import base64
from collections.abc import Iterator
from dataclasses import replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import Request
from fixtures.client.cleanup import clean_up
from fixtures.client.journal import (
    Journal,
    JournalHeader,
    RecordedDefinition,
    TruncatingUpload,
    read,
)
from fixtures.client.remaining_objects import describe_remaining
from fixtures.exceptions import CredentialsError, JournalError
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import TEXT_TYPES, listed_types
from suites.runner.configuration import Configuration
from suites.runner.run_state import RunState

# Nothing, what decodes to nothing much, and the least that a template can read.
_BODIES = (b"", base64.b64encode(b"0"), b"{}")


def begin_journal(run: RunState) -> None:
    """Make the journal of a run whose endpoint is remote; raises `OSError`."""
    if run.configuration.journal is not None:
        header = _journal_header(run.endpoint, run.configuration)
        Journal.begin(run.configuration.journal, header).close()


def _journal_header(endpoint: str, configuration: Configuration) -> JournalHeader:
    definition = configuration.definition
    return JournalHeader(
        endpoint=endpoint,
        prefix=configuration.prefix,
        definition=RecordedDefinition.of(definition),
        variables=tuple(configuration.variables),
        headers={secret.name: secret.spec for secret in configuration.secrets},
        signed=configuration.signed,
        route=replace(configuration.connection.route, http2=configuration.http2),
        truncating_uploads={
            operation.name: upload
            for operation in definition.operations_on_s3("PUT")
            if (upload := smallest_upload(definition, operation)) is not None
        },
    )


def smallest_upload(definition: Definition, operation: Operation) -> TruncatingUpload | None:
    """The upload that leaves least behind, by the strongest rules that predict any."""
    found: list[tuple[int, int, TruncatingUpload]] = []
    for media_type in (*listed_types(definition), *TEXT_TYPES):
        for body in _BODIES:
            expectation = expected_response(
                definition, Request(operation, "", media_type, body=body), None
            )
            stored = expectation.stored
            if expectation.succeeds and stored is not None and not stored.unspecified_reason:
                cost = (len(stored.content), expectation.level.rank)
                found.append((*cost, TruncatingUpload(media_type, body)))
    return min(found, key=lambda each: each[:2])[2] if found else None


def clean_up_endpoint(run: RunState) -> Iterator[str]:
    """Delete or empty what the run created, if it is to, and say what is left.

    Whatever goes wrong is said too, and never raised: a cleanup is no part of any verdict.
    """
    journal, method, failure = run.configuration.journal, run.configuration.cleanup, ""
    if journal is None or not journal.exists():
        return
    try:
        if method is not None:
            failure = clean_up(journal, method, lambda _: run.client())
        content = read(journal)
        if content.states:
            yield from describe_remaining(content, journal, failure)
        else:  # the run ended before it sent anything
            journal.unlink()
    except (JournalError, CredentialsError, OSError) as error:
        yield f"WARNING     the cleanup is incomplete: {error}"
