"""What is read is noted: columns as they leave their tables, what is kept whenever it is used, and nothing else."""

import pickle
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting import fit_models, forecast
from forecasting.features import DossierIndex
from forecasting.record.cases import Event
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.reads import (
    NotedMapping,
    Reads,
    changed,
    columns_of,
    note_file,
    note_rows,
    noting,
    once,
    read_of,
    recording,
    remembered,
    together,
)
from forecasting.record.tracked import Tracked

CASE, DAY = "new-start-post-expiry-2026", date(2026, 2, 5)
ALL = {"case_id", "name", "type"}


@pytest.fixture
def cases():
    plain = pd.DataFrame({"case_id": ["a", "b"], "name": ["x", "y"], "type": ["q", "r"]})
    return Tracked(plain, columns_of("cases"))


def names_read(work):
    with recording() as heard:
        work()
    return {name for _, name in heard.reads.columns}


READ = {
    "a column": (lambda t: t["name"], {"name"}),
    "rows where a column holds": (lambda t: t[t["name"] == "x"], {"name"}),
    "columns chosen and not read": (lambda t: t[["name", "type"]], set()),
    "columns chosen and read": (lambda t: t[["name"]].to_numpy(), {"name"}),
    "a column at an index": (lambda t: t.set_index("case_id")["type"]["a"], {"case_id", "type"}),
    "a cell": (lambda t: t.set_index("case_id").loc["a", "type"], {"case_id", "type"}),
    "a column of some rows": (lambda t: t.loc[t["name"] == "x", "type"], {"name", "type"}),
    "a row": (lambda t: t.iloc[0], ALL),
    "rows by number": (lambda t: t.iloc[[1]], set()),
    "its shape": (lambda t: (len(t), t.empty, t.columns, t.index, t.shape, "name" in t, list(t)), set()),
    "sorted": (lambda t: t.sort_values("type").head(1), {"type"}),
    "numbered anew": (lambda t: t.reset_index(drop=True), set()),
    "merged": (lambda t: t.merge(t[["case_id"]], on="case_id"), {"case_id"}),
    "merged into another": (lambda t: pd.DataFrame({"case_id": ["a"]}).merge(t[["case_id", "type"]], on="case_id"), {"case_id", "type"}),
    "joined": (lambda t: pd.DataFrame({"z": [1, 2]}).join(t[["type"]]), {"type"}),
    "put together": (lambda t: pd.concat([t, t]), ALL),
    "grouped": (lambda t: t[["name", "type"]].groupby("type").size(), {"name", "type"}),
    "line by line": (lambda t: list(t[["type"]].itertuples()), {"type"}),
    "as numbers": (np.asarray, ALL),
    "compared": (lambda t: t == t, ALL),
    "an attribute": (lambda t: t.name, {"name"}),
    "as text": (repr, ALL),
    "a column added": (lambda t: t.assign(new=[1, 2])["new"], set()),
}  # fmt: skip


@pytest.mark.parametrize("how", READ)
def test_a_table_notes_the_columns_that_leave_it_and_gives_what_pandas_gives(cases, how):
    work, expected = READ[how]
    assert names_read(lambda: work(cases)) == expected
    found, plain = work(cases), work(cases.plain)
    if isinstance(plain, pd.DataFrame):
        pd.testing.assert_frame_equal(pd.DataFrame(found), plain)
    elif isinstance(plain, pd.Series):
        pd.testing.assert_series_equal(found, plain)


def test_a_column_of_merged_tables_rests_on_both_where_both_hold_it(cases):
    events = Tracked(pd.DataFrame({"case_id": ["a"], "kind": ["k"]}), columns_of("events"))
    both = cases.merge(events, on="case_id")
    with recording() as heard:
        both["case_id"], both["kind"]
    assert heard.reads.by_table() == {"cases": ("case_id",), "events": ("case_id", "kind")}


def test_rows_chosen_by_a_rule_rest_on_what_the_rule_read(cases):
    known = cases.where_known(lambda rows: rows["name"] == "y")
    assert names_read(lambda: known["type"]) == {"name", "type"}
    assert list(known.index) == [0]


def test_a_recorder_keeps_to_itself_and_nothing_is_noted_where_none_is_open(cases):
    with recording() as outer:
        with recording(Reads(files=frozenset(("known",)))) as inner:
            cases["name"]
            note_file("f.csv")
        cases["type"]
        note_rows("events")
    cases["case_id"]
    assert inner.reads.by_table() == {"cases": ("name",)} and inner.reads.files == {"known", "f.csv"}
    assert outer.reads.by_table() == {"cases": ("type",), "events": ()} and outer.reads.files == set()


def test_what_is_kept_notes_what_was_read_for_it_each_time(cases):
    kept = {}

    class Grounds:
        @remembered
        def types(self):
            """Of the cases."""
            return list(cases["type"])

    grounds = Grounds()
    for _ in range(2):
        assert names_read(lambda: once(kept, "n", lambda: len(cases["name"]))) == {"name"}
        assert names_read(lambda: grounds.types) == {"type"}
    assert names_read(lambda: kept) == set() and Grounds.types.__doc__ == "Of the cases."


@dataclass(frozen=True)
class Pair:
    left: int
    right: tuple[int, ...]


