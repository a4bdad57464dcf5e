"""Constraints on acts beyond their own row: the charges they answer, the claims they rest on, their retraction."""

import numpy as np
import pandas as pd

from forecasting.record.ladder_rules import named_acts
from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.record.values import days_of
from forecasting.record.vocabulary import OBSERVANCE_KINDS, PLOVER_BY_KIND, RETRACTED, TARGETS
from forecasting.store.errors import Fault

CHARGE = "accusation_of_violation"


def clearing_faults(events: RawTable, first: pd.DataFrame) -> list[Fault]:
    """Acts that cannot answer the charge they name (`first`: the events, each event_id once)."""
    findings, cells = Findings(events), events.cells
    findings.add(
        (cells["clears"] != "") & (cells["standing"] != "confirmed"),
        "a confirmed act where it clears a charge",
        "standing",
        "clears",
        do="empty clears: a report that a quarrel is settled settles nothing",
    )
    named = named_acts(cells["clears"], first)
    day, known = (named["line"].map(findings.day(name)) for name in ("event_date", "known_date"))
    for row, other, later, unknown in zip(
        named.itertuples(), named["kind"] != CHARGE, named["day"] > day, named["counts"] > known, strict=True
    ):
        if other:
            do = "name the accusation itself"
            findings.tell(int(row.line), f"clears as acts of kind {CHARGE}", f"{row.event_id} of kind {row.kind}", do)
        elif later or unknown:
            when = f"{row.event_id} of {row.event_date}, which counts from {row.counts:%Y-%m-%d}"
            expected = "clears as charges that were made and known by then"
            findings.tell(int(row.line), expected, when, "name a charge that the act could answer")
    return findings.faults


def claim_faults(claims: RawTable, events: pd.DataFrame) -> list[Fault]:
    """Claims on which no act rests."""
    findings = Findings(claims)
    unused = ~claims.cells["claim_id"].isin(set(events["claim_id"]))
    findings.add(unused, "a claim on which an act rests", "claim_id", do="name it in claim_id of an event, or drop it")
    return findings.faults


def sight_faults(outcomes: RawTable, events: pd.DataFrame, starts: "pd.Series[str]") -> list[Fault]:
    """Last sights of open cases before an act of the case that shows it kept (`events`: each event_id once).

    `starts`: start_date by case_id; a sight before the start is told elsewhere.
    """
    findings, cells = Findings(outcomes), outcomes.cells
    kept = events["kind"].isin(OBSERVANCE_KINDS) & (events["standing"] == "confirmed")
    stops = PLOVER_BY_KIND["military_dialogue_suspended"]
    acts = events[kept & (events["plover"] != stops)]
    last = days_of(acts["event_date"]).groupby(acts["case_id"]).max()
    closed = set(cells.loc[(cells["target"] == TARGETS[0]) & (cells["cause"] != ""), "case_id"])
    shown = days_of(cells["case_id"].map(last.dt.strftime("%Y-%m-%d")))
    seen = findings.day("last_observed_date")
    late = ~cells["case_id"].isin(closed) & (seen < shown) & (seen >= days_of(cells["case_id"].map(starts)))
    findings.add_against(
        late,
        "last_observed_date on or after {}, when an act of the case shows it kept",
        shown,
        "last_observed_date",
        do="move it there, with its source, or give the act the kind that it is",
    )
    return findings.faults


def retraction_faults(corrections: RawTable, events: pd.DataFrame) -> list[Fault]:
    """Retractions of acts that are not there on the day (`events`: each event_id once)."""
    findings, cells = Findings(corrections), corrections.cells
    standing = (cells["table"] == "events") & (cells["field"] == "standing")
    known = days_of(cells["row_key"].where(standing).map(events.set_index("event_id")["known_date"]))
    gone = standing & (cells["value"] == RETRACTED)
    early = gone & (findings.day("recorded_on") <= known)
    findings.add_against(
        early,
        "a retraction after {}, when the act became known",
        known,
        "row_key",
        "recorded_on",
        do="correct the row itself if the act was never known",
    )
    order = np.argsort(findings.day("recorded_on").to_numpy(), kind="stable")
    before: dict[str, bool] = {}
    for line in order:
        if standing.iloc[line]:
            key = cells["row_key"].iloc[line]
            if gone.iloc[line] and before.get(key, False):
                expected, do = "a retraction of an act that is there", "drop the second retraction"
                findings.tell(int(line), expected, f"{key}, which is retracted already", do)
            before[key] = bool(gone.iloc[line])
    return findings.faults
