"""A linear pool of what models and people have entered: its weights, who is in it, and what it leaves out."""

from datetime import date

import pytest
from bodies import ISSUED_ON, issue_body, put

from forecasting.ledger import pool
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
