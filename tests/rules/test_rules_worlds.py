"""Answers that are possible on AWS: tolerated where one explains a case, wrong where none does."""

import base64

import pytest

from fixtures.api import ContentHandling, Definition
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.cases.exchange import Received
from fixtures.rules.conversions import Conversion, convert
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.media_type_matching import match_accept, match_content_type
from fixtures.rules.object_names import object_in
from fixtures.rules.rule_book import Level, broken_by, rules
from fixtures.rules.verdict import Outcome
from fixtures.rules.world import PREFERRED, World, other_worlds
from tests.rules.helpers import KEY, TYPE, TYPE_BACK, api, on_s3, request, response
from tests.rules.judgement_helpers import came, judged, steps

DATA = bytes(range(256))
BASE64 = base64.b64encode(DATA)
PATH_KEY = {"integration.request.path.key": "method.request.path.key"} | TYPE


def world(**answers: str) -> World:
    return World(tuple(sorted((name.replace("_", "-"), text) for name, text in answers.items())))


# --------------------------------------------------------------------------- the rule book


def test_each_derived_rule_lists_its_answers_and_a_question_and_no_other_rule_does() -> None:
    for rule in rules().values():
        is_derived = rule.level is Level.DERIVED
        assert bool(rule.question) is is_derived, rule.id
        assert bool(rule.answers) is is_derived, rule.id
        assert not is_derived or rule.answers == ("any",) or len(set(rule.answers)) >= 2, rule.id


@pytest.mark.parametrize(
    ("ids", "level"),
    [
        ((), Level.MUST),
        (("accept-absent", "media-type-exact"), Level.MUST),
        (("accept-absent", "content-length", "media-type-exact"), Level.SHOULD),
        (("accept-absent", "missing-key"), Level.DERIVED),
    ],
)
def test_what_a_derived_rule_does_not_allow_breaks_the_other_rules(
    ids: tuple[str, ...], level: Level
) -> None:
    assert broken_by(ids) is level


# --------------------------------------------------------------------------- worlds


def test_the_nearest_worlds_come_first_and_their_number_is_limited() -> None:
    asked = ("accept-absent", "utf8-surrogates", "media-type-exact")
    found = list(other_worlds(lambda _: ("result", asked), asked))
    assert [len(each.others) for each, _ in found] == [1, 1, 1, 2, 2]
    assert {result for _, result in found} == {"result"}
    many = [name for name, rule in rules().items() if len(rule.answers) > 1]
    assert len(list(other_worlds(lambda _: (None, many), many))) == 64


def test_a_question_that_only_another_world_asks_is_answered_too() -> None:
    def walk(each: World) -> tuple[None, tuple[str, ...]]:
        return None, ("base64-variant",) if each.others else ("accept-absent",)

    found = [each.rules for each, _ in other_worlds(walk, ("accept-absent",))]
    assert found == [("accept-absent",), ("accept-absent", "base64-variant")]


# --------------------------------------------------------------------------- verdicts

GET = on_s3("GET", response("200", parameters=TYPE_BACK), response(None, 500))
PUT = on_s3("PUT")
API = api(PUT, GET)
UPLOAD = request(PUT, content_type="image/png", body=DATA)


def download(accept: str | None, answer: Received, definition: Definition = API) -> tuple:
    case = Case("c", steps(UPLOAD, request(GET, accept=accept)))
    verdict = judged(case, came(), answer, definition=definition)
    return verdict.outcome, verdict.level, verdict.tolerated, verdict.rule


def test_another_possible_answer_is_tolerated_and_filed_under_the_rule_that_allows_it() -> None:
    found = download(None, came(200, DATA, ("Content-Type", "image/png")))
    assert found == (Outcome.DEVIATES, Level.DERIVED, True, "accept-absent")


def test_the_preferred_answer_passes() -> None:
    found = download(None, came(200, BASE64, ("Content-Type", "image/png")))
    assert found[0] is Outcome.CONFORMS


@pytest.mark.parametrize("body", [DATA[:-1], BASE64[:-4], DATA + b"\n", b""])
def test_an_answer_that_no_world_explains_breaks_what_is_certain(body: bytes) -> None:
    outcome, level, tolerated, rule = download(None, came(200, body, ("Content-Type", "image/png")))
    assert (outcome, level, tolerated) == (Outcome.DEVIATES, Level.MUST, False)
    assert rules()[rule].level is Level.MUST


def test_a_case_is_explained_by_one_world_as_a_whole() -> None:
    """Stored in one world and read in another is wrong in both."""
    put = on_s3("PUT", parameters=KEY)
    variant = BASE64[:100] + b"\n" + BASE64[100:]
    to_binary = on_s3("PUT", handling=ContentHandling.CONVERT_TO_BINARY)
    upload = Request(to_binary, "b/k", content_type="text/plain", body=variant)
    read = request(GET, accept="text/plain")
    case = Case("c", (Step(Role.ACT, upload), Step(Role.VERIFY, read)))
    definition = api(put, to_binary, GET)
    stored = came(200, DATA.decode("utf-8", "replace").encode(), ("Content-Type", "text/plain"))
    decoded = judged(case, came(), stored, definition=definition)
    assert (decoded.outcome, decoded.tolerated) == (Outcome.DEVIATES, True)
    not_decoded = judged(
        case, came(), came(200, variant, ("Content-Type", "text/plain")), definition=definition
    )
    assert (not_decoded.outcome, not_decoded.level) == (Outcome.DEVIATES, Level.MUST)


def test_a_rule_that_allows_any_answer_accuses_nobody() -> None:
    case = Case("c", steps(UPLOAD, request(GET, accept="image/png")), rules=("key-dot-segments",))
    verdict = judged(case, came(), came(200, b"another"))
    assert (verdict.tolerated, verdict.level) == (True, Level.DERIVED)
    assert verdict.rule == "key-dot-segments"


