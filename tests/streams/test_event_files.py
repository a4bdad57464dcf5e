"""Rows of the four formats: what is read of them, what is rejected and why, what is recognised and what is not."""

import gzip
from datetime import date

import pytest
from event_rows import gdelt, icews, polecat, row, write

from forecasting.record.vocabulary import PLOVER_CATEGORIES
from forecasting.store.errors import ForeignFileError
from forecasting.streams.files import event_file
from forecasting.streams.formats import FORMATS
from forecasting.streams.tables import QUADS, actors, cameo, plover

DAY, NEXT = date(2020, 1, 2), date(2020, 1, 3)


def test_gdelt_has_58_57_and_61_columns_and_the_others_a_header():
    assert {name: len(one.columns) for name, one in FORMATS.items()} == {
        "gdelt1": 58, "gdelt1-backfile": 57, "gdelt2": 61, "icews": 20, "polecat": 40,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "name", "rows"),
    [
        ("gdelt1", "20200103.export.CSV.zip", [gdelt(1, 20200102, "USA", "RUS", added=20200103)]),
        ("gdelt2", "a.CSV", [gdelt(1, 20200102, "USA", "RUS", added=20200103120000, form="gdelt2")]),
        (
            "gdelt1-backfile",
            "a.csv",
            [gdelt(1, 20200102, "USA", "RUS", added=20200103, form="gdelt1-backfile")],
        ),
    ],
)
def test_the_day_on_which_gdelt_added_an_event_is_kept_apart_from_its_own(form, name, rows, read, tmp_path):
    counts, events, rejects = read(write(tmp_path / name, form, rows))
    assert events == [("1", DAY, NEXT, "USA", "RUS", "AGREE", "verbal_cooperation", 4.0)]
    assert (counts.rows, counts.between, rejects) == (1, 1, [])


def test_icews_and_polecat_are_read_alike(read, tmp_path):
    one = write(tmp_path / "events.tab", "icews", [icews(9, "2020-01-02", "United States", "Russian Federation")])
    assert read(one)[1] == [("9/2020-01-02", DAY, DAY, "USA", "RUS", "AGREE", "verbal_cooperation", 4.0)]
    rows = [polecat("x", "2020-01-02", "2", "365", published="2020-01-03") + "\t\t"]
    other = write(tmp_path / "ngec.txt", "polecat", rows, ending="\r\n")
    assert read(other)[1] == [("x", DAY, NEXT, "USA", "RUS", "AGREE", "verbal_cooperation", 2.5)]


def test_an_event_of_several_actors_counts_for_each_pair_of_them(read, tmp_path):
    path = write(
        tmp_path / "a.txt",
        "polecat",
        [polecat("x", "2020-01-02", "2; 200; 2", "365"), polecat("y", "2020-01-02", "None", "2")],
    )
    counts, events, _ = read(path, "event_id, source, target, dyad")
    assert events == [("x", "GBR", "RUS", "GBR;RUS"), ("x", "USA", "RUS", "RUS;USA"), ("y", None, "USA", None)]
    assert (counts.rows, counts.between, counts.unknown) == (2, 2, {})


def test_broken_rows_are_rejected_with_line_reason_and_text(read, tmp_path):
    good = gdelt(1, 20200102, "USA", "RUS")
    broken = {
        "57 columns": "\t".join(gdelt(2, 20200102, "USA", "RUS").split("\t")[:57]),
        "no event id": gdelt("", 20200102, "USA", "RUS"),
        "no event date": gdelt(3, "00000102", "USA", "RUS", added=20200102),
        "no known date": gdelt(4, 20200102, "USA", "RUS", added="x"),
        "known before it happened": gdelt(5, 20200103, "USA", "RUS", added=20200102),
        "unknown act": gdelt(6, 20200102, "USA", "RUS", act="999"),
        "event given twice": gdelt(1, 20200102, "USA", "CHN"),
    }
    counts, events, rejects = read(write(tmp_path / "a.csv", "gdelt1", [good, "", *broken.values()]))
    assert [one[0] for one in events] == ["1"]
    assert rejects == [(line, reason, text) for line, (reason, text) in enumerate(broken.items(), 3)]
    assert counts.rejects == dict.fromkeys(broken, 1) and counts.rows == 1 + len(broken)
    assert counts.rows == counts.events + sum(counts.rejects.values())


