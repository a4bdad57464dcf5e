"""The scorecard says what the files of results say, and nothing where they say nothing."""

import json
import re
from html import unescape

import papermill
import pytest
from pointers import follow_pointers
from results import published

from forecasting.documents import scorecard
from forecasting.documents import scorecard_sections as sections
from forecasting.documents.html import section_html
from forecasting.documents.page import html_page
from forecasting.documents.scorecard import ScorecardReport
from forecasting.documents.skill_tables import REGISTERED
from forecasting.documents.text import section_text
from forecasting.documents.values import view
from forecasting.documents.wording import MINUS
from forecasting.publish.engine import ENGINE
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped


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
        path, folder / "ran.ipynb", engine_name=ENGINE, kernel_name="python3", progress_bar=False
    )
    return html_page(ran, "Scorecard")


def test_the_page_shows_every_section_without_script_or_network(page, scorecard_report):
    for section in ScorecardReport.SECTIONS:
        shown = words_of(scorecard_report, section)
        assert shown in text_of(page)
        assert shown or section == "peers"
    assert page.count("<svg") == 2
    assert not re.search(r"<script|<link|@import|javascript:|(src|href)=\"http", page.replace('href="#', ""), re.I)


def test_every_percentage_on_the_page_is_in_its_content(scorecard_report):
    def numbers(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        own = {f"{100 * value:.1f}"} if isinstance(value, float) else set()
        return own.union(*(numbers(item) for item in inner))

    known = numbers(json.loads(json.dumps(scorecard_report.content, allow_nan=False)))
    for section in ("headline", "horizons", "causes", "parts", "calibration", "power"):
        printed = re.findall(rf"({MINUS}?\d+\.\d) %", words_of(scorecard_report, section))
        assert len(printed) > 10
        assert {one.replace(MINUS, "-") for one in printed} <= known


def test_every_figure_of_the_page_shows_the_value_that_its_pointer_leads_to(scorecard_report):
    rows = sum(len(scorecard_report.content[name]) for name in ("breakdown", "calibration", "power"))
    assert follow_pointers(scorecard_report) > rows


def test_the_headline_is_the_registered_skill(scorecard_report, record):
    proof = published("skill", record.sha256).set_index(["design", "model", "reference", "horizon"])
    cells = [
        "{:.1f} % [{:.1f}, {:.1f}]".format(
            *(100 * proof.loc[(design, "primary", "base_rate", "all"), ["brier_skill", "lower", "upper"]])
        )
        for design in ("cluster", "rolling")
    ]
    assert f"one unit per case (registered) {' '.join(cells)}" in words_of(scorecard_report, "headline")


def test_what_has_no_skill_is_said_to_have_none(scorecard_report):
    rows = [r for r in scorecard_report.content["breakdown"] if (r["by"], r["weights"]) == ("cause", "case")]
    unproved = {
        r["part"] for r in rows if r["reference"] == "base_rate" and r["lower"] <= 0 and r["design"] in REGISTERED
    }
    said = re.search(r"No skill over the base rate is shown for: (.*?)\.", words_of(scorecard_report, "causes")).group(
        1
    )
    assert unproved == {word for word in ("formalized", "collapsed", "faded") if word in said} != set()


def test_too_few_is_said_where_nothing_is_printed(scorecard_report):
    assert "lapsed treaty 4 4 too few too few too few too few" in words_of(scorecard_report, "parts")


def test_a_record_without_results_says_so_and_shows_no_number(few_cases):
    bare = few_cases.parent / "bare"
    bare.mkdir()
    content = {"registered": [], **{name: [] for name in scorecard.TABLES}, "earlier": [], "peers": []}
    assert [scorecard.rows_of(bare, f"evaluation/{name}.csv") for name in scorecard.TABLES] == [[]] * 4
    for name in ("headline", "horizons", "causes", "parts", "calibration", "reliability", "power"):
        made = ScorecardReport.SECTIONS[name](view(content))
        assert section_text(made).startswith("No result for this record yet") and len(made.blocks) == 1
    assert sections.peers(view(content)).blocks == ()


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
    earlier = [{**row, "record": "0123"} for row in content["breakdown"] if row["by"] == "all"]
    assert "Earlier editions of the record" in section_text(sections.headline(view({**content, "earlier": earlier})))


def test_a_day_before_the_end_of_the_record_is_refused():
    with pytest.raises(
        UsageError, match="^expected 2026-08-31, the end of the record, which the results are of, got 2026-02-05$"
    ):
        ScorecardReport("2026-02-05")
