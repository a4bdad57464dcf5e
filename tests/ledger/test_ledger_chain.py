"""The chain: whatever is done to a byte, a file or their order is found, and the first file concerned is named."""

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from bodies import forged, issue_body, put, resolution_body, sha256

from forecasting.ledger import read_chain, verify
from forecasting.ledger.chain import ORIGIN
from forecasting.ledger.entries import decoded, encoded
from forecasting.store.errors import LedgerError, UsageError


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A ledger of five entries."""
    folder = tmp_path_factory.mktemp("ledger") / "sound"
    put(
        folder,
        issue_body(["a-1990", "b-1991"]),
        issue_body(["a-1990"], date(2001, 1, 1)),
        resolution_body([(date(2000, 1, 1), "a-1990", [12], "faded")]),
        {"entry": "retraction", "retracts": "000002-replay-2001-01-01-concluded-primary.json", "reason": "a slip"},
        issue_body(["a-1990"], date(2002, 1, 1)),
    )
    return folder


@pytest.fixture
def ledger(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "ledger")


def names(folder):
    return sorted(path.name for path in folder.glob("0*.json"))


def first_fault(folder):
    return str(verify(folder).faults[0])


def test_a_sound_ledger_has_no_faults_and_each_entry_seals_the_one_before(ledger):
    chain = verify(ledger)
    assert (chain.faults, chain.notes) == ((), ())
    assert [link.name for link in chain.links] == names(ledger)
    assert [link.entry.previous for link in chain.links] == [ORIGIN, *(sha256(ledger / n) for n in names(ledger)[:-1])]
    assert (ledger / "HEAD").read_text() == f"{sha256(ledger / names(ledger)[-1])}  {names(ledger)[-1]}\n"


def test_entries_stand_in_one_form_with_sorted_keys(ledger):
    for name in names(ledger):
        content = (ledger / name).read_bytes()
        held = json.loads(content)
        assert list(held) == sorted(held)
        assert encoded(decoded(content, name)) == content


def test_an_edit_of_any_byte_names_its_file(ledger):
    for number, name in enumerate(names(ledger)):
        content = (ledger / name).read_bytes()
        for place in range(number, len(content), 29):
            spoilt = bytearray(content)
            spoilt[place] ^= 1
            (ledger / name).write_bytes(bytes(spoilt))
            assert verify(ledger).faults[0].file == name, f"byte {place} of {name}"
        (ledger / name).write_bytes(content)
    assert verify(ledger).faults == ()


def test_an_edit_that_keeps_the_form_is_told_by_what_the_next_entry_says(ledger):
    first, second = names(ledger)[:2]
    sealed = sha256(ledger / first)
    (ledger / first).write_bytes((ledger / first).read_bytes().replace(b"[0.1,0.2,0.3,0.4]", b"[0.4,0.3,0.2,0.1]"))
    assert (
        first_fault(ledger) == f"{first}: expected the sha256 {sealed}, as {second} says, got {sha256(ledger / first)}"
    )


def test_an_edit_of_the_last_entry_is_told_by_head(ledger):
    last = names(ledger)[-1]
    sealed = sha256(ledger / last)
    (ledger / last).write_bytes((ledger / last).read_bytes().replace(b"[0.1,0.2,0.3,0.4]", b"[0.4,0.3,0.2,0.1]"))
    assert first_fault(ledger) == f"{last}: expected the sha256 {sealed}, as HEAD says, got {sha256(ledger / last)}"


def test_a_false_word_on_the_entry_before_is_told_of_the_one_that_says_it(ledger):
    first, second = names(ledger)[:2]
    true = sha256(ledger / first)
    (ledger / second).write_bytes((ledger / second).read_bytes().replace(true.encode(), b"f" * 64))
    assert first_fault(ledger) == f"{second}: expected previous {true}, the sha256 of {first}, got {'f' * 64}"


def test_a_dropped_entry_is_missed(ledger):
    (ledger / names(ledger)[1]).unlink()
    assert first_fault(ledger) == f"000002-*.json: expected entry 2 before {names(ledger)[1]}, got no such file"


def test_a_dropped_first_entry_is_missed(ledger):
    (ledger / names(ledger)[0]).unlink()
    assert first_fault(ledger) == f"000001-*.json: expected entry 1 before {names(ledger)[0]}, got no such file"


def test_several_dropped_entries_are_one_fault(ledger):
    name, content = forged(issue_body(["c-1995"]), 999_999, "f" * 64)
    (ledger / name).write_bytes(content)
    assert [str(fault) for fault in verify(ledger).faults] == [
        f"000006-*.json: expected entries 6 to 999998 before {name}, got no such file",
        f"{name}: expected no entry after {names(ledger)[4]}, which HEAD names, got an extra file",
    ]


def test_a_head_that_lags_is_held_to_its_word(ledger):
    (ledger / ".lock").write_bytes(b"{}")
    third = names(ledger)[2]
    (ledger / "HEAD").write_text(f"{sha256(ledger / third)}  {third}\n")
    assert verify(ledger).faults == ()
    (ledger / "HEAD").write_text(f"{'f' * 64}  {third}\n")
    assert first_fault(ledger) == f"HEAD: expected the sha256 of {third}, got {'f' * 64}"


def test_a_dropped_last_entry_is_missed_by_head(ledger):
    last = names(ledger)[-1]
    (ledger / last).unlink()
    assert first_fault(ledger) == f"{last}: expected the last file, which HEAD names, got no such file"


def test_a_cut_entry_is_no_json(ledger):
    last = names(ledger)[-1]
    (ledger / last).write_bytes((ledger / last).read_bytes()[:-200])
    assert first_fault(ledger).startswith(f"{last}: expected an entry as JSON, got EOF while parsing a string at")


def test_two_entries_that_changed_places_are_found(ledger):
    first, second = (ledger / name for name in names(ledger)[:2])
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert [str(fault) for fault in verify(ledger).faults[:2]] == [
        f"{first.name}: expected the entry of that name; by what it holds {second.name}, got {first.name}",
        f"{second.name}: expected the entry of that name; by what it holds {first.name}, got {second.name}",
    ]


def test_an_entry_moved_to_another_day_is_found(ledger):
    second = names(ledger)[1]
    other = second.replace("2001", "1999")
    (ledger / second).rename(ledger / other)
    assert first_fault(ledger) == f"{other}: expected the entry of that name; by what it holds {second}, got {other}"


def test_renumbered_entries_are_found(ledger):
    (ledger / names(ledger)[1]).unlink()
    for name in names(ledger)[1:]:
        (ledger / name).rename(ledger / f"{int(name[:6]) - 1:06d}{name[6:]}")
    assert first_fault(ledger).startswith(
        "000002-resolution-2026-11-24.json: expected the entry of that name; by what it "
    )


@pytest.mark.parametrize("name", ["notes.txt", "000001-copy.JSON", "more"])
def test_a_file_that_is_no_entry_is_found(ledger, name):
    (ledger / name).mkdir() if name == "more" else (ledger / name).write_text("x")
    assert first_fault(ledger) == f"{name}: expected entries and HEAD alone, got an extra file"


def test_an_entry_put_in_after_head_is_found(ledger):
    last = names(ledger)[-1]
    name, content = forged(issue_body(["c-1995"]), 6, sha256(ledger / last))
    (ledger / name).write_bytes(content)
    assert first_fault(ledger) == f"{name}: expected no entry after {last}, which HEAD names, got an extra file"


def test_a_second_entry_of_one_number_is_found(ledger):
    name, content = forged(issue_body(["c-1995"], date(2003, 1, 1)), 5, sha256(ledger / names(ledger)[3]))
    (ledger / name).write_bytes(content)
    assert first_fault(ledger) == f"{name}: expected one entry 5, got a second one beside {names(ledger)[4]}"


def test_a_back_dated_entry_is_found_even_where_everything_after_it_was_sealed_anew(ledger):
    last = ledger / names(ledger)[-1]
    name, content = forged(
        issue_body(["a-1990"], date(2002, 1, 1)), 5, sha256(ledger / names(ledger)[3]), date(2026, 1, 1)
    )
    last.write_bytes(content)
    (ledger / "HEAD").write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    assert first_fault(ledger) == (
        f"{name}: expected issued_on from 2026-11-24 on, that of 000004-retraction-2026-11-24.json, got 2026-01-01"
    )


def test_a_rewrite_of_everything_shows_only_against_a_head_known_before(ledger, tmp_path):
    published = read_chain(ledger).head
    rewritten = tmp_path / "rewritten"
    put(rewritten, issue_body(["a-1990"], said=(0.4, 0.3, 0.2, 0.1)))
    assert verify(rewritten).faults == ()
    assert [str(fault) for fault in verify(rewritten, published).faults] == [
        f"HEAD: expected an entry with the sha256 {published}, a head known before, got none in the chain"
    ]
    put(ledger, issue_body(["c-1995"]))
    assert verify(ledger, published).faults == ()


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"abc  000005-x.json\n", b"0" * 64 + b"  ../x.json\n"])
def test_a_head_that_is_none_is_found(ledger, content):
    (ledger / "HEAD").unlink() if content is None else (ledger / "HEAD").write_bytes(content)
    assert first_fault(ledger) == "HEAD: expected one line: the sha256 and the name of the last file, got no such line"


def test_nothing_is_added_to_a_broken_ledger(ledger):
    (ledger / names(ledger)[1]).unlink()
    before = names(ledger)
    with pytest.raises(LedgerError) as refused:
        put(ledger, issue_body(["c-1995"]))
    assert str(refused.value) == (
        "000002-*.json: expected entry 2 before 000003-resolution-2026-11-24.json, got no such file"
    )
    assert names(ledger) == before


def test_a_clock_that_goes_backwards_is_refused(ledger):
    with pytest.raises(UsageError) as refused:
        put(ledger, issue_body(["c-1995"]), issued_on=date(2026, 11, 23))
    assert str(refused.value) == (
        f"expected a day from 2026-11-24 on, that of {names(ledger)[-1]}, got 2026-11-23; check the clock"
    )


@pytest.mark.parametrize("place", ["missing", "file"])
def test_a_folder_that_is_none_is_refused(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("x")
    found = {"missing": "no such folder", "file": "a file"}[place]
    with pytest.raises(UsageError) as refused:
        verify(Path(place))
    assert str(refused.value) == (
        f"expected the folder of a ledger, got '{place}': {found}; name it with --ledger, or issue a forecast first"
    )


def test_a_folder_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError) as refused:
        put(tmp_path / "file" / "ledger", issue_body())
    assert str(refused.value) == (
        f"expected a folder that can be written, got {tmp_path / 'file' / 'ledger'}: Not a directory; "
        "choose another with --ledger"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
