"""`apigw-conformance run`: pytest with the suites, from whatever folder it is called."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.locations import HOME, WRITABLE

_SUITES = HOME / "suites"


def run(arguments: Sequence[str]) -> int:
    """Run pytest on the suites that the arguments name, by default on all of them."""
    named = any(
        Path(argument.partition("::")[0]).resolve().is_relative_to(_SUITES)
        for argument in arguments
        if not argument.startswith("-")
    )
    own = ["-c", str(HOME / "tox.ini")]
    if WRITABLE != HOME:  # nothing is left beside the installed suites
        sys.dont_write_bytecode = True
        if "no:cacheprovider" not in arguments:
            own += ["-o", f"cache_dir={WRITABLE / '.pytest_cache'}"]
    return int(pytest.main([*own, *arguments, *([] if named else [str(_SUITES)])]))
