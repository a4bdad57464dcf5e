"""Why the hazard model says what it says, what moved it and what would move it, as HTML and as text."""

from html import escape

from forecasting.documents import figures
from forecasting.documents.fragments import Fragment, badge, chart, table
from forecasting.documents.values import Content
from forecasting.documents.wording import (
    MINUS,
    PER_CENT,
    counted,
    day_words,
    label,
    percent,
    percent_range,
    points,
    term_name,
    term_words,
    years,
)

LEG_WORDS = {
    "record": "the record elsewhere",
    "corrections": "a correction of the record",
    "time": "time alone",
    "events": "what became known",
}
MODEL_WORDS = {"primary": "this model", "base_rate": "the base rate"}
FULL_WORDS = 3
ABSTAINS = "<p>The hazard model gives no number for this case, so that there is nothing to explain.</p>"


def drivers(content: Content) -> Fragment:
    """From the base rate to the model's number, row by row."""
    found = content["explained"]["drivers"]
    if found is None:
        return Fragment(ABSTAINS)
    base, total = found["rows"][0], found["probability"]
    within = years(found["horizon"])
    rows = [_driver_row(row) for row in driver_order(found["rows"])]
    rows.append(["<strong>Together: the model's number</strong>", "", "", f"<strong>{percent(total)}</strong>", ""])
    head = ["What the model looks at", "This case", "Average case", "Points", "80 % interval"]
    behind = table(head, rows, "Drivers of the hazard model's number")
    text = (
        f"From the base rate of {percent(base['points'])} to the model's {percent(total)} for a formal agreement "
        f"within {within}: percentage points that each thing the model looks at adds or takes away."
    )
    return Fragment(chart(figures.drivers_chart(found["rows"], total), text, behind) + _own_interval(content, found))


def _own_interval(content: Content, found: Content) -> str:
    """Why the interval here is not that of the model's table, where limits have widened that one."""
    if content["beside"]["limit"]["status"] != "widened":
        return ""
    own = f"{percent(found['probability'])}, interval {percent_range(found['lower'], found['upper'])}"
    return f"<p>The model by itself gives {own}; the wider one in its table above holds the base rate's too.</p>"


def driver_order(rows: list[Content]) -> list[Content]:
    """The base rate, the average case, then the rest by size."""
    rank = {"base": 0, "average": 1}
    return sorted(rows, key=lambda row: (rank.get(row["role"], 2), -abs(row["points"])))


def _driver_row(row: Content) -> list[str]:
    unseen = row["role"] == "group" and row["points"] == 0.0
    return [
        escape(term_name(row["name"])),
        escape(term_words(row["name"], row["value"])) + (" (no group of its own in the model)" if unseen else ""),
        escape(term_words(row["name"], row["average"], average=True)),
        points(row["points"]),
        f"{points(row['lower'])} to {points(row['upper'])}",
    ]


def changed(content: Content) -> Fragment:
    """What moved the model since an earlier day, with the acts behind it."""
    found = content["explained"]["changes"]
    if content["explained"]["drivers"] is None:
        return Fragment(ABSTAINS)
    if found is None:
        return Fragment('<p id="changed">There is no earlier day with which this forecast could be compared.</p>')
    head = ["What moved it", "From", "To", "Points", "Because of"]
    rows = [
        [
            escape(term_name(row["name"])),
            escape(term_words(row["name"], row["before"])),
            escape(term_words(row["name"], row["after"])),
            points(row["points"]),
            LEG_WORDS[row["leg"]] + _acts(row),
        ]
        for row in found["rows"]
    ]
    whole = f"<strong>{points(found['after'] - found['before'])}</strong>"
    rows.append(["<strong>Together</strong>", percent(found["before"]), percent(found["after"]), whole, ""])
    moved = table(head, rows, f"What moved the model since {day_words(found['from'])}, in percentage points")
    return Fragment(f'<p id="changed">{_moved_words(found)}</p>{moved}')


def _moved_words(found: Content) -> str:
    return (
        f"From {day_words(found['from'])} to {day_words(found['to'])} the model's chance of a formal agreement within "
        f"{years(found['horizon'])} of the day {_went(found['before'], found['after'])}. "
        f"The base rate {_went(found['base_before'], found['base_after'])}."
    )


