"""Whether chances mean what they say, and what so few cases cannot tell."""

from typing import Any

from forecasting.documents.card.form import Curve, Figure, Point, Section, Table, Text
from forecasting.documents.card.material import Material
from forecasting.documents.card.performance import NONE_KEPT
from forecasting.documents.card.phrases import TOO_FEW, count, figure, items, name, quote, share, table, text
from forecasting.documents.skill_tables import DESIGNS, MODELS, REGISTERED, WEIGHTS
from forecasting.record.vocabulary import CAUSES

HEADLINE_MONTHS = "60"


def calibration(material: Material) -> Section:
    """Whether chances mean what they say."""
    title = "Calibration"
    rows = material.rows("calibration", horizon=HEADLINE_MONTHS)
    if not rows:
        return Section(title=title, blocks=(text(NONE_KEPT),))
    curves = [
        Curve(
            said=f"How often each ending came within five years, by the chance forecast: {DESIGNS[design]}. A curve "
            f"inside "
            "the band does not refute calibration; it does not prove it.",
            points=tuple(Point(**{k: row[k] for k in Point.model_fields}) for row in found),
        )
        for design in REGISTERED
        if (found := material.rows("reliability", design=design))
    ]
    return Section(
        title=title,
        blocks=(
            text(
                "Within five years. A ratio above one says that an ending came more often than was said; a slope "
                "below one, that the chances were spread too far. Under the registered weights every forecast, the "
                "base rate's too, seems to promise too few endings, since cases that ended early weigh more; read "
                "the ratio with every forecast alike."
            ),
            *(_calibrated(design, [row for row in rows if row["design"] == design]) for design in REGISTERED),
            _first_days(material),
            *curves,
        ),
    )


def _calibrated(design: str, rows: list[Any]) -> Table:
    head = ("Ending: weights", "Forecast", "Came", "Came / forecast (best one)", "Slope (best one)",
            "AUC (chance one half)")  # fmt: skip
    lines = [
        [text("{ending}: {weights}", ending=name(row["cause"]), weights=quote(WEIGHTS[row["weights"]])),
         *(share(row[one]) for one in ("mean_forecast", "observed")),
         *(_interval("ratio", row, one) for one in ("ratio", "slope")),
         TOO_FEW if row["auc"] is None else figure("ratio", row["auc"])]
        for cause in CAUSES for row in rows if row["cause"] == cause
    ]  # fmt: skip
    return table(f"Calibration within five years: {DESIGNS[design]}", head, lines)


def _first_days(material: Material) -> Text:
    """Whether chances of a formal agreement are told apart on a case's first day."""
    found = [material.rows("calibration", design=design, weights="start", horizon=HEADLINE_MONTHS, cause=CAUSES[0])
             for design in REGISTERED]  # fmt: skip
    rows = [one[0] if one else {} for one in found]
    return text(
        "**On a case's first day** the chances of a formal agreement are told apart with an AUC of {one} and "
        "{other}, where one half is chance; their slope is {slope} and {slope_other}.",
        one=figure("ratio", rows[0].get("auc")), other=figure("ratio", rows[1].get("auc")),
        slope=_slope(rows[0]), slope_other=_slope(rows[1]),
    )  # fmt: skip


def power(material: Material) -> Section:
    """What so few cases cannot tell."""
    title = "What these numbers cannot tell"
    rows = [
        row for row in material.results["power"]
        if row["model"] == "primary" or (row["model"], row["against"]) == ("type_base_rate", "base_rate")
    ]  # fmt: skip
    if not rows:
        return Section(title=title, blocks=(text(NONE_KEPT),))
    own = next(row for row in rows if (row["model"], row["against"]) == ("primary", "base_rate"))
    return Section(
        title=title,
        blocks=(
            text(
                "{n} forecasts are not so many cases: they fall into {groups} groups of related ones, and that is "
                "what counts. A true skill of {smallest} would be seen in four runs of five; a smaller one most "
                "likely not. Two models closer than the last column are not ranked, on this card or elsewhere.",
                n=count(own["n"]), groups=count(own["n_groups"]), smallest=share(own["minimum_detectable"]),
            ),
            *(_shows(design, [row for row in rows if row["design"] == design]) for design in REGISTERED),
            text("**Nor can they tell**"),
            items(
                text(
                    "whether skill of the past carries into another age: with a quarter century of starts left out "
                    "the skill on a formal agreement is {era}, and with every forecast alike {alike};",
                    era=material.skill("era", "cause", "formalized"),
                    alike=material.skill("era", "cause", "formalized", weights="forecast"),
                ),
                "whether coders' knowledge of the endings made the inputs look better than they are (\"Leakage "
                "audit\");",
                "how good forecasts of days to come will be. Those are kept by `forecasting ledger` and scored when "
                "they mature; this card is made from record and code alone and claims nothing of them.",
            ),
        ),
    )  # fmt: skip


def _shows(design: str, rows: list[Any]) -> Table:
    head = ("Difference", "Measured", "Standard error", "Chance of the same sign again",
            "Smallest true one seen four times in five", "Smallest measured one apart from noise")  # fmt: skip
    lines = [
        [text("{one} over {other}", one=quote(MODELS[row["model"]]), other=quote(MODELS[row["against"]])),
         share(row["difference"], row["lower"], row["upper"]),
         *(share(row[k]) for k in ("standard_error", "same_sign", "minimum_detectable", "critical_difference"))]
        for row in rows
    ]  # fmt: skip
    return table(f"What the number of forecasts can show: {DESIGNS[design]}", head, lines)


def _interval(unit: Any, row: Any, one: str) -> str | Figure:
    return TOO_FEW if row[one] is None else figure(unit, row[one], row[f"{one}_lower"], row[f"{one}_upper"])


def _slope(row: Any) -> Figure:
    return figure("ratio", row.get("slope"), row.get("slope_lower"), row.get("slope_upper"))
