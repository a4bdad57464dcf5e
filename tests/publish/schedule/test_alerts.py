"""Movement alerts: a case is told of when an ending moved by the points asked for, or a rung was reached."""

import json

import pytest

from forecasting.publish.schedule.alerts import alert_of
from forecasting.publish.schedule.plan import Plan
from forecasting.publish.schedule.run import run_due
from forecasting.publish.schedule.times import moment
from forecasting.review import sidecar_bytes

CASE = "new-start-post-expiry-2026"
RUNG = {"ladder": "strain", "level": 3, "status": "live", "date": "2026-02-06"}


def written(folder, moved, rungs=(), is_page=True):
    """A page of which the chance of collapse moved by so many points since the one before."""
    before = {"formalized": 0.05, "collapsed": 0.4, "faded": 0.3}
    states = {name: {"before": p, "after": p + moved / 100 * (name == "collapsed")} for name, p in before.items()}
    since = {"from": "2026-02-05", "is_page": is_page, "states": states, "rungs": list(rungs)}
    page = folder / "2026-03-01.html"
    page.with_suffix(".json").write_bytes(
        sidecar_bytes({"title": "A case", "case": {"case_id": CASE, "name": "New START"}, "since": since})
    )
    return page


@pytest.mark.parametrize(("moved", "is_told"), [(5.0, True), (-5.0, True), (4.9, False), (0.0, False)])
def test_an_ending_is_told_of_from_the_points_asked_for(tmp_path, moved, is_told):
    found = alert_of(written(tmp_path, moved), 5.0)
    assert (found is not None) == is_told
    if found:
        assert (found["case_id"], found["since"], found["page"]) == (CASE, "2026-02-05", "2026-03-01.html")
        assert found["points"] == {"formalized": 0.0, "collapsed": moved, "faded": 0.0}


def test_a_new_rung_is_told_of_whatever_moved(tmp_path):
    assert alert_of(written(tmp_path, 0.0, [RUNG]), 5.0)["rungs"] == [RUNG]


def test_the_first_page_and_a_page_about_no_case_tell_of_nothing(tmp_path):
    assert alert_of(written(tmp_path, 50.0, [RUNG], is_page=False), 5.0) is None
    page = tmp_path / "portfolio.html"
    page.with_suffix(".json").write_bytes(sidecar_bytes({"title": "Portfolio"}))
    assert alert_of(page, 5.0) is None
    assert alert_of(tmp_path / "nowhere.html", 5.0) is None


@pytest.mark.long
def test_a_schedule_tells_of_the_month_in_which_the_founding_case_moved(tmp_path):
    """Short twins: those above."""
    said = {}
    for day in ("2026-02-05", "2026-03-01"):
        entry = {"name": "founding", "template": "case", "every": "daily", "cases": [CASE], "alert_points": 5.0,
                 "oldest_record": 999, "parameters": {"as_of": day}}  # fmt: skip
        said[day] = run_due(Plan(report=[entry]), tmp_path / "out", moment(f"{day}T12:00"))
    assert said["2026-02-05"].failures == said["2026-03-01"].failures == ()
    assert said["2026-02-05"].moved == ()
    (alert,) = said["2026-03-01"].moved
    assert alert["since"] == "2026-02-05" and alert["points"]["collapsed"] > 5.0 and alert["rungs"]
    assert json.loads(json.dumps(said["2026-03-01"].told))["moved"] == [alert]
