"""The page itself: what it says, what it is made of, and what it must not know."""

import json
import re
import shutil
from itertools import product

import pytest
from made_up import past, put_skill, put_track_record
from page_text import html_of, text_of
from pointers import follow_pointers
from records import RecordCopy

from forecasting.documents.case.beside import beside
from forecasting.documents.case.report import SECTIONS, CaseReport
from forecasting.documents.html import section_html
from forecasting.documents.provenance import PROVENANCE, SETTINGS
from forecasting.documents.values import view
from forecasting.documents.wording import percent, points, signed_points, term_name
from forecasting.features import MODEL_FEATURES
from forecasting.record.vocabulary import CAUSES, STATES
from forecasting.store.package_data import shipped

CASE = "new-start-post-expiry-2026"
AYACUCHO = "ayacucho-declaration-1974"


@pytest.fixture(scope="module")
def first_day(trained):
    return CaseReport(CASE, "2026-02-05", artefacts=trained[2].parent)


@pytest.fixture(scope="module")
def weeks_later(two_days):
    return CaseReport(CASE, "2026-03-01", artefacts=two_days)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    """The report on a small record of which the founding case, its first event and a source hold markup."""
    folder = tmp_path_factory.mktemp("spoilt") / "record"
    record = RecordCopy(shutil.copytree(shipped("data"), folder, copy_function=shutil.copyfile))
    outcomes = record.read().tables["outcomes"].cells
    ended = outcomes[(outcomes["target"] == "concluded") & (outcomes["cause"] != "")]["case_id"]
    # the source that is spoilt is of the last
    record.keep_cases({*ended.iloc[::5], CASE, AYACUCHO})
    record.edit("cases", CASE, name="<script>alert(1)</script>", summary='"><img src=x onerror=y>')
    record.edit("sources", "s0001", title="<b>x</b>")
    record.edit("events", f"{CASE}-e01", source_id="s0001", summary="<script>x</script>")
    return CaseReport(CASE, "2026-02-05", data=folder)


@pytest.fixture(scope="module")
def few_endings(tmp_path_factory):
    """An old case on a record with a fifth of the endings, where none of its form was seen at its age.

    On the whole record no open case is so far from the others on this day.
    """
    folder = tmp_path_factory.mktemp("few") / "record"
    record = RecordCopy(shutil.copytree(shipped("data"), folder, copy_function=shutil.copyfile))
    outcomes = record.read().tables["outcomes"].cells.query("target == 'concluded'").set_index("case_id")["cause"]
    record.keep_cases({*outcomes.index[outcomes != ""][::5], *outcomes.index[outcomes == ""], AYACUCHO})
    return CaseReport("ctbt-signed-1996", "2026-02-05", data=folder)


@pytest.fixture(scope="module")
def judged(tmp_path_factory, history, trained):
    """The report beside made-up results of a backtest."""
    folder = shutil.copytree(
        shipped("data"), tmp_path_factory.mktemp("judged") / "record", copy_function=shutil.copyfile
    )
    put_skill(folder, history.sha256)
    parts = (past(history, said, came, 40) for said, came in ((0.1, 4), (0.3, 12)))
    put_track_record(folder, history.sha256, *parts)
    return CaseReport(CASE, "2026-02-05", data=folder, artefacts=trained[2].parent)


@pytest.fixture(scope="module")
def asked(trained):
    return {"case_id": CASE, "as_of": "2026-02-05", "artefacts": trained[2].parent}


def test_every_value_of_the_case_says_what_it_rests_on(first_day):
    said = first_day.content[PROVENANCE]
    assert set(first_day.content) - SETTINGS == {value.partition(".")[0] for value in said}
    assert {f"explanation.{name}" for name in first_day.content["explanation"]} <= set(said)
    assert set(first_day.content["hazard_model"]) == {"model", "limit", "forecast", "skill"}
    for section in SECTIONS:
        assert set(first_day.show(section).values) <= set(said)
    assert {"beside_base", "history", "supposed"} <= set(said)


