"""Rows of a coded case under a reading of its acts: its states, and its covariates and standing at the landmarks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest.lines import FIRST_CODINGS, FirstCoding, high_confidence, six_months_late
from forecasting.backtest.multiverse.codings import CodedCase, Codings
from forecasting.backtest.multiverse.specifications import Specification
from forecasting.features import FEATURES
from forecasting.forecasts.ladder_rows import (
    COVARIATES,
    STRAIN,
    KeepRungs,
    all_rungs,
    month_days,
    read_paths,
)
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_standings import Standings
from forecasting.record.cases import Dossier
from forecasting.record.facts import Acts, Endings
from forecasting.record.history import History
from forecasting.record.ladders import position
from forecasting.record.vocabulary import LADDER_LEVELS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NAMES: Final = tuple(term.name for term in COVARIATES)
COLLAPSES: Final = Term("dyad_collapse_record", 0.1, ("collapsed",))
COVARIATE_SETS: Final[dict[str, tuple[Term, ...]]] = {
    "registered": COVARIATES,
    "none": (),
    "with the pair's collapses": (*COVARIATES, COLLAPSES),
}
ROWS: Final[dict[str, KeepRungs]] = {
    "all": all_rungs,
    "of high confidence": high_confidence,
    "six months late": six_months_late,
}


@dataclass(frozen=True)
class CaseRows:
    """Rows of a case with m landmarks.

    Attributes
    ----------
    paths : list of (numpy.ndarray of int, float)
        States by month of age under each reading of its claims, and the probability of the reading.
    values : numpy.ndarray of shape (m, p)
        Covariates.
    standing : numpy.ndarray of shape (m, 18)
        Distribution of the state, as known on the day.
    """

    paths: list[tuple[Integers, float]]
    values: Floats
    standing: Floats


class Reader:
    """Rows of coded cases, each worked out when it is first asked for.

    Parameters
    ----------
    history : History
        The record.
    codings : Codings
        Its codings.
    """

    def __init__(self, history: History, codings: Codings) -> None:
        folder = history.record.folder
        self._codings = codings
        self._rows: dict[object, CaseRows] = {}
        self._chosen: dict[object, CaseRows] = {}
        self._now: dict[object, tuple[Dossier, list[float]]] = {}
        self._acts: dict[object, Floats] = {}
        self._standings: dict[object, tuple[Floats, Standings]] = {}
        self._collapses: dict[object, Floats] = {}
        self._whose: dict[str, KeepRungs] = {"of the record": all_rungs}
        for name in ("first coding", "second coding"):
            # A record of one's own has no first codings: its ladders are then the only ones.
            is_there = (folder / FIRST_CODINGS).is_file()
            self._whose[name] = FirstCoding(folder, name.split()[0]) if is_there else all_rungs

    def read(self, dossier: Dossier, specification: Specification) -> Dossier:
        """A dossier of the whole record under the reading of a specification."""
        chosen = replace(dossier, rungs=tuple(self._whose[specification.ladders](dossier)))
        if specification.known_dates != "as coded":
            chosen = on_their_own_days(chosen)
        if specification.unconfirmed != "by their probability":
            chosen = at_face_value(chosen)
        return replace(chosen, rungs=tuple(ROWS[specification.rungs](chosen)))

    def rows(self, case: CodedCase, specification: Specification) -> CaseRows:
        """Rows of a case under a specification."""
        choice = _choice(case, specification)
        if choice not in self._chosen:
            self._chosen[choice] = self._rows_of(case, specification)
        return self._chosen[choice]

    def now(self, case: CodedCase, specification: Specification) -> tuple[Dossier, list[float]]:
        """A case on the day of the record under the reading of a specification, and its covariates."""
        choice = _choice(case, specification)
        if choice not in self._now:
            read = self.read(case.dossier, specification)
            self._now[choice] = read, covariates(read)
        return self._now[choice]

    def once(
        self,
        case: CodedCase,
        specification: Specification,
        work: Callable[[CodedCase], tuple[Floats, Standings]],
    ) -> tuple[Floats, Standings]:
        """What `work` makes of a case: it depends on the reading of its acts, the target and the covariates alone."""
        choice = (*_choice(case, specification), specification.target, specification.covariates)
        if choice not in self._standings:
            self._standings[choice] = work(case)
        return self._standings[choice]

    def _rows_of(self, case: CodedCase, specification: Specification) -> CaseRows:
        """Rows of a case; codings and readings under which nothing differs that they are made from share them."""
        is_late_known = specification.known_dates != "as coded"
        read = self.read(case.dossier, specification)
        face = specification.unconfirmed if _rests_on_reports(case.dossier) else ""
        key = (case.case_id, read.start_date, case.entry, str(read.start["type"]), read.rungs, len(case.ages),
               is_late_known, face, _facts(read))  # fmt: skip
        if key not in self._rows:
            self._rows[key] = self._made(case, read, specification)
        return self._rows[key]

    def collapses(self, case: CodedCase) -> Floats:
        """Record of the pair's collapses at the landmarks, (m, n_folds + 1): without each fold's endings, then all."""
        key = (case.case_id, case.days)
        if key not in self._collapses:
            endings = self._codings.endings(case.case_id)
            values = [[_share(case.dossier, day, each) for each in endings] for day in case.days]
            self._collapses[key] = np.array(values).reshape(len(case.days), len(endings))
        return self._collapses[key]

    def collapses_now(self, case: CodedCase) -> float:
        """Record of the pair's collapses on the day of the record."""
        return _share(case.dossier, case.dossier.as_of, self._codings.endings(case.case_id)[-1])

    def _made(self, case: CodedCase, read: Dossier, specification: Specification) -> CaseRows:
        paths = read_paths(read, month_days(read, case.until))
        values = self._of_acts(case, read, specification.known_dates).copy()
        values[:, NAMES.index(STRAIN)] = [_strain(rungs_by(read, day)) for day in case.days]
        standing = np.zeros((len(case.days), N_STATES))
        for number, (age, day) in enumerate(zip(case.ages.tolist(), case.days, strict=True)):
            if len(paths) == 1:
                standing[number, paths[0][0][age]] = 1.0
                continue
            # How likely a report was is what was known then, not what became of it.
            earlier = known_by(self.read(case.index.dossier(case.case_id, day), specification), day)
            for path, weight in read_paths(earlier, np.array([day.toordinal()])):
                standing[number, path[0]] += weight
        return CaseRows(paths, values, standing)

    def _of_acts(self, case: CodedCase, read: Dossier, known_dates: str) -> Floats:
        """Covariates at the landmarks; all but strain are the same whatever rows of the ladders count."""
        key = (case.case_id, case.coding, known_dates)
        if key not in self._acts:
            values = [covariates(known_by(read, day)) for day in case.days]
            self._acts[key] = np.array(values).reshape(len(values), len(NAMES))
        return self._acts[key]


