"""The registered lines that bound hindsight: the same backtest with fewer, later or other rungs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.breakdown import skill_by
from forecasting.backtest.designs import folds
from forecasting.backtest.fold_forecasts import FOLD_MODEL, forecast_folds
from forecasting.backtest.origins import SCORED, Origins, origins
from forecasting.backtest.results import Backtest, assemble
from forecasting.forecasts.ladder_rows import KeepRungs, all_rungs
from forecasting.models import BASE_RATE, HEADLINE
from forecasting.models.detection import CERTAIN, Detection
from forecasting.models.ladder import LadderModel
from forecasting.record.cases import Dossier
from forecasting.record.files import results_table
from forecasting.record.history import History
from forecasting.record.ladders import Rung
from forecasting.record.months import deadline
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import TARGETS

LATE: Final = timedelta(days=183)
FIRST_CODINGS: Final = f"{EVALUATION}/first_codings.csv"
FROM_LINES: Final = "ladders_from_lines.csv"
MODELS: Final = (HEADLINE, BASE_RATE)


def high_confidence(dossier: Dossier) -> Sequence[Rung]:
    """Rows of high confidence; the first of each ladder whatever it is, since there is no day before it."""
    return [rung for i, rung in enumerate(dossier.rungs) if rung.confidence == "high" or _is_first(dossier.rungs, i)]


def without_added(dossier: Dossier) -> Sequence[Rung]:
    """Rows that do not rest on acts added for a ladder alone."""
    added = _added(dossier)
    return [
        rung
        for i, rung in enumerate(dossier.rungs)
        if _is_first(dossier.rungs, i) or not rung.events or set(rung.events) - added
    ]


def acts_of_the_record(dossier: Dossier) -> Sequence[Rung]:
    """Rows that rest on an act of the record that was not added for a ladder."""
    added = _added(dossier)
    return [r for i, r in enumerate(dossier.rungs) if _is_first(dossier.rungs, i) or set(r.events) - added]


def six_months_late(dossier: Dossier) -> Sequence[Rung]:
    """All rows half a year later; the first of each ladder stays, since it is the level of the first day.

    Notes
    -----
    Only the day on which a row is known moves. The state on the way to a binding text goes by that day; strain goes by
    the day of its row (`ladders.position`), which no row in force on a day is later than. So strain is not late, and
    the line bounds what knowing the way to a text early is worth, not strain. It is kept as it was registered and run:
    a late strain would be another line.
    """
    return [
        rung if _is_first(dossier.rungs, i) else replace(rung, known_date=max(rung.known_date, rung.day) + LATE)
        for i, rung in enumerate(dossier.rungs)
    ]


class FirstCoding:
    """Rows of one of the two codings that the ladders of the record were made from.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    coding : {"first", "second"}
        Which of them.
    """

    def __init__(self, folder: Path, coding: str) -> None:
        table = results_table(folder / FIRST_CODINGS)
        self._rungs: dict[str, list[Rung]] = {}
        for row in table[table["coding"] == coding].sort_values(["case_id", "ladder", "date"]).itertuples():
            day = date.fromisoformat(str(row.date))
            rung = Rung(
                str(row.ladder), day, day, str(row.precision), int(str(row.level)), str(row.status), (), (), "",
                str(row.confidence),
            )  # fmt: skip
            self._rungs.setdefault(str(row.case_id), []).append(rung)

    def __call__(self, dossier: Dossier) -> Sequence[Rung]:
        """Its rows of a case up to the dossier's day; those of the record where it has none."""
        own = self._rungs.get(dossier.case_id)
        return dossier.rungs if own is None else [rung for rung in own if rung.day <= dossier.as_of]


class FromLines:
    """At a landmark that was judged from nothing but the record's lines, the levels that were read there.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    """

    def __init__(self, folder: Path) -> None:
        self.read: dict[tuple[str, date], list[Rung]] = {}
        for row in results_table(folder / FROM_LINES).itertuples():
            day = date.fromisoformat(str(row.day))
            rung = Rung(str(row.ladder), day, day, "day", int(str(row.level)), str(row.status), (), (), "", "low")
            # The landmarks were drawn on calendar anniversaries; an origin may fall on the day after.
            for origin in (day, day + timedelta(days=1)):
                self.read.setdefault((str(row.case_id), origin), []).append(rung)

    def __call__(self, dossier: Dossier) -> Sequence[Rung]:
        """The rows of the record; on a judged landmark the reading in place of the rows of its ladder."""
        found = self.read.get((dossier.case_id, dossier.as_of), [])
        judged = {rung.ladder for rung in found}
        return [*(rung for rung in dossier.rungs if rung.ladder not in judged), *found]

    def landmarks(self, found: Origins) -> NDArray[np.bool_]:
        """Flags of the origins that were judged."""
        pairs = zip(found.lines["case_id"], found.lines["day"], strict=True)
        return np.array([pair in self.read for pair in pairs])


