"""Designs of the backtest: folds of origins, the day of the models' record, and the cases held out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.backtest.jobs import check_jobs
from forecasting.backtest.origins import Origins, era_name
from forecasting.record.history import History
from forecasting.record.panel import Spells, spells
from forecasting.record.successors import Successors
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError

Design = Literal["cluster", "rolling", "rolling_cluster", "gap", "fresh", "fresh_rolling", "era", "dyad"]
DESIGNS: tuple[Design, ...] = ("cluster", "rolling", "rolling_cluster", "gap", "fresh", "fresh_rolling", "era", "dyad")
BURN_IN = 30


@dataclass(frozen=True)
class Fold:
    """Origins forecast by the same models, out of sample.

    Parameters
    ----------
    name : str
        Name within the design, such as `1985` of `rolling`.
    lines : numpy.ndarray of shape (n,)
        Positions of the fold among the origins.
    day : date
        As-of day of the record that the models are fitted on.
    held_out : tuple of str
        Cases left out of training, and whose endings no covariate uses. A forecast uses of them what was known on its
        own day, never an ending.

    Examples
    --------
    >>> Fold("1985", np.array([0, 3]), date(1985, 1, 1), ()).day.year
    1985
    """

    name: str
    lines: NDArray[np.int64]
    day: date
    held_out: tuple[str, ...]


def check_design(design: str, jobs: int) -> Design:
    """The design, checked together with the number of jobs.

    Parameters
    ----------
    design : str
        Out of `DESIGNS`, see `folds`.
    jobs : int
        Processes, 1 or more.

    Returns
    -------
    str
        `design`.

    Raises
    ------
    UsageError
        For another design or fewer than one job.

    Examples
    --------
    >>> check_design("rolling", 2)
    'rolling'
    """
    check_jobs(jobs)
    for known in DESIGNS:
        if design == known:
            return known
    raise UsageError(f"expected a design out of {', '.join(DESIGNS)}, got {design!r}")


def folds(
    history: History,
    origins: Origins,
    design: Design,
    target: str = TARGETS[0],
    only: Sequence[str] | None = None,
) -> list[Fold]:
    """The folds of a design.

    Parameters
    ----------
    history : History
        The record that the origins are of.
    origins : Origins
        Forecast origins.
    design : str
        `cluster`: each component over cluster and instrument, as known at the record's end, is held out in turn.
        `rolling`: the origins of a year, by models fitted on what was known on its 1 January, from the first year with
        30 known endings. `rolling_cluster`: both, a fold for each component in each year. `gap`: the folds of
        `cluster`, for origins with a gap (`gaps.with_gaps`). `fresh`, `fresh_rolling`: `cluster` and `rolling_cluster`
        with models that never learn from the cases coded for the fresh test, whichever case they forecast. `era` and
        `dyad`, stress tests: the cases that started in the same 25 years, or between the same two parties (of more than
        two: the cluster), are held out with every case of their components.
    target : {"concluded", "in_force"}
        What counts as formalized.
    only : sequence of str, optional
        Names of the folds to return, in this order; by default all.

    Returns
    -------
    list of Fold
        Every origin is in one fold, or, in `rolling` before the burn-in, in none.

    Raises
    ------
    UsageError
        For a name in `only` that the design does not have.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.backtest import origins
    >>> history = load_history(as_of="1990-01-01")
    >>> rolling = folds(history, origins(history, "concluded"), "rolling")
    >>> rolling[0].name, rolling[0].day.isoformat()
    ('1975', '1975-01-01')
    """
    never = origins.fresh_cases() if design in ("fresh", "fresh_rolling") else ()
    if design == "rolling":
        found = list(_years(history, origins, target, only, never))
    elif design in ("rolling_cluster", "fresh_rolling"):
        years = _years(history, origins, target, None if only is None else [name.split(" ")[0] for name in only], never)
        found = list(_components_of_years(years, origins, spells(history, target, "pooled")))
    else:
        found = list(_held_out(history, origins, spells(history, target, "pooled"), _UNITS[design]))
    if never:
        found = [replace(fold, held_out=tuple(dict.fromkeys((*fold.held_out, *never)))) for fold in found]
    by_name = {fold.name: fold for fold in found}
    for name in only or ():
        if name not in by_name:
            raise UsageError(f"expected names of folds of the design {design}, got {name!r}, which it does not have")
    return found if only is None else [by_name[name] for name in only]


def drawn_folds(group: ArrayLike, n_folds: int, seed: int) -> NDArray[np.int64]:
    """Number of the fold of each case, with whole components dealt at random to `n_folds` folds.

    Parameters
    ----------
    group : array_like of shape (n,)
        Number of the component of each case.
    n_folds : int
        Number of folds, 1 or more.
    seed : int
        Seed of the draw.

    Returns
    -------
    numpy.ndarray of shape (n,)
        From 0 to `n_folds` - 1, the same for all cases of a component.

    Examples
    --------
    >>> drawn_folds([0, 0, 1, 2], 2, seed=1).tolist()
    [0, 0, 1, 0]
    """
    components, numbers = np.unique(np.asarray(group, dtype=np.int64), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(components))
    return np.asarray(order[numbers] % n_folds)


def _held_out(
    history: History, origins: Origins, core: Spells, unit: Callable[[History, Spells], Sequence[str]]
) -> Iterator[Fold]:
    """One fold per unit: its cases and those of their components are held out; models know the record's end."""
    units = dict(zip(core.case_ids, unit(history, core), strict=True))
    case_ids = core.case_ids
    component = dict(zip(case_ids, core.group, strict=True))
    unit_of_line = origins.lines["case_id"].map(units).to_numpy()
    for name in dict.fromkeys(unit_of_line[np.argsort(unit_of_line, kind="stable")]):
        components = {component[case] for case in case_ids if units[case] == name}
        held_out = tuple(case for case in case_ids if component[case] in components)
        yield Fold(name, np.flatnonzero(unit_of_line == name), history.as_of, held_out)


