import pytest

from forecasting import UsageError
from forecasting.record.recoding import recoded
from forecasting.record.schema import TABLES

CASE = "pni-1991"
ALTERNATIVE = "pni-1991-a01"


def test_an_alternative_changes_the_cells_it_names_and_no_others(history):
    other = recoded(history, [ALTERNATIVE])
    rows = history.record.tables["alternatives"].cells.query("alternative_id == @ALTERNATIVE")
    for name in ("cases", "outcomes", "coding"):
        before, after = (past.record.tables[name].cells for past in (history, other))
        differ = before.ne(after)
        fields = set(rows["field"]) & set(TABLES[name].names)
        assert set(differ.columns[differ.any()]) <= fields
        assert set(before.loc[differ.any(axis=1), "case_id"]) <= {CASE}
    for row in rows.itertuples():
        assert row.target
        mine = other.record.tables["outcomes"].cells.query("case_id == @CASE and target == @row.target")
        assert mine[row.field].item() == row.value


def test_the_hash_tells_the_codings_apart(history):
    assert recoded(history, []).sha256 != history.sha256
    assert recoded(history, [ALTERNATIVE]).sha256 != recoded(history, []).sha256
    assert recoded(history, [ALTERNATIVE]).sha256 == recoded(history, [ALTERNATIVE]).sha256


def test_what_cannot_be_taken_is_refused(history):
    with pytest.raises(UsageError, match="^expected alternatives arguable by 2026-08-31, got no-such-alternative$"):
        recoded(history, ["no-such-alternative"])
    early = history.at(history.alternatives.set_index("alternative_id").loc[ALTERNATIVE, "known_date"].iloc[0].date())
    assert recoded(early, [ALTERNATIVE]).as_of == early.as_of
    ids = sorted({name for name in history.alternatives["alternative_id"] if name.startswith("new-start-post-expiry")})
    with pytest.raises(
        UsageError, match="^expected one alternative of a case at a time, got several of new-start-post"
    ):
        recoded(history, ids[:2])
