"""The ledger on a page: what was issued, live and replayed apart, how much of it counts, and how good it was."""

from html import escape
from pathlib import Path

import pandas as pd

from forecasting.documents.fragments import Content, Fragment, day_words, table
from forecasting.documents.words import PER_CENT, label
from forecasting.ledger import read_chain, score
from forecasting.ledger.entries import LIVE, REPLAY, Issue
from forecasting.record.reads import note_file

LEDGER = "ledger"
KINDS = {
    LIVE: "Live: said within 120 days of the day whose knowledge it uses, before anybody could know the rest",
    REPLAY: "Replays: made afterwards as of a past day, by models given nothing later. They are no track record",
}
COUNTS = ("issued", "pending", "matured", "unseen", "resolved", "void", "retracted", "scored", "n_cases", "n_clusters")
OTHER_COUNTS = ("stated", "scored", "retracted", "n_cases")
TOO_FEW = "too few"
NONE = "<p>No ledger lies beside this record: <code>forecasting ledger issue --all --ledger DIR</code> begins one.</p>"


def ledger_values(folder: Path) -> Content | None:
    """What a ledger holds, as plain values; None where there is no such folder. `LedgerError` for a broken one.

    `head` and `last`: sha256 and name of the last file; `settled_on`: end of the last record used to resolve;
    `issued`: entries with forecasts by kind, with the first and last as-of day; `forecasts`, `causes`, `others`: rows
    of `forecasting.ledger.Scorecard`, None where there is no number.
    """
    note_file(folder.name)
    if not folder.is_dir():
        return None
    chain, card = read_chain(folder), score(folder)
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
        **{name: _rows(getattr(card, name)) for name in ("forecasts", "causes", "others")},
    }


def ledger(content: Content) -> Fragment:
    """What was said and when, with every denominator; skill over the base rate issued with it, or too few."""
    found = content["ledger"]
    if found is None:
        return Fragment(NONE)
    settled = (
        f"resolved from a record to {day_words(found['settled_on'])}" if found["settled_on"] else "not resolved yet"
    )
    parts = [
        f"<p>{found['entries']:,} entries, {settled}; the last is <code>{escape(found['last'])}</code>, sha256 "
        f"<code>{found['head']}</code>. Case by case a model may have abstained: {found['abstained']:,} times.</p>"
    ]
    for kind, words in KINDS.items():
        days = next((one for one in found["issued"] if one["kind"] == kind), None)
        if days is None:
            parts.append(f"<h3>{label(kind)}</h3><p>None was issued.</p>")
            continue
        between = f"as of {day_words(days['first'])} to {day_words(days['last'])}"
        parts.append(f"<h3>{label(kind)}</h3><p>{words}. {days['entries']:,} entries, {between}.</p>")
        parts += _tables(found, kind)
    return Fragment("".join(parts))


def _tables(found: Content, kind: str) -> list[str]:
    rows = [row for row in found["forecasts"] if row["kind"] == kind]
    head = ["Model", "Months", "Issued", "Pending", "Matured", "Unseen", "Resolved", "Void", "Retracted", "Scored",
            "Cases", "Clusters", "Brier", "Base rate", "Skill"]  # fmt: skip
    lines = [
        [escape(f"{label(row['model'])}, {label(row['target'])}"), row["horizon"], *(f"{row[n]:,}" for n in COUNTS),
         *_scores(row, "brier", "brier_base_rate")]
        for row in rows
    ]  # fmt: skip
    tables = [table(head, lines, f"{label(kind).capitalize()} forecasts: questions, and the four-state Brier score")]
    others = [row for row in found["others"] if row["kind"] == kind]
    if others:
        head = ["Who", "Against", "Stated", "Scored", "Retracted", "Cases", "Brier", "Against", "Skill"]
        lines = [
            [escape(row["by"]), escape(label(row["against"])), *(str(row[name]) for name in OTHER_COUNTS),
             *_scores(row, "brier", "brier_against")]
            for row in others
        ]  # fmt: skip
        tables.append(table(head, lines, f"{label(kind).capitalize()}: people and markets on the same questions"))
    return tables


def _scores(row: Content, *names: str) -> list[str]:
    numbers = [f"{row[name]:.4f}" if row[name] is not None else "" for name in names]
    if row["skill"] is not None:
        bounds = f"[{100 * row['lower']:.1f}, {100 * row['upper']:.1f}]"
        return [*numbers, f"{100 * row['skill']:.1f}{PER_CENT} {bounds}"]
    return [*numbers, TOO_FEW if str(row["note"]).startswith(TOO_FEW) else escape(str(row["note"] or ""))]


def _rows(frame: pd.DataFrame) -> list[Content]:
    held = frame.astype(object)
    rows: list[Content] = held.where(held.notna(), None).to_dict(orient="records")
    return [{name: getattr(value, "item", lambda value=value: value)() for name, value in row.items()} for row in rows]
