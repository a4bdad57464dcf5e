"""The scorecard says what the files of results say, and nothing where they say nothing."""

import json
import re
from html import unescape

import pandas as pd
import papermill
import pytest
from pointers import follow_pointers

from forecasting.backtest.breakdown import FEWEST_CASES
from forecasting.documents import scorecard
from forecasting.documents import scorecard_sections as sections
from forecasting.documents.html import section_html
from forecasting.documents.page import html_page
from forecasting.documents.scorecard import ScorecardReport
from forecasting.documents.skill_tables import REGISTERED_SECOND
from forecasting.documents.text import section_text
from forecasting.documents.values import view
from forecasting.documents.wording import MINUS, TOO_FEW
from forecasting.publish.engine import ENGINE
from forecasting.scores.verdict import size_of
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped

REGISTERED = shipped("data") / "evaluation/registration2"


def text_of(html):
    return " ".join(
        unescape(
            re.sub(r"<[^>]+>", " ", re.sub(r'<svg\b.*?</svg>|<sup class="origin">.*?</sup>', " ", html, flags=re.S))
        ).split()
    )


def words_of(report, section):
    return text_of(section_html(report.show(section).section))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("card")
    path = shipped("notebooks") / "reports" / "scorecard.ipynb"
    ran = papermill.execute_notebook(
        path,
        folder / "ran.ipynb",
        engine_name=ENGINE,
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,  # as when a report is rendered: written once, not twice for each cell
    )
    return html_page(ran, "Scorecard")


def test_the_page_shows_every_section_without_script_or_network(page, scorecard_report):
    for section in ScorecardReport.SECTIONS:
        shown = words_of(scorecard_report, section)
        assert shown in text_of(page)
        assert shown or section in ("peers", "coverage")
    assert page.count("<svg") == 2
    assert not re.search(r"<script|<link|@import|javascript:|(src|href)=\"http", page.replace('href="#', ""), re.I)


