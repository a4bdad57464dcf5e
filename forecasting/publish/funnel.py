"""From the page to the score: how many published forecasts were issued in the ledger, came due, and were scored."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from forecasting.ledger.entries import VOID
from forecasting.ledger.questions import question_lines, settled_on
from forecasting.ledger.registration import entries_of
from forecasting.models import HEADLINE
from forecasting.publish.site import reports_in
from forecasting.record.months import HORIZONS
from forecasting.record.vocabulary import TARGETS
from forecasting.review import read_sidecar

Question = tuple[str, str, str, int]


@dataclass(frozen=True)
class Funnel:
    """Counts of forecasts, one for each case, day, target and horizon; each is part of the one before.

    Parameters
    ----------
    published
        On case pages of the folder of reports, drafts included.
    issued
        Of these, in the ledger as forecasts of the headline.
    matured
        Of these, due by the end of the record that the ledger was last resolved from.
    scored
        Of these, resolved, and not void.
    """

    published: int
    issued: int
    matured: int
    scored: int

    @property
    def told(self) -> dict[str, int]:
        """The same as JSON types."""
        return asdict(self)


def funnel(reports: Path, ledger: Path) -> Funnel:
    """How far the forecasts on the pages of a folder have come in a ledger.

    Parameters
    ----------
    reports
        The folder of all reports.
    ledger
        The folder of the ledger, which need not exist.

    Raises
    ------
    LedgerError
        The ledger has faults.

    Examples
    --------
    >>> funnel(Path("no-such-folder"), Path("no-such-ledger"))
    Funnel(published=0, issued=0, matured=0, scored=0)
    """
    chain = entries_of(ledger)
    lines = question_lines(chain)
    lines = lines[lines["model"] == HEADLINE]  # a page publishes the forecast of the headline
    keys = zip(lines["target"], lines["case_id"], lines["as_of"], lines["horizon"], strict=True)
    deadlines = dict(zip(keys, zip(lines["deadline"], lines["resolution"], strict=True), strict=True))
    end = settled_on(chain)
    published = _published(reports)
    issued = published & set(deadlines)
    matured = {key for key in issued if deadlines[key][0] <= end}
    scored = {key for key in matured if deadlines[key][1] not in ("", VOID)}
    return Funnel(len(published), len(issued), len(matured), len(scored))


def _published(reports: Path) -> set[Question]:
    found: set[Question] = set()
    for one in reports_in(reports):
        if one.template == "case":
            content: dict[str, Any] = read_sidecar(reports / one.page)[1]
            horizons = content.get("horizons", list(HORIZONS))
            target = str(content.get("target", TARGETS[0]))
            if isinstance(horizons, list):
                found |= {(target, one.subject, one.day, months) for months in horizons if isinstance(months, int)}
    return found
