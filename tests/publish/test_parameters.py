from pathlib import Path

import pytest

from forecasting.publish.parameters import checked_parameters
from forecasting.record.months import HORIZONS
from forecasting.store.errors import UsageError

CASE = {"case_id": "new-start-post-expiry-2026"}


def test_defaults_are_the_project_constants():
    asked = checked_parameters("case_report", CASE)
    assert (asked.as_of, asked.horizons, asked.target) == (None, HORIZONS, "concluded")
    assert (asked.data, asked.artefacts) == (None, Path("artefacts"))


def test_the_folder_of_artefacts_stays_as_given():
    assert checked_parameters("case_report", {**CASE, "artefacts": "here"}).artefacts == Path("here")


def test_horizons_come_as_text_or_list_sorted_without_repeats():
    assert checked_parameters("case_report", {**CASE, "horizons": "24,6,6"}).horizons == (6, 24)
    assert checked_parameters("case_report", {**CASE, "horizons": [24, 6]}).horizons == (6, 24)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"case": "x"}, "case_report: case_id: expected case of the record, got none; expected keys out of as_of, data, overlay, record_age, lost_acts, horizons, target, artefacts, ledger, ledger_until, case_id, since, got the unknown key case"),
        ({**CASE, "as_of": "5 February"}, "case_report: as_of: expected a day as YYYY-MM-DD, for example 2026-02-05, got '5 February'"),
        ({**CASE, "as_of": 20260205}, "case_report: as_of: expected day whose knowledge is used, YYYY-MM-DD; default: data_end, got 20260205"),
        ({**CASE, "horizons": "abc"}, "case_report: horizons: expected horizons as whole months, for example 6,12,24, got 'abc'"),
        ({**CASE, "horizons": [0]}, "case_report: horizons: expected horizons from 1 to 120 months, got [0]"),
        ({**CASE, "horizons": []}, "case_report: horizons: expected horizons from 1 to 120 months, got []"),
        ({**CASE, "target": "signed"}, "case_report: target: expected one of concluded, in_force, got 'signed'; choose one of them"),
        ({"case_id": 7}, "case_report: case_id: expected case of the record, got 7"),
    ],
)  # fmt: skip
def test_each_bad_parameter_is_named_with_what_it_wants(parameters, message):
    with pytest.raises(UsageError) as error:
        checked_parameters("case_report", parameters)
    assert str(error.value) == message


def test_unknown_template_is_refused():
    with pytest.raises(
        UsageError, match="expected a template out of case, brief, portfolio, scorecard, data-quality, got 'x'"
    ):
        checked_parameters("x", CASE)
