"""A linear pool of what models and people have entered: its weights, who is in it, and what it leaves out."""

from datetime import date

import pandas as pd
import pytest
from bodies import ISSUED_ON, issue_body, put

from forecasting.ledger import fitted_for, pool, pool_forecast, with_pool
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError

DAY = date(2000, 1, 1)
LADDER, BASE, SAID = (0.4, 0.1, 0.1, 0.4), (0.2, 0.3, 0.1, 0.4), (0.0, 0.1, 0.2, 0.7)


def opinions(by, beside, *said, case="a-1990", horizon=12):
    told = [{"case_id": case, "horizon": horizon, "cause": cause, "probability": p} for cause, p in said]
    return {
        "entry": "added", "by": by, "kind": "replay", "target": "concluded", "as_of": DAY, "beside": beside,
        "opinions": told,
    }  # fmt: skip


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    (name, _, _) = put(
        folder, issue_body(model="ladder", said=LADDER, base=BASE), issue_body(model="primary", said=SAID, base=BASE),
        base_rate_body(),
    )  # fmt: skip
    put(
        folder, opinions("A. Reader", name, *zip(STATES[:3], SAID[:3], strict=True)),
        opinions("B. Reader", name, ("formalized", 0.9)),
    )  # fmt: skip
    return folder


def base_rate_body():
    body = issue_body(model="base_rate", said=BASE)
    return body | {"forecasts": [{k: v for k, v in each.items() if k != "reference"} for each in body["forecasts"]]}


def values(table, horizon=12):
    rows = table[table["horizon"] == horizon]
    return dict(zip(rows["cause"], rows["probability"].round(9), strict=True))


def test_equal_weights_are_the_mean_and_other_weights_are_not(ledger):
    names = ["ladder", "base_rate", "A. Reader"]
    parts = (LADDER, BASE, SAID)
    assert values(pool(ledger, "a-1990", names)) == pytest.approx(
        {state: sum(part[k] for part in parts) / 3 for k, state in enumerate(STATES)}
    )
    weighed = values(pool(ledger, "a-1990", names, [2, 1, 1]))
    assert weighed == pytest.approx({s: (2 * LADDER[k] + BASE[k] + SAID[k]) / 4 for k, s in enumerate(STATES)})
    assert values(pool(ledger, "a-1990", names, [0, 0, 5])) == pytest.approx(dict(zip(STATES, SAID, strict=True)))
    assert sum(weighed.values()) == pytest.approx(1.0)


def test_only_what_all_of_them_have_said_is_pooled(ledger):
    found = pool(ledger, "a-1990", ["ladder", "B. Reader"])
    assert found[["horizon", "cause"]].to_numpy().tolist() == [[12, "formalized"]]
    assert found["probability"].tolist() == pytest.approx([0.65])
    assert found.columns.tolist()[-2:] == ["ladder", "B. Reader"]
    assert len(pool(ledger, "a-1990", ["ladder", "base_rate"])) == 2 * len(STATES)


def test_by_default_headline_base_rates_and_everybody_are_in_it(ledger):
    assert pool(ledger, "a-1990").columns.tolist()[5:] == ["ladder", "base_rate", "A. Reader", "B. Reader"]


