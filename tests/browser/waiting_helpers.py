"""Waiting for what a page comes to; Playwright's own way is kept off by the page's policy."""

import time
from typing import Any

_LONGEST = 15.0


def until(page: Any, expression: str, expected: object) -> None:
    """Wait until an expression has this value in the page; fail with the one that it had."""
    end = time.monotonic() + _LONGEST
    while (value := page.evaluate(expression)) != expected and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert value == expected