@pytest.mark.long
def test_what_limits_the_headline_is_said_beside_what_it_rests_on(first_day, few_endings):
    """The twin: of the founding case, which lies within, nothing is said; its hazard model's limit stays with that."""
    told, nothing = (report.show("bottom_line")._repr_markdown_() for report in (few_endings, first_day))
    said = "The number reaches beyond the cases that its model learned from"
    (reason,) = few_endings.content["limit"]["reasons"]
    assert (
        f"{said}: “Age in months when last seen” is 352 here and was 0 to 89 in the other training cases of its "
        f"form, which moves the forecast by {signed_points(reason['effect'])} points. Its interval is widened to "
        "contain the base rate's."
    ) in told
    assert said not in nothing and "widened" not in nothing
    assert (few_endings.content["limit"]["status"], first_day.content["limit"]["status"]) == ("widened", "within")
    assert said not in few_endings.show("beside")._repr_markdown_()
    assert (reason["name"], reason["value"]) == ("age_months", 352) and abs(reason["effect"]) >= 0.01


def test_every_figure_of_a_case_shows_the_value_that_its_pointer_leads_to(first_day):
    assert follow_pointers(first_day) > 250


@pytest.mark.long
def test_every_figure_of_a_later_day_and_of_a_case_unseen_for_long_does_so_too(first_day, weeks_later, asked):
    stale = CaseReport("us-russia-detargeting-1994", **{name: asked[name] for name in ("as_of", "artefacts")})
    assert not stale.content["case"]["is_state_known"] and first_day.content["case"]["is_state_known"]
    told, unseen = text_of(html_of(stale, "bottom_line")), stale.content["unseen"]
    assert "Over already? its state is unknown" in " ".join(told.split()) and first_day.content["unseen"] is None
    assert f"{percent(unseen['ended'])} that it has ended unseen" in told
    assert unseen["ended"] == pytest.approx(sum(unseen[cause]["probability"] for cause in CAUSES), abs=1e-12)
    assert weeks_later.content["case"]["last_seen"] < weeks_later.content["as_of"]
    assert [follow_pointers(report) > 250 for report in (weeks_later, stale)] == 2 * [True]


def test_bottom_line_says_every_ending_those_far_from_the_base_rate_verdict_and_confidence(first_day):
    top, base = first_day.content["headline"], first_day.content["beside_base"]
    text = " ".join(text_of(html_of(first_day, "bottom_line")).split())
    chances = {state: percent(told["probability"]) for state, told in top["states"].items()}
    lead = (
        f"Formal agreement by 5 February 2031: {top['word']} ({chances['formalized']}). An end without one: "
        f"{top['end_word']} ({percent(top['ended'])}), collapse {chances['collapsed']}, fading {chances['faded']}. Still "
        f"informal: {chances['ongoing']}."
    ).replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith(lead)
    assert top["ended"] == pytest.approx(sum(top["states"][c]["probability"] for c in CAUSES[1:]), abs=1e-12)
    far = [c for c in CAUSES if abs(top["states"][c]["probability"] - base["states"][c]) >= 0.1]
    assert set(base["far"]) == set(far) and "collapsed" in far
    for cause, name in (("formalized", "Formal agreement"), ("collapsed", "Collapse"), ("faded", "Fading")):
        assert (f"{name} stands out: {chances[cause]}".replace("\N{NO-BREAK SPACE}", " ") in text) == (cause in far)
    assert "Confidence in this forecast is " in text and first_day.content["confidence"]["assessed"]
    parts = ("An end without one", "stands out", "came true", "Confidence in this")
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
    trust = " ".join(text_of(html_of(first_day, "trust")).split())
    assert f"both learned from {top['n']} arrangements, {top['n_at_risk']} of them observed for as long" in trust
    assert (
        "The number is 75 % of a model of how such arrangements move" in trust and "and 25 % of the base rate" in trust
    )


def test_an_ending_near_its_base_rate_is_not_named(first_day):
    """The twin: of the founding case collapse is."""
    near = CaseReport.__new__(CaseReport)
    near.content = first_day.content | {"beside_base": first_day.content["beside_base"] | {"far": []}}
    assert "stands out" not in html_of(near, "bottom_line") and "stands out" in html_of(first_day, "bottom_line")


