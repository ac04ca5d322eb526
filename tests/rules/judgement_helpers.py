"""What the tests of judging share: one API, its requests, and a way to answer them."""

import base64

from fixtures.api import Definition
from fixtures.cases.case import ANSWER, Case, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from tests.rules.helpers import TO_TEXT, TYPE_BACK, api, on_s3, request, response

CONFORMS, DEVIATES = Outcome.CONFORMS, Outcome.DEVIATES
UNDECIDED, NOT_APPLICABLE = Outcome.UNDECIDED, Outcome.NOT_APPLICABLE

CONTENT = bytes(range(256))
ENCODED = base64.b64encode(CONTENT)
ERROR = b'{"message": "Internal server error"}'
NO_TOKEN = b'{"message": "Missing Authentication Token"}'
TEMPLATE = {"text/plain": '{"image": "$input.body"}'}

PUT = on_s3("PUT")
GET = on_s3(
    "GET",
    response("200", parameters=TYPE_BACK),
    response("40[34]", 404, handling=TO_TEXT),
    response(None, 500, handling=TO_TEXT),
)
TEMPLATED = on_s3("GET", response("200", templates=TEMPLATE), path="/template")
UNPREDICTED = on_s3("GET", response("200", templates={"text/plain": "$x"}), path="/open")
UNPREDICTED_PUT = on_s3("PUT", templates={"text/plain": "$x"}, path="/open")
HEAD = on_s3("HEAD", response("200"))
API = api(PUT, GET, TEMPLATED, UNPREDICTED, UNPREDICTED_PUT, HEAD)

UPLOAD = request(PUT, content_type="image/png", body=CONTENT)
AS_BINARY = request(GET, accept="image/png")
AS_TEXT = request(GET, accept="text/plain")
AS_JSON = request(TEMPLATED, accept="text/plain")
REFUSED = request(TEMPLATED, accept="image/png")
MISSING = request(GET, "b/missing", accept="text/plain")
UNKNOWN = request(GET, method="PATCH")


def came(status: int = 200, body: bytes = b"", *headers: tuple[str, str]) -> Received:
    """An answer with a length, as API Gateway's have one: its body came whole."""
    length = ("Content-Length", str(len(body)))
    given = any(name == "Content-Length" for name, _ in headers)
    return Received(status, headers if given else (*headers, length), body)


STORED = came()


def steps(*requests: Request, setups: int = 1, proofs: int = 0) -> tuple[Step, ...]:
    """Steps of which the first are setups and the last are proofs."""
    acts = len(requests) - setups - proofs
    roles = [Role.SETUP] * setups + [Role.ACT] * acts + [Role.VERIFY] * proofs
    return tuple(map(Step, roles, requests))


def judged(case: Case, *answers: Received | str | None, definition: Definition = API) -> Verdict:
    """The verdict for these answers: a string is a failure of the network, `None` not sent."""

    def exchange(step: Step, answer: Received | str | None) -> StepResult:
        if answer is None:
            return StepResult(step, None)
        sent = Sent(step.request.sent_method, "https://endpoint.test/")
        if isinstance(answer, Received):
            return StepResult(step, Exchange(sent, answer))
        return StepResult(step, Exchange(sent, None, Failure(FailureKind.CONNECTION_LOST, answer)))

    return judge_case(definition, case, tuple(map(exchange, case.steps, answers)))


def download(act: Request, aspect: str = ANSWER) -> Case:
    return Case("a download", steps(UPLOAD, act), aspect)
