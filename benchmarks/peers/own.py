"""Our own models on the peers' folds, straight from the record, and plain references from the peers' files."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.peers import fold as folds
from benchmarks.peers.fit import is_finished, key_of
from forecasting.artefacts import code_sha256
from forecasting.backtest import forecast_folds
from forecasting.forecasts.ladder_rows import COVARIATES
from forecasting.forecasts.ladder_training import RATES
from forecasting.models import FIRST, HEADLINE, LADDER_MODEL
from forecasting.models.incidence import aalen_johansen
from forecasting.models.ladder import LadderModel
from forecasting.models.recalibration_by_cause import Recalibration

HERE = Path(__file__).parent
BACKTEST = HERE.parent.parent / "forecasting" / "backtest"
TARGET = "concluded"
N_NEAREST = 25
WEAK_SD = 10.0
UNSHRUNK = "near_unpenalised_ladder"
OF_RECORD = (HEADLINE, LADDER_MODEL, UNSHRUNK, FIRST, *RATES)


class UnshrunkLadder(LadderModel):
    """The ladder's model with next to free slopes, taken at their mode: no recalibration and nothing drawn."""

    def fit(self, cases, lines):
        super().fit(cases, lines)
        k = len(self.causes)
        fixed = Recalibration(np.zeros(k), np.ones(k), np.eye(2 * k) * 1e-24)
        self.hazard_ = replace(self.hazard_, root=np.zeros_like(self.hazard_.root), recalibration=fixed)
        self.draw_coefficients()
        return self


def record_forecasts(history, found, splits, folder):
    """Write the forecasts of `OF_RECORD` for every split, as `fit` writes those of a peer; finished ones stay."""
    free = UnshrunkLadder(COVARIATES, scales=(WEAK_SD,), case_sd=0.0, n_splits=0, n_draws=2)
    files = [HERE / "own.py", HERE / "export.py", *sorted(BACKTEST.glob("*.py"))]
    key = key_of(files) + code_sha256() + history.sha256
    untimed = dict.fromkeys(("fit_seconds", "forecast_seconds", "peak_mb"), np.nan)
    for design, parts in splits.items():
        names = [f"{design}-{number:02}.npz" for number in range(len(parts))]
        if all(is_finished(Path(folder) / model / name, key) for model in OF_RECORD for name in names):
            continue
        registered = [model for model in OF_RECORD if model != UNSHRUNK]
        ours = forecast_folds(history, found, TARGET, parts, models=registered)
        unshrunk = forecast_folds(history, found, TARGET, parts, models=[LADDER_MODEL, "base_rate"], model=free)
        for name, by_model, other in zip(names, ours, unshrunk, strict=True):
            for model, values in (by_model | {UNSHRUNK: other[LADDER_MODEL]}).items():
                (Path(folder) / model).mkdir(exist_ok=True)
                folds.write_arrays(Path(folder) / model / name, {"key": key, "probabilities": values, **untimed})


def constant_hazard(fold):
    """Endings by cause over months at risk, the same at every age."""
    ended = fold.episodes["ended"].sum(axis=0)
    rates = ended / (ended.sum() + fold.episodes["none"].sum())
    shape = (len(fold.test["age"]), folds.N_CAUSES, folds.N_MONTHS)
    return lambda: folds.incidence_of_hazards(np.broadcast_to(rates[None, :, None], shape))


def status_quo(fold):
    """Everything goes on as it is."""
    return lambda: np.zeros((len(fold.test["age"]), folds.N_CAUSES, folds.N_MONTHS))


def nearest(fold):
    """Aalen-Johansen on time since the landmark, over the 25 nearest landmarks in standardised covariates."""
    train = folds.joined(fold.train)
    x, test, _ = folds.matrices(fold, train)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    x, test = (x - mean) / scale, (test - mean) / scale
    months, cause = folds.time_since(train)

    def of_line(line):
        chosen = np.argsort(((x - line) ** 2).sum(axis=1), kind="stable")[:N_NEAREST]
        curve = aalen_johansen(np.zeros_like(chosen), months[chosen], cause[chosen], folds.N_CAUSES)
        return curve[:, np.minimum(np.arange(folds.N_MONTHS), curve.shape[1] - 1)]

    return lambda: np.stack([of_line(line) for line in test])


OWN = {"nearest_25": nearest, "constant_hazard": constant_hazard, "status_quo": status_quo}
