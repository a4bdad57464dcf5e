from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from record.planting import with_rows, with_table

from forecasting import History, LeakageError, UsageError
from forecasting.features import DossierIndex
from forecasting.record.facts import KINDS, NEVER, in_effect, kinds, months_from
from forecasting.record.reads import recording
from forecasting.record.series import stockpiles
from forecasting.record.successors import Successors, in_common, lineages
from forecasting.record.vocabulary import TARGETS

FOUNDING_CASE = "new-start-post-expiry-2026"


@pytest.fixture(scope="module")
def index(history):
    return DossierIndex(history)


def parts_of(thing):
    """Every plain value or array that a dossier holds, through fields, tuples and mappings; all else is an error."""
    if is_dataclass(thing):
        for part in fields(thing):
            yield from parts_of(getattr(thing, part.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from parts_of(part)
    elif isinstance(thing, Mapping):
        yield from parts_of(tuple(thing.items()))
    else:
        assert thing is None or type(thing) in (str, float, int, bool, date, np.ndarray), f"a dossier holds {thing!r}"
        yield thing


def acts(dossier):
    known = dossier.dyad
    return list(zip(known.day.tolist(), known.kind.tolist(), known.actor.tolist(), strict=True))


def test_a_dossier_holds_plain_values_and_arrays_of_its_own(index):
    arrays = [part for part in parts_of(index.dossier(FOUNDING_CASE, date(2026, 2, 5))) if isinstance(part, np.ndarray)]
    assert len(arrays) == 17
    assert all(array.base is None and not array.flags.writeable for array in arrays)


def test_start_and_look_of_a_case_are_those_of_its_dossier_and_rest_on_the_same_columns(index, history):
    early = index.known_by(date(1990, 1, 1))
    for one in (index, early):
        for case_id in history.at(date(1990, 1, 1)).cases["case_id"]:
            dossier = one.dossier(case_id, one.as_of)
            assert one.begun_and_looked(case_id) == (dossier.start_date, dossier.looked_until)
    with recording() as alone:
        index.begun_and_looked(FOUNDING_CASE)
    with recording() as whole:
        dossier = index.dossier(FOUNDING_CASE, index.as_of)
        assert dossier.start_date < dossier.looked_until
    assert alone.reads.columns == whole.reads.columns != frozenset()
    still_open = "south-atlantic-zpcas-1986"
    assert early.begun_and_looked(still_open) != index.begun_and_looked(still_open)


def test_days_asked_for_in_turn_are_kept_and_the_oldest_of_many_is_not(history):
    mine = History(history.as_of, history.record)
    first, *others = [mine.at(date(year, 1, 1)) for year in (2000, 2001, 2002)]
    assert mine.at(date(2000, 1, 1)) is first
    mine.at(date(2003, 1, 1))
    assert mine.at(date(2000, 1, 1)) is first and mine.at(date(2002, 1, 1)) is others[1]
    assert mine.at(date(2001, 1, 1)) is not others[0]


def test_a_dossier_cannot_be_changed(index):
    dossier = index.dossier(FOUNDING_CASE, date(2026, 2, 5))
    with pytest.raises(TypeError):
        dossier.start["type"] = "political_commitment"
    with pytest.raises(AttributeError):
        dossier.as_of = date(2026, 3, 1)
    with pytest.raises(ValueError, match="read-only"):
        dossier.acts.day[0] = 0


def test_a_later_day_than_that_of_the_history_is_refused(history):
    early = DossierIndex(history.at(date(2026, 2, 5)))
    with pytest.raises(LeakageError) as refused:
        early.dossier(FOUNDING_CASE, date(2026, 2, 6))
    assert str(refused.value) == "expected a day up to 2026-02-05, the as-of day of this index, got 2026-02-06"


def test_a_case_that_is_unknown_or_not_yet_known_is_refused(index, history):
    with pytest.raises(UsageError, match="when new-start-post-expiry-2026 became known, got 2026-02-04"):
        index.dossier(FOUNDING_CASE, date(2026, 2, 4))
    with pytest.raises(
        UsageError, match="expected the case_id of a case in the record, got 'new-start'; did you mean "
    ):
        index.dossier("new-start", date(2026, 2, 5))
    with pytest.raises(UsageError, match="when new-start-post-expiry-2026 became known, got 2026-02-04"):
        DossierIndex(history.at(date(2026, 2, 4))).dossier(FOUNDING_CASE, date(2026, 2, 4))


@pytest.mark.parametrize("target", TARGETS)
def test_a_case_of_a_history_is_its_dossier_of_that_day_but_for_later_corrections(record, target):
    history = History(record.data_end, with_table(record, "corrections", record.tables["corrections"].cells.iloc[:0]))
    index = history.dossiers(target)
    for earlier in (date(1992, 1, 1), date(2026, 2, 5)):
        known = history.at(earlier)
        for case_id in known.cases["case_id"]:
            assert known.case(case_id, target) == index.dossier(case_id, earlier)


def test_dossiers_that_differ_in_one_act_are_unequal(index):
    dossier = index.dossier(FOUNDING_CASE, date(2026, 2, 5))
    assert dossier == index.dossier(FOUNDING_CASE, date(2026, 2, 5))
    assert dossier != replace(dossier, acts=dossier.acts.until(dossier.today - 1))
    assert dossier != replace(dossier, events=dossier.events[1:])


def test_what_is_left_out_or_not_yet_known_is_not_among_the_events_either(index):
    day, gone = date(2026, 3, 1), f"{FOUNDING_CASE}-e13"
    full = {event.event_id for event in index.dossier(FOUNDING_CASE, day).events}
    assert {event.event_id for event in index.leaving_out([gone]).dossier(FOUNDING_CASE, day).events} == full - {gone}
    stopped, early = (one.dossier(FOUNDING_CASE, on) for one, on in (
        (index.known_by(date(2026, 2, 5)), day), (index, date(2026, 2, 5)),
    ))  # fmt: skip
    assert stopped.events == early.events
    assert len(early.events) < len(full)
    assert (stopped.calendar, stopped.last_seen) == (early.calendar, early.last_seen)


def test_own_acts_are_those_of_the_history(index, history):
    for day in (date(2026, 2, 5), date(2026, 2, 6), date(2026, 3, 1)):
        expected = [event.event_date.toordinal() for event in history.at(day).case(FOUNDING_CASE).events]
        assert sorted(index.dossier(FOUNDING_CASE, day).acts.day) == sorted(expected)


def test_an_act_between_the_parties_is_counted_once_over_all_cases(index, history):
    between = index.dossier(FOUNDING_CASE, history.as_of).dyad
    events = history.events
    line = {"SUN": "RUS"}
    named = [
        {line.get(code, code) for code in f"{actor};{target}".split(";")}
        for actor, target in zip(events["actor"], events["target"], strict=True)
    ]
    theirs = events[[{"USA", "RUS"} <= codes for codes in named]]
    sides = theirs.assign(
        **{side: theirs[side].map(lambda cell: ";".join(sorted(cell.split(";")))) for side in ("actor", "target")}
    )
    once = sides.drop_duplicates(["event_date", "kind", "actor", "target"])
    assert len(once) < len(theirs)
    assert len(between.day) == len(once)


def test_an_act_told_again_in_another_case_changes_nothing_but_can_be_known_earlier(record, index, history):
    day = date(2026, 3, 1)
    cells = record.tables["events"].cells
    told = cells[cells["event_id"] == f"{FOUNDING_CASE}-e23"]
    late = cells[cells["event_id"] == f"{FOUNDING_CASE}-e24"]
    again = pd.concat([told, late.assign(known_date="2022-01-31")])
    again = again.assign(case_id="ctbt-signed-1996", event_id=["told-again-1", "told-again-2"])
    planted = DossierIndex(History(history.as_of, with_rows(record, "events", again)))
    assert Counter(acts(planted.dossier(FOUNDING_CASE, day))) == Counter(acts(index.dossier(FOUNDING_CASE, day)))
    before = date(2022, 6, 1)
    more, fewer = (one.dossier("start1-signed-1991", before).dyad for one in (planted, index))
    assert len(more.day) == len(fewer.day) + 2


def test_a_state_that_ceased_is_joined_to_its_successor(index, history):
    dossier = index.dossier(FOUNDING_CASE, history.as_of)
    soviet = date(1991, 7, 31).toordinal()
    assert dossier.principals == ("RUS", "USA")
    assert ((dossier.dyad.day == soviet) & (dossier.dyad.kind == KINDS.index("signature"))).sum() == 1


def test_two_germanys_are_two_parties(history):
    states = Successors(history.parties)
    both, one, act = (states.counts([cell])[0] for cell in ("FRG;GDR;USA;MULTI", "USA;DEU", "GDR;FRG"))
    assert in_common(np.array([act]), both).tolist() == [2]
    assert in_common(np.array([act]), one).tolist() == [1]
    assert lineages({"A": "B;X", "B": "A", "X": ""}) == {"A": "B", "B": "A", "X": "X"}


def test_the_case_itself_is_not_among_the_endings(index, history):
    case_id = "vladivostok-1974"
    ended = history.outcomes.query("target == 'concluded' and cause != ''")
    assert case_id in set(ended["case_id"])
    assert len(index.dossier(case_id, history.as_of).endings.known) == len(ended) - 1
    assert len(index.dossier(FOUNDING_CASE, history.as_of).endings.known) == len(ended)


def test_withheld_endings_are_gone_and_nothing_else(index, history):
    day = date(2026, 3, 1)
    without = index.without(["vladivostok-1974"]).without(["salt2-observance-1979"])
    held, full = without.dossier(FOUNDING_CASE, day), index.dossier(FOUNDING_CASE, day)
    assert len(held.endings.known) == len(full.endings.known) - 2
    assert int(held.endings.same_dyad.sum()) == int(full.endings.same_dyad.sum()) - 2
    assert acts(held) == acts(full)


@pytest.mark.parametrize("day", [date(1950, 6, 1), date(1986, 12, 31), date(1992, 1, 1), date(2026, 2, 5)])
def test_warheads_are_those_of_the_last_year_that_had_ended(index, history, day):
    known = history.at(day)
    case_id = known.cases["case_id"].iloc[-1]
    for states in (("USA",), ("SUN",), ("RUS",), ("GBR", "FRA")):
        held = stockpiles(known, states)
        share = sum(index.dossier(case_id, day).warheads.get({"SUN": "RUS"}.get(s, s), 0.0) for s in states)
        assert share == pytest.approx(held.share) if held else share in (0.0, share)


def test_before_the_first_warhead_there_is_no_share(index):
    assert index.dossier("rush-bagot-lakes-1817", date(1818, 1, 1)).warheads == {}


def test_a_record_of_five_cases_has_dossiers(few_cases):
    from forecasting import load_history
    from forecasting.features import FEATURES, feature_table

    small = load_history(few_cases)
    marks = [(row.case_id, row.start_known_date.date()) for row in small.cases.itertuples()]
    assert np.isfinite(feature_table(DossierIndex(small), marks, FEATURES)).all(axis=None)


def test_a_state_ends_with_its_life_or_with_its_end():
    today = date(2020, 1, 1).toordinal()
    begun = float(today - 100)
    assert in_effect(begun, NEVER, today, 12)
    assert not in_effect(begun, begun, today, 12)
    assert not in_effect(begun, begun + 5, today, 12)
    assert in_effect(begun, begun - 1, today, 12)
    assert not in_effect(begun, NEVER, today, 3)
    assert not in_effect(NEVER, NEVER, today, 1200)
    assert months_from(NEVER, today) == np.inf


def test_a_misspelt_kind_is_an_error():
    with pytest.raises(ValueError, match="not in tuple"):
        kinds("talks_open")


def test_inspections_that_stop_and_crises_that_end_are_kinds_of_their_own(index):
    dossier = index.dossier(FOUNDING_CASE, date(2026, 2, 5))
    stopped = dossier.acts.day[dossier.acts.kind == KINDS.index("inspection_stopped")]
    assert date(2023, 3, 28).toordinal() in stopped
    assert dossier.acts.last(kinds("inspection_stopped")) == date(2023, 3, 28).toordinal()
    assert timedelta(days=int(dossier.today - dossier.acts.last(kinds("suspension")))).days > 900


def test_an_event_left_out_is_as_if_it_had_never_been_recorded(record, history, index):
    gone = f"{FOUNDING_CASE}-e13"
    without = index.leaving_out([gone])
    cells = record.tables["events"].cells
    ladders = record.tables["ladders"].cells
    named = [";".join(key for key in cell.split(";") if key != gone) for cell in ladders["events"]]
    unnamed = with_table(record, "ladders", ladders.assign(events=named))
    rewritten = DossierIndex(History(history.as_of, with_table(unnamed, "events", cells[cells["event_id"] != gone])))
    for case_id, day in ((FOUNDING_CASE, date(2026, 3, 1)), ("new-start-suspension-2023", date(2025, 6, 1))):
        both = (parts_of(one.dossier(case_id, day)) for one in (without, rewritten))
        for mine, theirs in zip(*both, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    before, after = (len(one.dossier(FOUNDING_CASE, date(2026, 3, 1)).acts.day) for one in (index, without))
    assert after == before - 1


def test_an_act_left_out_in_one_case_is_still_told_in_another(record, history, index):
    told = record.tables["events"].cells[lambda cells: cells["event_id"] == f"{FOUNDING_CASE}-e19"]
    again = told.assign(case_id="ctbt-signed-1996", event_id="told-again")
    planted = DossierIndex(History(history.as_of, with_rows(record, "events", again)))
    dossiers = [
        one.dossier(FOUNDING_CASE, date(2026, 3, 1)) for one in (index, planted.leaving_out([f"{FOUNDING_CASE}-e19"]))
    ]
    assert len(dossiers[0].acts.day) == len(dossiers[1].acts.day) + 1
    assert Counter(acts(dossiers[0])) == Counter(acts(dossiers[1]))


def test_only_clocks_tick_after_the_last_day_that_is_known(index):
    early, late = date(2026, 2, 5), date(2026, 3, 1)
    stopped = index.known_by(early).dossier(FOUNDING_CASE, late)
    then = index.dossier(FOUNDING_CASE, early)
    assert (stopped.as_of, stopped.today - then.today) == (late, 24)
    for name in ("acts", "dyad", "leadership", "endings", "warheads"):
        for mine, theirs in zip(parts_of(getattr(stopped, name)), parts_of(getattr(then, name)), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert len(index.known_by(late).dossier(FOUNDING_CASE, early).acts.day) == len(then.acts.day)
    assert len(index.known_by(early).known_by(late).dossier(FOUNDING_CASE, late).acts.day) == len(then.acts.day)
