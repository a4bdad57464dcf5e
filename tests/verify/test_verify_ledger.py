"""A past day again: the whole chain gives the ledgered numbers bit for bit, later facts none, an edit is named."""

import copy
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from calling import call
from ledger.bodies import sha256
from pydantic import ValidationError
from verify.chain_of import PAST, chain_of, with_later_facts

from forecasting.artefacts import save
from forecasting.artefacts.fitted_values import model_values
from forecasting.ledger import read_chain, resolve
from forecasting.ledger.chain import Link
from forecasting.ledger.entries import FORM, Issue, encoded
from forecasting.store.errors import LedgerError, UsageError
from forecasting.verify import Trusted, explain, verify
from forecasting.verify.entries import GIVEN, verify_links

NAME = "000001-replay-1972-01-01-concluded-primary.json"


@pytest.fixture(scope="module")
def then(history, tmp_path_factory):
    """The chain of the shipped record, the folder of its ledger, and that of the artefact of its models."""
    folder = tmp_path_factory.mktemp("then")
    chain = chain_of(history, folder / "ledger")
    resolve(folder / "ledger", history)
    save(chain.fitted.only("primary", "base_rate"), history.at(PAST), folder / "artefacts")
    return chain, folder / "ledger", Trusted(artefacts=folder / "artefacts")


@pytest.fixture
def ledger(then, tmp_path):
    return shutil.copytree(then[1], tmp_path / "ledger")


def edited(ledger, change):
    """Edit the first entry, and seal all that comes after it anew."""
    links = read_chain(ledger).links
    entry = change(links[0].entry)
    for link, after in zip(links, [*links[1:], None], strict=True):
        (ledger / link.name).write_bytes(encoded(entry))
        if after:
            entry = after.entry.model_copy(update={"previous": sha256(ledger / link.name)})
    (ledger / "HEAD").write_text(f"{sha256(ledger / links[-1].name)}  {links[-1].name}\n")


def with_probability(entry, moved):
    """The entry with some probability moved between the first two states of the second case at the third horizon."""
    held = entry.model_dump()
    case = {name: [list(row) for row in held["forecasts"][1][name]] for name in ("probability", "lower", "upper")}
    row = case["probability"][2]
    row[0], row[1] = round(row[0] + moved, 5), round(row[1] - moved, 5)
    case["upper"][2][0], case["lower"][2][1] = 1.0, 0.0
    held["forecasts"] = [one | (case if i == 1 else {}) for i, one in enumerate(held["forecasts"])]
    return type(entry).model_validate(held)


def test_the_record_gives_the_ledgered_numbers_again_bit_for_bit(then, history):
    _, folder, _ = then
    got = verify(folder)
    assert got.differences == () and got.made_from == ()
    assert got.notes[0] == "models fitted anew" and got.notes[1].startswith("not derived, taken as given: model, ")
    assert got.n > 2 * 4 * (6 * 4 * 4)


def test_later_facts_change_nothing_on_the_way(then, history, tmp_path):
    chain, _, _ = then
    planted = with_later_facts(history)
    other = chain_of(planted, tmp_path / "ledger")
    assert other.features.equals(chain.features)
    parts, others = (model_values(one.fitted.models["primary"], "primary")[1] for one in (chain, other))
    assert parts.keys() == others.keys() and len(parts) > 2
    assert all(np.array_equal(parts[name], others[name]) for name in parts)
    assert other.table.equals(chain.table)
    assert [link.entry.forecasts for link in other.links] == [link.entry.forecasts for link in chain.links]


def test_an_edited_probability_is_named_with_file_line_and_case(then, ledger):
    trusted = then[2]
    edited(ledger, lambda entry: with_probability(entry, 1e-4))
    case = then[0].links[0].entry.forecasts[1]
    got = verify(ledger / NAME, trusted)
    first = got.differences[0]
    assert first.pointer == "/forecasts/1/probability/2/0"
    line = next(
        i for i, text in enumerate((ledger / NAME).read_text().splitlines(), 1) if f'"case_id":"{case.case_id}"' in text
    )
    assert first.section == f"{NAME} line {line}, {case.case_id}"
    assert (first.said, first.found) == (pytest.approx(case.probability[2][0] + 1e-4, abs=1e-9), case.probability[2][0])
    assert verify(f"{ledger / NAME}:{line}", trusted).differences[0] == first
    assert verify(f"{ledger / NAME}:{line + 1}", trusted).differences == ()
    last = line + len(then[0].links[0].entry.forecasts) - 2
    with pytest.raises(UsageError, match=f"expected a line with a forecast, {line - 1} to {last} of {NAME}, got 2"):
        verify(f"{ledger / NAME}:2", trusted)


