"""Why a case is not applicable to the deployed definition."""

from fixtures.api import Definition, Operation
from fixtures.rules.step_plans import same_objects

NO_PAIRING = "no upload of this definition stores bytes that one of its downloads returns"
NOTHING_UPLOADED = "--read-only: nothing is uploaded"
STATED_FUNCTION = "a manifest says what this function returns, so it is not the echo function"
EVERY_OPERATION = "every operation of the definition is tested"
NO_FUNCTION = "the definition has no Lambda proxy integration"
NO_GET = (
    "no GET reaches this function, so the suite cannot check whether it is the echo function "
    "without the risk of changing data"
)
NO_BODY = "no operation with a body (POST, PUT, PATCH) reaches a function here"
NO_HEAD = "the definition has no HEAD on S3"
NO_MOCK = "the definition has no mock integration"
NO_REFUSAL = "no upload is refused under this definition"
NO_UNKNOWN_METHOD = "the definition declares every method at every path"
NO_SIBLING = "no method that a path lacks is served by a less specific path of the definition"
UNKNOWN_SIBLING = (
    "the less specific path has no mock and no echo function behind it, so that it is not known "
    "what a request would change"
)
NO_UNKNOWN_PATH = "the definition declares every path"
NO_VALIDATOR = "no request validator requires a query parameter of a download"
NO_MAPPED_HEADER = "the definition maps no header but Content-Type into a response"
NO_ERROR = "no request of this suite makes the gateway itself return an error here"
NO_DOWNLOADS = "the definition has no operation that downloads from S3"
NO_UPLOADS = "the definition has no operation that uploads to S3"
NO_UPLOAD = "the definition has no operation that uploads to where this one downloads from"
NO_DOWNLOAD = "the definition has no operation that downloads what this one uploads"
NO_SUCH_UPLOAD = "no upload of this definition stores these bytes under this type"
NO_UNDECODABLE = "bytes that are not UTF-8 cannot be both stored and downloaded as text here"
NO_CONCLUSIVE_DOWNLOAD = "no download of this definition would show what is stored"
HEADER_IS_MAPPED = "the definition passes this header on to S3, which may answer by it"
NO_HEADER_KEY = "the definition has the key in a header, and a header cannot carry this key"


def why_not_stored(definition: Definition, operation: Operation) -> str:
    """Why the object that a case needs cannot be stored for this operation."""
    return NO_SUCH_UPLOAD if same_objects(definition, operation, "PUT") else NO_UPLOAD


def why_not_seen(definition: Definition, operation: Operation) -> str:
    """Why no download shows what this operation stored."""
    return NO_CONCLUSIVE_DOWNLOAD if same_objects(definition, operation, "GET") else NO_DOWNLOAD


def way_out(definition: Definition) -> str:
    """What lets something about binary be tested, for a definition of which nothing was."""
    ways = []
    downloads = definition.operations_on_s3("GET")
    if downloads and not definition.operations_on_s3("PUT"):
        ways.append(
            "no operation uploads what the downloads could show: give --prepare=s3, which stores "
            "it through S3's own API, or existing objects, --read-only=KEY,KEY or "
            "--read-only=objects.toml"
        )
    elif definition.operations_on_s3("PUT") and not downloads:
        ways.append(
            "no operation downloads what was uploaded: give --verify=s3, which reads it through "
            "S3's own API, or add a GET on the same objects, in a stage of its own if need be"
        )
    if definition.operations_on_lambda("GET"):
        ways.append(
            "the functions are not this suite's echo function: deploy fixtures/functions/echo.py "
            "behind them, or say what they return in a manifest, --read-only=objects.toml"
        )
    return "; ".join(ways) or "no object was uploaded and downloaded again"
