"""A cleanup reaches its endpoint as the run did: with its certificate, its authority, its proxy."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from fixtures.cases.exchange import Route
from fixtures.client.transport import transport_config, transport_for
from fixtures.exceptions import CredentialsError
from tests.client.transport_helpers import PASSPHRASE, Telling, a_proxy, files_in, serving
from tests.remote_run.helpers import confirmation

ROOT = Path(__file__).parents[2]
PASSWORD = "p@ss: w/ord"
SECRETS = {"PASSPHRASE": PASSPHRASE, "PASSWORD": PASSWORD}


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_cleanup_uses_the_client_certificate_and_the_proxy_of_its_run(tmp_path: Path) -> None:
    authority = trustme.CA()
    files = files_in(tmp_path, authority)
    out = tmp_path / "out"
    with serving(Telling, authority, clients=True) as url, a_proxy("me", PASSWORD) as proxied:
        proxy = proxied.url.replace("://", "://me:env:PASSWORD@")
        ran = python(
            *("pytest", "-p", "no:cacheprovider", "-o", f"reports_out={out}", f"--endpoint={url}"),
            f"--client-cert={files.certificate},{files.locked},env:PASSPHRASE",
            *(
                f"--ca-bundle={files.ca}",
                f"--proxy={proxy}",
                "suites/keys",
                "-k",
                "key:folders or key:plain",
            ),
            **SECRETS,
        )
        # The server takes every upload and hands none of it out.
        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert "not cleaned up: 3 objects under" in ran.stdout
        (journal,) = out.glob("journal-*.jsonl")
        assert not any(secret in journal.read_text() for secret in SECRETS.values())
        before = len(proxied.lines)
        unconfirmed = python("apigw_conformance", "cleanup", str(journal), "--cleanup=overwrite")
        assert unconfirmed.returncode == 4
        assert "with the environment variables PASS" in unconfirmed.stderr
        confirmed = confirmation(journal)
        missing = python(
            "apigw_conformance", "cleanup", str(journal), "--cleanup=overwrite", confirmed
        )
        assert missing.returncode == 4
        assert "the environment variable PASSPHRASE is not set" in missing.stderr
        assert len(proxied.lines) == before
        command = (
            *("apigw_conformance", "cleanup", str(journal)),
            *("--cleanup=overwrite", confirmed),
        )
        done = python(*command, **SECRETS)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "emptied 3 objects" in done.stdout
        assert len(proxied.lines) > before
        assert "nothing to do" in python(*command, **SECRETS).stdout


ROUTES = {
    "straight": Route(),
    "a proxy": Route(proxy="http://proxy.example:3128"),
    "a proxy with a password": Route(
        proxy="http://proxy.example:3128", proxy_user="a b@c", proxy_password="$PASSWORD"
    ),
    "a proxy with a user and no password": Route(
        proxy="http://proxy.example:3128", proxy_user="a b@c"
    ),
    "a proxy from a variable": Route(proxy="$WHOLE"),
}


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_the_transport_of_a_route_has_the_same_route(route: Route) -> None:
    environment = {**SECRETS, "WHOLE": f"http://me:{PASSWORD[:4]}@proxy.example:3128"}
    assert transport_for(route, environment).route == route


def test_the_transport_of_a_route_has_its_certificates(tmp_path: Path) -> None:
    files = files_in(tmp_path, trustme.CA())
    texts = (str(files.both), f"{files.certificate},{files.key}")
    for text in (*texts, f"{files.certificate},{files.locked},env:PASSPHRASE"):
        route = transport_config(text, str(files.ca), None, SECRETS).route
        assert transport_for(route, SECRETS).route == route
    files.ca.unlink()
    with pytest.raises(CredentialsError, match=r"--ca-bundle: .*: No such file"):
        transport_for(replace(route, proxy=""), SECRETS)