def test_a_noting_dataclass_is_taken_for_a_plain_one(cases):
    reads = columns_of("cases")
    pair = noting(Pair(1, (2,)), {"right": reads["name"]})
    assert names_read(lambda: pair.left) == set() and names_read(lambda: pair.right) == {"name"}
    assert pair == Pair(1, (2,)) and isinstance(pair, Pair) and hash(pair) == hash(Pair(1, (2,)))
    assert repr(pair).endswith("Pair(left=1, right=(2,))")
    assert replace(pair, left=3) == Pair(3, (2,))
    other = changed(pair, left=3)
    assert names_read(lambda: changed(pair, left=3)) == set() and names_read(lambda: other.right) == {"name"}
    assert names_read(lambda: changed(pair, right=()).right) == set()
    again = pickle.loads(pickle.dumps(pair))
    assert again == pair and names_read(lambda: again.right) == {"name"}
    with pytest.raises(AttributeError):
        pair.right = ()


def test_a_noted_mapping_notes_what_is_taken_and_not_what_is_asked():
    reads = columns_of("cases")
    start = NotedMapping({"name": "x", "type": "q"}, reads)
    assert names_read(lambda: start["type"]) == {"type"} == names_read(lambda: start.get("type"))
    assert names_read(lambda: ("name" in start, len(start), list(start), start.only(["name"]))) == set()
    assert names_read(lambda: dict(start)) == {"name", "type"} and dict(start) == {"name": "x", "type": "q"}
    with pytest.raises(TypeError):
        start["name"] = "z"


def test_reads_are_the_same_by_table_and_back():
    reads = together(*columns_of("calendar").values())
    assert read_of(reads.by_table()).columns == reads.columns


def test_a_history_hands_out_plain_tables_where_nobody_records(history):
    assert type(history.cases) is pd.DataFrame and history.cases is history.cases
    with recording():
        assert type(history.cases) is Tracked


def test_a_view_and_its_events_note_what_is_used_of_them(history):
    view = history.case(CASE)
    with recording() as heard:
        assert view.start["domain"] and view.parties
    assert heard.reads.by_table() == {"cases": ("domain", "parties", "start_known_date")}
    events = view.events
    assert names_read(lambda: [event.kind for event in events]) == {
        "kind", "known_date", "known_late", "is_ending", "case_id", "start_known_date",
    }  # fmt: skip
    with recording() as heard:
        assert view.age_months >= 0
    assert heard.reads.by_table()["outcomes"] == ("case_id", "target", "last_observed_date")
    assert events[0] == Event(**{name: getattr(events[0], name) for name in Event.__dataclass_fields__})


def test_an_ending_rests_on_the_day_it_was_known_and_a_dossier_on_warheads_only_where_they_are_asked(history):
    with recording() as heard:
        history.outcomes["instrument"]
    assert "end_known_date" in heard.reads.by_table()["outcomes"]
    with recording() as heard:
        history.outcomes["target"]
    assert "end_known_date" not in heard.reads.by_table()["outcomes"]
    dossier = DossierIndex(history).dossier(CASE, history.as_of)
    with recording() as heard:
        assert len(dossier.acts.day)
    assert set(heard.reads.by_table()) == {"cases", "events", "parties"}
    with recording() as heard:
        assert dossier.warheads
    assert "warheads" in heard.reads.by_table()


def test_corrections_are_read_with_every_table_once_there_are_any(record):
    with recording() as heard:
        History(DAY, record).cases["name"]
    assert "corrections" not in heard.reads.by_table()
    raw = record.tables["corrections"]
    row = {"table": "cases", "row_key": CASE, "field": "name", "value": "x", "recorded_on": "2026-02-01", "reason": "y"}
    corrected = replace(
        raw,
        cells=pd.DataFrame([row], dtype="str")[raw.table.names],
        files=np.array(["c"], dtype=object),
        rows=np.array([2]),
    )
    with recording() as heard:
        names = History(DAY, replace(record, tables={**record.tables, "corrections": corrected})).cases.set_index(
            "case_id"
        )["name"]
    assert names[CASE] == "x" and "value" in heard.reads.by_table()["corrections"]


def test_a_model_notes_its_training_set_when_it_is_used_and_no_other_model_is_claimed(trained):
    known, fitted, _ = trained
    with recording() as heard:
        forecast(known, CASE, fitted=fitted.only("base_rate"))
    assert heard.reads.models == {"base_rate"} and "events" not in heard.reads.by_table()
    assert not {"type", "domain", "adversarial"} & set(heard.reads.by_table()["cases"])
    with recording() as heard:
        assert fitted.models["primary"]
    assert heard.reads.models == {"primary"} and {"events", "cases", "outcomes"} <= set(heard.reads.by_table())
    with recording() as heard:
        assert list(fitted.only("base_rate", "primary").models) == ["base_rate", "primary"]
    assert heard.reads.columns == heard.reads.models == set()


@pytest.mark.long
def test_models_fitted_while_somebody_records_are_no_different(history):
    with recording() as heard:
        inside = fit_models(history)
    outside = fit_models(history)
    assert not heard.reads.models
    for name, reads in outside.reads.items():
        assert inside.reads[name].by_table() == reads.by_table()
    np.testing.assert_array_equal(spells(history).exit, inside.spells.exit)
