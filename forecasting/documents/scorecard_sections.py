"""Sections of the scorecard, from its content."""

from forecasting.documents.blocks import Block, Chart, Fold, Prose, Section, Summary, Title
from forecasting.documents.calibration_tables import (
    brier_parts,
    coverage_words,
    interval_cell,
    reliability_words,
    slopes,
    tiers,
)
from forecasting.documents.calibration_tables import calibration as calibration_table
from forecasting.documents.calibration_tables import coverage as coverage_table
from forecasting.documents.calibration_tables import power as power_table
from forecasting.documents.compose import chart, section, table, text
from forecasting.documents.quantities import code, day, percent, quote
from forecasting.documents.skill_tables import (
    DESIGNS,
    REGISTERED,
    TRAITS,
    chosen,
    no_skill,
    skill_by,
    skill_by_sample,
    skill_by_score,
    skill_of_models,
)
from forecasting.documents.values import Fields, plain
from forecasting.documents.verdict_tables import (
    claim_words,
    current_period,
    fresh_words,
    lines_table,
    present_words,
    verdict_table,
    verdict_words,
)
from forecasting.scores.verdict import LEVEL

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
                "confidence intervals from a bootstrap over groups of related cases, at {wide} of skills and slopes, "
                f"at {{level}} of all else.{earlier if content['scored_record'] and not same else ''}",
                wide=percent(LEVEL),
                level=percent(content["level"]),
            ),
        )
    )


def headline(content: Fields) -> Section:
    """The registered verdict with the halves and the fresh cases beside it, and formalization in every design."""
    rows, registered = content["skill"], content["registered_tables"]["skill"]
    if not rows and not registered:
        return section(NO_RESULT)
    return section(
        _answer(content),
        verdict_table(registered),
        skill_by_sample(rows),
        text(
            "Brier score of formalization, averaged over horizons of 12 to 120 months: windows that were over by the "
            "record's end, each forecast with the same weight. The first four designs are the registered ones; others "
            "are stress tests. The verdict is of the records of the registration and of its fresh test; all other "
            "tables are of the record as it is now, in which the fresh cases are learned from."
        ),
    )


def _answer(content: Fields) -> Summary | None:
    """The first screen: verdict, fresh test, claim, the record as it is now, and the outcomes without shown skill."""
    rows, registered = content["skill"], content["registered_tables"]
    said = (
        verdict_words(registered["skill"]), fresh_words(registered["skill"], registered["slope"]),
        claim_words(registered["lines"]), present_words(rows), current_period(rows), no_skill(rows),
    )  # fmt: skip
    found = tuple(one for one in said if one is not None)
    return Summary(label="Bottom line", blocks=found) if found else None


def hindsight(content: Fields) -> Section:
    """The lines that bound hindsight, and the claim, as registered and on the record as it is now."""
    registered = content["registered_tables"]["lines"]
    return _results(
        claim_words(registered), lines_table(registered, "as registered"), lines_table(content["lines"], "now")
    )


def horizons(content: Fields) -> Section:
    """Skill on formalization by horizon."""
    return _results(skill_by(content["skill"], "horizon"))


def causes(content: Fields) -> Section:
    """Skill under each score, and the outcomes without shown skill in a registered design."""
    return _results(no_skill(content["skill"]), skill_by_score(content["skill"]))


def parts(content: Fields) -> Section:
    """Skill by trait of the forecasts; nothing where there are too few cases or observed outcomes."""
    rows = content["skill"]
    return _results(current_period(rows), *(skill_by(rows, by) for by in TRAITS), skill_by(rows, "period", "states"))


def models(content: Fields) -> Section:
    """Every model on the same windows, the first registration's among them."""
    return _results(*(skill_of_models(content["skill"], score) for score in ("formalized", "states")))


def calibration(content: Fields) -> Section:
    """Slope over the base rate, and calibration in the large and slope of each outcome at each horizon."""
    rows = chosen(content["calibration"], weights="forecast")
    return _results(slopes(content["slope"]), *(calibration_table(rows, design, "horizon") for design in DESIGNS))


def reliability(content: Fields) -> Section:
    """Reliability curves at 60 months with the band of a calibrated forecast, and the parts of the Brier score."""
    return _results(*(_curve(content, design) for design in REGISTERED))


def _curve(content: Fields, design: str) -> Chart | None:
    points = [plain(row) for row in chosen(content["reliability"], design=design)]
    scores = chosen(content["calibration"], design=design, weights="forecast", horizon=CURVE_MONTHS)
    words = reliability_words(design)
    return chart("reliability", {"curves": points}, words, brier_parts(scores)) if points else None


def coverage(content: Fields) -> Section:
    """Coverage of the forecast's intervals, by simulation; nothing where none was stored."""
    return section(coverage_words(content["coverage"]), coverage_table(content["coverage"]))


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


def _results(*found: Block | None) -> Section:
    """The available results; where there are none, the command that makes them."""
    return section(*([one for one in found if one is not None] or [NO_RESULT]))
