"""Where a case stands: the section says what the values say, greys what is thin, and owns up to what is not known."""

import re
from datetime import date
from html import unescape

import pytest

from forecasting.documents.case.content import case_facts
from forecasting.documents.case.material import Material
from forecasting.documents.case.rung import UNCODED, signposts, where_it_stands
from forecasting.documents.case.rung_values import RUNG
from forecasting.documents.case.situation_values import ladders
from forecasting.documents.html import section_html
from forecasting.documents.values import view
from forecasting.documents.wording import percent, points, shown
from forecasting.record.history import History

CASE, SIGNED = "us-china-encounters-mou-2014", "salt2-observance-1979"
DAY, EARLY = date(2026, 3, 1), date(1985, 1, 1)
HORIZONS = [12, 60]


def content_of(record, case=CASE, day=DAY, horizons=HORIZONS):
    found = Material(History(day, record), case, tuple(horizons), "concluded")
    return {
        "as_of": day.isoformat(),
        "horizons": list(found.horizons),
        "headline": {"horizon": found.horizon},
        "case": case_facts(found),
        "sources": [],
        "situation": {"ladders": ladders(found)},
        "rung": {name: work(found) for name, work in RUNG.items()},
    }


@pytest.fixture(scope="module")
def content(record):
    return content_of(record)


def html(content, section=where_it_stands):
    return section_html(section(view(content)))


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
    assert f"Way to a binding text: level {row['level']} of 5, {row['status']} (" in told
    assert content["rung"]["here"]["level"] == row["level"] and content["rung"]["here"]["is_coded"]
    assert UNCODED not in told and 'role="img"' in html(content)
    later = content | {"as_of": "2026-04-01"}
    assert "Acts looked for until" not in told and "Acts looked for until 1 March 2026." in words(html(later))


def test_shares_are_printed_with_landmarks_and_cases(content):
    told = words(html(content))
    rows = content["rung"]["shares"]
    assert [row["months"] for row in rows] == [12, 24, 60] and rows[0]["n"] >= rows[1]["n"] >= rows[2]["n"] > 10
    for row in rows:
        numbers = [shown("share", row[name]) for name in ("went_on", "formalized", "collapsed", "faded")]
        line = f"{' '.join(numbers)} {row['n']:,} ({row['n_cases']})".replace("\N{NO-BREAK SPACE}", " ")
        assert line in told
        assert row["formalized"] <= row["went_on"] and sum(row[n] for n in ("formalized", "collapsed", "faded")) <= 1
    assert f"Of {rows[-1]['n']:,} past landmarks on this rung ({rows[-1]['n_cases']} cases)" in told


def test_a_thin_share_has_no_number_and_is_grey(content):
    thin = share(n=9, **dict.fromkeys(("went_on", "formalized", "collapsed", "faded")))
    found = html(with_rung(content, shares=[thin]))
    assert found.count("<small>too few</small>") == 4 and "9 (12)" in words(found)
    assert "past landmarks on this rung" not in words(found)
    enough = html(with_rung(content, shares=[share()]))
    assert "too few" not in enough and "25.0 %" in words(enough)


@pytest.fixture(scope="module")
def early(record):
    return content_of(record, SIGNED, EARLY)


def test_a_rung_on_which_few_stood_has_no_shares(early, content):
    for row in early["rung"]["shares"]:
        assert row["n"] < 10 or row["n_cases"] < 5
        assert row["went_on"] is row["formalized"] is row["collapsed"] is row["faded"] is None
    assert all(row["went_on"] is not None for row in content["rung"]["shares"])


def test_a_rung_on_which_nobody_stood_says_so(content):
    nobody = share(n=0, n_cases=0, **dict.fromkeys(("went_on", "formalized", "collapsed", "faded")))
    told = words(html(with_rung(content, shares=[nobody], nearest=[])))
    assert "No past case is known to have stood on this rung" in told and "Nearest past cases" not in told


def test_the_nearest_cases_say_how_they_ended_or_that_they_go_on(content):
    told = words(html(content))
    assert content["rung"]["nearest"]
    for near in content["rung"]["nearest"]:
        assert near["name"].replace("\N{NO-BREAK SPACE}", " ") in told and near["case_id"] != CASE
        assert near["day"] <= DAY.isoformat() and (near["end"] or "") <= DAY.isoformat()
        assert (near["cause"] == "") == (near["end"] is None)
    open_one = content["rung"]["nearest"][0] | {"cause": "", "end": None}
    assert "not known to have ended" in words(html(with_rung(content, nearest=[open_one])))
    closed = open_one | {"cause": "faded", "end": "1999-12-31"}
    assert "faded 31 December 1999" in words(html(with_rung(content, nearest=[closed])))


def test_a_case_without_rows_is_forecast_and_says_so(record_copy):
    rows = [key for key in record_copy._keys("ladders") if key.startswith(f"{CASE}/")]
    for key in rows:
        record_copy.drop("ladders", key)
    found = content_of(record_copy.read())
    assert found["rung"]["here"] == {"level": 0, "status": "active", "is_coded": False}
    told = words(html(found))
    assert UNCODED in told and "no step is known; counted as level 0 (nobody of weight proposes one)." in told
    assert "talks get a date" in words(html(found, signposts))


def test_signposts_say_what_the_values_say(content):
    told = words(html(content, signposts))
    assert "As of now the forecast within five years is" in told
    for by in content["rung"]["steps"]["by"]:
        for step in by["steps"]:
            place = HORIZONS.index(60)
            then, before = (step[name]["formalized"][place] for name in ("then", "before"))
            line = f"{percent(then)} ({shown_range(step, place)}) {points(then - before)} ("
            assert line.replace("\N{NO-BREAK SPACE}", " ") in told
            if step["what"]:
                assert step["what"] in told
    assert {by["days"]: by["day"] for by in content["rung"]["steps"]["by"]} == {
        30: "2026-03-31", 90: "2026-05-30", 180: "2026-08-28",
    }  # fmt: skip


def shown_range(step, place):
    low, high = (100 * step[name]["formalized"][place] for name in ("lower", "upper"))
    return f"{low:.0f} to {high:.0f} %"


def test_what_lies_outside_history_is_grey_and_what_does_not_is_not(content):
    by = content["rung"]["steps"]["by"][1]
    steps = by["steps"][:2]
    for outside in (True, False):
        step = steps[1] | {"outside": outside, "n_stood": 12, "n_moved": 4}
        told = with_rung(content, steps=content["rung"]["steps"] | {"by": [by | {"steps": [steps[0], step]}]})
        found = html(told, signposts)
        assert ("4 of 12, too few" in words(found)) == outside
        grey = re.search(r'<th scope="row"><small>' + re.escape(step["what"]), found)
        assert bool(grey) == outside


def test_a_horizon_that_is_over_by_the_day_is_a_dash(record):
    found = content_of(record, horizons=(6,))
    last = found["rung"]["steps"]["by"][-1]
    assert all(step["then"]["formalized"] == [None] for step in last["steps"])
    rows = re.findall(r"<tr>.*?</tr>", html(found, signposts).partition("within 180 days")[2], flags=re.S)
    assert sum(row.count("\N{EN DASH}") for row in rows) >= len(last["steps"])


def test_a_signed_text_has_steps_of_its_own(early, content):
    told, other = words(html(early, signposts)), words(html(content, signposts))
    assert "all have consented" in told and "a text is initialled" not in told
    assert "a text is initialled" in other and "all have consented" not in other
