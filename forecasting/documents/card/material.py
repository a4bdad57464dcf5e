"""Inputs of a card, read once: record, results beside it, fitted model, and the version before."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

import forecasting
from forecasting.artefacts import made_from, obtain
from forecasting.backtest.multiverse.summary import read_summary
from forecasting.documents.blocks import Figure
from forecasting.documents.card.form import Card, Sources
from forecasting.documents.card.home import FOLDER, STEWARDS, Stewards, before, home_of, stewards
from forecasting.documents.scorecard import (
    COVERAGE,
    REGISTERED_RESULTS,
    REGISTERED_TABLES,
    TABLES,
    scorecard_content,
)
from forecasting.documents.skill_tables import skill_figure, skill_rows
from forecasting.explain.support import SupportCounts, support_counts
from forecasting.explain.track_record import read_track_record
from forecasting.features import DossierIndex
from forecasting.forecasts import FittedModels
from forecasting.models import FIRST, HEADLINE, MODELS
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.files import sha256_of
from forecasting.record.history import History
from forecasting.record.schema import EVALUATION

Row = dict[str, Any]
MODEL: Final = HEADLINE
TARGET: Final = "concluded"
POPULATION: Final = "forward"
MULTIVERSE: Final = "multiverse"
RESULTS: Final = (
    *(f"{EVALUATION}/{name}" for name in (
        *(f"{table}.csv" for table in TABLES), f"{COVERAGE}.csv", "track_record.csv", "track_record.json",
    )),
    *(REGISTERED_RESULTS.format(table) for table in REGISTERED_TABLES),
    "DATASHEET.md", "REGISTRATION.md",
)  # fmt: skip


@dataclass(frozen=True)
class Material:
    """Inputs of a card's sections. Nothing in it is typed in, and nothing depends on the clock."""

    history: History
    home: Path
    version: str
    artefacts: Path | None = None

    @cached_property
    def results(self) -> Row:
        """The finished results as the scorecard reads them; tables of another record are empty."""
        found = scorecard_content(self.history)
        if not self.history.sha256.startswith(found["scored_record"] or "none"):
            found |= {name: [] for name in TABLES}
        return found

    @cached_property
    def fitted(self) -> FittedModels:
        """The fitted headline, and the first registration's model with its domain; from an artefact if there is one."""
        return obtain(self.artefacts, self.history, (MODEL, FIRST), TARGET, POPULATION).fitted

    @cached_property
    def model(self) -> LadderPool:
        """The headline: the model of the ladder pooled with the base rate."""
        found = self.fitted.models[MODEL]
        assert isinstance(found, LadderPool)
        return found

    @cached_property
    def first(self) -> HazardModel:
        """The hazard model of the first registration."""
        found = self.fitted.models[FIRST]
        assert isinstance(found, HazardModel)
        return found

    @cached_property
    def index(self) -> DossierIndex:
        """Index of dossiers from which features are read."""
        return DossierIndex(self.history, TARGET)

    @cached_property
    def support(self) -> SupportCounts:
        """Frequency with which the first registration's model abstains or widens its interval."""
        return support_counts(self.history, self.fitted, self.index, TARGET)

    @cached_property
    def track(self) -> pd.DataFrame | None:
        """Stored backtest forecasts, if they are of this record."""
        return read_track_record(self.history, TARGET).lines

    @cached_property
    def multiverse(self) -> Row | None:
        """Summary of the multiverse, if it was computed for this record."""
        return read_summary(self.history.record.folder / MULTIVERSE, self.history.sha256, self.history.as_of)

    @cached_property
    def stewards(self) -> Stewards | None:
        """Stewards of the card."""
        return stewards(self.home)

    @cached_property
    def previous(self) -> Card | None:
        """The version before."""
        return before(self.home, self.version)

    @cached_property
    def sources(self) -> Sources:
        """Hashes of all of it."""
        artefact = made_from(self.history, MODELS, TARGET, POPULATION)
        day = self.multiverse["as_of"] if self.multiverse else None
        return Sources(
            artefact=artefact,
            artefact_key=artefact.key,
            data_end=self.history.record.data_end.isoformat(),
            package_version=forecasting.__version__,
            results=results_hashes(self.history.record.folder, self.home, day),
        )

    def rows(self, table: str, **asked: Any) -> list[Row]:
        """Rows of a table of results in which these cells have these values."""
        return [row for row in self.results[table] if all(row[key] == value for key, value in asked.items())]

    def skill(self, design: str, by: str = "all", part: str = "all", **asked: str) -> Figure:
        """Skill with its interval: the primary figure unless asked otherwise, see `skill_rows`."""
        found = skill_rows(self.results["skill"], by, design=design, part=part, **asked)
        return skill_figure(found[0] if found else None)


def gather(
    history: History, home: Path | None = None, version: str | None = None, artefacts: Path | None = None
) -> Material:
    """Inputs of the card of a history; `home` is the folder of its versions, by default beside the record."""
    return Material(history, home or home_of(history.record.folder), version or forecasting.__version__, artefacts)


def results_hashes(folder: Path, home: Path, multiverse_day: str | None) -> dict[str, str]:
    """sha256 of every file of results beside a record and of the stewards, whatever their line ends.

    Files that are not there are left out.
    """
    names = [*RESULTS, *([f"{MULTIVERSE}/{multiverse_day}.json"] if multiverse_day else [])]
    places = {name: folder / name for name in names} | {f"{FOLDER}/{STEWARDS}": home / STEWARDS}
    return {name: sha256_of(path) for name, path in places.items() if path.is_file()}
