"""What the model learned from: the record, how far coders agree on it, and whether it betrays the answer."""

from datetime import date
from typing import Any

import numpy as np

from forecasting.documents.card.form import Section
from forecasting.documents.card.material import MODEL, Material
from forecasting.documents.card.phrases import count, day, figure, items, name, quote, share, table, text
from forecasting.documents.wording import label
from forecasting.features import FEATURES, HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex, feature_table
from forecasting.features.coverage import WINDOW_MONTHS, coverage_by_state
from forecasting.record.agreement import coder_agreement
from forecasting.record.panel import spells
from forecasting.record.quality import Part, assumed_days, audit_verdicts, unopened_sources
from forecasting.record.vocabulary import STATES

YEARS_BACK = 20
NOMINAL = 0.05


def training_data(material: Material) -> Section:
    """The record in numbers, and the datasheet in short."""
    history, tables = material.history, {name: raw.cells for name, raw in material.history.record.tables.items()}
    core, assumed = spells(history), assumed_days(history)
    return Section(
        title="Training data",
        blocks=(
            text(
                "{cases} arrangements, {core} of them core cases found forwards in {groups} groups of related ones; "
                "{events} dated acts; {alternatives} rows of other codings that can be argued. Everything carries "
                "the day on which it was known, and a forecast sees only what was known on its day. The whole "
                "datasheet: `data/DATASHEET.md`; what each column means: `data/README.md`.",
                cases=count(len(tables["cases"])), core=count(len(core.case_ids)),
                groups=count(len(np.unique(core.group))), events=count(len(tables["events"])),
                alternatives=count(len(tables["alternatives"])),
            ),
            table(
                "What was assumed or not looked at",
                ("What", "How many", "Of", "Share"),
                [
                    ["Sources whose page no coder opened", *_part(unopened_sources(history))],
                    ["Endings whose known day was set to the day of the ending", *_part(assumed["end_known_date"])],
                    ["Starts whose known day was set to the day of the start", *_part(assumed["start_known_date"])],
                ],
            ),
            text(
                "**Who coded it.** Language-model coders under a written protocol, largely from general knowledge "
                "and partly checked against sources. They knew the endings, and that cannot be blinded. No review "
                "by historians is documented. Motivation, collection, preprocessing, what may not be done with it, "
                "weak rows and maintenance stand in the datasheet, by the headings of Gebru and others."
            ),
            text("{told}", told=quote(_audit(audit_verdicts(history)))),
        ),
    )  # fmt: skip


def coders(material: Material) -> Section:
    """How far a second coder gave the same values, and why that flatters."""
    found = coder_agreement(material.history.record)
    if found.empty:
        return Section(title="Agreement of coders", blocks=(text("No case of this record was coded twice."),))
    return Section(
        title="Agreement of coders",
        blocks=(
            text(
                "{n} random core cases were coded a second time. On how a case ended the coders agree in {same} of "
                "them (alpha {alpha}); least on `{least}` (alpha {low}).",
                n=count(found["n"].max()), same=share(found.set_index("field").loc["cause", "same"]),
                alpha=figure("ratio", found.set_index("field").loc["cause", "alpha"]),
                least=quote(found["field"].iloc[0]), low=figure("ratio", found["alpha"].iloc[0]),
            ),
            table(
                "A second coder beside the record (Krippendorff's alpha, nominal: one is perfect, nought is chance)",
                ("Column", "Alpha", "Same value"),
                [[name(row["field"]), figure("ratio", row["alpha"]), share(row["same"])]
                 for row in found.to_dict(orient="records")],
            ),
            text(
                "**Read this as an upper bound.** The second coder was a language model too, knew the endings too, "
                "and most likely shares the first one's errors; a fact that both recall wrongly counts as "
                "agreement. Part of the rules was tightened after the second coding. The figures say how clear the "
                "rules are, not how true the rows are. Only a blind coding by people of cases they do not recall "
                "would say that."
            ),
        ),
    )  # fmt: skip