def _went(before: float, after: float) -> str:
    was, now = percent(before), percent(after)
    return f"stayed at {now}" if was == now else f"went from {was} to {now}"


def _acts(row: Content) -> str:
    if row["leg"] != "events":
        return ""
    if not row["events"]:
        return ": several acts together, none of them alone"
    brief = len(row["events"]) > FULL_WORDS
    items = "".join(
        f"<li>{day_words(act['date'])}: {label(act['kind'])} {badge(act['standing'], act['standing'])}"
        f"{'' if brief and act['kind'] != 'ending' else '<br>' + escape(act['summary'])}</li>"
        for act in row["events"]
    )
    return f"{', by several acts of which none alone did it' if row['together'] else ''}:<ul>{items}</ul>"


def signposts(content: Content) -> Fragment:
    """What would move the model, strongest first."""
    posts = content["explained"]["signposts"]
    if content["explained"]["drivers"] is None:
        return Fragment(ABSTAINS)
    if not posts:
        return Fragment("<p>No single act that it looks at would move the model by half a point.</p>")
    now = percent(posts[0]["before"])
    items = "".join(
        f"<li>If it were known that {escape(post['what'])}, the model would say <strong>{percent(post['after'])}"
        f"</strong> ({points(post['after'] - post['before'])} points).</li>"
        for post in posts
    )
    within = years(content["explained"]["drivers"]["horizon"])
    return Fragment(f"<p>It now says {now} for a formal agreement within {within}.</p><ul>{items}</ul>")


def track_words(content: Content) -> str:
    """One sentence on how past forecasts of the model like this one have done."""
    kept = content["explained"]["track_record"]
    if kept["missing"]:
        return f"How often its past forecasts came true is not shown: {kept['missing']}."
    found, when = kept["models"][0], "at a case's start" if kept["at_start"] else "at an anniversary"
    number = f"{counted(found['n'], 'past forecast', 'past forecasts')} ({counted(found['n_cases'], 'case', 'cases')})"
    if found["few"]:
        return f"Only {number} like this one: too few to say how often such forecasts came true."
    return (
        f"Of the {number} like this one, made as of then and {when}, {percent(found['observed'])} were formalized; it "
        f"had said {percent(found['mean_forecast'])} on average, the base rate {percent(found['mean_base_rate'])}."
    )


def track_table(content: Content) -> str:
    """Past forecasts like this one, by the model and by the base rate, as HTML."""
    kept = content["explained"]["track_record"]
    rows = [
        [
            MODEL_WORDS[one["model"]],
            percent_range(one["low"], min(one["high"], 1.0)),
            str(one["n"]),
            str(one["n_cases"]),
            *(["too few to say", ""] if one["few"] else _track_cells(one)),
        ]
        for one in kept["models"]
    ]
    if not rows:
        return f"<p>{track_words(content)}</p>"
    when = "at a case's start" if kept["at_start"] else "at an anniversary"
    alike = f"Past forecasts like this one: for {years(content['headline']['horizon'])}, {when}, in the same range"
    head = ["Forecasts by", "that said", "n", "cases", "said on average", f"formalized (80{PER_CENT} interval)"]
    return table(head, rows, alike)


def _track_cells(one: Content) -> list[str]:
    return [percent(one["mean_forecast"]), f"{percent(one['observed'])} ({percent_range(one['lower'], one['upper'])})"]


def change_text(found: Content) -> str:
    """What moved the model, as lines of text for a terminal."""
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
        lines += [f"{'':9}{act}" for act in _act_lines(row)]
    whole = points(found["after"] - found["before"])
    return "\n".join([*lines, f"{whole:>7}  together"]).replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


def _act_lines(row: Content) -> list[str]:
    if row["leg"] != "events":
        return []
    acts = [
        f"{act['date']} (known {act['known']}) {act['kind']}, {act['standing']}: {act['summary']} [{act['event_id']}]"
        for act in row["events"]
    ]
    if not row["events"]:
        return ["several acts together; none of them alone"]
    return ["several acts together; any one of these would have done it:", *acts] if row["together"] else acts
