"""What others read is valid by their own tools: pages, feed, hub and PDF; `.ci/full` installs the tools."""

import csv
import os
import subprocess

import pytest

from forecasting.ledger import export
from forecasting.publish.pdf import pdf_page
from forecasting.publish.site import publish
from forecasting.store.package_data import shipped

pytestmark = pytest.mark.long


def checked(*paths):
    """What the Nu HTML checker says of pages."""
    command = ["java", "-jar", os.environ["VNU_JAR"], "--format", "gnu", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr.splitlines()


def test_a_page_of_every_template_and_the_index_are_valid_html(pages, tmp_path):
    assert len(pages) == 5
    assert checked(*pages.values()) == []
    broken = tmp_path / "broken.html"
    broken.write_text(pages["index.html"].read_text().replace("</main>", "</div>"))
    assert checked(broken), "the checker finds what is wrong"


@pytest.mark.parametrize("base", [None, "https://example.org/reports/"])
def test_the_feed_is_read_without_a_fault(pages, tmp_path, base):
    import feedparser

    site = pages["index.html"].parent
    publish(site, tmp_path / "public", base=base)
    feed = feedparser.parse((tmp_path / "public" / "feed.xml").read_bytes())
    assert not feed.bozo and feed.version == "atom10"
    assert len(feed.entries) == len({one.id for one in feed.entries} - {feed.feed.id}) == 4
    assert all(
        one.link.startswith(base or "") and one.title and one.summary and one.updated_parsed for one in feed.entries
    )


def test_the_hub_is_read_by_its_own_tool(tmp_path):
    from hubdata import connect_hub

    export(shipped("data") / "ledger", tmp_path / "hub")
    rows = 0
    for path in (tmp_path / "hub" / "model-output").glob("*/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows += sum(1 for _ in csv.reader(file)) - 1
    hub = connect_hub(tmp_path / "hub")
    table = hub.get_dataset().to_table().to_pandas()
    assert len(table) == rows > 1000
    assert set(table["model_id"]) == {path.name for path in (tmp_path / "hub" / "model-output").iterdir()}
    assert table["value"].between(0, 1).all()


def test_a_printed_page_is_tagged_and_says_its_language_and_title(pages, tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf_page(pages["cases"]))
    said = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    told = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    assert told["Tagged"].strip() == "yes"
    assert told["Title"].strip()
