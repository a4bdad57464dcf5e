"""Schema of the series: figures for every year, irrespective of any case, each with its citation."""

from typing import Final

from forecasting.record import vocabulary as words
from forecasting.record.forms import Column, Table, choice, day, text

ADD_STATE: Final = "use a code of parties.csv, or add the state there first"
STATE: Final = Column("code", "slug", "the state, by the code of the day", link="parties", remedy=ADD_STATE)
OTHER: Final = Column("other", "slug", "the other state, by the code of the day", link="parties", remedy=ADD_STATE)
YEAR: Final = Column("year", "integer", "calendar year", minimum=1800, maximum=2100)
PUBLISHED: Final = Column("published", "partial day", "day, month or year from the end of which the figure counts")
FIGURE_SOURCE: Final = Column(
    "source_id", "slug", "where the figure is published", link="sources",
    remedy="name the source of the figure, a row of sources.csv",
)  # fmt: skip

WARHEADS: Final = Table(
    "warheads", "series/warheads.csv", ("code", "year"), "Stockpiled nuclear warheads by state and year.",
    (
        STATE,
        Column("year", "integer", "calendar year; known from the end of it", minimum=1945, maximum=2100),
        Column("warheads", "integer", "military stockpile, without retired warheads", maximum=100_000, unit="warheads"),
        FIGURE_SOURCE,
    ),
)  # fmt: skip

LEADERS: Final = Table(
    "leaders", "series/leaders.csv", ("code", "start_date", "leader"),
    "Leaders in effective power, one row a spell, for every year irrespective of any case.",
    (
        STATE,
        text("leader", "name as the source spells it"),
        day("start_date", "first day in power; known from that day"),
        day("end_date", "last day in power, known from that day; empty: still in power where the source ends", False),
        FIGURE_SOURCE,
    ),
)  # fmt: skip

ELECTIONS: Final = Table(
    "elections", "series/elections.csv", ("code", "date", "kind"),
    "National votes that can change a leader or a legislature, known on their day.",
    (
        STATE,
        day("date", "day of the vote"),
        choice("kind", words.ELECTION_KINDS, "office or matter voted on"),
        FIGURE_SOURCE,
    ),
)  # fmt: skip

US_SENATE: Final = Table(
    "us_senate", "series/us_senate.csv", ("congress",), "Parties of the United States Senate, one row a Congress.",
    (
        Column("congress", "integer", "number of the Congress", minimum=1, maximum=300),
        day("counted_on", "day from which the row counts: opening of the Congress; from 1937 on 20 January, when the "
                           "president's term begins; or the day of the list"),
        Column("democrats", "integer", "senators of the Democratic Party", maximum=120, unit="senators"),
        Column("republicans", "integer", "senators of the Republican Party", maximum=120, unit="senators"),
        Column("others", "integer", "other senators", maximum=120, unit="senators"),
        text("president_party", "party of the president in office on that day"),
        FIGURE_SOURCE,
    ),
)  # fmt: skip

NUCLEAR_TESTS: Final = Table(
    "nuclear_tests", "series/nuclear_tests.csv", ("code", "year"), "Nuclear explosive tests by state and year.",
    (
        STATE,
        YEAR,
        Column("tests", "integer", "tests in the year", maximum=1000, unit="tests"),
        PUBLISHED,
        FIGURE_SOURCE,
    ),
)  # fmt: skip

RIVALRIES: Final = Table(
    "rivalries", "series/rivalries.csv", ("code", "other", "start_year"), "Strategic rivalries between two states.",
    (
        STATE,
        OTHER,
        Column("start_year", "integer", "first year", minimum=1494, maximum=2100),
        Column("end_year", "integer", "last year; empty: goes on where the source ends", False, minimum=1494,
               maximum=2100),
        PUBLISHED,
        FIGURE_SOURCE,
    ),
)  # fmt: skip

DISPUTES: Final = Table(
    "disputes", "series/disputes.csv", ("code", "other", "year"),
    "Militarized interstate disputes under way between two states in a year; no row: none in the years covered.",
    (
        STATE,
        OTHER,
        YEAR,
        Column("disputes", "integer", "disputes in which they stood on opposite sides", minimum=1, maximum=100,
               unit="disputes"),
        Column("hostility", "integer", "highest level of hostility that either reached, from 1 none to 5 war",
               minimum=1, maximum=5),
        PUBLISHED,
        FIGURE_SOURCE,
    ),
)  # fmt: skip

NUCLEAR_VOTES: Final = Table(
    "nuclear_votes", "series/nuclear_votes.csv", ("code", "year"),
    "Ideal points of states on votes of the United Nations General Assembly about nuclear weapons.",
    (
        STATE,
        Column("year", "integer", "year in which the session opened", minimum=1945, maximum=2100),
        Column("ideal_point", "number", "position, higher nearer to the United States", minimum=-10, maximum=10),
        Column("votes", "integer", "votes that it rests on", minimum=1, maximum=1000, unit="votes"),
        PUBLISHED,
        FIGURE_SOURCE,
    ),
)  # fmt: skip

CAPABILITIES: Final = Table(
    "capabilities", "series/capabilities.csv", ("code", "year"),
    "Share of states in the world's material capabilities.",
    (
        STATE,
        YEAR,
        Column("cinc", "number", "composite index of national capability", maximum=1, unit="share"),
        PUBLISHED,
        FIGURE_SOURCE,
    ),
)  # fmt: skip

SERIES_GAPS: Final = Table(
    "series_gaps", "series/gaps.csv", ("series", "code", "first_year"),
    "Years that a series lacks between two that it has, each said to be missing and never filled.",
    (
        choice("series", ("warheads", "nuclear_tests", "nuclear_votes", "capabilities"), "the series"),
        STATE,
        Column("first_year", "integer", "first year missing", minimum=1800, maximum=2100),
        Column("last_year", "integer", "last year missing", minimum=1800, maximum=2100),
        text("reason", "why"),
    ),
)  # fmt: skip

YEARLY: Final = {
    "warheads": "warheads",
    "nuclear_tests": "tests",
    "nuclear_votes": "ideal_point",
    "capabilities": "cinc",
}
"""Series with one figure for each state and year, by the column of the figure: a year between two others is a gap."""
SERIES_KNOWN: Final = {
    "leaders": "start_date", "elections": "date", "us_senate": "counted_on", "nuclear_tests": "published",
    "rivalries": "published", "disputes": "published", "nuclear_votes": "published", "capabilities": "published",
}  # fmt: skip
"""Series that features are offered from beside the warheads, by the column of the day from which a row counts."""
SERIES: Final = tuple(SERIES_KNOWN)

TABLES: Final = (
    WARHEADS, LEADERS, ELECTIONS, US_SENATE, NUCLEAR_TESTS, RIVALRIES, DISPUTES, NUCLEAR_VOTES, CAPABILITIES,
    SERIES_GAPS,
)  # fmt: skip
