"""The training data, the agreement of its coders, and the audit for leakage."""

from datetime import date
from typing import Any

import numpy as np

from forecasting.documents.blocks import Figure
from forecasting.documents.card.form import CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.compose import items, table, text
from forecasting.documents.quantities import count, day, figure, name, quote, share
from forecasting.documents.skill_tables import skill_figure
from forecasting.documents.verdict_tables import lowest_line
from forecasting.documents.wording import label
from forecasting.features import FEATURES, HINDSIGHT_FEATURES, DossierIndex, feature_table
from forecasting.features.coverage import WINDOW_MONTHS, coverage_by_state
from forecasting.forecasts.ladder_rows import COVARIATES
from forecasting.record.agreement import coder_agreement
from forecasting.record.panel import spells
from forecasting.record.quality import Part, assumed_days, audit_verdicts, unopened_sources
from forecasting.record.vocabulary import STATES

YEARS_BACK = 20
NOMINAL = 0.05


def training_data(material: Material) -> CardSection:
    """The record in numbers, and the datasheet in short."""
    history, tables = material.history, {name: raw.cells for name, raw in material.history.record.tables.items()}
    core, assumed = spells(history), assumed_days(history)
    return CardSection(
        title="Training data",
        blocks=(
            text(
                "{cases} arrangements, {core} of them prospectively sampled core cases in {groups} groups of related "
                "cases; {events} dated events; {alternatives} rows of arguable alternative codings. Every row has the "
                "day on which it became known, and a forecast uses only what was known on its day. Full datasheet: "
                "`data/DATASHEET.md`; codebook: `data/README.md`.",
                cases=count(len(tables["cases"])), core=count(len(core.case_ids)),
                groups=count(len(np.unique(core.group))), events=count(len(tables["events"])),
                alternatives=count(len(tables["alternatives"])),
            ),
            table(
                "Assumed or unverified entries",
                ("Entry", "Number", "Of", "Share"),
                [
                    ["Sources that no coder opened", *_part(unopened_sources(history))],
                    ["Outcomes whose day of knowledge was assumed to be the day of the outcome",
                     *_part(assumed["end_known_date"])],
                    ["Starts whose day of knowledge was assumed to be the day of the start",
                     *_part(assumed["start_known_date"])],
                ],
            ),
            text(
                "**Coders.** Language models under a written protocol, largely from general knowledge and partly "
                "checked against sources. They knew the outcomes, and cannot be blinded. No review by historians is "
                "documented. The datasheet, under the headings of Gebru and others, covers motivation, collection, "
                "preprocessing, excluded uses, weak rows and maintenance."
            ),
            text("{told}", told=quote(_audit(audit_verdicts(history)))),
        ),
    )  # fmt: skip


def coders(material: Material) -> CardSection:
    """Agreement with a second coder, and why it is an upper bound."""
    found = coder_agreement(material.history.record)
    if found.empty:
        return CardSection(title="Intercoder agreement", blocks=(text("No case of this record was coded twice."),))
    return CardSection(
        title="Intercoder agreement",
        blocks=(
            text(
                "{n} randomly drawn core cases were coded a second time. The coders agree on the outcome in {same} of "
                "them (alpha {alpha}), and least on `{least}` (alpha {low}).",
                n=count(found["n"].max()), same=share(found.set_index("field").loc["cause", "same"]),
                alpha=figure("ratio", found.set_index("field").loc["cause", "alpha"]),
                least=quote(found["field"].iloc[0]), low=figure("ratio", found["alpha"].iloc[0]),
            ),
            table(
                "A second coder against the record (Krippendorff's alpha, nominal: one is perfect, zero is chance)",
                ("Column", "Alpha", "Same value"),
                [[name(row["field"]), figure("ratio", row["alpha"]), share(row["same"])]
                 for row in found.to_dict(orient="records")],
            ),
            text(
                "**This is an upper bound.** The second coder was also a language model, also knew the outcomes, and "
                "most likely shares the errors of the first; a fact that both recall wrongly counts as agreement. Some "
                "rules were tightened after the second coding. The figures measure the clarity of the rules, not the "
                "accuracy of the rows, which only a blind coding by people unfamiliar with the cases could measure."
            ),
        ),
    )  # fmt: skip


