"""Deploying a definition to an emulator by the AWS calls that a team would use."""

import json
import re
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fixtures.api import Definition
from fixtures.api.node import parse_document
from tests.lab.emulators.emulator_result import SkippedError

BUCKET = "conformance"
"""The bucket that the suite writes to; the definition `conversions` names it in a URI."""

STAGE = "v1"
_REGION = "us-west-2"
"""The region in the URIs of the shipped definitions, where the bucket has to be."""


class Account:
    """The S3 and API Gateway of one running emulator."""

    def __init__(self, port: int) -> None:
        session = botocore.session.Session()
        # No retries: an emulator that answers 500 answers it again.
        config = Config(
            connect_timeout=10,
            read_timeout=120,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        )

        def client(service: str) -> Any:
            return session.create_client(
                service,
                region_name=_REGION,
                endpoint_url=f"http://127.0.0.1:{port}",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=config,
            )

        self._s3, self._gateway = client("s3"), client("apigateway")

    def create_bucket(self) -> None:
        """Create the bucket that the suite writes to; raises `SkippedError`."""
        where = {"LocationConstraint": _REGION}
        _call(self._s3.create_bucket, Bucket=BUCKET, CreateBucketConfiguration=where)

    def deploy(self, definition: Definition) -> str:
        """Import and deploy a definition; gives the id of the API. Raises `SkippedError`."""
        document = importable(definition)
        api = str(_call(self._gateway.import_rest_api, body=json.dumps(document).encode())["id"])
        resources = _call(self._gateway.get_resources, restApiId=api, embed=["methods"], limit=500)
        there = {
            (resource.get("path"), method)
            for resource in resources.get("items", ())
            for method in resource.get("resourceMethods", ())
        }
        missing = [each for each in definition.operations if (each.path, each.method) not in there]
        if missing:
            raise SkippedError(
                f"ImportRestApi answers well and leaves out {len(missing)} of "
                f"{len(definition.operations)} operations, {missing[0].name} among them"
            )
        _call(self._gateway.create_deployment, restApiId=api, stageName=STAGE)
        return api


def importable(definition: Definition) -> Mapping[str, Any]:
    """The document as ImportRestApi gets it: JSON, YAML's anchors and merges written out.

    Region and role are left as they are, for emulators check neither; a description is added where
    there is none, for one of them cannot do without.
    """
    document: dict[str, Any] = parse_document(definition.text.encode(), definition.source).value
    return document | {"info": {"description": definition.title} | document["info"]}


def _call(method: Any, **arguments: Any) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = method(**arguments)
    except (BotoCoreError, ClientError) as error:
        # An error page is HTML; what it says is between the tags.
        said = re.sub(r"<[^>]*>", " ", str(error).replace(" (reached max retries: 0)", ""))
        raise SkippedError(" ".join(said.split())[:200]) from None
    return answer
