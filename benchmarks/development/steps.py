"""How good the chance of a step has been: the next level of the way to a binding text within 6, 12 and 24 months.

`python benchmarks/development/steps.py [--every 1]` fits the ladder's model on what was known on the first day of a
year, asks for every open case how likely it is to come to the next level by then (`models.ladder_step.with_step`, as
conditional forecasts do), and holds that against the rows of the ladder in today's record. Beside it stands the share
of past looks at cases on the same level that took the step as fast, by what was known then. Prints the scores, and the
calibration by thirds of the chance and by rung. Not registered: among the cases are those on which the structure of the
model was chosen.
"""

import argparse
from datetime import date

import numpy as np
import pandas as pd

from forecasting import load_history
from forecasting.explain.conditional import states_of
from forecasting.explain.rungs import LadderState, PastRungs, past_rungs, rung_of
from forecasting.forecasts import fit_models
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.models import HEADLINE
from forecasting.models.ladder_step import with_step
from forecasting.record.months import deadline

MONTHS = (6, 12, 24)
PRIOR = 5.0
"""Looks that the share of all levels is worth in that of one level."""


def took(past: PastRungs, case: int, form: int, level: int, day: int, last: int) -> bool:
    """Whether a case came to a level or higher, actively, after a day and until another, before its ending."""
    own = past.step_case == case
    after = (past.step_day > day) & (past.step_day <= min(last, int(past.end[case])))
    return bool((states_of(LadderState(form, level, "active"))[past.step_state[own & after]]).any())


def shares(past: PastRungs, today: int, months: int) -> dict[int, float]:
    """Share of past looks whose window is over that took the next step, by level; shrunk to that of all levels."""
    found: list[tuple[int, bool]] = []
    for at in range(len(past.case)):
        day = date.fromordinal(int(past.day[at]))
        last = deadline(day, months).toordinal()
        level = int(past.state[at]) // 3
        if last <= today and level < 5:
            case = int(past.case[at])
            found.append((level, took(past, case, int(past.form[case]), level + 1, day.toordinal(), last)))
    table = pd.DataFrame(found, columns=["level", "took"])
    every = float(table["took"].mean())
    return {
        level: float((own.sum() + PRIOR * every) / (len(own) + PRIOR)) for level, own in table.groupby("level")["took"]
    }


def asked_of(year: int, whole: PastRungs, looked: dict[str, int]) -> list[dict[str, object]]:
    """Chance and outcome for every open case on the first day of a year."""
    history = load_history(as_of=date(year, 1, 1))
    index = history.dossiers()
    model = fit_models(history, (HEADLINE,)).models[HEADLINE].model_
    past, today = past_rungs(history, index), history.as_of.toordinal()
    by_level = {months: shares(past, today, months) for months in MONTHS}
    places = {name: n for n, name in enumerate(whole.case_ids)}
    rows: list[dict[str, object]] = []
    for view in history.case_views(history.open_case_ids()):
        here = rung_of(view)
        if view.case_id not in places or here.level == 5:
            continue
        readings = CaseOnLadder(index, view, MONTHS, 0.8).readings
        states = states_of(LadderState(here.form, here.level + 1, "active"))
        case = places[view.case_id]
        for months in MONTHS:
            last = deadline(history.as_of, months).toordinal()
            came = took(whole, case, here.form, here.level + 1, today, last)
            if not came and min(looked[view.case_id], int(whole.end[case])) < last and whole.end[case] > last:
                continue  # nobody looked to the end of the window
            drawn = with_step(model, readings.at, readings.weight, states, months, (months,)).averaged
            rows.append(
                {"year": year, "case_id": view.case_id, "months": months, "level": here.level, "status": here.status,
                 "chance": float(drawn.chance[0]), "share": by_level[months].get(here.level, np.nan), "took": came}
            )  # fmt: skip
    return rows


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="years from one fit to the next")
    asked = parser.parse_args()
    today = load_history()
    whole = past_rungs(today, today.dossiers())
    looked = {name: today.case(name).looked_until.toordinal() for name in whole.case_ids}
    rows = pd.DataFrame([row for year in range(1985, 2026, asked.every) for row in asked_of(year, whole, looked)])
    print(
        "| months | forecasts | cases | took it | mean chance | Brier skill over the share by level |\n"
        "|---|---|---|---|---|---|"
    )
    for months, own in rows.groupby("months"):
        own = own.dropna()
        model, base = (((own[name] - own["took"]) ** 2).mean() for name in ("chance", "share"))
        cases, mean = own["case_id"].nunique(), own["chance"].mean()
        print(f"| {months} | {len(own)} | {cases} | {own['took'].mean():.3f} | {mean:.3f} | {1 - model / base:.3f} |")
    print("\n| months | chance | forecasts | mean chance | took it |\n|---|---|---|---|---|")
    for months, own in rows.groupby("months"):
        for place, part in own.groupby(pd.qcut(own["chance"], [0, 1 / 3, 2 / 3, 0.9, 1])):
            print(f"| {months} | {place} | {len(part)} | {part['chance'].mean():.3f} | {part['took'].mean():.3f} |")
    print("\n| months | level | status | forecasts | mean chance | took it |\n|---|---|---|---|---|---|")
    for (months, level, status), part in rows.groupby(["months", "level", "status"]):
        print(
            f"| {months} | {level} | {status} | {len(part)} | {part['chance'].mean():.3f} | {part['took'].mean():.3f} |"
        )


if __name__ == "__main__":
    main()
