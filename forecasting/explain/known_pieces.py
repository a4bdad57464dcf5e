"""What became known of a case between two days, in pieces that the headline reads: rungs, covariates, reports."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from forecasting.forecasts.ladder import looked_until
from forecasting.forecasts.situation import COVARIATE_NAMES, Situation, situation_of, start_of
from forecasting.record.cases import Dossier
from forecasting.record.ladders import Rung
from forecasting.record.reads import changed

KNOWN: Final = "known"
STEPS, STRAIN, CLAIMS = "rung", "strain", "claims"
LADDER_OF: Final = {STEPS: "formalization", STRAIN: "strain"}


@dataclass(frozen=True)
class Stage:
    """A piece of what became known: a row of a ladder, a report's probability, or another value of a covariate."""

    before: float | str | None
    after: float | str | None
    rung: Rung | None = None
    claim: str = ""


@dataclass(frozen=True)
class Pieces:
    """Pieces of what became known of a case, by kind.

    Attributes
    ----------
    old, now : Dossier
        The case by what was known on the first day, and on the second.
    stages : mapping of str to tuple of Stage
        By kind (`rung`, `strain`, a covariate, `claims`), in the order in which they count.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-03-01")
    >>> index, case = history.dossiers(), "new-start-post-expiry-2026"
    >>> found = Pieces.between(*(index.dossier(case, day) for day in (history.as_of, history.as_of)))
    >>> dict(found.stages)
    {}
    """

    old: Dossier
    now: Dossier
    stages: Mapping[str, tuple[Stage, ...]]

    @classmethod
    def between(cls, old: Dossier, now: Dossier) -> "Pieces":
        """Pieces between two views of a case from one index."""
        found: dict[str, tuple[Stage, ...]] = {}
        for name, ladder in LADDER_OF.items():
            found[name] = _new_rows(old, now, ladder)
        before, after = situation_of(old), situation_of(now)
        for name in COVARIATE_NAMES:
            was, is_ = before.covariate(name), after.covariate(name)
            if name not in LADDER_OF and was != is_:
                found[name] = (Stage(was, is_),)
        found[CLAIMS] = tuple(
            Stage(chance, now.claims[claim], claim=claim)
            for claim, chance in sorted(old.claims.items())
            if claim in now.claims and now.claims[claim] != chance
        )
        return cls(old, now, {name: stages for name, stages in found.items() if stages})

    def situation(self, at: Situation, levels: tuple[int, ...]) -> Situation:
        """The case with the first pieces of each kind known, on the second day.

        Parameters
        ----------
        at : Situation
            The case without any of them.
        levels : tuple of int
            Number of pieces known of each kind, in the order of `stages`.

        Returns
        -------
        Situation
            `at` itself for zeros.
        """
        known = dict(zip(self.stages, levels, strict=True))
        for name, stages in self.stages.items():
            if name in at.names and name not in LADDER_OF and known[name]:
                value = stages[-1].after
                assert isinstance(value, float)
                at = at.with_covariate(name, value)
        kept = changed(self.now, rungs=self._rungs(known), claims=self._claims(known.get(CLAIMS, 0)))
        if known.get(STRAIN):
            at = at.with_covariate(STRAIN, situation_of(kept).covariate(STRAIN))
        if known.get(STEPS) or known.get(CLAIMS):
            at = replace(at, start=start_of(kept, looked_until(self.now)))
        return at

    def _rungs(self, known: Mapping[str, int]) -> tuple[Rung, ...]:
        """Rows known on the first day, and the first of those that became known."""
        left_out = {
            (stage.rung.ladder, stage.rung.day)
            for name in LADDER_OF
            for stage in self.stages.get(name, ())[known.get(name, 0) :]
            if stage.rung is not None
        }
        return tuple(rung for rung in self.now.rungs if (rung.ladder, rung.day) not in left_out)

    def _claims(self, n: int) -> dict[str, float]:
        """Probabilities of the reports on the second day, all but the first n of those that changed as before."""
        as_before = {stage.claim for stage in self.stages.get(CLAIMS, ())[n:]}
        return {
            claim: self.old.claims[claim] if claim in as_before else chance for claim, chance in self.now.claims.items()
        }


def rung_words(level: int, status: str) -> str:
    """A level and a status.

    >>> rung_words(2, "active")
    'level 2, active'
    """
    return f"level {level}, {status}"


def _new_rows(old: Dossier, now: Dossier, ladder: str) -> tuple[Stage, ...]:
    """Rows of a ladder that became known, by date, each with where the case stood by the row before it."""
    own = {rung.day for rung in old.rungs if rung.ladder == ladder}
    rows = sorted((rung for rung in now.rungs if rung.ladder == ladder), key=lambda rung: rung.day)
    stood = changed(now, rungs=()).on_ladder(ladder)
    before, found = rung_words(stood.level, stood.status), []
    for rung in rows:
        words = rung_words(rung.level, rung.status)
        if rung.day not in own:
            found.append(Stage(before, words, rung))
        before = words
    return tuple(found)
