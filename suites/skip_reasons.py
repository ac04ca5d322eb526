"""Why something cannot be tried with the definition that is deployed."""

from fixtures.api import Definition, Operation
from fixtures.rules.step_plans import same_objects

NO_PAIRING = "no upload of this definition stores bytes that a download of it hands out"
NOTHING_UPLOADED = "--read-only: nothing is uploaded"
EVERY_OPERATION = "every operation of the definition is judged"
NO_FUNCTION = "the definition has no Lambda proxy integration"
NO_GET = (
    "no GET reaches this function, so that it cannot be asked whether it is the echo function "
    "without the risk of changing something"
)
NO_BODY = "no operation with a body (POST, PUT, PATCH) reaches a function here"
NO_HEAD = "the definition has no HEAD on S3"
NO_MOCK = "the definition has no mock integration"
NO_REFUSAL = "no upload is refused under this definition"
NO_UNKNOWN_METHOD = "the definition has every method at every path"
NO_UNKNOWN_PATH = "the definition has every path"
NO_VALIDATOR = "no request validator wants a query parameter of a download"
NO_ERROR = "no error of the gateway can be brought about with this definition"
NO_DOWNLOADS = "the definition has no operation that downloads from S3"
NO_UPLOADS = "the definition has no operation that uploads to S3"
NO_UPLOAD = "the definition has no operation that uploads to where this one downloads from"
NO_DOWNLOAD = "the definition has no operation that downloads what this one uploads"
NO_SUCH_UPLOAD = "no upload of this definition stores these bytes under this type"
NO_UNDECODABLE = "bytes that are no UTF-8 cannot be stored as text and asked for as text here"
NO_TELLING_DOWNLOAD = "no download of this definition would tell what is stored"


NO_HEADER_KEY = "a key like this cannot stand in a header, where the definition has it"


def why_not_stored(definition: Definition, operation: Operation) -> str:
    """Why an object for this operation cannot be brought about."""
    return NO_SUCH_UPLOAD if same_objects(definition, operation, "PUT") else NO_UPLOAD


def why_not_seen(definition: Definition, operation: Operation) -> str:
    """Why it cannot be seen what this operation stored."""
    return NO_TELLING_DOWNLOAD if same_objects(definition, operation, "GET") else NO_DOWNLOAD
