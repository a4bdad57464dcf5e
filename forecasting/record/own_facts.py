"""Rows of an overlay for one fact: an act, a step of a ladder, a correction, a retraction, a look at a case."""

import calendar
import difflib
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlsplit

import pandas as pd

from forecasting.record.corrections import corrected_tables, row_keys
from forecasting.record.months import parse_day
from forecasting.record.own_rows import Rows, next_id
from forecasting.record.reading import RawRecord
from forecasting.record.schema import TABLES
from forecasting.record.suggestions import codes_named
from forecasting.record.tables import KnownTables
from forecasting.record.vocabulary import (
    CONFIDENCES,
    EVENT_KINDS,
    LADDER_LEVELS,
    LADDER_STATUSES,
    OBSERVANCE_KINDS,
    PLOVER_BY_KIND,
    RETRACTED,
    SAME_OUTCOME_TYPES,
    STANDINGS,
    TARGETS,
)  # fmt: skip
from forecasting.store.errors import UsageError, shown

ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+")
COARSE: Final = re.compile(r"[0-9]{4}(-[0-9]{2})?")


class RefusedError(UsageError):
    """Facts from which no row can be made; nothing was written.

    Attributes
    ----------
    by_field : dict of str to str
        What is wrong, by the name of the fact.

    Examples
    --------
    >>> print(RefusedError({"kind": "expected a kind of act, got 'nod'"}))
    kind: expected a kind of act, got 'nod'
    """

    def __init__(self, by_field: Mapping[str, str]) -> None:
        self.by_field = dict(by_field)
        super().__init__("\n".join(f"{name}: {said}" for name, said in by_field.items()))


class _Door:
    """Facts as they come in: what cannot be meant is collected, and told together."""

    def __init__(self, record: RawRecord, case_id: object) -> None:
        self.record, self.faults = record, dict[str, str]()
        self.case_id = str(case_id)
        self.start, self.known, self.looked = date.min, date.min, date.min
        changed = corrected_tables(record, record.data_end)
        cases, outcomes = (changed.get(name, record.tables[name]).cells for name in ("cases", "outcomes"))
        own = cases[cases["case_id"] == self.case_id].to_dict(orient="records")
        if not own:
            self.faults["case"] = str(KnownTables(record.data_end, record).unknown_case(self.case_id))
            return
        rows = outcomes[(outcomes["case_id"] == self.case_id) & (outcomes["target"] == TARGETS[0])]
        self.outcome = rows.iloc[0]
        self.start, self.known = (parse_day(own[0][name]) for name in ("start_date", "start_known_date"))
        self.looked = parse_day(self.outcome["looked_until"])
        if self.outcome["cause"]:
            self.faults["case"] = (
                f"expected a case that goes on, got {self.case_id}, which {self.outcome['cause']} on "
                f"{self.outcome['end_date']}; correct its outcome first if the record has it wrong"
            )

    def choice(self, name: str, given: object, known: Collection[str]) -> str:
        """One of the codes."""
        if given in known:
            return str(given)
        asked = str(given)[:80].lower().replace(" ", "_")
        near = [code for code in known if asked[:5] and asked[:5] in code]
        near = near[:3] or difflib.get_close_matches(asked, list(known), n=3, cutoff=0.6)
        do = f"did you mean {', '.join(near)}?" if near and len(known) > len(near) else "choose one of them"
        self.faults[name] = f"expected {name} as one of {', '.join(known)}, got {shown(given)}; {do}"
        return ""

    def codes(self, name: str, given: object) -> str:
        """Codes of parties, joined by ';'."""
        try:
            return codes_named(given, self.record.tables["parties"].cells, name)
        except UsageError as error:
            self.faults[name] = str(error)
            return ""

    def day(self, name: str, given: object, least: date | None = None, why: str = "") -> tuple[str, str]:
        """A day or the last day of a month or year, with its precision, not to come and not before the least."""
        text = given.isoformat() if isinstance(given, date) else str(given)
        precision = {4: "year", 7: "month"}.get(len(text), "day") if COARSE.fullmatch(text) else "day"
        try:
            whole = text if precision == "day" else _last_of(text)
            found = parse_day(whole)
        except (UsageError, ValueError):
            self.faults[name] = f"expected {name} as YYYY-MM-DD, YYYY-MM or YYYY, got {shown(given)}"
            return "", precision
        if found > date.today():
            self.faults[name] = (
                f"expected {name} up to today, {date.today()}, got {text}; enter it once it has happened"
            )
        elif least is not None and found < least:
            self.faults[name] = f"expected {name} from {least} on, {why}, got {text}"
        return found.isoformat(), precision

    def words(self, name: str, given: object, needed: bool = True) -> str:
        """Text on one line."""
        found = " ".join(str(given).split())
        if needed and not found:
            self.faults[name] = f"expected {name} as text, got nothing; say it in a sentence"
        return found

    def require(self) -> None:
        """Raise `RefusedError` with what was collected."""
        if self.faults:
            raise RefusedError(self.faults)

    def sight(self, until: str, seen: str = "", source_id: str = "") -> dict[str, str]:
        """A row of `looked.csv`, which goes no less far than what the overlays have already."""
        row = self.outcome
        is_later = seen > row["last_observed_date"]
        return {
            "case_id": self.case_id,
            "looked_until": max(until, seen, row["looked_until"]),
            "last_observed_date": seen if is_later else row["last_observed_date"],
            "last_observed_source": source_id if is_later else row["last_observed_source"],
        }