def test_every_percentage_on_the_page_is_in_its_content(scorecard_report):
    def numbers(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        own = {f"{100 * value:.1f}"} if isinstance(value, float) else set()
        return own.union(*(numbers(item) for item in inner))

    known = numbers(json.loads(json.dumps(scorecard_report.content, allow_nan=False)))
    for section in ("horizons", "causes", "parts", "models", "calibration", "power"):
        printed = re.findall(rf"({MINUS}?\d+\.\d) %", words_of(scorecard_report, section))
        assert len(printed) > 10 or section == "horizons"
        assert {one.replace(MINUS, "-") for one in printed} <= known


@pytest.mark.long
def test_every_figure_of_the_page_shows_the_value_that_its_pointer_leads_to(scorecard_report):
    rows = sum(len(scorecard_report.content[name]) for name in ("calibration", "power", "lines"))
    assert follow_pointers(scorecard_report) > rows


def test_the_headline_is_the_registered_verdict_on_the_primary_figure(scorecard_report):
    proof = pd.read_csv(REGISTERED / "skill.csv", dtype={"part": str}).query("by == 'all'")
    proof = proof.set_index(["design", "sample", "weights", "score"]).sort_index()
    proof = proof[(proof["model"] == "ladder") & (proof["reference"] == "base_rate")]
    shown = words_of(scorecard_report, "headline").replace(MINUS, "-")
    rows = {
        sample: proof.loc[[("cluster", sample, "forecast", "formalized")]].iloc[0]
        for sample in ("all", "development", "reserved")
    }
    for row in rows.values():
        assert "{:.1f} % [{:.1f}, {:.1f}]".format(*(100 * row[["skill", "lower95", "upper95"]])) in shown
        assert f"{row['n']:,} {row['n_cases']} {row['n_endings']} {row['n_groups']}" in shown
    is_shown = rows["all"]["lower95"] > 0 and rows["reserved"]["skill"] > 0
    assert (f"Skill on formalization is shown, and it is {size_of(rows['all']['skill'])}" in shown) == is_shown
    assert ("No skill on formalization is shown" in shown) != is_shown


def test_what_has_no_skill_is_said_to_have_none(scorecard_report):
    rows = [row for row in scorecard_report.content["skill"] if (row["by"], row["sample"], row["weights"]) == (
        "all", "all", "forecast") and (row["model"], row["reference"]) == ("ladder", "base_rate")]  # fmt: skip
    causes = ("formalized", "collapsed", "faded")
    unproved = {
        row["score"]
        for row in rows
        if row["score"] in causes and row["design"] in REGISTERED_SECOND and row["lower95"] <= 0
    }
    told = re.search(r"No skill over the base rate is shown for: (.*?)\.", words_of(scorecard_report, "causes"))
    assert unproved == {cause for cause in causes if told and cause in told.group(1)}


def test_a_part_of_few_cases_is_too_few_and_has_no_number(scorecard_report):
    few = [row for row in scorecard_report.content["skill"] if row["n_cases"] < FEWEST_CASES]
    assert few and all(row["skill"] is row["lower95"] is None for row in few)
    assert TOO_FEW in words_of(scorecard_report, "parts")


def test_a_record_without_results_says_so_and_shows_no_number(few_cases):
    bare = few_cases.parent / "bare"
    bare.mkdir()
    content = {**{name: [] for name in (*scorecard.TABLES, scorecard.COVERAGE)}, "peers": []}
    content["registered_tables"] = scorecard.registered_results(bare)
    assert [scorecard.rows_of(bare, f"evaluation/{name}.csv") for name in scorecard.TABLES] == [[]] * len(
        scorecard.TABLES
    )
    of_tables = (
        "headline",
        "hindsight",
        "horizons",
        "causes",
        "parts",
        "models",
        "calibration",
        "reliability",
        "power",
    )
    for name in of_tables:
        made = ScorecardReport.SECTIONS[name](view(content))
        assert section_text(made).startswith("No result for this record yet") and len(made.blocks) == 1
    assert sections.peers(view(content)).blocks == sections.coverage(view(content)).blocks == ()


def test_other_learners_are_shown_if_a_file_is_there(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text(
        "design,score,model,skill_over_base_rate,skill_over_base_rate_lower,skill_over_base_rate_upper,"
        "ladder_minus,ladder_minus_lower,ladder_minus_upper\n"
        "cluster,formalized,forest,0.0123,-0.01,0.03,0.05,0.02,0.08\ncluster,faded,forest,0.5,0.5,0.5,0.5,0.5,0.5\n"
    )
    html = text_of(section_html(sections.peers(view({"peers": scorecard.rows_of(path.parent, path.name)}))))
    assert f"forest related cases held out 1.2 % [{MINUS}1.0, 3.0] 5.0 % [2.0, 8.0]" in html
    assert "50.0" not in html


def test_results_of_an_earlier_record_are_told_apart(scorecard_report):
    content = {**scorecard_report.content, "record_sha256": "f" * 64}
    assert "of an earlier edition of the record" in text_of(section_html(sections.masthead(view(content))))
    assert "of an earlier edition" not in words_of(scorecard_report, "masthead")


def test_the_verdict_is_of_the_registered_tables_and_the_fresh_test_stands_beside_it(scorecard_report):
    content = scorecard_report.content
    said = section_text(sections.headline(view(content)))
    assert "The fresh test confirms it" in said and "On the whole record as it is now" in said
    bare = {**content, "registered_tables": {name: [] for name in scorecard.REGISTERED_TABLES}}
    said = section_text(sections.headline(view(bare)))
    assert "fresh test confirms" not in said and "On the whole record as it is now" in said


def test_a_day_before_the_end_of_the_record_is_refused():
    with pytest.raises(
        UsageError, match="^expected 2026-08-31, the end of the record, which the results are of, got 2026-02-05$"
    ):
        ScorecardReport("2026-02-05")
