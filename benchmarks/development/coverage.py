"""Do the headline's 80 % intervals hold the true probability four times in five? On simulated records of the half.

`python benchmarks/development/coverage.py [N] [data/evaluation/coverage.csv]`: for each world N records are simulated
from the fitted model (first days, terms and covariates as they are, ladders and endings anew), the model is fitted to
each, and its intervals at the first days are compared with the true probabilities. Worlds: as fitted; effects doubled;
a deviation of 0.7 log odds shared by the cases of a component. With a file, each cell is written there: `world`,
`cause`, `horizon`, `third` (of the true probabilities, the lowest first), `covered` (share of the intervals that hold
the truth), `width` and `bias` (means), `n` intervals and `n_records`.
"""

import sys
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
from forecasting.models.ladder_product import forward_incidence
from forecasting.models.ladder_standings import Standings
from forecasting.models.linear_pool import linear_pool, mixture_interval
from forecasting.models.newton import probabilities
from forecasting.record.vocabulary import CAUSES

HORIZONS = (12, 36, 60, 120)
WORLDS = {"as fitted": (1.0, 0.0), "effects doubled": (2.0, 0.0), "component effect 0.7": (1.0, 0.7)}
THIRDS = ("lowest", "middle", "highest")
N_DRAWS = 400


class World:
    """A record like the half's, with known hazards."""

    def __init__(self, stretch, spread, seed=20260205):
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
        hazard, rng = fitted.hazard_, np.random.default_rng(seed)
        coef = hazard.mean_coef.copy()
        middle = hazard.center @ coef[N_STEPS:]
        coef[N_STEPS:] *= stretch
        coef[0] += middle - hazard.center @ coef[N_STEPS:]
        self.coef, self.moves = coef, fitted.moves_.matrix
        names, code = np.unique(self.component, return_inverse=True)
        self.deviation = spread * rng.normal(size=(len(names), 3))[code] - spread**2 / 2

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


def measured(world, n_records, seed):
    """Whether each interval holds the truth, and its width, (records, n, 3, horizons)."""
    truth, at = world.truth(), world.standings()
    seen = Seen(at.age, at.gap, at.looked, np.full(world.n, "a"))
    held, width, bias = [], [], []
    for number in range(n_records):
        cases, lines = world.record(np.random.default_rng([seed, number]))
        model = LadderModel(COVARIATES, n_draws=N_DRAWS, seed=number).fit(cases, lines)
        base = DatedRate(n_draws=N_DRAWS, seed=number).fit(cases, world.until)
        ours, theirs = model.draws(at, HORIZONS), base.draws(seen, HORIZONS)
        low, high = mixture_interval(ours, theirs, 0.8)
        held.append((low <= truth) & (truth <= high))
        width.append(high - low)
        bias.append(linear_pool(ours.mean(axis=0), theirs.mean(axis=0)) - truth)
    return truth, np.stack(held), np.stack(width), np.stack(bias)


def cells(world, truth, held, width, bias):
    """One row for each ending, horizon and third of the true probabilities."""
    rows = []
    for k, cause in enumerate(CAUSES):
        rank = truth[:, k].argsort(axis=0, kind="stable").argsort(axis=0) * len(THIRDS) // len(truth)
        for h, horizon in enumerate(HORIZONS):
            for number, third in enumerate(THIRDS):
                own = rank[:, h] == number
                covered, wide, off = (each[:, own, k, h].mean() for each in (held, width, bias))
                rows.append({
                    "world": world, "cause": cause, "horizon": horizon, "third": third, "covered": covered,
                    "width": wide, "bias": off, "n": held[:, own, k, h].size, "n_records": len(held),
                })  # fmt: skip
    return pd.DataFrame(rows)


def main():
    n_records = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    tables = []
    for name, settings in WORLDS.items():
        tables.append(cells(name, *measured(World(*settings), n_records, 1)))
        of_world = tables[-1]
        for by in ("horizon", "third"):
            print(of_world.pivot_table(index="cause", columns=by, values="covered").round(2), flush=True)
        overall = np.average(of_world["covered"], weights=of_world["n"])
        least = of_world["covered"].min()
        print(f"{name} ({n_records} records): overall {overall:.3f}, least cell {least:.2f}", flush=True)
    if len(sys.argv) > 2:
        pd.concat(tables).to_csv(Path(sys.argv[2]), index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main()
