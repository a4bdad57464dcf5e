"""Schema of the tables: columns, units, vocabularies, keys and links.

Checks, descriptor, Croissant metadata, codebook and labels of exported files are made from it.
"""

from typing import Final

from forecasting.record import series_schema as series
from forecasting.record import vocabulary as words
from forecasting.record.forms import Column, Table, chance, choice, day, flag, keys, text

EVALUATION: Final = "evaluation"
"""Folder beside the tables for what backtests of the record gave."""

CASE_ID: Final = Column("case_id", "slug", "the case", link="cases")
SOURCE_IDS: Final = keys("source_id", "sources", "where it is told")
OUTCOME_FIELDS: Final = (
    choice("cause", words.CAUSES, "how the case ended; empty while it is still observed", False),
    day("end_date", "when it ended; a coarse date stands at the end of its month or year", False),
    choice("end_precision", words.PRECISIONS, "precision of end_date", False),
    day("end_known_date", "first day on which a careful outsider could have known of the end", False),
    flag("end_known_assumed", "1 if end_known_date was set equal to end_date for want of better evidence"),
    choice("fade", words.FADES, "how a faded case faded", False),
    day("concluded_date", "when a binding text was signed or adopted", False),
    day("in_force_date", "when it began to bind", False),
    text("instrument", "the binding text", False),
    choice("successor", words.SUCCESSORS, "whether the text itself or a replacement was formalized", False),
    day("last_observed_date", "last day with positive evidence of observance", False),
    keys("last_observed_source", "sources", "where the observance of that day is told", False),
    day("looked_until", "day until which somebody looked for acts and for an ending"),
    text("aftermath", "what came later and how it ended", False),
)

CASES: Final = Table(
    "cases", "cases.csv", ("case_id",), "One row per arrangement: only what was known at its start.",
    (
        Column("case_id", "slug", "slug with the start year"),
        text("name", "name that does not tell the ending"),
        choice("type", tuple(words.TYPES), "form of the arrangement"),
        choice("domain", words.DOMAINS, "what is limited"),
        keys("parties", "parties", "principal parties"),
        Column("n_parties", "integer", "number of states concerned, at least those listed", minimum=1, maximum=250),
        Column("cluster_id", "slug", "cases that share dyad and subject and are not independent"),
        day("start_date", "first day of the arrangement"),
        choice("start_precision", words.PRECISIONS, "precision of start_date"),
        day("start_known_date", "first day on which a careful outsider could have known of it"),
        flag("start_known_assumed", "1 if start_known_date was set equal to start_date for want of better evidence"),
        choice("publicity", words.PUBLICITIES, "how open it was"),
        Column("stated_horizon_months", "integer", "stated term", False, minimum=0, maximum=1200, unit="months"),
        text("prior_instrument", "binding text that it continues", False),
        text("formal_target", "formal agreement that the parties said they sought", False),
        choice("background_treaty", words.BACKGROUND_TREATIES, "wider binding text behind it"),
        choice("matched", words.MATCHED, "whether the other side said it, only did it, or neither"),
        choice("verification", words.VERIFICATIONS, "verification working at the start"),
        chance("leader_endorsed", "a head of state or government endorsed it in person by the start"),
        chance("negotiation_underway", "talks on a binding text in session, or dated, at the start"),
        chance("observed_now", "limits observed from the start"),
        chance("ratification_required", "a binding successor would need a legislature's consent"),
        chance("third_party_objection", "formalization tied to a named non-party joining"),
        chance("adversarial", "the principal parties held each other as main rival"),
        chance("armed_conflict", "a principal party was fighting the other or its client at the start"),
        chance("imposed_by_legislature", "imposed on an executive by its legislature"),
        choice("limit_object", words.LIMIT_OBJECTS, "object of the limits"),
        text("summary", "what was known at the start, in the project's words"),
    ),
)  # fmt: skip

OUTCOMES: Final = Table(
    "outcomes", "outcomes.csv", ("case_id", "target"), "One row per case and target: how it ended.",
    (CASE_ID, choice("target", words.TARGETS, "what counts as formal: concluded, or in force"), *OUTCOME_FIELDS),
)  # fmt: skip

CODING: Final = Table(
    "coding", "coding.csv", ("case_id",), "How each case was found and coded; never seen by a feature.",
    (
        CASE_ID,
        choice("sampled_via", words.SAMPLED_VIA, "found among informal arrangements, or walking back from a treaty"),
        flag("in_core", "1 if in the estimation sample"),
        choice("confidence", words.CONFIDENCES, "confidence in the coding"),
        text("notes", "the coder's notes, with hindsight", False),
    ),
)  # fmt: skip

