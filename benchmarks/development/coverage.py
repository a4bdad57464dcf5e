"""Do the headline's 80 % intervals hold the true probability four times in five? On simulated records of the half.

`python benchmarks/development/coverage.py [--records 200] [--kept DIR] [--only WORLD] [--table FILE]`: for each world
that many records are simulated from the fitted model (first days, terms and covariates as they are, ladders and endings
anew), the model is fitted to each, and its intervals at the first days are compared with the true probabilities.
Worlds: as fitted; effects doubled; a deviation of 0.7 log odds shared by the cases of a component, one draw of the
deviations for all records, or drawn anew for each. Records that are done are read from the folder `--kept`, so that a
run can be broken off, and worlds can be run side by side. Into the table (`data/evaluation/coverage.csv`) goes each
cell: `world`, `cause`, `horizon`, `third` (of the true probabilities, the lowest first), `covered` (share of the
intervals that hold the truth), `width` and `bias` (means), `n` intervals and `n_records`. What the interval would hold
without the deviation that related cases share is printed beside.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pilot as half

from forecasting.forecasts.ladder_rows import COVARIATES, covariate_table, follow_ups, landmark_lines
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.episodes import duration_bin
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import (
    N_STEPS,
    duration_columns,
    ladder_columns,
    term_columns,
    term_phase,
)
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_product import forward_incidence
from forecasting.models.ladder_standings import Standings
from forecasting.models.newton import probabilities
from forecasting.record.vocabulary import CAUSES

HORIZONS = (12, 36, 60, 120)
WORLDS = {
    "as fitted": (1.0, 0.0, False),
    "effects doubled": (2.0, 0.0, False),
    "component effect 0.7": (1.0, 0.7, False),
    "component effect 0.7 anew": (1.0, 0.7, True),
}
THIRDS = ("lowest", "middle", "highest")
N_DRAWS, LEVEL = 400, 0.8
PARTS = ("truth", "held", "width", "bias")
POOLS = (LadderPool(), LadderPool(shared_sd=0.0))
"""The headline, and what it would be without the deviation that related cases share."""


class World:
    """A record like the half's, with known hazards."""

    def __init__(self, stretch, spread, anew=False, seed=20260205):
        pilot = half.load(half.HALVES)
        followed = follow_ups(pilot.index, pilot.core)
        marks = list(zip(pilot.ids, pilot.days, strict=True))
        values = covariate_table(pilot.index, marks, COVARIATES)
        lines = landmark_lines(followed, pilot.marks, values, COVARIATES)
        fitted = LadderModel(COVARIATES, n_draws=2).fit(followed.cases, lines)
        first = np.unique(followed.spell, return_index=True)[1]
        cases = followed.cases
        self.cases, self.first = cases, first
        self.n = len(first)
        self.entry, self.form, self.term = cases.entry[first], cases.form[first], cases.term[first]
        self.key, self.component = cases.key[first], cases.component[first]
        ago = (np.datetime64(pilot.history.as_of) - pilot.core.starts["start_date"].to_numpy("datetime64[D]")).astype(
            int
        )
        self.until = np.maximum((ago / 30.4375).astype(int) + 1, self.entry + 1)
        self.start = cases.states[first, self.entry]
        firsts = np.unique(pilot.marks.case, return_index=True)[1]
        self.covariates = values[firsts]
        hazard = fitted.hazard_
        coef = hazard.mean_coef.copy()
        middle = hazard.center @ coef[N_STEPS:]
        coef[N_STEPS:] *= stretch
        coef[0] += middle - hazard.center @ coef[N_STEPS:]
        self.coef, self.moves = coef, fitted.moves_.matrix
        self.spread, self.anew = spread, anew
        self.deviate(np.random.default_rng(seed))

    def deviate(self, rng):
        """Draw what the cases of each component share."""
        names, code = np.unique(self.component, return_inverse=True)
        self.deviation = self.spread * rng.normal(size=(len(names), 3))[code] - self.spread**2 / 2

    def hazards(self, row, n_months):
        """Monthly hazards from the entry on, (months, states, causes)."""
        month = self.entry[row] + np.arange(1, n_months + 1)
        eta = (
            (duration_columns(duration_bin(month)) @ self.coef[:N_STEPS])[:, None]
            + (ladder_columns()[self.form[row]] @ self.coef[N_STEPS : N_STEPS + 6])[None]
            + (term_columns()[term_phase(month, self.term[row])] @ self.coef[N_STEPS + 6 : N_STEPS + 9])[:, None]
            + self.covariates[row] @ self.coef[N_STEPS + 9 :]
            + self.deviation[row]
        )
        return probabilities(eta)

    def truth(self):
        """True incidence at the first days, (n, 3, horizons)."""
        found = []
        for row in range(self.n):
            chance = self.hazards(row, max(HORIZONS)).transpose(0, 2, 1)[None]
            start = np.eye(N_STATES)[self.start[row]]
            found.append(forward_incidence(start, chance, self.moves, np.arange(max(HORIZONS)), HORIZONS)[0])
        return np.stack(found)

    def record(self, rng):
        """A simulated record: follow-ups and landmarks."""
        n, width = self.n, int(self.until.max())
        states = np.full((n, width), -1)
        exit_, cause = self.until.copy(), np.zeros(n, dtype=int)
        steps = np.cumsum(self.moves, axis=1)
        for row in range(n):
            chance = self.hazards(row, int(self.until[row] - self.entry[row]))
            at = int(self.start[row])
            for month in range(int(self.entry[row]), int(self.until[row])):
                states[row, month] = at
                drawn = rng.random()
                below = np.cumsum(chance[month - self.entry[row], at])
                if drawn < below[-1]:
                    exit_[row], cause[row] = month + 1, 1 + int(np.searchsorted(below, drawn, side="right"))
                    break
                at = min(int(np.searchsorted(steps[at], rng.random(), side="right")), N_STATES - 1)
        until = np.where(cause > 0, exit_, self.until)
        cases = FollowUps(
            self.key, self.component, np.ones(n), self.entry, exit_, cause, until, until, self.form, self.term, states
        )
        ages = [np.array([a, *range((a // 12 + 1) * 12, b, 12)]) for a, b in zip(self.entry, exit_, strict=True)]
        row = np.repeat(np.arange(n), [len(each) for each in ages])
        return cases, Lines(row, np.concatenate(ages), np.ones(len(row)), self.covariates[row])

    def standings(self):
        """The first days."""
        zero = np.zeros(self.n, dtype=int)
        return Standings(self.key, self.entry, zero, zero * 1.0, self.form, self.term, np.eye(N_STATES)[self.start],
                         self.covariates)  # fmt: skip


def measured(world, number, seed=1):
    """Of one record: the truth (n, 3, horizons), and by pool whether each interval holds it and its width; the bias."""
    if world.anew:
        world.deviate(np.random.default_rng([seed, number, 2]))
    truth, at = world.truth(), world.standings()
    ages, code = np.unique(at.age, return_inverse=True)
    zero = np.zeros(len(ages), dtype=int)
    cases, lines = world.record(np.random.default_rng([seed, number]))
    model = LadderModel(COVARIATES, n_draws=N_DRAWS, seed=number).fit(cases, lines)
    base = DatedRate(n_draws=N_DRAWS, seed=number).fit(cases, world.until)
    seen = Seen(ages, zero, zero * 1.0, np.full(len(ages), "a"))
    ours, theirs = model.draws(at, HORIZONS), base.draws(seen, HORIZONS)[:, code]
    point = POOLS[0].point(ours.mean(axis=0), theirs.mean(axis=0))
    drawn = [np.moveaxis(with_ongoing(each), 1, -1) for each in (ours, theirs)]
    held, width = [], []
    for pool in POOLS:
        low, high = (np.moveaxis(bound, -1, 0)[:, :-1] for bound in pool.interval(*drawn, LEVEL))
        low, high = np.minimum(low, point), np.maximum(high, point)
        held.append((low <= truth) & (truth <= high))
        width.append(high - low)
    return truth, np.stack(held), np.stack(width), point - truth


def with_ongoing(draws):
    """Draws of the incidence, (b, n, 3, horizons), with the probability of going on as a fourth."""
    return np.concatenate([draws, 1.0 - draws.sum(axis=2, keepdims=True)], axis=2)


def kept_or_measured(name, world, number, folder):
    """Of one record as of `measured`, read from the folder if it is there."""
    if folder is None:
        return measured(world, number)
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:8]}-{number:04}.npz"
    if not path.exists():
        parts = dict(zip(PARTS, measured(world, number), strict=True))
        half_done = path.with_suffix(".part.npz")
        np.savez_compressed(half_done, **parts)
        half_done.replace(path)
    with np.load(path) as found:
        return tuple(found[part] for part in PARTS)


def cells(world, truth, held, width, bias):
    """One row for each ending, horizon and third of the true probabilities; all arrays (records, n, 3, horizons)."""
    rows, n = [], truth.shape[1]
    rank = truth.argsort(axis=1, kind="stable").argsort(axis=1) * len(THIRDS) // n
    for k, cause in enumerate(CAUSES):
        for h, horizon in enumerate(HORIZONS):
            for number, third in enumerate(THIRDS):
                own = rank[:, :, k, h] == number
                covered, wide, off = (each[:, :, k, h][own].mean() for each in (held, width, bias))
                rows.append({
                    "world": world, "cause": cause, "horizon": horizon, "third": third, "covered": covered,
                    "width": wide, "bias": off, "n": own.sum(), "n_records": len(held),
                })  # fmt: skip
    return pd.DataFrame(rows)


def summary(table):
    """Coverage over all, that of the least cell, and the mean width, in words."""
    overall, wide = (np.average(table[name], weights=table["n"]) for name in ("covered", "width"))
    least = table.loc[table["covered"].idxmin()]
    return (
        f"overall {overall:.3f}, least cell {least['covered']:.2f} ({least['cause']}, {least['horizon']} months, "
        f"{least['third']} third), mean width {wide:.3f}"
    )


def main():
    """Run the worlds and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--only", choices=list(WORLDS))
    parser.add_argument("--table", type=Path)
    asked = parser.parse_args()
    if asked.kept:
        asked.kept.mkdir(parents=True, exist_ok=True)
    tables = []
    for name in [asked.only] if asked.only else WORLDS:
        world = World(*WORLDS[name])
        records = [kept_or_measured(name, world, number, asked.kept) for number in range(asked.records)]
        truth, held, width, bias = (np.stack(part) for part in zip(*records, strict=True))
        tables.append(cells(name, truth, held[:, 0], width[:, 0], bias))
        for by in ("horizon", "third"):
            print(tables[-1].pivot_table(index="cause", columns=by, values="covered").round(2), flush=True)
        print(f"{name} ({asked.records} records): {summary(tables[-1])}")
        print(
            f"without what related cases share: {summary(cells(name, truth, held[:, 1], width[:, 1], bias))}",
            flush=True,
        )
    if asked.table:
        pd.concat(tables).to_csv(asked.table, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main()
