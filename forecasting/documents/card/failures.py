"""Known failures: past forecasts that went worst, as they were made, and what came."""

from typing import Final

import pandas as pd

from forecasting.documents.card.form import Section, Table, Text
from forecasting.documents.card.material import Material
from forecasting.documents.card.phrases import count, day, items, name, quote, share, table, text
from forecasting.documents.card.recount import kept_scores
from forecasting.record.vocabulary import CAUSES

MONTHS: Final = 60
SHOWN: Final = 6
FEWER: Final = 5


def failures(material: Material) -> Section:
    """The worst forecasts of past days, one a case: most wrong, promised in vain, missed, and lost to the base rate."""
    title = "Known failures"
    if material.track is None:
        return Section(title=title, blocks=(text("No forecasts of past days are kept with this record as it stands."),))
    lines = worst_first(material.track)
    formal = f"primary_{CAUSES[0]}"
    vain = lines[lines["state"] != CAUSES[0]].sort_values(formal, ascending=False, kind="stable")
    missed = lines[lines["state"] == CAUSES[0]].sort_values(formal, kind="stable")
    lost = lines.sort_values("lost", ascending=False, kind="stable")
    behind = (lines.groupby("case_id")["lost"].mean() > 0).mean()
    return Section(
        title=title,
        blocks=(
            text(
                "Forecasts of {cases} cases for five years ahead, by models that knew only what was known on the "
                "day: here are those that went worst, one a case. On {behind} of the cases the model did worse than "
                "the base rate on average.",
                cases=count(lines["case_id"].nunique()), behind=share(behind),
            ),
            text("**Most wrong: what was said, and what happened**"),
            items(*_told(material, lines)),
            _shown(material, "Promised in vain: highest chances of an agreement that did not come in five years", vain),
            _shown(material, "Missed: formal agreements that came against the lowest chances", missed),
            _shown(material, "Lost to the base rate: where the model made things worse", lost),
        ),
    )  # fmt: skip


def worst_first(track: pd.DataFrame) -> pd.DataFrame:
    """The kept forecasts of `MONTHS` ahead, with `score` and what was `lost` to the base rate; worst first."""
    lines = track[track["horizon"] == MONTHS].reset_index(drop=True)
    scores = kept_scores(lines)
    lines = lines.assign(score=scores["primary"], lost=scores["primary"] - scores["base_rate"])
    return lines.sort_values(["score", "case_id", "as_of"], ascending=[False, True, True])


def _told(material: Material, lines: pd.DataFrame) -> list[Text]:
    """The worst forecasts as sentences, with what the record says of how the case ended."""
    names = material.history.cases.set_index("case_id")["name"]
    ends = material.history.outcomes.query("target == 'concluded'").set_index("case_id")
    return [
        text(
            "**{case}**, on {on}: formalized {formalized}, collapsed {collapsed}, faded {faded}, still observed "
            "{ongoing}. Five years on it stood as: {state}. {happened}",
            case=quote(names[row["case_id"]]), on=day(row["as_of"].date()), state=name(row["state"]),
            **{cause: share(row[f"primary_{cause}"]) for cause in CAUSES},
            ongoing=share(1.0 - sum(row[f"primary_{cause}"] for cause in CAUSES)),
            happened=quote(ends["aftermath"][row["case_id"]]),
        )
        for row in lines.drop_duplicates("case_id").head(SHOWN).to_dict(orient="records")
    ]  # fmt: skip


def _shown(material: Material, caption: str, lines: pd.DataFrame) -> Table:
    names = material.history.cases.set_index("case_id")["name"]
    rows = [
        [quote(names[row["case_id"]]), day(row["as_of"].date()), *(share(row[f"primary_{cause}"]) for cause in CAUSES),
         share(row[f"base_rate_{row['state']}"] if row["state"] in CAUSES else
               1.0 - sum(row[f"base_rate_{cause}"] for cause in CAUSES)), name(row["state"])]
        for row in lines.drop_duplicates("case_id").head(FEWER).to_dict(orient="records")
    ]  # fmt: skip
    head = ("Case", "Said on", *(f"{cause}, said" for cause in CAUSES), "Base rate of what came", "Five years on")
    return table(caption, head, rows)
