"""The case report as a notebook uses it: one object, one method per section."""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from forecasting.artefacts.session import shared_history
from forecasting.documents.case import (
    beside,
    evidence,
    explanation,
    first_screen,
    headline,
    incidence,
    rung,
    situation,
    trust,
)
from forecasting.documents.case.citations import with_cited_first
from forecasting.documents.case.content import case_content
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.standing import own_rows, registration
from forecasting.record.history import checked_day
from forecasting.record.months import HORIZONS
from forecasting.record.overlays import Folders
from forecasting.record.vocabulary import TARGETS

SECTIONS = by_name(
    (
        headline.masthead,
        headline.bottom_line,
        first_screen.at_a_glance,
        explanation.drivers,
        explanation.changes,
        situation.situation,
        rung.where_it_stands,
        incidence.incidence,
        beside.beside,
        trust.trust,
        evidence.contested,
        evidence.precedents,
        evidence.timeline,
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
        since: str | date | None = None,
        overlay: Folders = None,
    ) -> None:
        """Load the record as of the day and compute every value; raises what `forecast` and `obtain` raise."""
        history = shared_history(data, as_of, overlay)
        page_before = checked_day(since)
        found = case_content(history, case_id, tuple(horizons), target, artefacts, ledger, ledger_until, page_before)
        cited = (make for make in SECTIONS.values() if make is not evidence.sources)
        self.content: dict[str, Any] = with_cited_first(found, cited)
        self.content |= registration(history, ledger, target, case_id, ledger_until) | own_rows(history.record)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "application/json": self.content,
            "text/plain": f"content of the report on {self.content['case']['case_id']}",
        }
