"""The case report as a notebook uses it: one object, one method per section."""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from forecasting.artefacts.session import shared_history
from forecasting.documents.case import (
    confidence,
    evidence,
    explanation,
    hazard_model,
    headline,
    incidence,
    rung,
    situation,
)
from forecasting.documents.case.content import case_content
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.standing import registration
from forecasting.record.months import HORIZONS, parse_day
from forecasting.record.vocabulary import TARGETS

SECTIONS = by_name(
    (
        headline.masthead,
        headline.bottom_line,
        rung.where_it_stands,
        rung.signposts,
        explanation.drivers,
        explanation.changes,
        situation.situation,
        incidence.incidence,
        incidence.reference_classes,
        hazard_model.hazard_model,
        confidence.sensitivity,
        evidence.precedents,
        evidence.facts,
        evidence.contested,
        evidence.timeline,
        evidence.calendar,
        evidence.sources,
        evidence.provenance,
    )
)


class CaseReport(Report):
    """Report of a case as of a day."""

    SECTIONS: ClassVar[dict[str, Maker]] = SECTIONS

    def __init__(
        self,
        case_id: str,
        as_of: str | date | None = None,
        horizons: tuple[int, ...] | list[int] = HORIZONS,
        target: str = TARGETS[0],
        data: str | Path | None = None,
        artefacts: str | Path | None = None,
        ledger: str | Path | None = None,
        ledger_until: str | None = None,
    ) -> None:
        """Load the record as of the day and compute every value; raises what `forecast` and `obtain` raise."""
        history = shared_history(data, parse_day(as_of) if isinstance(as_of, str) else as_of)
        self.content: dict[str, Any] = case_content(
            history, case_id, tuple(horizons), target, artefacts, ledger, ledger_until
        )
        self.content |= registration(history, ledger, target, case_id, ledger_until)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "application/json": self.content,
            "text/plain": f"content of the report on {self.content['case']['case_id']}",
        }
