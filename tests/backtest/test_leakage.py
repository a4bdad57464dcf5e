"""No past forecast knows what nobody could have known: planted endings, events and corrections, each with a twin.

What may change nothing is planted a second time where it must change the forecasts, so no test here can pass blindly.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from record.planting import only_cases, with_corrected_facts, with_early_endings, with_every_kind_later, with_table

from forecasting.backtest import SCORED_MODELS, Fold, Origins, folds, forecast_folds, origins, without
from forecasting.features import FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts.training import lines_at, training_set
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.reading import RawRecord
from forecasting.store.errors import UsageError

DAY = timedelta(days=1)
PRECEDENTS = [name for name, known in FEATURES.items() if known.family == "precedent" and known.unit == "share"]
WITH_PRECEDENTS = ("primary",)
WITH_ACTS = ("ladder", "ladder_model", "primary")
WITH_LADDERS = ("ladder", "ladder_model")
NO_MODEL: tuple[str, ...] = ()
EVERY_MODEL = SCORED_MODELS


@dataclass(frozen=True)
class Trial:
    """Some origins of one fold of a record, and the models' forecasts of them."""

    record: RawRecord
    asked: Origins
    fold: Fold
    forecasts: dict[str, np.ndarray]

    @property
    def days(self) -> list[date]:
        return list(self.asked.lines["day"].iloc[self.fold.lines])

    @property
    def marks(self) -> list[tuple[str, date]]:
        return list(zip(self.asked.lines["case_id"].iloc[self.fold.lines], self.days, strict=True))

    def moved(self, planted: RawRecord) -> tuple[str, ...]:
        """The models of which any forecast is another with the planted record; origins and fold stay the same."""
        theirs = forecasts_of(planted, self.asked, self.fold)
        return tuple(model for model in SCORED_MODELS if (self.forecasts[model] != theirs[model]).any())

    def covariates_moved(self, planted: RawRecord, names: Collection[str], held: Collection[str] = ()) -> bool:
        """Whether any of the named covariates of the origins is another with the planted record."""
        mine, theirs = (
            lines_at(DossierIndex(known).without(held), known, self.marks, names)
            for known in map(known_at_the_end, (self.record, planted))
        )
        return bool((mine != theirs).any(axis=None))


def known_at_the_end(record):
    return History(record.data_end, record)


def forecasts_of(record, asked, fold):
    return forecast_folds(known_at_the_end(record), asked, "concluded", [fold])[0]


def trial(record, asked, fold, chosen=slice(None)):
    """The fold with the chosen of its origins in order of their days."""
    by_day = np.argsort(asked.lines["day"].iloc[fold.lines].to_numpy(), kind="stable")
    fold = replace(fold, lines=fold.lines[by_day][chosen])
    return Trial(record, asked, fold, forecasts_of(record, asked, fold))


def every_nth_cluster(record, n):
    """A record of fewer cases, related ones together: as good for a law, and sooner forecast."""
    cases = record.tables["cases"].cells
    clusters = sorted(set(cases["cluster_id"]))[::n]
    return only_cases(record, set(cases.loc[cases["cluster_id"].isin(clusters), "case_id"]))


@pytest.fixture(scope="module")
def year(record):
    """The first origins of a year under `rolling`."""
    third = every_nth_cluster(record, 3)
    known = known_at_the_end(third)
    asked = origins(known)
    return trial(third, asked, folds(known, asked, "rolling", only=["1999"])[0], slice(3))


@pytest.fixture(scope="module")
def origin(year):
    """The first of them alone."""
    return trial(year.record, year.asked, year.fold, slice(1))


@pytest.fixture(scope="module")
def moved_by_later_corrections(year):
    return year.moved(with_corrected_facts(year.record, max(year.days) + DAY))


LONG = [pytest.param(design, marks=pytest.mark.long) for design in ("fresh", "era", "dyad")]


