"""Reference values of CORP and of the ranked probability score, by libraries that the package does not use.

Run in an environment of its own with model-diagnostics 1.5.0 and scoringrules 0.10.0:
`python tests/reference/scores_reference.py`. Writes `scores_corp.csv` and `scores_rps.csv` beside itself.
"""

from pathlib import Path

import numpy as np
import polars as pl
import scoringrules
from model_diagnostics.scoring import SquaredError, decompose

HERE = Path(__file__).parent


def corp():
    """CORP parts of R's forecasts of cause 1 (`ref_synth.R`) over the windows fully observed."""
    cases, forecasts = (pl.read_csv(HERE / f"synth_{name}.csv") for name in ("cases", "csc_pred_cause1"))
    time, event = cases["time"].to_numpy(), cases["event"].to_numpy()
    rows = []
    for column, horizon in enumerate((12, 24, 36, 60), start=1):
        known = (time > horizon) | (event > 0)
        y = ((event == 1) & (time <= horizon)).astype(float)[known]
        p, weights = forecasts.to_numpy()[known, column], 1.0 + np.arange(known.sum()) % 3
        for name, w in (("equal", np.ones(len(p))), ("unequal", weights)):
            found = decompose(y, p, weights=w, scoring_function=SquaredError()).row(0, named=True)
            parts = ("miscalibration", "discrimination", "uncertainty", "score")
            rows.append({"horizon": horizon, "weights": name, **{part: found[part] for part in parts}})
    pl.DataFrame(rows).write_csv(HERE / "scores_corp.csv")


def ranked():
    """Ranked probability scores of forecasts of three ordered categories; a sum over thresholds, not their mean."""
    rng = np.random.default_rng(20260205)
    p, got = rng.dirichlet((1.0, 2.0, 1.5), size=40), rng.integers(0, 3, size=40)
    score = scoringrules.rps_score(got + 1, p)
    table = {f"p{k}": p[:, k] for k in range(3)} | {"category": got, "rps": score}
    pl.DataFrame(table).write_csv(HERE / "scores_rps.csv")


if __name__ == "__main__":
    corp()
    ranked()
