"""Calibration and statistical power."""

from typing import Any

from forecasting.documents.blocks import Figure, Table, Text
from forecasting.documents.calibration_tables import calibration as calibration_table
from forecasting.documents.calibration_tables import compared, coverage_words, reliability_words, slope_figure, slopes
from forecasting.documents.calibration_tables import coverage as coverage_table
from forecasting.documents.calibration_tables import power as power_table
from forecasting.documents.card.form import RELIABILITY, CardSection, Point
from forecasting.documents.card.material import Material
from forecasting.documents.card.performance import NONE_KEPT
from forecasting.documents.compose import chart, items, joined, text
from forecasting.documents.quantities import count, figure, percent, quote, share
from forecasting.documents.scorecard import COVERAGE
from forecasting.documents.skill_tables import DESIGNS, REGISTERED, REGISTERED_SECOND, chosen
from forecasting.documents.verdict_tables import CURRENT
from forecasting.forecasts import LEVEL
from forecasting.models import BASE_RATE, HEADLINE
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
                "**Second registered figure**: the slope of (outcome - base rate) on (forecast - base rate) on "
                "formalization, over all scored windows. At zero the forecast gains nothing over the base rate; at "
                "one it is neither too bold nor too timid. It is {slopes}.",
                slopes=joined([_slope_in(material, design) for design in REGISTERED_SECOND], ", "),
            ),
            *_made(slopes(material.results["slope"])),
            text(
                "Within five years, brackets at {level}. A ratio of observed to expected above one means that the "
                "outcome was under-forecast; a slope below one, that the forecasts were overconfident.",
                level=percent(LEVEL),
            ),
            *_made(*(calibration_table(rows, design, "weights") for design in REGISTERED)),
            _first_days(material),
            *_made(*(calibration_table(_by_horizon(material), design, "horizon") for design in REGISTERED)),
            *curves,
        ),
    )


def intervals(material: Material) -> CardSection:
    """Coverage of the forecast's intervals, by simulation."""
    title = "Coverage of the intervals"
    rows = material.results[COVERAGE]
    said, made = coverage_words(rows), coverage_table(rows)
    if said is None or made is None:
        return CardSection(title=title, blocks=(text("No simulated coverage is stored for this record."),))
    return CardSection(
        title=title,
        blocks=(
            said,
            made,
            text(
                "The interval of a forecast is that of the mixture of both posteriors, of the model and of the base "
                "rate, each draw with a deviation that related cases share. Worlds: effects as fitted; doubled; and "
                "with a deviation shared by the cases of a component, one draw of it for all records or drawn anew for "
                "each. No model here estimates that deviation: where it is absent the intervals are too wide. Code: "
                "`benchmarks/development/coverage.py`."
            ),
        ),
    )


def _by_horizon(material: Material) -> list[dict[str, Any]]:
    return material.rows("calibration", weights="forecast")


def _made(*found: Table | None) -> list[Table]:
    return [one for one in found if one is not None]


def _slope_in(material: Material, design: str) -> Text:
    rows = material.rows("slope", design=design, sample="all", cause=CAUSES[0])
    slope = slope_figure(rows[0] if rows else None)
    return text("{slope} ({design})", slope=slope, design=quote(DESIGNS[design]))


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
    own = chosen(rows, model=HEADLINE, against=BASE_RATE)[0]
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
                    "skill on a formal agreement is {era}, and in forecasts made {period} {now};",
                    era=material.skill("era"), period=quote(CURRENT),
                    now=material.skill("cluster", "period", CURRENT),
                ),
                "whether the coders' knowledge of the outcomes improved the covariates (\"Leakage audit\");",
                "how good future forecasts will be. Those are issued with `forecasting ledger` and scored when they "
                "mature; this card is made from record and code alone and makes no claim about them.",
            ]),
        ),
    )  # fmt: skip


def _slope(row: Any) -> Figure:
    return figure("ratio", row.get("slope"), row.get("slope_lower"), row.get("slope_upper"))