@pytest.fixture(scope="module", params=["cluster", *LONG])
def held(request, record):
    """Origins of all ages out of the fold that holds most cases out."""
    fourth = every_nth_cluster(record, 4)
    known = known_at_the_end(fourth)
    asked = origins(known)
    largest = max(folds(known, asked, request.param), key=lambda fold: len(fold.held_out))
    return trial(fourth, asked, largest, slice(None, None, 13))


def open_on(record, day):
    """Cases of which no ending was known on a day."""
    outcomes = record.tables["outcomes"].cells
    ended = outcomes.loc[(outcomes["cause"] != "") & (outcomes["end_known_date"] <= day.isoformat()), "case_id"]
    return set(outcomes["case_id"]) - set(ended)


def test_endings_known_after_the_origins_change_no_rolling_forecast(year):
    last = max(year.days)
    assert year.moved(with_early_endings(year.record, open_on(year.record, last), last + DAY)) == NO_MODEL


def test_the_same_endings_known_on_the_day_of_the_models_change_every_model(year):
    cases = open_on(year.record, max(year.days))
    assert year.moved(with_early_endings(year.record, cases, year.fold.day)) == EVERY_MODEL


def test_endings_known_between_the_models_and_the_origins_are_precedents_but_train_no_model(year):
    assert year.fold.day + DAY < min(year.days)
    cases = open_on(year.record, max(year.days))
    assert year.moved(with_early_endings(year.record, cases, year.fold.day + DAY)) == WITH_PRECEDENTS


def test_endings_of_held_cases_change_no_forecast_of_their_fold(held):
    assert held.moved(with_early_endings(held.record, held.fold.held_out)) == NO_MODEL


def test_the_same_endings_of_cases_that_are_not_held_change_every_model(held):
    core = spells(known_at_the_end(held.record), population="pooled")
    assert held.moved(with_early_endings(held.record, set(core.case_ids) - set(held.fold.held_out))) == EVERY_MODEL


def test_a_forecast_sees_no_ending_of_a_related_held_case(held):
    """The endings are known on the record's last day, after every landmark, and only forecasts could see them."""
    end = held.record.data_end
    unknown, known = (with_early_endings(held.record, held.fold.held_out, day) for day in (end + DAY, end))
    last = trial(unknown, replace(held.asked, lines=held.asked.lines.assign(day=end)), held.fold)
    assert last.moved(known) == NO_MODEL
    assert not last.covariates_moved(known, PRECEDENTS, held.fold.held_out)
    assert last.covariates_moved(known, PRECEDENTS)


def test_a_training_landmark_sees_no_ending_of_a_related_held_case(held):
    """The endings are known the day after the first origin, the only forecast, and only training could see them."""
    first = trial(held.record, held.asked, held.fold, slice(1))
    later = open_on(held.record, first.days[0]) & set(held.fold.held_out)
    planted = with_early_endings(held.record, later, first.days[0] + DAY)
    assert first.moved(planted) == NO_MODEL
    assert not first.covariates_moved(planted, PRECEDENTS)
    mine, theirs = (
        without(training_set(known, DossierIndex(known), PRECEDENTS, "concluded"), held.fold.held_out).landmarks
        for known in map(known_at_the_end, (held.record, planted))
    )
    assert (mine != theirs).any(axis=None)


def test_events_known_after_the_origin_change_no_covariate_and_no_forecast(year, origin):
    planted = with_every_kind_later(year.record, origin.days[0])
    assert origin.moved(planted) == NO_MODEL
    assert not origin.covariates_moved(planted, MODEL_FEATURES)


def test_the_same_events_known_on_the_origin_change_covariates_and_every_model_that_has_any(year, origin):
    planted = with_every_kind_later(year.record, origin.days[0] - DAY)
    assert origin.moved(planted) == WITH_ACTS
    assert origin.covariates_moved(planted, MODEL_FEATURES)


