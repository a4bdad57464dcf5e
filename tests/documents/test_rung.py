"""Where a case stands: the panels say what the values say, grey what is thin, and own up to what is not known."""

import re
from datetime import date
from html import unescape

import pytest

from forecasting.documents.case.content import case_facts
from forecasting.documents.case.evidence_values import appointments
from forecasting.documents.case.first_screen import MOST_STEPS, movers, where_now
from forecasting.documents.case.first_screen_values import supposed
from forecasting.documents.case.headline_values import headline
from forecasting.documents.case.material import Material
from forecasting.documents.case.rung import MOST_NEAR, where_it_stands
from forecasting.documents.case.rung_values import RUNG
from forecasting.documents.case.situation_values import ladders
from forecasting.documents.compose import section
from forecasting.documents.html import section_html
from forecasting.documents.values import view
from forecasting.documents.wording import percent, shown
from forecasting.record.history import History

CASE, SIGNED = "us-china-encounters-mou-2014", "salt2-observance-1979"
DAY, EARLY = date(2026, 3, 1), date(1985, 1, 1)
HORIZONS = [12, 60]


def content_of(record, case=CASE, day=DAY, horizons=HORIZONS):
    found = Material(History(day, record), case, tuple(horizons), "concluded")
    return {
        "as_of": day.isoformat(),
        "horizons": list(found.horizons),
        "headline": headline(found),
        "case": case_facts(found),
        "sources": [],
        "calendar": appointments(found),
        "supposed": supposed(found),
        "situation": {"ladders": ladders(found)},
        "rung": {name: work(found) for name, work in RUNG.items()},
    }


@pytest.fixture(scope="module")
def content(record):
    return content_of(record)


def html(content, panel=where_now):
    made = panel(view(content))
    return section_html(made if panel is where_it_stands else section(*made))


def words(markup):
    told = re.sub(r"<svg\b.*?</svg>", " ", markup, flags=re.S)
    told = unescape(re.sub(r"<[^>]+>", " ", told)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"(?<=\() | (?=[),;.:])", "", " ".join(told.split()))


def with_rung(content, **values):
    return content | {"rung": content["rung"] | values}


def share(**values):
    base = {"months": 12, "n": 40, "n_cases": 12, "went_on": 0.25, "formalized": 0.2, "collapsed": 0.1, "faded": 0.05}
    return base | values


def test_it_says_where_the_case_stands_and_until_when_somebody_looked(content):
    told = words(html(content))
    row = content["situation"]["ladders"]["rows"]["formalization"][-1]
    assert f"Way to a binding text: level {row['level']} of 5, {row['status']}, since " in told
    assert content["rung"]["here"]["level"] == row["level"] and content["rung"]["here"]["is_coded"]
    assert "No step is coded" not in told and 'role="img"' in html(content)
    later = content | {"as_of": "2026-04-01"}
    assert "Acts looked for until" not in told and "Acts looked for until 1 March 2026" in words(html(later))


def test_the_share_of_the_longest_window_is_told_with_its_looks_and_cases(content):
    told = words(html(content))
    rows = content["rung"]["shares"]
    assert [row["months"] for row in rows] == [12, 24, 60] and rows[0]["n"] >= rows[1]["n"] >= rows[2]["n"] > 10
    last = rows[-1]
    assert f"Of {last['n']:,} looks at past cases on this rung ({last['n_cases']} cases), within five years" in told
    for name in ("went_on", "formalized", "collapsed", "faded"):
        assert shown("share", last[name]).replace("\N{NO-BREAK SPACE}", " ") in told
    for row in rows:
        assert row["formalized"] <= row["went_on"] and sum(row[n] for n in ("formalized", "collapsed", "faded")) <= 1


def test_a_thin_share_has_no_number(content):
    thin = share(n=9, **dict.fromkeys(("went_on", "formalized", "collapsed", "faded")))
    found = words(html(with_rung(content, shares=[thin])))
    assert "Too few past cases stood on this rung" in found and "looks at past cases" not in found
    enough = words(html(with_rung(content, shares=[share()])))
    assert "Too few" not in enough and "25.0 %" in enough


@pytest.fixture(scope="module")
def early(record):
    return content_of(record, SIGNED, EARLY)


