import json
from datetime import date

import pandas as pd
import pytest
from calling import call

from forecasting.backtest.multiverse.run import Multiverse, open_core_cases
from forecasting.backtest.multiverse.specifications import FACTORS, specifications
from forecasting.backtest.multiverse.summary import read_summary, summary, summary_text, write_summary

CASE, DAY = "a-case-2020", date(2026, 2, 5)


@pytest.fixture
def found():
    rows = [
        {name: getattr(each, name) for name in FACTORS}
        | {
            "draw": each.draw,
            "skill": 0.05,
            "skill_states": 0.03,
            "n": 9,
            CASE: 0.1 if each.target == "concluded" else 0.3,
        }
        for each in specifications(600)
    ]
    decisions = pd.DataFrame(
        [
            {"alternative_id": f"other-a{n:02}", "case_id": case, "change": change}
            for n, change in enumerate((-0.2, 0.1))
            for case in (CASE, "elsewhere-2021")
        ]
    )
    return Multiverse(DAY, "abc", (CASE,), pd.DataFrame(rows), {CASE: 0.12}, decisions)


def test_the_summary_says_spread_shares_and_the_codings_that_move_most(found):
    said = summary(found)
    own = said["cases"][CASE]
    assert own["spread"] == {
        "registered": 0.1,
        "lower": 0.1,
        "median": own["spread"]["median"],
        "upper": 0.3,
        "least": 0.1,
        "most": 0.3,
    }
    assert next(iter(own["shares"])) == "target"
    assert own["shares"]["target"] > 0.8
    assert own["codings"] == [
        {"alternative_id": "other-a00", "change": -0.2},
        {"alternative_id": "other-a01", "change": 0.1},
    ]
    assert (said["n_specifications"], said["model"], own["point"]) == (600, "ladder", 0.12)
    assert (said["skill"]["spread"]["median"], said["skill_states"]["spread"]["median"]) == (0.05, 0.03)
    text = summary_text(found)
    assert f"{100 * own['shares']['target']:3.0f} %  target" in text
    assert "  -20.0 points  other-a00" in text
    assert "  published 0.120; without recalibration, as below:\n  registered 0.100" in text


def test_written_and_read_again_only_for_the_same_record_and_no_earlier_day(found, tmp_path):
    table, short = write_summary(found, tmp_path / "deep" / "multiverse")
    assert [table.name, short.name] == ["2026-02-05.csv", "2026-02-05.json"]
    assert len(pd.read_csv(table)) == 600
    folder = short.parent
    assert read_summary(folder, "abc", DAY) == json.loads(short.read_text()) == summary(found)
    assert read_summary(folder, "abc", date(2026, 8, 31)) == summary(found)
    assert read_summary(folder, "abc", date(2026, 2, 4)) is None
    assert read_summary(folder, "another", DAY) is None
    short.write_text(short.read_text().replace('"model": "ladder"', '"model": "primary"'))
    assert read_summary(folder, "abc", DAY) is None
    short.write_text(short.read_text().replace('"model": "primary"', '"model": "ladder"'))
    assert read_summary(folder, "abc", DAY) == summary(found)
    assert read_summary(tmp_path / "nowhere", "abc", DAY) is None


def test_the_shipped_summaries_are_of_the_shipped_record(history):
    folder = history.record.folder / "multiverse"
    days = sorted(path.stem for path in folder.glob("*.json"))
    assert "2026-02-05" in days
    for day in map(date.fromisoformat, days):
        said = read_summary(folder, history.sha256, day)
        assert said is not None
        assert said["as_of"] == day.isoformat()
        assert len(pd.read_csv(folder / f"{day}.csv")) == said["n_specifications"] >= 500


def test_the_cases_asked_by_default_go_on_and_are_of_the_core(history):
    cases = open_core_cases(history)
    rows = history.outcomes[history.outcomes["case_id"].isin(cases)]
    assert "new-start-post-expiry-2026" in cases
    assert (rows["cause"] == "").all()
    assert (history.coding.set_index("case_id").loc[cases, "in_core"] == 1).all()


def test_too_few_specifications_are_refused_on_the_command_line(few_cases):
    with pytest.raises(
        Exception, match="^expected at least 30 specifications, got 3; ask for more with --specifications$"
    ):
        call("multiverse", "new-start-post-expiry-2026", specifications=3, data=few_cases)
