"""An analyst's week in JupyterLab, from this morning's news to a signed page, without leaving the notebooks."""

import json
import re

import nbformat
import pytest
from laboratory import SLOW, opened, panel, wait_for_kernel

from forecasting.explorer import words

api = pytest.importorskip("playwright.sync_api", reason='needs playwright: pip install "forecasting[browser]"')
api.expect.set_options(timeout=SLOW)

CASE, OTHER, OWN = "new-start-post-expiry-2026", "mtcr-1987", "lake-drone-pledge-2026"
NEWS = (
    "Moscow, 30 August. The Russian foreign ministry said on Sunday that it is ready for talks on a new treaty. "
    "The weather was fine."
)
ANSWERS = {
    "case_id": OWN, "name": "Pledge on drones over the lake", "type": "political_commitment",
    "domain": "conventional_forces", "limit_object": "use", "parties": "FIN;SWE", "start_date": "2026-03-02",
    "matched": "explicit", "leader_endorsed": "1",
    "summary": "Two states say that they will fly no armed drones over the lake.",
    "source_title": "Joint statement", "source_publisher": "Two ministries",
}  # fmt: skip
START = "import forecasting as fc"
FORM = f'fc.EventForm("{CASE}", overlay="mine", artefacts=None)'
READER = f'fc.NewsReader("{CASE}", "2026-08-30", overlay="mine", artefacts=None)'
ASK = f'fc.ask("{CASE}", horizons=[60], overlay="mine", artefacts=None)'
WHAT_IF = f"""
talks = fc.scenario("Talks in winter", {{"talks get a date or open": "2026-12-01"}})
fc.what_if("{CASE}", [talks], horizon=60, overlay="mine", artefacts=None)
"""
BESIDE = f'fc.compare(["{CASE}", "{OTHER}"], horizon=60, overlay="mine", artefacts=None)'
OF_MY_OWN = f"""
fc.case_from_answers({ANSWERS!r}, "mine")
fc.ask("{OWN}", horizons=[60], overlay="mine", artefacts=None)
"""
COMMANDS = (
    f"ledger issue {CASE} --models ladder --ledger ../ledger",
    f"ledger add --by 'The analyst' --case {CASE} --cause formalized --horizon 60 --probability 0.07 "
    "--note 'Winter talks' --ledger ../ledger",
    f"report {CASE} --overlay mine --set ledger=../ledger --out ../reports",
    f"approve ../reports/cases/{CASE}/2026-08-31.html --by 'The analyst' --out ../reports",
)
PAGE = "\n".join(["import sys", *(f"!{{sys.executable}} -m forecasting {command}" for command in COMMANDS)])


CELLS = (START, READER, FORM, ASK, WHAT_IF, BESIDE, OF_MY_OWN, PAGE)


@pytest.fixture(scope="module")
def page(lab, chrome):
    """A notebook of the analyst's own in front, none of whose cells has run."""
    made = [nbformat.v4.new_code_cell(text.strip()) for text in CELLS]
    own = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=own), lab.place / "notebooks" / "week.ipynb")
    page = opened(chrome, f"{lab.url}/lab/workspaces/week/tree/week.ipynb")
    wait_for_kernel(page)
    return page


def run(page, text):
    """Run the cell of a text; it shows no error. Gives the cell."""
    cell = panel(page).locator(".jp-CodeCell").nth(CELLS.index(text))
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    api.expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))
    assert cell.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    return cell


def test_a_week_from_the_news_to_a_signed_page(lab, page, chrome):
    run(page, START)
    reader = run(page, READER)
    reader.get_by_placeholder("Paste the words of a news text in English").fill(NEWS)
    reader.get_by_role("button", name="Read", exact=True).click()
    reader.get_by_role("checkbox").first.check()
    reader.get_by_placeholder("https://...").last.fill("https://example.org/ready-for-talks")
    reader.get_by_role("button", name="Keep what is ticked").click()
    api.expect(reader).to_contain_text("Kept in")

    form = run(page, FORM)
    form.get_by_label("When was it?").fill("2026-08-29")
    form.get_by_label("What kind of act?").select_option(label=words.choice("talks_opened", ""))
    form.get_by_label("Who acted?").select_option(label=["United States (USA)"])
    form.get_by_label("Towards whom?").select_option(label=["Russia (RUS)"])
    form.get_by_label("Where is it told?").fill("https://example.org/talks")
    form.get_by_label("Which step is it?").select_option(index=3)
    form.get_by_label("And then it is").select_option(label="active")
    form.get_by_label("What of the step could be known?").fill("Both said that talks began.")
    form.get_by_role("button", name="Check, keep and show what it moves").click()
    api.expect(form.get_by_role("table")).to_contain_text("points")

    asked = run(page, ASK)
    api.expect(asked).to_contain_text("overlay")
    api.expect(run(page, WHAT_IF)).to_contain_text("Talks in winter")
    api.expect(run(page, BESIDE)).to_contain_text("Missile Technology Control Regime")
    api.expect(run(page, OF_MY_OWN)).to_contain_text("Pledge on drones over the lake")
    run(page, PAGE)
    assert page.faults == []
    written = lab.place / "reports" / "cases" / CASE / "2026-08-31.html"
    review = json.loads(written.with_suffix(".json").read_text(encoding="utf-8"))["review"]
    assert (review["status"], review["by"]) == ("approved", "The analyst")
    signed = chrome.new_page()
    signed.goto(written.as_uri())
    for told in ("The analyst", "Winter talks", "Talks opened by United States"):
        api.expect(signed.locator("body")).to_contain_text(told)
