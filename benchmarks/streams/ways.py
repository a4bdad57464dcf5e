"""Features of 10,000 days of cases in 20 windows, three ways: by the expressions, by hand in SQL, by pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
from made import WINDOWS, make_asked

from forecasting.streams.engine import embedded, frame, small_table
from forecasting.streams.expressions import CASE_DAYS, CONFLICT, COOPERATION, FADED, LONGEST, case_features, days
from forecasting.streams.tables import QUADS

HALF_LIVES = (30,)
FEATURES = ["n", *(f"n_{name}" for name in QUADS), "goldstein", "cooperation", "tone", "sources"]


def by_expressions(paths: list[Path]) -> pd.DataFrame:
    """The package's own."""
    with embedded() as engine:
        asked = make_asked()
        wanted = small_table(engine, "wanted", {name: list(asked[name]) for name in asked}, CASE_DAYS)
        events = engine.read_parquet([str(path) for path in paths], table_name="made_up")
        daily = days(events.semi_join(wanted, "dyad"))
        return frame(case_features(daily, wanted, WINDOWS, HALF_LIVES))


def by_hand(paths: list[Path]) -> pd.DataFrame:
    """The same numbers in DuckDB's SQL, as one would write it without the package."""
    kinds = {name: f"sum(k) filter (quad = '{name}')" for name in QUADS}
    windows = []
    for w in WINDOWS:
        within = f"filter (age < {w})"
        n = f"coalesce(sum(n) {within}, 0)"
        windows += [f"{n}::bigint as n_{w}", f"coalesce(sum(sources) {within}, 0)::bigint as sources_{w}"]
        windows += [f"coalesce(sum(n_{name}) {within}, 0)::bigint as n_{name}_{w}" for name in QUADS]
        windows += [
            f"sum(goldstein) {within} / nullif({n}, 0) as goldstein_{w}",
            f"sum({' + '.join(f'n_{name}' for name in COOPERATION)}) {within} / nullif({n}, 0) as cooperation_{w}",
            f"sum(tone) {within} / nullif({n}, 0) as tone_{w}",
            f"ln(({n} + 1) / ((coalesce(sum(n), 0) - {n}) * {w / (LONGEST - w)} + 1)) as change_{w}",
        ]
    for half in HALF_LIVES:
        for name, column in (("all", "n"), ("conflict", " + ".join(f"n_{one}" for one in CONFLICT))):
            windows.append(
                f"coalesce(sum(({column}) * 0.5 ** (age / {half}.0)) filter (age < {FADED * half}), 0) "
                f"as intensity_{name}_{half}"
            )
    query = f"""
        with daily as (
            select dyad, event_date - date '1970-01-01' as day, known_date - date '1970-01-01' as known, count(*) as n,
                {", ".join(f"coalesce(count(*) filter (quad = '{name}'), 0) as n_{name}" for name in kinds)},
                sum(goldstein) as goldstein, sum(tone) as tone, sum(sources) as sources
            from made_up where dyad in (select dyad from wanted) group by all
        ), met as (
            select case_id, as_of_day, as_of_day - day as age, daily.*
            from wanted join daily on wanted.dyad = daily.dyad
                and known <= as_of_day and day <= as_of_day and day > as_of_day - {LONGEST}
        )
        select case_id, as_of_day, {", ".join(windows)}, min(age) as quiet,
            min(age) filter ({" + ".join(f"n_{one}" for one in CONFLICT)} > 0) as quiet_conflict
        from met group by case_id, as_of_day
    """
    with embedded() as engine:
        asked = make_asked()
        small_table(engine, "wanted", {name: list(asked[name]) for name in asked}, CASE_DAYS)
        engine.read_parquet([str(path) for path in paths], table_name="made_up")
        return engine.con.sql(query).df()


def by_pandas(paths: list[Path]) -> pd.DataFrame:
    """The same numbers by pandas: daily sums of the dyads asked for, then each window of each day."""
    asked = make_asked()
    columns = ["dyad", "event_date", "known_date", "quad", "goldstein", "tone", "sources"]
    wanted = sorted(set(asked["dyad"]))
    rows = pd.concat([pd.read_parquet(path, columns=columns, filters=[("dyad", "in", wanted)]) for path in paths])
    for name in ("event_date", "known_date"):
        rows[name] = (pd.to_datetime(rows[name]) - pd.Timestamp("1970-01-01")).dt.days
    for quad in QUADS:
        rows[f"n_{quad}"] = (rows["quad"] == quad).astype("int64")
    daily = rows.assign(n=1).drop(columns="quad").groupby(["dyad", "event_date", "known_date"]).sum().reset_index()
    daily["kind"] = sum(daily[f"n_{name}"] for name in COOPERATION)
    daily["hostile"] = sum(daily[f"n_{name}"] for name in CONFLICT)
    of_dyad = dict(list(daily.groupby("dyad")))
    found = []
    for case, day, dyad in asked.itertuples(index=False):
        own = of_dyad[dyad]
        age = day - own["event_date"]
        met = own[(own["known_date"] <= day) & (age >= 0) & (age < LONGEST)].assign(age=age)
        line = {"case_id": case, "as_of_day": day, "quiet": met["age"].min()}
        line["quiet_conflict"] = met.loc[met["hostile"] > 0, "age"].min()
        for w in WINDOWS:
            sums = met[met["age"] < w].sum(numeric_only=True)
            n = sums["n"]
            line |= {f"{name}_{w}": sums[name] for name in ("n", "sources", *(f"n_{one}" for one in QUADS))}
            line |= {f"goldstein_{w}": sums["goldstein"] / n, f"tone_{w}": sums["tone"] / n}
            line[f"cooperation_{w}"] = sums["kind"] / n
            line[f"change_{w}"] = np.log((n + 1) / ((met["n"].sum() - n) * w / (LONGEST - w) + 1))
        for half in HALF_LIVES:
            near = met[met["age"] < FADED * half]
            weight = 0.5 ** (near["age"] / half)
            line[f"intensity_all_{half}"] = (near["n"] * weight).sum()
            line[f"intensity_conflict_{half}"] = (near["hostile"] * weight).sum()
        found.append(line)
    return pd.DataFrame(found)


WAYS = {"expressions": by_expressions, "hand-written SQL": by_hand, "pandas": by_pandas}
