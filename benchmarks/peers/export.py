"""The folds of both designs, from the record: whole components left out, and five years at a time."""

from bisect import bisect_left
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.peers.fold import N_MONTHS, Fold, write_fold
from forecasting.backtest import BURN_IN, Origins, origins
from forecasting.backtest import Fold as Split
from forecasting.backtest.designs import drawn_folds
from forecasting.backtest.standings import Known, UncorrectedRecords, origin_standings
from forecasting.features import DossierIndex
from forecasting.forecasts.ladder_rows import COVARIATES, landmark_lines
from forecasting.forecasts.ladder_training import ladder_training
from forecasting.models.dated_rate import Seen
from forecasting.models.detection import Detection
from forecasting.models.episodes import DURATION_EDGES, LAG_EDGES
from forecasting.models.ladder_design import LADDER_TERMS, TERM_TERMS, ladder_columns, term_columns, term_phase
from forecasting.models.ladder_months import cells, observed
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, TARGETS

N_FOLDS = 10
YEARS = 5
SEED = 20260205
TARGET = TARGETS[0]
NAMES = tuple(term.name for term in (*LADDER_TERMS, *TERM_TERMS, *COVARIATES))


def cluster_splits(history, found):
    """Ten folds of whole components over cluster and instrument, drawn once."""
    core = spells(history, TARGET, "pooled")
    number = drawn_folds(core.group, N_FOLDS, SEED)
    of_line = found.lines["case_id"].map(dict(zip(core.case_ids, number, strict=True))).to_numpy()
    for held_out in range(N_FOLDS):
        cases = tuple(case for case, own in zip(core.case_ids, number, strict=True) if own == held_out)
        yield Split(str(held_out), np.flatnonzero(of_line == held_out), history.as_of, cases)


def rolling_splits(history, found):
    """Stretches of five years of origins from the first with 30 known endings; models know the first day of each."""
    years = np.array([day.year for day in found.lines["day"]])
    known = np.unique(years)
    first = known[bisect_left(known, BURN_IN, key=lambda year: _n_endings(history, int(year)))]
    for year in range(int(first), int(years.max()) + 1, YEARS):
        lines = np.flatnonzero((years >= year) & (years < year + YEARS))
        yield Split(str(year), lines, date(year, 1, 1), ())


def _n_endings(history, year):
    return int(spells(history.at(date(year, 1, 1)), TARGET).endings().sum())


SPLITS = {"cluster": cluster_splits, "rolling": rolling_splits}


def fold_of(learned, standings, rows, split):
    """Everything a peer may see for a split, as arrays.

    `learned` holds the training rows without the cases held out, `standings` where the cases of the origins `rows`
    stand on their days.
    """
    cases = learned.followed.cases
    lines = landmark_lines(learned.followed, learned.marks, learned.values, learned.covariates)
    at_risk, endings = completed(cases, learned.fit_rate("base_rate", Detection()))
    exit_, cause = drawn_ends(cases, endings)
    row, types = lines.row, learned.core.starts["type"].to_numpy().astype("U")
    state = cases.states[row, lines.age]
    train = {
        "features": _features(state, cases.form[row], cases.term[row], lines.age, lines.covariates),
        "type": types[learned.followed.spell[row]],
        "case": learned.followed.spell[row],
        "age": lines.age,
        "exit": exit_[row],
        "cause": cause[row],
        "weight": lines.weight * cases.weight[row],
        "group": learned.core.group[learned.followed.spell[row]],
    }
    meta = {"names": np.array(NAMES), "duration_edges": np.array(DURATION_EDGES), "lag_edges": np.array(LAG_EDGES)}
    return Fold(train, _test(standings, rows, split.lines), episode_columns(cases, lines, at_risk, endings), meta)


