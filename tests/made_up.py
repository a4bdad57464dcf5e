"""Small made-up results of a backtest, in the form of those of the shipped record, beside any record."""

import json

import pandas as pd

from forecasting.backtest.tables import RECORD_DIGITS
from forecasting.explain.track_record import FILE
from forecasting.record.vocabulary import CAUSES, STATES

SKILL_COLUMNS = (
    "record", "design", "sample", "weights", "model", "reference", "score", "by", "part", "skill", "lower", "upper",
    "lower95", "upper95", "n", "n_cases", "n_endings", "n_groups",
)  # fmt: skip
SKILL = {("all", ""): (0.12, 0.05, 0.19), ("period", "1990-2010"): (0.2, 0.1, 0.3),
         ("period", "since 2011"): (-0.1, -0.3, 0.05)}  # fmt: skip


def put_skill(folder, sha256, skill=SKILL):
    """Skill of the headline and of the first registration's model on formalization, in both registered designs."""
    rows = [
        dict.fromkeys(SKILL_COLUMNS, 50)
        | {"record": sha256[:RECORD_DIGITS], "design": design, "sample": "all", "weights": "forecast", "model": model,
           "reference": "base_rate", "score": CAUSES[0], "by": by, "part": part, "skill": value, "lower": lower,
           "upper": upper, "n": 1000, "n_cases": 90}
        for model in ("ladder", "primary")
        for design in ("cluster", "rolling")
        for (by, part), (value, lower, upper) in skill.items()
    ]  # fmt: skip
    others = [row | change for row in rows for change in ({"sample": "reserved"}, {"weights": "start"},
                                                          {"score": "states"}, {"model": "ladder_model"})]  # fmt: skip
    table = pd.DataFrame([*rows, *others], columns=list(SKILL_COLUMNS))
    table.to_csv(folder / "evaluation/skill.csv", index=False)


def past(history, said, state, n, as_of="1990-01-01", known="2000-01-01", horizon=60, age=0):
    """n forecasts of as many cases, all alike."""
    cases = history.cases["case_id"].iloc[:n]
    models = {"ladder": said, "ladder_model": said, "primary": said, "base_rate": 0.15}
    chances = {f"{model}_{cause}": chance if cause == CAUSES[0] else 0.1 for model, chance in models.items()
               for cause in CAUSES}  # fmt: skip
    states = [STATES[0]] * state + [STATES[-1]] * (n - state)
    return pd.DataFrame({"case_id": cases, "as_of": as_of, "age_months": age, "horizon": horizon, **chances,
                         "state": states, "known_date": known})  # fmt: skip


def put_track_record(folder, sha256, *parts, target="concluded"):
    """A track record of these forecasts."""
    path = folder / FILE
    pd.concat(parts).to_csv(path, index=False)
    about = {"record_sha256": sha256, "design": "rolling", "target": target, "n": sum(map(len, parts))}
    path.with_suffix(".json").write_text(json.dumps(about))
