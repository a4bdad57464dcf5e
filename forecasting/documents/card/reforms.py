"""The REFORMS checklist for science based on machine learning (Kapoor and others 2024), answered in `reforms.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final, Literal, get_args

import numpy as np

from forecasting.documents.blocks import Cell, Figure, Table
from forecasting.documents.card.form import CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.compose import slotted, table, text
from forecasting.documents.quantities import code, count, figure, percent, quote, share
from forecasting.features import HINDSIGHT_FEATURES
from forecasting.forecasts import LEVEL
from forecasting.forecasts.ladder_rows import COVARIATES
from forecasting.record.agreement import coder_agreement
from forecasting.record.panel import spells
from forecasting.record.quality import unopened_sources
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.verdict import LEVEL as WIDE
from forecasting.store.values import Values

CHECKLIST: Final = Path(__file__).with_name("reforms.toml")
Answer = Literal["yes", "partly", "no"]
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
SHORT: Final = 12


class Item(Values):
    """An item of the checklist: its answer, the basis of that, and the place of the evidence."""

    item: str
    answer: Answer
    basis: str
    where: str


class Part(Values):
    """A section of the checklist."""

    title: str
    items: list[Item]


class Checklist(Values):
    """The whole of it."""

    parts: list[Part]


@cache
def checklist() -> Checklist:
    """The answers of `reforms.toml`."""
    return Checklist.model_validate(tomllib.loads(CHECKLIST.read_text(encoding="utf-8")))


def reforms(material: Material) -> CardSection:
    """Eight tables of items, each with an answer, its basis, and the place of the evidence."""
    parts, slots = checklist().parts, _slots(material)
    given = [item.answer for part in parts for item in part.items]
    said = text(
        "Kapoor and others, *REFORMS: Consensus-based Recommendations for Machine-learning-based Science*, Science "
        "Advances {year}; {n} items in {parts} sections, in our wording. Answered yes: {yes}, partly: {partly}, no: "
        "{no}.",
        year=code("2024"), n=count(len(given)), parts=count(len(parts)),
        **{answer: count(given.count(answer)) for answer in ANSWERS},
    )  # fmt: skip
    tables = (_table(number, part, slots) for number, part in enumerate(parts, start=1))
    return CardSection(title="REFORMS checklist", blocks=(said, *tables))


def _table(number: int, part: Part, slots: Mapping[str, Figure]) -> Table:
    rows: list[list[Cell]] = [
        [f"{number}{letter} {one.item}", one.answer, slotted(one.basis, slots), text(one.where)]
        for letter, one in zip(ascii_lowercase, part.items, strict=False)
    ]
    return table(part.title, ("Item", "Answer", "Basis", "Where"), rows)


def _slots(material: Material) -> dict[str, Figure]:
    """The values in the answers."""
    core, source, pool = spells(material.history), material.sources.artefact, material.model
    coded = coder_agreement(material.history.record)
    outcomes: Any = core.endings()
    return {
        "cases": count(len(core.case_ids)),
        "groups": count(len(np.unique(core.group))),
        "outcomes": quote(", ".join(f"{n} {cause}" for n, cause in zip(outcomes, CAUSES, strict=False))),
        "record": code(source.record_sha256[:SHORT]),
        "code": code(source.code_sha256[:SHORT]),
        "unopened": share(unopened_sources(material.history).share),
        "same": share(coded.set_index("field").loc["cause", "same"] if len(coded) else None),
        "inputs": count(len(COVARIATES)),
        "hindsight": count(len(HINDSIGHT_FEATURES)),
        "slope": figure("ratio", max(pool.model_.scales)),
        "shrink": percent(pool.base_share),
        "calibration": figure("ratio", pool.model_.calibration_sd),
        "level": percent(LEVEL),
        "wide": percent(WIDE),
        "era": material.skill("era"),
        "dyad": material.skill("dyad"),
    }
