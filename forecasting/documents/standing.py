"""What a page says of itself below its title: how old its record was at the run, and where its numbers are issued."""

from collections.abc import Iterator
from pathlib import Path

from forecasting.documents.blocks import Block, Section, Text
from forecasting.documents.compose import text
from forecasting.documents.quantities import code, count, day, quote
from forecasting.documents.values import Content, Fields
from forecasting.documents.wording import label
from forecasting.ledger.chain import NOTHING
from forecasting.ledger.live import live_record
from forecasting.ledger.of_case import said_of_case
from forecasting.ledger.place import ledger_read
from forecasting.ledger.registration import Registered, headline_entries
from forecasting.record.history import History
from forecasting.record.reading import RawRecord
from forecasting.record.reads import note_file


def registration(
    history: History,
    ledger: str | Path | None,
    target: str,
    case_id: str | None = None,
    until: str | None = None,
) -> Content:
    """The key `registered` of a page whose ledger is named; none otherwise.

    Parameters
    ----------
    history
        The record as of the day of the forecasts.
    ledger
        The folder of the ledger, or None.
    target
        The target of the forecasts.
    case_id
        The case of the page; None for all of the day.
    until
        sha256 of the last entry to be read; None for all.

    Returns
    -------
    dict
        `registered`: the entries that hold the headline's forecasts as of the day; empty where nothing was issued.
    """
    if ledger is None:
        return {}
    note_file("ledger")
    found = headline_entries(Path(ledger), history.as_of, target, case_id, until)
    return {"registered": [_values(one) for one in found]}


def _values(one: Registered) -> Content:
    return {"entry": one.entry, "sha256": one.sha256, "kind": one.kind}


def own_rows(record: RawRecord) -> Content:
    """The keys `overlays` and `evaluated` of a page made with rows of one's own; none otherwise.

    Parameters
    ----------
    record
        The record of the page.

    Returns
    -------
    dict
        `overlays`: name, hash and whether models learn from it, of each; `evaluated`: end and number of cases of the
        record without them, which the kept results are of.
    """
    if record.beneath is None:
        return {}
    laid = [{"name": one.folder.name, "sha256": one.sha256, "learns": one.learns} for one in record.overlays]
    size = len(record.beneath.tables["cases"].cells)
    return {"overlays": laid, "evaluated": {"data_end": record.beneath.data_end.isoformat(), "n_cases": size}}


def live_values(record: Path, ledger: str | Path | None, until: str | None = None) -> Content:
    """What became of the forecasts issued live, in the ledger that the page reads, up to the entry that it names."""
    note_file("ledger")
    return live_record(ledger_read(record, ledger), until)


def said_values(history: History, case_id: str, target: str, ledger: str | Path | None, until: str | None) -> Content:
    """What people, markets and conditional forecasts say of a case, in the ledger that the page reads."""
    note_file("ledger")
    return said_of_case(ledger_read(history.record.folder, ledger), case_id, target, history.as_of, until)


def live_sentence(found: Fields) -> Text:
    """What became of the forecasts issued live, and up to which entry of the ledger that was counted."""
    if found["issued"] == 0:
        if found["last"] == NOTHING:
            return text("No forecast has been issued live: there is no live track record.")
        return text(
            "No forecast has been issued live up to entry {last} of the ledger: there is no live track record.",
            last=code(found["last"]),
        )
    if found["resolved"] == 0:
        return text(
            "There is no live track record yet: up to entry {last} of the ledger, none of {issued} forecasts issued "
            "live is resolved; the first is due on {due}.",
            last=code(found["last"]),
            issued=count(found["issued"]),
            due=day(found["first_deadline"]),
        )
    return text(
        "Live track record: up to entry {last} of the ledger, of {issued} forecasts issued live, {resolved} are "
        "resolved and {scored} are scored; the scorecard has their scores.",
        last=code(found["last"]),
        **{name: count(found[name]) for name in ("issued", "resolved", "scored")},
    )


def with_standing(section: Section, content: Fields) -> Section:
    """A masthead with these sentences below it, where the page has the values for them."""
    return section.model_copy(update={"blocks": (*section.blocks, *_blocks(content))})


def _blocks(content: Fields) -> Iterator[Block]:
    if "record_age" in content:
        yield text(
            "**The record ends on {end}, {months} months before this page was made**; what has happened since is not "
            "in it.",
            end=day(content["data_end"]),
            months=count(content["record_age"]),
        )
    if "lost_acts" in content:
        yield text("**The record has {n} acts fewer than at the run before this one.**", n=count(content["lost_acts"]))
    yield from _overlay_blocks(content) if "overlays" in content else ()
    if "registered" not in content:
        return
    if not content["registered"]:
        yield text("The forecasts on this page are not issued in the ledger.")
    for one in content["registered"]:
        yield text(
            f"Issued in the ledger ({label(str(one['kind']))}): entry {{entry}}, sha256 {{sha256}}.",
            entry=code(one["entry"]),
            sha256=code(one["sha256"]),
        )


def _overlay_blocks(content: Fields) -> Iterator[Block]:
    for one in content["overlays"]:
        learned = "the models learned from them too" if one["learns"] else "no model learned from them"
        yield text(
            "With rows of its own from {name}, sha256 {overlay}, laid over the record, sha256 {record}; {learned}.",
            learned=learned,
            name=quote(one["name"]),
            overlay=code(one["sha256"]),
            record=code(content["record_sha256"]),
        )
    yield text(
        "Skill, track record and confidence are quoted from the record to {end} with {n} cases, without these rows.",
        end=day(content["evaluated"]["data_end"]),
        n=count(content["evaluated"]["n_cases"]),
    )