def test_a_retracted_entry_is_left_out(ledger):
    assert "A. Reader" in pool(ledger, "a-1990")
    put(ledger, {"entry": "retraction", "retracts": "000004-added-2026-11-24.json", "reason": "a slip"})
    assert "A. Reader" not in pool(ledger, "a-1990")
    with pytest.raises(UsageError, match="ladder, primary, base_rate, B. Reader; got"):
        pool(ledger, "a-1990", ["A. Reader"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"case_id": "z-1990"}, "expected a case that the ledger asks about under concluded, got 'z-1990'; issue it"),
        ({"of": ["oracle"]}, "expected names, each once, out of those who have spoken about a-1990 as of 2000-01-01 under concluded: ladder, primary, base_rate, A. Reader, B. Reader; got ['oracle']; issue or add it first"),
        ({"of": ["ladder", "ladder"]}, "expected names, each once, "),
        ({"as_of": date(1999, 1, 1)}, "expected names, each once, out of those who have spoken about a-1990 as of 1999-01-01 under concluded: nobody; got []"),
        ({"of": ["ladder"], "weights": [0.0]}, "expected 1 weights of 0 or more, not all 0, one for each name, got [0.0]; correct them"),
        ({"of": ["ladder"], "weights": [1.0, 2.0]}, "expected 1 weights of 0 or more"),
        ({"of": ["ladder"], "weights": [float("nan")]}, "expected 1 weights of 0 or more"),
        ({"target": "signed"}, "expected a target out of concluded, in_force, got 'signed'"),
    ],
)  # fmt: skip
def test_refusals(ledger, arguments, message):
    assert ISSUED_ON
    with pytest.raises(UsageError) as refused:
        pool(ledger, **({"case_id": "a-1990"} | arguments))
    assert str(refused.value).startswith(message)


HEAD = {"ladder": (0.4, 0.1, 0.1, 0.4), "base_rate": (0.2, 0.3, 0.1, 0.4), "primary": (0.9, 0.1, 0.0, 0.0)}


def forecasts(horizons=(12,), given="all"):
    """A forecast table of the case of the ledger."""
    rows = [
        (model, "a-1990", DAY.isoformat(), horizon, cause, p, p / 2, (1 + p) / 2, 0.8, given)
        for model, said in HEAD.items()
        for horizon in horizons
        for cause, p in zip(STATES, said, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))


def test_the_pool_asked_for_by_name_is_that_of_the_headline_base_rates_and_people(ledger, tmp_path):
    alone = pool_forecast(forecasts(), tmp_path / "none")
    assert values(alone) == pytest.approx({s: (LADDER[k] + BASE[k]) / 2 for k, s in enumerate(STATES)})
    assert alone.equals(pool_forecast(forecasts())) and set(alone["model"]) == {"pool"}
    rest = 0.1 / 0.6
    b_reader = (0.9, 0.1 * rest, 0.1 * rest, 0.1 * 0.4 / 0.6)
    parts = (LADDER, BASE, SAID, b_reader)
    with_people = pool_forecast(forecasts(), ledger)
    assert values(with_people) == pytest.approx({s: sum(p[k] for p in parts) / 4 for k, s in enumerate(STATES)})
    assert with_people["probability"].sum() == pytest.approx(1.0)


def test_its_bounds_hold_it_and_are_means_of_those_of_its_parts(ledger):
    found = pool_forecast(forecasts(), ledger)
    assert (found["lower"] <= found["probability"]).all() and (found["probability"] <= found["upper"]).all()
    first = found.iloc[0]
    assert first["lower"] == pytest.approx((0.2 + 0.1 + 0.0 + 0.9) / 4)
    assert first["upper"] == pytest.approx((0.7 + 0.6 + 0.0 + 0.9) / 4)


def test_at_a_horizon_of_which_nobody_spoke_models_are_alone_in_it(ledger):
    found = pool_forecast(forecasts((12, 24)), ledger)
    assert values(found, 24) == values(pool_forecast(forecasts((12, 24))), 24)
    assert values(found, 12) != values(found, 24)


def test_without_a_forecast_by_the_headline_there_is_no_pool():
    rest = forecasts()[lambda t: t["model"] != "ladder"]
    for table in (rest, forecasts(given="endorsed")):
        with pytest.raises(UsageError) as refused:
            pool_forecast(table)
        assert (
            str(refused.value) == "expected a forecast by ladder, got none: the pool is made of it; it may abstain here"
        )


def test_names_bring_their_models_and_rows_in_order():
    assert fitted_for(["primary"]) == ["primary"]
    assert fitted_for(["primary", "pool"])[:2] == ["primary", "ladder"]
    assert with_pool(forecasts(), ["primary"])["model"].unique().tolist() == ["primary"]
    assert with_pool(forecasts(), ["pool", "ladder"])["model"].unique().tolist() == ["pool", "ladder"]
