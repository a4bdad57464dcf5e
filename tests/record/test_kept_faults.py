"""Faults are kept for tables that are the same, and never for another: every edit is told, wherever it shows."""

from records import RecordCopy

from forecasting.record import kept_faults
from forecasting.store.errors import Fault

CASE = "new-start-post-expiry-2026"


def told_anew(copy: RecordCopy, monkeypatch) -> list[str]:
    """The faults of the record where none was checked before."""
    with monkeypatch.context() as patched:
        patched.setattr(kept_faults, "_KEPT", {})
        return copy.faults()


def test_an_edit_of_one_table_is_told_where_it_shows_in_another(small_copy, monkeypatch):
    assert small_copy.faults() == []
    cited = small_copy.cells("events", f"{CASE}-e01")["source_id"].split(";")[0]
    whole = small_copy.path("sources").read_bytes()
    small_copy.drop("sources", cited)
    found = small_copy.faults()
    assert any(fault.startswith(small_copy.file("events")) for fault in found)
    assert found == told_anew(small_copy, monkeypatch)
    small_copy.path("sources").write_bytes(whole)
    assert small_copy.faults() == []


def test_every_table_that_a_check_reads_counts(small_copy, monkeypatch):
    """Edits one after the other, each held against a check that has kept nothing."""
    edits = (
        ("cases", CASE, {"start_date": "2026-02-01", "parties": "USA;XYZ"}),
        ("outcomes", f"{CASE}/concluded", {"last_observed_date": "1990-01-01"}),
        ("parties", "RUS", {"start_date": "2020-01-01"}),
        ("coding", CASE, {"notes": ""}),
    )
    before = small_copy.faults()
    for table, key, cells in edits:
        small_copy.edit(table, key, **cells)
        found = small_copy.faults()
        assert found == told_anew(small_copy, monkeypatch), table
        assert table == "coding" or found != before, table
        before = found


def test_the_faults_kept_are_few_and_the_oldest_go_first(monkeypatch):
    monkeypatch.setattr(kept_faults, "_KEPT", {})
    monkeypatch.setattr(kept_faults, "MOST", 2)
    asked = []

    def ask(name):
        def work():
            asked.append(name)
            return [Fault(name, 2, "", "a", "b")]

        return kept_faults.kept_faults(name, (), work)[0].file

    assert [ask(name) for name in ("a", "b", "a", "c", "b", "a")] == ["a", "b", "a", "c", "b", "a"]
    assert asked == ["a", "b", "c", "a"]
