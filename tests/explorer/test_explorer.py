"""What the explorer shows when its pickers move. No browser: the widgets hold what a browser would show."""

from datetime import date

import pytest

from forecasting import ForecastExplorer, ForecastingError
from forecasting.explorer import words
from forecasting.explorer.outlook import outlook

CASE = "new-start-post-expiry-2026"
SETTLED = "us-china-encounters-mou-2014"
EARLY = "enmod-joint-statement-1974"


@pytest.fixture
def explorer(artefacts):
    return ForecastExplorer(CASE, as_of="2026-02-05", artefacts=artefacts)


def shown(explorer):
    return explorer.figure.value, explorer.table.value, explorer.why.value, explorer.moves.value


def test_it_opens_on_the_case_with_an_answer(explorer, known):
    answer = outlook(known, CASE)
    assert explorer.table.value == words.table(answer.to_frame("all"))
    assert explorer.why.value == words.paragraph(answer.why())
    assert explorer.figure.value.count("<svg") == 1
    assert "Models of 5 February 2026: artefact" in explorer.status.value
    assert explorer.fit.layout.display == "none"


def test_the_fact_taken_either_way_moves_figure_table_and_reason(explorer):
    before = shown(explorer)
    explorer.given.value = "not endorsed"
    after = shown(explorer)
    assert all(old != new for old, new in zip(before[:3], after[:3], strict=True))
    assert after[1] == words.table(explorer.outlook.to_frame("not endorsed"))
    explorer.given.value = "all"
    assert shown(explorer) == before


@pytest.mark.long
def test_another_case_brings_another_answer_and_a_settled_fact_cannot_be_switched(explorer, known):
    explorer.given.value = "endorsed"
    explorer.case.value = SETTLED
    assert explorer.outlook.case.case_id == SETTLED
    assert explorer.table.value == words.table(outlook(known, SETTLED).to_frame())
    assert explorer.given.disabled and explorer.given.value == "all"
    assert "there is nothing to switch" in explorer.status.value
    explorer.case.value = CASE
    assert not explorer.given.disabled


@pytest.mark.long
def test_a_supposition_is_offered_with_what_it_would_do_and_drawn(explorer):
    first = explorer.outlook.what_ifs[0]
    assert explorer.act.options[1] == (words.supposition(first), first.what)
    table = explorer.table.value
    explorer.act.value = first.what
    assert "the forecast, if so" in explorer.figure.value and explorer.table.value == table
    explorer.case.value = SETTLED
    assert explorer.act.value == "" and "if so" not in explorer.figure.value


def test_a_day_without_fitted_models_is_not_fitted_unasked(explorer):
    explorer.as_of.value = date(2026, 3, 1)
    assert explorer.outlook is None and shown(explorer) == ("", "", "", "")
    assert "No fitted models of 1 March 2026 are at hand." in explorer.status.value
    assert explorer.fit.layout.display is None and explorer.fit.description == "Fit the models as of 2026-03-01"
    explorer.as_of.value = date(2026, 2, 5)
    assert explorer.outlook is not None and explorer.fit.layout.display == "none"


def test_fitting_on_a_day_with_too_few_endings_says_so(artefacts):
    explorer = ForecastExplorer(CASE, as_of="2026-02-05", artefacts=artefacts)
    explorer.as_of.value = date(1930, 1, 1)
    explorer.case.value = next(case_id for _, case_id in explorer.case.options if case_id != CASE)
    explorer.fit.click()
    assert "<p><strong>No answer:</strong> expected a day by which at least 10 endings were known, got 1930-01-01" in (
        explorer.status.value
    )
    assert shown(explorer) == ("", "", "", "")


@pytest.mark.parametrize(
    ("case_id", "day", "message"),
    [
        (CASE, date(2020, 1, 1), f"expected a day from 2026-02-05 on, when {CASE} became known, got 2020-01-01"),
        (CASE, None, "Choose a day."),
    ],
)
def test_where_there_is_no_answer_it_says_why_and_keeps_the_choice(explorer, case_id, day, message):
    explorer.as_of.value = day
    assert message in explorer.status.value
    assert shown(explorer) == ("", "", "", "") and explorer.outlook is None
    assert explorer.case.value == case_id and explorer.as_of.value == day
    explorer.as_of.value = date(2026, 2, 5)
    assert explorer.outlook.case.case_id == case_id


def test_the_cases_on_offer_are_those_open_on_the_day(explorer):
    offered = {case_id for _, case_id in explorer.case.options}
    assert EARLY not in offered and SETTLED in offered
    explorer.as_of.value = date(1975, 1, 1)
    offered = {case_id for _, case_id in explorer.case.options}
    assert EARLY in offered and SETTLED not in offered and CASE in offered


def test_a_case_that_is_not_in_the_record_is_refused(artefacts):
    explorer = ForecastExplorer("atlantis-2020", as_of="2026-02-05", artefacts=artefacts)
    assert "expected the case_id of a case in the record, got &#39;atlantis-2020&#39;" in explorer.status.value


def test_a_day_after_the_record_is_refused(artefacts):
    with pytest.raises(ForecastingError, match="expected a day up to"):
        ForecastExplorer(CASE, as_of="2099-01-01", artefacts=artefacts)