def _last_of(text: str) -> str:
    """The last day of a month or year."""
    year, month = int(text[:4]), int(text[5:] or 12)
    return f"{year:04d}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"


def source_row(
    door: "_Door", source: object, title: str = "", publisher: str = "", published: str = "", opened: str = ""
) -> tuple[str, list[dict[str, str]]]:
    """Id of a source, and its row where the record has no such page yet."""
    cells, given = door.record.tables["sources"].cells, str(source).strip()
    if given in set(cells["source_id"]):
        return given, []
    if not ADDRESS.fullmatch(given):
        door.faults["source"] = (
            f"expected source as the address of a page, https://..., or a source_id of the record, got {shown(source)}"
        )
        return "", []
    if len(there := cells.loc[cells["url"] == given, "source_id"]):
        return str(there.iloc[0]), []
    host = urlsplit(given).hostname or given
    row = {
        "source_id": next_id(door.record, "sources", door.case_id, "s"),
        "title": door.words("title", title, needed=False) or given,
        "publisher": door.words("publisher", publisher, needed=False) or host,
        "published": published,
        "url": given,
        "kind": "news",
        "seen": "1" if opened else "0",
        "opened_on": opened,
    }
    return row["source_id"], [row]


def event_rows(
    record: RawRecord,
    case_id: str,
    date: object,
    kind: str,
    actor: object,
    target: object,
    source: str,
    standing: str = "confirmed",
    *,
    known: object = None,
    summary: str = "",
    title: str = "",
    publisher: str = "",
    published: str = "",
    opened: object = None,
    claim: str = "",
    clears: str = "",
    confidence: str = "medium",
) -> Rows:
    """Rows of an act: the act, its source if it is new, and the later last sight that a confirmed one may show.

    Parameters
    ----------
    record : RawRecord
        The record with the overlays.
    case_id : str
        An open case.
    date, known : date or str
        When it happened (a day, month or year), and when that could first be known; by default on the same day.
    kind : str
        One of `vocabulary.EVENT_KINDS`.
    actor, target : str or sequence of str
        Codes of parties; the target may be empty.
    source : str
        Address of a page, or source_id of the record.
    standing : {"confirmed", "reported", "disputed"}
        On the record, reported only, or reported and denied.
    summary : str
        The fact; by default the act in a sentence.
    title, publisher, published : str
        Of a new source.
    opened : date or str, optional
        Day on which the page was opened.
    claim, clears : str
        An unconfirmed report of the record on which it rests, and accusations that it answers.
    confidence : {"high", "medium", "low"}
        In fact and date.

    Returns
    -------
    mapping of str to list of mappings
        Rows by table.

    Raises
    ------
    RefusedError
        With all that cannot be meant.
    """
    door = _Door(record, case_id)
    happened, precision = door.day("date", date, door.start, "when the case began")
    became, _ = door.day("known", known) if known else (happened, "")
    if became < happened and "date" not in door.faults and "known" not in door.faults:
        door.faults["known"] = f"expected known on or after date, {happened}, got {became}"
    door.choice("kind", kind, EVENT_KINDS)
    door.choice("standing", standing, STANDINGS)
    door.choice("confidence", confidence, CONFIDENCES)
    actors, targets = door.codes("actor", actor), door.codes("target", target)
    read = door.day("opened", opened)[0] if opened else ""
    source_id, sources = source_row(door, source, title, publisher, published, read)
    said = door.words("summary", summary, needed=False)
    door.require()
    names = record.tables["parties"].cells.set_index("code")["name"]
    act = {
        "event_id": next_id(record, "events", case_id, "a"),
        "case_id": case_id,
        "event_date": happened,
        "date_precision": precision,
        "known_date": became,
        "known_assumed": str(int(not known)),
        "known_late": "0",
        "standing": standing,
        "claim_id": claim,
        "actor": actors,
        "target": targets,
        "kind": kind,
        "clears": clears,
        "plover": PLOVER_BY_KIND[kind],
        "summary": said or _in_words(kind, actors, targets, names),
        "source_id": source_id,
        "confidence": confidence,
        "is_ending": "0",
        "added_for_ladder": "0",
    }
    rows: dict[str, list[dict[str, str]]] = {"sources": sources, "events": [act]}
    if kind in OBSERVANCE_KINDS and standing == "confirmed":
        rows["looked"] = [door.sight("", happened, source_id)]
    return rows


