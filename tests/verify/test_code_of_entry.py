"""An entry made again by the code of the commit, or of the wheel, that it names; what is missing is said."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from forecasting.ledger import issue, open_forecasts
from forecasting.ledger.chain import read_link
from forecasting.ledger.entries import FORM, encoded, file_name
from forecasting.record.history import load_history
from forecasting.store.errors import UsageError
from forecasting.verify.code_of_entry import verify_by_its_code

ROOT = Path(__file__).parents[2]
CASE_THEN = "salt2-observance-1979"
AS_OF = "1984-01-01"
RATE = "forecasting/models/dated_rate.py"
FEWEST = "fewest: int = 30"


def git(folder, *arguments):
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def issued(code, ledger):
    """The entry of the base rate that the code in a folder makes."""
    command = [sys.executable, "-m", "forecasting", "ledger", "issue", CASE_THEN, "--as-of", AS_OF, "--horizons", "60"]
    environment = {"PYTHONPATH": str(code), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--models", "base_rate", "--ledger", str(ledger)], cwd=ledger.parent, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def issued_here(ledger, commit):
    """That entry as this process makes it, with the commit named as its code."""
    history = load_history(as_of=AS_OF)
    table, _ = open_forecasts(history, ["base_rate"], cases=[CASE_THEN], horizons=[60])
    (path,) = issue(table, ledger, history, as_replay=True).paths
    made = {name: said for name, said in code_of(path).items() if name != "wheel"}
    return edited(path, ledger.parent, code=made | {"commit": commit, "is_changed": 0})


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone of two commits; by the second the base rate gives other numbers. An entry of the first commit.

    The entry is issued by this process, whose code is that of the first commit; `issued` has the clone make it.
    """
    folder = tmp_path_factory.mktemp("clone")
    results = ("evaluation", "ledger", "multiverse", "card")
    for name, left_out in (("forecasting", ("__pycache__",)), ("data", results)):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*left_out))
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    first = git(folder, "rev-parse", "HEAD")
    entry = issued_here(folder.parent / f"{folder.name}-ledger", first)
    rate = folder / RATE
    text = rate.read_text(encoding="utf-8")
    assert text.count(FEWEST) == 1
    rate.write_text(text.replace(FEWEST, "fewest: int = 3"), encoding="utf-8")
    git(folder, "commit", "--quiet", "-a", "-m", "second")
    return folder, entry


def edited(entry, folder, **keys):
    """A copy of an entry that says something else."""
    held = json.loads(entry.read_bytes()) | keys
    made = FORM.validate_python(held)
    path = folder / file_name(made)
    path.write_bytes(encoded(made))
    return path


def code_of(entry):
    return json.loads(entry.read_bytes())["code"]


def refusal(entry, **arguments):
    with pytest.raises(UsageError) as refused:
        verify_by_its_code(entry, **arguments)
    return str(refused.value)


@pytest.mark.long
def test_an_entry_is_made_again_by_its_commit_though_the_code_has_changed_since(clone):
    folder, entry = clone
    first = git(folder, "rev-list", "--max-parents=0", "HEAD")
    before = git(folder, "status", "--porcelain"), git(folder, "worktree", "list")
    found = verify_by_its_code(entry, repository=folder)
    assert found.differences == ()
    assert found.n > 20
    assert found.notes[0] == f"by the code of commit {first[:12]}"
    assert (git(folder, "status", "--porcelain"), git(folder, "worktree", "list")) == before


@pytest.mark.long
def test_an_entry_issued_by_a_clone_names_its_commit_and_is_that_of_this_process(clone, tmp_path):
    folder, entry = clone
    tree = tmp_path / "first"
    git(folder, "worktree", "add", "--quiet", str(tree), "HEAD~1")
    made = json.loads(issued(tree, tmp_path / "ledger").read_bytes())
    git(folder, "worktree", "remove", "--force", str(tree))
    held = json.loads(entry.read_bytes())
    assert made["code"] == held["code"]
    assert made["forecasts"] == held["forecasts"]


