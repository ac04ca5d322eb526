"""What is found: one edit of a healthy definition for each kind, and nothing wrong as shipped."""

import pytest

from fixtures.definitions import shipped
from fixtures.exceptions import DefinitionError
from fixtures.explanation.catalogue import KINDS, Severity
from fixtures.rules.rule_book import rules
from reports.explanation import explain
from tests.explanation.helpers import EDITS, FUNCTION, HEALTHY, explained


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_brings_its_findings_and_no_other(name: str) -> None:
    edit = EDITS[name]
    assert {one.id for one in explained(edit.text).findings} == set(edit.found)


def test_every_kind_is_found_and_names_a_rule() -> None:
    found = {kind for edit in EDITS.values() for kind in edit.found}
    assert set(KINDS) - found == {"functions-get-text"}  # of an API of functions only, see below
    assert all(kind.rule in rules() for kind in KINDS.values())


def test_an_api_of_functions_without_a_list_is_only_a_note() -> None:
    text = HEALTHY[: HEALTHY.index("  /files")].replace('["*/*"]', "[]") + FUNCTION
    assert [(one.id, one.severity) for one in explained(text).findings] == [
        ("functions-get-text", Severity.NOTE)
    ]


# Each warning is justified: these definitions convert, lose and refuse on purpose.
SHIPPED = {
    "conversions": {
        "browsers-get-base64",
        "partial-wildcard",
        "upload-is-base64",
        "upload-unreadable",
    },
    "lambda-proxy": {"browsers-get-base64", "partial-wildcard", "form-not-listed"},
    "mapped": {"browsers-get-base64", "upload-unreadable"},
    "sample": {"browsers-get-base64", "type-lost", "upload-unreadable"},
    "sample-template": {"upload-unreadable"},
    "text-only": set(),
    "wildcard": set(),
}


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_definition_has_no_error(name: str) -> None:
    found = explain(name).findings
    assert {one.id for one in found if one.severity is Severity.ERROR} == set()
    assert {one.id for one in found if one.severity is Severity.WARNING} == SHIPPED[name]


def test_a_finding_on_what_is_not_known_of_aws_says_so() -> None:
    (found,) = explained(EDITS["the mock converts nothing"].text).findings
    assert not found.verified
    assert found.text.endswith("This is not verified on AWS.")
    (sure,) = explained(EDITS["no list"].text).findings
    assert sure.verified
    assert "verified" not in sure.text


@pytest.mark.parametrize(
    ("accepted", "sentence"),
    [
        ("{no-list: we know}", "x-apigw-conformance-accept.no-list: 'no-list' is not a finding"),
        ("{no-binary-types: ' '}", "x-apigw-conformance-accept.no-binary-types: a reason is"),
    ],
)
def test_only_findings_are_accepted_and_only_for_a_reason(accepted: str, sentence: str) -> None:
    with pytest.raises(DefinitionError, match=sentence):
        explained(f"{HEALTHY}x-apigw-conformance-accept: {accepted}\n")


def test_an_accepted_finding_is_not_shown() -> None:
    text = EDITS["no list"].text + "x-apigw-conformance-accept: {no-binary-types: only text}\n"
    assert explained(text).findings == ()


def test_a_change_for_browsers_is_advised_only_if_nothing_else_gets_worse() -> None:
    def change(name: str) -> str:
        found = explained(EDITS[name].text).findings
        return next(one.change for one in found if one.id == "browsers-get-base64")

    assert change("one type") == "Add */* to binaryMediaTypes, and deploy again."
    assert "set contentHandling: CONVERT_TO_TEXT at every mock" in change(
        "the mock converts nothing, few types"
    )
    assert change("downloads to text") == "Remove contentHandling here."
    assert "would change what other clients store" in change("few types, uploads to binary")
