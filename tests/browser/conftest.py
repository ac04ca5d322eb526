"""A headless Chromium, and pages that are watched for everything that they must not do.

Strategy: pages are opened from disk, as users open them. Whatever a test does, at its end no error
may stand in the console, nothing may have been requested, and no policy been violated.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from reports.comparison.differences import compare
from reports.comparison.html_page import render as render_comparison
from tests.browser.helpers import Compared, Made, enlarged, run

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; without it the tests are skipped, or fail where `BROWSER_TESTS=required`."""
    missing = pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install --group browser")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        missing("there is no Chromium: apt-get install chromium, or say where in CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Makes a page of a run against a gateway with a fault, each once."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def make(fault: str | None = None, **how: Any) -> Made:
        document, diagnosis = run(folder, fault, **how)
        name = "-".join(map(str, (fault or "healthy", *how.values())))
        return Made(folder / f"{name}.html", document, diagnosis)

    return make


@pytest.fixture(scope="session")
def deviating(made: Callable[..., Made]) -> Made:
    """A page with deviations of every level and in every subject: `Accept` does not arrive."""
    return made("accept-ignored", every=3)


@pytest.fixture(scope="session")
def healthy(made: Callable[..., Made]) -> Made:
    """A page on which everything conforms."""
    return made(None, every=3)


@pytest.fixture(scope="session")
def large(deviating: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A page with 5,000 cases, a third of which deviate."""
    file = tmp_path_factory.mktemp("large") / "page.html"
    return Made(file, enlarged(deviating.document, 5000), deviating.diagnosis)


@pytest.fixture(scope="session")
def comparison(
    healthy: Made, deviating: Made, tmp_path_factory: pytest.TempPathFactory
) -> Compared:
    """A page that compares a good night with a bad one."""
    file = tmp_path_factory.mktemp("comparison") / "comparison.html"
    nights = compare([healthy.document, deviating.document], ["good night", "bad night"])
    file.write_bytes(render_comparison(nights))
    return Compared(file.as_uri())


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page, `fragment` and the options of a browser's context given."""
    contexts, problems, requests = [], [], []

    def note(message: Any) -> None:
        if message.type in ("error", "warning"):
            problems.append(f"console: {message.text}")

    def open_page(
        made: Made | Compared, fragment: str = "", script: str = "", **options: Any
    ) -> Any:
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        context.add_init_script(_WATCH + script)
        page = context.new_page()
        contexts.append(context)
        page.on("console", note)
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(made.url + fragment)
        page.wait_for_selector(made.ready, state="attached")
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            problems += page.evaluate("window.violations ?? []")
        context.close()
    foreign = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    pages = [url for url in requests if url.startswith("file:") and ".html" not in url]
    assert not problems
    assert not foreign + pages
