"""Calibration and statistical power."""

from typing import Any

from forecasting.documents.blocks import Cell, Figure, Table, Text
from forecasting.documents.card.form import RELIABILITY, CardSection, Point
from forecasting.documents.card.material import Material
from forecasting.documents.card.performance import NONE_KEPT
from forecasting.documents.compose import chart, count, figure, items, name, quote, share, table, text
from forecasting.documents.skill_tables import DESIGNS, MODELS, REGISTERED, WEIGHTS
from forecasting.documents.wording import TOO_FEW
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
            text(
                "Observed frequency of each outcome within five years, by forecast probability: {design}. A curve "
                "inside the band is consistent with calibration; it does not prove it.",
                design=DESIGNS[design],
            ),
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
            *(_calibrated(design, [row for row in rows if row["design"] == design]) for design in REGISTERED),
            _first_days(material),
            *curves,
        ),
    )


def _calibrated(design: str, rows: list[Any]) -> Table:
    head = ("Outcome: weights", "Mean forecast", "Observed", "Observed / expected (ideal: one)", "Slope (ideal: one)",
            "AUC (no discrimination: one half)")  # fmt: skip
    lines = [
        [text("{ending}: {weights}", ending=name(row["cause"]), weights=quote(WEIGHTS[row["weights"]])),
         *(share(row[one]) for one in ("mean_forecast", "observed")),
         *(_interval("ratio", row, one) for one in ("ratio", "slope")),
         TOO_FEW if row["auc"] is None else figure("ratio", row["auc"])]
        for cause in CAUSES for row in rows if row["cause"] == cause
    ]  # fmt: skip
    return table(f"Calibration within five years: {DESIGNS[design]}", head, lines)


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
    rows = [
        row for row in material.results["power"]
        if row["model"] == "primary" or (row["model"], row["against"]) == ("type_base_rate", "base_rate")
    ]  # fmt: skip
    if not rows:
        return CardSection(title=title, blocks=(text(NONE_KEPT),))
    own = next(row for row in rows if (row["model"], row["against"]) == ("primary", "base_rate"))
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
            *(_shows(design, [row for row in rows if row["design"] == design]) for design in REGISTERED),
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


def _shows(design: str, rows: list[Any]) -> Table:
    head = ("Difference", "Measured", "Standard error", "Probability of the same sign in a replication",
            "Minimum detectable difference (power four in five)", "Smallest significant difference")  # fmt: skip
    lines: list[list[Cell]] = [
        [text("{one} over {other}", one=quote(MODELS[row["model"]]), other=quote(MODELS[row["against"]])),
         share(row["difference"], row["lower"], row["upper"]),
         *(share(row[k]) for k in ("standard_error", "same_sign", "minimum_detectable", "critical_difference"))]
        for row in rows
    ]  # fmt: skip
    return table(f"Power of paired comparisons: {DESIGNS[design]}", head, lines)


def _interval(unit: Any, row: Any, one: str) -> str | Figure:
    return TOO_FEW if row[one] is None else figure(unit, row[one], row[f"{one}_lower"], row[f"{one}_upper"])


def _slope(row: Any) -> Figure:
    return figure("ratio", row.get("slope"), row.get("slope_lower"), row.get("slope_upper"))
