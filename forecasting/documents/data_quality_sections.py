"""Sections of the report of the record itself, from its content."""

from forecasting.documents.blocks import Cell, Section, Table, Text, Title
from forecasting.documents.compose import chart, joined, section, table, text
from forecasting.documents.quantities import code, count, day, figure, interval, name, quote, share
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import LADDER_NAMES, counted
from forecasting.record.cases import UNKNOWN_AFTER_MONTHS
from forecasting.record.vocabulary import STATES

AGES_TOLD = (0, 1, 2, 5, 10, 20)
COMPARED_WITH = {
    "landmarks": "a second coding, each year",
    "first_days": "a second coding, first days",
    "lines": "the record's lines alone",
}

SHOWN = 40
NOT_COMPUTED = section(text("Not computed while the record has faults."))


def masthead(content: Fields) -> Section:
    """Title, size of the record, and the result of its checks."""
    n = len(content["faults"])
    # of a record with faults all rows are counted: what was known on a day cannot be told
    rows = content["known"] if content["sound"] and content["as_of"] != content["data_end"] else content["rows"]
    upto = "known by" if content["sound"] and content["as_of"] != content["data_end"] else "up to"
    said = "It passes every check: no faults." if content["sound"] else f"It has {counted(n, 'fault', 'faults')}."
    return section(
        Title(
            above=text("The record as of {as_of}", as_of=day(content["as_of"])),
            title=text("How good is the record?"),
            below=text(
                f"{{cases}} cases, {{events}} events, {{sources}} sources, {upto} {{end}}. **{said}**",
                cases=count(rows["cases"]),
                events=count(rows["events"]),
                sources=count(rows["sources"]),
                end=day(content["as_of"] if content["sound"] else content["data_end"]),
            ),
        )
    )


def faults(content: Fields) -> Section:
    """Every fault, the first of them shown."""
    if content["sound"]:
        return section(text("Every cell satisfies the codebook, and the tables are consistent with each other."))
    rows: list[list[Cell]] = [
        [
            text("{file} row {row}", file=fault["file"], row=count(fault["row"])),
            *(quote(fault[column]) for column in ("case_id", "expected", "got")),
        ]
        for fault in content["faults"][:SHOWN]
    ]
    more = len(content["faults"]) - len(rows)
    return section(
        table("Faults of the record", ["Where", "Case", "Expected", "Got"], rows),
        text(f"{more} more are in the JSON file beside this page.") if more else None,
    )


def assumed(content: Fields) -> Section:
    """Assumed days and unopened sources."""
    if not content["sound"]:
        return NOT_COMPUTED
    rows: list[list[Cell]] = [
        [name(row["field"]), _of(row, "assumed", "of"), share(row["share"])] for row in content["assumed"]
    ]
    sources = content["sources"]
    rows.append(["sources that no coder opened", _of(sources, "unopened", "n"), share(sources["share"])])
    return section(table("Assumed days and unopened sources", ["Item", "Assumed or not opened", "Share"], rows))


def _of(row: Fields, part: str, whole: str) -> Cell:
    return text("{part} of {whole}", part=count(row[part]), whole=count(row[whole]))


def stale(content: Fields) -> Section:
    """Open cases, not observed for long."""
    if not content["sound"]:
        return NOT_COMPUTED
    rows = [[quote(row["name"]), day(row["last_seen"]), count(row["months"])] for row in content["stale"][:SHOWN]]
    if not rows:
        return section(text(f"Every open case was last observed within {UNKNOWN_AFTER_MONTHS} months."))
    n = counted(len(content["stale"]), "open case was", "open cases were")
    caption = f"{n} last observed more than {UNKNOWN_AFTER_MONTHS} months ago"
    return section(table(caption, ["Case", "Last observed", "Months ago"], rows))


def agreement(content: Fields) -> Section:
    """Second coding and audit."""
    if not content["sound"]:
        return NOT_COMPUTED
    verdicts = [text("{n} {verdict}", n=count(n), verdict=verdict) for verdict, n in content["audit"].items()]
    audited = (
        text("Facts checked against their sources: {verdicts}.", verdicts=joined(verdicts, ", "))
        if verdicts
        else text("No fact was checked against a source.")
    )
    rows = [[name(row["field"]), count(row["n"]), share(row["share"])] for row in content["agreement"]]
    if not any(row["n"] for row in content["agreement"]):
        return section(text("No case was coded twice."), audited)
    caption = "Agreement of the second coder with the record"
    return section(table(caption, ["Field", "Cases coded twice", "Same value"], rows), audited)


