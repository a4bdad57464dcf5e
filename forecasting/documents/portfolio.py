"""All ongoing cases on one page: what to watch, what moved, what the last period got wrong, and the forecasts."""

from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts import Obtained, code_sha256
from forecasting.artefacts.session import shared_fit, shared_history, shared_index
from forecasting.documents import portfolio_sections as sections
from forecasting.documents.activity import activity_values
from forecasting.documents.case.material import HAZARD_MODEL, HEADLINE_HORIZON, HEADLINE_MODEL, MODELS_SHOWN
from forecasting.documents.case.skill import headline_skill
from forecasting.documents.portfolio_sections import MOST_MOVED
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.standing import live_values, own_rows, registration
from forecasting.documents.values import Content
from forecasting.explain.changes import changes
from forecasting.explain.windows import term_end
from forecasting.forecasts import LEVEL, case_limits, ended_already, forecast
from forecasting.forecasts.applicability import Applicability, Reason
from forecasting.forecasts.ladder_applicability import shared_by_all
from forecasting.models import BASE_RATE
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, calendar_months_between, deadline
from forecasting.record.overlays import Folders
from forecasting.record.reads import remembered
from forecasting.record.vocabulary import CAUSES, LADDERS, TARGETS

WATCH_MONTHS = 3
LEAST_WATCHED = 0.05
MOST_DATES = 2
MOST_HELD = 5


@dataclass(frozen=True)
class Material:
    """All ongoing cases of the history's day and of an earlier one, with the models of both days."""

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
    def views(self) -> list[Dossier]:
        """The ongoing cases."""
        return _ongoing(self.history, self.target)

    @remembered
    def ids(self) -> list[str]:
        """The same by name."""
        return [view.case_id for view in self.views]

    @remembered
    def earlier_ids(self) -> set[str]:
        """Cases that were ongoing on the earlier day."""
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
    def headline(self) -> pd.DataFrame:
        """Forecasts by the headline."""
        return forecast(self.history, self.ids, fitted=self.fitted.only(HEADLINE_MODEL), horizons=self.horizons)

    @remembered
    def both_days(self) -> list[Content]:
        """Chances of each ending by the headline on both days, the largest change of any first."""
        both, horizon = [case for case in self.ids if case in self.earlier_ids], self.horizon
        past = forecast(self.earlier, both, fitted=self.past_fit.only(HEADLINE_MODEL), horizons=(horizon,))
        now, then = _chances(self.headline, horizon), _chances(past, horizon)
        rows = [{"case_id": c, "before": then[c], "after": now[c]} for c in both if c in then and c in now]
        return sorted(rows, key=lambda row: (-_largest(row), str(row["case_id"])))

    @remembered
    def limits(self) -> tuple[tuple[Reason, ...], dict[str, Applicability]]:
        """What limits the headline for all cases alike, and for each alone."""
        return self._limits_of(HEADLINE_MODEL)

    @remembered
    def first_limits(self) -> tuple[tuple[Reason, ...], dict[str, Applicability]]:
        """The same of the first registration's model."""
        return self._limits_of(HAZARD_MODEL)

    def _limits_of(self, model: str) -> tuple[tuple[Reason, ...], dict[str, Applicability]]:
        found = case_limits(self.history, self.ids, self.fitted.only(model))
        return shared_by_all({case: of_case[model] for case, of_case in found.items()})


def portfolio_content(
    history: History,
    earlier: History,
    horizons: tuple[int, ...] = HORIZONS,
    target: str = TARGETS[0],
    artefacts: str | Path | None = None,
    ledger: str | Path | None = None,
    until: str | None = None,
    streams: str | Path | None = None,
) -> Content:
    """All values of the report as of the history's day, with those of an earlier day; JSON types only.

    `live`: what became of the forecasts in `ledger` up to the entry with the sha256 `until`, by default the last.
    `activity`: unusual activity in the event files of the store `streams`, where one is given.
    `provenance`: what each value rests on.
    """
    found, value = Material(history, earlier, horizons, target, artefacts), Recorded()
    return {
        "template": "portfolio",
        "title": f"All ongoing arrangements - forecasts as of {history.as_of}",
        "package_version": forecasting.__version__,
        "record_sha256": history.record_sha256,
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
        "models": {"headline": HEADLINE_MODEL, "base_rate": BASE_RATE, "first": HAZARD_MODEL},
        "accuracy": value("accuracy", headline_skill, history.record.folder, history.record_sha256),
        "live": value("live", live_values, history.record.folder, ledger, until),
        "ended": value("ended", ended, found),
        "entered": value("entered", entered, found),
        "last_period": value("last_period", last_period, found),
        "moved": value("moved", moves, found),
        "watch": value("watch", watch_list, found),
        "activity": value("activity", activity_values, history, streams),
        "cases": value("cases", case_lines, found),
        "unknown": value("unknown", unknown_states, found),
        "shared_limits": value("shared_limits", shared_limits, found),
        "first_model_limits": value("first_model_limits", first_model_limits, found),
        "forecast": value("forecast", all_forecasts, found),
        PROVENANCE: value.provenance,
    }


