"""The portfolio and the report of the record: their numbers are those of the forecasts and of the tables."""

import json
import shutil

import pytest
from records import RecordCopy

from forecasting.artefacts.session import shared_fit, shared_history
from forecasting.documents.data_quality import QualityReport
from forecasting.documents.provenance import PROVENANCE
from forecasting.publish.notebook import render_report
from forecasting.publish.parameters import TEMPLATES, checked_parameters, template_named
from forecasting.record.history import load_history
from forecasting.store.errors import LeakageError
from forecasting.store.package_data import shipped

CASE = "new-start-post-expiry-2026"
KEPT = (CASE, "nsg-1978", "us-china-encounters-mou-2014", "us-iran-islamabad-mou-2026")


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    """The page and the sidecar of the portfolio of a record in which few cases go on."""
    folder = tmp_path_factory.mktemp("portfolio")
    record = RecordCopy(shutil.copytree(shipped("data"), folder / "record", copy_function=shutil.copyfile))
    outcomes = load_history().outcomes
    ongoing = set(outcomes[(outcomes["target"] == "concluded") & (outcomes["cause"] == "")]["case_id"])
    record.keep_cases(set(outcomes["case_id"]) - ongoing | set(KEPT))
    page = render_report("portfolio", {"data": record.folder, "horizons": [12, 60]}, folder / "out")
    return page.read_text(), json.loads(page.with_suffix(".json").read_text()), load_history(record.folder)


def test_the_portfolio_has_every_case_that_goes_on_with_probabilities_that_sum_to_one(portfolio):
    _, content, _ = portfolio
    assert set(content["cases"]) == set(KEPT)
    totals = {}
    for row in content["forecast"]:
        key = row["case_id"], row["model"], row["horizon"]
        totals[key] = totals.get(key, 0.0) + row["probability"]
    assert len(totals) == 4 * 2 * 2
    assert all(total == pytest.approx(1.0, abs=1e-9) for total in totals.values())


def test_every_value_of_the_portfolio_says_what_it_rests_on(portfolio):
    html, content, _ = portfolio
    said = content[PROVENANCE]
    assert set(said) == {"accuracy", "ended", "entered", "moved", "cases", "forecast"}
    settings = {"template", "title", "package_version", "record_sha256", "code_sha256", "artefact", "artefact_earlier",
                "data_end", "as_of", "earlier", "target", "horizons", "horizon", "level", "models"}  # fmt: skip
    assert set(content) - {"rendering", "review", PROVENANCE} == set(said) | settings
    assert said["moved"]["models"] == ["primary"] and said["forecast"]["models"] == ["base_rate", "primary"]
    assert said["ended"]["models"] == said["entered"]["models"] == []
    assert "domain" in said["cases"]["reads"]["cases"] and "domain" not in said["entered"]["reads"]["cases"]
    assert "Where the numbers come from" in html and content["record_sha256"] in html


def test_what_moved_is_the_difference_of_two_honest_forecasts(portfolio):
    from forecasting import forecast

    _, content, history = portfolio
    assert content["earlier"] == "2026-05-31"
    earlier = history.at(history.as_of.replace(month=5))
    past = forecast(earlier, CASE, fitted=shared_fit(earlier, ("primary",), "concluded").fitted, horizons=(60,))
    row = next(row for row in content["moved"] if row["case_id"] == CASE)
    wanted = past[(past["cause"] == "formalized") & (past["given"] == "all")]["probability"].item()
    assert row["before"] == pytest.approx(wanted, abs=1e-9)
    sizes = [abs(row["after"] - row["before"]) for row in content["moved"]]
    assert sizes == sorted(sizes, reverse=True)
    assert content["entered"] == ["us-iran-islamabad-mou-2026"]


def test_the_portfolio_says_accuracy_first_then_moves_then_forecasts(portfolio):
    html, content, _ = portfolio
    heads = ["How good have the forecasts been?", "What moved most since the last period", "The forecasts"]
    places = [html.index(f">{head}</h2>") for head in heads]
    assert places == sorted(places)
    assert "There is no live track record yet" in html
    assert {row["design"] for row in content["accuracy"]} == {"cluster", "rolling"}
    assert "<script" not in html


def test_the_report_of_the_record_counts_what_the_tables_hold(record):
    content = QualityReport().content
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
    assert {row["window"] for row in content["coverage"]} == {"before", "after"}


def test_a_record_with_faults_gets_its_report_and_each_fault_is_in_it(small_copy):
    small_copy.edit("cases", CASE, type="treaty", name="<script>")
    report = QualityReport(data=small_copy.folder)
    assert [f["came"] for f in report.content["faults"]] == ["'treaty'"]
    assert "&#x27;treaty&#x27;" in report.show("faults").html
    for section in QualityReport.SECTIONS:
        assert "<script" not in report.show(section).html
    assert "while the record has faults" in report.show("stale").html


def test_a_template_has_a_name_on_the_command_line_and_one_of_its_own():
    assert {kind.command: template_named(kind.command) for kind in TEMPLATES.values()} == {
        "case": "case_report", "portfolio": "portfolio", "scorecard": "scorecard", "data-quality": "data_quality",
    }  # fmt: skip
    with pytest.raises(LeakageError, match="wanted a day up to 2026-08-31"):
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
