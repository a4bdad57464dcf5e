"""All ongoing cases on one page: accuracy, changes since the last period, and the forecasts."""

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
from forecasting.documents.case.material import HAZARD_MODEL, HEADLINE_HORIZON, HEADLINE_MODEL, MODELS_SHOWN
from forecasting.documents.case.skill import headline_skill
from forecasting.documents.portfolio_sections import MOST_MOVED
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.standing import live_values, registration
from forecasting.documents.values import Content
from forecasting.explain.changes import changes
from forecasting.forecasts import LEVEL, case_limits, ended_already, forecast
from forecasting.forecasts.applicability import Applicability, Reason
from forecasting.forecasts.ladder_applicability import shared_by_all
from forecasting.models import BASE_RATE
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, deadline, parse_day
from forecasting.record.reads import remembered
from forecasting.record.vocabulary import CAUSES, TARGETS


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
) -> Content:
    """All values of the report as of the history's day, with those of an earlier day; JSON types only.

    `live`: what became of the forecasts in `ledger` up to the entry with the sha256 `until`, by default the last.
    `provenance`: what each value rests on.
    """
    found, value = Material(history, earlier, horizons, target, artefacts), Recorded()
    return {
        "template": "portfolio",
        "title": f"All ongoing arrangements - forecasts as of {history.as_of}",
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
        "models": {"headline": HEADLINE_MODEL, "base_rate": BASE_RATE, "first": HAZARD_MODEL},
        "accuracy": value("accuracy", headline_skill, history.record.folder, history.sha256),
        "live": value("live", live_values, history.record.folder, ledger, until),
        "ended": value("ended", ended, found),
        "entered": value("entered", entered, found),
        "moved": value("moved", moves, found),
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
    """The headline's probabilities of formalization on both days, the largest change first and with its parts."""
    both, horizon = [case for case in found.ids if case in found.earlier_ids], found.horizon
    past = forecast(found.earlier, both, fitted=found.past_fit.only(HEADLINE_MODEL), horizons=(horizon,))
    now, then = _chances(found.headline, horizon), _chances(past, horizon)
    rows: list[Content] = [{"case_id": c, "before": then[c], "after": now[c]} for c in both if c in then and c in now]
    rows.sort(key=lambda row: (-abs(row["after"] - row["before"]), row["case_id"]))
    return [row | {"parts": _parts(found, row["case_id"])} for row in rows[:MOST_MOVED]] + rows[MOST_MOVED:]


def _parts(found: Material, case_id: str) -> list[Content]:
    """Through what the chance of formalization moved, the largest part first; none where the days are one."""
    if found.earlier.as_of == found.history.as_of:
        return []
    told = changes(
        found.history, case_id, found.earlier.as_of, fitted=found.fitted.only(HEADLINE_MODEL),
        earlier=found.past_fit.only(HEADLINE_MODEL), index=shared_index(found.history, found.target),
        earlier_index=shared_index(found.earlier, found.target), horizons=(found.horizon,), target=found.target,
    )  # fmt: skip
    rows = sorted(told.rows, key=lambda row: -abs(row.points[0][0]))
    return [{"leg": row.leg, "name": row.name, "points": row.points[0][0]} for row in rows]


def _chances(forecasts: pd.DataFrame, horizon: int) -> dict[str, float]:
    rows = forecasts[forecasts["cause"].eq(CAUSES[0]) & forecasts["horizon"].eq(horizon) & forecasts["given"].eq("all")]
    return dict(zip(rows["case_id"], map(float, rows["probability"]), strict=True))


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
    return {
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
        (sections.masthead, sections.accuracy, sections.moved, sections.forecasts, sections.provenance)
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
    ) -> None:
        """Load the record as of the day and of `period_months` before; raises what `forecast` raises."""
        day = parse_day(as_of) if isinstance(as_of, str) else as_of
        history = shared_history(data, day)
        earlier = shared_history(data, deadline(history.as_of, -period_months))
        self.content: dict[str, Any] = portfolio_content(
            history, earlier, tuple(horizons), target, artefacts, ledger, ledger_until
        )
        self.content |= registration(history, ledger, target, until=ledger_until)
