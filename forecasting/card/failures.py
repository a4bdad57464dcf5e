"""Known failures: past forecasts that went worst, as they were made, and what came."""

from typing import Any, Final

import pandas as pd

from forecasting.card.form import Section
from forecasting.card.material import Material
from forecasting.card.phrases import count, day, name, quote, share, table, text
from forecasting.card.recount import kept_scores
from forecasting.vocabulary import CAUSES

MONTHS: Final = 60
SHOWN: Final = 8
FEWER: Final = 5


def failures(material: Material) -> Section:
    """The worst forecasts of past days, one a case: most wrong, promised in vain, missed, and lost to the base rate."""
    title = "Known failures"
    if material.track is None:
        return Section(title=title, blocks=(text("No forecasts of past days are kept with this record as it stands."),))
    lines = worst_first(material.track)
    said = {state: f"primary_{state}" for state in CAUSES}
    vain = lines[lines["state"] != CAUSES[0]].sort_values(said[CAUSES[0]], ascending=False, kind="stable")
    missed = lines[lines["state"] == CAUSES[0]].sort_values(said[CAUSES[0]], kind="stable")
    lost = lines.sort_values("lost", ascending=False, kind="stable")
    behind = (lines.groupby("case_id")["lost"].mean() > 0).mean()
    return Section(
        title=title,
        blocks=(
            text(
                "Of the forecasts of {cases} cases for five years ahead, made by models that knew only what was "
                "known then, those that went worst, one a case. On {behind} of these cases the model did worse than "
                "the base rate on average: a small skill is the sum of many losses and somewhat more gains.",
                cases=count(lines["case_id"].nunique()), behind=share(behind),
            ),
            _shown(material, "Most wrong: the worst Brier scores", lines, SHOWN),
            _shown(material, "Promised in vain: the highest chances of an agreement that did not come", vain, FEWER),
            _shown(material, "Missed: formal agreements that came against the lowest chances", missed, FEWER),
            _shown(material, "Lost to the base rate: where the model made things worse", lost, FEWER),
        ),
    )  # fmt: skip


def worst_first(track: pd.DataFrame) -> pd.DataFrame:
    """The kept forecasts of `MONTHS` ahead, with `score` and what was `lost` to the base rate; worst first."""
    lines = track[track["horizon"] == MONTHS].reset_index(drop=True)
    scores = kept_scores(lines)
    lines = lines.assign(score=scores["primary"], lost=scores["primary"] - scores["base_rate"])
    return lines.sort_values(["score", "case_id", "as_of"], ascending=[False, True, True])


def _shown(material: Material, caption: str, lines: pd.DataFrame, most: int) -> Any:
    names = material.history.cases.set_index("case_id")["name"]
    chosen = lines.drop_duplicates("case_id").head(most)
    rows = [
        [quote(names.get(row["case_id"], row["case_id"])), day(row["as_of"].date()),
         *(share(row[f"primary_{cause}"]) for cause in CAUSES), share(row[f"base_rate_{row['state']}"])
         if row["state"] in CAUSES else share(1.0 - sum(row[f"base_rate_{cause}"] for cause in CAUSES)),
         name(row["state"])]
        for row in chosen.to_dict(orient="records")
    ]  # fmt: skip
    head = ("Case", "Said on", *(f"{cause}, said" for cause in CAUSES), "Base rate of what came", "What came")
    return table(caption, head, rows)