def test_the_first_screen_has_four_panels_of_the_same_numbers(first_day, weeks_later):
    for report in (first_day, weeks_later):
        html = html_of(report, "at_a_glance")
        titles = re.findall(r'<section class="panel"><h2 class="small">([^<]*)</h2>', html)
        assert titles == [
            "Within five years", "Where it stands on the way to a treaty", "The forecast, day by day",
            "What would move it",
        ]  # fmt: skip
        points, top = report.content["history"]["points"], report.content["headline"]["states"]
        for cause in CAUSES:
            assert points[-1][cause] == pytest.approx(top[cause]["probability"], abs=1e-12)
    assert len(first_day.content["history"]["points"]) == 1
    assert "there is no movement yet" in html_of(first_day, "at_a_glance")
    first, *_, last = weeks_later.content["history"]["points"]
    since = weeks_later.content["since"]["states"]
    assert first["day"] == "2026-02-05"
    for cause in CAUSES:
        assert first[cause] == pytest.approx(first_day.content["headline"]["states"][cause]["probability"], abs=1e-9)
        assert (first[cause], last[cause]) == pytest.approx((since[cause]["before"], since[cause]["after"]), abs=1e-9)
    told = " ".join(text_of(html_of(weeks_later, "at_a_glance")).split())
    assert "Since 5 February 2026: formal agreement" in told and "DiNanno" not in told
    (mark,) = weeks_later.content["history"]["marks"]
    assert mark["day"] == "2026-02-06" and mark["brief"] in told


@pytest.mark.long
def test_the_page_before_is_what_its_movement_is_told_from(two_days):
    report = CaseReport(CASE, "2026-03-01", artefacts=two_days, since="2026-02-20")
    found = report.content["since"]
    assert (found["from"], found["is_page"]) == ("2026-02-20", True)
    assert "Since the last page, of 20 February 2026" in text_of(html_of(report, "at_a_glance"))
    assert report.content["explanation"]["changes"]["from"] == "2026-02-20"
    early = CaseReport(CASE, "2026-03-01", artefacts=two_days, since="2020-01-01").content["since"]
    assert (early["from"], early["is_page"]) == ("2026-02-05", False), "it was not known then"


def test_sources_are_those_that_the_page_cites_numbered_from_one(first_day):
    html = "".join(html_of(first_day, name) for name in SECTIONS if name != "sources")
    cited = {int(number) for number in re.findall(r'href="#source-(\d+)"', html)}
    listed = [int(number) for number in re.findall(r'id="source-(\d+)"', html_of(first_day, "sources"))]
    assert cited == set(listed) and listed == list(range(1, len(cited) + 1))
    assert len(first_day.content["sources"]) > len(listed), "the JSON file has all"


def test_first_day_does_not_know_what_came_after(first_day):
    told = "".join(html_of(first_day, name) for name in SECTIONS) + json.dumps(first_day.content["timeline"])
    for later in (
        "modernised treaty",
        "Lavrov tells the Duma",
        "never existed",
        "2026-02-11",
        "11 February 2026",
        "collapsed on",
    ):
        assert later not in told
    assert max(event["known"] for event in first_day.content["timeline"]) == "2026-02-05"


def test_weeks_later_the_rejections_and_the_doubt_are_on_the_first_screen(weeks_later):
    told = " ".join(text_of(html_of(weeks_later, "bottom_line")).split())
    over = sum(item["closes"] for item in weeks_later.content["contested"])
    assert over >= 2
    assert (
        f"Over already? it is on {over} of {len(weeks_later.content['contested']) + 1} readings of the record" in told
    )
    assert "handshake never existed" in text_of(html_of(weeks_later, "contested"))
    assert weeks_later.content["case"]["last_seen"] == "2026-02-05", "a pledge of one side is no sight of the other's"
    assert "last observed 5 February 2026" in text_of(html_of(weeks_later, "masthead"))
    kinds = {event["kind"] for event in weeks_later.content["timeline"] if event["date"] == "2026-02-05"}
    assert "leader_rejection" in kinds


def test_reported_acts_are_told_apart_from_confirmed_ones(first_day):
    html = html_of(first_day, "timeline")
    assert '<span class="badge reported">reported</span>' in html
    assert "two of them caution that the draft plan still needs both presidents" in json.dumps(
        first_day.content["timeline"]
    )
    [claim] = first_day.content["situation"]["claims"]
    chances = {(act["standing"], act["probability"]) for act in first_day.content["timeline"]}
    assert chances == {("confirmed", 1.0), ("reported", claim["probability"])}
    assert claim["acts"] == first_day.content["n_unconfirmed_acts"] == 5
    said = f"{percent(claim['probability'])} likely: "
    shown = [act for act in first_day.content["timeline"][:-5:-1] if act["standing"] != "confirmed"]
    assert shown and text_of(html).count(said) == len(shown)


