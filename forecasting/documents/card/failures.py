"""Known failures: the worst backtest forecasts, as they were made, with the observed outcome."""

from typing import Final

import pandas as pd

from forecasting.documents.blocks import Table, Text
from forecasting.documents.card.form import CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.card.recount import kept_scores
from forecasting.documents.compose import items, table, text
from forecasting.documents.quantities import count, day, name, quote, share
from forecasting.models import BASE_RATE, HEADLINE
from forecasting.record.vocabulary import CAUSES

MONTHS: Final = 60
SHOWN: Final = 6
FEWER: Final = 5


def failures(material: Material) -> CardSection:
    """The worst backtest forecasts, one a case: by score, false alarms, misses, and losses to the base rate."""
    title = "Known failures"
    if material.track is None:
        return CardSection(title=title, blocks=(text("No backtest forecasts are stored for this record."),))
    lines = worst_first(material.track)
    formal = f"{HEADLINE}_{CAUSES[0]}"
    vain = lines[lines["state"] != CAUSES[0]].sort_values(formal, ascending=False, kind="stable")
    missed = lines[lines["state"] == CAUSES[0]].sort_values(formal, kind="stable")
    lost = lines.sort_values("lost", ascending=False, kind="stable")
    behind = (lines.groupby("case_id")["lost"].mean() > 0).mean()
    return CardSection(
        title=title,
        blocks=(
            text(
                "Five-year forecasts of {cases} cases, by models that used only what was known at the forecast "
                "origin. The worst are listed here, one a case. For {behind} of the cases the model scored worse than "
                "the base rate on average.",
                cases=count(lines["case_id"].nunique()), behind=share(behind),
            ),
            text("**Worst scores: the forecast and the outcome**"),
            items(_told(material, lines)),
            _shown(material, "False alarms: highest probabilities of a formal agreement not reached in time", vain),
            _shown(material, "Misses: formal agreements reached against the lowest probabilities", missed),
            _shown(material, "Losses to the base rate: where the model scored worse", lost),
        ),
    )  # fmt: skip


def worst_first(track: pd.DataFrame) -> pd.DataFrame:
    """The stored forecasts of `MONTHS` ahead, with their `score` and the difference to the base rate's; worst first."""
    lines = track[track["horizon"] == MONTHS].reset_index(drop=True)
    scores = kept_scores(lines)
    lines = lines.assign(score=scores[HEADLINE], lost=scores[HEADLINE] - scores[BASE_RATE])
    return lines.sort_values(["score", "case_id", "as_of"], ascending=[False, True, True])


def _told(material: Material, lines: pd.DataFrame) -> list[Text]:
    """The worst forecasts as sentences, with the outcome according to the record."""
    names = material.history.cases.set_index("case_id")["name"]
    ends = material.history.outcomes.query("target == 'concluded'").set_index("case_id")
    return [
        text(
            "**{case}**, as of {on}: formalized {formalized}, collapsed {collapsed}, faded {faded}, still observed "
            "{ongoing}. State five years later: {state}. {happened}",
            case=quote(names[row["case_id"]]), on=day(str(row["as_of"].date())), state=name(row["state"]),
            **{cause: share(row[f"{HEADLINE}_{cause}"]) for cause in CAUSES},
            ongoing=share(1.0 - sum(row[f"{HEADLINE}_{cause}"] for cause in CAUSES)),
            happened=quote(ends["aftermath"][row["case_id"]]),
        )
        for row in lines.drop_duplicates("case_id").head(SHOWN).to_dict(orient="records")
    ]  # fmt: skip


def _shown(material: Material, caption: str, lines: pd.DataFrame) -> Table:
    names = material.history.cases.set_index("case_id")["name"]
    rows = [
        [quote(names[row["case_id"]]), day(str(row["as_of"].date())),
         *(share(row[f"{HEADLINE}_{cause}"]) for cause in CAUSES),
         share(row[f"{BASE_RATE}_{row['state']}"] if row["state"] in CAUSES else
               1.0 - sum(row[f"{BASE_RATE}_{cause}"] for cause in CAUSES)), name(row["state"])]
        for row in lines.drop_duplicates("case_id").head(FEWER).to_dict(orient="records")
    ]  # fmt: skip
    head = (
        "Case",
        "As of",
        *(f"P({cause})" for cause in CAUSES),
        "Base rate of the observed state",
        "State five years later",
    )
    return table(caption, head, rows)