def with_higher_rungs(record, case_ids, day):
    """Rows of the way to a binding text that first became known on a day, at the highest level."""
    cells = record.tables["ladders"].cells
    rows = pd.DataFrame(dict.fromkeys(cells.columns, ""), index=range(len(case_ids))).assign(
        case_id=sorted(case_ids), ladder="formalization", date=day.isoformat(), precision="day",
        known_date=day.isoformat(), level="5", status="active", evidence="Planted.", confidence="low",
    )  # fmt: skip
    kept = cells[~((cells["case_id"].isin(case_ids)) & (cells["date"] == day.isoformat()))]
    return with_table(record, "ladders", pd.concat([kept, rows], ignore_index=True))


def test_rungs_known_after_the_origin_change_no_forecast(year, origin):
    assert origin.moved(with_higher_rungs(year.record, [origin.marks[0][0]], origin.days[0] + DAY)) == NO_MODEL


def test_the_same_rungs_known_on_the_origin_change_the_ladder_forecast(year, origin):
    assert origin.moved(with_higher_rungs(year.record, [origin.marks[0][0]], origin.days[0])) == WITH_LADDERS


@pytest.mark.long
def test_rungs_of_other_cases_teach_only_once_they_were_known(year):
    others = open_on(year.record, year.fold.day) - {case for case, _ in year.marks}
    started = year.record.tables["cases"].cells
    others &= set(started.loc[started["start_known_date"] <= (year.fold.day - 400 * DAY).isoformat(), "case_id"])
    assert year.moved(with_higher_rungs(year.record, others, year.fold.day + DAY)) == NO_MODEL
    assert year.moved(with_higher_rungs(year.record, others, year.fold.day - 300 * DAY)) == WITH_LADDERS


@pytest.mark.parametrize("model", SCORED_MODELS)
def test_corrections_recorded_after_the_origins_change_no_rolling_forecast(moved_by_later_corrections, model):
    assert model not in moved_by_later_corrections


def test_the_same_corrections_recorded_by_the_origins_change_every_model_with_covariates(year):
    moved = year.moved(with_corrected_facts(year.record, min(year.days)))
    assert moved == tuple(model for model in SCORED_MODELS if model not in ("base_rate", "recent_base_rate"))


@pytest.mark.long
def test_the_same_corrections_recorded_by_the_day_of_the_models_change_every_model(year):
    assert year.moved(with_corrected_facts(year.record, year.fold.day)) == EVERY_MODEL


@pytest.mark.parametrize(
    ("n_left", "last_known", "n_endings"),
    [(30, date(1985, 1, 1), 30), (30, date(1985, 1, 2), 29), (29, date(1985, 1, 1), 29)],
)
def test_a_year_is_forecast_if_thirty_endings_were_known_on_its_first_day(
    record, every_origin, n_left, last_known, n_endings
):
    """Of the endings known on 1 January 1985 the last are left, and the very last became known on `last_known`."""
    first_day = date(1985, 1, 1)
    core = spells(History(first_day, record))
    ended = [case_id for case_id, cause in zip(core.case_ids, core.cause, strict=True) if cause]
    outcomes = record.tables["outcomes"].cells.copy()
    outcomes.loc[outcomes["case_id"].isin(ended[:-n_left]), ["cause", "end_date", "end_known_date"]] = ""
    outcomes.loc[outcomes["case_id"] == ended[-1], "end_known_date"] = last_known.isoformat()
    fewer = known_at_the_end(with_table(record, "outcomes", outcomes))
    assert spells(fewer.at(first_day)).endings().sum() == n_endings
    if n_endings >= 30:
        assert [fold.name for fold in folds(fewer, every_origin, "rolling", only=["1985"])] == ["1985"]
    else:
        with pytest.raises(UsageError, match="got '1985', which it does not have$"):
            folds(fewer, every_origin, "rolling", only=["1985"])