EVENTS: Final = Table(
    "events", "events/*.csv", ("event_id",), "Dated acts that bear on a case.",
    (
        Column("event_id", "slug", "slug of the event"),
        CASE_ID,
        day("event_date", "when it happened; a coarse date stands at the end of its month or year"),
        choice("date_precision", words.PRECISIONS, "precision of event_date"),
        day("known_date", "first day on which a careful outsider could have known it"),
        flag("known_assumed", "1 if known_date was set equal to event_date for want of better evidence"),
        flag("known_late", "1 if it became public late on that day: it counts from the next day"),
        choice("standing", words.STANDINGS, "on the record, reported only, or reported and denied"),
        Column("claim_id", "slug", "the unconfirmed report on which it rests", False, link="claims"),
        keys("actor", "parties", "who acted", False),
        keys("target", "parties", "towards whom", False),
        choice("kind", words.EVENT_KINDS, "the project's kind of act"),
        keys("clears", "events", "accusations of violation that it answers", False),
        choice("plover", words.PLOVER_CATEGORIES, "category of the PLOVER ontology (NONE: outside it)"),
        text("summary", "the fact, in the project's words"),
        SOURCE_IDS,
        choice("confidence", words.CONFIDENCES, "confidence in fact and date"),
        flag("is_ending", "1 if the act ends the case; never seen by a feature"),
        flag("added_for_ladder", "1 if it was coded because a level of a ladder needed its act"),
    ),
)  # fmt: skip

CLAIMS: Final = Table(
    "claims", "claims.csv", ("claim_id",), "Unconfirmed reports: acts that rest on one of them are true together.",
    (
        Column("claim_id", "slug", "slug of the claim"),
        text("about", "what is claimed, and by whom"),
        Column("probability", "probability", "chance that it is true; empty: by the standing of its acts", False),
        SOURCE_IDS,
    ),
)  # fmt: skip

LADDERS: Final = Table(
    "ladders", "ladders.csv", ("case_id", "ladder", "date"),
    "Where an arrangement stood, day by day: changes on the way to a binding text, and of the strain on it.",
    (
        CASE_ID,
        choice("ladder", words.LADDERS, "the way to a binding text, or the strain on the arrangement"),
        day("date", "when the level or status changed; a coarse date stands at the end of its month or year"),
        choice("precision", words.PRECISIONS, "precision of date"),
        day("known_date", "first day on which a careful outsider could have known it"),
        Column("level", "integer", "level from that day on", maximum=max(words.LADDER_LEVELS.values())),
        choice("status", [name for names in words.LADDER_STATUSES.values() for name in names],
                "how far the effort, or the keeping, was alive"),
        keys("events", "events", "acts of the case that moved it", False),
        keys("source_id", "sources", "where it is told, for want of an act", False),
        text("evidence", "what could be known on that day, in the project's words"),
        choice("confidence", words.CONFIDENCES, "confidence in fact and date"),
    ),
)  # fmt: skip

CALENDAR: Final = Table(
    "calendar", "calendar.csv", ("case_id", "scheduled_date", "what"), "What was announced for a later day.",
    (
        CASE_ID,
        day("announced_date", "when the date became public"),
        day("scheduled_date", "the day it was set for"),
        text("what", "what was announced"),
        SOURCE_IDS,
    ),
)  # fmt: skip

ALTERNATIVES: Final = Table(
    "alternatives", "alternatives.csv", ("alternative_id", "target", "field"),
    "Arguable codings; rows that share alternative_id are one joint alternative.",
    (
        Column("alternative_id", "slug", "slug of the joint alternative"),
        CASE_ID,
        choice("target", words.TARGETS, "the outcome it changes; empty where it changes the case", False),
        text("field", "the column it changes"),
        Column("value", "cell", "the other coding; empty blanks the field", False),
        text("reason", "why it can be argued"),
        day("known_date", "first day on which a reader could have argued it"),
    ),
)  # fmt: skip

PARTIES: Final = Table(
    "parties", "parties.csv", ("code",), "States and other actors.",
    (
        text("code", "three-letter code of a state, or an upper-case code"),
        text("name", "English name"),
        choice("kind", words.PARTY_KINDS, "kind of actor"),
        day("start_date", "when it began, where that falls after 1816", False),
        day("end_date", "when it ceased", False),
        keys("successor", "parties", "state that took its place", False),
        Column("cow_code", "integer", "Correlates of War state number", False, minimum=1, maximum=999),
        text("note", "how the record uses the code", False),
    ),
)  # fmt: skip

