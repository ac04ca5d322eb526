"""What a run changes for its whole process, or reads inside of xdist, is still needed."""

import ast
import inspect
import subprocess
import sys
import textwrap

import pytest
import xdist.newhooks
import xdist.remote

from suites.runner.ast_parse_lock import serialised_ast_parse

# Two threads parse; garbage that is collected meanwhile lets the other one in.
TWO_THREADS_PARSE = """
    import ast, contextlib, gc, threading, time
    from suites.runner.ast_parse_lock import serialised_ast_parse

    SOURCE = "def f():\\n    return [a for a in b if c(d, e)]\\n" * 50
    failures, until = [], time.monotonic() + SECONDS

    class Cycle:
        def __init__(self):
            self.itself = self

        def __del__(self):
            time.sleep(0.0001)

    def parse():
        while not failures and time.monotonic() < until:
            [Cycle() for _ in range(20)].clear()
            try:
                ast.parse(SOURCE)
            except SystemError as error:
                failures.append(error)

    with LOCK():
        gc.set_threshold(100, 1, 1)
        threads = [threading.Thread(target=parse) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(*failures)
"""


def failure_of_two_threads(lock: str, seconds: int) -> str:
    """What parsing in two threads fails with, empty if it does not, within some seconds."""
    script = textwrap.dedent(TWO_THREADS_PARSE)
    script = script.replace("LOCK", lock).replace("SECONDS", str(seconds))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout.strip()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="fixed in Python 3.13")
def test_python_fails_when_two_threads_parse_without_the_lock() -> None:
    found = failure_of_two_threads("contextlib.nullcontext", 60)
    assert "recursion depth mismatch" in found, "remove suites/runner/ast_parse_lock.py"


def test_python_parses_in_two_threads_with_the_lock() -> None:
    assert failure_of_two_threads("serialised_ast_parse", 2) == ""


def test_the_lock_is_there_for_as_long_as_it_is_needed() -> None:
    before = ast.parse
    with serialised_ast_parse():
        assert (ast.parse is before) == (sys.version_info >= (3, 13))
        assert ast.unparse(ast.parse("1 + 1", mode="eval")) == "1 + 1"
    assert ast.parse is before


def test_xdist_has_the_queue_that_is_read_and_no_hook_that_tells_it() -> None:
    source = inspect.getsource(xdist.remote.WorkerInteractor)
    assert "self.torun" in source
    assert "self.nextitem_index" in source
    hooks = {name for name in vars(xdist.newhooks) if name.startswith("pytest_")}
    told = {"pytest_xdist_node_collection_finished", "pytest_xdist_make_scheduler"}
    # A new hook may tell a worker its next tests: look whether suites/runner/xdist_queue.py can go.
    assert hooks - told == {
        "pytest_handlecrashitem",
        "pytest_testnodedown",
        "pytest_testnodeready",
        "pytest_configure_node",
        "pytest_xdist_auto_num_workers",
        "pytest_xdist_getremotemodule",
        "pytest_xdist_newgateway",
        "pytest_xdist_rsyncfinish",
        "pytest_xdist_rsyncstart",
        "pytest_xdist_setupnodes",
    }
