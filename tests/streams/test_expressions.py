"""Numbers about dyads and cases: by hand, as of a day, the same on another engine, and as SQL for BigQuery."""

import math
from datetime import date, timedelta
from functools import cache

import ibis
import numpy as np
import pandas as pd
import pytest

from forecasting.streams.coverage import covered_shares, day_number, masked
from forecasting.streams.engine import frame
from forecasting.streams.events import ACTORS, ACTS, EVENT, events
from forecasting.streams.expressions import (
    CASE_DAYS,
    DAILY,
    LONGEST,
    case_features,
    days,
    dyad_months,
    feature_names,
)
from forecasting.streams.formats import FORMATS

DAY = date(2020, 6, 30)
NUMBER = day_number(DAY)


def event(ago, act="AGREE", quad="verbal_cooperation", goldstein=4.0, tone=1.0, known=None, dyad="RUS;USA", sources=3):
    """An event so many days before the day, known so many days before it."""
    when = [DAY - timedelta(days=n) for n in (ago, ago if known is None else known)]
    return [f"{ago}", *when, *(dyad or ";").split(";"), dyad, "036", act, quad, goldstein, tone, sources, "wire"]


TYPES = {"float64": "double", "int64": "bigint", "string": "varchar"}
SOCKETS = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
"""PySpark leaves the sockets of its process open until they are collected."""
FIGHT = {"act": "ASSAULT", "quad": "material_conflict", "goldstein": -10.0, "tone": None}


def table(rows):
    return pd.DataFrame(rows, columns=list(EVENT)).astype(object)


@cache  # an expression takes longer to compile than a made-up table to be worked out
def sql_of(make):
    made_up, asked = ibis.table(EVENT, name="made_up"), ibis.table(CASE_DAYS, name="asked")
    return str(ibis.to_sql(make(days(made_up), asked), dialect="duckdb"))


@pytest.fixture
def worked_out(engine):
    """An expression of events and of days of cases, as a table."""

    def ask(rows, make, as_of=(0,), dyads=("RUS;USA",)):
        wanted = pd.DataFrame([("case", NUMBER - ago, one) for ago in as_of for one in dyads], columns=list(CASE_DAYS))
        types = ", ".join(f"{name}::{TYPES.get(kind, kind)} as {name}" for name, kind in EVENT.items())
        engine.con.register("rows_made_up", table(rows))
        engine.con.register("asked", wanted.astype({"case_id": object, "dyad": object}))
        engine.raw_sql(f"create or replace temp view made_up as select {types} from rows_made_up")
        return engine.con.sql(sql_of(make)).df()

    return ask


def features_of(daily, wanted):
    return case_features(daily, wanted, [30, 90], [30])


def months_of(daily, _):
    return dyad_months(daily)


def months_known(daily, _):
    return dyad_months(daily, NUMBER - 50)


def test_the_table_of_dyads_and_months_is_that_of_the_hand(worked_out):
    rows = [event(0), event(1, goldstein=3.4, tone=2.0), event(2, **FIGHT), event(40), event(0, dyad=None)]
    found = worked_out(rows, months_of).set_index("month").sort_index()
    assert list(found.index) == [202005, 202006]
    june = found.loc[202006]
    assert (june["n"], june["n_agree"], june["n_assault"], june["n_verbal_cooperation"]) == (3, 2, 1, 2)
    assert (june["n_material_conflict"], june["n_consult"], june["sources"]) == (1, 0, 9)
    assert june["goldstein"] == pytest.approx((4.0 + 3.4 - 10.0) / 3, abs=1e-14)
    assert june["cooperation"] == pytest.approx(2 / 3) and june["tone"] == pytest.approx(1.5)


def test_the_features_of_a_case_are_those_of_the_hand(worked_out):
    rows = [event(0), event(29, **FIGHT), event(30), event(89), event(90), event(LONGEST - 1), event(LONGEST)]
    (found,) = worked_out(rows, features_of).to_dict("records")
    assert (found["n_30"], found["n_90"]) == (2, 4)
    assert (found["n_material_conflict_30"], found["n_verbal_cooperation_30"], found["sources_30"]) == (1, 1, 6)
    assert (found["goldstein_30"], found["cooperation_30"], found["tone_30"]) == (-3.0, 0.5, 1.0)
    assert (found["quiet"], found["quiet_conflict"]) == (0, 29)
    halves = [0.5 ** (ago / 30) for ago in (0, 29, 30, 89, 90)]
    assert found["intensity_all_30"] == pytest.approx(sum(halves), rel=1e-14)
    assert found["intensity_conflict_30"] == pytest.approx(halves[1], rel=1e-14)
    assert found["change_30"] == pytest.approx(math.log((2 + 1) / (4 * 30 / (LONGEST - 30) + 1)), rel=1e-14)


