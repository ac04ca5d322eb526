"""What a passed run has reservations about."""

import pytest

from fixtures.explanation.catalogue import Severity
from reports.document import Finding
from reports.reservations import fails_by_findings, reservations
from reports.results import CaseStatus, conclusion

ERROR = Finding("no-binary-types", Severity.ERROR, "It is so.")
WARNING = Finding("browsers-get-base64", Severity.WARNING, "It is so.")
NOTE = Finding("not-explained", Severity.NOTE, "It is so.")
OF_A_LATER_VERSION = Finding("new-kind", Severity.WARNING, "It is so.")


@pytest.mark.parametrize(
    ("tolerated", "findings", "said"),
    [
        ((), (), ""),
        ((), (NOTE,), ""),
        ((), (NOTE, WARNING), "1 warning about the definition: browsers get Base64"),
        (
            ("key-escapes", "key-escapes"),
            (WARNING, ERROR, WARNING),
            (
                "2 tolerated: key-escapes; 1 error and 2 warnings about the definition: "
                "every binary file is damaged"
            ),
        ),
        ((), (OF_A_LATER_VERSION,), "1 warning about the definition: new-kind"),
    ],
)
def test_the_reservations_name_what_is_worst(tolerated, findings, said: str) -> None:
    assert reservations(tolerated, findings) == said


def test_findings_fail_a_run_from_the_severity_that_is_asked_for() -> None:
    assert not fails_by_findings((ERROR, WARNING), "never")
    assert not fails_by_findings((WARNING, NOTE), "error")
    assert fails_by_findings((WARNING, ERROR), "error")
    assert fails_by_findings((WARNING,), "warning")
    assert not fails_by_findings((NOTE,), "warning")


def test_the_last_line_says_the_reservations_and_what_fails_the_run() -> None:
    counts = {CaseStatus.PASSED: 2}
    assert conclusion(counts, reserved="a; b") == "PASS: 2 passed, 0 failed; a; b"
    failed = conclusion(counts, reserved="a", refused="--fail-on=warning")
    assert failed == "FAIL (--fail-on=warning): 2 passed, 0 failed; a"
    counts[CaseStatus.FAILED] = 1
    assert conclusion(counts, reserved="a", refused="b") == "FAIL: 1 of 3 cases failed"
