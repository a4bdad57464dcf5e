"""One fold as plain arrays in one file: a training set, and the lines to be forecast out of sample.

Nothing but numpy is imported here, so that peers read folds in an environment of their own.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HORIZONS = (12, 24, 36, 60, 120)
N_MONTHS = HORIZONS[-1]
N_CAUSES = 3
CAP = N_MONTHS + 1


@dataclass(frozen=True)
class Fold:
    """Tables of arrays, each array with one entry per line of its table.

    `train`: landmarks, with `features` (n, n_features), `type`, `case`, `age` and `exit` in months, `cause` (0: goes
    on), `weight` (readings of one landmark add up to one), `group`. `test`: `features`, `type`, `age`, `line`, the
    number of the origin among the design's, `weight` (readings of one origin add up to one) and `noted` (m, 120, 3):
    probability that an ending of each later month is on record. `episodes`: the landmarks cut into stretches of months,
    `line` of `train`, bins `duration` and `lag`, `none` and `ended` (r, 3): weighted months without and with an ending.
    `meta`: `names` of the features, `duration_edges`, `lag_edges`.
    """

    train: dict[str, np.ndarray]
    test: dict[str, np.ndarray]
    episodes: dict[str, np.ndarray]
    meta: dict[str, np.ndarray]


def write_arrays(path, arrays):
    """Write the file whole: a run that is cut off leaves no half of it."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    staged = Path(f"{path}.part")
    staged.write_bytes(content.getvalue())
    staged.replace(path)


def write_fold(fold, path):
    tables = vars(fold).items()
    write_arrays(path, {f"{table}.{name}": array for table, columns in tables for name, array in columns.items()})


def read_fold(path):
    tables = {table: {} for table in Fold.__dataclass_fields__}
    with np.load(path) as arrays:
        for key in arrays.files:
            table, name = key.split(".")
            tables[table][name] = arrays[key]
    return Fold(**tables)


def joined(train):
    """The landmarks with the readings of an uncertain one joined at their weighted mean, by case and age."""
    _, first, code = np.unique(
        np.stack([train["case"], train["age"]], axis=1), axis=0, return_index=True, return_inverse=True
    )
    code = code.ravel()
    total = np.bincount(code, train["weight"])
    sums = [np.bincount(code, train["weight"] * column) for column in train["features"].T]
    whole = {name: array[first] for name, array in train.items()}
    return whole | {"features": np.stack(sums, axis=1) / total[:, None], "weight": np.ones(len(first))}


def matrices(fold, train, clock=True):
    """Covariates of `train` and of the test lines, (n, p) and (m, p), and their names.

    The features, the age at the landmark (`clock`) and one column per type. Columns that in training are constant, or
    the same as an earlier one, are left out.
    """
    types = np.unique(train["type"])
    names = [*map(str, fold.meta["names"]), "age", *(f"type_{kind}" for kind in types)]

    def columns(lines):
        kinds = (lines["type"][:, None] == types).astype(float)
        return np.column_stack([lines["features"], lines["age"], kinds])

    x, test = columns(train), columns(fold.test)
    chosen = np.zeros(x.shape[1], dtype=bool)
    chosen[np.unique(x, axis=1, return_index=True)[1]] = True
    chosen &= np.ptp(x, axis=0) > 1e-9
    chosen[names.index("age")] &= clock
    return x[:, chosen], test[:, chosen], [name for name, is_in in zip(names, chosen, strict=True) if is_in]


def time_since(train):
    """Months from the landmark to the end or the last one that is known, at most 121, and the cause (0 if none)."""
    months = train["exit"] - train["age"]
    return np.minimum(months, CAP), np.where(months < CAP, train["cause"], 0)


def incidence_of_rates(rates):
    """Incidence by month, (m, k, 120), from monthly increments of cause-specific cumulative hazards (m, k, 120).

    Survival over a month is exp(-sum of the increments), and its endings are shared out by them, so that the causes
    never add up to more than one.
    """
    total = rates.sum(axis=1, keepdims=True)
    share = np.divide(rates, total, out=np.zeros_like(rates), where=total > 0)
    return incidence_of_hazards(share * -np.expm1(-total))


def incidence_of_hazards(hazards):
    """Incidence by month, (m, k, 120), from monthly probabilities of ending by each cause (m, k, 120)."""
    survival = np.cumprod(1.0 - hazards.sum(axis=1), axis=1)
    before = np.concatenate([np.ones_like(survival[:, :1]), survival[:, :-1]], axis=1)
    return np.cumsum(before[:, None, :] * hazards, axis=2)


def states_on_record(incidence, test):
    """Probabilities that each state is on record at the horizons, (n, 4, 5), one for each line of `test`, ascending.

    Every month's rise of incidence (m, k, 120) counts by the probability that an ending of that month is on record on
    the day of scoring (`forecasting.models.detection.on_record` without a gap); readings of a line are averaged.
    """
    rise = np.diff(incidence, axis=2, prepend=0.0) * test["noted"].transpose(0, 2, 1)
    ended = np.cumsum(rise, axis=2)[:, :, np.asarray(HORIZONS) - 1] * test["weight"][:, None, None]
    lines, row = np.unique(test["line"], return_inverse=True)
    mixed = np.zeros((len(lines), *ended.shape[1:]))
    np.add.at(mixed, row, ended)
    return np.concatenate([mixed, 1.0 - mixed.sum(axis=1, keepdims=True)], axis=1)
