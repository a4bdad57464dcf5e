"""Sections of the scorecard, from its content."""

from forecasting.documents.blocks import Block, Chart, Fold, Prose, Section, Summary, Table, Title
from forecasting.documents.calibration_tables import brier_parts, interval_cell, reliability_words, tiers
from forecasting.documents.calibration_tables import calibration as calibration_table
from forecasting.documents.calibration_tables import power as power_table
from forecasting.documents.compose import chart, joined, section, table, text
from forecasting.documents.quantities import code, day, percent, quote, share
from forecasting.documents.skill_tables import (
    DESIGNS,
    REGISTERED,
    TRAITS,
    chosen,
    no_skill,
    skill_by,
    skill_by_weights,
    skill_cell,
    skill_of_others,
    skill_rows,
)
from forecasting.documents.values import Fields, plain

NO_RESULT = text(
    "No result for this record yet: `forecasting backtest --design cluster --tables DIR`, with the folder `evaluation` "
    "beside the record as DIR, makes one."
)
CURVE_MONTHS = "60"


def masthead(content: Fields) -> Section:
    """Title, question and the scored record."""
    same = content["record_sha256"].startswith(content["scored_record"] or "none")
    earlier = " The results are of an earlier edition of the record, not of this one."
    return section(
        Title(
            above=text("Scorecard, record to {end}", end=day(content["data_end"])),
            title=text("How good are the forecasts?"),
            below=text(
                "Out-of-sample forecasts for past days, compared with the observed outcomes. Skill is the relative "
                "reduction of the base rate's score: zero equals the base rate, higher is better. Brackets contain "
                "{level} confidence intervals from a bootstrap over groups of related cases."
                f"{earlier if content['scored_record'] and not same else ''}",
                level=percent(content["level"]),
            ),
        )
    )


def headline(content: Fields) -> Section:
    """Skill of the hazard model in every design, over both base rates and under each weighting."""
    rows = content["breakdown"]
    if not rows:
        return section(NO_RESULT)
    return section(
        _answer(content),
        skill_by_weights(rows, "base_rate"),
        skill_by_weights(rows, "type_base_rate"),
        skill_of_others(rows),
        text(
            "Four-state Brier score, averaged over horizons of 12 to 120 months. The first two designs are the "
            "registered ones; the other two are stress tests."
        ),
        _earlier(content),
    )


def _answer(content: Fields) -> Summary | None:
    """The first screen: skill in the registered designs, and the outcomes without shown skill."""
    told = [
        text("**{skill}** ({design})", skill=share(row["skill"], row["lower"], row["upper"]), design=DESIGNS[design])
        for design in REGISTERED
        for row in chosen(skill_rows(content["breakdown"]), design=design)
    ]
    if not told:
        return None
    said = text("The hazard model reduces the base rate's Brier score by {skills}.", skills=joined(told, " and "))
    none = no_skill(content["breakdown"])
    return Summary(label="Bottom line", blocks=(said, none) if none else (said,))


def horizons(content: Fields) -> Section:
    """Skill by horizon, and under other proper scores."""
    return _results(*(skill_by(content["breakdown"], by) for by in ("horizon", "score")))


def causes(content: Fields) -> Section:
    """Skill for each outcome by itself, and the outcomes without shown skill in a registered design."""
    return _results(no_skill(content["breakdown"]), skill_by(content["breakdown"], "cause"))


def parts(content: Fields) -> Section:
    """Skill by trait of the forecasts; nothing where there are too few cases or observed outcomes."""
    return _results(*(skill_by(content["breakdown"], by) for by in TRAITS))


def calibration(content: Fields) -> Section:
    """Calibration in the large and slope of each outcome at each horizon, with equal weight for every forecast."""
    rows = chosen(content["calibration"], weights="forecast")
    return _results(*(calibration_table(rows, design, "horizon") for design in DESIGNS))


def reliability(content: Fields) -> Section:
    """Reliability curves at 60 months with the band of a calibrated forecast, and the parts of the Brier score."""
    return _results(*(_curve(content, design) for design in REGISTERED))


def _curve(content: Fields, design: str) -> Chart | None:
    points = [plain(row) for row in chosen(content["reliability"], design=design)]
    scores = chosen(content["calibration"], design=design, weights="forecast", horizon=CURVE_MONTHS)
    words = reliability_words(design)
    return chart("reliability", {"curves": points}, words, brier_parts(scores)) if points else None


def power(content: Fields) -> Section:
    """Statistical power of the comparisons, and tiers of models."""
    rows = content["power"]
    return _results(*(power_table(rows, design) for design in DESIGNS), tiers(rows))


def peers(content: Fields) -> Section:
    """Models of other packages on the same forecasts; nothing where none were run."""
    expected = {"design", "score", "model", "skill_over_base_rate", "ladder_minus"}
    rows = [
        [
            quote(row["model"]),
            quote(DESIGNS.get(row["design"], row["design"])),
            *(interval_cell("share", row, column) for column in ("skill_over_base_rate", "ladder_minus")),
        ]
        for row in content["peers"]
        if expected <= set(row) and row["score"] == "formalized"
    ]
    head = ["Model", "Design", "Skill on formalization over the base rate", "Ladder forecast minus this"]
    shown = table("Other models on the same forecasts", head, rows)
    return Section(title="Other models", blocks=(shown,)) if rows else section()


def tried(content: Fields) -> Section:
    """Dropped variants, in the words of the registration."""
    said = plain(content["tried"])
    return section(Prose(title="What was tried", markdown=said) if said else text("Nothing is recorded."))


def registration(content: Fields) -> Section:
    """Registrations, made before anything was scored, and their results; the last first."""
    folds: list[Block] = [
        Fold(summary=one["title"], blocks=(Prose(title=one["title"], markdown=one["text"]),))
        for one in plain(content["registrations"])
    ]
    return section(*(folds or [text("Nothing was registered for this record.")]))


def provenance(content: Fields) -> Section:
    """Record, results and code of the page."""
    return section(
        text(
            "Record to {end}, sha256 {record}; results of the record whose hash begins with {scored}; package "
            "{version}. Nothing was fitted for this page. Every number on it is in the JSON file beside it.",
            end=day(content["data_end"]),
            record=code(content["record_sha256"]),
            scored=code(content["scored_record"] or "none"),
            version=content["package_version"],
        )
    )


def _earlier(content: Fields) -> Table | None:
    rows = [
        [code(row["record"]), quote(DESIGNS.get(row["design"], row["design"])), skill_cell(row)]
        for row in skill_rows(content["earlier"])
    ]
    return table("Earlier editions of the record", ["Record", "Design", "Skill"], rows) if rows else None


def _results(*found: Block | None) -> Section:
    """The available results; where there are none, the command that makes them."""
    return section(*([one for one in found if one is not None] or [NO_RESULT]))
