"""The lineage of a number of the headline: rows of the ladders, their acts, and inputs that sum to it."""

import re

import pytest

from forecasting import forecast
from forecasting.record.vocabulary import STATES
from forecasting.verify.ladder_lineage import ladder_lineage

CASE = "new-start-post-expiry-2026"


@pytest.mark.parametrize(("state", "given"), [*((state, "all") for state in STATES), ("formalized", "endorsed")])
def test_inputs_sum_to_the_number_and_rows_are_those_of_the_case(trained, state, given):
    known, fitted, _ = trained
    case = known.case(CASE)
    found = ladder_lineage(known, case, fitted.models["ladder"], fitted.population, 60, state, given)
    table = forecast(known, CASE, fitted=fitted.only("ladder"), horizons=(60,))
    number = table[(table["cause"] == state) & (table["given"] == given)]["probability"].item()
    assert sum(one["points"] for one in found["inputs"]) == pytest.approx(number, abs=1e-12)
    assert found["fit"]["sum_of_points"] == pytest.approx(number, abs=1e-12)
    assert len(found["sources"]["ladders"]) == len(case.rungs) > 0
    assert all(
        re.match(r"(formalization|strain), level \d, \w+: ", row["summary"]) for row in found["sources"]["ladders"]
    )
    assert {row["id"] for row in found["sources"]["events"]} <= {event.event_id for event in case.events}