def test_the_command_says_the_first_difference_and_returns_one(then, ledger, capsys):
    edited(ledger, lambda entry: with_probability(entry, 1e-4))
    code = call("verify", ledger / NAME, artefacts=then[2].artefacts)
    out = capsys.readouterr().out.splitlines()
    assert code == 1 and out[0].startswith("models from artefact ")
    assert out[2].startswith("/forecasts/1/probability/2/0 (000001-")
    assert "and " in out[3] and "values of " in out[3]
    assert call("verify", then[1] / NAME, artefacts=then[2].artefacts) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("no difference: ")


def test_another_record_and_other_code_are_said_first_and_the_numbers_still_compared(then, ledger):
    def other(entry):
        code = entry.code.model_copy(update={"sha256": "d" * 64})
        return with_probability(entry, 1e-4).model_copy(update={"record_sha256": "c" * 64, "code": code})

    edited(ledger, other)
    got = verify(ledger / NAME, then[2])
    assert got.made_from[0].startswith(f"made from another record: it says sha256 {'c' * 64}; this one is ")
    assert got.made_from[1].startswith(f"made from other code: it says sha256 {'d' * 64}; this is ")
    assert got.differences[0].pointer == "/forecasts/1/probability/2/0"


def test_a_resolution_that_says_otherwise_is_named(then, ledger):
    chain = read_chain(ledger)
    told = chain.links[-1].entry
    first = told.resolutions[0].model_copy(
        update={"state": "faded" if told.resolutions[0].state != "faded" else "ongoing"}
    )
    changed = told.model_copy(update={"resolutions": (first, *told.resolutions[1:])})
    (ledger / chain.last).write_bytes(encoded(changed))
    (ledger / "HEAD").write_text(f"{sha256(ledger / chain.last)}  {chain.last}\n")
    found = verify(ledger / chain.last, then[2]).differences
    assert [(one.pointer, one.section, one.said) for one in found] == [
        ("/resolutions/0/state", chain.last, first.state)
    ]


def test_a_resolution_from_another_end_of_the_record_is_named(then, history):
    chain = read_chain(then[1])
    told = chain.links[-1].entry
    early = replace(chain.links[-1], entry=told.model_copy(update={"record_end": told.record_end.replace(year=2025)}))
    got = verify_links("", [early], history, then[2], chain=chain.links)
    assert "/record_end" in {one.pointer for one in got.differences}
    assert any("of a resolution" in note for note in got.notes)


def test_a_number_of_an_entry_is_told_from_its_sources(then):
    chain, folder, trusted = then
    case = chain.links[0].entry.forecasts[1]
    told = explain(str(folder / NAME), "/forecasts/1/probability/4/0", trusted)
    assert told["number"]["said"] == case.probability[4][0]
    assert told["forecast"]["probability"] == pytest.approx(case.probability[4][0], abs=2.5e-5)
    assert told["fit"]["sum_of_points"] == pytest.approx(told["forecast"]["probability"], abs=1e-9)
    assert sum(told["fit"]["points"].values()) == pytest.approx(told["fit"]["sum_of_points"], abs=1e-9)
    assert told["place"]["entry"].startswith(f"{folder / NAME}:")
    days = [
        fact["known"] for fact in (told["sources"]["case"], *told["sources"]["events"], *told["sources"]["endings"])
    ]
    assert max(days) <= PAST.isoformat() and len(days) > 5


def test_a_broken_chain_stops_the_proof_of_a_ledger(ledger):
    path = ledger / NAME
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(LedgerError, match=f"^{NAME}: expected an entry as JSON"):
        verify(ledger)
    with pytest.raises(LedgerError, match=f"^{NAME}: expected an entry as JSON"):
        verify(path)


def test_files_swapped_between_two_dates_stop_the_proof(ledger):
    names = sorted(path.name for path in ledger.glob("0*"))[:2]
    contents = [(ledger / name).read_bytes() for name in names]
    for name, content in zip(names, reversed(contents), strict=True):
        (ledger / name).write_bytes(content)
    with pytest.raises(LedgerError, match=f"^{names[0]}: expected the entry of that name; by what it holds {names[1]}"):
        verify(ledger)


