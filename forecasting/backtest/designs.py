"""Designs: which origins are forecast together, what their models may know, and which cases they never see."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest.origins import Origins, era_name
from forecasting.record.history import History
from forecasting.record.panel import Spells, spells
from forecasting.record.successors import Successors
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError

Design = Literal["cluster", "rolling", "era", "dyad"]
DESIGNS: tuple[Design, ...] = ("cluster", "rolling", "era", "dyad")
BURN_IN = 30


@dataclass(frozen=True)
class Fold:
    """Origins forecast by the same models.

    `name`, within its design; `lines` (n,): positions among the origins; `day`: the models know what was known on it;
    `held`: cases of which they know nothing but what the forecast itself looks at, never an ending.
    """

    name: str
    lines: NDArray[np.int64]
    day: date
    held: tuple[str, ...]


def check_design(design: str, jobs: int) -> Design:
    """The design, if it and the number of jobs are possible; else a `UsageError`."""
    if jobs < 1:
        raise UsageError(f"wanted at least one job; came {jobs}")
    for known in DESIGNS:
        if design == known:
            return known
    raise UsageError(f"wanted a design out of {', '.join(DESIGNS)}; came {design!r}")


def folds(
    history: History,
    asked: Origins,
    design: Design,
    target: str = TARGETS[0],
    only: Sequence[str] | None = None,
) -> list[Fold]:
    """The folds of a design, or those named in `only`; `UsageError` for a name that it does not have.

    `cluster`: each component over cluster and instrument is left out in turn, as known at the record's end. `rolling`:
    the origins of a year, by models that know what was known on its 1 January, once 30 endings were. `era` and
    `dyad`: the cases that started in the same 25 years, or between the same two parties (of more than two: the
    cluster), are left out with every case of their components. The last two are stress tests.
    """
    if design == "rolling":
        found = list(_years(history, asked, target, only))
    else:
        found = list(_left_out(history, asked, spells(history, target, "pooled"), _UNITS[design]))
    by_name = {fold.name: fold for fold in found}
    for name in only or ():
        if name not in by_name:
            raise UsageError(f"wanted folds of the design {design}; came {name!r}, which it does not have")
    return found if only is None else [by_name[name] for name in only]


def _left_out(
    history: History, asked: Origins, core: Spells, unit: Callable[[History, Spells], Sequence[str]]
) -> Iterator[Fold]:
    """Each unit's origins; models know the record's end, but nothing of the unit's cases and of their components."""
    units = dict(zip(core.case_ids, unit(history, core), strict=True))
    component = dict(zip(core.case_ids, core.group, strict=True))
    owner = asked.lines["case_id"].map(units).to_numpy()
    for name in dict.fromkeys(owner[np.argsort(owner, kind="stable")]):
        touched = {component[case] for case in core.case_ids if units[case] == name}
        held = tuple(case for case in core.case_ids if component[case] in touched)
        yield Fold(name, np.flatnonzero(owner == name), history.as_of, held)


def _years(history: History, asked: Origins, target: str, only: Sequence[str] | None) -> Iterator[Fold]:
    years = np.array([day.year for day in asked.lines["day"]])
    for year in np.unique(years):
        first = date(int(year), 1, 1)
        if (only is None or str(year) in only) and int(spells(history.at(first), target).endings().sum()) >= BURN_IN:
            yield Fold(str(year), np.flatnonzero(years == year), first, ())


_UNITS: dict[str, Callable[[History, Spells], Sequence[str]]] = {
    "cluster": lambda _, core: [f"{group:03d}" for group in core.group],
    "era": lambda _, core: [era_name(day.year) for day in core.starts["start_date"]],
    "dyad": lambda history, core: Successors(history.parties).dyads(core.starts),
}