def ladders(content: Fields) -> Section:
    """What the rows of the ladders rest on, and how the cases stood by age."""
    if not content["sound"]:
        return NOT_COMPUTED
    found = content["ladders"]
    columns = ("cases", "rows", "by_act", "by_source", "by_neither", "high", "medium", "low")
    head = ["Ladder", "Cases", "Rows", "Naming an act", "A source alone", "Neither", "High", "Medium", "Low confidence"]
    rows: list[list[Cell]] = [
        [LADDER_NAMES[ladder], *(count(values["support"][column]) for column in columns)]
        for ladder, values in found.items()
    ]
    support = table("What the rows of the ladders rest on", head, rows)
    if not any(values["support"]["rows"] for values in found.values()):
        return section(support)
    compared = [
        [LADDER_NAMES[ladder], how, *_agreed(values["agreement"][key])]
        for ladder, values in found.items()
        for key, how in COMPARED_WITH.items()
        if values["agreement"][key]["n"]
    ]
    drawn = chart(
        "levels",
        {"shares": {ladder: plain(values["levels"]) for ladder, values in found.items()}},
        text("Share of the arrangements observed at an age that stood at each level, whatever came of them."),
        *(_by_age(ladder, values["levels"]) for ladder, values in found.items()),
    )
    return section(drawn, support, *_agreement_of_levels(compared))


def _agreement_of_levels(rows: list[list[Cell]]) -> list[Table | Text]:
    if not rows:
        return [text("No ladder was coded twice.")]
    head = ["Ladder", "Compared with", "Cases", "Days", "Alpha (80 %)", "Alpha, 95 %", "Same", "Within one level",
            "Record higher by (80 %)"]  # fmt: skip
    return [
        table("Levels of the record and of other codings", head, rows),
        text(
            "The second coding was made from the rules, the facts of the start and the acts before any ending; the "
            "other reader saw only the lines known by that day. Alpha is Krippendorff's, with the interval metric; "
            "intervals are from cases drawn again. Coders know much of this history by heart, so agreement is an "
            "upper bound."
        ),
    ]


def _agreed(found: Fields) -> list[Cell]:
    alpha, higher = found["alpha"], found["difference"]
    wide = alpha["interval_95"]
    return [
        count(found["cases"]),
        count(found["n"]),
        figure("ratio", alpha["value"], *(alpha["interval_80"] or (None, None))),
        "" if wide is None else interval("ratio", *wide),
        share(found["equal"]["value"]),
        share(found["within_one"]["value"]),
        figure("ratio", higher["value"], *(higher["interval_80"] or (None, None))),
    ]


def _by_age(ladder: str, levels: Fields) -> Table:
    ages = [column for column, age in enumerate(levels["ages"]) if age in AGES_TOLD]
    rows: list[list[Cell]] = [
        [
            count(levels["ages"][column]),
            count(levels["n"][column]),
            *(share(level[column]) for level in levels["share"]),
        ]
        for column in ages
    ]
    head = ["Age in years", "Cases", *(f"Level {level}" for level in range(len(levels["share"])))]
    return table(f"{LADDER_NAMES[ladder]}: cases at each level by age", head, rows)


def coverage(content: Fields) -> Section:
    """Density of the events by outcome of the case."""
    if not content["sound"]:
        return NOT_COMPUTED
    rows = [
        [
            text("{window}: {measure}", window=row["window"], measure=name(row["measure"])),
            count(row["n"]),
            *("" if row[state] is None else figure("ratio", row[state]) for state in STATES),
            figure("p", row["p_endings"]),
        ]
        for row in content["coverage"]
    ]
    head = ["Window and measure", "Cases", *STATES, "p, no difference between outcomes"]
    return section(table("Coverage of cases in equal windows, by state", head, rows))


def provenance(content: Fields) -> Section:
    """Record and code of the page."""
    return section(
        text(
            "Record to {end}, sha256 {record}; package {version}. Every number on this page is in the JSON file beside "
            "it.",
            end=day(content["data_end"]),
            record=code(content["record_sha256"]),
            version=content["package_version"],
        )
    )