def test_a_rung_on_which_few_stood_has_no_shares(early, content):
    for row in early["rung"]["shares"]:
        assert row["n"] < 10 or row["n_cases"] < 5
        assert row["went_on"] is row["formalized"] is row["collapsed"] is row["faded"] is None
    assert all(row["went_on"] is not None for row in content["rung"]["shares"])


def test_a_rung_on_which_nobody_stood_says_so(content):
    told = words(html(with_rung(content, nearest=[]), where_it_stands))
    assert "No past case is known to have stood on this rung" in told and "Nearest past cases" not in told


def test_the_nearest_cases_say_how_they_ended_or_that_they_go_on(content):
    told = words(html(content, where_it_stands))
    assert content["rung"]["nearest"]
    for near in content["rung"]["nearest"][:MOST_NEAR]:
        assert near["name"].replace("\N{NO-BREAK SPACE}", " ") in told and near["case_id"] != CASE
        assert near["day"] <= DAY.isoformat() and (near["end"] or "") <= DAY.isoformat()
        assert (near["cause"] == "") == (near["end"] is None)
    open_one = content["rung"]["nearest"][0] | {"cause": "", "end": None}
    assert "not known to have ended" in words(html(with_rung(content, nearest=[open_one]), where_it_stands))
    closed = open_one | {"cause": "faded", "end": "1999-12-31"}
    assert "faded 31 December 1999" in words(html(with_rung(content, nearest=[closed]), where_it_stands))


@pytest.mark.long
def test_a_case_without_rows_is_forecast_and_says_so(record_copy):
    rows = [key for key in record_copy._keys("ladders") if key.startswith(f"{CASE}/")]
    for key in rows:
        record_copy.drop("ladders", key)
    found = content_of(record_copy.read())
    assert found["rung"]["here"] == {"level": 0, "status": "active", "is_coded": False}
    told = words(html(found))
    uncoded = (
        "No step is coded for this case: it is forecast from everything else, as if it stood at level 0 (nobody of"
    )
    assert uncoded in told and 'role="img"' not in html(found)
    assert "talks get a date" in words(html(found, movers))


def test_what_would_move_it_says_what_the_values_say(content):
    told = words(html(content, movers))
    by = next(one for one in content["rung"]["steps"]["by"] if one["days"] == 90)
    place = HORIZONS.index(60)
    largest = sorted(
        (step for step in by["steps"] if step["what"] and not step["outside"]),
        key=lambda step: -max(abs(step["then"][c][place] - step["before"][c][place]) for c in step["then"]),
    )
    for step in largest[:MOST_STEPS]:
        chances = {cause: percent(step["then"][cause][place]) for cause in ("formalized", "collapsed", "faded")}
        line = f"{step['what']} {chances['formalized']} ({shown_range(step, place)}) {chances['collapsed']} "
        assert f"{line}{chances['faded']} {step['n_moved']} of ".replace("\N{NO-BREAK SPACE}", " ") in told
    for what, numbers in content["supposed"].items():
        after = [percent(numbers["after"][cause]) for cause in ("formalized", "collapsed", "faded")]
        assert f"{what} now {' '.join(after)}".replace("\N{NO-BREAK SPACE}", " ") in told
    now = content["headline"]["states"]
    assert f"as it stands {percent(now['formalized']['probability'])}".replace("\N{NO-BREAK SPACE}", " ") in told


def shown_range(step, place):
    low, high = (100 * step[name]["formalized"][place] for name in ("lower", "upper"))
    return f"{low:.0f} to {high:.0f} %"


def test_what_lies_outside_history_is_grey_and_what_does_not_is_not(content):
    by = next(one for one in content["rung"]["steps"]["by"] if one["days"] == 90)
    for outside in (True, False):
        step = by["steps"][1] | {"outside": outside, "n_stood": 12, "n_moved": 4}
        told = with_rung(content, steps=content["rung"]["steps"] | {"by": [by | {"steps": [step]}]})
        found = html(told, movers)
        assert ("4 of 12" in words(found)) != outside and ("too few" in words(found)) == outside
        grey = re.search(r'<th scope="row"><small><span data-at="[^"]+">' + re.escape(step["what"]), found)
        assert bool(grey) == outside


def test_a_signed_text_has_steps_of_its_own(early, content):
    told, other = words(html(early, movers)), words(html(content, movers))
    assert "a text is initialled" not in told and "a text is initialled" in other
