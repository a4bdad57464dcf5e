"""Where the running code comes from: the commit of its clone, or the wheel that it was installed from."""

import json
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlparse

from forecasting.store.code_hash import PACKAGE

GIT_SECONDS = 60


@dataclass(frozen=True)
class CodeOrigin:
    """What names the running code, so that it can be had again.

    Attributes
    ----------
    commit : str or None
        Commit of the clone, 40 hexadecimal digits; None outside a clone.
    is_changed : bool
        Whether a module of the package differs from that commit.
    wheel : tuple of (str, str) or None
        File name and sha256 of the wheel that was installed; None in a clone, or where the installer kept neither.
    python : str
        Version of Python.

    Examples
    --------
    >>> CodeOrigin("a" * 40, False, None, "3.12.1").commit[:3]
    'aaa'
    """

    commit: str | None
    is_changed: bool
    wheel: tuple[str, str] | None
    python: str


@cache
def code_origin(package: Path = PACKAGE) -> CodeOrigin:
    """Origin of the code of a package.

    Parameters
    ----------
    package : Path
        Folder of the package.

    Returns
    -------
    CodeOrigin
        As it was at the first call of the process, which has imported that code.

    Examples
    --------
    >>> code_origin().python == platform.python_version()
    True
    """
    commit = _said(package, "rev-parse", "--verify", "HEAD")
    is_own = commit is not None and _said(package, "ls-files", "--error-unmatch", "__init__.py") is not None
    changes = _said(package, "status", "--porcelain", "--", "*.py") if is_own else ""
    wheel = None if is_own else _wheel(package.name)
    return CodeOrigin(commit if is_own else None, changes != "", wheel, platform.python_version())


def git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes] | None":
    """Run git in a folder.

    Parameters
    ----------
    folder : Path
        Folder of a clone.
    *arguments : str
        Arguments of git; it takes no lock for what it only reads.

    Returns
    -------
    subprocess.CompletedProcess or None
        With its output as bytes; None where there is no git.

    Examples
    --------
    >>> found = git(PACKAGE, "--version")
    >>> found is None or found.stdout.startswith(b"git version")
    True
    """
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "--no-optional-locks", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, timeout=GIT_SECONDS, check=False)


def _said(folder: Path, *arguments: str) -> str | None:
    found = git(folder, *arguments)
    return found.stdout.decode().strip() if found is not None and found.returncode == 0 else None


def _wheel(name: str) -> tuple[str, str] | None:
    """File and sha256 of the wheel that a package was installed from, as the installer kept them (PEP 610)."""
    try:
        kept = distribution(name).read_text("direct_url.json")
        held = json.loads(kept or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    file = Path(urlparse(str(held.get("url", ""))).path).name
    sha256 = held.get("archive_info", {}).get("hashes", {}).get("sha256")
    return (file, str(sha256)) if file.endswith(".whl") and sha256 else None