@pytest.mark.long
def test_an_edited_number_is_found_and_another_commit_is_not_the_code_of_the_entry(clone, tmp_path):
    folder, entry = clone
    (row,) = json.loads(entry.read_bytes())["forecasts"]
    (said,) = row["probability"]
    changed = {
        "probability": [[said[0] + 0.001, said[1], said[2], said[3] - 0.001]],
        "lower": [[0, 0, 0, 0]],
        "upper": [[1, 1, 1, 1]],
    }
    spoilt = edited(entry, tmp_path, forecasts=[row | changed])
    found = verify_by_its_code(spoilt, repository=folder)
    assert {one.pointer for one in found.differences} >= {
        "/forecasts/0/probability/0/0",
        "/forecasts/0/probability/0/3",
    }
    assert found.differences[0].section.endswith(f", {CASE_THEN}")
    second = git(folder, "rev-parse", "HEAD")
    other = tmp_path / "other"
    other.mkdir()
    unnamed = {name: code_of(entry)[name] for name in ("version", "sha256", "libraries")}
    older = edited(entry, other, code=unnamed)
    assert refusal(older, repository=folder).startswith("expected an entry that names the commit or the wheel")
    assert "expected code with the hash that" in refusal(older, repository=folder, commit=second)


@pytest.mark.long
def test_the_record_of_that_time_must_be_there(clone, tmp_path, few_cases):
    folder, entry = clone
    old = edited(entry, tmp_path, record_sha256="a" * 64)
    assert "the record of that time is missing: name its folder with --data" in refusal(old, repository=folder)
    told = refusal(entry, repository=folder, data=few_cases)
    assert told.startswith("expected that code to make the entry again, got: ")
    assert "the record of that time (--data)" in told


def test_what_is_missing_is_said(clone, tmp_path, monkeypatch):
    folder, entry = clone
    whole = code_of(entry)
    outside = tmp_path / "no-clone"
    outside.mkdir()
    assert refusal(entry, repository=outside).startswith(
        f"expected a clone that holds the commit {whole['commit'][:12]}, got {outside}: "
    )
    gone = edited(entry, tmp_path, code=whole | {"commit": "f" * 40})
    assert "fetch the commit, or name another clone with --repository" in refusal(gone, repository=folder)
    dirty = edited(entry, tmp_path, code=whole | {"is_changed": 1})
    assert refusal(dirty, repository=folder).startswith("expected an entry made by committed code, got ")
    assert refusal(entry, repository=folder, commit="main").startswith("expected the commit that ")
    monkeypatch.setenv("PATH", str(outside))
    assert refusal(entry, repository=folder) == (
        "expected git, to get the code that made the entry, got none; install it"
    )


@pytest.mark.long
def test_other_libraries_need_an_environment_of_their_own(clone, tmp_path, monkeypatch):
    folder, entry = clone
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    whole = code_of(entry)
    old = edited(entry, tmp_path, code=whole | {"libraries": whole["libraries"] | {"numpy": "0.0.1"}})
    told = refusal(old, repository=folder)
    assert told.startswith("expected the libraries that made the entry, numpy 0.0.1 (here ")
    assert told.endswith("install them here, or let pip reach a package index")


@pytest.mark.long
def test_an_entry_of_an_installed_package_is_made_again_from_its_wheel(clone, tmp_path):
    folder, entry = clone
    wheel = tmp_path / "forecasting-0.1.0-py3-none-any.whl"
    first = git(folder, "rev-list", "--max-parents=0", "HEAD")
    tree = tmp_path / "tree"
    tree.mkdir()
    subprocess.run(f"git -C {folder} archive {first} | tar -x -C {tree}", shell=True, check=True)
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in (("forecasting", "forecasting"), ("data", "forecasting/shipped/data")):
            for path in sorted((tree / name).rglob("*")):
                archive.write(path, f"{inside}/{path.relative_to(tree / name).as_posix()}")
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    code = {name: code_of(entry)[name] for name in ("version", "sha256", "libraries")}
    named = edited(entry, tmp_path, code=code | {"wheel": {"name": wheel.name, "sha256": sha256}})
    assert verify_by_its_code(named, wheel=wheel).differences == ()
    assert refusal(named) == f"expected the wheel {wheel.name} that the entry names, got none; name it with --wheel"
    wheel.write_bytes(wheel.read_bytes() + b" ")
    assert refusal(named, wheel=wheel).startswith(f"expected the wheel with sha256 {sha256}, got ")


def test_only_entries_with_forecasts_are_made_again():
    resolution = next((ROOT / "data" / "ledger").glob("*-resolution-*.json"))
    assert read_link(resolution).name == resolution.name
    assert refusal(resolution) == f"expected an entry with forecasts, got {resolution.name}; name one that was issued"
