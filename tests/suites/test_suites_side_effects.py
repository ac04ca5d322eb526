"""What a run changes for its whole process, or reads inside of xdist, is still needed."""

import ast
import inspect
import subprocess
import sys
import threading
import time

import pytest
import xdist.newhooks
import xdist.remote

from fixtures.client.switch_interval import INTERVAL, short_switch_interval
from suites.runner.ast_parse_lock import serialised_ast_parse

# Garbage that is collected while a tree is under construction parses, too, as another thread may.
PARSE_WHILE_PARSING = """
import ast, gc

class Cycle:
    def __init__(self):
        self.itself = self

    def __del__(self):
        ast.parse("1 + 1")

source = "def f():\\n    return [a for a in b if c(d, e)]\\n" * 50
gc.disable()
[Cycle() for _ in range(20)].clear()
gc.set_threshold(100, 1, 1)
gc.enable()
ast.parse(source)
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="fixed in Python 3.13")
def test_python_fails_where_a_tree_is_made_while_another_is_under_construction() -> None:
    # Without site, so that nothing which it starts (coverage, say) allocates or parses meanwhile.
    command = [sys.executable, "-S", "-c", PARSE_WHILE_PARSING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    # Where this fails, threads can parse at once: remove suites/runner/ast_parse_lock.py.
    assert "SystemError: AST constructor recursion depth mismatch" in done.stderr


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="needs no lock")
def test_one_thread_at_a_time_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    parsing: list[int] = []
    at_once: list[int] = []

    def slow(number: int) -> None:
        parsing.append(number)
        time.sleep(0.01)
        at_once.append(len(parsing))
        parsing.remove(number)

    monkeypatch.setattr(ast, "parse", slow)
    with serialised_ast_parse():
        threads = [threading.Thread(target=ast.parse, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert at_once == [1] * 4


def test_the_lock_is_there_for_as_long_as_it_is_needed() -> None:
    before = ast.parse
    with serialised_ast_parse():
        assert (ast.parse is before) == (sys.version_info >= (3, 13))
        assert ast.unparse(ast.parse("1 + 1", mode="eval")) == "1 + 1"
    assert ast.parse is before


def seconds_of_handovers(count: int) -> float:
    """How long a thread that needs the interpreter for moments takes beside one that is busy."""
    over = threading.Event()

    def judge() -> None:
        while not over.is_set():
            pass

    busy = threading.Thread(target=judge)
    busy.start()
    began = time.perf_counter()
    for _ in range(count):
        time.sleep(0)  # what sending and receiving do: let go of the interpreter, and want it again
    elapsed = time.perf_counter() - began
    over.set()
    busy.join()
    return elapsed


def test_a_busy_thread_keeps_the_interpreter_for_the_whole_interval() -> None:
    # Where this fails, threads no longer wait for each other: remove switch_interval.py.
    # Other processes take the interpreter's core away, which ends an interval early: the longest
    # of several tries is the one that they left alone.
    longest = max(seconds_of_handovers(20) for _ in range(5))
    assert longest > 20 * sys.getswitchinterval() * 0.5


def test_the_switch_interval_is_short_while_threads_send_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    with short_switch_interval():
        assert sys.getswitchinterval() == pytest.approx(INTERVAL)
    assert sys.getswitchinterval() == before


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
