"""CPU time of the ladder's model beside scikit-learn's logit: one fit, draws, both designs, and growth with the record.

`python benchmarks/ladder.py`; each size of the record is fitted in a process of its own, on one thread. The peer is
`sklearn.linear_model.LogisticRegression`, a multinomial logit with a quadratic penalty, on the counted months that our
own fit has: one fit of it, where ours is six under four scales, two completions of gaps and a recalibration.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from dataclasses import fields, replace

import numpy as np
from joblib.externals.loky import get_reusable_executor
from sklearn.linear_model import LogisticRegression

from forecasting.backtest import backtest
from forecasting.features import DossierIndex
from forecasting.forecasts.forecast import open_cases
from forecasting.forecasts.ladder import case_standings, fit_ladder
from forecasting.forecasts.ladder_rows import COVARIATES, landmark_lines
from forecasting.forecasts.ladder_training import RATES, ladder_training
from forecasting.models import HEADLINE, LADDER_MODEL
from forecasting.models.episodes import duration_bin
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import (
    LADDER_TERMS,
    TERM_TERMS,
    duration_columns,
    ladder_columns,
    prior_precision,
    term_columns,
    term_phase,
)
from forecasting.models.ladder_hazard import FIRST_SCALE, design_of
from forecasting.models.ladder_months import FollowUps, Lines, cells, counted, observed
from forecasting.models.ladder_moves import N_STATES
from forecasting.record.history import load_history
from forecasting.record.months import HORIZONS
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES

TARGET = "concluded"
SIZES = (1, 10, 100)
FEW = 20
JOBS = 2


def seconds(work, repeats=1):
    """CPU seconds of one call, the least of several."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def training(history):
    """Follow-ups and landmarks of the record."""
    learned = ladder_training(DossierIndex(history, TARGET), spells(history, TARGET))
    lines = landmark_lines(learned.followed, learned.marks, learned.values, learned.covariates)
    return learned.followed.cases, lines