def _ongoing(history: History, target: str) -> list[Dossier]:
    return history.case_views(history.open_case_ids(target), target)


def entered(found: Material) -> list[str]:
    """Cases that are ongoing and were not on the earlier day."""
    return [case for case in found.ids if case not in found.earlier_ids]


def moves(found: Material) -> list[Content]:
    """The headline's chances of each ending on both days, the largest change of any first and with its parts."""
    rows = found.both_days
    return [row | {"parts": _parts(found, row["case_id"])} for row in rows[:MOST_MOVED]] + rows[MOST_MOVED:]


def _largest(row: Content) -> float:
    return max(abs(row["after"][cause] - row["before"][cause]) for cause in CAUSES)


def _most_moved(row: Content) -> str:
    return max(CAUSES, key=lambda cause: abs(row["after"][cause] - row["before"][cause]))


def _parts(found: Material, case_id: str) -> list[Content]:
    """Through what the endings moved, the largest part first; none where the days are one."""
    if found.earlier.as_of == found.history.as_of:
        return []
    told = changes(
        found.history, case_id, found.earlier.as_of, fitted=found.fitted.only(HEADLINE_MODEL),
        earlier=found.past_fit.only(HEADLINE_MODEL), index=shared_index(found.history, found.target),
        earlier_index=shared_index(found.earlier, found.target), horizons=(found.horizon,), target=found.target,
    )  # fmt: skip
    rows: list[Content] = [
        {"leg": row.leg, "name": row.name, "points": {c: row.points[k][0] for k, c in enumerate(CAUSES)}}
        for row in told.rows
    ]
    return sorted(rows, key=lambda row: -max(map(abs, row["points"].values())))


def _chances(forecasts: pd.DataFrame, horizon: int) -> dict[str, dict[str, float]]:
    """Chance of each ending within a horizon, by case."""
    rows = forecasts[forecasts["cause"].isin(CAUSES) & forecasts["horizon"].eq(horizon) & forecasts["given"].eq("all")]
    found: dict[str, dict[str, float]] = {}
    for case, cause, chance in rows[["case_id", "cause", "probability"]].itertuples(index=False):
        found.setdefault(case, {})[cause] = float(chance)
    return found


def last_period(found: Material) -> Content:
    """What the forecasts of the earlier day expected of the months up to the day, what came, and the largest misses.

    An ending that came was missed by what the forecast left it short of certainty; a case that goes on, by the chance
    of an ending that the forecast gave it.
    """
    months = max(1, round(calendar_months_between(found.earlier.as_of, found.history.as_of)))
    asked = sorted(found.earlier_ids)
    fitted = found.past_fit.only(HEADLINE_MODEL)
    said = _chances(forecast(found.earlier, asked, fitted=fitted, horizons=(months,)), months)
    came = {row["case_id"]: row for row in ended(found)}
    surprises: list[Content] = [row | {"said": said[case][row["cause"]]} for case, row in came.items() if case in said]
    names = found.history.cases.set_index("case_id")["name"]
    going: list[Content] = [
        {"case_id": case, "name": str(names[case]), "cause": cause, "said": chances[cause]}
        for case, chances in said.items()
        for cause in (max(CAUSES, key=lambda cause: chances[cause]),)
        if case not in came
    ]
    return {
        "months": months,
        "n": len(said),
        "expected": {cause: sum(chances[cause] for chances in said.values()) for cause in CAUSES},
        "came": {cause: sum(row["cause"] == cause for row in came.values()) for cause in CAUSES},
        "ended": sorted(surprises, key=lambda row: row["said"]),
        "held": sorted(going, key=lambda row: -row["said"])[:MOST_HELD],
    }


