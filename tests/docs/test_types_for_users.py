"""The types that the package ships serve a user's own strict check."""

import doctest
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

from forecasting.store.code_hash import modules

ROOT = Path(__file__).parents[2]


def readme_code():
    """The README's lines of Python as a program, its last expressions kept in names."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return "".join(one.source for one in doctest.DocTestParser().get_examples(text))


def test_the_package_says_that_it_has_types():
    package = next(path for module, path in modules().items() if module == "forecasting").parent
    assert (package / "py.typed").read_bytes() == b""


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """Check a program as a user does who has installed the package: strictly, in an environment of its own."""
    if find_spec("mypy") is None:
        pytest.skip("needs mypy, which the extra `dev` brings")
    place = tmp_path_factory.mktemp("user")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
    python = place / "venv" / "bin" / "python"
    (site,) = (place / "venv" / "lib").glob("python*/site-packages")
    (site / "forecasting").symlink_to(ROOT / "forecasting")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    def check(program):
        (place / "own.py").write_text(program, encoding="utf-8")
        command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", python, "own.py"]
        return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)

    return check


@pytest.mark.long
def test_a_strict_check_of_the_readmes_code_passes(strict):
    assert "fc.forecast(" in readme_code()
    found = strict(readme_code())
    assert (found.returncode, found.stdout) == (0, "Success: no issues found in 1 source file\n"), found.stderr


@pytest.mark.long
def test_a_strict_check_sees_a_wrong_argument(strict):
    found = strict("import forecasting as fc\n\nfc.load_history(as_of=1)\n")
    assert found.returncode == 1 and 'Argument "as_of"' in found.stdout
