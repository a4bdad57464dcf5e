"""Changes of the headline between two days, as text for a terminal."""

from collections.abc import Iterable

from forecasting.documents.case.input_words import LEG_WORDS, change_name, input_words
from forecasting.documents.values import Content
from forecasting.documents.wording import MINUS, points
from forecasting.record.vocabulary import CAUSES

COLUMNS = ("formal", "collapse", "fading")


def change_text(found: Content) -> str:
    """Changes of the headline for all endings, as lines of text for a terminal."""
    lines = [
        f"{found['case_id']}: within {found['horizon']} months of each day, by the forecast of the ladder",
        f"{'':12}{_columns(COLUMNS)}",
    ]
    for when, number in (("from", "before"), ("to", "after")):
        lines.append(
            f"{found[when]:12}{_chances(found, number)}   (base rate {_chances(found, f'base_{number}').strip()})"
        )
    lines += ["", f"{_columns(COLUMNS)}  what moved it, in points"]
    for row in found["rows"]:
        was, now = (
            ("", "") if row["leg"] == "model" else (input_words(row["name"], row[s]) for s in ("before", "after"))
        )
        values = f": {was} to {now}" if was or now else ""
        why = f"{change_name(row['leg'], row['name'])}{values}  [{LEG_WORDS[row['leg']]}]"
        lines.append(f"{_columns(points(row['points'][cause]) for cause in CAUSES)}  {why}")
        lines += [f"{'':28}{line}" for line in _known(row)]
    moved = (found["states"][cause] for cause in CAUSES)
    whole = _columns(points(each["after"] - each["before"]) for each in moved)
    return "\n".join([*lines, f"{whole}  together"]).replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


def _columns(words: Iterable[str]) -> str:
    return "".join(f"{word:>9}" for word in words)


def _chances(found: Content, number: str) -> str:
    return _columns(f"{100 * found['states'][cause][number]:.1f} %" for cause in CAUSES)


def _known(row: Content) -> list[str]:
    """The row of a ladder, the report and the acts behind a part."""
    if row["leg"] != "known":
        return []
    rung = row["rung"]
    first = [] if rung is None else [f"{rung['date']} (known {rung['known']}): {rung['evidence']}"]
    first += [f"sources: {', '.join(rung['sources'])}"] if rung is not None and rung["sources"] else []
    first += [f"report {row['claim']}"] if row["claim"] else []
    events = [
        f"{one['date']} (known {one['known']}) {one['kind']}, {one['standing']}: {one['summary']} [{one['event_id']}]"
        for one in row["events"]
    ]
    if not first and not events:
        return ["several events together; none of them alone"]
    return (
        ["several events together; any one of these would have done it:", *events]
        if row["together"]
        else first + events
    )
