"""How a schedule stands: when each entry last succeeded, and which is overdue; for a monitor that asks from outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasting.publish.schedule.manifest import DONE, FAILED, MISSED, REFUSED, Manifest, Past
from forecasting.publish.schedule.plan import Plan, Timed
from forecasting.publish.schedule.times import latest_first, next_time, window

CURRENT, OWED, OVERDUE, WAITING = "current", "due", "overdue", "waiting for its first time"
NOT_PLANNED = "no longer planned"


@dataclass(frozen=True)
class Standing:
    """How an entry stands.

    Parameters
    ----------
    name
        Its name.
    status
        `current`: its latest due time is done; `due`: not yet, and not late; `waiting for its first time`; `overdue`:
        later than its `overdue_after`; `failed`, `refused` or `missed`: as its last run; `no longer planned`: the
        schedule does not name it.
    last_success
        Time of its last run that was done; None if none was.
    due
        Its latest due time; None where it has none.
    next_due
        Its next due time; None where it has none.
    said
        What failed in its last run.
    """

    name: str
    status: str
    last_success: datetime | None
    due: datetime | None
    next_due: datetime | None
    said: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether a monitor should raise an alarm."""
        return self.status in (OVERDUE, FAILED, REFUSED, MISSED)

    @property
    def told(self) -> dict[str, Any]:
        """The same as JSON types."""
        times = {name: getattr(self, name) for name in ("last_success", "due", "next_due")}
        return {
            "name": self.name,
            "status": self.status,
            **{name: when.isoformat() if when is not None else None for name, when in times.items()},
            "said": list(self.said),
        }


def standings(plan: Plan, manifest: Manifest, now: datetime) -> list[Standing]:
    """How each entry stands by the runs under the real clock, and entries of the manifest that are planned no more.

    Parameters
    ----------
    plan
        The schedule.
    manifest
        The manifest of its runs.
    now
        The time.

    Raises
    ------
    UsageError
        A line of the manifest is faulty.
    """
    past = manifest.past()
    found = [_standing(entry, past, now) for entry in plan.entries]
    names = {entry.name for entry in plan.entries}
    for name in sorted(set(past.runs) - names):
        found.append(Standing(name, NOT_PLANNED, _last_success(past, name), max(past.of(name)), None))
    return found


def _standing(entry: Timed, past: Past, now: datetime) -> Standing:
    lines = past.of(entry.name)
    due = next(latest_first(entry.every, now, entry.timezone), None)
    line = lines.get(due) if due is not None else None
    said = tuple(map(str, line.get("failures", ()))) if line is not None else ()
    status = CURRENT
    if line is not None:
        status = CURRENT if line["status"] == DONE else str(line["status"])
    elif due is not None and (lines or now - due <= entry.catches_up):
        status = OVERDUE if now - due > window(entry.overdue_after) else OWED
    else:
        status = WAITING
    when = next_time(entry.every, now, entry.timezone)
    return Standing(entry.name, status, _last_success(past, entry.name), due, when, said)


def _last_success(past: Past, name: str) -> datetime | None:
    line = past.last_made(name)
    return datetime.fromisoformat(line["now"]) if line is not None and "now" in line else None


def lines_of(found: list[Standing]) -> list[str]:
    """The standings, one a line.

    Examples
    --------
    >>> lines_of([Standing("cases", OVERDUE, None, datetime(2026, 3, 1), None)])
    ['cases: overdue; last success never; due 2026-03-01T00:00:00']
    """
    told = []
    for one in found:
        last = one.last_success.isoformat() if one.last_success is not None else "never"
        due = f"; due {one.due.isoformat()}" if one.due is not None else ""
        after = f"; next {one.next_due.isoformat()}" if one.next_due is not None else ""
        told.append(f"{one.name}: {one.status}; last success {last}{due}{after}")
        told += [f"  {said}" for said in one.said]
    return told
