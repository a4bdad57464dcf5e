"""All cases that go on, on one page: how good forecasts have been, what moved since the last period, the forecasts."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts import Obtained
from forecasting.artefacts.code_hash import code_sha256
from forecasting.artefacts.session import shared_fit, shared_history
from forecasting.documents.case.content import STALE_MONTHS, skill
from forecasting.documents.case.material import BESIDE, HEADLINE_HORIZON, HEADLINE_MODEL, MODELS_SHOWN
from forecasting.documents.codings import limit_words
from forecasting.documents.fragments import Content, Fragment, badge, day_words, table
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Report, Section, by_name
from forecasting.documents.words import PAST, PER_CENT, counted, label, percent, percent_range, years
from forecasting.forecasts.forecast import LEVEL, case_limits, forecast
from forecasting.record.cases import CaseView
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, deadline, parse_day
from forecasting.record.reads import remembered
from forecasting.record.vocabulary import CAUSES, TARGETS

MOST_MOVED = 10
WHY = {
    "range": "something that it looks at lies outside what it learned from",
    "age": "too few cases were observed at that age",
}


@dataclass(frozen=True)
class Material:
    """All cases that go on, of the history's day and of an earlier one, with the models of both days."""

    history: History
    earlier: History
    horizons: tuple[int, ...]
    target: str
    artefacts: str | Path | None

    @property
    def horizon(self) -> int:
        """That on which the cases are compared."""
        return HEADLINE_HORIZON if HEADLINE_HORIZON in self.horizons else max(self.horizons)

    @remembered
    def views(self) -> list[CaseView]:
        """The cases that go on."""
        return _ongoing(self.history, self.target)

    @remembered
    def ids(self) -> list[str]:
        """The same by name."""
        return [view.case_id for view in self.views]

    @remembered
    def earlier_ids(self) -> set[str]:
        """Those that went on on the earlier day."""
        return {view.case_id for view in _ongoing(self.earlier, self.target)}

    @cached_property
    def fitted(self) -> Obtained:
        """The models of the history's day."""
        return shared_fit(self.history, MODELS_SHOWN, self.target, self.artefacts)

    @cached_property
    def past_fit(self) -> Obtained:
        """The models of the earlier day."""
        return shared_fit(self.earlier, MODELS_SHOWN, self.target, self.artefacts)

    @remembered
    def beside(self) -> pd.DataFrame:
        """Forecasts of the hazard model."""
        return forecast(self.history, self.ids, fitted=self.fitted.only(BESIDE), horizons=self.horizons)


def portfolio_content(
    history: History,
    earlier: History,
    horizons: tuple[int, ...] = HORIZONS,
    target: str = TARGETS[0],
    artefacts: str | Path | None = None,
) -> Content:
    """All values of the report as of the history's day, set beside those of an earlier day; JSON types only.

    `provenance`: what each value rests on.
    """
    found, value = Material(history, earlier, horizons, target, artefacts), Recorded()
    return {
        "template": "portfolio",
        "title": f"All arrangements that go on - forecasts as of {history.as_of}",
        "package_version": forecasting.__version__,
        "record_sha256": history.sha256,
        "code_sha256": code_sha256(),
        "artefact": found.fitted.key,
        "artefact_earlier": found.past_fit.key,
        "data_end": history.record.data_end.isoformat(),
        "as_of": history.as_of.isoformat(),
        "earlier": earlier.as_of.isoformat(),
        "target": target,
        "horizons": list(horizons),
        "horizon": found.horizon,
        "level": LEVEL,
        "models": {"headline": HEADLINE_MODEL, "beside": BESIDE},
        "accuracy": value("accuracy", skill, history.record.folder),
        "ended": value("ended", ended, found),
        "entered": value("entered", entered, found),
        "moved": value("moved", moves, found),
        "cases": value("cases", case_lines, found),
        "forecast": value("forecast", all_forecasts, found),
        PROVENANCE: value.provenance,
    }


def _ongoing(history: History, target: str) -> list[CaseView]:
    rows = history.outcomes[(history.outcomes["target"] == target) & (history.outcomes["cause"] == "")]
    return history.case_views(sorted(rows["case_id"]), target)


