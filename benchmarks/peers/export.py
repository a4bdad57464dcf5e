"""The folds of both designs, from the record: whole components left out, and five years at a time."""

from bisect import bisect_left
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.peers.fold import Fold, write_fold
from forecasting.backtest import BURN_IN, Origins, origins, without
from forecasting.backtest import Fold as Split
from forecasting.backtest.designs import drawn_folds
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts.training import lines_at, training_set
from forecasting.models.episodes import DURATION_EDGES, LAG_EDGES, episodes, month_weights
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, TARGETS

N_FOLDS = 10
YEARS = 5
SEED = 20260205
TARGET = TARGETS[0]
NAMES = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)


def cluster_splits(history, found):
    """Ten folds of whole components over cluster and instrument, drawn once."""
    core = spells(history, TARGET, "pooled")
    number = drawn_folds(core.group, N_FOLDS, SEED)
    of_line = found.lines["case_id"].map(dict(zip(core.case_ids, number, strict=True))).to_numpy()
    for held_out in range(N_FOLDS):
        cases = tuple(case for case, own in zip(core.case_ids, number, strict=True) if own == held_out)
        yield Split(str(held_out), np.flatnonzero(of_line == held_out), history.as_of, cases)


def rolling_splits(history, found):
    """Stretches of five years of origins from the first with 30 known endings; models know the first day of each."""
    years = np.array([day.year for day in found.lines["day"]])
    known = np.unique(years)
    first = known[bisect_left(known, BURN_IN, key=lambda year: _n_endings(history, int(year)))]
    for year in range(int(first), int(years.max()) + 1, YEARS):
        lines = np.flatnonzero((years >= year) & (years < year + YEARS))
        yield Split(str(year), lines, date(year, 1, 1), ())


def _n_endings(history, year):
    return int(spells(history.at(date(year, 1, 1)), TARGET).endings().sum())


SPLITS = {"cluster": cluster_splits, "rolling": rolling_splits}


def fold_of(history, found, split):
    """Everything a model may see for the split, as arrays."""
    known = history.at(split.day)
    index = DossierIndex(known, TARGET).without(split.held_out)
    learned = without(training_set(known, index, NAMES, TARGET), split.held_out)
    rows = found.lines.iloc[split.lines]
    marks = list(zip(rows["case_id"], rows["day"], strict=True))
    covariates = lines_at(DossierIndex(history, TARGET).without(split.held_out), history, marks, NAMES)
    age, exit_, cause = learned.outcome
    train = _columns(learned.landmarks, ("type", "dyad", "era", "backward", "case", "weight"))
    train |= {"age": age, "exit": exit_, "cause": cause, "group": learned.group}
    lines = {"age": rows["age_months"].to_numpy(), "line": split.lines}
    meta = {"names": np.array(NAMES), "n_model": np.array(len(MODEL_FEATURES))}
    meta |= {"duration_edges": np.array(DURATION_EDGES), "lag_edges": np.array(LAG_EDGES)}
    test = _columns(covariates, ("type", "dyad", "era")) | lines
    return Fold(train, test, _spells(known, split.held_out), episode_columns(train), meta)


def episode_columns(train):
    """The landmarks cut into episodes with the weights under which every month of every case counts once."""
    rows = episodes(train["age"], train["exit"], train["cause"])
    month, last = month_weights(rows, train["age"], train["exit"], train["case"], train["weight"])
    own = train["weight"][rows.line]
    ended = (rows.cause[:, None] == np.arange(1, len(CAUSES) + 1)) * (own * last)[:, None]
    none = own * (month * rows.months - last * (rows.cause > 0))
    return {"line": rows.line, "duration": rows.duration, "lag": rows.lag, "none": none, "ended": ended}


def _columns(lines, names):
    columns = {name: lines[name].to_numpy() for name in names}
    texts = {name: array.astype("U") for name, array in columns.items() if name in ("type", "dyad", "era")}
    return columns | texts | {"features": lines[list(NAMES)].to_numpy(np.float64)}


def _spells(known, held_out):
    core = spells(known, TARGET)
    rest = ~core.starts["case_id"].isin(held_out).to_numpy()
    columns = {"entry": core.entry, "exit": core.exit, "cause": core.cause, "group": core.group}
    columns["type"] = core.starts["type"].to_numpy().astype("U")
    return {name: array[rest] for name, array in columns.items()}


def export(history, folder):
    """Write every fold, `<design>-<number>.npz`, and return the origins."""
    found: Origins = origins(history, TARGET)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for design, splits in SPLITS.items():
        for number, split in enumerate(splits(history, found)):
            write_fold(fold_of(history, found, split), Path(folder) / f"{design}-{number:02}.npz")
    return found