def test_the_model_beside_is_shown_with_the_uncertain_endorsement_either_way(first_day):
    rows = first_day.content["hazard_model"]["forecast"]
    assert {row["given"] for row in rows} == {"all", "endorsed", "not endorsed"}
    chance = {row["given"]: row["probability"] for row in rows if (row["horizon"], row["cause"]) == (60, "formalized")}
    assert chance["all"] == pytest.approx(0.3 * chance["endorsed"] + 0.7 * chance["not endorsed"], abs=1e-12)


def test_once_leaders_have_spoken_there_is_one_side(weeks_later):
    assert {row["given"] for row in weeks_later.content["hazard_model"]["forecast"]} == {"all"}


@pytest.mark.long
def test_a_record_without_a_proof_says_so(record_copy):
    (record_copy.folder / "evaluation/skill.csv").unlink()
    report = CaseReport(CASE, "2026-02-05", data=record_copy.folder)
    assert "The skill of the forecast is not known for this record." in text_of(html_of(report, "trust"))


def test_the_drivers_lead_from_the_base_rate_to_the_headline(first_day):
    found, rows = first_day.content["explanation"]["drivers"], first_day.content["forecast"]
    base = {r["cause"]: r["probability"] for r in rows if (r["model"], r["horizon"]) == ("base_rate", 60)}
    for state, told in first_day.content["headline"]["states"].items():
        assert found["states"][state] == pytest.approx(told["probability"], abs=1e-12)
        assert sum(r["points"][state] for r in found["rows"]) == pytest.approx(told["probability"], abs=1e-12)
        assert found["rows"][0]["points"][state] == pytest.approx(base[state], abs=1e-12)
    html = html_of(first_day, "drivers")
    text = " ".join(text_of(html).split())
    rest = []
    for driver in found["rows"]:
        if driver["role"] != "input" or max(abs(driver["points"][cause]) for cause in CAUSES) >= 0.01:
            assert all(points(driver["points"][cause]) in text for cause in CAUSES)
        else:
            rest.append(driver)
    together = " ".join(points(sum(driver["points"][cause] for driver in rest)) for cause in CAUSES)
    assert f"{len(rest)} others together {together}" in text
    assert "Clock of its stated term ends in 6 months none" in text
    start = f'role="img" aria-label="From the base rate of {100 * base["formalized"]:.0f}'
    assert start in html and "Together: the forecast" in html


def test_every_covariate_has_a_name_a_reader_knows():
    for name in MODEL_FEATURES:
        assert term_name(name) not in (name, name.replace("_", " "))


def test_the_chart_shows_which_line_is_which(first_day):
    html = html_of(first_day, "incidence")
    for words in ("forecast", "base rate", "first registration"):
        assert f">{words}<" in html
    assert "dashed: the base rate; dotted: the first registration&#39;s hazard model" in html
    curve, horizons = first_day.content["curve"], first_day.content["horizons"]
    assert curve["horizons"] == list(range(1, 121))
    assert set(curve["models"]) == {"ladder", "base_rate", "primary"}
    for model, cause in product(("ladder", "base_rate"), CAUSES):
        told = {
            r["horizon"]: r
            for r in first_day.content["forecast"]
            if (r["model"], r["given"], r["cause"]) == (model, "all", cause)
        }
        for number in set(curve["models"][model][cause]) & {"probability", "lower", "upper"}:
            drawn = dict(zip(curve["horizons"], curve["models"][model][cause][number], strict=True))
            assert [drawn[h] for h in horizons] == pytest.approx([told[h][number] for h in horizons], abs=1e-12)


def test_on_its_first_day_nothing_has_moved_the_forecast(first_day):
    assert first_day.content["explanation"]["changes"] is None
    assert "no earlier day with which" in html_of(first_day, "changes")


def test_weeks_later_the_page_says_what_moved_the_forecast(weeks_later):
    found = weeks_later.content["explanation"]["changes"]
    top = found["states"]["formalized"]
    told = {name: percent(number).replace("\N{NO-BREAK SPACE}", " ") for name, number in top.items()}
    before, after = told["before"], told["after"]
    assert (found["from"], found["to"]) == ("2026-02-05", "2026-03-01")
    assert found["states"]["collapsed"]["after"] > found["states"]["collapsed"]["before"] + 0.1
    text = " ".join(text_of(html_of(weeks_later, "changes")).split())
    assert "Strain, as a share of its highest level level 2, live level 3, live" in text
    assert "DiNanno charges violations and calls Washington freed" in text
    assert "A leader stands behind it 30 % no" in text and "5 February 2026: leader rejection confirmed" in text
    assert "How likely a report is 50 % 20 %" in text and "the report axios-handshake-2026-02-05" in text
    assert f"Together {before} {after} {points(top['after'] - top['before'])}" in text