def entered(found: Material) -> list[str]:
    """Cases that go on and did not on the earlier day."""
    return [case for case in found.ids if case not in found.earlier_ids]


def moves(found: Material) -> list[Content]:
    """The hazard model's chances on both days, what moved most first."""
    both, horizon = [case for case in found.ids if case in found.earlier_ids], found.horizon
    past = forecast(found.earlier, both, fitted=found.past_fit.only(BESIDE), horizons=(horizon,))
    now, then = _chances(found.beside, horizon), _chances(past, horizon)
    rows = [{"case_id": c, "before": then[c], "after": now[c]} for c in both if c in then and c in now]
    return sorted(rows, key=lambda row: (-abs(row["after"] - row["before"]), row["case_id"]))


def _chances(forecasts: pd.DataFrame, horizon: int) -> dict[str, float]:
    rows = forecasts[forecasts["cause"].eq(CAUSES[0]) & forecasts["horizon"].eq(horizon) & forecasts["given"].eq("all")]
    return dict(zip(rows["case_id"], map(float, rows["probability"]), strict=True))


def case_lines(found: Material) -> Content:
    """What is said of each case, and whether the hazard model's word on it is within the record."""
    limits = case_limits(found.history, found.ids, found.fitted.only(BESIDE))
    return {view.case_id: _case(view) | {"limit": asdict(limits[view.case_id][BESIDE])} for view in found.views}


def _case(view: CaseView) -> Content:
    return {
        "name": str(view.start["name"]),
        "start": view.start_date.isoformat(),
        "last_seen": view.last_seen.isoformat(),
        "months_unseen": view.months_unseen,
    }


def all_forecasts(found: Material) -> list[Content]:
    """Forecasts of the base rate and of the hazard model."""
    base = forecast(found.history, found.ids, fitted=found.fitted.only(HEADLINE_MODEL), horizons=found.horizons)
    beside = found.beside
    return base.to_dict(orient="records") + beside[beside["given"] == "all"].to_dict(orient="records")


def ended(found: Material) -> list[Content]:
    """Cases that went on in the last period and are known to have ended since."""
    rows = found.history.outcomes
    rows = rows[(rows["target"] == found.target) & (rows["cause"] != "") & rows["case_id"].isin(found.earlier_ids)]
    names = found.history.cases.set_index("case_id")["name"]
    return [
        {"case_id": row.case_id, "name": str(names[row.case_id]), "cause": row.cause,
         "end": row.end_date.date().isoformat()}
        for row in rows[["case_id", "cause", "end_date"]].itertuples()
    ]  # fmt: skip


def masthead(content: Content) -> Fragment:
    """Title and day."""
    return Fragment(
        f'<p class="kicker">Forecasts as of {day_words(content["as_of"])}</p><h1>All arrangements that go on</h1>'
        f'<p class="question">{counted(len(content["cases"]), "case", "cases")}; set beside the forecasts as of '
        f"{day_words(content['earlier'])}.</p>"
    )


def accuracy(content: Content) -> Fragment:
    """What is known of how good earlier forecasts were."""
    ended = "".join(
        f"<li>{escape(e['name'])}: {badge(e['cause'], PAST[e['cause']])} on {day_words(e['end'])}</li>"
        for e in content["ended"]
    )
    known = f"<p>Ended since the last period:</p><ul>{ended}</ul>" if ended else "<p>No case ended in the period.</p>"
    design = {"cluster": "related cases left out", "rolling": "as of each year"}
    rows = [
        [design.get(a["design"], escape(a["design"])), percent(a["brier_skill"]),
         percent_range(a["lower"], a["upper"]), f"{a['n']:,}"]
        for a in content["accuracy"]
    ]  # fmt: skip
    past = (
        table(["Past days forecast", "Brier score saved", f"80{PER_CENT} interval", "Forecasts"], rows,
              "The model beside the headline over the base rate")
        if rows
        else "<p>How the model has done on past days is not known for this record.</p>"
    )  # fmt: skip
    return Fragment(
        "<p>There is no live track record yet: no forecast that was issued has come due.</p>" + known + past
    )