def _in_words(kind: str, actors: str, targets: str, names: "pd.Series[str]") -> str:
    who, towards = (" and ".join(names[code] for code in cell.split(";") if code) for cell in (actors, targets))
    act = kind.replace("_", " ").capitalize()
    return f"{act}{f' by {who}' if who else ''}{f' towards {towards}' if towards else ''}."


def accepted_rows(
    record: RawRecord, accepted: Rows, source: str, *, title: str = "", publisher: str = "", published: str = ""
) -> Rows:
    """Rows of acts and announcements that were accepted from a text, all of one case and one source.

    Parameters
    ----------
    record : RawRecord
        The record with the overlays.
    accepted : mapping of str to sequence of mappings
        Rows of `events` and `calendar`, without their ids and sources.
    source, title, publisher, published : str
        The text, as of `event_rows`.

    Returns
    -------
    mapping of str to list of mappings
        Rows by table.

    Raises
    ------
    RefusedError
        With all that cannot be meant; also where nothing was accepted.
    """
    acts, coming = list(accepted.get("events", ())), list(accepted.get("calendar", ()))
    cases = {row["case_id"] for row in (*acts, *coming)}
    if len(cases) != 1:
        raise RefusedError({"acts": f"expected acts of one case to keep, got {', '.join(sorted(cases)) or 'none'}"})
    door = _Door(record, cases.pop())
    source_id, sources = source_row(door, source, title, publisher, published)
    for number, row in enumerate(acts, start=1):
        door.day(f"act {number}", row["event_date"], door.start, "when the case began")
    door.require()
    kept: list[dict[str, str]] = []
    for row in acts:
        taken = [one["event_id"] for one in kept]
        kept.append({**row, "event_id": next_id(record, "events", door.case_id, "a", taken), "source_id": source_id})
    seen = [row["event_date"] for row in kept if row["kind"] in OBSERVANCE_KINDS and row["standing"] == STANDINGS[0]]
    rows = {"sources": sources, "events": kept, "calendar": [{**row, "source_id": source_id} for row in coming]}
    return rows | ({"looked": [door.sight("", max(seen), source_id)]} if seen else {})


def step_rows(
    record: RawRecord,
    case_id: str,
    ladder: str,
    level: int | str,
    status: str,
    date: object,
    *,
    evidence: str,
    events: str = "",
    source: str = "",
    known: object = None,
    confidence: str = "medium",
) -> Rows:
    """Rows of a step of a ladder: the step, its source if it is new, and that somebody looked until then.

    On a ladder without any row the first is its bottom on the day when the case became known, with low confidence.
    Parameters are as for `event_rows`; `ladder` is one of `vocabulary.LADDERS`, `level` and `status` one of its own,
    `events` the acts of the case that moved it, joined by ';', and `evidence` what could be known on the day.
    """
    door = _Door(record, case_id)
    moved, precision = door.day("date", date, door.known, "when the case became known")
    became = door.day("known", known)[0] if known else moved
    door.choice("ladder", ladder, tuple(LADDER_LEVELS))
    if ladder in LADDER_LEVELS:
        door.choice("status", status, LADDER_STATUSES[ladder])
        door.choice("level", str(level), [str(number) for number in range(LADDER_LEVELS[ladder] + 1)])
    door.choice("confidence", confidence, CONFIDENCES)
    source_id, sources = source_row(door, source) if source else ("", [])
    if not source and not events and confidence != "low":
        door.faults["source"] = "expected a source or the acts that moved the ladder, got neither; name one of them"
    said = door.words("evidence", evidence)
    door.require()
    row = {
        "case_id": case_id, "ladder": ladder, "date": moved, "precision": precision, "known_date": became,
        "level": str(level), "status": status, "events": events, "source_id": source_id, "evidence": said,
        "confidence": confidence,
    }  # fmt: skip
    first = [] if moved == door.known.isoformat() or _is_on(record, case_id, ladder) else [_first_row(door, ladder)]
    rows: dict[str, list[dict[str, str]]] = {"sources": sources, "ladders": [*first, row]}
    if moved > door.looked.isoformat():
        rows["looked"] = [door.sight(moved)]
    return rows


