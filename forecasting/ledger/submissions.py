"""What a ledger holds as submissions to a forecasting hub: of each model, and of each person or market, by day."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from forecasting.ledger.chain import Chain
from forecasting.ledger.entries import LIVE, Added, Issue
from forecasting.ledger.questions import retractions
from forecasting.models import HEADLINE
from forecasting.models.register import REGISTER
from forecasting.record.descriptor import AUTHOR, LICENCE
from forecasting.record.vocabulary import STATES

TEAM: Final = "forecasting"
BESIDE: Final = "beside"


@dataclass(frozen=True)
class Submission:
    """What one forecaster submits for one day: rows of `COLUMNS`, and the description of the forecaster."""

    team: str
    abbreviation: str
    as_of: date
    rows: list[tuple[Any, ...]]
    metadata: dict[str, Any]

    @property
    def name(self) -> str:
        """The forecaster's name in the hub."""
        return f"{self.team}-{self.abbreviation}"


def submissions(chain: Chain) -> Iterator[Submission]:
    """Every issue, then the latest words of people and markets that are not retracted, by person and day."""
    for link in chain.links:
        if isinstance(link.entry, Issue):
            replayed = "" if link.entry.kind == LIVE else "_replay"
            abbreviation = f"{link.entry.model}{replayed}"
            yield Submission(TEAM, abbreviation, link.entry.as_of, _rows(link.entry), _of_model(link.entry, replayed))
    taken_back = retractions(chain)
    added = [link.entry for link in chain.links if isinstance(link.entry, Added) and link.name not in taken_back]
    names = abbreviations({entry.by for entry in added})
    latest: dict[tuple[str, str, date], dict[tuple[str, int, str], dict[str, float]]] = defaultdict(dict)
    for entry in added:
        for one in entry.opinions:
            same = (o for o in entry.opinions if (o.case_id, o.horizon) == (one.case_id, one.horizon))
            asked = (one.case_id, one.horizon, entry.target)
            latest[entry.by, entry.kind, entry.as_of][asked] = {str(o.cause): o.probability for o in same}
    for (by, kind, as_of), said in latest.items():
        rows = [
            (as_of, target, horizon, case_id, "pmf", state, whole[state])
            for (case_id, horizon, target), stated in said.items()
            if (whole := all_states(stated)) is not None
            for state in STATES
        ]
        if rows:
            replayed = "" if kind == LIVE else "_replay"
            yield Submission(BESIDE, f"{names[by]}{replayed}", as_of, rows, _of_person(by, names[by], replayed))


def all_states(stated: Mapping[str, float]) -> dict[str, float] | None:
    """Probabilities of all states; the one that was not stated is what the others leave. None if more are missing.

    Examples
    --------
    >>> all_states({"formalized": 0.25, "collapsed": 0.25, "faded": 0.25})["ongoing"]
    0.25
    >>> all_states({"formalized": 0.25}) is None
    True
    """
    missing = [state for state in STATES if state not in stated]
    if len(missing) > 1:
        return None
    return {**stated, **{state: max(0.0, 1.0 - sum(stated.values())) for state in missing}}


def abbreviations(names: set[str]) -> dict[str, str]:
    """Names in small letters, digits and `_`, each another: a number is added where two would be one.

    Examples
    --------
    >>> abbreviations({"Ann B.", "ann b", "Ж"})
    {'Ann B.': 'ann_b', 'ann b': 'ann_b_2', 'Ж': 'forecaster'}
    """
    found: dict[str, str] = {}
    for name in sorted(names):
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "forecaster"
        same = sum(re.fullmatch(rf"{plain}(_\d+)?", other) is not None for other in found.values())
        found[name] = f"{plain}_{same + 1}" if same else plain
    return found


def _of_model(issue: Issue, replayed: str) -> dict[str, Any]:
    """Description of a model, live and in replay apart; JSON, which is YAML too."""
    known = REGISTER.get(issue.model)
    return {
        "team_name": AUTHOR,
        "team_abbr": TEAM,
        "model_name": f"{issue.model}{' in replay' if replayed else ''}",
        "model_abbr": f"{issue.model}{replayed}",
        "model_version": issue.code.version,
        "methods": known.what if known else "A model of an earlier version of the package.",
        "license": LICENCE["name"],
        "designated_model": issue.model == HEADLINE and not replayed,
    }


def _of_person(by: str, abbreviation: str, replayed: str) -> dict[str, Any]:
    """Description of a person or a market."""
    return {
        "team_name": "People and markets",
        "team_abbr": BESIDE,
        "model_name": f"{by}{' in replay' if replayed else ''}",
        "model_abbr": f"{abbreviation}{replayed}",
        "model_version": "1",
        "methods": "Probabilities that a person or a market stated, as entered in the ledger.",
        "license": LICENCE["name"],
        "designated_model": False,
    }


def _rows(issue: Issue) -> list[tuple[Any, ...]]:
    return [
        (issue.as_of, issue.target, horizon, forecast.case_id, "pmf", state, value)
        for forecast in issue.forecasts
        for horizon, row in zip(issue.horizons, forecast.probability, strict=True)
        for state, value in zip(STATES, row, strict=True)
    ]