def leakage(material: Material) -> CardSection:
    """Leakage audit: coverage by outcome, features that see the future, and the gain from hindsight."""
    rows = coverage_by_state(material.history).to_dict(orient="records")
    telling = [row for row in rows if row["p_states"] < NOMINAL]
    apart = [row for row in rows if row["p_endings"] < NOMINAL]
    then, compared, differ = _seen_from_later(material)
    return CardSection(
        title="Leakage audit",
        blocks=(
            text(
                "**Coverage bias: does the density of events differ by outcome?** Events in the {months} months "
                "before the start, and in as many after it for cases that lasted, by state. {apart} of {n} measures "
                "differ between the three outcomes at p below {p}, and {telling} between the outcomes and the ongoing "
                "cases ({named}); about {chance} are expected by chance. The p values are not adjusted for {n} "
                "comparisons.",
                months=count(WINDOW_MONTHS), apart=count(len(apart)), n=count(len(rows)), p=figure("ratio", NOMINAL),
                telling=count(len(telling)), named=quote(_named(telling)), chance=figure("number", NOMINAL * len(rows)),
            ),
            table(
                "Coverage by state: events a year, and shares of events",
                ("Window: measure", "Cases", *STATES, "p, equal outcomes", "p, equal states"),
                [[text("{window} the start: {measure}", window=name(row["window"]), measure=name(row["measure"])),
                  count(row["n"]), *(figure("ratio", row[state]) for state in STATES),
                  figure("p", row["p_endings"]), figure("p", row["p_states"])] for row in rows],
            ),
            text(
                "**Do features see the future?** Computed for this card: all {features} features of every case known "
                "on {then}, once from the record as of that day and once from the whole record queried for that day. "
                "{differ} of {compared} values differ. The tests go further: outcomes, events of every kind and "
                "corrections inserted for the following day must change nothing, and must change something one day "
                "later (`tests/features/test_leaks.py`).",
                features=count(len(FEATURES)), then=day(str(then)), differ=count(differ), compared=count(compared),
            ),
            text(
                "**Hindsight.** Facts that are filled more readily once a treaty exists are no covariates: {left_out}. "
                "The levels of the ladders were coded by readers who knew the outcomes. How much that may give is "
                "bounded by coding the ladders in other ways (\"Verdict on formalization\"): the full ladders give "
                "{full}, the lowest line {least}. What the coders recalled when they filled the {kept} other "
                "covariates ({names}) cannot be tested here.",
                left_out=quote(", ".join(HINDSIGHT_FEATURES)), kept=count(len(COVARIATES)),
                names=quote(", ".join(label(term.name) for term in COVARIATES)), full=material.skill("cluster"),
                least=skill_figure(lowest_line(material.results["lines"])),
            ),
            items([
                "Related cases share a cluster or a treaty and are held out together; a precedent counts only from "
                "the day on which its outcome was known, and not at all in a fold that holds it out.",
                "Model, chain, scales and recalibration are fitted inside each fold; all base rates are fitted on "
                "exactly the training cases of the model.",
            ]),
        ),
    )  # fmt: skip


def _part(part: Part) -> list[Figure]:
    return [count(part.n), count(part.of), share(part.share)]


def _audit(verdicts: dict[str, int]) -> str:
    told = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
    return f"Facts of ended cases checked against sources: {told}." if told else "No fact was checked against a source."


def _named(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{label(row['measure'])} {row['window']} the start" for row in rows) or "none"


def _seen_from_later(material: Material) -> tuple[date, int, int]:
    """A day, how many values of features were compared as of it, and how many differ between then and now."""
    then = date(material.history.as_of.year - YEARS_BACK, 1, 1)
    known = material.history.at(then)
    marks = [(case, then) for case in known.cases["case_id"]]
    early, late = (feature_table(one, marks, FEATURES).to_numpy() for one in (DossierIndex(known), material.index))
    return then, early.size, int((early != late).sum())