SOURCES: Final = Table(
    "sources", "sources.csv", ("source_id",), "Public pages that the record rests on.",
    (
        Column("source_id", "slug", "key"),
        text("title", "title, or a label made from the address"),
        text("publisher", "who published it"),
        Column("published", "partial day", "year, month or day of publication; counts from its last day", False),
        text("url", "address", False),
        choice("kind", words.SOURCE_KINDS, "kind of source"),
        flag("seen", "1 if an excerpt of the page was read by a coder"),
        day("opened_on", "day on which the page was last opened; empty: not known", False),
        Column("text_sha256", "hash", "SHA-256 of the text that was read; empty: no receipt", False),
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
        choice("quality", words.COVERAGE_QUALITIES, "how well the case could be covered"),
        text("note", "remark", False),
    ),
)  # fmt: skip

CORRECTIONS: Final = Table(
    "corrections", "corrections.csv", ("table", "row_key", "field", "recorded_on"),
    "Cells that hold otherwise from a day on: the older value stays true of what was known before.",
    (
        choice("table", ("cases", "outcomes", "events", "claims", "ladders", "calendar"), "the table"),
        text("row_key", "its key; parts joined by '/'"),
        text("field", "the column"),
        Column("value", "cell", "what it holds from recorded_on", False),
        day("recorded_on", "day from which the correction counts"),
        text("reason", "why"),
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
        flag("formal_target", "1 if a formal target was named"),
        OUTCOMES.column("cause"),
        OUTCOMES.column("end_date"),
        choice("confidence", words.CONFIDENCES, "confidence in the coding"),
    ),
)  # fmt: skip

AUDIT: Final = Table(
    "audit", "audit.csv", ("case_id", "field"), "Coded facts of 40 cases checked against pages, and what followed.",
    (
        CASE_ID,
        text("field", "the column checked"),
        Column("coded", "cell", "what the record held", False),
        text("found", "what the pages say", False),
        choice("verdict", words.AUDIT_VERDICTS, "the auditor's verdict"),
        text("url_seen", "page read", False),
        text("comment", "remark", False),
        choice("resolution", words.AUDIT_RESOLUTIONS, "what was done about it", False),
        text("resolution_reason", "why", False),
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
        day("day", "the day as of which the lines were read"),
        LADDERS.column("ladder"),
        LADDERS.column("level"),
        LADDERS.column("status"),
        text("why", "what decided, in the reader's words", False),
    ),
)  # fmt: skip

SECOND_AUDIT: Final = Table(
    "second_audit", "second_audit.csv", ("kind", "key"), "60 facts drawn at random, checked against pages.",
    (
        CASE_ID,
        choice("kind", words.AUDIT_KINDS, "kind of fact"),
        text("key", "event, case/ladder/date, or case of the fact"),
        *(AUDIT.column(name) for name in (
            "coded", "found", "verdict", "url_seen", "comment", "resolution", "resolution_reason",
        )),
    ),
)  # fmt: skip

DISTINCT_CASES: Final = Table(
    "distinct_cases", "distinct_cases.csv", ("case_id", "distinct_from"),
    "Pairs of cases of the same parties begun within a year that are two arrangements, with what tells them apart.",
    (
        CASE_ID,
        Column("distinct_from", "slug", "the other case", link="cases"),
        text("reason", "what tells the two apart"),
    ),
)  # fmt: skip

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        CASES, OUTCOMES, CODING, EVENTS, CLAIMS, LADDERS, CALENDAR, ALTERNATIVES, CORRECTIONS, PARTIES, SOURCES,
        CASE_SOURCES, EVENT_COVERAGE, SECOND_CODING, AUDIT, SECOND_LADDERS, LADDERS_FROM_LINES, SECOND_AUDIT,
        DISTINCT_CASES, *series.TABLES,
    )
}  # fmt: skip

KNOWN_DAY: Final = {
    "cases": "start_known_date", "outcomes": "end_known_date", "events": "known_date", "ladders": "known_date",
    "calendar": "announced_date", "alternatives": "known_date",
}  # fmt: skip

FORECAST_COLUMNS: Final = (
    "model", "case_id", "as_of", "horizon", "cause", "probability", "lower", "upper", "level", "given",
)  # fmt: skip
