"""What the development half says of a deviation that the cases of a component share, by Laplace's evidence.

`python benchmarks/development/component_sd.py` prints, for several standard deviations of a component's own intercepts
(normal, of all causes or of one), the log evidence of the hazard's fit against that of next to none.
"""

import numpy as np
import pilot as half

from forecasting.forecasts.ladder_rows import COVARIATES, covariate_table, follow_ups, landmark_lines
from forecasting.models import ladder_hazard as hazards
from forecasting.models.detection import Detection
from forecasting.models.ladder import _sorted
from forecasting.models.ladder_design import prior_precision
from forecasting.models.ladder_months import cells, counted, in_gaps, observed
from forecasting.record.vocabulary import CAUSES

NEXT_TO_NONE = 0.02
GRID = (0.2, 0.35, 0.5, 0.7, 0.9, 1.2)


def main():
    """Print the evidence."""
    pilot = half.load(half.HALVES)
    followed = follow_ups(pilot.index, pilot.core)
    values = covariate_table(pilot.index, list(zip(pilot.ids, pilot.days, strict=True)), COVARIATES)
    cases, lines = _sorted(followed.cases, landmark_lines(followed, pilot.marks, values, COVARIATES))
    found = hazards.ladder_hazard(cases, lines, COVARIATES, CAUSES, Detection())
    at = cells(cases, lines, len(CAUSES))
    at_risk, endings = observed(cases, len(CAUSES))
    log_odds = {row: gap @ found.mean_coef for row, gap in hazards._gap_rows(cases, lines).items()}
    in_gaps(cases, log_odds, Detection(), at_risk, endings)
    months = counted(at, at_risk, endings)
    names, code = np.unique(cases.component[months.row], return_inverse=True)
    design = np.concatenate([hazards.design_of(months, cases, lines), np.eye(len(names))[code]], axis=1)
    scale = float(np.sqrt(found.share @ np.square(hazards.SCALES)))
    own = prior_precision(found.terms, CAUSES, scale)
    start = np.concatenate([found.mean_coef, np.zeros((len(names), len(CAUSES)))])

    def evidence(sds):
        precision = np.concatenate([own, np.tile(1.0 / np.square(sds), (len(names), 1))])
        return hazards._at_scale(design, months.counts, precision, start)[2]

    none = evidence(np.full(len(CAUSES), NEXT_TO_NONE))
    print(f"{len(names)} components; log evidence against none:", ", ".join(map(str, GRID)))
    for label, shared in [
        ("all", np.ones(len(CAUSES), bool)),
        *zip(CAUSES, np.eye(len(CAUSES), dtype=bool), strict=True),
    ]:
        rows = [evidence(np.where(shared, sd, NEXT_TO_NONE)) - none for sd in GRID]
        print(f"{label:12}", " ".join(f"{row:6.2f}" for row in rows))


if __name__ == "__main__":
    main()