def test_weeks_later_the_first_screen_says_what_the_forecast_was_and_which_rungs_became_known(first_day, weeks_later):
    since = weeks_later.content["since"]
    assert since["from"] == "2026-02-05" and first_day.content["since"] is None
    for state, numbers in since["states"].items():
        assert numbers["before"] == pytest.approx(
            first_day.content["headline"]["states"][state]["probability"], abs=1e-9
        )
        assert numbers["after"] == weeks_later.content["headline"]["states"][state]["probability"]
    assert {rung["ladder"] for rung in since["rungs"]} == {"formalization", "strain"}
    told = " ".join(text_of(html_of(weeks_later, "at_a_glance")).split())
    assert (
        "Since 5 February 2026: formal agreement" in told and "New steps: way to a binding text level 1, active" in told
    )
    assert "strain level 3, live (6 February 2026)" in told


def test_the_headline_stands_over_its_parts_for_all_three_endings(first_day):
    top, rows = first_day.content["headline"], first_day.content["forecast"]
    at = {(r["model"], r["cause"]): r["probability"] for r in rows if (r["given"], r["horizon"]) == ("all", 60)}
    for cause in CAUSES:
        pooled = 0.75 * at["ladder_model", cause] + 0.25 * at["base_rate", cause]
        assert top["states"][cause]["probability"] == at["ladder", cause] == pytest.approx(pooled, abs=1e-12)
    told = " ".join(text_of(html_of(first_day, "beside")).split())
    names = ("Forecast by the ladder", "Model of the ladder alone", "Base rate", "Base rate, recent years weighing more",
             "Base rate by type", "Hazard model of the first registration")  # fmt: skip
    places = [told.index(f"{name} ") for name in names]
    assert places == sorted(places)
    ends = first_day.content["both_ends"]
    assert set(ends) == {"endorsed", "not endorsed", "claims true", "claims untrue"}
    trust = " ".join(text_of(html_of(first_day, "trust")).split())
    assert "if leaders endorsed it, " in trust and "if every open claim is true, " in trust


def test_weeks_later_what_the_forecast_was_is_what_the_first_page_said(first_day, weeks_later):
    told, since = weeks_later.content["explanation"]["changes"]["states"], weeks_later.content["since"]["states"]
    for state, said in first_day.content["headline"]["states"].items():
        assert told[state]["before"] == pytest.approx(said["probability"], abs=1e-9)
        assert (told[state]["before"], told[state]["after"]) == pytest.approx(
            (since[state]["before"], since[state]["after"]), abs=1e-12
        )


def test_the_page_says_where_it_stands_and_what_a_step_would_change(first_day):
    here, steps = first_day.content["rung"]["here"], first_day.content["rung"]["steps"]
    text = " ".join(text_of(html_of(first_day, "at_a_glance")).split())
    assert f"Way to a binding text: level {here['level']} of 5, {here['status']}" in text
    assert "talks get a date or open" in text and "strain rises by a level now" in text
    now, place = steps["now"]["formalized"], first_day.content["horizons"].index(60)
    headline = first_day.content["headline"]["states"]
    for cause, numbers in steps["now"].items():
        assert numbers[place] == pytest.approx(headline[cause]["probability"], abs=1e-12)
    for what in first_day.content["supposed"].values():
        for state, told in headline.items():
            assert what["before"][state] == pytest.approx(told["probability"], abs=1e-12)
    assert now == sorted(now)


