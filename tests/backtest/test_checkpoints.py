import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecasting.backtest import SCORED_MODELS, backtest, folds
from forecasting.backtest.checkpoints import open_checkpoints
from forecasting.store.errors import UsageError

YEARS = ("1985", "1986", "1987")
RUN = """
import signal, sys
from forecasting import load_history
from forecasting.backtest import backtest

def wait_at_the_second(event, arguments, seen=[]):
    if event == "os.rename" and "fold-" in str(arguments[1]):
        seen.append(arguments[1])
        if len(seen) == 2:
            print("a fold is kept", flush=True)
            signal.pause()

sys.addaudithook(wait_at_the_second)
backtest(load_history(), "rolling", resume={!r}, only={!r})
"""


@pytest.fixture(scope="module")
def fresh(history):
    return backtest(history, "rolling", only=YEARS)


@pytest.mark.long
def test_a_run_goes_on_from_the_folds_that_are_kept_and_gives_the_same_bits(history, fresh, tmp_path):
    folder = tmp_path / "folds"
    backtest(history, "rolling", resume=folder, only=YEARS[:1])
    (kept,) = folder.glob("fold-*.npz")
    written = kept.stat().st_mtime_ns
    resumed = backtest(history, "rolling", resume=folder, only=YEARS)
    assert kept.stat().st_mtime_ns == written
    assert len(list(folder.glob("fold-*.npz"))) == len(YEARS)
    for model, values in fresh.probabilities.items():
        np.testing.assert_array_equal(resumed.probabilities[model], values)


@pytest.mark.long
def test_a_run_killed_after_a_fold_goes_on_and_gives_the_same_bits(history, fresh, tmp_path):
    folder = tmp_path / "folds"
    run = subprocess.Popen([sys.executable, "-c", RUN.format(str(folder), YEARS)], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "a fold is kept\n"
    run.kill()
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    finished = {path: path.stat().st_mtime_ns for path in folder.glob("fold-*.npz")}
    assert len(finished) == 1
    resumed = backtest(history, "rolling", resume=folder, only=YEARS)
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert len(list(folder.glob("fold-*.npz"))) == len(YEARS)
    assert fresh.probabilities.keys() == resumed.probabilities.keys()
    for model, values in fresh.probabilities.items():
        np.testing.assert_array_equal(resumed.probabilities[model], values)
    np.testing.assert_array_equal(resumed.origins.states, fresh.origins.states)


def test_a_checkpoint_is_read_as_it_was_written_and_depends_on_all_that_changes_it(history, every_origin, tmp_path):
    fold = next(fold for fold in folds(history, every_origin, "era") if fold.name == "1850-1874")
    rows = every_origin.lines.iloc[fold.lines]
    checkpoints = open_checkpoints(tmp_path, history, "era", "concluded", SCORED_MODELS)
    values = dict(zip(checkpoints.models, np.random.default_rng(1).random((len(SCORED_MODELS), 1, 4, 5)), strict=True))
    assert checkpoints.read(fold, rows) is None
    checkpoints.write(fold, rows, values)
    np.testing.assert_array_equal(checkpoints.read(fold, rows)["primary"], values["primary"])
    others = [
        open_checkpoints(tmp_path, history, "dyad", "concluded", SCORED_MODELS).path(fold, rows),
        open_checkpoints(tmp_path, history, "era", "in_force", SCORED_MODELS).path(fold, rows),
        open_checkpoints(tmp_path, history.at(date(2026, 1, 1)), "era", "concluded", SCORED_MODELS).path(fold, rows),
        checkpoints.path(replace(fold, held_out=fold.held_out[:-1]), rows),
        checkpoints.path(replace(fold, day=date(2026, 1, 1)), rows),
        checkpoints.path(fold, rows.assign(day=date(2026, 1, 1))),
        open_checkpoints(tmp_path, history, "era", "concluded", SCORED_MODELS[:2]).path(fold, rows),
        replace(checkpoints, run=(*checkpoints.run[:2], "other code", *checkpoints.run[3:])).path(fold, rows),
    ]
    assert len({checkpoints.path(fold, rows), *others}) == len(others) + 1


def test_forecasts_of_other_models_or_of_other_rows_are_neither_written_nor_read(history, every_origin, tmp_path):
    fold = folds(history, every_origin, "era")[0]
    rows = every_origin.lines.iloc[fold.lines]
    checkpoints = open_checkpoints(tmp_path, history, "era", "concluded", SCORED_MODELS)
    values = {name: np.zeros((len(rows), 4, 5)) for name in checkpoints.models}
    with pytest.raises(ValueError, match="^expected base_rate as <f8 of shape"):
        checkpoints.write(fold, rows, {**values, "base_rate": np.zeros((len(rows), 4, 4))})
    others = replace(checkpoints, models=(*checkpoints.models, "oracle"))
    others.write(fold, rows, {**values, "oracle": values["primary"]})
    with pytest.raises(UsageError, match=r"npz: expected no array but ladder, .*, got 'oracle.npy'; delete it and run"):
        checkpoints.read(fold, rows)


def test_a_spoilt_file_and_a_folder_that_cannot_be_are_told(history, every_origin, tmp_path):
    fold = folds(history, every_origin, "era")[0]
    rows = every_origin.lines.iloc[fold.lines]
    checkpoints = open_checkpoints(tmp_path, history, "era", "concluded", SCORED_MODELS)
    path = checkpoints.path(fold, rows)
    for spoilt in (b"", b"PK\x03\x04 half a file"):
        path.write_bytes(spoilt)
        with pytest.raises(UsageError, match=r"^.*npz: expected a readable npz file, got .*; delete it and run again$"):
            checkpoints.read(fold, rows)
    path.unlink()
    path.mkdir()
    with pytest.raises(UsageError, match=r"npz: expected a finished fold, got a folder; delete it and run again$"):
        checkpoints.read(fold, rows)
    path.rmdir()
    path.write_bytes(b"")
    with pytest.raises(
        UsageError, match=r"^expected a folder for finished folds, got .*; choose another with --resume$"
    ):
        open_checkpoints(path, history, "era", "concluded", SCORED_MODELS)
