"""The record under every alternative coding of every case: a joint coding is a selection of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.designs import drawn_folds
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex, feature_table
from forecasting.features.registry import FEATURES
from forecasting.forecasts.training import case_lines, groupings
from forecasting.record.history import History
from forecasting.record.months import completed_months_array
from forecasting.record.panel import Spells, landmarks, spells
from forecasting.record.recoding import recoded
from forecasting.record.vocabulary import LADDERS, TARGETS

Floats = NDArray[np.float64]

NAMES = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
PRECEDENTS = tuple(name for name in NAMES if FEATURES[name].family == "precedent")
OWN_FACTS = tuple(name for name in NAMES if name not in PRECEDENTS)
N_FOLDS = 5
SEED = 20260205
BY_A_PARTY = ("leader_rejection", "moratorium_ended", "suspension", "test_or_deployment", "withdrawal_notice")


@dataclass(frozen=True)
class Codings:
    """The record under each of its codings; coding 0 is the recorded one, 1 and up the alternatives of a case.

    Attributes
    ----------
    as_of : date
        Day of the record.
    names : dict of str to tuple of str
        Ids of the alternatives of each case, in order.
    spells : pandas.DataFrame
        One row per case and coding (index): `entry`, and for each target `exit_` and `cause_`; `to_end` (exit if
        observed to the record's end), `fold`, `group`, `core`, `forward`, `low_confidence`, `use`, `ceasefire`,
        `by_a_party`, `year`.
    landmarks : pandas.DataFrame
        One row per landmark of each: `case_id`, `coding`, `age_months` and the covariates except the shares of
        precedents.
    precedents : dict of (str, int) to numpy.ndarray of shape (n_landmarks, 2)
        Those shares, by target and by the fold whose endings are withheld (-1: none).
    open_cases : pandas.DataFrame
        One row per forecast open case and coding under which it is open: `target`, and columns as in `landmarks`.
    """

    as_of: date
    names: dict[str, tuple[str, ...]]
    spells: pd.DataFrame
    landmarks: pd.DataFrame
    precedents: dict[tuple[str, int], Floats]
    open_cases: pd.DataFrame


def every_coding(history: History, case_ids: Sequence[str]) -> Codings:
    """Read the record once per layer of codings; `case_ids` are the open cases to be forecast.

    The shares of precedents are those of other cases as recorded, whatever their coding.
    """
    known = history.alternatives
    known = known[~known["field"].isin(LADDERS)]  # no registered covariate reads a ladder
    names = {case: tuple(dict.fromkeys(rows["alternative_id"])) for case, rows in known.groupby("case_id")}
    indexes = {target: DossierIndex(history, target) for target in TARGETS}
    layers = [_layer(history, 0, None, case_ids)]
    for number in range(1, max(map(len, names.values()), default=0) + 1):
        chosen = {case: ids[number - 1] for case, ids in names.items() if len(ids) >= number}
        layers.append(_layer(recoded(history, list(chosen.values())), number, set(chosen), case_ids))
    table, marks, lines = (pd.concat(parts, ignore_index=True) for parts in zip(*layers, strict=True))
    table["fold"] = table["case_id"].map(_folds(table))
    table["group"] = table["case_id"].map(table[table["coding"] == 0].set_index("case_id")["group"])
    for target in TARGETS:
        rows = lines["target"] == target
        days = [(case, history.as_of) for case in lines.loc[rows, "case_id"]]
        lines.loc[rows, list(PRECEDENTS)] = feature_table(indexes[target], days, PRECEDENTS).to_numpy()
    return Codings(
        as_of=history.as_of,
        names=names,
        spells=table.set_index(["case_id", "coding"]).sort_index(),
        landmarks=marks,
        precedents=_precedents(history, indexes, table, marks),
        open_cases=lines,
    )


def _layer(
    history: History, coding: int, cases: set[str] | None, case_ids: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Spells, landmarks and forecast open cases under one coding of each of `cases` (None: all)."""
    index = DossierIndex(history, TARGETS[0])
    seen = {target: spells(history, target, "every") for target in TARGETS}
    table = _spell_table(history, seen)
    table = table[table["case_id"].isin(cases)] if cases is not None else table
    table = table.assign(coding=coding)
    marks = _landmarks(history, index, table)
    lines = _open_cases(history, index, [case for case in case_ids if cases is None or case in cases])
    return table, marks.assign(coding=coding), lines.assign(coding=coding)


def _spell_table(history: History, seen: dict[str, Spells]) -> pd.DataFrame:
    first = seen[TARGETS[0]]
    starts, coding = first.starts, history.coding.set_index("case_id").loc[first.case_ids]
    age = (pd.Timestamp(history.as_of) - starts["start_date"]).dt.days.to_numpy()
    table = pd.DataFrame({"case_id": first.case_ids, "entry": first.entry, "to_end": completed_months_array(age) + 1})
    for target, observed in seen.items():
        own = pd.DataFrame({f"exit_{target}": observed.exit, f"cause_{target}": observed.cause})
        table = table.join(own.set_index(pd.Index(observed.case_ids)), on="case_id")
    table = table.assign(
        group=first.group,
        core=(coding["in_core"] == 1).to_numpy(),
        forward=(coding["sampled_via"] == "forward").to_numpy(),
        low_confidence=(coding["confidence"] == "low").to_numpy(),
        use=(starts["limit_object"] == "use").to_numpy(),
        ceasefire=((starts["armed_conflict"] == 1) & (starts["domain"] == "conventional_forces")).to_numpy(),
        by_a_party=_by_a_party(history, first.case_ids),
        year=starts["start_date"].dt.year.to_numpy(),
    )
    return table.dropna()


def _by_a_party(history: History, case_ids: list[str]) -> NDArray[np.bool_]:
    """Flags of the cases whose ending act was a party's own, declared or done."""
    events = history.record.tables["events"].cells
    ending = events[events["is_ending"] == "1"].drop_duplicates("case_id").set_index("case_id")["kind"]
    return ending.reindex(case_ids).isin(BY_A_PARTY).to_numpy()


def _landmarks(history: History, index: DossierIndex, table: pd.DataFrame) -> pd.DataFrame:
    """Landmarks of each spell up to its latest exit under any rule, with the covariates known on them."""
    exits = table[[f"exit_{target}" for target in TARGETS]].max(axis=1)
    open_still = (table[[f"cause_{target}" for target in TARGETS]] == 0).any(axis=1)
    latest = np.where(open_still, np.maximum(exits, table["to_end"]), exits).astype(np.int64)
    starts = history.cases.set_index("case_id").loc[table["case_id"]].reset_index()
    entry = table["entry"].to_numpy(np.int64)
    found = landmarks(Spells(entry, latest, np.zeros_like(entry), entry, starts))
    days = [min(day.item(), history.as_of) for day in found.day]
    case_ids = table["case_id"].to_numpy()[found.case]
    values = feature_table(index, list(zip(case_ids, days, strict=True)), OWN_FACTS)
    groups = groupings(starts.iloc[found.case].reset_index(drop=True), days)
    return values.assign(case_id=case_ids, day=days, age_months=found.age, **groups)


def _open_cases(history: History, index: DossierIndex, case_ids: Sequence[str]) -> pd.DataFrame:
    tables = [pd.DataFrame({"case_id": []})]
    for target in TARGETS:
        ended = history.outcomes[(history.outcomes["target"] == target) & (history.outcomes["cause"] != "")]
        still = [case for case in case_ids if case not in set(ended["case_id"])]
        if still:
            lines = case_lines(index, history.case_views(still, target), OWN_FACTS)
            tables.append(lines.assign(case_id=still, target=target))
    return pd.concat(tables, ignore_index=True)


def _folds(table: pd.DataFrame) -> dict[str, int]:
    """Fold of each case: whole components of the recorded coding."""
    recorded = table[table["coding"] == 0]
    numbers = drawn_folds(recorded["group"], N_FOLDS, SEED)
    return dict(zip(recorded["case_id"], numbers.tolist(), strict=True))


def _precedents(
    history: History, indexes: dict[str, DossierIndex], table: pd.DataFrame, marks: pd.DataFrame
) -> dict[tuple[str, int], Floats]:
    first = {row.case_id: row.start_known_date.date() for row in history.cases.itertuples()}
    # An alternative may start a case earlier than its recorded first public day, before which it has no dossier.
    keys = [(case, max(day, first[case])) for case, day in zip(marks["case_id"], marks["day"], strict=True)]
    once: list[tuple[str, date]] = sorted(set(keys))
    number_of = {key: number for number, key in enumerate(once)}
    lines = [number_of[key] for key in keys]
    fold = table.drop_duplicates("case_id").set_index("case_id")["fold"]
    found = {}
    for target, index in indexes.items():
        for withheld in range(-1, N_FOLDS):
            cut = index.without(list(fold.index[fold == withheld]))
            found[target, withheld] = feature_table(cut, once, PRECEDENTS).to_numpy()[lines]
    return found
