"""Rows of event files as events: one set of expressions, whatever engine runs them."""

from collections.abc import Mapping
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from forecasting.streams.formats import Format
from forecasting.streams.tables import cameo, lines, plover

FIRST_YEAR: Final = 1900
"""A year before it is no year of an event in the news: files give 0 where none is known."""
EVENT: Final[dict[str, str]] = {
    "event_id": "string",
    "event_date": "date",
    "known_date": "date",
    "source": "string",
    "target": "string",
    "dyad": "string",
    "act": "string",
    "plover": "string",
    "quad": "string",
    "goldstein": "float64",
    "tone": "float64",
    "sources": "int64",
    "reference": "string",
}
ACTS: Final = {"act": "string", "scale": "float64", "plover": "string", "quad": "string"}
ACTORS: Final = {"code": "string", "line": "string"}


def acts_of(form: Format) -> dict[str, list[Any]]:
    """The acts that a format knows, by column of `ACTS`.

    Examples
    --------
    >>> from forecasting.streams.formats import FORMATS
    >>> acts_of(FORMATS["polecat"])["act"][:2]
    ['AGREE', 'CONSULT']
    """
    if form.acts == "plover":
        names = list(plover())
        return {"act": names, "scale": [None] * len(names), "plover": names, "quad": list(plover().values())}
    known = cameo().values()
    return {
        "act": [one.code for one in known],
        "scale": [one.goldstein for one in known],
        "plover": [one.plover or None for one in known],
        "quad": [one.quad for one in known],
    }


def actors_of(form: Format, successors: Mapping[str, str]) -> dict[str, list[str]]:
    """The actors that a format knows, by column of `ACTORS`; parameters as for `tables.lines`.

    Examples
    --------
    >>> from forecasting.streams.formats import FORMATS
    >>> actors_of(FORMATS["polecat"], {"USA": ""})
    {'code': ['2'], 'line': ['USA']}
    """
    found = lines(form.scheme, successors)
    return {"code": list(found), "line": list(found.values())}


def events(raw: ir.Table, form: Format, acts: ir.Table, actors: ir.Table) -> ir.Table:
    """Rows of a file as events, the broken ones with the reason.

    Parameters
    ----------
    raw : ibis table
        The columns of the format as text, `line` and `n_columns`, which a table of a database may lack.
    form : Format
        Of the rows.
    acts, actors : ibis table
        With the columns of `ACTS` and `ACTORS`.

    Returns
    -------
    ibis table
        Columns of `EVENT`, those of `raw` that number rows, `source_code`, `target_code`, and `reason`, null in a
        sound row. `dyad` joins two different states of the record, and is null for other rows. A row with several
        actors of POLECAT is one for each pair.
    """
    numbered = [name for name in ("line", "n_columns") if name in raw.columns]
    drawn = raw.select(*numbered, **_drawn(raw, form))
    if form.scheme == "cow":
        for code in ("source_code", "target_code"):
            drawn = drawn.mutate(**{code: drawn[code].replace(" ", "").split(";").unique().unnest()})
    sources = actors.select(source_code=actors.code, source=actors.line)
    targets = actors.select(target_code=actors.code, target=actors.line)
    known = drawn.left_join(acts, "act").drop("act_right")
    known = known.left_join(sources, "source_code").drop("source_code_right")
    known = known.left_join(targets, "target_code").drop("target_code_right")
    pair = ibis.least(known.source, known.target) + ";" + ibis.greatest(known.source, known.target)
    joined = known.mutate(
        dyad=ibis.ifelse(known.source != known.target, pair, ibis.null("string")),
        goldstein=ibis.coalesce(known.scale, known.goldstein),
        reason=_reason(known, form),
    )
    return joined.select(*numbered, *EVENT, "source_code", "target_code", "reason")


def _reason(row: ir.Table, form: Format) -> ir.StringValue:
    cases = [
        (row.event_id.fill_null("") == "", "no event id"),
        (_no_day(row.event_date), "no event date"),
        (_no_day(row.known_date), "no known date"),
        (row.event_date > row.known_date, "known before it happened"),
        (row.quad.isnull(), "unknown act"),
    ]
    if "n_columns" in row.columns:
        said = row.n_columns.cast("string") + " columns"
        cases.insert(0, (row.n_columns != len(form.columns), said))
    return ibis.cases(*cases)


def _no_day(day: ir.DateValue) -> ir.BooleanValue:
    return day.isnull() | (day.year() < FIRST_YEAR)


def _day(text: ir.StringValue) -> ir.DateValue:
    """The day of digits as YYYYMMDD, with or without a time behind; null where they are none."""
    return (text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)).try_cast("date")


def _filled(text: ir.StringValue) -> ir.StringValue:
    return text.strip().nullif("").nullif("NA").nullif("None")


def _drawn(raw: ir.Table, form: Format) -> dict[str, ir.Value]:
    """The columns of `EVENT` that stand in the row itself, and the codes of act and actors."""
    if form.name == "icews":
        day = raw["Event Date"].try_cast("date")
        return {
            # the day on which the story appeared is the only one given
            "event_id": raw["Event ID"] + "/" + raw["Event Date"],
            "event_date": day,
            "known_date": day,
            "source_code": _filled(raw["Source Country"]),
            "target_code": _filled(raw["Target Country"]),
            "act": raw["CAMEO Code"],
            "goldstein": ibis.null("float64"),
            "tone": ibis.null("float64"),
            "sources": ibis.literal(1, "int64"),
            "reference": raw["Publisher"] + ", story " + raw["Story ID"],
        }
    if form.name == "polecat":
        return {
            "event_id": raw["Event ID"],
            "event_date": raw["Event Date"].try_cast("date"),
            "known_date": raw["Publication Date"].try_cast("date"),
            "source_code": raw["Actor COW"].fill_null(""),
            "target_code": raw["Recipient COW"].fill_null(""),
            "act": raw["Event Type"].upper(),
            "goldstein": raw["Intensity"].try_cast("float64"),
            "tone": ibis.null("float64"),
            "sources": ibis.literal(1, "int64"),
            "reference": raw["Source"],
        }
    has_url = "SOURCEURL" in form.columns
    return {
        "event_id": raw["GLOBALEVENTID"],
        "event_date": _day(raw["SQLDATE"]),
        "known_date": _day(raw["DATEADDED"]),
        "source_code": ibis.coalesce(_filled(raw["Actor1CountryCode"]), _filled(raw["Actor1KnownGroupCode"])),
        "target_code": ibis.coalesce(_filled(raw["Actor2CountryCode"]), _filled(raw["Actor2KnownGroupCode"])),
        "act": raw["EventCode"],
        "goldstein": ibis.null("float64"),
        "tone": raw["AvgTone"].try_cast("float64"),
        "sources": raw["NumSources"].try_cast("int64").fill_null(1),
        "reference": raw["SOURCEURL"] if has_url else ibis.null("string"),
    }
