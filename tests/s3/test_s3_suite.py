"""The suite against the gateway on servers that verify every signature."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.s3.helpers import BUCKET, S3, Gateways

ROOT = Path(__file__).parents[2]
# SeaweedFS keeps keys as paths of folders and files. It takes two slashes for one and a slash at
# the end for a folder without content, and refuses segments of dots and names beyond 255 bytes.
NOT_KEPT = (
    "trailing-slash",
    "two-slashes",
    "one-dot-segment",
    "two-dot-segment",
    "1024-bytes",
    "one-slash-and-two",
    "with-and-without-a-trailing-slash",
    "segment-of-300-bytes",
    "alike-in-256-bytes",
    # It takes a backslash for a slash.
    "backslash-and-slash",
    # It forgets application/octet-stream, and gives the type that a name's ending is known for:
    # "a..b...c" comes back as C source and "photo.png" as image/png, which are text to the gateway.
    "key:dots",
    "another-extension",
    # An object that is stored without a type comes back as application/octet-stream, where S3
    # documents binary/octet-stream.
    "base64 sent:none",
)


def parsed_by_moto(case: str) -> bool:
    """Whether an upload has the type of a form but is none: moto parses it, and stores the rest."""
    forms = ("multipart/form-data", "application/x-www-form-urlencoded")
    return case.startswith("combined:") and any(f"sent:{form}" in case for form in forms)


def judged(definition: str, url: str, out: Path) -> list[tuple[str, str, str]]:
    """The case, the outcome and the reason of whatever is no pass in a run of the whole suite."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"),
            *("-o", f"reports_out={out}", "--hypothesis-profile=quick"),
            *(f"--endpoint={url}", f"--definition={definition}"),
            f"--key-prefix={BUCKET}/suite/",
        ],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        timeout=600,
    )
    document = json.loads((out / "conformance.json").read_text(encoding="utf-8"))
    assert document["totals"]["conforms"] > 1000, done.stdout + done.stderr
    return [
        (case["id"], case["outcome"], case["reason"])
        for case in document["cases"]
        if case["outcome"] in ("deviates", "undecided")
    ]


@pytest.mark.parametrize("definition", ["sample", "mapped"])
def test_the_gateway_conforms_before_a_server_that_keeps_every_key(
    definition: str, moto: S3, gateway: Gateways, tmp_path: Path
) -> None:
    found = judged(definition, gateway(definition, moto), tmp_path)
    assert [case for case in found if not parsed_by_moto(case[0])] == []


@pytest.mark.parametrize("definition", ["sample", "mapped"])
def test_before_seaweedfs_only_what_it_does_not_keep_deviates(
    definition: str, seaweedfs: S3, gateway: Gateways, tmp_path: Path
) -> None:
    found = judged(definition, gateway(definition, seaweedfs), tmp_path)
    assert found
    # Every third combination has a key of more than 255 bytes, and others a type that it guesses.
    single = [case for case in found if not case[0].startswith("combined:")]
    assert [case for case in single if not case[0].endswith(NOT_KEPT)] == []
