"""The REFORMS checklist for science based on machine learning (Kapoor and others 2024), answered in our words."""

from string import ascii_lowercase
from typing import Any, Final

import numpy as np

from forecasting.documents.card.form import Section, Text
from forecasting.documents.card.material import Material
from forecasting.documents.card.phrases import code, count, figure, percent, quote, share, table, text
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES
from forecasting.forecasts import LEVEL
from forecasting.record.agreement import coder_agreement
from forecasting.record.panel import spells
from forecasting.record.quality import unopened_sources

Row = tuple[str, str, str | Text, str]
ANSWERS: Final = ("yes", "partly", "no")
SECTIONS_OF_IT: Final = (
    "Study goals", "Computational reproducibility", "Data quality", "Preprocessing", "Modelling", "Leakage",
    "Metrics and uncertainty", "Scope and limits",
)  # fmt: skip


def reforms(material: Material) -> Section:
    """Eight sections, each a table of items with an answer, what it rests on, and where to look."""
    parts = (
        _goals(material), _reproducible(material), _data(material), _preprocessing(material), _modelling(material),
        _leakage(material), _metrics(material), _scope(material),
    )  # fmt: skip
    every = [row for rows in parts for row in rows]
    given = {answer: sum(row[1] == answer for row in every) for answer in ANSWERS}
    return Section(
        title="REFORMS checklist",
        blocks=(
            text(
                "Kapoor and others, *REFORMS: Consensus-based Recommendations for Machine-learning-based Science*, "
                "Science Advances {year}; {n} items in {parts} sections, worded by us. Answered yes: {yes}, partly: "
                "{partly}, no: {no}.",
                year=code("2024"), n=count(len(every)), parts=count(len(parts)),
                **{k: count(v) for k, v in given.items()},
            ),
            *(table(title, ("Item", "Answer", "What it rests on", "Where"), _cells(number, rows))
              for number, (title, rows) in enumerate(zip(SECTIONS_OF_IT, parts, strict=True), start=1)),
        ),
    )  # fmt: skip


def _cells(number: int, rows: list[Row]) -> list[list[Any]]:
    return [[f"{number}{letter} {item}", answer, said, text(where)]
            for letter, (item, answer, said, where) in zip(ascii_lowercase, rows, strict=False)]  # fmt: skip


def _goals(material: Material) -> list[Row]:
    core = spells(material.history)
    return [
        ("Population the claims are about", "yes",
         text("Informal arms-control arrangements that meet the definition well and were found forwards: {n} cases.",
              n=count(len(core.case_ids))), "`data/README.md`, question and scope"),
        ("Why this population", "yes",
         "It is what the question of New START asks about; cases found backwards are formal by construction.",
         "`data/DATASHEET.md`, composition"),
        ("Why a learned model", "partly",
         "To see whether facts of a case add anything to how long it has lasted. They add little, so the base rate "
         "stays the headline.", "`notebooks/04_models.ipynb`"),
    ]  # fmt: skip


def _reproducible(material: Material) -> list[Row]:
    source = material.sources.artefact
    return [
        ("Data shared", "yes", text("All of it, as text files under an open licence; sha256 {sha}.",
                                    sha=code(source.record_sha256[:12])), "`data/`"),
        ("Code shared", "yes", text("All of it, open source; sha256 of what fits the model {sha}.",
                                    sha=code(source.code_sha256[:12])), "`forecasting/`"),
        ("Environment stated", "yes", "Every library with its version is pinned.", "`constraints.txt`"),
        ("Instructions", "yes", "Two commands from a fresh clone to a report and to the tests.", "`README.md`"),
        ("One run makes the results", "yes",
         "One command for each design, one for the multiverse, one for this card; continuous integration checks "
         "that this card is of the present record and code.", "`.ci/run`; `forecasting backtest --help`"),
    ]  # fmt: skip


def _data(material: Material) -> list[Row]:
    coded = coder_agreement(material.history.record)
    cause = coded.set_index("field").loc["cause", "same"] if len(coded) else None
    core = spells(material.history)
    ends = ", ".join(
        f"{core.endings()[k]} {cause_name}" for k, cause_name in enumerate(("formalized", "collapsed", "faded"))
    )
    return [
        ("Source of the data", "partly",
         text("Coded by language models, largely from general knowledge; {unopened} of the pages cited were not "
              "opened.",
              unopened=share(unopened_sources(material.history).share)),
         "`data/DATASHEET.md`, collection process"),
        ("Sampling frame", "partly", "No list of all informal arrangements exists; how each case was found is on "
                                     "record.",
         "`data/coding.csv`"),
        ("Fit for the question", "yes", "We know of no other record that follows such arrangements from their "
         "start, failures and quiet deaths included.", "`data/DATASHEET.md`, motivation"),
        ("Outcome defined", "yes",
         text("Three endings by written rules, under two targets; a second coder gave the same one in {same} of "
              "cases, an upper bound.", same=share(cause)), "`data/README.md`; `data/second_coding.csv`"),
        ("Number of samples", "yes",
         text("{n} cases in {groups} groups; {ends}; the rest go on.", n=count(len(core.case_ids)),
              groups=count(len(np.unique(core.group))), ends=quote(ends)), "\"Factors\", \"Training data\""),
        ("Missing data", "partly", "Days assumed for want of evidence are flagged; ongoing cases count only up to "
         "their last sight, which for many was recalled and not looked up.",
         "`forecasting report --template data-quality`"),
        ("Representative of the population", "no", "Well-documented powers, languages and decades are "
         "over-represented; what nobody wrote about is missing and most likely faded.",
         "`data/DATASHEET.md`, composition"),
    ]  # fmt: skip


