"""The card says what the record, the results and the code say, and nothing that was typed in."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from results import published, registered

from forecasting import History
from forecasting.documents.blocks import Chart, Figure, Items, Table, Text
from forecasting.documents.card import SECTIONS, card_bytes, card_markdown, differences, make_card, read_card, recount
from forecasting.documents.card.failures import worst_first
from forecasting.documents.card.home import home_of, latest, status_of
from forecasting.documents.card.material import gather
from forecasting.documents.card.reforms import ANSWERS
from forecasting.documents.card.risk import triggers
from forecasting.documents.card.staleness import mismatches
from forecasting.documents.skill_tables import MODELS
from forecasting.documents.text import block as text_of
from forecasting.documents.verdict_tables import COMPARISON, LATE
from forecasting.explain.track_record import read_track_record
from forecasting.review import sign_offs
from forecasting.scores.verdict import EXPECTED_HALF_WIDTHS, verdict
from forecasting.store.package_data import shipped

ROOT = Path(__file__).parents[3]
NAMES = re.compile(r"`[^`]*`|CC BY 4\.0|BSD 3-Clause|sha256|^\d[a-z] ")


def texts(card):
    """Every text of a card in our own words, with the section it stands in."""
    for name, section in card.sections.items():
        for block in section.blocks:
            parts = {
                Text: lambda b: [b],
                Items: lambda b: list(b.items),
                Table: lambda b: [b.caption, *b.head, *(cell for row in b.rows for cell in row)],
                Chart: lambda b: [b.text],
            }[type(block)](block)
            for part in parts:
                if not isinstance(part, Figure):
                    yield name, part.said if isinstance(part, Text) else part


def tables(card, section):
    return {block.caption: block for block in card.sections[section].blocks if isinstance(block, Table)}


@pytest.mark.long
def test_the_card_that_is_kept_is_the_one_that_record_and_code_make(history, tmp_path):
    home = home_of(shipped("data"))
    path = latest(home)
    fresh = read_card(make_card(history, tmp_path / "card", read_card(path).version)[0])
    again = "expected the card of this record and code: forecasting card --out data/card"
    assert mismatches(read_card(path), history.record.folder, home, history.sha256) == (), again
    assert differences(read_card(path), fresh) == [], again
    assert path.read_bytes() == card_bytes(fresh), again
    stands = status_of(fresh, hashlib.sha256(path.read_bytes()).hexdigest(), sign_offs(home))
    assert path.with_suffix(".md").read_text(encoding="utf-8") == card_markdown(fresh, stands), again


def test_every_section_is_there_in_order_and_the_changes_come_last(fresh):
    assert list(fresh.sections) == [*SECTIONS, "changes"]


def test_no_number_is_typed_into_a_text(fresh):
    ideal = {"O/E ratio (ideal: 1)", "Calibration slope (ideal: 1)", "AUC (no discrimination: 0.5)"}
    captions = {"25 years of starts held out", *ideal}
    typed = {
        (name, said) for name, said in texts(fresh)
        if re.search(r"\d", NAMES.sub("", said)) and said not in captions
    }  # fmt: skip
    assert typed == set()


def primary(rows, **asked):
    """Rows of skill.csv of the primary figure, one for each that these columns and values leave."""
    asked = {"weights": "forecast", "model": "ladder", "reference": "base_rate", "score": "formalized"} | asked
    return rows[np.logical_and.reduce([rows[column] == value for column, value in asked.items()])]


def test_the_verdict_is_first_and_is_the_rule_on_the_registered_table(fresh):
    rows = primary(registered("skill"), design="cluster", by="all").set_index("sample")
    shown = tables(fresh, "verdict")["Primary figure: formalization, related cases held out"]
    for line, sample in zip(shown.rows, ("all", "development", "reserved"), strict=False):
        told = rows.loc[sample, ["skill", "lower95", "upper95"]]
        assert (line[1].value, line[1].lower, line[1].upper) == pytest.approx(tuple(told), abs=1e-6)
        assert line[3].value == EXPECTED_HALF_WIDTHS[sample]
    rule = verdict(rows.loc["all", "skill"], rows.loc["all", "lower95"], rows.loc["reserved", "skill"])
    said = text_of(fresh.sections["verdict"].blocks[0])
    assert said.startswith("Skill on formalization is shown, and it is " if rule.is_shown else "No skill on ")
    assert said == text_of(fresh.sections["summary"].blocks[0].items[1])


def test_the_claim_is_the_lowest_line_of_the_registered_table(fresh):
    rows = registered("lines")
    whole = rows[(rows["sample"] == "all") & (rows["part"] == "all") & (rows["line"] != COMPARISON)].dropna()
    least = whole.loc[whole["skill"].idxmin()]
    claim = next(item for item in fresh.sections["summary"].blocks[0].items if "is claimed" in item.said)
    assert claim.values["line"].value == least["line"]
    assert claim.values["skill"].value == pytest.approx(least["skill"], abs=1e-6)
    assert ("no skill is shown" in claim.said) == (least["lower95"] <= 0)
    late = rows[(rows["sample"] == "all") & (rows["part"] == "12") & (rows["line"] == LATE)]["lower95"].iloc[0]
    assert ("**no skill is claimed**" in claim.said) == (late <= 0)


def test_an_ending_without_skill_is_said_to_have_none(fresh, record):
    rows = published("skill", record.sha256)
    causes = ("formalized", "collapsed", "faded")
    unproved = {
        cause
        for cause in causes
        for lower in primary(rows, score=cause, sample="all", by="all", design="cluster")["lower95"]
        if lower <= 0
    }
    texts_said = [text_of(one) for one in fresh.sections["metrics"].blocks if isinstance(one, Text)]
    said = next((words for words in texts_said if words.startswith("No skill over the base rate is shown for:")), "")
    assert unproved <= {word for word in causes if word in said}
    assert all(f"{cause} (related cases held out)" in said for cause in unproved)


def test_the_kept_forecasts_give_the_published_skill_and_others_would_not(history, fresh):
    lines = read_track_record(history).lines
    rows = published("skill", history.sha256)
    told = primary(rows, design="rolling", sample="all")
    told = told[told["by"].isin(["all", "horizon"])].set_index("part")
    found = recount(lines, history).set_index("horizon").loc[told.index]
    off = found[["skill", "lower", "upper"]].to_numpy() - told[["skill", "lower95", "upper95"]].to_numpy()
    assert np.abs(off).max() < 1e-3
    assert (found[["n", "n_groups"]].to_numpy() == told[["n", "n_groups"]].to_numpy()).all()
    first = primary(rows, design="rolling", sample="all", by="all", model="primary", score="states")["skill"].iloc[0]
    assert recount(lines, history, "states", "primary")["skill"][0] == pytest.approx(first, abs=1e-3)
    spoiled = lines.assign(ladder_formalized=lines["ladder_formalized"].iloc[::-1].to_numpy())
    assert abs(recount(spoiled, history)["skill"][0] - told["skill"]["all"]) > 0.01


def test_the_failures_are_the_worst_of_the_file(history, fresh):
    lines = pd.read_csv(shipped("data") / "evaluation/track_record.csv").query("horizon == 60")
    worst = {}
    for row in lines.to_dict(orient="records"):
        said = {cause: row[f"ladder_{cause}"] for cause in ("formalized", "collapsed", "faded")}
        said["ongoing"] = 1 - sum(said.values())
        score = sum((chance - (state == row["state"])) ** 2 for state, chance in said.items()) / 2
        worst[row["case_id"]] = max(worst.get(row["case_id"], 0), score)
    names = history.cases.set_index("case_id")["name"]
    told = [item.values["case"].value for item in fresh.sections["failures"].blocks[2].items]
    assert told == [names[case] for case in sorted(worst, key=worst.get, reverse=True)[: len(told)]]
    assert worst_first(read_track_record(history).lines)["score"].iloc[0] == pytest.approx(max(worst.values()))


def test_the_checklist_has_its_32_items_in_8_sections_and_points_to_what_exists(fresh):
    parts = tables(fresh, "reforms")
    assert [len(part.rows) for part in parts.values()] == [3, 5, 7, 3, 6, 3, 3, 2]
    answers = [row[1] for part in parts.values() for row in part.rows]
    assert set(answers) <= set(ANSWERS)
    counts = {name: found.value for name, found in fresh.sections["reforms"].blocks[0].values.items()}
    assert [counts[answer] for answer in ANSWERS] == [answers.count(answer) for answer in ANSWERS]
    titles = {section.title for section in fresh.sections.values()}
    for name, said in texts(fresh):
        for place in re.findall(r"`((?:data|forecasting|tests|notebooks|benchmarks|\.ci)/[^` ]*)`", said):
            assert (ROOT / place).exists(), f"{name} points to {place}"
        if name in ("reforms", "risk_map"):
            assert set(re.findall(r'"([A-Z][^"]+)"', said)) <= titles, f"{name} points to a section that is not there"


def test_a_trigger_is_met_when_the_results_say_so(history, tmp_path):
    (tmp_path / "evaluation").mkdir()
    for path in shipped("data").glob("evaluation/*.csv"):
        (tmp_path / "evaluation" / path.name).write_bytes(path.read_bytes())
    spoilt = gather(History(history.as_of, replace(history.record, folder=tmp_path)))
    before = [one.is_met for one in triggers(spoilt)]
    assert None not in before[:4] and not before[0]
    skills = pd.read_csv(tmp_path / "evaluation/skill.csv", dtype={"record": str})
    skills.loc[skills["by"] == "all", ["skill", "lower95", "upper95"]] = -0.2, -0.3, -0.1
    skills.to_csv(tmp_path / "evaluation/skill.csv", index=False)
    slopes = pd.read_csv(tmp_path / "evaluation/calibration.csv", dtype={"record": str})
    slopes.loc[:, "slope_upper"] = np.where(slopes["cause"] == "faded", 0.9, 1.1)
    slopes.to_csv(tmp_path / "evaluation/calibration.csv", index=False)
    met = triggers(gather(History(history.as_of, replace(history.record, folder=tmp_path))))
    assert [one.is_met for one in met[:4]] == [True, False, False, True]


def test_where_there_is_no_result_the_card_says_so_and_invents_none(without_results):
    for name in ("verdict", "metrics", "recounted", "calibration", "intervals", "power", "multiverse", "failures",
                 "stewardship"):  # fmt: skip
        (said,) = SECTIONS[name](without_results).blocks
        assert re.match(
            r"There are no backtest results|No backtest forecasts|No simulated|Not computed|Nobody is named", said.said
        )
    assert [one.is_met for one in triggers(without_results)] == [None] * 5


def test_results_of_another_record_are_not_those_of_this_one(history, tmp_path):
    (tmp_path / "evaluation").mkdir()
    for path in shipped("data").glob("evaluation/*.csv"):
        (tmp_path / "evaluation" / path.name).write_bytes(
            re.sub(rb"\n[0-9a-f]{12},", b"\n000000000000,", path.read_bytes())
        )
    other = gather(History(history.as_of, replace(history.record, folder=tmp_path)))
    assert "There are no backtest results" in SECTIONS["metrics"](other).blocks[0].said


def test_every_open_case_and_every_past_forecast_is_counted_among_the_limits(fresh, history):
    counts, own_rules, rules, today = tables(fresh, "limits").values()
    rows = history.outcomes
    going_on = ((rows["target"] == "concluded") & (rows["cause"] == "")).sum()
    past = pd.read_csv(shipped("data") / "evaluation/track_record.csv").groupby(["case_id", "as_of"]).ngroups
    for row, n in zip(counts.rows, (going_on, going_on, past), strict=True):
        number, abstained, widened, within = (cell.value for cell in row[1:5])
        assert number == n == abstained + widened + within
        assert row[5].value == pytest.approx((abstained + widened) / n, abs=1e-6)
    for column, row in enumerate(counts.rows[1:], start=1):
        met = [rule[column].value for rule in rules.rows]
        assert max(met) <= row[2].value + row[3].value <= sum(met)
    reasons = [row[1].value for row in today.rows if row[3] == MODELS["primary"]]  # one case can meet a rule twice
    assert reasons and max(reasons) <= counts.rows[1][2].value + counts.rows[1][3].value
    met = [rule[1].value for rule in own_rules.rows]
    assert max(met) <= counts.rows[0][2].value + counts.rows[0][3].value <= sum(met)
    assert sum(row[1].value for row in today.rows if row[3] == MODELS["ladder"]) == sum(met)
    told = fresh.sections["limits"].blocks[0].values
    assert (told["open"].value, told["met"].value) == (going_on, counts.rows[1][2].value + counts.rows[1][3].value)