def _years(
    history: History, origins: Origins, target: str, only: Sequence[str] | None, never: Sequence[str]
) -> Iterator[Fold]:
    """The folds of the years by whose first day enough endings were known, not counting cases never learned from."""
    years = np.array([day.year for day in origins.lines["day"]])
    for year in np.unique(years):
        first = date(int(year), 1, 1)
        # `only` spares the years that are not expected their reading of the record as of their first day.
        if only is not None and str(year) not in only:
            continue
        known = spells(history.at(first), target)
        if int(((known.cause > 0) & ~np.isin(known.case_ids, list(never))).sum()) >= BURN_IN:
            yield Fold(str(year), np.flatnonzero(years == year), first, ())


def _components_of_years(years: Iterator[Fold], origins: Origins, core: Spells) -> Iterator[Fold]:
    """The folds of each year by component, which is held out."""
    component = dict(zip(core.case_ids, core.group.tolist(), strict=True))
    members: dict[int, list[str]] = {}
    for name, group in component.items():
        members.setdefault(group, []).append(name)
    group_of_line = origins.lines["case_id"].map(component).to_numpy()
    for year in years:
        for group in np.unique(group_of_line[year.lines]):
            lines = year.lines[group_of_line[year.lines] == group]
            yield Fold(f"{year.name} {group:03d}", lines, year.day, tuple(members[group]))


_UNITS: dict[str, Callable[[History, Spells], Sequence[str]]] = {
    "cluster": lambda _, core: [f"{group:03d}" for group in core.group],
    "gap": lambda _, core: [f"{group:03d}" for group in core.group],
    "fresh": lambda _, core: [f"{group:03d}" for group in core.group],
    "era": lambda _, core: [era_name(day.year) for day in core.starts["start_date"]],
    "dyad": lambda history, core: Successors(history.parties).dyads(core.starts),
}
