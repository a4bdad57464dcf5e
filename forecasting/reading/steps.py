"""Steps of the ladders that proposed acts may be: to be decided by whoever accepts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from forecasting.reading.proposals import LADDER_COLUMNS, Proposal
from forecasting.reading.tables import rows

SIGNED = ("signed_unratified", "provisional_application")
PROMISED = "talks-promised"


@dataclass(frozen=True)
class Step:
    """A change of level or status that an act would make.

    Attributes
    ----------
    ladder, status, note : str
        As in `steps.csv`.
    level : int
        The level it would reach; where the act leaves the level alone, the one that stands.
    stands : str
        Level and status in the record on the day of the text, as in `2 active`; empty if the record has none.
    act : Proposal
        The act it rests on.
    """

    ladder: str
    level: int
    status: str
    note: str
    stands: str
    act: Proposal

    def row(self, source_id: str = "", events: str = "", evidence: str = "") -> dict[str, str]:
        """A row in the columns of the record's table of ladders; `events` are the ids its act was given."""
        day = self.act.day.isoformat() if self.act.day else ""
        return dict.fromkeys(LADDER_COLUMNS, "") | {
            "case_id": self.act.case_id,
            "ladder": self.ladder,
            "date": day,
            "precision": self.act.precision if day else "",
            "known_date": self.act.known.isoformat(),
            "level": str(self.level),
            "status": self.status,
            "events": events,
            "source_id": source_id,
            "evidence": evidence or self.act.in_words(),
            "confidence": "low",
        }

    def as_dict(self) -> dict[str, Any]:
        """The step as plain values, for JSON."""
        return {
            "ladder": self.ladder, "level": self.level, "status": self.status, "note": self.note, "stands": self.stands,
            "day": self.act.day and self.act.day.isoformat(), "kind": self.act.kind, "number": self.act.number,
        }  # fmt: skip


@cache
def _steps() -> tuple[Mapping[str, str], ...]:
    return tuple(rows("steps.csv"))


def steps_of(
    proposals: Sequence[Proposal], case_type: str, principals: Sequence[str], standing: Mapping[str, tuple[int, str]]
) -> list[Step]:
    """Steps that acts of principal parties, told as done, would be beyond where the record stands.

    Parameters
    ----------
    proposals
        The acts of a text.
    case_type
        The case's type, which says what the levels of formalization mean.
    principals
        Codes of its principal parties.
    standing
        Level and status of each ladder in the record on the day of the text.

    Returns
    -------
    list of Step
        At most one for each ladder and status: the highest.
    """
    best: dict[tuple[str, str], Step] = {}
    for act in proposals:
        if act.form not in ("act", "hedged") or not set(act.actor) & set(principals) or act.day is None:
            continue
        if act.form == "hedged" and act.rule != PROMISED:
            continue
        for row in _steps():
            step = _step(row, act, case_type, standing)
            if step is not None and step.level >= best.get((step.ladder, step.status), step).level:
                best.setdefault((step.ladder, step.status), step)
                if step.level > best[step.ladder, step.status].level:
                    best[step.ladder, step.status] = step
    return list(best.values())


def _step(
    row: Mapping[str, str], act: Proposal, case_type: str, standing: Mapping[str, tuple[int, str]]
) -> Step | None:
    wanted = {"signed": case_type in SIGNED, "promised": act.rule == PROMISED, "any": True}
    if row["kind"] != act.kind or not wanted[row["types"]]:
        return None
    if row["ladder"] == "formalization" and row["types"] == "any" and case_type in SIGNED:
        return None
    level, status = standing.get(row["ladder"], (0, ""))
    reached = int(row["level"]) if row["level"] else level
    if reached < level or (reached == level and status == row["status"]):
        return None
    stands = f"{level} {status}" if row["ladder"] in standing else ""
    return Step(row["ladder"], reached, row["status"], row["note"], stands, act)
