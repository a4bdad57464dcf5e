"""What was tried on the development half: `python benchmarks/development/run.py [NAME ...]`.

Leave-one-component-out inside the half, complete windows, equal weights, ending on record. Prints a row a variant;
forecasts are kept in the folder given by --keep, so that variants can be compared pairwise.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pilot as half
import scores

from forecasting.backtest.lines import acts_of_the_record, high_confidence, six_months_late, without_added
from forecasting.forecasts.ladder_rows import COVARIATES, all_rungs, follow_ups
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.detection import CERTAIN, Detection
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_hazard import SCALES
from forecasting.models.linear_pool import linear_pool
from forecasting.record.months import completed_months

F, C, D = ("formalized",), ("collapsed",), ("faded",)
BY_NAME = {term.name: term for term in COVARIATES}
DETECTION = Detection()
ALL = ("formalized", "collapsed", "faded")


def without(*names):
    return tuple(term for term in COVARIATES if term.name not in names)


def plus(*terms):
    return (*COVARIATES, *terms)


OLD = (
    *COVARIATES,
    Term("dyad_collapse_record", 0.1, C),
    Term("has_stated_term", 0.5, D),
)
TERM = Term("has_stated_term", 0.5, (*C, *D))

VARIANTS = {
    "chosen": {},
    "as the rulings name it": {"terms": OLD, "clock": False},
    "has_stated_term for both, no clock": {"terms": plus(TERM), "clock": False},
    "no clock": {"clock": False},
    "frozen levels": {"moving": False},
    "no covariates, no clock": {"terms": (), "clock": False},
    "no covariates": {"terms": ()},
    "no strain": {"terms": without("strain")},
    "no bilateral": {"terms": without("bilateral")},
    "no leader_endorsed": {"terms": without("leader_endorsed")},
    "no observed_now": {"terms": without("observed_now")},
    "plus dyad_collapse_record": {"terms": plus(Term("dyad_collapse_record", 0.1, C))},
    "plus dormant on fading": {"terms": plus(Term("dormant", 0.5, D))},
    "plus bilateral on fading": {"terms": (*without("bilateral"), replace(BY_NAME["bilateral"], causes=(*F, *D)))},
    "plus bilateral on all": {"terms": (*without("bilateral"), replace(BY_NAME["bilateral"], causes=ALL))},
    "plus separate_declarations on fading": {"terms": plus(Term("separate_declarations", 0.5, D))},
    "plus accusation": {"terms": plus(Term("accusation_stands", 0.5, C))},
    "plus adversarial": {"terms": plus(Term("adversarial", 0.5, C))},
    "plus armed_conflict": {"terms": plus(Term("armed_conflict", 0.5, C))},
    "plus verification on fading": {"terms": plus(Term("verification_level", 0.35, D))},
    "plus signal_balance": {"terms": plus(Term("signal_balance", 0.3, (*F, *C)))},
    "plus informal_regime": {"terms": plus(Term("informal_regime", 0.5, ALL))},
    "strain on fading too": {"terms": (*without("strain"), replace(BY_NAME["strain"], causes=(*C, *D)))},
    "all free": {"terms": tuple(replace(term, causes=ALL) for term in COVARIATES)},
    "scale 0.25": {"scales": (0.25,)},
    "scale 0.5": {"scales": (0.5,)},
    "scales to 1.2": {"scales": (*SCALES, 1.2)},
    "no recalibration": {"n_splits": 0, "calibration_sd": 1e-6},
    "no case deviation": {"case_sd": 1e-9},
    "case deviation 0.35": {"case_sd": 0.35},
    "every ending noted": {"detection": CERTAIN},
    "fading flat 0.2": {"detection": Detection(flat=0.2)},
    "high confidence": {"keep": high_confidence},
    "acts not added": {"keep": without_added},
    "acts of the record": {"keep": acts_of_the_record},
    "six months late": {"keep": six_months_late},
}
NAMES = sorted({t.name for v in VARIANTS.values() for t in v.get("terms", COVARIATES)})


COLUMNS = (
    "variant", "four states", "formalized", "within 12 months", "first day", "collapsed", "faded", "states, first day",
    "slope",
)  # fmt: skip


class Bench:
    """Tables shared by the variants."""

    def __init__(self, split):
        self.half = half.load(split)
        self.windows = half.windows(self.half)
        self.tables, self.rows, self.starts = {}, {}, {}
        self.drawn, self.code = scores.draws(self.windows.component)

    def shared(self, keep):
        if keep not in self.rows:
            names = NAMES if keep is all_rungs else [term.name for term in COVARIATES]
            self.tables[keep] = half.Table(self.half, names, keep)
            self.rows[keep] = follow_ups(self.half.index, self.half.core, keep)
            self.starts[keep] = half.start_states(self.half, keep)
        return self.tables[keep], self.rows[keep], self.starts[keep]

    def base(self, component, rest, half_life=None, by_class=False, detection=DETECTION):
        pilot, lines = self.half, np.flatnonzero(self.windows.component == component)
        starts = pilot.core.starts
        ago = np.array([completed_months(day.date(), pilot.history.as_of) for day in starts["start_date"]])
        types = starts["type"].to_numpy(str)
        rate = DatedRate(half_life, by_class, detection=detection, n_draws=2)
        rate.fit(rest.cases, ago[rest.spell], types[rest.spell])
        zero = np.zeros(len(lines), dtype=int)
        at = Seen(pilot.marks.age[lines], zero, zero * 1.0, types[pilot.marks.case[lines]])
        return rate.predict_on_record(at, half.SCORED, self.windows.to_end[lines]).values

    def forecast(self, terms=COVARIATES, keep=all_rungs, moving=True, n_draws=200, **settings):
        """Out-of-fold forecasts of model and base rates at every landmark, (m, 3, 5) each."""
        table, rows, start = self.shared(keep)
        found = {name: np.zeros((len(start), 3, len(half.SCORED))) for name in ("model", "base", "type", "recent")}
        detection = settings.get("detection", DETECTION)
        for component in np.unique(self.windows.component):
            values = table.of(component, terms)
            rest, lines = half.rows_of(self.half, rows, component, values, terms)
            own = np.flatnonzero(self.windows.component == component)
            model = LadderModel(terms, moving=moving, n_draws=n_draws, **settings).fit(rest.cases, lines)
            line, weight, at = half.standings(self.half, own, start, values, terms)
            values = model.predict_on_record(at, half.SCORED, self.windows.to_end[line]).values
            np.add.at(found["model"], line, weight[:, None, None] * values)
            found["base"][own] = self.base(component, rest, detection=detection)
            found["type"][own] = self.base(component, rest, by_class=True, detection=detection)
            found["recent"][own] = self.base(component, rest, 20.0, detection=detection)
        return found

    def row(self, name, values, base):
        """One printed row."""
        w, cells = self.windows, []
        ours, theirs = scores.brier(values, w.states), scores.brier(base, w.states)
        everything = np.ones(len(w.states), dtype=bool)
        wanted = [("states", None, everything), ("formalized", None, everything), ("formalized", 0, everything),
                  ("formalized", None, w.is_first), ("collapsed", None, everything), ("faded", None, everything),
                  ("states", None, w.is_first)]  # fmt: skip
        for what, horizon, keep in wanted:
            one, drawn = scores.skill(
                scores.by_forecast(ours[what], w.states, horizon), scores.by_forecast(theirs[what], w.states, horizon),
                self.drawn, self.code, keep,
            )  # fmt: skip
            low, high_ = np.quantile(drawn, [0.1, 0.9])
            lowest, highest = np.quantile(drawn, [0.025, 0.975])
            cells.append(f"{one:.3f} [{low:.3f}, {high_:.3f}] ({lowest:.3f}, {highest:.3f})")
        one, drawn = scores.slope(values, base, w.states, 0, self.drawn, self.code)
        cells.append(f"{one:.2f} sd {drawn.std():.2f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", default=half.HALVES)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keep")
    parser.add_argument("--draws", type=int, default=200)
    given = parser.parse_args()
    bench = Bench(given.split)
    print("| " + " | ".join(COLUMNS) + " |")
    for name in given.names or VARIANTS:
        began = time.process_time()
        found = bench.forecast(n_draws=given.draws, **VARIANTS[name])
        pooled = linear_pool(found["model"], found["base"])
        bench.row(name, pooled, found["base"])
        if name == "chosen":
            bench.row("- without pool", found["model"], found["base"])
            bench.row("- over type", pooled, found["type"])
            bench.row("- type over base", found["type"], found["base"])
            bench.row("- recent over base", found["recent"], found["base"])
        if given.keep:
            Path(given.keep).mkdir(exist_ok=True)
            np.savez(Path(given.keep) / f"{name.replace(' ', '_')}.npz", **found)
        print(f"  {time.process_time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
