"""The history of a number and the timeline of a case, as plain values and as text for a terminal."""

from collections.abc import Iterable, Sequence

from forecasting.documents.case.evidence_values import event_values
from forecasting.documents.values import Content
from forecasting.documents.wording import MINUS, points, years
from forecasting.explain.number_history import Mark, Point
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES, STATES

HEAD = ("formal", "collapse", "fading", "informal")


def history_values(case_id: str, horizon: int, found: Iterable[Point], told: Iterable[Mark]) -> Content:
    """The points of a history and the marks on it, as JSON types; days as YYYY-MM-DD."""
    return {
        "case_id": case_id,
        "horizon": horizon,
        "points": [
            {"day": point.day.isoformat(), "fitted_on": point.fitted_on.isoformat()} | _by_state(point.chances)
            for point in found
        ],
        "marks": [
            {"day": mark.point.day.isoformat(), "points": _by_state(mark.points), "said": mark.said,
             "others": mark.others}
            for mark in told
        ],
    }  # fmt: skip


def _by_state(values: Sequence[float]) -> Content:
    return dict(zip(STATES, values, strict=True))


def history_text(found: Content) -> str:
    """A row for each point, and for each mark by how much the endings moved and what became known."""
    lines = [f"{found['case_id']}: within {found['horizon']} months of each day, from what was known on it"]
    lines.append(f"{'':12}{''.join(f'{word:>10}' for word in HEAD)}   models of")
    for point in found["points"]:
        chances = "".join(f"{100 * point[state]:>8.1f} %" for state in STATES)
        lines.append(f"{point['day']:12}{chances}   {point['fitted_on']}")
    if found["marks"]:
        lines += ["", f"what moved it most, in points ({', '.join(HEAD[:3])} within {years(found['horizon'])})"]
    for mark in found["marks"]:
        moved = "".join(f"{points(mark['points'][cause]):>8}" for cause in CAUSES).replace(MINUS, "-")
        more = f" (and {mark['others']} more)" if mark["others"] else ""
        lines.append(f"{mark['day']:12}{moved}   {mark['said']}{more}")
    return "\n".join(lines)


def acts_values(history: History, case_id: str) -> list[Content]:
    """The acts of a case known on the history's day, the latest first."""
    names = history.parties.set_index("code")["name"].to_dict()
    case = history.case(case_id)
    return [event_values(event, names) | {"probability": case.probability(event)} for event in case.events[::-1]]


def acts_text(found: Iterable[Content]) -> str:
    """Two lines for each act: day, standing, actors and kind; then what happened and its sources."""
    lines: list[str] = []
    for act in found:
        known = f" (known {act['known']})" if act["known"] != act["date"] else ""
        who = ", ".join(act["actors"])
        lines.append(f"{act['date']}{known} {act['standing']}; {who}: {act['kind']} [{act['event_id']}]")
        lines.append(f"    {act['summary']} [{', '.join(act['sources'])}]")
    return "\n".join(lines) or "no act is known"