def completed(cases, base):
    """Months at risk, (n, w), and endings, (n, w, 3); after the last sight by the base rate, given that none was noted.

    A peer of another library knows no ending that nobody noticed: the base rate of the same cases stands in.
    """
    at_risk, endings = observed(cases, len(CAUSES))
    gaps = np.flatnonzero((cases.cause == 0) & (cases.until > cases.exit))
    seen = Seen(cases.exit[gaps], cases.until[gaps] - cases.exit[gaps], np.zeros(len(gaps)), np.full(len(gaps), ""))
    for number, row in enumerate(gaps):
        first, last = int(cases.exit[row]), int(cases.until[row])
        rise = base.increments(seen, number, last - first)
        unseen = rise * (1.0 - Detection().monthly(last - first, float(cases.looked[row] - first)).T)
        chance = (unseen / (1.0 - rise.sum() + unseen.sum())).T
        endings[row, first:last] = chance
        at_risk[row, first:last] = 1.0 - np.concatenate([[0.0], np.cumsum(chance.sum(axis=1))[:-1]])
    return at_risk, endings


def drawn_ends(cases, endings):
    """Month and cause of each case's end, for learners that take whole durations: drawn once where it is uncertain.

    The draw hangs on the case alone, so that all folds and learners have the same.
    """
    exit_, cause = cases.exit.copy(), cases.cause.copy()
    for row in np.flatnonzero((cases.cause == 0) & (cases.until > cases.exit)):
        grown = np.cumsum(endings[row, cases.exit[row] : cases.until[row]].ravel())
        place = int(np.searchsorted(grown, np.random.default_rng([SEED, int(cases.key[row])]).uniform()))
        month, which = divmod(place, len(CAUSES))
        is_ended = place < len(grown)
        exit_[row] = cases.exit[row] + month + 1 if is_ended else cases.until[row]
        cause[row] = which + 1 if is_ended else 0
    return exit_, cause


def episode_columns(cases, lines, at_risk, endings):
    """The landmarks cut into stretches of months, in which every month of every case counts once."""
    at = cells(cases, lines, len(CAUSES))
    row, lag = lines.row[at.line], np.searchsorted(LAG_EDGES, at.month - lines.age[at.line])
    duration = np.searchsorted(DURATION_EDGES, at.month)
    code = (at.line * (len(DURATION_EDGES) + 1) + duration) * (len(LAG_EDGES) + 1) + lag
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    months = np.bincount(group, at.share * at_risk[row, at.month - 1])
    ended = [np.bincount(group, at.share * endings[row, at.month - 1, cause]) for cause in range(len(CAUSES))]
    ended = np.stack(ended, axis=1)
    none = np.maximum(months - ended.sum(axis=1), 0.0)
    return {"line": at.line[first], "duration": duration[first], "lag": lag[first], "none": none, "ended": ended}


def _test(standings, rows, lines):
    """Lines to be forecast: one for each state in which a case may stand, under each reading of its covariates."""
    at = standings.at
    row, state = np.nonzero(at.start > 0)
    line = standings.line[row]
    recorded = rows["recorded_months"].to_numpy(float)
    return {
        "features": _features(state, at.form[row], at.term[row], at.age[row], at.covariates[row]),
        "type": standings.types.astype("U")[line],
        "age": at.age[row],
        "line": lines[line],
        "weight": standings.weight[row] * at.start[row, state],
        "noted": np.stack([Detection().monthly(N_MONTHS, until) for until in recorded])[line],
    }


def _features(state, form, term, age, covariates):
    """Columns of the ladder's model as they are in the month after the landmark."""
    return np.concatenate(
        [ladder_columns()[form, state], term_columns()[term_phase(age + 1, term)], covariates], axis=1
    )


def export(history, folder):
    """Write every fold, `<design>-<number>.npz`; return the origins and the splits by design."""
    found: Origins = origins(history, TARGET)
    Path(folder).mkdir(parents=True, exist_ok=True)
    whole = Known(history, DossierIndex(history, TARGET))
    standings = origin_standings(UncorrectedRecords(whole, TARGET), found)
    splits = {design: list(make(history, found)) for design, make in SPLITS.items()}
    for design, parts in splits.items():
        learned, day = None, None
        for number, split in enumerate(parts):
            if split.day != day:
                day, past = split.day, whole if split.day == history.as_of else whole.at(split.day, TARGET)
                learned = ladder_training(past.index, spells(past.history, TARGET))
            own, rows = standings.of(split.lines), found.lines.iloc[split.lines]
            fold = fold_of(learned.without(split.held_out), own, rows, split)
            write_fold(fold, Path(folder) / f"{design}-{number:02}.npz")
    return found, splits