SAID = {
    "opinions": [
        {"by": "A. Reader", "as_of": "2026-02-05", "kind": "live", "horizon": 12, "deadline": "2027-02-05",
         "states": {"formalized": 0.01}, "note": None, "entry": "000001.json"},
        {"by": "A. Reader", "as_of": "2026-02-05", "kind": "live", "horizon": 36, "deadline": "2029-02-05",
         "states": {"formalized": 0.07, "collapsed": 0.6}, "note": "<b>Talks</b> will fail", "entry": "000001.json"},
    ],
    "conditionals": [
        {"step": "talks get a date or open", "by": "2026-08-31", "as_of": "2026-02-05", "kind": "live", "chance": 0.02,
         "horizons": [12, 60], "entry": "000002.json",
         "taken": [dict.fromkeys(STATES, 0.25), {"formalized": 0.19, "collapsed": 0.5, "faded": 0.2, "ongoing": 0.11}],
         "not_taken": [dict.fromkeys(STATES, 0.25), {"formalized": 0.05, "collapsed": 0.6, "faded": 0.2, "ongoing": 0.15}]},
    ],
}  # fmt: skip


def test_what_the_ledger_says_of_the_case_stands_beside_the_models(first_day):
    assert first_day.content["said"] == {"opinions": [], "conditionals": []}
    without = section_html(beside(view(first_day.content)))
    assert "People and markets" not in without and "If talks" not in text_of(without)
    html = section_html(beside(view(first_day.content | {"said": SAID})))
    told = " ".join(text_of(html).split()).replace("\N{NO-BREAK SPACE}", " ")
    assert "A. Reader: <b>Talks</b> will fail (5 February 2026) 5 February 2029 7 % 60 %" in told
    assert (
        "If talks get a date or open by 31 August 2026 (chance 2 %; issued as of 5 February 2026), within five" in told
    )
    assert "formal 19 %, collapse 50 %, fading 20 %; if not, formal 5 %, collapse 60 %, fading 20 %." in told


def test_the_track_record_stands_by_the_models_number(judged):
    kept = judged.content["explanation"]["track_record"]
    assert [one["model"] for one in kept["models"]] == ["ladder", "ladder_model", "primary", "base_rate"]
    model, base = kept["models"][2:]
    assert (model["low"], model["high"]) == (0.2, 0.45) and (base["low"], base["high"]) == (0.05, 0.2)
    assert model["low"] <= model["mean_forecast"] < model["high"]
    assert base["low"] <= base["mean_forecast"] < base["high"]
    told = " ".join(text_of(html_of(judged, "bottom_line")).split())
    assert f"Of {kept['models'][0]['n']} past forecasts ({kept['models'][0]['n_cases']} cases) from 5 to 20 %" in told


def test_a_track_record_of_another_record_is_not_shown(spoilt):
    assert spoilt.content["explanation"]["track_record"]["models"] == []
    said = "the track record is of another state of the record."
    assert said in text_of(html_of(spoilt, "bottom_line"))


def test_stated_term_calendar_and_stockpiles(first_day):
    assert first_day.content["stated_term"] == {"months": 6, "end": "2026-08-05", "months_ahead": 6}
    assert "To watch." in html_of(first_day, "at_a_glance") and "6 February 2026" in html_of(first_day, "at_a_glance")
    held = first_day.content["stockpiles"]
    assert held["parties"] == {"United States": 3700, "Russia": 4309}
    assert 0.8 < held["share"] < 0.9
    assert held["others"]["China"]["warheads"] == 600


def test_precedents_are_named_and_had_ended(first_day):
    names = [p["case_id"] for p in first_day.content["precedents"]]
    assert {"new-start-suspension-2023", "salt1-interim-observance-1977"} <= set(names)
    assert all(p["end"] <= "2026-02-05" for p in first_day.content["precedents"])


def test_text_of_the_record_never_becomes_markup(spoilt):
    html = "".join(html_of(spoilt, name) for name in SECTIONS)
    assert "&lt;script&gt;alert" in html and "&lt;img" in html and "&lt;b&gt;x" in html
    assert "<script" not in html and "<img" not in html and "<b>x" not in html


@pytest.mark.long
def test_from_an_artefact_it_says_the_same_and_where_it_is_from(first_day, trained):
    refitted = CaseReport(CASE, "2026-02-05")
    assert first_day.content == refitted.content | {"artefact": trained[2].name}
    assert refitted.content["artefact"] is None
    assert "; models refitted; " in html_of(refitted, "provenance")
    assert f"; models from artefact <code>{trained[2].name[:12]}</code>, taken as given; " in html_of(
        first_day, "provenance"
    )
    assert all(
        html_of(refitted, name) == html_of(first_day, name)
        for name in SECTIONS
        if name not in ("provenance", "incidence")
    )