def _preprocessing(_: Material) -> list[Row]:
    return [
        ("What was left out, and why", "yes", "Cases outside the core stay in the record, each with the reason; the "
         "choice was made by coders who knew the endings.", "`data/coding.csv`, notes"),
        ("Impossible or corrupt values", "yes", "Refused: no forecast is made from a record with a fault, and each "
         "fault is named by file, row and what was wanted.", "`forecasting check`"),
        ("Transformations", "yes", "Scaling over cases, states that decay with time, uncertain facts as weighted "
         "rows; all learned inside each training fold.", "`forecasting features`; `forecasting/forecasts/training.py`"),
    ]  # fmt: skip


def _modelling(material: Material) -> list[Row]:
    model = material.model
    return [
        ("Model described", "yes", text("A monthly hazard of three endings with {n} inputs, each with its reason.",
                                        n=count(len(MODEL_FEATURES))), "\"Details of the model\"; `forecasting "
                                                                       "features`"),
        ("Why this kind of model", "yes", "Few cases, competing endings, censoring and a clock call for a shrunk "
         "hazard; learners of other libraries were tried on the same folds.", "`benchmarks/peers/`"),
        ("How it was evaluated", "yes", "Two designs registered before any score was seen, and two stress tests.",
         "`data/REGISTRATION.md`"),
        ("How it was chosen", "yes", "It was fixed before it was scored; nothing was chosen by a score.",
         "`data/REGISTRATION.md`"),
        ("Settings", "yes", text("From prior literature and reason: slopes with standard deviation {slope}, "
                                 "{shrink} base rate, recalibration with {calibration}. What others give is shown.",
                                 slope=figure("ratio", model.slope_sd), shrink=percent(model.shrink),
                                 calibration=figure("ratio", model.calibration_sd)), "\"Other defensible choices\""),
        ("Baselines", "yes", "A base rate and one by type, each fitted on the same training cases.", "\"Metrics\""),
    ]  # fmt: skip


def _leakage(_: Material) -> list[Row]:
    return [
        ("Training and test kept apart", "yes", "All learning, scaling and recalibration included, happens without "
         "the cases that are forecast, or with what was known on the day.", "`forecasting/backtest/designs.py`"),
        ("Duplicates and related cases", "yes", "Cases that share a cluster or a treaty are left out together, and "
         "drawn together for every interval.", "`forecasting/record/panel.py`"),
        ("Every input could be known", "partly",
         text("Each is tested against the future, and {n} that hindsight fills are kept out; that coders knew the "
              "endings when they filled the rest cannot be undone.", n=count(len(HINDSIGHT_FEATURES))),
         "\"Leakage audit\"; `tests/features/test_leaks.py`"),
    ]  # fmt: skip


def _metrics(_: Material) -> list[Row]:
    return [
        ("Metrics stated and fitting", "yes", "Proper scores against a reference, with calibration and "
         "discrimination beside them; never discrimination alone.", "`forecasting/scores/`"),
        ("Uncertainty of the metrics", "yes", text("{level} intervals by a bootstrap over groups of related cases; "
                                                   "decades drawn whole beside it.", level=percent(LEVEL)),
         "`data/REGISTRATION.md`"),
        ("Tests that fit the comparison", "partly", "Paired differences and power instead of tests; permutation "
         "tests in the audit of coverage. Nothing is adjusted for the number of tables on this card.",
         "\"What these numbers cannot tell\""),
    ]  # fmt: skip


def _scope(material: Material) -> list[Row]:
    return [
        ("Evidence beyond this sample", "partly",
         text("With a quarter century of starts left out skill is {era}, between new pairs of parties {dyad}; of "
              "forecasts made since, this card claims nothing.",
              era=material.skill("era"), dyad=material.skill("dyad")),
         "\"Metrics\"; `forecasting ledger score`"),
        ("Where it should not be expected to hold", "yes", "Arrangements unlike those in the record, tacit and "
         "secret ones, and any age whose treaties are made otherwise.", "\"Intended and excluded uses\""),
    ]  # fmt: skip
