"""The portfolio and the report of the record: their numbers are those of the forecasts and of the tables."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from made_up import SKILL, put_skill
from pointers import follow_pointers
from records import RecordCopy

from forecasting.artefacts.session import shared_fit, shared_history
from forecasting.documents.blocks import Section
from forecasting.documents.data_quality import QualityReport, ladder_values
from forecasting.documents.portfolio import PortfolioReport
from forecasting.documents.provenance import PROVENANCE, SETTINGS
from forecasting.publish.notebook import render_report
from forecasting.publish.parameters import TEMPLATES, checked_parameters, template_named
from forecasting.record.history import History, load_history
from forecasting.record.vocabulary import CAUSES, LADDERS
from forecasting.store.errors import LeakageError
from forecasting.store.package_data import shipped

CASE = "new-start-post-expiry-2026"
UNSEEN = "us-russia-detargeting-1994"
KEPT = (CASE, "nsg-1978", "us-china-encounters-mou-2014", "us-iran-islamabad-mou-2026", UNSEEN)


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory, history):
    """The page and the sidecar of the portfolio of a record in which few cases go on."""
    folder = tmp_path_factory.mktemp("portfolio")
    record = RecordCopy(shutil.copytree(shipped("data"), folder / "record", copy_function=shutil.copyfile))
    outcomes = history.outcomes
    ongoing = set(outcomes[(outcomes["target"] == "concluded") & (outcomes["cause"] == "")]["case_id"])
    record.keep_cases(set(outcomes["case_id"]) - ongoing | set(KEPT))
    put_skill(record.folder, record.read().sha256)
    page = render_report("portfolio", {"data": record.folder, "horizons": [12, 60]}, folder / "out")
    return page.read_text(), json.loads(page.with_suffix(".json").read_text()), load_history(record.folder)


def test_every_figure_of_the_portfolio_shows_the_value_that_its_pointer_leads_to(portfolio):
    _, content, _ = portfolio
    report = PortfolioReport.__new__(PortfolioReport)
    report.content = content
    assert follow_pointers(report) > 6 * len(content["cases"])
    for one in map(report.show, report.SECTIONS):
        assert "## " not in one._repr_markdown_()


def test_the_portfolio_has_every_case_that_goes_on_with_probabilities_that_sum_to_one(portfolio):
    _, content, _ = portfolio
    assert set(content["cases"]) == set(KEPT)
    totals = {}
    for row in content["forecast"]:
        key = row["case_id"], row["model"], row["horizon"]
        totals[key] = totals.get(key, 0.0) + row["probability"]
    assert len(totals) == len(KEPT) * 3 * 2
    assert all(total == pytest.approx(1.0, abs=1e-9) for total in totals.values())


def test_every_value_of_the_portfolio_says_what_it_rests_on(portfolio):
    html, content, _ = portfolio
    said = content[PROVENANCE]
    assert set(said) == {"accuracy", "live", "ended", "entered", "last_period", "moved", "watch", "activity", "cases",
                         "unknown", "shared_limits", "first_model_limits", "forecast"}  # fmt: skip
    assert set(content) - {"rendering", "review"} - SETTINGS == set(said)
    assert said["moved"]["models"] == said["unknown"]["models"] == ["ladder"]
    assert said["forecast"]["models"] == ["base_rate", "ladder", "primary"]
    assert said["ended"]["models"] == said["entered"]["models"] == []
    assert "domain" in said["first_model_limits"]["reads"]["cases"]
    assert "domain" not in said["cases"]["reads"]["cases"]
    assert said["cases"]["models"] == said["shared_limits"]["models"] == ["ladder"]
    assert said["first_model_limits"]["models"] == ["primary"]
    assert "Where the numbers come from" in html and content["record_sha256"] in html


def test_what_limits_the_model_for_every_case_is_said_once(portfolio):
    """The twin has the same cases and nothing in common."""
    _, content, _ = portfolio
    climate = {"rule": "range", "name": "formalization_climate", "value": 0.1, "lower": 0.2, "upper": 0.5,
               "effect": None}  # fmt: skip
    for shared, of_first in (([], []), ([climate], []), ([], [climate])):
        report = PortfolioReport.__new__(PortfolioReport)
        first = content["first_model_limits"] | {"shared": of_first}
        report.content = content | {"shared_limits": shared, "first_model_limits": first}
        said = report.show("forecasts")._repr_markdown_()
        assert said.count("For all open cases of this day:") == len(shared) + len(of_first)
        assert said.count("The interval of the forecast is widened to contain the base rate's in every") == len(shared)
        assert said.count(
            "The interval of the first registration's model is widened to contain the base rate's in every"
        ) == (len(of_first))


def test_what_limits_the_forecast_of_one_case_is_said_with_its_name(portfolio):
    """The twin: the record as it is, where none of these cases is limited."""
    _, content, _ = portfolio
    age = {"rule": "range", "name": "age_months", "value": 352.0, "lower": 0.0, "upper": 177.0, "effect": -0.0114}
    assert {own["limit"]["status"] for own in content["cases"].values()} == {"within"}
    own = content["cases"][CASE]
    limited = content["cases"] | {CASE: own | {"limit": {"status": "widened", "reasons": [age]}}}
    for cases, n in ((content["cases"], 0), (limited, 1)):
        report = PortfolioReport.__new__(PortfolioReport)
        report.content = content | {"cases": cases}
        said = report.show("forecasts")._repr_markdown_()
        assert (
            said.count(f"The interval of the forecast is widened to contain the base rate's for {own['name']} (") == n
        )
        assert said.count("which moves the forecast by \N{MINUS SIGN}1.1 points") == n


def test_what_moved_is_the_difference_of_two_honest_forecasts(portfolio):
    from forecasting import forecast

    _, content, history = portfolio
    assert content["earlier"] == "2026-05-31"
    earlier = history.at(history.as_of.replace(month=5))
    past = forecast(earlier, CASE, fitted=shared_fit(earlier, ("ladder",), "concluded").fitted, horizons=(60,))
    row = next(row for row in content["moved"] if row["case_id"] == CASE)
    expected = past[past["given"] == "all"].set_index("cause")["probability"]
    assert row["before"] == pytest.approx({cause: expected[cause] for cause in CAUSES}, abs=1e-9)
    told = [row for row in content["moved"] if "parts" in row]
    assert told == content["moved"][:10] and all(row["parts"] for row in told)
    for each in told:
        for cause in CAUSES:
            whole = each["after"][cause] - each["before"][cause]
            assert sum(part["points"][cause] for part in each["parts"]) == pytest.approx(whole, abs=1e-9)
    sizes = [max(abs(row["after"][cause] - row["before"][cause]) for cause in CAUSES) for row in content["moved"]]
    assert sizes == sorted(sizes, reverse=True)
    assert content["entered"] == ["us-iran-islamabad-mou-2026"]


def test_cases_that_nobody_has_seen_for_long_stand_apart_with_what_may_have_come_already(portfolio):
    html, content, _ = portfolio
    assert (
        set(content["unknown"]) == {UNSEEN} == {c for c, own in content["cases"].items() if not own["is_state_known"]}
    )
    told = content["unknown"][UNSEEN]
    assert sum(told["states"].values()) == pytest.approx(1.0, abs=1e-9) and told["states"]["formalized"] == 0.0
    seen, apart = html.index("Seen in the last two years"), html.index("State unknown: what may have come already")
    assert (
        seen < html.index(content["cases"][CASE]["name"], seen) < apart < html.rindex(content["cases"][UNSEEN]["name"])
    )


def test_the_portfolio_links_every_case_to_its_page_of_the_day_and_names_what_stands_out(portfolio):
    html, content, _ = portfolio
    for case in content["cases"]:
        assert f'<a href="../cases/{case}/{content["as_of"]}.html">' in html
    rows = {(r["case_id"], r["model"], r["cause"]): r["probability"] for r in content["forecast"] if r["horizon"] == 60}
    far = [
        (case, cause)
        for case in set(content["cases"]) - set(content["unknown"])
        for cause in CAUSES
        if abs(rows[case, "ladder", cause] - rows[case, "base_rate", cause]) >= 0.1
    ]
    live = html[html.index("Seen in the last two years") : html.index("State unknown: what may have come already")]
    assert far and live.count("(base rate ") == len(far)


def test_the_watch_list_has_every_case_that_moved_by_five_points_or_has_a_day_ahead(portfolio):
    html, content, history = portfolio
    moved = {
        row["case_id"]
        for row in content["moved"]
        if max(abs(row["after"][cause] - row["before"][cause]) for cause in CAUSES) >= 0.05
    }
    assert {case for case, why in content["watch"].items() if why["moved"] is not None} == moved
    for why in content["watch"].values():
        assert why["moved"] or why["dates"] or why["term_end"]
        assert why["moved"] is None or abs(why["moved"]["points"]) >= 0.05
        assert all(content["as_of"] < one["day"] <= "2026-11-30" for one in why["dates"])
    dated = {
        view.case_id
        for view in history.case_views(list(content["cases"]), "concluded")
        if any("2026-08-31" < one.scheduled_date.isoformat() <= "2026-11-30" for one in view.calendar)
    }
    assert dated <= set(content["watch"]) and "Watch list" in html


def test_what_the_last_period_got_wrong_is_what_its_forecasts_said_beside_what_came(portfolio):
    from forecasting import forecast

    _, content, history = portfolio
    found = content["last_period"]
    earlier = history.at(history.as_of.replace(month=5))
    assert found["months"] == 3 and found["n"] == len(set(KEPT) - set(content["entered"])) + len(content["ended"])
    fitted = shared_fit(earlier, ("ladder",), "concluded").fitted
    said = (
        forecast(earlier, CASE, fitted=fitted, horizons=(3,)).query("given == 'all'").set_index("cause")["probability"]
    )
    own = next(one for one in found["held"] if one["case_id"] == CASE)
    assert own["said"] == pytest.approx(max(said[cause] for cause in CAUSES), abs=1e-9)
    assert {row["case_id"] for row in found["ended"]} == {row["case_id"] for row in content["ended"]}
    assert found["came"] == {cause: sum(row["cause"] == cause for row in content["ended"]) for cause in CAUSES}
    assert 0.0 < found["expected"]["collapsed"] < found["n"]


def test_the_portfolio_says_what_to_watch_then_moves_misses_and_forecasts(portfolio):
    html, content, _ = portfolio
    heads = ["Watch list", "Largest changes since the last period", "What the last period got wrong", "The forecasts",
             "Accuracy of earlier forecasts"]  # fmt: skip
    places = [html.index(f">{head}</h2>") for head in heads]
    assert places == sorted(places)
    assert "There is no live track record yet" in html
    told = {(row["design"], row["by"], row["part"] or ""): (row["skill"], row["lower"], row["upper"])
            for row in content["accuracy"]}  # fmt: skip
    expected = {(design, *part): numbers for design in ("cluster", "rolling") for part, numbers in SKILL.items()}
    assert told == expected, "that of this record, and not that of the shipped one, whose table it is in"
    assert "<script" not in html


@pytest.mark.long
def test_every_figure_of_the_report_of_the_record_shows_the_value_that_its_pointer_leads_to(quality_report, small_copy):
    content = quality_report.content
    assert follow_pointers(quality_report) > sum(len(content[name]) for name in ("stale", "agreement", "coverage"))
    small_copy.edit("cases", CASE, type="treaty")
    assert follow_pointers(QualityReport(data=small_copy.folder)) > 8


def test_a_figure_that_shows_another_value_than_the_one_at_its_pointer_breaks_the_law(quality_report):
    class Wrong(QualityReport):
        def show(self, section):
            shown = super().show(section)
            first, changed = quality_report.content["assumed"][0]["assumed"], shown.section.model_dump_json()
            changed = changed.replace(f'"value":{first},', f'"value":{first + 1},')
            return replace(shown, section=Section.model_validate_json(changed))

    wrong = Wrong.__new__(Wrong)
    wrong.content = quality_report.content
    with pytest.raises(AssertionError):
        follow_pointers(wrong)


def test_the_report_of_the_record_counts_what_the_tables_hold(record, quality_report):
    content = quality_report.content
    tables = {name: raw.cells for name, raw in record.tables.items()}
    assert content["faults"] == [] and content["rows"]["events"] == len(tables["events"])
    assumed = {row["field"]: row["assumed"] for row in content["assumed"]}
    assert assumed["start_known_date"] == (tables["cases"]["start_known_assumed"] == "1").sum()
    assert content["sources"]["unopened"] == (tables["sources"]["seen"] == "0").sum()
    assert sum(content["audit"].values()) == len(tables["audit"])
    agreed = {row["field"]: row["share"] for row in content["agreement"]}
    both = tables["second_coding"].merge(tables["cases"], on="case_id")
    assert agreed["type"] == pytest.approx((both["type_x"] == both["type_y"]).mean())
    assert all(row["months"] > 24 for row in content["stale"])
    for ladder in LADDERS:
        compared = content["ladders"][ladder]["agreement"]
        assert compared["lines"]["n"] == (tables["ladders_from_lines"]["ladder"] == ladder).sum()
        assert compared["first_days"]["n"] == compared["landmarks"]["cases"] < compared["landmarks"]["n"]
    assert {row["window"] for row in content["coverage"]} == {"before", "after"}


def test_the_ladders_are_compared_with_other_codings_where_there_are_some(history, quality_report):
    told = repr(quality_report.show("ladders"))
    assert "Levels of the record and of other codings" in told and "agreement is an upper bound" in " ".join(
        told.split()
    )
    tables = dict(history.record.tables)
    for name in ("second_ladders", "ladders_from_lines"):
        tables[name] = tables[name].select(np.zeros(len(tables[name].cells), dtype=bool))
    alone = History(history.as_of, replace(history.record, tables=tables))
    report = QualityReport.__new__(QualityReport)
    report.content = quality_report.content | {"ladders": ladder_values(alone)}
    told = repr(report.show("ladders"))
    assert "No ladder was coded twice." in told and "other codings" not in told


def test_a_record_with_faults_gets_its_report_and_each_fault_is_in_it(small_copy):
    small_copy.edit("cases", CASE, type="treaty", name="<script>")
    report = QualityReport(data=small_copy.folder)
    assert [f["got"] for f in report.content["faults"]] == ["'treaty'"]
    assert "&#39;treaty&#39;" in report.show("faults")._repr_html_()
    for section in QualityReport.SECTIONS:
        assert "<script" not in report.show(section)._repr_html_()
    assert "while the record has faults" in repr(report.show("stale"))


def test_a_template_has_a_name_on_the_command_line_and_one_of_its_own():
    assert {kind.command: template_named(kind.command) for kind in TEMPLATES.values()} == {
        "case": "case_report", "brief": "brief", "portfolio": "portfolio", "scorecard": "scorecard", "data-quality": "data_quality",
    }  # fmt: skip
    with pytest.raises(LeakageError, match="expected a day up to 2026-08-31"):
        checked_parameters("data-quality", {"as_of": "2026-09-01"}).checked()


def test_what_is_shared_is_loaded_once_until_a_file_changes(small_copy):
    first = shared_history(small_copy.folder)
    assert shared_history(small_copy.folder) is first
    small_copy.edit("cases", CASE, summary="Another.")
    second = shared_history(small_copy.folder)
    assert second is not first and second.sha256 != first.sha256
    assert shared_history(small_copy.folder, second.as_of) is second
    whole = shared_history()
    assert shared_fit(whole, ("base_rate",), "concluded") is shared_fit(whole, ["base_rate"], "concluded")
    assert shared_fit(whole, ("base_rate",), "in_force").fitted.target == "in_force"


@pytest.mark.long
def test_the_size_of_a_record_is_that_of_the_day(record):
    first, last = QualityReport("2026-02-05"), QualityReport()
    assert first.content["known"]["events"] < last.content["known"]["events"] <= last.content["rows"]["events"]
    known = first.content["known"]
    words = " ".join(repr(first.show("masthead")).split())
    assert (
        f"{known['cases']} cases, {known['events']:,} events, {known['sources']:,} sources, known by 5 February"
        in words
    )
    assert f"{last.content['rows']['events']:,} events" in repr(last.show("masthead"))


def test_a_page_says_how_old_its_record_was_at_the_run_and_nothing_where_it_is_not_told(quality_report):
    report = QualityReport.__new__(QualityReport)
    report.content = quality_report.content
    plain = repr(report.show("masthead"))
    report.note_freshness(9, 142)
    told = " ".join(repr(report.show("masthead")).split())
    assert "9 months before this page was made" in told and "142 acts fewer" in told
    report.content = quality_report.content
    report.note_freshness()
    assert repr(report.show("masthead")) == plain
