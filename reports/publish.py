"""The documents of a run, all rendered from the one that has everything."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.api import Definition
from fixtures.diagnosis import Diagnosis, Investigation, PerformedCase
from fixtures.exceptions import ReportError
from reports import markdown, page
from reports.atomic_file import atomic_write
from reports.document import Document
from reports.har import archive
from reports.loader import Contents, definition_of
from reports.recorder import load_cases, load_experiments
from reports.stream import iter_json

DOCUMENT = "conformance.json"
PAGE = "conformance.html"
SUMMARY = "summary.md"


def publish(
    document: Document, out: Path, har: Path | None = None, diagnosis: Diagnosis | None = None
) -> tuple[Path, ...]:
    """Write every document of a run into the folder `out` and name them; raises `OSError`.

    `har` is where its exchanges go as HTTP Archive, too; `diagnosis` is made where there is none.
    The summary is appended to the file that `$GITHUB_STEP_SUMMARY` names, where it is set.
    """
    file = out / DOCUMENT
    atomic_write(file, iter_json(document))
    try:
        diagnosis = diagnosis or diagnosed(document, file)
    except ReportError:  # a body is gone already: what the document says stands without it
        diagnosis = None
    explained = diagnosis.as_json() if diagnosis is not None else None
    shown, summed = out / PAGE, out / SUMMARY
    atomic_write(shown, page.render(document, explained).encode())
    summary = markdown.summary(document, diagnosis).encode()
    atomic_write(summed, summary)
    if "GITHUB_STEP_SUMMARY" in os.environ:
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("ab") as steps:
            steps.write(summary)
    if har is None:
        return file, shown, summed
    try:
        atomic_write(har, archive(document, Contents(document, file)))
    except ReportError as error:
        raise OSError(str(error)) from None
    return file, shown, summed, har


def diagnosed(document: Document, path: Path) -> Diagnosis:
    """What would explain the run of the document at `path`; raises `ReportError`."""
    definition = definition_of(document, path)
    investigation = investigate(document, path)
    sent = load_experiments(document, definition, Contents(document, path))
    investigation.add(PerformedCase(case, results) for case, results in sent)
    return investigation.diagnosis()


def investigate(document: Document, path: Path) -> Investigation:
    """The search for a diagnosis of a run, without its experiments; raises `ReportError`."""
    definition = definition_of(document, path)
    return Investigation(definition, _Replay(document, definition, Contents(document, path)))


@dataclass(frozen=True)
class _Replay:
    """The cases of a document, made anew each time that they are gone through."""

    document: Document
    definition: Definition
    contents: Contents

    def __iter__(self) -> Iterator[PerformedCase]:
        for _, case, done in load_cases(self.document, self.definition, self.contents):
            yield PerformedCase(case, done)


def remove_stale_reports(out: Path, har: Path | None = None) -> None:
    """Remove what `publish` wrote for an earlier run, so that it cannot pass for this one's."""
    for file in (*(out / name for name in (DOCUMENT, PAGE, SUMMARY)), har):
        if file is not None:
            file.unlink(missing_ok=True)