def _is_on(record: RawRecord, case_id: str, ladder: str) -> bool:
    """Whether a ladder of a case has a row."""
    cells = record.tables["ladders"].cells
    return bool(((cells["case_id"] == case_id) & (cells["ladder"] == ladder)).any())


def _first_row(door: "_Door", ladder: str) -> dict[str, str]:
    """The level that models take where nothing is coded, on the day when a case became known: 0, or 1 if signed."""
    cells, known = door.record.tables["cases"].cells, door.known.isoformat()
    kind = cells.loc[cells["case_id"] == door.case_id, "type"].iloc[0]
    signed = ladder == "formalization" and kind in SAME_OUTCOME_TYPES
    level, status = ("1", "active") if signed else ("0", LADDER_STATUSES[ladder][0])
    return {
        "case_id": door.case_id, "ladder": ladder, "date": known, "precision": "day", "known_date": known,
        "level": level, "status": status, "events": "", "source_id": "",
        "evidence": "Nothing was coded for the day.", "confidence": "low",
    }  # fmt: skip


def correction_rows(
    record: RawRecord, table: str, key: str, field: str, value: str, reason: str, on: object = None
) -> Rows:
    """Row of a correction: what a field of a row of the record holds from a day on; by default from today.

    Parameters
    ----------
    record : RawRecord
        The record with the overlays.
    table, key, field : str
        The cell: its table, the key of its row with the parts joined by '/', and its column.
    value : str
        What it holds.
    reason : str
        Why.
    on : date or str, optional
        The day from which the correction counts.
    """
    faults: dict[str, str] = {}
    known = TABLES["corrections"].column("table").choices
    if table not in known:
        faults["table"] = f"expected table as one of {', '.join(known)}, got {shown(table)}"
    else:
        keys = row_keys(record.tables[table]).tolist()
        if key not in keys:
            near = difflib.get_close_matches(str(key)[:80], keys, n=3, cutoff=0.0)
            faults["key"] = f"expected the key of a row of {table}, got {shown(key)}; did you mean {', '.join(near)}?"
        fields = [name for name in TABLES[table].names if name not in TABLES[table].key]
        if field not in fields:
            faults["field"] = f"expected field as one of {', '.join(fields)}, got {shown(field)}"
    if on is not None and not isinstance(on, str | date):
        faults["on"] = f"expected on as a day, YYYY-MM-DD, got {shown(on)}"
    if not str(reason).strip():
        faults["reason"] = "expected a reason as text, got nothing; say why the record has it wrong"
    if faults:
        raise RefusedError(faults)
    day = on or date.today()
    row = {
        "table": table, "row_key": key, "field": field, "value": " ".join(str(value).split()),
        "recorded_on": day.isoformat() if isinstance(day, date) else str(day), "reason": " ".join(str(reason).split()),
    }  # fmt: skip
    return {"corrections": [row]}


def retraction_rows(record: RawRecord, event_id: str, reason: str, on: object = None) -> Rows:
    """Row of a retraction: an act that is not there from a day on, by default from today."""
    known = set(record.tables["events"].cells["event_id"])
    if event_id not in known:
        near = difflib.get_close_matches(str(event_id)[:80].lower(), known, n=3, cutoff=0.0)
        raise UsageError(
            f"expected the event_id of an act in the record, got {shown(event_id)}; did you mean {', '.join(near)}?"
        )
    return correction_rows(record, "events", event_id, "standing", RETRACTED, reason, on)


def looked_rows(record: RawRecord, case_id: str, until: object, seen: object = None, source: str = "") -> Rows:
    """Rows of a look at a case: until when, and when it was last seen to be kept, with the source of that."""
    door = _Door(record, case_id)
    day, _ = door.day("until", until, door.looked, "until when it is looked at already")
    sight = door.day("seen", seen, door.start, "when the case began")[0] if seen else ""
    source_id, sources = source_row(door, source) if source else ("", [])
    door.require()
    return {"sources": sources, "looked": [door.sight(day, sight, source_id)]}
