import re

import numpy as np
import pandas as pd
import pytest
from planting import with_table

from forecasting import History
from forecasting.record.agreement import coder_agreement, krippendorff_alpha
from forecasting.record.quality import Part, assumed_days, audit_verdicts, unopened_sources
from forecasting.store.package_data import shipped


def test_the_agreement_is_that_of_the_datasheet(record):
    text = (shipped("data") / "DATASHEET.md").read_text(encoding="utf-8")
    fresh = set(pd.read_csv(shipped("data") / "sampling.csv", dtype=str)["case_id"].dropna())
    stated = {name: cells for name, *cells in re.findall(r"`(\w+)` \| (\S+) \| (\d+) % \| (\S+) \| (\d+) %", text)}
    cells, told = record.tables["second_coding"].cells, {}
    assert {"end_date", "formal_target"} < set(stated)
    for joined in (False, True):
        own = cells[cells["case_id"].isin(fresh) == joined].reset_index(drop=True)
        found = coder_agreement(with_table(record, "second_coding", own))
        assert set(found["n"]) == {40 if joined else 75}
        for r in found.itertuples():
            alpha = "none" if np.isnan(r.alpha) else f"{r.alpha:.2f}"
            told.setdefault(r.field, []).extend([alpha, f"{100 * r.same:.0f}"])
    assert told == stated


def test_every_column_coded_twice_is_compared_but_the_coders_confidence(record):
    columns = set(record.tables["second_coding"].cells.columns)
    assert set(coder_agreement(record)["field"]) == columns - {"case_id", "confidence"}


def test_a_cell_coded_otherwise_lowers_the_agreement_on_its_column_alone(record):
    cells = record.tables["second_coding"].cells
    case = cells.loc[cells["cause"] == "faded", "case_id"].iloc[0]
    changed = cells.assign(cause=cells["cause"].mask(cells["case_id"] == case, "collapsed"))
    first, second = (
        coder_agreement(known).set_index("field") for known in (record, with_table(record, "second_coding", changed))
    )
    moved = (first["same"] - second.loc[first.index, "same"]).round(9)
    assert moved[moved != 0].to_dict() == {"cause": round(1 / len(cells), 9)}
    none = coder_agreement(with_table(record, "second_coding", cells.iloc[:0]))
    assert none.empty and list(none.columns) == ["field", "n", "same", "alpha"]


@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [(["a", "b", "c"], ["a", "b", "c"], 1.0), (["a", "b"], ["b", "a"], -0.5), ([1, 1, 1, 1, 2], [1, 1, 1, 1, 1], 0.0)],
)
def test_alpha_by_hand(first, second, alpha):
    assert krippendorff_alpha(first, second) == pytest.approx(alpha)


def test_alpha_of_one_value_is_none_and_of_unequal_lengths_an_error():
    assert np.isnan(krippendorff_alpha(["a", "a"], ["a", "a"]))
    message = re.escape("expected two coders' values of the same n units, got (1,) and (2,)")
    with pytest.raises(ValueError, match=message):
        krippendorff_alpha(["a"], ["a", "b"])


def test_what_was_assumed_or_not_looked_at_is_counted(record, history):
    cases, outcomes, sources, audit = (record.tables[n].cells for n in ("cases", "outcomes", "sources", "audit"))
    ended = outcomes.query("target == 'concluded' and cause != ''")
    assert assumed_days(history) == {
        "start_known_date": Part(int((cases["start_known_assumed"] == "1").sum()), len(cases)),
        "end_known_date": Part(int((ended["end_known_assumed"] == "1").sum()), len(ended)),
    }
    assert unopened_sources(history) == Part(int((sources["seen"] == "0").sum()), len(sources))
    assert audit_verdicts(history) == {v: list(audit["verdict"]).count(v) for v in audit_verdicts(history)}
    assert list(audit_verdicts(history).values()) == sorted(audit_verdicts(history).values(), reverse=True)
    empty = History(history.as_of, with_table(record, "audit", audit.iloc[:0]))
    assert audit_verdicts(empty) == {}
    assert (Part(0, 0).share, Part(1, 4).share) == (None, 0.25)