def test_actors_of_no_party_leave_no_dyad_and_are_counted_by_code(read, tmp_path):
    rows = [
        gdelt(1, 20200102, "XXX", "RUS"), gdelt(2, 20200102, "XXX", "USA"), gdelt(3, 20200102, "USA", "USA"),
        gdelt(4, 20200102, "", "RUS", Actor1KnownGroupCode="NAT"), gdelt(5, 20200102, "", ""),
    ]  # fmt: skip
    counts, events, _ = read(write(tmp_path / "a.csv", "gdelt1", rows), "event_id, dyad")
    assert events == [("1", None), ("2", None), ("3", None), ("4", "NATO;RUS"), ("5", None)]
    assert (counts.unknown, counts.actors) == ({"XXX": 2}, {"RUS": 2, "USA": 2, "NATO": 1})


def test_a_row_far_from_the_others_covers_its_own_day_alone(read, tmp_path):
    days = [20200102, 20200105, 20200112, 20200120]
    rows = [gdelt(number, day, "USA", "RUS") for number, day in enumerate(days)]
    counts = read(write(tmp_path / "a.csv", "gdelt1", rows))[0]
    assert counts.covered == (("2020-01-02", "2020-01-12"), ("2020-01-20", "2020-01-20"))
    assert counts.known_span == ("2020-01-02", "2020-01-20")


def test_a_former_state_counts_as_its_successor(read, tmp_path, history):
    from forecasting.streams.tables import lines

    assert lines("gdelt", {"RUS": "", "ROU": "RUS"})["ROM"] == "RUS"
    assert lines("gdelt", {"RUS": "", "ROU": ""})["ROM"] == "ROU"


def test_bytes_that_are_not_utf8_spoil_no_row(read, tmp_path):
    path = write(tmp_path / "a.csv", "gdelt1", [gdelt(1, 20200102, "USA", "RUS", Actor1Geo_FullName="QUE")])
    path.write_bytes(path.read_bytes().replace(b"QUE", b"Qu\xe9bec\0"))
    assert read(path)[0].rejects == {}


def test_a_gzipped_file_is_read_as_the_plain_one(read, tmp_path):
    plain = write(tmp_path / "a.csv", "gdelt1", [gdelt(1, 20200102, "USA", "RUS")])
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(packed) == read(plain)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "got an empty file"),
        (b"\n\n", "got an empty file"),
        (b"a\tb\n1\t2\n", "got 2 columns separated by tabs, beginning with 'a'"),
        (b"case_id,name\n", "got one column without tabs, beginning with 'case_id,name'"),
        (b"PK\x03\x04half", "got a broken one"),
        (b"\x1f\x8bhalf", "got a broken one"),
    ],
)
def test_what_is_no_event_file_is_named(content, said, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ForeignFileError, match=f"^{path}: .*{said}"):
        event_file(path)


def test_half_a_zip_is_named(tmp_path, read):
    rows = [gdelt(n, 20200102, "USA", "RUS", SOURCEURL=hex(n**9)) for n in range(200)]
    path = write(tmp_path / "a.csv.zip", "gdelt1", rows)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ForeignFileError, match="expected a whole file, got a broken one .*; fetch it again"):
        event_file(path)


def test_damage_inside_a_zip_is_named_when_it_is_read(tmp_path, read):
    rows = [gdelt(n, 20200102, "USA", "RUS", SOURCEURL=hex(n**9)) for n in range(20_000)]
    path = write(tmp_path / "a.csv.zip", "gdelt1", rows)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 50] = bytes(50)
    path.write_bytes(content)
    with pytest.raises(ForeignFileError, match="got a broken one"):
        read(path)


def test_another_format_than_the_one_said_is_named(tmp_path):
    path = write(tmp_path / "a.csv", "gdelt1-backfile", [gdelt(1, 20130102, "USA", "RUS", form="gdelt1-backfile")])
    with pytest.raises(
        ForeignFileError,
        match="expected GDELT 1.0 with 58 columns, got GDELT 1.0 before April 2013, without the address of the source "
        "with 57 columns; say --format gdelt1-backfile",
    ):
        event_file(path, "gdelt1")
    assert event_file(path).format.name == "gdelt1-backfile"


def test_a_file_of_a_header_alone_is_named(tmp_path, read):
    with pytest.raises(ForeignFileError, match="expected rows of events, got none"):
        read(write(tmp_path / "a.tab", "icews", []))


def test_the_tables_hold_together(history):
    assert set(plover()) == set(PLOVER_CATEGORIES) - {"NONE"} and set(plover().values()) == set(QUADS)
    assert {one.plover for one in cameo().values()} == set(plover()) | {""}
    assert all(-10 <= one.goldstein <= 10 and one.quad in QUADS for one in cameo().values())
    assert all((one.plover == "") == (code[:2] in ("01", "02")) for code, one in cameo().items())
    parties = set(history.record.tables["parties"].cells["code"])
    for scheme in ("gdelt", "icews", "cow"):
        assert set(actors(scheme).values()) <= parties
    assert row("gdelt1").count("\t") == 57