def known_by(dossier: Dossier, day: date) -> Dossier:
    """The part of a dossier known by a day that the model's covariates read."""
    return replace(rungs_by(dossier, day), acts=dossier.acts.until(day.toordinal()))


def rungs_by(dossier: Dossier, day: date) -> Dossier:
    """The same of the ladders alone."""
    return replace(dossier, as_of=day, rungs=tuple(rung for rung in dossier.rungs if rung.known_date <= day))


def covariates(dossier: Dossier, names: Sequence[str] = NAMES) -> list[float]:
    """Covariates of the model on the day of a dossier."""
    return [_strain(dossier) if name == STRAIN else FEATURES[name].measure(dossier) for name in names]


def on_their_own_days(dossier: Dossier) -> Dossier:
    """The dossier as if every act, and every change on a ladder, had been known on its own day."""
    acts = dossier.acts
    first = date.fromisoformat(str(dossier.start["start_known_date"])).toordinal()
    known = np.maximum(acts.day, first)
    order = np.argsort(known, kind="stable")
    moved = Acts(known[order], acts.day[order], acts.kind[order], acts.actor[order], acts.inside[order])
    return replace(dossier, acts=moved, rungs=tuple(replace(rung, known_date=rung.day) for rung in dossier.rungs))


def at_face_value(dossier: Dossier) -> Dossier:
    """The dossier as if every reported act were confirmed."""
    if not _rests_on_reports(dossier):
        return dossier
    events = tuple(replace(event, standing="confirmed", claim_id="") for event in dossier.events)
    return replace(dossier, events=events)


def _choice(case: CodedCase, specification: Specification) -> tuple[object, ...]:
    """The case and what of a specification decides how its acts are read."""
    chosen = (specification.ladders, specification.rungs, specification.known_dates, specification.unconfirmed)
    return case.case_id, case.coding, *chosen


def _facts(dossier: Dossier) -> tuple[object, ...]:
    return tuple(dossier.start[name] for name in ("n_parties", "leader_endorsed", "observed_now"))


def _rests_on_reports(dossier: Dossier) -> bool:
    return any(event.claim_id or event.standing != "confirmed" for event in dossier.events)


def _strain(dossier: Dossier) -> float:
    return position(dossier.rungs, STRAIN, dossier.as_of, str(dossier.start["type"])).level / LADDER_LEVELS[STRAIN]


def _share(dossier: Dossier, day: date, endings: Endings) -> float:
    known = replace(dossier, as_of=day, endings=endings.until(day.toordinal()))
    return FEATURES[COLLAPSES.name].measure(known)
