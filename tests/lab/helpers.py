"""What the tests of the laboratory share."""

import json
from pathlib import Path

from fixtures.definitions import FOLDER


def a_small_definition(folder: Path) -> str:
    """The sample without uploads, and with nothing binary: few cases, which are judged soon."""
    document = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    document["x-amazon-apigateway-binary-media-types"] = []
    document["paths"] = {"/s3": {"get": document["paths"]["/s3"]["get"]}}
    file = folder / "small.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)