def replicated(cases, lines, times):
    """The same rows several times over, each copy under keys and components of its own."""
    n, copy = len(cases.key), np.repeat(np.arange(times), len(cases.key))
    rows = {each.name: np.concatenate([getattr(cases, each.name)] * times) for each in fields(FollowUps)}
    marks = {each.name: np.concatenate([getattr(lines, each.name)] * times) for each in fields(Lines)}
    # The last bits of a hash are as good as any others, and leave room for the copy's number.
    apart = {name: rows[name] // 128 * 128 + copy for name in ("key", "component")}
    row = marks["row"] + n * np.repeat(np.arange(times), len(lines.row))
    return replace(FollowUps(**rows), **apart), replace(Lines(**marks), row=row)


def counted_rows(cases, lines):
    """Design, outcome and weight of the peer: each counted row once per way a month can end."""
    at = cells(cases, lines, len(CAUSES))
    months = counted(at, *observed(cases, len(CAUSES)))
    precision = prior_precision((*LADDER_TERMS, *TERM_TERMS, *COVARIATES), CAUSES, FIRST_SCALE)[:, 0]
    design = design_of(months, cases, lines) / np.sqrt(precision)
    ended = months.counts.endings
    share = np.concatenate([months.counts.trials - ended.sum(axis=1), *ended.T])
    outcome, kept = np.repeat(np.arange(len(CAUSES) + 1), len(design)), share > 0
    return np.tile(design, (len(CAUSES) + 1, 1))[kept], outcome[kept], share[kept]


def peer(rows):
    return LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(*rows)


def forecast_rows(at):
    """The peer's design of the months ahead of cases: every month from the last sight, in every state."""
    parts = []
    for row in range(len(at.key)):
        month = int(at.age[row]) + np.arange(1, int(at.gap[row]) + max(HORIZONS) + 1)
        of_month = [duration_columns(duration_bin(month)), term_columns()[term_phase(month, int(at.term[row]))]]
        steps, phases = (np.repeat(part, N_STATES, axis=0) for part in of_month)
        ladder = np.tile(ladder_columns()[at.form[row]], (len(month), 1))
        beside = np.tile(at.covariates[row], (len(ladder), 1))
        parts.append(np.concatenate([steps, ladder, phases, beside], axis=1))
    return np.concatenate(parts)


def line(name, ours, theirs, what):
    print(f"| {name} | {ours:.3f} | {theirs:.3f} | {ours / theirs:.2f} | {what} |", flush=True)


def fits_and_draws(history):
    """One fit, and draws for every open case; returns CPU seconds of the peer's fit."""
    cases, lines = training(history)
    rows = counted_rows(cases, lines)
    theirs = seconds(lambda: peer(rows), 3)
    line("fit with recalibration", seconds(lambda: LadderModel(COVARIATES).fit(cases, lines), 5), theirs, "one fit")
    core, fitted, logit = spells(history, TARGET), fit_ladder(history), peer(rows)
    ongoing = [name for name, cause in zip(core.case_ids, core.cause, strict=True) if cause == 0]
    standings = [case_standings(fitted, case) for case in open_cases(history, ongoing, TARGET)]
    ours = seconds(lambda: [fitted.model.mixed_draws(at, weight, HORIZONS) for weight, at in standings], 3)
    ahead = np.concatenate([forecast_rows(at) for _, at in standings])
    theirs_ahead = seconds(lambda: [logit.predict_proba(ahead) for _ in range(FEW)]) * fitted.model.n_draws / FEW
    line(
        f"{fitted.model.n_draws:,} draws, {len(standings)} open cases", ours, theirs_ahead,
        f"`predict_proba` of the months ahead alone, from {FEW}",
    )  # fmt: skip
    return theirs


def designs(history, theirs):
    """Both designs with the ladder's models alone, in two processes."""
    models = (HEADLINE, LADDER_MODEL, *RATES)
    for design in ("cluster", "rolling"):
        begin, before = time.perf_counter(), _all_seconds()
        made = backtest(history, design, TARGET, JOBS, models=models)
        wall = time.perf_counter() - begin
        get_reusable_executor().shutdown(wait=True)  # the seconds of a process are known once it has ended
        used = _all_seconds() - before
        n = len(np.unique(made.origins.group if design == "cluster" else [d.year for d in made.origins.lines["day"]]))
        line(f"`{design}`, {JOBS} jobs ({wall:.0f} s of wall)", used, n * theirs, f"{n} fits, without forecasts")


def _all_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def once(model, size):
    """CPU seconds of one fit on a record `size` times as large, and the peak memory of the process."""
    cases, lines = replicated(*training(load_history()), size)
    if model == "ladder":
        used = seconds(lambda: LadderModel(COVARIATES).fit(cases, lines), 5 if size == 1 else 1)
    else:
        rows = counted_rows(cases, lines)
        used = seconds(lambda: peer(rows), 5 if size == 1 else 1)
    return {"seconds": used, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def growth(sizes):
    """Seconds, memory and the exponent from one size to the next, of ours and of the peer."""
    print("\n| model | size | CPU s | peak MB | exponent |\n|---|---|---|---|---|")
    for model in ("ladder", "logit"):
        before = None
        for size in sizes:
            command = [sys.executable, __file__, "--once", model, str(size)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])
            now = (size, found["seconds"])
            exponent = "" if before is None else f"{math.log(now[1] / before[1]) / math.log(size / before[0]):.2f}"
            print(f"| {model} | {size}x | {now[1]:.2f} | {found['mb']:,.0f} | {exponent} |", flush=True)
            before = now


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--sizes", nargs="*", type=int, default=SIZES, help="times the record")
    parser.add_argument("--without-designs", action="store_true", help="leave out the two designs of the backtest")
    chosen = parser.parse_args()
    if chosen.once:
        print(json.dumps(once(chosen.once[0], int(chosen.once[1]))))
        return
    history = load_history()
    print(f"load {os.getloadavg()[0]:.1f}\n\n| | CPU s | peer | ratio | the peer's part |\n|---|---|---|---|---|")
    theirs = fits_and_draws(history)
    if not chosen.without_designs:
        designs(history, theirs)
    growth(chosen.sizes)


if __name__ == "__main__":
    main()
