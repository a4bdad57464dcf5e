"""Changes of the hazard model's forecast between two days, as text for a terminal."""

from forecasting.documents.case.explanation import LEG_WORDS
from forecasting.documents.values import Content
from forecasting.documents.wording import MINUS, points, term_name, term_words


def change_text(found: Content) -> str:
    """Changes of the model's forecast, as lines of text for a terminal."""
    lines = [
        f"{found['case_id']}: {found['state']} within {found['horizon']} months of each day, by the hazard model",
        f"{found['from']}  {100 * found['before']:5.1f} %   (base rate {100 * found['base_before']:.1f} %)",
        f"{found['to']}  {100 * found['after']:5.1f} %   (base rate {100 * found['base_after']:.1f} %)",
        "",
        f"{'points':>7}  what moved it",
    ]
    for row in found["rows"]:
        was, now = (term_words(row["name"], row[side]) for side in ("before", "after"))
        values = f": {was} to {now}" if was or now else ""
        lines.append(f"{points(row['points']):>7}  {term_name(row['name'])}{values}  [{LEG_WORDS[row['leg']]}]")
        lines += [f"{'':9}{line}" for line in _event_lines(row)]
    whole = points(found["after"] - found["before"])
    return "\n".join([*lines, f"{whole:>7}  together"]).replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


def _event_lines(row: Content) -> list[str]:
    if row["leg"] != "events":
        return []
    events = [
        f"{one['date']} (known {one['known']}) {one['kind']}, {one['standing']}: {one['summary']} [{one['event_id']}]"
        for one in row["events"]
    ]
    if not row["events"]:
        return ["several events together; none of them alone"]
    return ["several events together; any one of these would have done it:", *events] if row["together"] else events
