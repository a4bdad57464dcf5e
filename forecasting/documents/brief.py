"""The brief of one case: verdict, three endings, where it stands, what changed and what to watch, on one page."""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.artefacts.session import shared_history
from forecasting.documents.activity import activity_of_case, activity_values
from forecasting.documents.blocks import Section
from forecasting.documents.case import evidence, first_screen, headline
from forecasting.documents.case.citations import with_cited_first
from forecasting.documents.case.content import arguable_codings, assessed_confidence, case_facts, require_forecast
from forecasting.documents.case.evidence_values import EVIDENCE
from forecasting.documents.case.first_screen_values import PANELS
from forecasting.documents.case.headline_values import FIRST_SCREEN
from forecasting.documents.case.material import Material
from forecasting.documents.case.rung_values import RUNG
from forecasting.documents.case.situation_values import SITUATION
from forecasting.documents.compose import section
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.standing import live_values, own_rows, registration
from forecasting.documents.text import section_text
from forecasting.documents.values import Content, Fields
from forecasting.forecasts import LEVEL
from forecasting.record.history import History, checked_day
from forecasting.record.months import HORIZONS
from forecasting.record.overlays import Folders
from forecasting.record.vocabulary import TARGETS


def activity(content: Fields) -> Section:
    """Unusual activity in event files, where the page was asked to look there."""
    return section(*activity_of_case(content))


SECTIONS = by_name(
    (headline.masthead, headline.bottom_line, first_screen.at_a_glance, activity, evidence.sources, evidence.provenance)
)
RUNGS = ("here", "shares", "steps")


def brief_content(
    history: History,
    case_id: str,
    horizons: tuple[int, ...] = HORIZONS,
    target: str = TARGETS[0],
    artefacts: str | Path | None = None,
    ledger: str | Path | None = None,
    until: str | None = None,
    since: date | None = None,
    streams: str | Path | None = None,
) -> Content:
    """The values of a brief as of the history's day; JSON types only, each as on the page of the case.

    `since`: day of the page before, with which the forecast is compared; four weeks before where it is None.
    `live`: what became of the forecasts in `ledger` up to the entry with the sha256 `until`, by default the last.
    `activity`: unusual activity in the event files of the store `streams`, where one is given.
    `provenance`: what each value rests on.
    """
    found, value = Material(history, case_id, horizons, target, artefacts, since), Recorded()
    require_forecast(found)
    return {
        "template": "brief",
        "package_version": forecasting.__version__,
        "record_sha256": history.record_sha256,
        "code_sha256": code_sha256(),
        "artefact": found.obtained.key,
        "data_end": history.record.data_end.isoformat(),
        "as_of": history.as_of.isoformat(),
        "target": target,
        "horizons": list(found.horizons),
        "level": LEVEL,
        "case": value("case", case_facts, found),
        "live": value("live", live_values, history.record.folder, ledger, until),
        **{name: value(name, work, found) for name, work in (FIRST_SCREEN | PANELS).items()},
        "confidence": value("confidence", assessed_confidence, found),
        "contested": value("contested", arguable_codings, found),
        "situation": {"ladders": value("situation.ladders", SITUATION["ladders"], found)},
        "rung": {name: value(f"rung.{name}", RUNG[name], found) for name in RUNGS},
        "activity": value("activity", activity_values, history, streams, [case_id]),
        **{name: value(name, EVIDENCE[name], found) for name in ("calendar", "sources")},
        PROVENANCE: value.provenance,
    }


class BriefReport(Report):
    """Brief of a case as of a day."""

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
        streams: str | Path | None = None,
    ) -> None:
        """Load the record as of the day and compute every value; raises what `forecast` and `obtain` raise."""
        history = shared_history(data, as_of, overlay)
        page_before = checked_day(since)
        found = brief_content(
            history, case_id, tuple(horizons), target, artefacts, ledger, ledger_until, page_before, streams
        )
        cited = (make for make in SECTIONS.values() if make is not evidence.sources)
        self.content: dict[str, Any] = with_cited_first(found, cited)
        self.content |= registration(history, ledger, target, case_id, ledger_until) | own_rows(history.record)

    def text(self) -> str:
        """The brief as plain text, without the sources."""
        names = ("masthead", "bottom_line", "at_a_glance", "activity")
        return "\n\n".join(filter(None, (section_text(self.show(name).section) for name in names)))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "application/json": self.content,
            "text/plain": f"content of the brief on {self.content['case']['case_id']}",
        }