def test_a_case_without_events_has_zeros_and_no_means(worked_out):
    (found,) = worked_out([event(0, dyad="CHN;USA")], features_of).to_dict("records")
    assert (found["n_30"], found["intensity_all_30"], found["quiet"]) == (0, 0.0, LONGEST)
    assert found["change_30"] == 0.0
    assert math.isnan(found["goldstein_30"]) and math.isnan(found["cooperation_30"]) and math.isnan(found["tone_30"])


def test_a_case_of_several_dyads_adds_them_up(worked_out):
    rows = [event(0), event(1, dyad="CHN;USA"), event(1, dyad="CHN;IND")]
    (found,) = worked_out(rows, features_of, dyads=("RUS;USA", "CHN;USA")).to_dict("records")
    assert found["n_30"] == 2


PAST = [event(40), event(41, **FIGHT), event(70, known=55)]
LATER = {
    "happened later": event(30, known=30),
    "known later": event(60, known=49),
    "known on the next day": event(50, known=49, **FIGHT),
}


@pytest.mark.parametrize("planted", LATER.values(), ids=LATER)
def test_what_was_not_known_on_the_day_changes_nothing(planted, worked_out):
    before = worked_out(PAST, features_of, as_of=(50,))
    pd.testing.assert_frame_equal(worked_out([*PAST, planted], features_of, as_of=(50,)), before)
    # the twin: from the day on which it was known the same event counts
    after = 50 - (50 - (DAY - planted[2]).days)
    assert not worked_out([*PAST, planted], features_of, as_of=(after,)).equals(
        worked_out(PAST, features_of, as_of=(after,))
    )


@pytest.mark.parametrize("planted", LATER.values(), ids=LATER)
def test_a_table_of_months_as_of_a_day_knows_nothing_later(planted, worked_out):
    def known(rows):
        found = worked_out(rows, months_known)
        return found.sort_values("month", ignore_index=True)

    pd.testing.assert_frame_equal(known([*PAST, planted]), known(PAST))
    assert not known([*PAST, event(60, known=50)]).equals(known(PAST))


def test_days_that_no_file_covers_are_missing_and_those_covered_are_zero():
    spans = [(DAY - timedelta(days=99), DAY)]
    looks = {"n_90": 90, "n_365": 365, "quiet": LONGEST, "quiet_conflict": LONGEST}
    rows = pd.DataFrame(
        {
            "as_of_day": [NUMBER, NUMBER - 20, NUMBER + 30],
            "n_90": 0,
            "n_365": 5,
            "quiet": [3, 99, 3],
            "quiet_conflict": LONGEST,
        }
    )
    found = masked(rows, spans, looks)
    assert found["n_90"].tolist() == pytest.approx([0.0, np.nan, np.nan], nan_ok=True)
    assert found["n_365"].isna().all() and found["quiet_conflict"].isna().all()
    assert found["quiet"].tolist() == pytest.approx([3.0, np.nan, np.nan], nan_ok=True)
    assert covered_shares([], np.array([NUMBER]), 5).tolist() == [0.0]


def test_a_hole_of_five_days_in_a_hundred_is_borne_and_one_of_six_is_not():
    def share(hole):
        spans = [(DAY - timedelta(days=99), DAY - timedelta(days=10 + hole)), (DAY - timedelta(days=9), DAY)]
        return masked(pd.DataFrame({"as_of_day": [NUMBER], "n_100": [1]}), spans, {"n_100": 100})["n_100"].notna()[0]

    assert (share(5), share(6)) == (True, False)


def unbound():
    """Every expression on tables that no engine holds."""
    form = FORMATS["gdelt2"]
    raw = ibis.table(dict.fromkeys(form.columns, "string"), name="events")
    made = events(raw, form, ibis.table(ACTS, name="acts"), ibis.table(ACTORS, name="actors"))
    daily = days(made)
    return {
        "days": daily,
        "months": dyad_months(daily),
        "cases": case_features(daily, ibis.table(CASE_DAYS, name="asked")),
    }


