import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecasting.backtest import backtest, folds
from forecasting.backtest.checkpoints import kept_folds
from forecasting.store.errors import UsageError

YEARS = ("1985", "1986", "1987")
RUN = """
from forecasting import load_history
from forecasting.backtest import backtest
backtest(load_history(), "rolling", resume={!r}, only={!r})
"""


@pytest.fixture(scope="module")
def fresh(history):
    return backtest(history, "rolling", only=YEARS)


def test_a_run_killed_after_a_fold_goes_on_and_gives_the_same_bits(history, fresh, tmp_path):
    folder = tmp_path / "kept"
    run = subprocess.Popen([sys.executable, "-c", RUN.format(str(folder), YEARS)])
    limit = time.monotonic() + 100
    while not list(folder.glob("fold-*.npz")) and time.monotonic() < limit and run.poll() is None:
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    finished = {path: path.stat().st_mtime_ns for path in folder.glob("fold-*.npz")}
    assert 1 <= len(finished) < len(YEARS)
    resumed = backtest(history, "rolling", resume=folder, only=YEARS)
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert len(list(folder.glob("fold-*.npz"))) == len(YEARS)
    assert fresh.probabilities.keys() == resumed.probabilities.keys()
    for model, values in fresh.probabilities.items():
        np.testing.assert_array_equal(resumed.probabilities[model], values)
    np.testing.assert_array_equal(resumed.origins.states, fresh.origins.states)


def test_what_is_kept_is_what_is_read_and_hangs_on_all_that_changes_it(history, asked, tmp_path):
    fold = next(fold for fold in folds(history, asked, "era") if fold.name == "1850-1874")
    rows = asked.lines.iloc[fold.lines]
    kept = kept_folds(tmp_path, history, "era", "concluded")
    values = dict(zip(kept.models, np.random.default_rng(1).random((4, 1, 4, 5)), strict=True))
    assert kept.read(fold, rows) is None
    kept.write(fold, rows, values)
    np.testing.assert_array_equal(kept.read(fold, rows)["primary"], values["primary"])
    others = [
        kept_folds(tmp_path, history, "dyad", "concluded").path(fold, rows),
        kept_folds(tmp_path, history, "era", "in_force").path(fold, rows),
        kept_folds(tmp_path, history.at(date(2026, 1, 1)), "era", "concluded").path(fold, rows),
        kept.path(replace(fold, held=fold.held[:-1]), rows),
        kept.path(replace(fold, day=date(2026, 1, 1)), rows),
        kept.path(fold, rows.assign(day=date(2026, 1, 1))),
        replace(kept, run=(*kept.run[:2], "other code", *kept.run[3:])).path(fold, rows),
    ]
    assert len({kept.path(fold, rows), *others}) == len(others) + 1


def test_forecasts_of_other_models_or_of_other_rows_are_neither_kept_nor_read(history, asked, tmp_path):
    fold = folds(history, asked, "era")[0]
    rows = asked.lines.iloc[fold.lines]
    kept = kept_folds(tmp_path, history, "era", "concluded")
    values = {name: np.zeros((len(rows), 4, 5)) for name in kept.models}
    with pytest.raises(ValueError, match="^expected base_rate as <f8 of shape"):
        kept.write(fold, rows, {**values, "base_rate": np.zeros((len(rows), 4, 4))})
    replace(kept, models=(*kept.models, "oracle")).write(fold, rows, {**values, "oracle": values["primary"]})
    with pytest.raises(UsageError, match=r"npz: expected no array but primary, .*, got 'oracle.npy'; delete this"):
        kept.read(fold, rows)


def test_a_spoilt_file_and_a_folder_that_cannot_be_are_told(history, asked, tmp_path):
    fold = folds(history, asked, "era")[0]
    rows = asked.lines.iloc[fold.lines]
    kept = kept_folds(tmp_path, history, "era", "concluded")
    path = kept.path(fold, rows)
    for spoilt in (b"", b"PK\x03\x04 half a file"):
        path.write_bytes(spoilt)
        with pytest.raises(
            UsageError, match=r"^.*npz: expected a readable npz file, got .*; delete this finished fold and run again$"
        ):
            kept.read(fold, rows)
    with pytest.raises(
        UsageError, match=r"^expected a folder for finished folds, got .*; choose another with --resume$"
    ):
        kept_folds(path, history, "era", "concluded")
