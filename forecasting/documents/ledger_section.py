"""The ledger on a page: live and replayed forecasts apart, with all denominators and scores."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from forecasting.documents.blocks import Block, Cell, Heading, Section, Table
from forecasting.documents.compose import section, table, text
from forecasting.documents.quantities import code, count, day, figure, name, quote, share
from forecasting.documents.values import Content, Fields
from forecasting.documents.wording import TOO_FEW, label
from forecasting.ledger import score
from forecasting.ledger.entries import LIVE, REPLAY, Issue
from forecasting.ledger.registration import entries_of
from forecasting.record.reads import note_file

KINDS = {
    LIVE: "Issued within 120 days of the forecast day, before the outcomes could be known",
    REPLAY: "Issued afterwards as of a past day, by models fitted to the record as known then; not a live track record",
}
COUNTS = ("issued", "pending", "matured", "unseen", "resolved", "void", "retracted", "scored", "n_cases", "n_clusters")
OTHER_COUNTS = ("stated", "scored", "retracted", "n_cases")
HEAD = ("Model", "Months", "Issued", "Pending", "Matured", "Unseen", "Resolved", "Void", "Retracted", "Scored", "Cases",
        "Clusters", "Brier", "Base rate", "Skill")  # fmt: skip
OTHER_HEAD = ("By", "Against", "Stated", "Scored", "Retracted", "Cases", "Brier", "Brier against", "Skill")
NONE = text("There is no ledger beside this record: `forecasting ledger issue --all --ledger DIR` begins one.")


def ledger_values(folder: Path, until: str | None = None) -> Content | None:
    """Content of a ledger up to an entry as plain values; None where there is none. `LedgerError` for a broken one.

    `head` and `last`: sha256 and name of the last file; `settled_on`: end of the last record used to resolve;
    `issued`: entries with forecasts by kind, with the first and last as-of day; `forecasts`, `causes`, `others`: rows
    of `forecasting.ledger.Scorecard`, None where there is no number.
    """
    note_file(folder.name)
    chain = entries_of(folder, until)
    if not chain.links:
        return None
    card = score(folder, until)
    issues = [link.entry for link in chain.links if isinstance(link.entry, Issue)]
    days = {kind: sorted(one.as_of.isoformat() for one in issues if one.kind == kind) for kind in KINDS}
    return {
        "head": chain.head,
        "last": chain.last,
        "entries": len(chain.links),
        "settled_on": card.settled_on,
        "issued": [
            {"kind": kind, "entries": len(found), "first": found[0], "last": found[-1]}
            for kind, found in days.items()
            if found
        ],
        "abstained": sum(len(one.silent) for one in issues),
        "unknown": sum(len(one.unknown or ()) for one in issues),
        **{name: _rows(getattr(card, name)) for name in ("forecasts", "causes", "others")},
    }


def ledger(content: Fields) -> Section:
    """Issued forecasts and their days, with every denominator, and skill over the base rate issued with them."""
    found = content["ledger"]
    if found is None:
        return section(NONE)
    settled = (
        text("resolved from a record to {end}", end=day(found["settled_on"]))
        if found["settled_on"]
        else text("not resolved yet")
    )
    whole = text(
        "{entries} entries, {settled}; the last is {last}, sha256 {head}. Models abstained from single forecasts "
        "{silent} times; {unknown} forecasts are of cases whose state was unknown on their day.",
        entries=count(found["entries"]),
        settled=settled,
        last=code(found["last"]),
        head=code(found["head"]),
        silent=count(found["abstained"]),
        unknown=count(found["unknown"]),
    )
    return section(whole, *(block for kind in KINDS for block in _of_kind(found, kind)))


def _of_kind(found: Fields, kind: str) -> Iterator[Block]:
    """Forecasts of one kind: their days, counts and scores."""
    yield Heading(words=label(kind).capitalize())
    days = next((one for one in found["issued"] if one["kind"] == kind), None)
    if days is None:
        yield text("None was issued.")
        return
    yield text(
        f"{KINDS[kind]}. {{entries}} entries, as of {{first}} to {{last}}.",
        entries=count(days["entries"]),
        first=day(days["first"]),
        last=day(days["last"]),
    )
    yield _forecasts(found, kind)
    yield from _others(found, kind)


def _forecasts(found: Fields, kind: str) -> Table:
    rows = [
        [
            text("{model}, {target}", model=name(row["model"]), target=name(row["target"])),
            quote(row["horizon"]),
            *(count(row[column]) for column in COUNTS),
            *_scores(row, "brier", "brier_base_rate"),
        ]
        for row in found["forecasts"]
        if row["kind"] == kind
    ]
    return table(f"{label(kind).capitalize()} forecasts: counts, and the four-state Brier score", HEAD, rows)


def _others(found: Fields, kind: str) -> Iterator[Table]:
    rows = [
        [
            quote(row["by"]),
            name(row["against"]),
            *(count(row[column]) for column in OTHER_COUNTS),
            *_scores(row, "brier", "brier_against"),
        ]
        for row in found["others"]
        if row["kind"] == kind
    ]
    if rows:
        yield table(f"{label(kind).capitalize()}: people and markets on the same questions", OTHER_HEAD, rows)


def _scores(row: Fields, *columns: str) -> list[Cell]:
    numbers = [figure("score", row[column]) if row[column] is not None else "" for column in columns]
    if row["skill"] is not None:
        return [*numbers, share(row["skill"], row["lower"], row["upper"])]
    note = row["note"] or ""
    return [*numbers, TOO_FEW if note.startswith(TOO_FEW) else quote(note)]


def _rows(frame: pd.DataFrame) -> list[Content]:
    held = frame.astype(object)
    rows: list[Content] = held.where(held.notna(), None).to_dict(orient="records")
    return [{name: getattr(value, "item", lambda value=value: value)() for name, value in row.items()} for row in rows]