def watch_list(found: Material) -> Content:
    """Cases to watch, each with its reasons: a move of five points, a date or the end of a term within three months."""
    moved = {row["case_id"]: row for row in found.both_days}
    until = deadline(found.history.as_of, WATCH_MONTHS)
    listed: Content = {}
    for view in found.views:
        own = moved.get(view.case_id)
        change = _largest(own) if own is not None else 0.0
        cause = _most_moved(own) if own is not None else ""
        days = sorted(
            (one.scheduled_date, one.what)
            for one in view.calendar
            if found.history.as_of < one.scheduled_date <= until
        )  # fmt: skip
        end = term_end(view)
        ends = end is not None and found.history.as_of < end <= until
        if change >= LEAST_WATCHED or days or ends:
            listed[view.case_id] = {
                "moved": {"cause": cause, "points": own["after"][cause] - own["before"][cause]}
                if own is not None and change >= LEAST_WATCHED
                else None,
                "dates": [{"day": day.isoformat(), "what": what} for day, what in days[:MOST_DATES]],
                "term_end": end.isoformat() if ends and end is not None else None,
            }
    order = sorted(listed, key=lambda case: (-abs((listed[case]["moved"] or {"points": 0.0})["points"]), case))
    return {case: listed[case] for case in order}


def case_lines(found: Material) -> Content:
    """Name and dates of each case, and what limits the headline for it alone."""
    own = found.limits[1]
    return {view.case_id: _case(view) | {"limit": asdict(own[view.case_id])} for view in found.views}


def shared_limits(found: Material) -> list[Content]:
    """What limits the headline for all cases alike, which is said once."""
    return [asdict(reason) for reason in found.limits[0]]


def first_model_limits(found: Material) -> Content:
    """The same of the first registration's model, and what limits it for each case alone."""
    shared, own = found.first_limits
    return {
        "shared": [asdict(reason) for reason in shared],
        "own": {case: asdict(limit) for case, limit in own.items()},
    }


def _case(view: Dossier) -> Content:
    way, strain = (view.on_ladder(ladder) for ladder in LADDERS)
    return {
        "way": {"level": way.level, "status": way.status},
        "strain": {"level": strain.level, "status": strain.status},
        "name": str(view.start["name"]),
        "start": view.start_date.isoformat(),
        "last_seen": view.last_seen.isoformat(),
        "months_unseen": view.months_unseen,
        "is_state_known": view.is_state_known,
    }


def unknown_states(found: Material) -> Content:
    """Cases that nobody has seen for long: how likely each has ended already, by state, and the day looked until."""
    listed = {}
    for view in found.views:
        if not view.is_state_known:
            rows = ended_already(found.history, view.case_id, fitted=found.fitted.only(HEADLINE_MODEL))
            looked = max(view.looked_until, view.last_seen)
            states = dict(zip(rows["cause"], map(float, rows["probability"]), strict=True))
            listed[view.case_id] = {"looked_until": looked.isoformat(), "states": states}
    return listed


def all_forecasts(found: Material) -> list[Content]:
    """Marginal forecasts by the headline, the base rate and the first registration's model."""
    beside = forecast(
        found.history, found.ids, fitted=found.fitted.only(BASE_RATE, HAZARD_MODEL), horizons=found.horizons
    )
    rows = pd.concat([found.headline, beside], ignore_index=True)
    return rows[rows["given"] == "all"].to_dict(orient="records")


def ended(found: Material) -> list[Content]:
    """Cases that were ongoing on the earlier day and are known to have ended since."""
    rows = found.history.outcomes
    rows = rows[(rows["target"] == found.target) & (rows["cause"] != "") & rows["case_id"].isin(found.earlier_ids)]
    names = found.history.cases.set_index("case_id")["name"]
    return [
        {"case_id": row.case_id, "name": str(names[row.case_id]), "cause": row.cause,
         "end": row.end_date.date().isoformat()}
        for row in rows[["case_id", "cause", "end_date"]].itertuples()
    ]  # fmt: skip


class PortfolioReport(Report):
    """Report of all ongoing cases as of a day."""

    SECTIONS: ClassVar[dict[str, Maker]] = by_name(
        (
            sections.masthead,
            sections.watch,
            sections.moved,
            sections.last_period,
            sections.forecasts,
            sections.accuracy,
            sections.provenance,
        )
    )

    def __init__(
        self,
        as_of: str | date | None = None,
        horizons: tuple[int, ...] | list[int] = HORIZONS,
        target: str = TARGETS[0],
        period_months: int = 3,
        data: str | Path | None = None,
        artefacts: str | Path | None = None,
        ledger: str | Path | None = None,
        ledger_until: str | None = None,
        overlay: Folders = None,
        streams: str | Path | None = None,
    ) -> None:
        """Load the record as of the day and of `period_months` before; raises what `forecast` raises."""
        history = shared_history(data, as_of, overlay)
        earlier = shared_history(data, deadline(history.as_of, -period_months), overlay)
        self.content: dict[str, Any] = portfolio_content(
            history, earlier, tuple(horizons), target, artefacts, ledger, ledger_until, streams
        )
        self.content |= registration(history, ledger, target, until=ledger_until) | own_rows(history.record)
