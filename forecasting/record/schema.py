"""Schema of the tables: columns, units, vocabularies, keys and links. The Data Package descriptor is made from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from forecasting.record import vocabulary as words

Kind = Literal[
    "text", "cell", "slug", "choice", "choices", "flag", "probability", "integer", "day", "partial day", "keys"
]

SLUG: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
PLACEHOLDER: Final = "?"
EVALUATION: Final = "evaluation"
"""Folder beside the tables for what backtests of the record gave."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Name in the header.
    kind : str
        Form of the cells, see `Kind`.
    about : str
        Description.
    required : bool
        Whether a cell must be filled.
    choices : tuple of str
        Codes of a `choice` or `choices` column.
    minimum, maximum : int
        Bounds of an `integer` column.
    unit : str
        Unit of a number, or empty.
    link : str
        Table whose key each cell, or each `;`-part of a `keys` cell, must be; or empty.
    """

    name: str
    kind: Kind
    about: str
    required: bool = True
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 10_000
    unit: str = ""
    link: str = ""

    def expected(self) -> str:
        """Description of a valid cell, for messages."""
        forms = {
            "text": "text",
            "cell": "text",
            "slug": f"a key of {TABLES[self.link].path}"
            if self.link
            else "lower-case words joined by hyphens, at most 80 characters",
            "choice": f"one of {', '.join(self.choices)}",
            "choices": f"some of {', '.join(self.choices)}, joined by ';'",
            "flag": "0 or 1",
            "probability": "a number from 0 to 1 (1 yes, 0 no)",
            "integer": f"a whole number from {self.minimum} to {self.maximum}",
            "day": "a day as YYYY-MM-DD, from 1800 on",
            "partial day": "a day, month or year as YYYY-MM-DD, YYYY-MM or YYYY, from 1800 on",
            "keys": f"keys of {TABLES[self.link].path} joined by ';', none twice, none unknown" if self.link else "",
        }
        return f"{self.name} as {forms[self.kind]}" + ("" if self.required else " or empty")


@dataclass(frozen=True)
class Table:
    """One table of the record.

    Attributes
    ----------
    name : str
        Name of the table.
    path : str
        Path in the data folder; `*` for several files of one form.
    key : tuple of str
        Names of the key columns.
    about : str
        Description.
    columns : tuple of Column
        In file order.
    """

    name: str
    path: str
    key: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _text(name: str, about: str, required: bool = True) -> Column:
    return Column(name, "text", about, required)


def _choice(name: str, choices: Sequence[str], about: str, required: bool = True) -> Column:
    return Column(name, "choice", about, required, tuple(choices))


def _day(name: str, about: str, required: bool = True) -> Column:
    return Column(name, "day", about, required)


def _flag(name: str, about: str) -> Column:
    return Column(name, "flag", about)


def _chance(name: str, about: str) -> Column:
    return Column(name, "probability", f"{about} (1 yes, 0 no, between: reported but unconfirmed)")


def _keys(name: str, link: str, about: str, required: bool = True) -> Column:
    return Column(name, "keys", about, required, link=link)


CASE_ID: Final = Column("case_id", "slug", "the case", link="cases")
SOURCE_IDS: Final = _keys("source_id", "sources", "where it is told")
OUTCOME_FIELDS: Final = (
    _choice("cause", words.CAUSES, "how the case ended; empty while it is still observed", False),
    _day("end_date", "when it ended; a coarse date stands at the end of its month or year", False),
    _choice("end_precision", words.PRECISIONS, "precision of end_date", False),
    _day("end_known_date", "first day on which a careful outsider could have known of the end", False),
    _flag("end_known_assumed", "1 if end_known_date was set equal to end_date for want of better evidence"),
    _choice("fade", words.FADES, "how a faded case faded", False),
    _day("concluded_date", "when a binding text was signed or adopted", False),
    _day("in_force_date", "when it began to bind", False),
    _text("instrument", "the binding text", False),
    _choice("successor", words.SUCCESSORS, "whether the text itself or a replacement was formalized", False),
    _day("last_observed_date", "last day with positive evidence of observance", False),
    _keys("last_observed_source", "sources", "where the observance of that day is told", False),
    _day("looked_until", "day until which somebody looked for acts and for an ending"),
    _text("aftermath", "what came later and how it ended", False),
)

CASES: Final = Table(
    "cases", "cases.csv", ("case_id",), "One row per arrangement: only what was known at its start.",
    (
        Column("case_id", "slug", "slug with the start year"),
        _text("name", "name that does not tell the ending"),
        _choice("type", tuple(words.TYPES), "form of the arrangement"),
        _choice("domain", words.DOMAINS, "what is limited"),
        _keys("parties", "parties", "principal parties"),
        Column("n_parties", "integer", "number of states concerned, at least those listed", minimum=1, maximum=250),
        Column("cluster_id", "slug", "cases that share dyad and subject and are not independent"),
        _day("start_date", "first day of the arrangement"),
        _choice("start_precision", words.PRECISIONS, "precision of start_date"),
        _day("start_known_date", "first day on which a careful outsider could have known of it"),
        _flag("start_known_assumed", "1 if start_known_date was set equal to start_date for want of better evidence"),
        _choice("publicity", words.PUBLICITIES, "how open it was"),
        Column("stated_horizon_months", "integer", "stated term", False, minimum=0, maximum=1200, unit="months"),
        _text("prior_instrument", "binding text that it continues", False),
        _text("formal_target", "formal agreement that the parties said they sought", False),
        _choice("background_treaty", words.BACKGROUND_TREATIES, "wider binding text behind it"),
        _choice("matched", words.MATCHED, "whether the other side said it, only did it, or neither"),
        _choice("verification", words.VERIFICATIONS, "verification working at the start"),
        _chance("leader_endorsed", "a head of state or government endorsed it in person by the start"),
        _chance("negotiation_underway", "talks on a binding text in session, or dated, at the start"),
        _chance("observed_now", "limits observed from the start"),
        _chance("ratification_required", "a binding successor would need a legislature's consent"),
        _chance("third_party_objection", "formalization tied to a named non-party joining"),
        _chance("adversarial", "the principal parties held each other as main rival"),
        _chance("armed_conflict", "a principal party was fighting the other or its client at the start"),
        _chance("imposed_by_legislature", "imposed on an executive by its legislature"),
        _choice("limit_object", words.LIMIT_OBJECTS, "object of the limits"),
        _text("summary", "what was known at the start, in the project's words"),
    ),
)  # fmt: skip

OUTCOMES: Final = Table(
    "outcomes", "outcomes.csv", ("case_id", "target"), "One row per case and target: how it ended.",
    (CASE_ID, _choice("target", words.TARGETS, "what counts as formal: concluded, or in force"), *OUTCOME_FIELDS),
)  # fmt: skip

CODING: Final = Table(
    "coding", "coding.csv", ("case_id",), "How each case was found and coded; never seen by a feature.",
    (
        CASE_ID,
        _choice("sampled_via", words.SAMPLED_VIA, "found among informal arrangements, or walking back from a treaty"),
        _flag("in_core", "1 if in the estimation sample"),
        _choice("confidence", words.CONFIDENCES, "confidence in the coding"),
        _text("notes", "the coder's notes, with hindsight", False),
    ),
)  # fmt: skip

EVENTS: Final = Table(
    "events", "events/*.csv", ("event_id",), "Dated acts that bear on a case.",
    (
        Column("event_id", "slug", "slug of the event"),
        CASE_ID,
        _day("event_date", "when it happened; a coarse date stands at the end of its month or year"),
        _choice("date_precision", words.PRECISIONS, "precision of event_date"),
        _day("known_date", "first day on which a careful outsider could have known it"),
        _flag("known_assumed", "1 if known_date was set equal to event_date for want of better evidence"),
        _flag("known_late", "1 if it became public late on that day: it counts from the next day"),
        _choice("standing", words.STANDINGS, "on the record, reported only, or reported and denied"),
        Column("claim_id", "slug", "the unconfirmed report on which it rests", False, link="claims"),
        _keys("actor", "parties", "who acted", False),
        _keys("target", "parties", "towards whom", False),
        _choice("kind", words.EVENT_KINDS, "the project's kind of act"),
        _keys("clears", "events", "accusations of violation that it answers", False),
        _choice("plover", words.PLOVER_CATEGORIES, "category of the PLOVER ontology (NONE: outside it)"),
        _text("summary", "the fact, in the project's words"),
        SOURCE_IDS,
        _choice("confidence", words.CONFIDENCES, "confidence in fact and date"),
        _flag("is_ending", "1 if the act ends the case; never seen by a feature"),
        _flag("added_for_ladder", "1 if it was coded because a level of a ladder needed its act"),
    ),
)  # fmt: skip

CLAIMS: Final = Table(
    "claims", "claims.csv", ("claim_id",), "Unconfirmed reports: acts that rest on one of them are true together.",
    (
        Column("claim_id", "slug", "slug of the claim"),
        _text("about", "what is claimed, and by whom"),
        Column("probability", "probability", "chance that it is true; empty: by the standing of its acts", False),
        SOURCE_IDS,
    ),
)  # fmt: skip

LADDERS: Final = Table(
    "ladders", "ladders.csv", ("case_id", "ladder", "date"),
    "Where an arrangement stood, day by day: changes on the way to a binding text, and of the strain on it.",
    (
        CASE_ID,
        _choice("ladder", words.LADDERS, "the way to a binding text, or the strain on the arrangement"),
        _day("date", "when the level or status changed; a coarse date stands at the end of its month or year"),
        _choice("precision", words.PRECISIONS, "precision of date"),
        _day("known_date", "first day on which a careful outsider could have known it"),
        Column("level", "integer", "level from that day on", maximum=max(words.LADDER_LEVELS.values())),
        _choice("status", [name for names in words.LADDER_STATUSES.values() for name in names],
                "how far the effort, or the keeping, was alive"),
        _keys("events", "events", "acts of the case that moved it", False),
        _keys("source_id", "sources", "where it is told, for want of an act", False),
        _text("evidence", "what could be known on that day, in the project's words"),
        _choice("confidence", words.CONFIDENCES, "confidence in fact and date"),
    ),
)  # fmt: skip

CALENDAR: Final = Table(
    "calendar", "calendar.csv", ("case_id", "scheduled_date", "what"), "What was announced for a later day.",
    (
        CASE_ID,
        _day("announced_date", "when the date became public"),
        _day("scheduled_date", "the day it was set for"),
        _text("what", "what was announced"),
        SOURCE_IDS,
    ),
)  # fmt: skip

ALTERNATIVES: Final = Table(
    "alternatives", "alternatives.csv", ("alternative_id", "target", "field"),
    "Arguable codings; rows that share alternative_id are one joint alternative.",
    (
        Column("alternative_id", "slug", "slug of the joint alternative"),
        CASE_ID,
        _choice("target", words.TARGETS, "the outcome it changes; empty where it changes the case", False),
        _text("field", "the column it changes"),
        Column("value", "cell", "the other coding; empty blanks the field", False),
        _text("reason", "why it can be argued"),
        _day("known_date", "first day on which a reader could have argued it"),
    ),
)  # fmt: skip

PARTIES: Final = Table(
    "parties", "parties.csv", ("code",), "States and other actors.",
    (
        _text("code", "three-letter code of a state, or an upper-case code"),
        _text("name", "English name"),
        _choice("kind", words.PARTY_KINDS, "kind of actor"),
        _day("start_date", "when it began, where that falls after 1816", False),
        _day("end_date", "when it ceased", False),
        _keys("successor", "parties", "state that took its place", False),
        Column("cow_code", "integer", "Correlates of War state number", False, minimum=1, maximum=999),
        _text("note", "how the record uses the code", False),
    ),
)  # fmt: skip

SOURCES: Final = Table(
    "sources", "sources.csv", ("source_id",), "Public pages that the record rests on.",
    (
        Column("source_id", "slug", "key"),
        _text("title", "title, or a label made from the address"),
        _text("publisher", "who published it"),
        Column("published", "partial day", "year, month or day of publication; counts from its last day", False),
        _text("url", "address", False),
        _choice("kind", words.SOURCE_KINDS, "kind of source"),
        _flag("seen", "1 if an excerpt of the page was read by a coder"),
    ),
)  # fmt: skip

CASE_SOURCES: Final = Table(
    "case_sources", "case_sources.csv", ("case_id", "source_id"), "Which sources a case rests on.",
    (CASE_ID, Column("source_id", "slug", "the source", link="sources")),
)  # fmt: skip

EVENT_COVERAGE: Final = Table(
    "event_coverage", "event_coverage.csv", ("case_id",), "What was looked for when events were coded.",
    (
        CASE_ID,
        Column("groups_looked_at", "choices", "groups of the event protocol", choices=tuple("12345")),
        _choice("quality", words.COVERAGE_QUALITIES, "how well the case could be covered"),
        _text("note", "remark", False),
    ),
)  # fmt: skip

CORRECTIONS: Final = Table(
    "corrections", "corrections.csv", ("table", "row_key", "field", "recorded_on"),
    "Cells that hold otherwise from a day on: the older value stays true of what was known before.",
    (
        _choice("table", ("cases", "outcomes", "events", "claims", "ladders", "calendar"), "the table"),
        _text("row_key", "its key; parts joined by '/'"),
        _text("field", "the column"),
        Column("value", "cell", "what it holds from recorded_on", False),
        _day("recorded_on", "day from which the correction counts"),
        _text("reason", "why"),
    ),
)  # fmt: skip

SECOND_CODING: Final = Table(
    "second_coding", "second_coding.csv", ("case_id",), "A second coder's values, from the codebook alone.",
    (
        CASE_ID,
        *(CASES.column(name) for name in (
            "type", "domain", "matched", "background_treaty", "verification", "leader_endorsed",
            "negotiation_underway", "observed_now", "ratification_required", "third_party_objection", "adversarial",
            "armed_conflict", "imposed_by_legislature",
        )),
        _flag("formal_target", "1 if a formal target was named"),
        OUTCOMES.column("cause"),
        OUTCOMES.column("end_date"),
        _choice("confidence", words.CONFIDENCES, "confidence in the coding"),
    ),
)  # fmt: skip

AUDIT: Final = Table(
    "audit", "audit.csv", ("case_id", "field"), "Coded facts of 40 cases checked against pages, and what followed.",
    (
        CASE_ID,
        _text("field", "the column checked"),
        Column("coded", "cell", "what the record held", False),
        _text("found", "what the pages say", False),
        _choice("verdict", words.AUDIT_VERDICTS, "the auditor's verdict"),
        _text("url_seen", "page read", False),
        _text("comment", "remark", False),
        _choice("resolution", words.AUDIT_RESOLUTIONS, "what was done about it", False),
        _text("resolution_reason", "why", False),
    ),
)  # fmt: skip

SECOND_LADDERS: Final = Table(
    "second_ladders", "second_ladders.csv", ("case_id", "ladder", "date"),
    "Both ladders of cases coded once more without sight of the first coding.",
    tuple(LADDERS.column(name) for name in (
        "case_id", "ladder", "date", "precision", "level", "status", "confidence",
    )),
)  # fmt: skip

LADDERS_FROM_LINES: Final = Table(
    "ladders_from_lines", "ladders_from_lines.csv", ("case_id", "day", "ladder"),
    "Levels judged from nothing but the lines of the record that were known by a day.",
    (
        CASE_ID,
        _day("day", "the day as of which the lines were read"),
        LADDERS.column("ladder"),
        LADDERS.column("level"),
        LADDERS.column("status"),
        _text("why", "what decided, in the reader's words", False),
    ),
)  # fmt: skip

SECOND_AUDIT: Final = Table(
    "second_audit", "second_audit.csv", ("kind", "key"), "60 facts drawn at random, checked against pages.",
    (
        CASE_ID,
        _choice("kind", words.AUDIT_KINDS, "kind of fact"),
        _text("key", "event, case/ladder/date, or case of the fact"),
        *(AUDIT.column(name) for name in (
            "coded", "found", "verdict", "url_seen", "comment", "resolution", "resolution_reason",
        )),
    ),
)  # fmt: skip

WARHEADS: Final = Table(
    "warheads", "series/warheads.csv", ("code", "year"), "Stockpiled nuclear warheads by state and year.",
    (
        Column("code", "slug", "the state", link="parties"),
        Column("year", "integer", "calendar year; known from the end of it", minimum=1945, maximum=2100),
        Column("warheads", "integer", "military stockpile, without retired warheads", maximum=100_000, unit="warheads"),
        Column("source_id", "slug", "where the figure is published", link="sources"),
    ),
)  # fmt: skip

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        CASES, OUTCOMES, CODING, EVENTS, CLAIMS, LADDERS, CALENDAR, ALTERNATIVES, CORRECTIONS, PARTIES, SOURCES,
        CASE_SOURCES, EVENT_COVERAGE, SECOND_CODING, AUDIT, SECOND_LADDERS, LADDERS_FROM_LINES, SECOND_AUDIT, WARHEADS,
    )
}  # fmt: skip

KNOWN_DAY: Final = {
    "cases": "start_known_date", "outcomes": "end_known_date", "events": "known_date", "ladders": "known_date",
    "calendar": "announced_date", "alternatives": "known_date",
}  # fmt: skip

FORECAST_COLUMNS: Final = (
    "model", "case_id", "as_of", "horizon", "cause", "probability", "lower", "upper", "level", "given",
)  # fmt: skip


def datapackage(data_end: str, version: str) -> dict[str, Any]:
    """Data Package descriptor of the record (frictionless `datapackage.json`), generated from `TABLES`."""
    return {
        "name": "informal-arms-control-arrangements",
        "title": "Informal arms-control arrangements and how they ended, 1817-2026",
        "version": version,
        "data_end": data_end,
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0 International"}],
        "resources": [resource(table) for table in TABLES.values()],
    }


def resource(table: Table) -> dict[str, Any]:
    """Entry of a table in the descriptor."""
    links = [column for column in table.columns if column.link and column.kind == "slug"]
    return {
        "name": table.name,
        "path": table.path,
        "description": table.about,
        "profile": "tabular-data-resource",
        "schema": {
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": column.name,
                    "reference": {"resource": column.link, "fields": TABLES[column.link].key[0]},
                }
                for column in links
            ],
            "fields": [_field(column) for column in table.columns],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    types = {"day": "date", "integer": "integer", "flag": "integer", "probability": "number"}
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.kind == "choice":
        limits["enum"] = list(column.choices)
    elif column.kind in ("integer", "flag", "probability"):
        limits["minimum"] = column.minimum
        limits["maximum"] = column.maximum if column.kind == "integer" else 1
    field: dict[str, Any] = {
        "name": column.name,
        "type": types.get(column.kind, "string"),
        "description": column.about,
    }
    if column.unit:
        field["unit"] = column.unit
    if limits:
        field["constraints"] = limits
    return field
