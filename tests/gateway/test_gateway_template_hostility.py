"""Hostile templates: nothing of Python is reached, and nothing takes long."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.gateway.application import Gateway
from fixtures.gateway.vtl.budget import Budget
from fixtures.gateway.vtl.failure import TemplateFailureError
from fixtures.gateway.vtl.template import Template
from tests.gateway.helpers import (
    RecordingStore,
    Served,
    a_definition,
    a_server,
    an_s3_operation,
)

# As many seconds as a hostile template may take on a busy machine under coverage.
PATIENCE = 60


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with a_server() as server:
        yield server


@pytest.mark.parametrize(
    ("template", "status"),
    [
        (
            '$util.base64Decode.__globals__.json.__import__("os").system("echo owned > owned.txt")',
            200,
        ),
        ("$context.__class__.__mro__ $input.__init__ $util.getClass().forName('x')", 200),
        ("#foreach($i in [1..100000])#foreach($j in [1..100000])x#end#end", 500),
        ("#set($s = 'xx')#foreach($i in [1..100])#set($s = $s + $s)#end", 500),
        ("#set($l = [1])#foreach($i in [1..100])#set($l = [$l, $l])#end$l", 500),
        ("#set($m = {})#set($m.m = $m)$m", 500),
        ("#set($n = 9)#foreach($i in [1..100])#set($n = $n * $n)#end", 500),
        ("#set($s = '%s')$s.matches('(a|a?)+b')" % ("a" * 5000), 200),
        ("#if(true)" * 100, 500),
        ("#macro(f)#end", 500),
        ("#include('x')", 500),
    ],
)
def test_a_hostile_template_harms_its_own_request_alone(
    served: Served,
    template: str,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = an_s3_operation("PUT", path="/hostile", templates={"application/json": template})
    served.app = Gateway(a_definition(hostile, an_s3_operation("GET")), RecordingStore())
    began = time.monotonic()
    assert served.send("PUT", "/hostile").status_code == status
    assert time.monotonic() - began < PATIENCE
    assert served.send("GET", "/k").status_code == 200
    assert list(tmp_path.iterdir()) == []


@given(st.text(alphabet="$#{}()[]\"'.!\\ \nabcifendsetforeach0123456789=+-*/<>&|,:", max_size=80))
def test_any_text_is_rendered_or_fails_as_a_template(text: str) -> None:
    try:
        Template(text).render({"a": "text", "b": [1], "c": {"a": 1}}, Budget())
    except TemplateFailureError as failure:
        assert str(failure)
