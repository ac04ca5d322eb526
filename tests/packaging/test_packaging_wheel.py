"""The wheel: one import package, which tests as the checkout does, from an empty folder."""

import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from hatch_build import moved

ROOT = Path(__file__).parents[2]
PACKAGES = ("fixtures", "reports", "suites")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and with this one's libraries but not its checkout."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(packages)
    # The folder alone, without the .pth files in it: one of them names the checkout.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280)


def totals(said: str) -> str:
    found = re.search(r"^(\d+ passed.*) in ", said, re.MULTILINE)
    assert found, said
    return found[1]


def test_the_wheel_has_one_import_package_and_all_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"apigw_conformance"}
    assert len(names) == len(set(names))
    assert not [name for name in names if "__pycache__" in name or "/reports/out/" in name]
    tracked = subprocess.run(
        ["git", "ls-files", "conftest.py", "tox.ini", "apigw_conformance", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split()
    shipped = {name.removeprefix("apigw_conformance/") for name in names}
    assert {name.removeprefix("apigw_conformance/") for name in tracked} <= shipped


def test_the_installed_suite_comes_to_the_totals_of_the_checkout(
    python: Path, tmp_path: Path
) -> None:
    options = ("-q", "--hypothesis-profile=quick", "-p", "no:cacheprovider")
    empty = tmp_path / "empty"
    empty.mkdir()
    installed = run(python, "-I", "-m", "apigw_conformance", "run", *options, cwd=empty)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    out = f"reports_out={tmp_path / 'out'}"
    here = run(sys.executable, "-m", "pytest", *options, "-o", out, cwd=ROOT)
    assert totals(installed.stdout) == totals(here.stdout)
    assert (empty / "reports" / "out" / "conformance.html").exists()
    document = empty / "reports" / "out" / "conformance.json"
    judged = run(python, "-I", "-m", "apigw_conformance", "judge", document, cwd=empty)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert {path.name for path in empty.iterdir()} <= {"reports", ".hypothesis"}


def test_workers_find_the_installed_suite(python: Path, tmp_path: Path) -> None:
    options = ("-q", "-n", "2", "-k", "accept-first-entry", "-p", "no:cacheprovider")
    done = run(python, "-I", "-m", "apigw_conformance", "run", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_to_be_had_by_two_names(python: Path, tmp_path: Path) -> None:
    script = (
        "import importlib.util, sys; import apigw_conformance.suites.runner.command; "
        f"print([name for name in {PACKAGES} if importlib.util.find_spec(name)]); "
        f"print([name for name in sys.modules if name.split('.')[0] in {PACKAGES}])"
    )
    done = run(python, "-I", "-c", script, cwd=tmp_path)
    assert done.stdout == "[]\n[]\n", done.stdout + done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from fixtures import api", "from apigw_conformance.fixtures import api"),
        (
            "    from reports.page import render",
            "    from apigw_conformance.reports.page import render",
        ),
        ("import suites", "from apigw_conformance import suites"),
        ("import suites.load.tasks as t", "import apigw_conformance.suites.load.tasks as t"),
        ("from fixturestore import x", "from fixturestore import x"),
        ("# from the reports", "# from the reports"),
    ],
)
def test_imports_move_with_their_modules(before: str, after: str) -> None:
    assert moved(before) == after


def test_an_import_that_cannot_move_is_refused() -> None:
    with pytest.raises(ValueError, match=r"import fixtures\.api: write it as from"):
        moved("import fixtures.api\n")