def test_a_file_outside_the_folder_is_no_entry_of_it(ledger, tmp_path):
    outside = tmp_path / "outside.json"
    shutil.move(ledger / NAME, outside)
    (ledger / NAME).symlink_to(outside)
    with pytest.raises(LedgerError, match=f"^{NAME}: expected a file of the ledger itself, got a symbolic link"):
        verify(ledger)


def test_a_file_without_end_is_not_read(ledger):
    with (ledger / NAME).open("r+b") as file:
        file.truncate(20_000_000_000)
    with pytest.raises(LedgerError, match=f"^{NAME}: expected at most 16000000 bytes, got 20000000000"):
        verify(ledger)
    with pytest.raises(
        UsageError, match="json: expected at most 32000000 bytes, got 20000000000; name the page, card or entry"
    ):
        verify(ledger / NAME)


def changed_in(entry):
    """By field, the entry with another value there: everything that is held against record and code."""
    case, code = entry.forecasts[1].case_id, entry.code
    plain = {
        "level": 0.99, "record_end": entry.record_end.replace(year=2025), "unknown": (case,),
        "question": "Will it rain?", "rule": "Toss a coin.",
        "record_sha256": "c" * 64, "code": code.model_copy(update={"sha256": "d" * 64}),
    }  # fmt: skip
    dumped = entry.model_dump()
    held = {name: entry.model_validate(dumped | {name: value}) for name, value in plain.items()}
    *others, last = dumped["forecasts"]
    silent = {"forecasts": others, "abstained": ({"case_id": last["case_id"], "reason": "silent"},)}
    held["abstained"] = entry.model_validate(dumped | silent)
    itself = entry.model_copy(update={"reference_model": entry.model})  # which the form refuses
    return held | {"forecasts": with_probability(entry, 1e-4), "reference_model": itself}


def test_every_field_of_an_entry_is_held_against_the_record_or_said_not_to_be(then, history):
    link = read_chain(then[1]).links[0]
    other = changed_in(link.entry)
    links = [link, *(Link(name, "", entry) for name, entry in other.items())]
    got = verify_links("", links, history, then[2])
    found = {one.section.split()[0] for one in got.differences if one.pointer.split("/")[1] == one.section.split()[0]}
    assert found == set(other) - {"record_sha256", "code"}
    assert [said.split(":")[0] for said in got.made_from] == ["made from another record", "made from other code"]
    given = set(re.findall(r"\w+", GIVEN.partition("; commit")[0])) & set(Issue.model_fields)
    implied = {"entry": "added", "deadlines": (PAST,) * len(link.entry.horizons), "states": link.entry.states[::-1]}
    for name, value in implied.items():
        with pytest.raises(ValidationError):
            FORM.validate_python(link.entry.model_dump() | {name: value})
    assert sorted([*other, *implied, *given]) == sorted(Issue.model_fields), "each field once"


@pytest.mark.long
def test_values_are_counted_that_are_compared(then, history):
    link, trusted = read_chain(then[1]).links[0], then[2]
    n_forecast = {case: verify_links("", [link], history, trusted, case).n for case in link.entry.case_ids}
    whole = verify_links("", [link], history, trusted).n
    assert whole - sum(n_forecast.values()) == 6 + len(link.entry.silent), (
        "question, rule, level, model, record, unknown"
    )
    elsewhere = Link(link.name, link.sha256, link.entry.model_copy(update={"record_sha256": "c" * 64}))
    assert verify_links("", [elsewhere], history, trusted).n == whole - 1, "the end of another record is not compared"


def test_false_fitted_models_beside_an_entry_do_not_prove_it(ledger, then, history, tmp_path, monkeypatch, capsys):
    """Sent together, an entry and models made to give it: found out by default, and only believed where asked to be."""
    fitted = copy.deepcopy(then[0].fitted.only("base_rate"))
    table = fitted.models["base_rate"].table_
    more = table.endings + 5.0 * (np.arange(table.endings.size).reshape(table.endings.shape) < 6)
    fitted.models["base_rate"].table_ = replace(table, endings=more)
    folder = tmp_path / "artefacts"
    save(fitted, history.at(PAST), folder)
    base = "000003-replay-1972-01-01-concluded-base_rate.json"
    false = verify(ledger / base, Trusted(artefacts=folder))
    assert false.differences, "the models do differ"
    assert false.notes[0].endswith("taken as given: its numbers were not derived from the record")
    monkeypatch.chdir(tmp_path)
    assert call("verify", ledger / base) == 0, "the folder that lies there is not believed unasked"
    assert "models fitted anew" in capsys.readouterr().out
