"""Plants facts of later days in a record held in memory, in every case at once."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from forecasting.record.reading import RawRecord, RawTable
from forecasting.record.vocabulary import CAUSES, EVENT_KINDS, LADDER_STATUSES, RETRACTED

PLANTED = "planted"


def with_table(record: RawRecord, name: str, cells: pd.DataFrame) -> RawRecord:
    """The record with other rows in one table; rows beyond the old ones are said to stand in the file `planted`."""
    old = record.tables[name]
    extra = max(len(cells) - len(old.cells), 0)
    files = np.append(old.files, [PLANTED] * extra)[: len(cells)]
    table = RawTable(old.table, cells.astype("str").reset_index(drop=True), files, np.arange(2, len(cells) + 2))
    return replace(record, tables={**record.tables, name: table})


def with_rows(record: RawRecord, name: str, rows: pd.DataFrame) -> RawRecord:
    """The record with further rows at the end of one table."""
    return with_table(record, name, pd.concat([record.tables[name].cells, rows], ignore_index=True))


def only_cases(record: RawRecord, case_ids: Collection[str]) -> RawRecord:
    """The record without the rows of other cases."""
    for name, raw in record.tables.items():
        if "case_id" in raw.table.names:
            record = with_table(record, name, raw.cells[raw.cells["case_id"].isin(list(case_ids))])
    return record


def with_later_events(record: RawRecord, day: date) -> RawRecord:
    """Two events in every case that count only after `day`: one known the day after, one known late on the day."""
    case_id = record.tables["cases"].cells["case_id"]
    first = record.tables["events"].cells.iloc[0].to_dict()
    later, late = day + timedelta(days=1), day
    planted = [
        pd.DataFrame([first] * len(case_id)).assign(
            event_id=case_id + f"-{PLANTED}-{known_late}",
            case_id=case_id,
            event_date=day.isoformat(),
            known_date=known.isoformat(),
            known_late=known_late,
            kind="leader_endorsement",
            summary=PLANTED,
            is_ending="0",
        )
        for known, known_late in ((later, "0"), (late, "1"))
    ]
    return with_rows(record, "events", pd.concat(planted))


def with_later_endings(record: RawRecord, day: date) -> RawRecord:
    """Another ending, known the day after, for every outcome of which no ending was known by `day`."""
    outcomes = record.tables["outcomes"].cells.copy()
    unknown = (outcomes["cause"] == "") | (outcomes["end_known_date"] > day.isoformat())
    ending = {
        "cause": "formalized",
        "end_date": day.isoformat(),
        "end_precision": "day",
        "end_known_date": (day + timedelta(days=1)).isoformat(),
        "fade": "",
        "concluded_date": day.isoformat(),
        "in_force_date": day.isoformat(),
        "instrument": PLANTED,
        "successor": "new_text",
        "aftermath": PLANTED,
    }
    outcomes.loc[unknown, list(ending)] = list(ending.values())
    return with_table(record, "outcomes", outcomes)


def with_later_corrections(record: RawRecord, day: date) -> RawRecord:
    """Corrections of every case, outcome and announcement and of the first events, recorded the day after."""
    tables = {name: record.tables[name] for name in ("cases", "outcomes", "calendar", "events")}
    fields = {"cases": "summary", "outcomes": "aftermath", "calendar": "source_id", "events": "summary"}
    rows = [
        {"table": name, "row_key": "/".join(key), "field": fields[name], "value": PLANTED}
        for name, raw in tables.items()
        for key in raw.cells[list(raw.table.key)].head(300 if name == "events" else None).itertuples(index=False)
    ]
    recorded_on = (day + timedelta(days=1)).isoformat()
    return with_rows(record, "corrections", pd.DataFrame(rows).assign(recorded_on=recorded_on, reason=PLANTED))


def with_later_announcements(record: RawRecord, day: date) -> RawRecord:
    """An announcement and an arguable coding for every case, made the day after."""
    case_id = record.tables["cases"].cells["case_id"]
    later = (day + timedelta(days=1)).isoformat()
    source = record.tables["sources"].cells["source_id"].iloc[0]
    announced = pd.DataFrame(
        {"case_id": case_id, "announced_date": later, "scheduled_date": later, "what": PLANTED, "source_id": source}
    )
    argued = pd.DataFrame({"alternative_id": case_id + "-" + PLANTED, "case_id": case_id, "target": ""}).assign(
        field="matched", value="none", reason=PLANTED, known_date=later
    )
    return with_rows(with_rows(record, "calendar", announced), "alternatives", argued)


def with_later_ladders(record: RawRecord, day: date) -> RawRecord:
    """A change on each ladder of every case, dated on `day` and known the day after."""
    case_id = record.tables["cases"].cells["case_id"]
    planted = [
        pd.DataFrame({"case_id": case_id, "ladder": ladder}).assign(
            date=day.isoformat(),
            precision="day",
            known_date=(day + timedelta(days=1)).isoformat(),
            level="3",
            status=statuses[-1],
            events="",
            source_id="",
            evidence=PLANTED,
            confidence="low",
        )
        for ladder, statuses in LADDER_STATUSES.items()
    ]
    return with_rows(record, "ladders", pd.concat(planted))


def with_later_claims(record: RawRecord, day: date) -> RawRecord:
    """A claim, and an act in every case that rests on it, known the day after."""
    source = record.tables["sources"].cells["source_id"].iloc[0]
    claim = pd.DataFrame([{"claim_id": PLANTED, "about": PLANTED, "probability": "0.9", "source_id": source}])
    cases, first = record.tables["cases"].cells["case_id"], record.tables["events"].cells.iloc[0].to_dict()
    known = (day + timedelta(days=1)).isoformat()
    acts = pd.DataFrame([first] * len(cases)).assign(
        event_id=cases + f"-{PLANTED}-claim",
        case_id=cases,
        event_date=day.isoformat(),
        known_date=known,
        standing="disputed",
        claim_id=PLANTED,
        is_ending="0",
    )
    return with_rows(with_rows(record, "claims", claim), "events", acts)


def with_later_retractions(record: RawRecord, day: date) -> RawRecord:
    """Every act retracted the day after."""
    events = record.tables["events"].cells["event_id"]
    rows = pd.DataFrame({"table": "events", "row_key": events, "field": "standing", "value": RETRACTED})
    recorded_on = (day + timedelta(days=1)).isoformat()
    return with_rows(record, "corrections", rows.assign(recorded_on=recorded_on, reason=PLANTED))


def with_a_case_not_yet_known(record: RawRecord, day: date) -> RawRecord:
    """A case that began on `day` and became known the day after, with all its rows."""
    planted = record
    model = record.tables["cases"].cells["case_id"].iloc[-1]
    for name in ("cases", "outcomes", "coding", "events", "case_sources"):
        cells = record.tables[name].cells
        rows = cells[cells["case_id"] == model].assign(case_id=PLANTED)
        if name == "cases":
            known = (day + timedelta(days=1)).isoformat()
            rows = rows.assign(start_date=day.isoformat(), start_known_date=known, start_known_assumed="0")
        if name == "events":
            rows = rows.assign(event_id=PLANTED + "-" + rows["event_id"], known_date=day.isoformat())
        planted = with_rows(planted, name, rows)
    return planted


def with_every_kind_later(record: RawRecord, day: date) -> RawRecord:
    """An event of every kind in every case, known the day after, by and towards the parties of the case."""
    cases = record.tables["cases"].cells
    first = record.tables["events"].cells.iloc[0].to_dict()
    planted = [
        pd.DataFrame([first] * len(cases)).assign(
            event_id=cases["case_id"] + f"-{PLANTED}-{kind.replace('_', '-')}",
            case_id=cases["case_id"],
            actor=cases["parties"],
            target="",
            kind=kind,
            event_date=day.isoformat(),
            known_date=(day + timedelta(days=1)).isoformat(),
            known_late="0",
            is_ending="0",
        )
        for kind in EVENT_KINDS
    ]
    return with_rows(record, "events", pd.concat(planted))


def with_early_endings(record: RawRecord, case_ids: Collection[str], known: date | None = None) -> RawRecord:
    """These cases ended on their first public day, in another way than they did: known on `known`, or at once."""
    outcomes = record.tables["outcomes"].cells.copy()
    rows = outcomes["case_id"].isin(list(case_ids))
    public = record.tables["cases"].cells.set_index("case_id")["start_known_date"]
    first = outcomes.loc[rows, "case_id"].map(public)
    outcomes.loc[rows, "cause"] = outcomes.loc[rows, "cause"].map(_next_of(CAUSES) | {"": CAUSES[0]})
    outcomes.loc[rows, "end_date"] = first
    outcomes.loc[rows, "end_precision"] = "day"
    outcomes.loc[rows, "end_known_date"] = known.isoformat() if known else first
    return with_table(record, "outcomes", outcomes)


def with_corrected_facts(record: RawRecord, recorded_on: date) -> RawRecord:
    """Corrections of facts of every start, and of how every case ended that did, recorded on a day."""
    cases, outcomes = record.tables["cases"].cells, record.tables["outcomes"].cells
    ended = outcomes[outcomes["cause"] != ""]
    types = cases["type"].map(_next_of(sorted(set(cases["type"]))))
    rows = [
        *(("cases", case_id, "type", kind) for case_id, kind in zip(cases["case_id"], types, strict=True)),
        *(("cases", case_id, "leader_endorsed", "0.5") for case_id in cases["case_id"]),
        *(
            ("outcomes", f"{case_id}/{target}", "cause", cause)
            for case_id, target, cause in zip(
                ended["case_id"], ended["target"], ended["cause"].map(_next_of(CAUSES)), strict=True
            )
        ),
    ]
    corrections = pd.DataFrame(rows, columns=["table", "row_key", "field", "value"])
    return with_rows(record, "corrections", corrections.assign(recorded_on=recorded_on.isoformat(), reason=PLANTED))


def _next_of(names: Sequence[str]) -> dict[str, str]:
    """Each name with the one after it, the last with the first."""
    return dict(zip(names, [*names[1:], names[0]], strict=True))


def series_known_on(record: RawRecord, day: date) -> RawRecord:
    """A row in each series, about every state that has one, that counts from the day on."""
    states = record.tables["capabilities"].cells["code"].unique().tolist()
    one, known = {"source_id": PLANTED}, day.isoformat()
    year = str(day.year - 1)
    figures = {
        "leaders": [{"code": state, "leader": PLANTED, "start_date": known, "end_date": ""} for state in states],
        "elections": [{"code": state, "date": known, "kind": "executive"} for state in states],
        "us_senate": [{"congress": "300", "counted_on": known, "democrats": "1", "republicans": "9", "others": "90",
                       "president_party": "Democrat"}],
        "nuclear_tests": [{"code": state, "year": year, "tests": "7", "published": known} for state in states],
        "rivalries": [{"code": a, "other": b, "start_year": "1900", "end_year": "", "published": known}
                      for a, b in itertools.pairwise(states)],
        "disputes": [{"code": a, "other": b, "year": year, "disputes": "1", "hostility": "5", "published": known}
                     for a, b in itertools.pairwise(states)],
        "nuclear_votes": [{"code": state, "year": year, "ideal_point": str(line % 7), "votes": "9", "published": known}
                          for line, state in enumerate(states)],
        "capabilities": [{"code": state, "year": year, "cinc": str(0.01 * (1 + line % 7)), "published": known}
                         for line, state in enumerate(states)],
    }  # fmt: skip
    for name, rows in figures.items():
        record = with_rows(record, name, pd.DataFrame([row | one for row in rows]))
    return record


def with_later_series(record: RawRecord, day: date) -> RawRecord:
    """A row in each series that counts from the day after."""
    return series_known_on(record, day + timedelta(days=1))


LATER = {
    "events": with_later_events,
    "endings": with_later_endings,
    "corrections": with_later_corrections,
    "announcements and arguments": with_later_announcements,
    "ladders": with_later_ladders,
    "claims": with_later_claims,
    "series": with_later_series,
    "a case not yet known": with_a_case_not_yet_known,
}
