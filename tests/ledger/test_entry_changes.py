"""Why two issued forecasts differ: parts that sum to the whole, each named for what it can be told to be."""

from datetime import date

import pytest
from bodies import forged

from forecasting.ledger import issue, open_lineage, read_chain
from forecasting.ledger.chain import ORIGIN, Link
from forecasting.ledger.changes import (
    ACTS,
    BASE_RATE,
    CODE,
    MODEL,
    OTHER_CODE,
    RECALIBRATION,
    REVISED,
    ROUNDED,
    TIME,
    UNTOLD,
    entry_changes,
)
from forecasting.ledger.entries import FORM
from forecasting.store.errors import UsageError

pytestmark = pytest.mark.long

CASE = "us-china-encounters-mou-2014"
DAYS = (date(2019, 1, 1), date(2020, 1, 1))
MODELS = ("ladder", "ladder_model", "primary", "type_base_rate", "base_rate")
PATHS = {
    "ladder": [MODEL, RECALIBRATION, BASE_RATE, TIME, ACTS, ROUNDED],
    "ladder_model": [MODEL, RECALIBRATION, TIME, ACTS, ROUNDED],
    "primary": [MODEL, RECALIBRATION, TIME, ACTS, ROUNDED],
    "type_base_rate": [BASE_RATE, TIME, ROUNDED],
    "base_rate": [BASE_RATE, TIME, ROUNDED],
}


@pytest.fixture(scope="module")
def links(history, tmp_path_factory):
    """Entries by model and day."""
    folder = tmp_path_factory.mktemp("changes") / "ledger"
    for day in DAYS:
        known = history.at(day)
        table, silent, lineage = open_lineage(known, MODELS, cases=[CASE], horizons=(12, 60))
        issue(table, folder, known, abstained=silent, lineage=lineage, as_replay=True)
    return {(link.entry.model, link.entry.as_of): link for link in read_chain(folder).links}


def altered(link, points=0.0, horizon=1, **keys):
    """The entry as other code or another record would have made it: formalized higher, ongoing lower, by `points`."""
    body = link.entry.model_dump(exclude_none=True)
    (forecast,) = body["forecasts"]
    forecast.pop("lineage", None)
    for name in ("probability", "lower", "upper"):
        rows = [list(row) for row in forecast[name]]
        rows[horizon][0] += points
        rows[horizon][3] -= points
        forecast[name] = rows
    made = {name: body.pop(name) for name in ("sequence", "previous", "issued_on")}
    name, _ = forged(body | keys, 1, ORIGIN, made["issued_on"])
    return Link(name, "", FORM.validate_python(body | keys | made))


def code(letter):
    return {"version": "0", "sha256": letter * 64}


@pytest.mark.parametrize(("model", "state"), [*((model, "formalized") for model in MODELS[:4]), ("ladder", "ongoing")])
def test_parts_and_steps_sum_to_the_difference(links, history, model, state):
    pair = [links[model, day] for day in DAYS]
    found = entry_changes(*pair, history, CASE, state=state)
    whole = found.after - found.before
    assert sum(part.points for part in found.parts) == pytest.approx(whole, abs=1e-9)
    assert [part.name for part in found.parts] == PATHS[model]
    assert abs(found.parts[-1].points) < 5e-5
    assert bool(found.steps) == (not model.endswith("base_rate"))
    if found.steps:
        assert sum(step.points for step in found.steps) == pytest.approx(whole, abs=1e-9)
    assert max(abs(part.points) for part in found.parts[:-1]) > 1e-4


def test_an_entry_does_not_differ_from_itself(links, history):
    link = links["ladder", DAYS[0]]
    found = entry_changes(link, link, history, CASE)
    assert [round(part.points, 12) for part in found.parts] == [0.0] * len(found.parts)
    assert found.steps == ()


def rest(first, second, history):
    return entry_changes(first, second, history, CASE).parts[-1]


def test_what_the_code_at_hand_does_not_give_is_named_for_what_it_can_be_told_to_be(links, history):
    first, second = (links["base_rate", day] for day in DAYS)
    assert rest(first, second, history).name == ROUNDED
    other = "c" * 64
    assert rest(first, altered(second, 0.1, code=code("a")), history).name == CODE
    same = altered(first, code=code("a")), altered(second, 0.1, code=code("a"))
    assert rest(*same, history).name == OTHER_CODE
    assert rest(first, altered(second, 0.1, record_sha256=other), history).name == REVISED
    both = altered(second, 0.1, record_sha256=other, code=code("a"))
    found = rest(first, both, history)
    assert found.name == UNTOLD
    assert "`verify --code-of-entry`" in found.why
    assert found.points == pytest.approx(0.1, abs=1e-4)


def test_refusals(links, history):
    first, second = (links["ladder", day] for day in DAYS)
    base = links["base_rate", DAYS[1]]
    for arguments, message in (
        ((second, first), "expected the earlier day first, got 2020-01-01 and 2019-01-01; turn them round"),
        ((first, base), "expected two entries of one model, got ladder and base_rate; name entries of the same"),
    ):
        with pytest.raises(UsageError) as refused:
            entry_changes(*arguments, history, CASE)
        assert str(refused.value) == message
    for keys, message in (
        ({"horizon": 24}, "expected a horizon that both entries ask about, 12, 60, got 24; choose another"),
        ({"state": "gone"}, "expected a state out of formalized, collapsed, faded, ongoing, got 'gone'; choose one of them"),
        ({"case_id": "z-1990"}, f"expected a case that {first.name} forecasts, got 'z-1990'; name another"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as refused:
            entry_changes(first, second, history, **({"case_id": CASE} | keys))
        assert str(refused.value) == message