# --------------------------------------------------------------------------- each choice

PNG = ("image/png",)


@pytest.mark.parametrize(
    ("entries", "accept", "rule", "answer"),
    [
        (PNG, None, "accept-absent", "binary"),
        (("*/*",), None, "accept-absent-full-wildcard", "text"),
        (("*/*",), "png", "accept-absent-full-wildcard", "text"),
        (PNG, "IMAGE/PNG", "media-type-letter-case", "distinguished"),
        (("image/png;base64",), "image/png", "media-type-entry-parameters", "no match"),
    ],
)
def test_what_a_client_accepts_is_read_in_two_ways(
    entries: tuple[str, ...], accept: str | None, rule: str, answer: str
) -> None:
    preferred = match_accept(entries, accept)
    other = match_accept(entries, accept, World(((rule, answer),)))
    assert rule in preferred.specific
    assert rule in other.specific
    assert preferred.binary is not other.binary


def test_without_a_list_nothing_is_left_open() -> None:
    match = match_accept((), None)
    assert (match.binary, match.specific, match.generic) == (False, (), ("media-type-empty-list",))


@pytest.mark.parametrize(
    ("entries", "sent", "rule", "answer"),
    [
        (("application/json",), None, "content-type-absent", "application/octet-stream"),
        (PNG, "nonsense", "content-type-malformed", "binary"),
    ],
)
def test_the_type_of_a_body_is_read_in_two_ways(
    entries: tuple[str, ...], sent: str | None, rule: str, answer: str
) -> None:
    preferred = match_content_type(entries, sent)
    other = match_content_type(entries, sent, World(((rule, answer),)))
    assert preferred.binary is not other.binary


@pytest.mark.parametrize(
    ("body", "conversion", "rule", "contents"),
    [
        (
            b"a\xed\xa0\x80b\xed\xa0",
            Conversion.UTF8,
            "utf8-surrogates",
            {
                "three": b"a" + b"\xef\xbf\xbd" * 3 + b"b" + b"\xef\xbf\xbd" * 2,
                "one": b"a" + b"\xef\xbf\xbd" + b"b" + b"\xef\xbf\xbd" * 2,
                "kept": b"a\xed\xa0\x80b" + b"\xef\xbf\xbd" * 2,
            },
        ),
        (b"_w", Conversion.DECODE, "base64-variant", {"refused": None, "decoded": b"\xff"}),
        (b"QR==", Conversion.DECODE, "base64-unused-bits", {"refused": None, "decoded": b"A"}),
    ],
)
def test_a_conversion_has_several_possible_results(
    body: bytes, conversion: Conversion, rule: str, contents: dict[str, bytes | None]
) -> None:
    assert set(contents) == set(rules()[rule].answers)
    for answer, content in contents.items():
        converted = convert(body, (conversion, "the-rule"), World(((rule, answer),)))
        assert (converted.content, converted.rules) == (content, (rule, "the-rule"))


@pytest.mark.parametrize(
    ("sent", "answer", "stored"),
    [
        ("image/jpeg", "the client's", "image/jpeg"),
        ("image/jpeg", "application/json", "application/json"),
        ("image/jpeg", "binary/octet-stream", "binary/octet-stream"),
        (None, "the client's", "binary/octet-stream"),
    ],
)
def test_an_unmapped_type_is_stored_in_three_ways(
    sent: str | None, answer: str, stored: str
) -> None:
    put = on_s3("PUT", parameters=KEY)
    upload = request(put, content_type=sent, body=b"x")
    found = expected_response(api(put), upload, None, world(stored_type_unmapped=answer))
    assert found.stored is not None
    assert found.stored.media_type == stored


def test_a_request_template_refuses_or_renders_binary_that_is_text() -> None:
    put = on_s3("PUT", templates={"image/png": "<$input.body>"})
    upload = request(put, content_type="image/png", body=b"ascii")
    refused, rendered = (
        expected_response(api(put), upload, None, world(request_template_binary_text=answer))
        for answer in ("refused", "rendered")
    )
    assert refused.statuses == (500,)
    assert rendered.stored == Stored(b"<ascii>", "image/png", rendered.stored.rules)


def test_a_body_at_the_limit_is_accepted_or_refused() -> None:
    upload = request(PUT, content_type="image/png", body=bytes(10 * 1024 * 1024))
    assert expected_response(API, upload, None).statuses == (200,)
    refused = expected_response(API, upload, None, world(request_at_limit="refused"))
    assert refused.statuses == (413,)


@pytest.mark.parametrize(
    ("path", "name", "answers", "found"),
    [
        ("/s3", "b/x+y//z/", {}, "b/x+y//z/"),
        ("/{key+}", "b/x+y//z/", {}, "b/x+y//z"),
        ("/{key+}", "b/x+y//z/", {"key_path_ends": "kept"}, "b/x+y//z/"),
        ("/{key+}", "b/x+y", {"key_path_characters": "a plus sign is a space"}, "b/x y"),
        ("/{key+}", "b/x//y", {"key_path_characters": "slashes are folded"}, "b/x/y"),
        ("/{key}", "b/x/", {}, "b/x/"),
    ],
)
def test_a_key_in_a_path_may_name_another_object(
    path: str, name: str, answers: dict[str, str], found: str
) -> None:
    get = on_s3("GET", path=path, parameters=None if path == "/s3" else PATH_KEY)
    assert object_in(world(**answers), request(get, name))[1] == found


def test_a_request_that_names_no_object_is_as_it_is() -> None:
    mock = on_s3("GET", path="/x", parameters={})
    assert object_in(PREFERRED, request(mock, "n/")) == request(mock, "n/").object