@pytest.mark.parametrize("name", unbound())
def test_the_same_expressions_compile_for_bigquery_from_gdelt_s_own_table(name):
    import sqlglot

    text = ibis.to_sql(unbound()[name], dialect="bigquery")
    parsed = sqlglot.parse_one(text, dialect="bigquery")
    named = {one.name for one in parsed.find_all(sqlglot.exp.Table)}
    assert {"events", "acts", "actors"} <= named and ("asked" in named) == (name == "cases")
    assert {one.name for one in parsed.find_all(sqlglot.exp.Column)} >= {"SQLDATE", "DATEADDED", "Actor1CountryCode"}
    assert "SAFE_CAST" in text and "TRY_CAST" not in text
    # the engine that runs here reads what was written for the other as the same query
    assert parsed.sql("duckdb") and sqlglot.transpile(text, read="bigquery", write="bigquery")[0]


def test_names_of_features_are_those_of_the_table():
    daily, asked = ibis.table(DAILY, name="daily"), ibis.table(CASE_DAYS, name="asked")
    assert case_features(daily, asked).columns == ("case_id", "as_of_day", *feature_names())


def many(seed=3, n=4000):
    """Events of some years between four states."""
    rng = np.random.default_rng(seed)
    pairs = ["RUS;USA", "CHN;USA", "IND;PAK", None]
    kinds = [{}, FIGHT, {"act": "CONSULT", "goldstein": 1.9, "tone": -3.25}, {"act": None, "goldstein": 0.0}]
    rows = []
    for number in range(n):
        ago = int(rng.integers(0, 1500))
        late = max(ago - int(rng.integers(0, 4)), 0)
        rows.append(event(ago, known=late, dyad=pairs[rng.integers(4)], **kinds[rng.integers(4)]))
        rows[-1][0] = str(number)
    return table(rows)


def test_sums_are_the_same_in_any_order_of_rows(worked_out):
    rows = many()
    found = [
        worked_out(one, months_of).sort_values(["dyad", "month"], ignore_index=True)
        for one in (rows, rows.sample(frac=1, random_state=1))
    ]
    pd.testing.assert_frame_equal(*found, check_exact=True)


@pytest.mark.long
@SOCKETS
def test_spark_gives_the_numbers_of_duckdb(engine, tmp_path):
    """Counts are equal, intensities to 1e-12."""
    from forecasting.streams.spark import collected, spark

    engine.create_table("many", schema=ibis.schema(EVENT), overwrite=True)
    engine.con.append("many", many())
    engine.raw_sql(f"copy many to '{tmp_path}/events.parquet' (format parquet)")
    wanted = [("a", NUMBER - ago, "RUS;USA") for ago in range(0, 900, 30)]
    wanted += [("b", NUMBER - ago, dyad) for ago in range(0, 900, 45) for dyad in ("CHN;USA", "IND;PAK")]
    asked = pd.DataFrame(wanted, columns=list(CASE_DAYS))
    engine.create_table("wanted", schema=ibis.schema(CASE_DAYS), overwrite=True)
    engine.con.append("wanted", asked)

    def both(made_up, cases):
        daily = days(made_up)
        return dyad_months(daily).order_by("dyad", "month"), case_features(daily, cases).order_by(
            "case_id", "as_of_day"
        )

    here = [frame(one) for one in both(engine.table("many"), engine.table("wanted"))]
    with spark("local[2]") as cluster:
        cluster._session.read.parquet(str(tmp_path / "events.parquet")).createOrReplaceTempView("made_up")
        cluster._session.createDataFrame(asked).createOrReplaceTempView("asked")
        there = [collected(cluster, one).to_pandas() for one in both(cluster.table("made_up"), cluster.table("asked"))]
    for mine, theirs in zip(here, there, strict=True):
        whole = [name for name in mine if pd.api.types.is_integer_dtype(mine[name])]
        assert len(mine) > 20 and len(whole) > 10
        pd.testing.assert_frame_equal(mine[whole], theirs[whole], check_exact=True, check_dtype=False)
        pd.testing.assert_frame_equal(mine, theirs, rtol=1e-12, atol=1e-12, check_dtype=False)
    assert here[1]["intensity_all_30"].gt(0).all()
