"""Calibration and statistical power."""

from typing import Any

from forecasting.documents.blocks import Figure, Text
from forecasting.documents.calibration_tables import calibration as calibration_table
from forecasting.documents.calibration_tables import compared, reliability_words
from forecasting.documents.calibration_tables import power as power_table
from forecasting.documents.card.form import RELIABILITY, CardSection, Point
from forecasting.documents.card.material import Material
from forecasting.documents.card.performance import NONE_KEPT
from forecasting.documents.compose import chart, items, text
from forecasting.documents.quantities import count, figure, share
from forecasting.documents.skill_tables import REGISTERED, chosen
from forecasting.record.vocabulary import CAUSES

HEADLINE_MONTHS = "60"


def calibration(material: Material) -> CardSection:
    """Calibration within five years: expected and observed frequencies, slope, discrimination, reliability curves."""
    title = "Calibration"
    rows = material.rows("calibration", horizon=HEADLINE_MONTHS)
    if not rows:
        return CardSection(title=title, blocks=(text(NONE_KEPT),))
    curves = [
        chart(
            RELIABILITY,
            {"curves": [{key: row[key] for key in Point.model_fields} for row in found]},
            reliability_words(design),
        )
        for design in REGISTERED
        if (found := material.rows("reliability", design=design))
    ]
    return CardSection(
        title=title,
        blocks=(
            text(
                "Within five years. A ratio of observed to expected above one means that the outcome was "
                "under-forecast; a slope below one, that the forecasts were overconfident. Under the registered "
                "weights all forecasts, including the base rate's, appear to expect too few endings, because cases "
                "that ended early weigh more; read the ratio with equal weight for every forecast."
            ),
            *(made for design in REGISTERED if (made := calibration_table(rows, design, "weights"))),
            _first_days(material),
            *curves,
        ),
    )


def _first_days(material: Material) -> Text:
    """Discrimination and slope of the forecasts of a formal agreement on a case's first day."""
    found = [material.rows("calibration", design=design, weights="start", horizon=HEADLINE_MONTHS, cause=CAUSES[0])
             for design in REGISTERED]  # fmt: skip
    rows = [one[0] if one else {} for one in found]
    return text(
        "**On a case's first public day** the forecasts of a formal agreement discriminate with an AUC of {one} and "
        "{other}, where one half is chance; their calibration slope is {slope} and {slope_other}.",
        one=figure("ratio", rows[0].get("auc")), other=figure("ratio", rows[1].get("auc")),
        slope=_slope(rows[0]), slope_other=_slope(rows[1]),
    )  # fmt: skip


def power(material: Material) -> CardSection:
    """Power: minimum detectable skill, and what the sample size cannot resolve."""
    title = "Statistical power"
    rows = compared(material.results["power"])
    if not rows:
        return CardSection(title=title, blocks=(text(NONE_KEPT),))
    own = chosen(rows, model="primary", against="base_rate")[0]
    return CardSection(
        title=title,
        blocks=(
            text(
                "The {n} forecasts are not independent: they fall into {groups} groups of related cases, which is the "
                "effective sample size. A true skill of {smallest} would be detected in four of five replications; a "
                "smaller one most likely not. Models whose measured difference is below the last column are not "
                "ranked, on this card or elsewhere.",
                n=count(own["n"]), groups=count(own["n_groups"]), smallest=share(own["minimum_detectable"]),
            ),
            *(made for design in REGISTERED if (made := power_table(rows, design))),
            text("**Beyond what these data can show**"),
            items([
                text(
                    "whether past skill carries over to another era: with a quarter century of starts held out, the "
                    "skill on a formal agreement is {era}, and with equal weight for every forecast {alike};",
                    era=material.skill("era", "cause", "formalized"),
                    alike=material.skill("era", "cause", "formalized", weights="forecast"),
                ),
                "whether the coders' knowledge of the outcomes improved the covariates (\"Leakage audit\");",
                "how good future forecasts will be. Those are issued with `forecasting ledger` and scored when they "
                "mature; this card is made from record and code alone and makes no claim about them.",
            ]),
        ),
    )  # fmt: skip


def _slope(row: Any) -> Figure:
    return figure("ratio", row.get("slope"), row.get("slope_lower"), row.get("slope_upper"))