ROWS: Final[dict[str, KeepRungs]] = {
    "all rows": all_rungs,
    "rows of high confidence": high_confidence,
    "without acts added for a ladder": without_added,
    "acts of the record only": acts_of_the_record,
    "all rungs six months late": six_months_late,
}
"""Lines that keep or move rows of the record's own ladders, by name."""
DETECTIONS: Final = {
    "every ending noted": CERTAIN,
    **{f"fading noted with {share}": Detection(flat=share) for share in (0.1, 0.2, 0.5)},
}
"""Sensitivities to what would have been noticed, by name."""
HINDSIGHT, SENSITIVITY, WHOLE = "hindsight", "sensitivity", "whole"
FIRST_CODING, SECOND_CODING = "first coding", "second coding"
JUDGED, SAME_LANDMARKS = "levels from the record's lines", "all rows, same landmarks"
LAST_SEEN, LOOKED_AT = "open cases as last seen", "no window past the last day looked at"
KINDS: Final = {
    **{name: HINDSIGHT if name != "all rows" else WHOLE for name in ROWS},
    FIRST_CODING: HINDSIGHT, SECOND_CODING: HINDSIGHT, JUDGED: HINDSIGHT, SAME_LANDMARKS: WHOLE,
    LAST_SEEN: SENSITIVITY, LOOKED_AT: SENSITIVITY, **dict.fromkeys(DETECTIONS, SENSITIVITY),
}  # fmt: skip
"""Kind of each registered line: a bound on hindsight, a sensitivity, or what they are compared with."""


def registered_lines(
    history: History, target: str = TARGETS[0], names: Sequence[str] | None = None
) -> dict[str, Backtest]:
    """The design `cluster` under each registered line.

    Parameters
    ----------
    history : History
        The record.
    target : {"concluded", "in_force"}
        What counts as formalized.
    names : sequence of str, optional
        Out of `KINDS`; by default all. The first codings and the rows kept hold in training and prediction; levels from
        the record's lines at prediction, on the landmarks that were judged.

    Returns
    -------
    dict of str to Backtest
        Forecasts of `ladder` and `base_rate`, by line.
    """
    found = origins(history, target)
    parts = folds(history, found, "cluster", target)
    folder = history.record.folder

    def run(keep: KeepRungs = all_rungs, keep_at: KeepRungs | None = None, model: LadderModel = FOLD_MODEL) -> Backtest:
        forecasts = forecast_folds(
            history, found, target, parts, models=MODELS, model=model, keep=keep, keep_at=keep_at
        )
        return assemble("cluster", found, parts, forecasts)

    def judged(keep_at: KeepRungs | None) -> Backtest:
        return _only(run(keep_at=keep_at), FromLines(folder).landmarks(found))

    def noted(detection: Detection) -> Backtest:
        return run(model=LadderModel(**FOLD_MODEL.get_params(deep=False) | {"detection": detection}))

    whole = cache(run)
    lines: dict[str, Callable[[], Backtest]] = {name: partial(run, keep) for name, keep in ROWS.items()}
    lines |= {name: partial(noted, detection) for name, detection in DETECTIONS.items()}
    lines |= {
        "all rows": whole,
        FIRST_CODING: lambda: run(FirstCoding(folder, "first")),
        SECOND_CODING: lambda: run(FirstCoding(folder, "second")),
        JUDGED: lambda: judged(FromLines(folder)),
        SAME_LANDMARKS: lambda: judged(None),
        LAST_SEEN: lambda: _until(whole(), history, target, "last_seen"),
        LOOKED_AT: lambda: _until(whole(), history, target, "looked_until"),
    }
    return {name: lines[name]() for name in names or KINDS}


def lines_table(lines: Mapping[str, Backtest]) -> pd.DataFrame:
    """Skill of formalization over the base rate under each line.

    Columns: `kind`, `line`, `sample`, `part` (`all` or 12 months), `skill`, `lower`, `upper`, `lower95`, `upper95`,
    `n`, `n_cases`, `n_endings`, `n_groups`.
    """
    tables = []
    for name, scored in lines.items():
        for sample in scored.origins.samples():
            rows = pd.concat([skill_by(scored, by, score="formalized", sample=sample) for by in ("all", "horizon")])
            chosen = rows[rows["part"].isin(["all", "12"])].drop(columns="by")
            tables.append(chosen.assign(kind=KINDS[name], line=name, sample=sample))
    table = pd.concat(tables, ignore_index=True)
    head = ["kind", "line", "sample"]
    return table[[*head, *table.columns.drop(head)]]


def _until(scored: Backtest, history: History, target: str, column: str) -> Backtest:
    """Without the windows of open cases that pass the day in a column of their outcome."""
    outcomes = history.outcomes[history.outcomes["target"] == target].set_index("case_id")
    last = pd.to_datetime(outcomes[column]).loc[scored.origins.lines["case_id"]].dt.date.to_numpy()
    passed = [
        [deadline(day, horizon) > until for horizon in SCORED]
        for day, until in zip(scored.origins.lines["day"], last, strict=True)
    ]
    cut = (scored.origins.cause == 0)[:, None] & np.array(passed)
    states = np.where(cut, -1, scored.origins.states)
    values = {name: np.where(cut[:, None], np.nan, each) for name, each in scored.probabilities.items()}
    return replace(scored, origins=replace(scored.origins, states=states), probabilities=values)


def _only(scored: Backtest, chosen: NDArray[np.bool_]) -> Backtest:
    return replace(
        scored,
        origins=scored.origins.select(chosen),
        probabilities={name: values[chosen] for name, values in scored.probabilities.items()},
    )


def _is_first(rungs: Sequence[Rung], number: int) -> bool:
    return all(other.ladder != rungs[number].ladder for other in rungs[:number])


def _added(dossier: Dossier) -> set[str]:
    return {event.event_id for event in dossier.events if event.added_for_ladder}
