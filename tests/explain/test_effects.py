"""What rows of one's own do to the number, and to nobody else's."""

import json

import pandas as pd
import pytest
from answers import ANSWERS
from answers import CASE as MINE
from calling import call
from overlays import CASE, written
from overlays import MINE as ROWS

from forecasting import add_event, add_step, correct, fit_models, forecast, load_history, looked, retract
from forecasting.artefacts.key import made_from
from forecasting.artefacts.session import shared_fit
from forecasting.record.own_rows import set_learning
from forecasting.record.questionnaire import case_from_answers
from forecasting.store.errors import UsageError

URL = "https://example.org/a"


@pytest.fixture(scope="module")
def overlay(tmp_path_factory):
    return tmp_path_factory.mktemp("effects") / "mine"


def probabilities(history, fitted, case=CASE):
    rows = forecast(history, case, fitted=fitted)
    return rows[rows["given"] == "all"].set_index(["horizon", "cause"])["probability"]


def test_an_act_and_a_step_move_every_state_at_every_horizon_at_once(overlay, capsys):
    act = add_event(CASE, "2026-10-05", "talks_opened", "USA", "RUS", URL, overlay=overlay, artefacts=None)
    assert act.as_of.isoformat() == "2026-10-05" and not act.moves
    assert "the headline does not move" in str(act) and "acts looked for until 2026-08-31" in str(act)
    step = add_step(
        CASE, "formalization", 2, "active", "2026-10-05", evidence="Talks <b>began</b>.",
        events=act.rows["events"][0]["event_id"], overlay=overlay, artefacts=None,
    )  # fmt: skip
    assert step.moves and step.table.shape == (24, 5) and step.to_frame().shape == (6, 12)
    for column in ("before", "after"):
        assert step.table.groupby("horizon")[column].sum().to_numpy() == pytest.approx(1.0)
    assert [one["sha256"] for one in step.hashes["overlays"]] != [one["sha256"] for one in act.hashes["overlays"]]
    # the number is that of the whole record with the overlay, and of the models of the record alone
    history = load_history(overlay=overlay)
    fitted = fit_models(history, ["ladder"])
    assert fitted.as_of.isoformat() == "2026-08-31"
    said = step.table.set_index(["horizon", "cause"])["after"]
    pd.testing.assert_series_equal(said, probabilities(history, fitted), check_names=False, rtol=1e-12)
    # what of it comes from having looked until the day is that of a look alone
    alone = looked(CASE, "2026-10-05", overlay=overlay.parent / "look", artefacts=None)
    pd.testing.assert_frame_equal(step.by_look, alone.table)
    assert act.by_look.empty and alone.by_look.empty and alone.moves
    assert "that alone moves, within 120 months, formalized" in str(step) and "`forecasting step`" not in str(step)
    taken = retract(f"{CASE}-own-a01", "It never happened.", overlay=overlay, artefacts=None)
    assert taken.case_id == CASE and taken.moves
    further = looked(CASE, "2026-11-01", overlay=overlay, artefacts=None)
    assert further.looked_until.isoformat() == "2026-11-01"
    mended = correct("cases", CASE, "observed_now", "0", "Seen.", overlay=overlay, artefacts=None)
    assert mended.moves
    json.dumps(mended.as_dict())


def test_the_first_row_of_an_overlay_may_be_of_a_day_that_the_record_covers(tmp_path):
    early = add_event(CASE, "2026-08-29", "talks_opened", "USA", "RUS", URL, overlay=tmp_path / "mine", artefacts=None)
    assert early.reason == "" and early.as_of.isoformat() == "2026-08-31" and early.table.shape == (24, 5)


@pytest.mark.long
def test_the_command_prints_what_moves_and_both_hashes(overlay, tmp_path, capsys):
    given = {"date": "2026-10-09", "kind": "summit", "source": URL, "actor": "USA", "target": "RUS"}
    place = {"overlay": overlay, "artefacts": tmp_path / "none", "horizons": 12}
    assert call("event", CASE, **given, **place, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["cause"] for one in told["effect"]] == ["formalized", "collapsed", "faded", "ongoing"]
    assert told["record_sha256"] == load_history().sha256 and told["overlays"][0]["folder"] == str(overlay)
    assert call("event", CASE, **given | {"date": "2026-10-10"}, **place) == 0
    printed = capsys.readouterr().out
    assert told["record_sha256"] in printed and "before after points" in printed
    with pytest.raises(UsageError, match="expected a folder for rows of your own, got none"):
        call("event", CASE, **given)


@pytest.mark.long
def test_a_case_of_ones_own_moves_no_number_of_another_case(history, tmp_path):
    """Unless models learn from it: then it does."""
    folder = tmp_path / "mine"
    case_from_answers(ANSWERS | {"last_observed_date": "2026-08-31"}, folder)
    mine = load_history(overlay=folder)
    assert set(mine.open_case_ids()) == {*history.open_case_ids(), MINE}
    others, models = [CASE, *history.open_case_ids()[:9]], ("ladder",)
    assert made_from(mine, models, "concluded", "forward").key == made_from(history, models, "concluded", "forward").key
    before, after = (
        forecast(known, others, fitted=shared_fit(known, models, "concluded").fitted, horizons=[60])
        for known in (history, mine)
    )
    pd.testing.assert_frame_equal(before, after)
    set_learning(folder, True)
    learned = load_history(overlay=folder)
    before, after = (
        forecast(known, others, fitted=fit_models(known, ["base_rate"]), horizons=[60]) for known in (mine, learned)
    )
    assert (before["probability"] != after["probability"]).all()


def test_a_case_that_nobody_can_forecast_is_kept_with_the_reason(few_cases, tmp_path):
    found = looked(CASE, "2026-10-01", overlay=tmp_path / "mine", data=few_cases, artefacts=None)
    assert found.table.empty and "at least 10 endings were known" in found.reason
    assert "10 endings" in found._repr_html_() and (tmp_path / "mine" / "looked.csv").is_file()


@pytest.mark.long
def test_commands_that_print_forecasts_name_the_record_and_the_overlay(tmp_path, capsys):
    folder = written(tmp_path / "mine", ROWS)
    history = load_history(overlay=folder)
    hashes = (history.record_sha256, history.record.overlays[0].sha256)
    asked = {"overlay": folder, "models": "base_rate", "artefacts": tmp_path / "none", "horizons": 12}
    assert call("forecast", CASE, **asked) == 0 and call("check", overlay=folder) == 0
    assert call("cases", "new", "start", "--outcome", "ongoing", overlay=folder) == 0
    assert call("overlay", folder) == 0
    printed = capsys.readouterr().out
    assert all(printed.count(one) == 4 for one in hashes)
    assert call("forecast", CASE, **asked, json=True) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {(row["record_sha256"], row["overlay_sha256"]) for row in rows} == {hashes}