def leakage(material: Material) -> Section:
    """Whether the record betrays the ending, and whether features see the future."""
    rows = coverage_by_state(material.history).to_dict(orient="records")
    telling = [row for row in rows if row["p_states"] < NOMINAL]
    apart = [row for row in rows if row["p_endings"] < NOMINAL]
    then, compared, differ = _seen_from_later(material)
    return Section(
        title="Leakage audit",
        blocks=(
            text(
                "**Does it show in the coverage of a case how it ended?** Acts in the {months} months before the "
                "start, and in as many after it for cases that lasted, by how the case stands. {apart} of {n} "
                "measures part the three endings at p below {p}, and {telling} part the endings and the ongoing "
                "cases ({named}); chance alone would give about {chance}. These are not adjusted for looking {n} "
                "times.",
                months=count(WINDOW_MONTHS), apart=count(len(apart)), n=count(len(rows)), p=figure("ratio", NOMINAL),
                telling=count(len(telling)), named=quote(_named(telling)), chance=figure("number", NOMINAL * len(rows)),
            ),
            table(
                "Coverage by how the case stands: acts a year, and shares of acts",
                ("Window: measure", "Cases", *STATES, "p, endings alike", "p, all alike"),
                [[text("{window} the start: {measure}", window=name(row["window"]), measure=name(row["measure"])),
                  count(row["n"]), *(figure("ratio", row[state]) for state in STATES),
                  figure("p", row["p_endings"]), figure("p", row["p_states"])] for row in rows],
            ),
            text(
                "**Do features see the future?** Worked out for this card: all {features} features of every case "
                "known on {then}, once from the record as it stood then and once from the whole record asked for "
                "that day. {differ} of {compared} values differ. The tests go further: endings, events of every "
                "kind and corrections planted for the day after must move nothing, and must move something the day "
                "after that (`tests/features/test_leaks.py`).",
                features=count(len(FEATURES)), then=day(then), differ=count(differ), compared=count(compared),
            ),
            text(
                "**What hindsight could still do.** Fields that are filled more readily once a treaty has come are "
                "kept out of the model: {left_out}. With them in, its skill would read {cluster} with related cases "
                "left out and {rolling} as of each year, better than {own} and {own_rolling}, and wrongly so. What "
                "coders recalled when they filled the other {kept} inputs cannot be tested here.",
                left_out=quote(", ".join(HINDSIGHT_FEATURES)), kept=count(len(MODEL_FEATURES)),
                cluster=material.skill("cluster", model="primary_hindsight"),
                rolling=material.skill("rolling", model="primary_hindsight"),
                own=material.skill("cluster", model=MODEL), own_rolling=material.skill("rolling", model=MODEL),
            ),
            items(
                "Related cases share a cluster or a treaty and are left out together; a precedent counts only from "
                "the day on which its ending was known, and not at all inside a fold that holds it back.",
                "Scaling, pooling and recalibration are learned inside each fold; both references are fitted on "
                "exactly the training cases of the model.",
            ),
        ),
    )  # fmt: skip


def _part(part: Part) -> list[object]:
    return [count(part.n), count(part.of), share(part.share)]


def _audit(verdicts: dict[str, int]) -> str:
    told = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
    return f"Facts of ended cases held against pages: {told}." if told else "No fact was held against a page."


def _named(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{label(row['measure'])} {row['window']} the start" for row in rows) or "none"


def _seen_from_later(material: Material) -> tuple[date, int, int]:
    """A day, how many values of features were compared as of it, and how many differ between then and now."""
    then = date(material.history.as_of.year - YEARS_BACK, 1, 1)
    known = material.history.at(then)
    marks = [(case, then) for case in known.cases["case_id"]]
    early, late = (feature_table(one, marks, FEATURES).to_numpy() for one in (DossierIndex(known), material.index))
    return then, early.size, int((early != late).sum())
