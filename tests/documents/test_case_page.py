"""The page of a case as published: its files, that it is made again the same, and what keeps it from being made."""

import json
import re
import shutil
from datetime import date

import pytest
from ledger.bodies import issue_body, put
from page_text import numbers_in, text_of

from forecasting.artefacts.session import is_at_hand, shared_fit
from forecasting.documents.case.material import MODELS_SHOWN
from forecasting.documents.case.report import CaseReport
from forecasting.documents.wording import percent
from forecasting.ledger.live import live_record
from forecasting.publish import notebook
from forecasting.publish.notebook import render_report
from forecasting.publish.parameters import checked_parameters
from forecasting.store.errors import ArtefactError, ReportError, UsageError
from forecasting.store.package_data import shipped
from forecasting.verify import Trusted, verify

CASE = "new-start-post-expiry-2026"


@pytest.fixture(scope="module")
def asked(trained):
    return {"case_id": CASE, "as_of": "2026-02-05", "artefacts": trained[2].parent}


@pytest.fixture(scope="module")
def published(tmp_path_factory, asked):
    return render_report("case_report", asked, tmp_path_factory.mktemp("out"))


def test_published_files_lie_where_they_should_and_nothing_else(published):
    assert published.parts[-3:] == ("cases", CASE, "2026-02-05.html")
    assert sorted(path.name for path in published.parent.iterdir()) == [
        f"2026-02-05.{end}" for end in ("html", "ipynb", "json")
    ]


def test_page_is_one_small_file_without_script_or_network(published):
    html = published.read_text()
    assert len(html.encode()) < 400_000
    words = re.sub(r"<(style|svg)\b.*?</\1>", " ", html[html.index("<body") :], flags=re.S)
    assert len(re.sub(r"<[^>]+>", " ", words).split()) < 3_000, "folded words are words"
    assert not re.search(r"<script|<iframe|<object|<embed|<link|@import|javascript:|\son\w+=", html, re.I)
    assert not re.search(r"(src|srcset|poster)\s*=|url\((?!#)", re.sub(r"<svg\b.*?</svg>", "", html, flags=re.S), re.I)
    assert 'lang="en"' in html and "<title>" in html


def test_every_percentage_on_the_page_is_in_the_sidecar(published):
    sidecar = json.loads(published.with_suffix(".json").read_text())
    known = {percent(n) for n in numbers_in(sidecar) if 0 <= n <= 1} | {
        f"{100 * n:.0f}" for n in numbers_in(sidecar) if 0 <= n <= 1
    }
    text = text_of(published.read_text())
    printed = re.findall(r"(?:under |over )?\d+\N{NO-BREAK SPACE}%", text)
    assert len(printed) > 100
    assert {p for p in printed if p not in known and p.split("\N{NO-BREAK SPACE}")[0] not in known} == set()


def test_sidecar_forecast_is_the_forecast(published, trained):
    from forecasting import forecast

    sidecar = json.loads(published.with_suffix(".json").read_text())
    assert sidecar["forecast"] == forecast(trained[0], CASE).to_dict(orient="records")
    assert sidecar["record_sha256"] == trained[0].sha256


@pytest.mark.long
def test_sidecar_from_an_artefact_is_that_of_models_fitted_anew(published, trained):
    sidecar = json.loads(published.with_suffix(".json").read_text())
    told = {name: value for name, value in sidecar.items() if name not in ("rendering", "review")}
    assert told == json.loads(json.dumps(CaseReport(CASE, "2026-02-05").content)) | {"artefact": trained[2].name}


def test_a_second_rendering_is_the_same_page(published, tmp_path, asked):
    again = render_report("case_report", asked, tmp_path)
    assert again.read_bytes() == published.read_bytes()
    assert again.with_suffix(".json").read_bytes() == published.with_suffix(".json").read_bytes()


def test_from_a_broken_artefact_it_says_nothing(trained, tmp_path):
    folder = shutil.copytree(trained[2], tmp_path / trained[2].name)
    (folder / "models.json").unlink()
    with pytest.raises(ArtefactError, match=r"models\.json: expected a file, got No such file or directory; remove "):
        CaseReport(CASE, "2026-02-05", artefacts=tmp_path)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"case_id": "../../etc/passwd"}, "expected the case_id of a case in the record, got '../../etc/passwd'"),
        ({"case_id": "<script>"}, "expected the case_id of a case in the record, got '<script>'"),
        ({"case_id": CASE, "as_of": "2026-02-04"}, f"expected a day from 2026-02-05 on, when {CASE} became known"),
        (
            {"case_id": "salt2-observance-1979"},
            "expected a case that goes on, got salt2-observance-1979, which collapsed on 1986-05-27",
        ),
    ],
)
def test_a_refused_report_writes_nothing(parameters, message, tmp_path):
    with pytest.raises(UsageError) as error:
        render_report("case_report", parameters, tmp_path / "out")
    assert message in str(error.value)
    assert not (tmp_path / "out").exists()


def test_an_unwritable_folder_is_refused_before_the_notebook_runs(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="expected a folder that can be written"):
        render_report("case_report", {"case_id": CASE}, tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failing_notebook_publishes_nothing_and_says_where(tmp_path, monkeypatch, asked):
    folder = tmp_path / "notebooks" / "reports"
    folder.mkdir(parents=True)
    source = (shipped("notebooks") / "reports" / "case_report.ipynb").read_text()
    (folder / "case_report.ipynb").write_text(source.replace('report.show(\\"beside\\")', "1 / 0"))
    monkeypatch.setattr(notebook, "shipped", lambda name: tmp_path / name)
    with pytest.raises(
        ReportError, match=r"got ZeroDivisionError in cell \d+: division by zero; nothing was published"
    ):
        render_report("case_report", asked, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").rglob("*.*")] == ["2026-02-05.failed.ipynb"]


@pytest.mark.long
def test_the_published_page_is_derived_again_without_a_difference_whatever_was_issued_since(published, asked, tmp_path):
    later = shutil.copytree(shipped("data") / "ledger", tmp_path / "ledger")
    before = live_record(later)
    put(later, issue_body([CASE], date(2026, 8, 31), kind="live", model="ladder"), issued_on=date(2026, 12, 1))
    assert live_record(later)["issued"] != before["issued"]
    got = verify(published, Trusted(artefacts=asked["artefacts"], ledger=later))
    assert (got.differences, got.made_from) == ((), ())
    assert got.n > 4_000


@pytest.mark.long
def test_what_is_shared_before_kernels_are_forked_leaves_nothing_to_fit_for_the_next_case(asked, tmp_path):
    own = tmp_path / "artefacts"  # under which no other test can have fitted anything
    own.symlink_to(asked["artefacts"])
    asked = asked | {"artefacts": own}
    checked = checked_parameters("case_report", asked)

    def at_hand(history, names):
        return is_at_hand(history, names, checked.target, checked.artefacts)

    checked.share()
    today, before = checked.history(), checked.history().at(date(2026, 1, 8))
    assert (at_hand(today, MODELS_SHOWN), at_hand(before, ("ladder",))) == (True, False), (
        "known that day: no earlier one"
    )
    fitted = shared_fit(today, MODELS_SHOWN, checked.target, checked.artefacts).fitted
    assert "replicates_" in vars(fitted.models["primary"]), "the bootstrap, too"
    checked_parameters("case_report", asked | {"case_id": "us-china-encounters-mou-2014"}).share()
    assert at_hand(before, ("ladder",)), "a case that was known by then is compared with that day"
