"""An entry of a ledger made again by the very code that made it: the commit or the wheel that the entry names.

The code is put into a folder of its own, and its own `forecasting ledger issue` makes the entry once more from the same
record, day, cases and horizons; the two entries are then compared value by value. Only commits of the clone at hand and
a wheel whose sha256 is the one in the entry are run.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from forecasting.documents.difference import Difference, compared, leaves
from forecasting.ledger.chain import Link, read_link
from forecasting.ledger.entries import Code, Issue
from forecasting.store.code_hash import PACKAGE, library_versions
from forecasting.store.code_origin import git
from forecasting.store.errors import UsageError, shown
from forecasting.store.foreign import Foreign, parsed_json
from forecasting.store.scratch import scratch
from forecasting.verify.entries import line_of
from forecasting.verify.verification import SUBJECT, Verification

NOT_COMPARED: Final = ("sequence", "previous", "issued_on", "kind", "code")
"""What is another in an entry that is made again: its place in a chain, and where its code stands."""
WHEEL: Final = Foreign("a wheel", "name it with --wheel")
SECONDS: Final = 1800
LAST_WORDS: Final = 400


def verify_by_its_code(
    path: Path | str,
    *,
    data: Path | None = None,
    repository: Path | None = None,
    wheel: Path | None = None,
    commit: str | None = None,
) -> Verification:
    """Make an entry again with the code that made it, and compare.

    Parameters
    ----------
    path
        File of an entry with forecasts.
    data
        Folder of the record that the entry was made from; by default the one that came with that code.
    repository
        A clone that holds the commit; by default the one that this code runs from.
    wheel
        The wheel that the entry names, for an entry made by an installed package.
    commit
        Commit to use for an entry of before entries named one; its code must have the hash that the entry says.

    Returns
    -------
    Verification
        Every value that differs.

    Raises
    ------
    UsageError
        The entry names no code, or code that differed from its commit; there is no git, no such commit, or no such
        wheel; the libraries are others and cannot be had; that code or record is not what the entry says.
    LedgerError
        The file is no entry.

    Examples
    --------
    >>> from forecasting.store.package_data import shipped
    >>> verify_by_its_code(shipped("data") / "ledger" / "000040-resolution-2026-11-28.json")
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected an entry with forecasts, got 000040-resolution-2026-11-28.json; \
name one that was issued
    """
    link = read_link(Path(path), SUBJECT)
    entry = link.entry
    if not isinstance(entry, Issue):
        raise UsageError(f"expected an entry with forecasts, got {link.name}; name one that was issued")
    with scratch() as folder:
        code, named = _put_code(folder / "code", entry.code, link.name, repository, wheel, commit)
        python, environment = _environment(folder, entry.code, code)
        made = _made_again(folder, entry, python, code, data)
        _require_same_origin(link.name, named, entry, made)
        said = entry.model_dump(mode="json", exclude_none=True)
        found = _without(made)
        differences = [_named(link, entry, one) for one in compared(_without(said), found)]
        return Verification(str(path), sum(1 for _ in leaves(found)), (), (named, environment), tuple(differences))


def _put_code(
    folder: Path, code: Code, name: str, repository: Path | None, wheel: Path | None, commit: str | None
) -> tuple[Path, str]:
    """The code in a folder, and its name in words."""
    folder.mkdir()
    if code.wheel is not None:
        return _unpacked(folder, wheel, code.wheel.name, code.wheel.sha256), f"by the wheel {code.wheel.name}"
    revision = code.commit or commit
    if revision is None:
        raise UsageError(
            f"expected an entry that names the commit or the wheel of its code, got {name}, which says only its hash "
            f"{code.sha256[:12]}; name the commit with --commit, if you know it"
        )
    if code.commit is not None and commit not in (None, code.commit):
        raise UsageError(f"expected the commit that {name} names, {code.commit}, got {shown(commit)}; leave it out")
    if code.is_changed:
        raise UsageError(
            f"expected an entry made by committed code, got {name}, made by code that differed from {revision[:12]} "
            "and was kept nowhere; it cannot be made again"
        )
    return _exported(folder, repository or PACKAGE.parent, revision), f"by the code of commit {revision[:12]}"


def _exported(folder: Path, repository: Path, commit: str) -> Path:
    """The tree of a commit, written into a folder; the clone stays as it is."""
    if commit.startswith("-"):
        raise UsageError(f"expected a commit, got {shown(commit)}; name it as git does")
    whole = git(repository, "rev-parse", "--verify", f"{commit}^{{commit}}")
    if whole is None:
        raise UsageError("expected git, to get the code that made the entry, got none; install it")
    if whole.returncode:
        said = whole.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
        raise UsageError(
            f"expected a clone that holds the commit {commit[:12]}, got {repository}: {said[0]}; fetch the commit, or "
            "name another clone with --repository"
        )
    archive = git(repository, "archive", "--format=tar", whole.stdout.decode().strip())
    assert archive is not None
    if archive.returncode:
        raise UsageError(f"expected the tree of {commit[:12]}, got {archive.stderr.decode().strip()}; repair the clone")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tree:
        tree.extractall(folder, filter="data")
    return folder


def _unpacked(folder: Path, wheel: Path | None, name: str, sha256: str) -> Path:
    """The content of a wheel, which is pure Python, written into a folder."""
    if wheel is None or not wheel.is_file():
        got = "none" if wheel is None else f"no such file {wheel}"
        raise UsageError(f"expected the wheel {name} that the entry names, got {got}; name it with --wheel")
    content = WHEEL.content(wheel)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise UsageError(f"expected the wheel with sha256 {sha256}, got {found} of {wheel}; name another file")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def _environment(folder: Path, code: Code, source: Path) -> tuple[Path, str]:
    """A Python with the libraries of the entry: this one where they are the same, else a new environment."""
    wanted = code.libraries or {}
    here = library_versions(tuple(wanted))
    others = {name: version for name, version in wanted.items() if here[name] != version}
    if not others:
        unsaid = "" if wanted else "; which libraries made the entry it does not say"
        return Path(sys.executable), f"with the libraries of this environment{unsaid}"
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()), encoding="utf-8")
    home = folder / "environment"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    steps = (
        [sys.executable, "-m", "venv", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(constraints), str(source)],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode:
            versions = ", ".join(f"{name} {version} (here {here[name]})" for name, version in others.items())
            raise UsageError(
                f"expected the libraries that made the entry, {versions}, got an installer that failed: "
                f"{_last(done.stderr or done.stdout)}; install them here, or let pip reach a package index"
            )
    versions = ", ".join(f"{name} {version}" for name, version in wanted.items())
    return python, f"with {versions} in an environment of its own"


def _made_again(folder: Path, entry: Issue, python: Path, code: Path, data: Path | None) -> dict[str, Any]:
    """The entry that the code makes, as JSON."""
    ledger = folder / "ledger"
    command = [
        str(python), "-m", "forecasting", "ledger", "issue", *entry.case_ids, "--as-of", entry.as_of.isoformat(),
        "--horizons", ",".join(map(str, entry.horizons)), "--models", entry.model, "--target", entry.target,
        "--ledger", str(ledger), *([] if data is None else ["--data", str(data.resolve())]),
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    environment |= {"PYTHONPATH": str(code), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    files = sorted(ledger.glob("*.json")) if ledger.is_dir() else []
    if done.returncode or len(files) != 1:
        raise UsageError(
            f"expected that code to make the entry again, got: {_last(done.stderr or done.stdout)}; what it needs "
            "may be missing here: a library, or the record of that time (--data)"
        )
    held = parsed_json(SUBJECT.content(files[0]))
    assert isinstance(held, dict)
    return held


def _require_same_origin(name: str, named: str, entry: Issue, made: Mapping[str, Any]) -> None:
    """Refuse what would compare an entry with another record or other code than it says."""
    if made["record_sha256"] != entry.record_sha256:
        raise UsageError(
            f"expected the record of {name}, sha256 {entry.record_sha256}, got {made['record_sha256']}; "
            "the record of that time is missing: name its folder with --data"
        )
    if made["code"]["sha256"] != entry.code.sha256:
        raise UsageError(
            f"expected code with the hash that {name} says, {entry.code.sha256}, got {made['code']['sha256']} {named}; "
            "name another commit"
        )


def _without(held: Mapping[str, Any]) -> dict[str, Any]:
    # As text and back: what is compared are the values of a file, not of Python.
    kept = {key: value for key, value in held.items() if key not in NOT_COMPARED}
    return dict(json.loads(json.dumps(kept)))


def _named(link: Link, entry: Issue, one: Difference) -> Difference:
    """A difference with the line and the case of the entry that it is in."""
    steps = one.pointer.split("/")
    place = link.name
    if steps[1] == "forecasts" and len(steps) > 2 and int(steps[2]) < len(entry.forecasts):
        case = entry.forecasts[int(steps[2])].case_id
        place = f"{link.name} line {line_of(link, case)}, {case}"
    return Difference(one.pointer, place, one.said, one.found)


def _last(text: str) -> str:
    """The last line that says something, which names the error."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or [""])[-1][-LAST_WORDS:]
