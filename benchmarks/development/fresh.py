"""What the fresh test says beside its scores: `python benchmarks/development/fresh.py` writes a table.

`data/evaluation/fresh_checks.csv`: how the base rate moves when the fresh cases join, by period of the start; how often
the applicability rules met a fresh case on its first day; and the skill of one model that has learned from no case of
any of their components.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting import load_history
from forecasting.backtest.designs import Fold
from forecasting.backtest.fold_forecasts import FOLD_MODEL, forecast_folds
from forecasting.backtest.origins import FRESH, PERIODS, SCORED, origins, period_name
from forecasting.backtest.results import assemble
from forecasting.backtest.standings import Known, UncorrectedRecords, origin_standings
from forecasting.features import DossierIndex
from forecasting.forecasts.ladder_applicability import ladder_applicability, ladder_support
from forecasting.forecasts.ladder_rows import landmark_lines
from forecasting.forecasts.ladder_training import ladder_training
from forecasting.models import BASE_RATE, HEADLINE
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES
from forecasting.store.files import write_whole

DATA = Path(__file__).parents[2] / "data"
MODELS = (HEADLINE, BASE_RATE)
HORIZON = 60


def base_rates(scored_origins, fresh):
    """Share that each ending reached within 60 months of the first day, without and with the fresh cases."""
    first = (scored_origins.traits["moment"] == "start").to_numpy() & (
        scored_origins.states[:, SCORED.index(HORIZON)] >= 0
    )
    state, lines = scored_origins.states[:, SCORED.index(HORIZON)], scored_origins.lines
    period = np.array([period_name(day.year) for day in lines["day"]])
    is_fresh = lines["case_id"].isin(fresh).to_numpy()
    for name in ("all", *PERIODS):
        within = first & ((period == name) | (name == "all"))
        for k, cause in enumerate(CAUSES):
            parts = {"without": within & ~is_fresh, "with": within, "fresh alone": within & is_fresh}
            for words, chosen in parts.items():
                value = float((state[chosen] == k).mean()) if chosen.any() else np.nan
                yield f"{cause} within {HORIZON} months, {name}", words, value, int(chosen.sum())


def applicability(history, found, fresh):
    """Status of the applicability rules on the first day of each fresh case, by a model fitted without them."""
    index = DossierIndex(history, "concluded")
    learned = ladder_training(index, spells(history, "concluded")).without(fresh)
    model = learned.fit(FOLD_MODEL)
    support = ladder_support(
        learned.followed.cases,
        landmark_lines(learned.followed, learned.marks, learned.values, learned.covariates),
        learned.covariates,
    )
    first = found.lines["case_id"].isin(fresh) & ~found.lines["case_id"].duplicated()
    at = origin_standings(UncorrectedRecords(Known(history, index), "concluded"), found)
    statuses = Counter()
    for line in np.flatnonzero(first):
        own = at.of(np.array([line]))
        statuses[str(ladder_applicability(support, model, own.at, own.weight, SCORED).status)] += 1
    for status, n in sorted(statuses.items()):
        yield "applicability on the first day", status, n / sum(statuses.values()), n


def skills(history, found, fresh):
    """Skill on formalization and the four states: of one model for all, and by whether the component is wholly new."""
    core = spells(history, "concluded", "pooled")
    group = dict(zip(core.case_ids, core.group.tolist(), strict=True))
    shared = {group[case] for case in fresh}
    held_out = tuple(case for case in core.case_ids if group[case] in shared)
    rows = np.flatnonzero(found.lines["case_id"].isin(fresh))
    fold = Fold("one model", rows, history.as_of, held_out)
    one = assemble("fresh", found, [fold], forecast_folds(history, found, "concluded", [fold], models=MODELS))
    for score in ("formalized", "states"):
        figure = one.skill(HEADLINE, BASE_RATE, score, level=0.95)
        words = f"[{figure.lower:.3f}, {figure.upper:.3f}], {len(core.case_ids) - len(held_out)} cases learned from"
        yield f"skill on {score}, one model without their components", words, figure.value, len(rows)


def main(data: Path = DATA) -> None:
    history = load_history(data)
    found = origins(history)
    fresh = found.fresh_cases()
    rows = [*base_rates(found, fresh), *applicability(history, found, fresh), *skills(history, found, fresh)]
    table = pd.DataFrame(rows, columns=["figure", "part", "value", "n"])
    text = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    write_whole({data / "evaluation" / f"{FRESH}_checks.csv": text.encode()})
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
