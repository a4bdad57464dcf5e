"""Rows of the datasheet's table: what the record holds, counted."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
from sampling_rows import fresh_cases

from forecasting import History
from forecasting.record.checks import concluded_rows
from forecasting.record.quality import Part, assumed_days, audit_verdicts, ladder_support, unopened_sources
from forecasting.record.reading import RawRecord
from forecasting.record.vocabulary import CAUSES, CONFIDENCES, LADDERS, ONGOING, SAMPLED_VIA, STANDINGS, STATES

MONTH_DAYS = 31
ACT = ["event_date", "kind", "actor", "target"]
WORDS = {"formalization": "way to a binding text", "strain": "strain"}


class Counts:
    """The tables of the record as text, and how often things occur in them."""

    def __init__(self, history: History) -> None:
        self.history, self.record = history, history.record
        self.tables = {name: raw.cells for name, raw in self.record.tables.items()}
        self.cases, self.coding = (self.tables[name].set_index("case_id") for name in ("cases", "coding"))
        self.ends = concluded_rows(self.tables["outcomes"])
        self.state = self.ends["cause"].replace("", ONGOING).reindex(self.cases.index)
        self.open = self.ends[self.ends["cause"] == ""]
        self.core = self.coding.index[self.coding["in_core"] == "1"]
        opened = self.tables["sources"].query("seen == '1'")["source_id"]
        self.opened = frozenset(opened)

    def cites_opened(self, cells: "pd.Series[str]") -> "pd.Series[bool]":
        """Whether a cell of sources names a page that was opened."""
        return cells.map(lambda cell: not self.opened.isdisjoint(cell.split(";"))).astype(bool)

    def cases_with_page(self) -> "pd.Series[bool]":
        """Whether a case rests on at least one page that was opened, by case_id."""
        rests = self.tables["case_sources"]
        return rests["source_id"].isin(self.opened).groupby(rests["case_id"]).any().reindex(self.cases.index)

    def months_before_end(self, days: "pd.Series[str]") -> "pd.Series[float]":
        """Months from each day to the end of the record."""
        return (pd.Timestamp(self.record.data_end) - pd.to_datetime(days)).dt.days / 30.4375


def of(n: int, whole: int) -> str:
    """A part of a whole, with its share."""
    return f"{n} of {whole} ({100 * n / whole:.0f} %)" if whole else "0 of 0"


def part(found: Part) -> str:
    """A counted part of a whole."""
    return of(found.n, found.of)


def told(values: "pd.Series[str]", names: Iterable[str]) -> str:
    """How many of the values are each of the names."""
    found = values.value_counts()
    return ", ".join(f"{found.get(name, 0)} {name}" for name in names)


def by_state(values: "pd.Series[float]", state: "pd.Series[str]", form: str) -> str:
    """Mean by state of the case."""
    means = values.groupby(state).mean()
    return ", ".join(f"{name} {means[name]:{form}}" for name in STATES)


def verdicts(cells: "pd.Series[str]") -> str:
    """Verdicts of an audit, the most frequent first."""
    return ", ".join(f"{n} {verdict}" for verdict, n in cells.value_counts().items())


def case_rows(c: Counts) -> dict[str, str]:
    """Size of the record, cases and their ends."""
    years = c.cases["start_date"].str[:4].astype(int)
    n, core, via = len(c.cases), c.state[c.core], c.coding.loc[c.core, "sampled_via"]
    states = {road: core[via == road] for road in SAMPLED_VIA}
    outside = c.coding.drop(c.core)["sampled_via"]
    formal = {road: of(int((own == CAUSES[0]).sum()), len(own)) for road, own in (states | {"pooled": core}).items()}
    in_force = c.tables["outcomes"].query("target == 'in_force'")["cause"].replace("", ONGOING)
    concluded = c.ends[c.ends["cause"] == CAUSES[0]]
    under_way = c.cases["negotiation_underway"].astype(float)
    undated = int((concluded["in_force_date"] == "").sum())
    return {
        "version; `data_end`": f"{c.record.descriptor['version']}; {c.record.data_end}",
        "starts; clusters": f"{c.cases['start_date'].min()} to {c.cases['start_date'].max()}; "
        f"{of(int((years >= 1970).sum()), n)} in 1970 or later; {c.cases['cluster_id'].nunique()} clusters",
        "cases, target `concluded`": f"{n}: {told(c.state, STATES)}",
        "cases, target `in_force`": f"{n}: {told(in_force, STATES)}",
        **{f"core, found {road}": f"{len(own)}: {told(own, STATES)}" for road, own in states.items()},
        "core, pooled": f"{len(core)}: {told(core, STATES)}",
        "outside the core": f"{len(outside)}: {told(outside, SAMPLED_VIA)}",
        "core cases that became formal": f"forward {formal['forward']}, pooled {formal['pooled']}",
        "formal under `concluded`, no date of entry into force": of(undated, len(concluded)),
        "`formal_target` named, by cause": by_state(100.0 * (c.cases["formal_target"] != ""), c.state, ".0f")
        .replace(",", " %,") + " %",
        "`negotiation_underway`, mean by cause": by_state(under_way, c.state, ".2f"),
        "confidence in the coding, core": told(c.coding.loc[c.core, "confidence"], CONFIDENCES),
    }  # fmt: skip


def event_rows(c: Counts) -> dict[str, str]:
    """Events, known dates and claims."""
    events = c.tables["events"]
    n, per_case = len(events), events["case_id"].value_counts().reindex(c.cases.index, fill_value=0)
    shared = events.groupby(ACT)["case_id"].transform("nunique") > 1
    coarse, added = events["date_precision"] != "day", events["added_for_ladder"] == "1"
    later, assumed = events["known_date"] > events["event_date"], events["known_assumed"] == "1"
    claimed, claims = events["claim_id"] != "", c.tables["claims"]
    clears = events["clears"] != ""
    coverage = c.tables["event_coverage"]
    days = assumed_days(c.history)
    return {
        "events": f"{n}, median {per_case.median():.0f} per case; {of(int(coarse.sum()), n)} with a coarse date",
        "mean events per case by cause": by_state(per_case.astype(float), c.state, ".1f"),
        "standing; confidence of events": f"{told(events['standing'], STANDINGS)}; "
        f"{told(events['confidence'], CONFIDENCES)}",
        "event acts shared by cases (same day, kind, actor, target)": of(int(shared.sum()), n),
        "acts added because a level of a ladder rested on them": of(int(added.sum()), n),
        "known date of an act": f"judged, not assumed, {of(int((~assumed).sum()), n)}; later than the act "
        f"{of(int(later.sum()), n)}",
        "known date assumed equal to the fact": f"starts {part(days['start_known_date'])}; ends under `concluded` "
        f"{part(days['end_known_date'])}",
        "claims": f"{len(claims)}, on which {int(claimed.sum())} acts rest; "
        f"{int((claims['probability'] != '').sum())} with a probability of their own",
        "acts that answer a charge (`clears`)": str(int(clears.sum())),
        "event coverage written down": f"{of(len(coverage), len(c.cases))}; "
        f"{int((coverage['quality'] == 'thin').sum())} thin",
    }  # fmt: skip


def ladder_rows(c: Counts) -> dict[str, str]:
    """What the ladders rest on."""
    rows = {}
    for ladder in LADDERS:
        s = ladder_support(c.history, ladder)
        rows[f"ladder, {WORDS[ladder]}"] = (
            f"{s.cases} cases, {s.rows} rows; {of(s.by_act, s.rows)} name an act, {s.by_source} a source alone, "
            f"{s.by_neither} neither; {s.high} high, {s.medium} medium, {s.low} low"
        )
    readings = c.tables["alternatives"].query("field in @LADDERS")
    rows["alternative readings of a ladder"] = f"{len(readings)} on {readings['case_id'].nunique()} cases"
    return rows


def looking_rows(c: Counts) -> dict[str, str]:
    """Open cases: last sights, and until when somebody looked."""
    n, looked = len(c.open), c.open["looked_until"].sort_values()
    told_of = int((c.open["last_observed_source"] != "").sum())
    silent = int((c.months_before_end(c.open["last_observed_date"]) > 24).sum())
    return {
        "open cases; last sight with a page": f"{n}; {of(told_of, n)}, {n - told_of} not found",
        "open cases last seen more than 24 months before `data_end`": of(silent, n),
        "`looked_until` of open cases": f"median {looked.iloc[(n - 1) // 2]}; before 2026 "
        f"{of(int((looked < '2026').sum()), n)}; until `data_end` {int((looked >= str(c.record.data_end)).sum())}",
    }


def source_rows(c: Counts) -> dict[str, str]:
    """Pages, and what rests on one that was opened."""
    sources, n = c.tables["sources"], len(c.tables["sources"])
    encyclopedia = int(sources["url"].str.contains("wikipedia", case=False).sum())
    ended = [case for case in c.core if c.state[case] != ONGOING]
    endings = c.tables["events"].query("is_ending == '1'").set_index("case_id").loc[ended, "source_id"]
    page, events = c.cases_with_page(), c.tables["events"]
    return {
        "sources": f"{n}, of which {of(encyclopedia, n)} Wikipedia; date of publication known for "
        f"{of(int((sources['published'] != '').sum()), n)}",
        "sources not opened (`seen = 0`)": part(unopened_sources(c.history)),
        "rows that cite at least one opened page": f"cases {of(int(page.sum()), len(page))}; events "
        f"{of(int(c.cites_opened(events['source_id']).sum()), len(events))}",
        "core outcomes with at least one opened page": f"of the case {of(int(page[ended].sum()), len(ended))}, of the "
        f"ending act itself {of(int(c.cites_opened(endings).sum()), len(ended))}",
    }


def other_rows(c: Counts) -> dict[str, str]:
    """Alternatives, the first audit, second coding and the small tables."""
    otherwise, audit = c.tables["alternatives"], c.tables["audit"]
    via = otherwise.loc[otherwise["field"] == "sampled_via", "alternative_id"].nunique()
    counted = audit_verdicts(c.history)
    needed_nothing = int((audit["resolution"] == "").sum())
    small = [len(c.tables[name]) for name in ("calendar", "corrections", "parties", "warheads")]
    return {
        "alternatives": f"{len(otherwise)} rows in {otherwise['alternative_id'].nunique()} joint alternatives on "
        f"{otherwise['case_id'].nunique()} cases; {via} of them change `sampled_via`",
        "first audit": f"{audit['case_id'].nunique()} cases, {len(audit)} facts: "
        + ", ".join(f"{n} {verdict}" for verdict, n in counted.items()),
        **{f"first audit of `{field}`": verdicts(audit.loc[audit["field"] == field, "verdict"])
           for field in ("start_date", "end_date", "cause")},
        "first audit, what followed": f"{verdicts(audit.loc[audit['resolution'] != '', 'resolution'])}; "
        f"{needed_nothing} facts needed nothing",
        "calendar, corrections, parties, warhead figures": ", ".join(str(n) for n in small),
        "second coding": second_coding(c, False),
        "second coding of fresh cases": second_coding(c, True),
    }  # fmt: skip


def recoded(record: RawRecord, fresh: bool) -> RawRecord:
    """The record with the second coding of the fresh cases alone, or of the others alone."""
    again = record.tables["second_coding"]
    chosen = (again.cells["case_id"].isin(fresh_cases()) == fresh).to_numpy()
    return replace(record, tables={**record.tables, "second_coding": again.select(chosen)})


def second_coding(c: Counts, fresh: bool) -> str:
    """Cases coded twice, and how near their ends are."""
    again = recoded(c.record, fresh).tables["second_coding"].cells.set_index("case_id")
    both = pd.DataFrame({"again": again["end_date"], "first": c.ends["end_date"].reindex(again.index)})
    both = both[(both["again"] != "") & (both["first"] != "")].apply(pd.to_datetime)
    apart = (both["again"] - both["first"]).dt.days.abs()
    n = len(both)
    return (
        f"{len(again)} core cases; both coders ended {n} of them, on the same day in {of(int((apart == 0).sum()), n)}, "
        f"within a month in {of(int((apart <= MONTH_DAYS).sum()), n)}"
    )


def rows_of(c: Counts) -> list[tuple[str, str]]:
    """What is counted, and the number, for the table of the edition."""
    parts = (case_rows, event_rows, ladder_rows, looking_rows, source_rows, other_rows)
    return [row for own in parts for row in own(c).items()]
