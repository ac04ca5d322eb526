"""One thread at a time parses Python: what searches in several threads need until Python 3.13.

Hypothesis and pytest both read Python's source, to show failures. Before Python 3.13 two threads
that parse at once may fail with a SystemError: the depth of a syntax tree under construction is
counted for the whole interpreter (https://github.com/python/cpython/issues/106905). So this module
replaces `ast.parse` for as long as a run sends anything, on such a Python only.
"""

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def serialised_ast_parse() -> Iterator[None]:
    """Make each thread that parses wait for the other."""
    if sys.version_info >= (3, 13):
        yield
        return
    parse, lock = ast.parse, threading.RLock()

    def one_at_a_time(*arguments: Any, **options: Any) -> Any:
        with lock:
            return parse(*arguments, **options)

    ast.parse = one_at_a_time
    try:
        yield
    finally:
        ast.parse = parse
