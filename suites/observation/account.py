"""The AWS account: what `observe` creates there and removes again, by botocore.

Credentials, region and servers come from the usual AWS sources; `AWS_ENDPOINT_URL` leads to an
emulator. Imported where it is needed: botocore takes long to import.
"""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fixtures.client.aws_session import AWS_ERRORS, aws_session
from fixtures.exceptions import CredentialsError, ObservationError
from fixtures.functions import echo
from suites.observation.api_document import api_document
from suites.observation.journal import Kind, Resource
from suites.observation.observation import Content, StoredObject

STAGE = "v1"
TAG = "apigw-conformance-observe"
# DeleteRestApi: "1 request every 30 seconds per account"; botocore waits at most 20 s at a time.
_CONFIG = Config(
    connect_timeout=10,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 12},
    s3={"addressing_style": "path"},
)
_SERVICES = ("apigateway", "iam", "lambda", "s3")
_GONE = {"404", "NoSuchBucket", "NoSuchEntity", "NotFoundException", "ResourceNotFoundException"}
_POLICY = "objects"
_LONGEST_ROLE = 60.0
"""Seconds until a new role can be used by a function; IAM is eventually consistent."""
_US_EAST = "us-east-1"


class Account:
    """The services of one account in one region."""

    def __init__(self, region: str | None = None) -> None:
        """Find credentials, region and servers; raises `CredentialsError`."""
        session, credentials, configured = aws_session("observe")
        region = region or configured
        if not region:
            raise CredentialsError("observe found no region; set AWS_REGION or give --region")
        self.region = region
        try:
            self.partition = session.get_partition_for_region(region)
            self._clients: dict[str, Any] = {
                service: session.create_client(service, region_name=region, config=_CONFIG)
                for service in _SERVICES
            }
            now = credentials.get_frozen_credentials()
        except (*AWS_ERRORS, ValueError) as error:
            raise CredentialsError(f"the AWS configuration cannot be used: {error}") from None
        self.secrets = tuple(filter(None, (now.access_key, now.secret_key, now.token)))
        self.number = ""
        """The account's number, known once a role was created; never to be written anywhere."""
        self._apis: dict[str, str] = {}
        self._role = ""
        self._function = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the definitions and of the objects."""
        clients = (self._clients["apigateway"], self._clients["s3"])
        return tuple(str(urlsplit(client.meta.endpoint_url).netloc) for client in clients)

    # ------------------------------------------------------------------------------- creating

    def create(self, resource: Resource, run: str, media_types: Sequence[str] = ()) -> None:
        """Create a resource of a run; raises `ObservationError`.

        What it depends on was created before it. `media_types` are the binaryMediaTypes of an API.
        """
        creators: Mapping[Kind, Callable[[], None]] = {
            Kind.BUCKET: lambda: self._create_bucket(resource.name, run),
            Kind.ROLE: lambda: self._create_role(resource.name, run),
            Kind.FUNCTION: lambda: self._create_function(resource.name, run),
            Kind.API: lambda: self._create_api(resource.name, run, media_types),
        }
        try:
            creators[resource.kind]()
        except (BotoCoreError, ClientError) as error:
            raise ObservationError(f"the {resource} cannot be created: {error}") from None

    def _create_bucket(self, name: str, run: str) -> None:
        where = {"LocationConstraint": self.region}
        place = {} if self.region == _US_EAST else {"CreateBucketConfiguration": where}
        self._clients["s3"].create_bucket(Bucket=name, **place)
        tags = {"TagSet": [{"Key": TAG, "Value": run}]}
        self._clients["s3"].put_bucket_tagging(Bucket=name, Tagging=tags)

    def _create_role(self, name: str, run: str) -> None:
        services = ["apigateway.amazonaws.com", "lambda.amazonaws.com"]
        trust = _policy(Principal={"Service": services}, Action="sts:AssumeRole")
        role = self._clients["iam"].create_role(
            RoleName=name, AssumeRolePolicyDocument=trust, Tags=[{"Key": TAG, "Value": run}]
        )
        self._role = str(role["Role"]["Arn"])
        self.number = self._role.split(":")[4]
        allowed = _policy(
            Action=["s3:GetObject", "s3:PutObject", "s3:ListBucket", "lambda:InvokeFunction"],
            Resource=[
                f"arn:{self.partition}:s3:::{run}",
                f"arn:{self.partition}:s3:::{run}/*",
                f"arn:{self.partition}:lambda:{self.region}:{self.number}:function:{run}",
            ],
        )
        self._clients["iam"].put_role_policy(
            RoleName=name, PolicyName=_POLICY, PolicyDocument=allowed
        )

    def _create_function(self, name: str, run: str) -> None:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.write(echo.__file__, "echo.py")
        until = time.monotonic() + _LONGEST_ROLE
        while True:
            try:
                self._clients["lambda"].create_function(
                    FunctionName=name,
                    Runtime="python3.13",
                    Role=self._role,
                    Handler="echo.handler",
                    Code={"ZipFile": code.getvalue()},
                    Tags={TAG: run},
                )
                break
            except ClientError as error:
                # "The role defined for the function cannot be assumed by Lambda": not yet.
                if _code(error) != "InvalidParameterValueException" or time.monotonic() > until:
                    raise
                time.sleep(2)
        self._clients["lambda"].get_waiter("function_active_v2").wait(FunctionName=name)
        self._function = f"arn:{self.partition}:lambda:{self.region}:{self.number}:function:{name}"

    def _create_api(self, name: str, run: str, media_types: Sequence[str]) -> None:
        gateway = self._clients["apigateway"]
        created = gateway.create_rest_api(
            name=name,
            binaryMediaTypes=list(media_types),
            endpointConfiguration={"types": ["REGIONAL"]},
            tags={TAG: run},
        )
        api = self._apis[name] = str(created["id"])
        words = {
            "PARTITION": self.partition,
            "REGION": self.region,
            "BUCKET": run,
            "FUNCTION": self._function,
            "ROLE": self._role,
        }
        document = api_document(name, media_types, words)
        gateway.put_rest_api(
            restApiId=api,
            mode="overwrite",
            failOnWarnings=False,
            body=json.dumps(document).encode(),
        )
        gateway.create_deployment(restApiId=api, stageName=STAGE)

    def url(self, api: Resource, template: str = "") -> str:
        """The URL that invokes an API, its stage included.

        `template` is that of another host than AWS's, with `{api}` and `{stage}`.
        """
        number = self._apis[api.name]
        if template:
            return template.replace("{api}", number).replace("{stage}", STAGE)
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return f"https://{number}.execute-api.{self.region}.{suffix}/{STAGE}"

    # -------------------------------------------------------------------------------- objects

    def put(self, bucket: str, key: str, media_type: str, body: bytes) -> None:
        """Store an object by S3's own API; raises `ObservationError`."""
        try:
            self._clients["s3"].put_object(
                Bucket=bucket, Key=key, ContentType=media_type, Body=body
            )
        except (BotoCoreError, ClientError) as error:
            raise ObservationError(f"{key!r} cannot be stored in {bucket}: {error}") from None

    def new_objects(self, bucket: str, known: set[str]) -> tuple[StoredObject, ...]:
        """The objects whose keys are not known yet, and then are; raises `ObservationError`."""
        s3 = self._clients["s3"]
        found = []
        try:
            listed = s3.list_objects_v2(Bucket=bucket).get("Contents", ())
            for key in [entry["Key"] for entry in listed if entry["Key"] not in known]:
                answer = s3.get_object(Bucket=bucket, Key=key)
                content = Content.of(answer["Body"].read())
                found.append(StoredObject(key, answer.get("ContentType", ""), content))
                known.add(key)
        except (BotoCoreError, ClientError) as error:
            raise ObservationError(f"the bucket {bucket} cannot be read: {error}") from None
        return tuple(found)

    # -------------------------------------------------------------------------------- removing

    def remove(self, resource: Resource, run: str) -> str:
        """Remove a resource, if it is there; gives the reason why it could not be, or ""."""
        removers: Mapping[Kind, Callable[[], None]] = {
            Kind.BUCKET: lambda: self._remove_bucket(resource.name),
            Kind.ROLE: lambda: self._remove_role(resource.name),
            Kind.FUNCTION: lambda: self._clients["lambda"].delete_function(
                FunctionName=resource.name
            ),
            Kind.API: lambda: self._remove_apis(resource.name, run),
        }
        try:
            removers[resource.kind]()
        except ClientError as error:
            return "" if _code(error) in _GONE else str(error)
        except BotoCoreError as error:
            return str(error)
        return ""

    def _remove_bucket(self, name: str) -> None:
        s3 = self._clients["s3"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for entry in page.get("Contents", ()):
                s3.delete_object(Bucket=name, Key=entry["Key"])
        s3.delete_bucket(Bucket=name)

    def _remove_role(self, name: str) -> None:
        iam = self._clients["iam"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)

    def _remove_apis(self, name: str, run: str) -> None:
        """Every API of that name which has the run's tag: a retried creation may have made two."""
        gateway = self._clients["apigateway"]
        for page in gateway.get_paginator("get_rest_apis").paginate():
            for api in page["items"]:
                if api["name"] == name and api.get("tags", {}).get(TAG) == run:
                    gateway.delete_rest_api(restApiId=api["id"])


def _policy(**statement: Any) -> str:
    whole = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    return json.dumps(whole)


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