def moved(content: Content) -> Fragment:
    """The largest changes since the last period."""
    rows = [
        [escape(content["cases"][m["case_id"]]["name"]), percent(m["before"]), percent(m["after"]),
         f"{100 * (m['after'] - m['before']):+.1f}"]
        for m in content["moved"][:MOST_MOVED]
    ]  # fmt: skip
    entered = [escape(content["cases"][case]["name"]) for case in content["entered"]]
    since = f"<p>In the record since then: {'; '.join(entered)}.</p>" if entered else ""
    if not rows:
        return Fragment("<p>No case went on in both periods.</p>" + since)
    caption = f"Chance of a formal agreement within {years(content['horizon'])}, hazard model: what moved most"
    return Fragment(table(["Case", "Then", "Now", "Points"], rows, caption) + since)


def forecasts(content: Content) -> Fragment:
    """Every case, by the model's chance of a formal agreement."""
    horizon = content["horizon"]
    found = {
        (row["case_id"], row["model"]): row
        for row in content["forecast"]
        if row["cause"] == CAUSES[0] and row["horizon"] == horizon
    }
    said = {case: found.get((case, BESIDE)) for case in content["cases"]}
    order = sorted(said, key=lambda case: -row["probability"] if (row := said[case]) else 1.0)
    rows = [[_name(content["cases"][case]), _cell(found[case, HEADLINE_MODEL]), _cell(said[case])] for case in order]
    caption = f"Chance of a formal agreement within {years(horizon)}, with 80{PER_CENT} intervals"
    return Fragment(table(["Case", "Base rate (headline)", "Hazard model"], rows, caption) + _limits(content))


def _name(case: Content) -> str:
    unseen = f" <small>not seen for {case['months_unseen']:.0f} months</small>"
    return escape(case["name"]) + (unseen if case["months_unseen"] > STALE_MONTHS else "")


def _limits(content: Content) -> str:
    """For which cases the hazard model gives no number, and how many of its intervals are widened, and why."""
    limits = {case["name"]: case["limit"] for case in content["cases"].values()}
    silent = [f"{escape(name)} ({escape(limit_words(limit))})" for name, limit in limits.items()
              if limit["status"] == "abstained"]  # fmt: skip
    said = f"<p>The hazard model gives no number for {'; '.join(silent)}.</p>" if silent else ""
    reasons = Counter(WHY[rule] for limit in limits.values() if limit["status"] == "widened"
                      for rule in {reason["rule"] for reason in limit["reasons"]})  # fmt: skip
    if not reasons:
        return said
    n = sum(limit["status"] == "widened" for limit in limits.values())
    why = "; ".join(f"{number}: {words}" for words, number in sorted(reasons.items()))
    return f"{said}<p>Its interval is widened to hold the base rate's in {counted(n, 'case', 'cases')} ({why}).</p>"


def _cell(row: Content | None) -> str:
    if row is None:
        return "no number"
    return f"{percent(row['probability'])} <small>{percent_range(row['lower'], row['upper'])}</small>"


def provenance(content: Content) -> Fragment:
    """What the page was made from."""
    return Fragment(
        f"<p>Record to {day_words(content['data_end'])}, sha256 <code>{content['record_sha256']}</code>; package "
        f"{escape(content['package_version'])}; target {label(content['target'])}. Every number on this page "
        "is in the JSON file beside it.</p>"
    )


class PortfolioReport(Report):
    """What can be said of all cases that go on, as of a day."""

    SECTIONS: ClassVar[dict[str, Section]] = by_name((masthead, accuracy, moved, forecasts, provenance))

    def __init__(
        self,
        as_of: str | date | None = None,
        horizons: tuple[int, ...] | list[int] = HORIZONS,
        target: str = TARGETS[0],
        period_months: int = 3,
        data: str | Path | None = None,
        artefacts: str | Path | None = None,
    ) -> None:
        """Load the record as of the day and of `period_months` before; raises what `forecast` raises."""
        day = parse_day(as_of) if isinstance(as_of, str) else as_of
        history = shared_history(data, day)
        earlier = shared_history(data, deadline(history.as_of, -period_months))
        self.content: dict[str, Any] = portfolio_content(history, earlier, tuple(horizons), target, artefacts)
