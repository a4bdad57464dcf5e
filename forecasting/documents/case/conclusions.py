"""What a case report concludes: masthead, bottom line, incidence and reference classes, as HTML."""

from html import escape

from forecasting.documents import figures
from forecasting.documents.case.confidence import confidence_words
from forecasting.documents.case.explained import track_table, track_words
from forecasting.documents.fragments import Fragment, chart, table
from forecasting.documents.values import Content
from forecasting.documents.wording import (
    PAST,
    PER_CENT,
    change_words,
    counted,
    day_words,
    estimative,
    limit_words,
    percent,
    percent_range,
    points,
    term_name,
    years,
)
from forecasting.record.vocabulary import CAUSES, SAME_OUTCOME_TYPES, STATES

GIVEN = {
    "all": ", averaged over whether leaders endorsed it",
    "endorsed": ", if leaders did",
    "not endorsed": ", if they did not",
}
CURVES = {"base_rate": "base rate", "type_base_rate": "same type", "primary": "hazard model"}
MOST_MOVED = 3
NO_OTHER = "no other case"
CURVE_WORDS = {
    "type_base_rate": "; dashed: arrangements of the same type",
    "primary": "; dotted: the hazard model, which looks at more (its interval stands in its own table below)",
}
DESIGN_WORDS = {"cluster": "with related cases left out", "rolling": "as of each year"}


def masthead(content: Content) -> Fragment:
    """Title, question and the day whose knowledge is used."""
    case = content["case"]
    goal = "concluded (signed or adopted)" if content["target"] == "concluded" else "brought into force"
    if case["facts"]["type"] in SAME_OUTCOME_TYPES:
        goal = "brought into force (for a text already signed, concluded and in force are the same ending)"
    return Fragment(
        f'<p class="kicker">Forecast as of {day_words(content["as_of"])}</p><h1>{escape(case["name"])}</h1>'
        f'<p class="question">Will this informal arrangement be followed by a formal agreement {goal}, '
        f"will it collapse, or will it fade? Parties at the start: {escape(', '.join(case['parties']))}.</p>"
    )


def bottom_line(content: Content) -> Fragment:
    """The number, its word, the base rate's n and interval, the confidence, and what is contested."""
    top, case = content["headline"], content["case"]
    others = [
        row for row in _rows(content, "formalized") if row["horizon"] in (6, 12) and row["horizon"] != top["horizon"]
    ]
    sooner = "; ".join(
        f"within {years(row['horizon'])}, {percent(row['probability'])} ({estimative(row['probability'])})"
        for row in others
    )
    closing = [item for item in content["contested"] if item["closes"]]
    open_ones = [item for item in content["contested"] if not item["closes"]]
    doubts = [
        f"<li><strong>Arguably there is nothing left to forecast:</strong> {escape(i['reason'])}.</li>" for i in closing
    ]
    doubts += [
        f"<li><strong>{escape(change_words(i['changes']))}</strong>, arguably: {escape(i['reason'])}.</li>"
        for i in open_ones[: 0 if closing else 4]
    ]
    more = len(content["contested"]) - len(doubts)
    if more > 0:
        listed = counted(more, "more arguable coding is", "more arguable codings are")
        doubts.append(f'<li><a href="#contested">{listed} listed</a> below.</li>')
    contested = "".join(doubts) or "<li>No other coding of this case has been argued.</li>"
    return Fragment(
        '<section class="bottom-line" aria-label="Bottom line">'
        f'<p class="number"><span class="big">{percent(top["probability"])}</span> '
        f'<span class="word">{top["word"]}</span> '
        f'<span class="range">80{PER_CENT} interval {percent_range(top["lower"], top["upper"])}</span></p>'
        f"<p>A formal agreement within {years(top['horizon'])}, by {day_words(top['deadline'])}, is "
        f"<strong>{top['word']} ({percent(top['probability'])})</strong>{'; ' + sooner if sooner else ''}.</p>"
        f'<p class="confidence">{confidence_words(content)}</p>'
        f'<h2 class="small">What to doubt</h2><ul><li>{_basis(top)} It does not move with the news.</li>'
        f"<li>{_second_opinion(content)}</li>{_moved(content)}{_hedge(content)}</ul>"
        f'<h2 class="small">What is contested about the case itself</h2><ul>{contested}</ul>'
        f'<h2 class="small">What was reported</h2><p>{escape(case["summary"])}</p>{_sight(content)}</section>'
    )


def _hedge(content: Content) -> str:
    """How many of the acts known are not confirmed."""
    reported = content["n_unconfirmed_acts"]
    told = counted(reported, "is", "are")
    return (
        f"<li>Of the {content['n_acts']} acts known on the day, {told} reported or disputed, not confirmed.</li>"
        if reported
        else ""
    )


def _moved(content: Content) -> str:
    """By how much the model moved since the earlier day, and through which acts most."""
    found = content["explained"]["changes"]
    if found is None or percent(found["before"]) == percent(found["after"]):
        return ""
    rows = [row for row in found["rows"] if row["leg"] == "events"]
    rows.sort(key=lambda row: -abs(row["points"]))
    told = "; ".join(f"{_inside(term_name(row['name']))} ({points(row['points'])} points)" for row in rows[:MOST_MOVED])
    return (
        f"<li>Since {day_words(found['from'])} that model went from {percent(found['before'])} to "
        f"{percent(found['after'])}{', most through: ' if told else ''}{escape(told)} "
        '(<a href="#changed">the acts behind it</a>).</li>'
    )


def _inside(name: str) -> str:
    """A name as it stands inside a sentence."""
    return name[:1].lower() + name[1:]


def _second_opinion(content: Content) -> str:
    """What the model beside the headline says for the same horizon."""
    rows = content["beside"]["forecast"]
    horizon = content["headline"]["horizon"]
    limit = limit_words(content["beside"]["limit"])
    if not rows:
        return f"A model that looks closer gives no number here: {escape(limit)}. The base rate stands by itself."
    row = next(r for r in rows if (r["given"], r["cause"], r["horizon"]) == ("all", CAUSES[0], horizon))
    return (
        f"A model that looks closer, with a small lead on past days, says {percent(row['probability'])} "
        f"({percent_range(row['lower'], row['upper'])}) for the same time. {track_words(content)}{_widened(limit)}"
    )


def _widened(limit: str) -> str:
    return f" Its interval is widened to hold the base rate's, because {escape(limit)}." if limit else ""


def _basis(top: Content) -> str:
    """What the number rests on, and how many had lasted as long."""
    if top["n_at_risk"] > 0.95 * top["n"]:
        return (
            f"This is the base rate: how often {top['n']} informal arms-control arrangements since 1817, this one "
            "included, were formalized within that time."
        )
    text = (
        f"This is the base rate: how often informal arms-control arrangements since 1817 were formalized within that "
        f"time once they had lasted as long as this one. {top['n_at_risk']} of {top['n']} had been seen to last so long"
    )
    if not top["thin"]:
        return f"{text}, this one included."
    return f"{text}: <strong>too few to say much</strong>, so ages with as few are taken together."


def _sight(content: Content) -> str:
    case = content["case"]
    if case["last_seen"] == content["as_of"]:
        return ""
    months, unseen = case["months_unseen"], content["unseen"]
    ago = f"{months:.1f} months" if months < 24 else f"{months / 12:.0f} years"
    text = (
        f'<p class="sight">Last seen observed {ago} ago, on {day_words(case["last_seen"])}. The forecast starts from '
        "that day and carries the time since then as time in which it may have ended unseen."
    )
    if unseen and case["stale"]:
        text += (
            f" <strong>Much of the number is about the past:</strong> by the base rate it had already been formalized "
            f"unseen with {percent(unseen['formalized'])}, collapsed with {percent(unseen['collapsed'])}, faded with "
            f"{percent(unseen['faded'])}, and still stood with {percent(unseen['ongoing'])}."
        )
    return f"{text}</p>"


def _rows(content: Content, cause: str, model: str = "base_rate") -> list[Content]:
    return [row for row in content["forecast"] if row["model"] == model and row["cause"] == cause]


def incidence(content: Content) -> Fragment:
    """The chart of the three endings and the table behind it, and how others fared at the end of their term."""
    states = {(row["horizon"], row["cause"]): row for state in STATES for row in _rows(content, state)}
    rows = []
    for horizon in content["horizons"]:
        cells = [states[horizon, state] for state in STATES]
        within = f"{years(horizon)}<br><small>{day_words(content['deadlines'][str(horizon)])}</small>"
        rows.append([within, *(_with_interval(row) for row in cells)])
    head = ["Within", "Formal agreement", "Collapse", "Fading", "Still informal"]
    endings = table(head, rows, "Base rate by horizon, with 80 % intervals")
    drawn = [model for model in CURVES if model in content["curve"]["models"]]
    behind = "".join(_curve_table(content["curve"], drawn, cause, title) for cause, title in figures.TITLES.items())
    others = [words for model, words in CURVE_WORDS.items() if model in drawn]
    text = (
        "Chance that the arrangement has ended in each way, by time after the day of the forecast. Line and band: "
        f"base rate with its 80 % interval{''.join(others)}."
    )
    return Fragment(
        endings
        + chart(figures.incidence_chart(content["curve"], content["stated_term"]), text, behind)
        + _term(content)
    )


def _curve_table(curve: Content, models: list[str], cause: str, title: str) -> str:
    """The figures of one panel at selected months."""
    rows = [
        [f"{month} months", *(_curve_cell(model, curve["models"][model][cause], place) for model in models)]
        for place, month in enumerate(curve["horizons"])
        if month == 6 or month % 12 == 0
    ]
    head = ["Within", *(CURVES[model].capitalize() for model in models)]
    return table(head, rows, f"{title}: cumulative incidence at selected months")


def _curve_cell(model: str, line: dict[str, list[float]], place: int) -> str:
    interval = ""
    if model == "base_rate":
        interval = f" <small>{percent_range(line['lower'][place], line['upper'][place])}</small>"
    return percent(line["probability"][place]) + interval


def _with_interval(row: Content) -> str:
    return f"{percent(row['probability'])}<br><small>{percent_range(row['lower'], row['upper'])}</small>"


def _term(content: Content) -> str:
    term, earlier = content["stated_term"], content["earlier_terms"]
    if term is None:
        return ""
    ahead = term["end"] >= content["as_of"]
    when = f"{'ends' if ahead else 'ended'} on {day_words(term['end'])}{' (shaded)' if ahead else ''}"
    states = ", ".join(f"{earlier['states'][state]} {PAST[state]}" for state in STATES)
    return (
        f"<p>The stated term of {term['months']} months {when}. Of {earlier['n']} "
        f"arrangements with a stated term, when the term ran out: {states}; of the last, "
        f"{earlier['beyond']} were still seen observed three months on.</p>"
    )


def ladder(content: Content) -> Fragment:
    """The reference classes from wide to narrow."""
    horizon = content["headline"]["horizon"]
    rows = []
    for rung in content["ladder"]:
        row = next((row for row in rung["formalized"] if row["horizon"] == horizon), None)
        ends = [str(rung["endings"][cause]) for cause in CAUSES]
        rows.append(
            [
                escape(rung["name"]),
                str(rung["n"]),
                *ends,
                str(rung["ongoing"]),
                *([percent(row["probability"]), percent_range(row["lower"], row["upper"])] if row else [NO_OTHER, ""]),
            ]
        )
    head = [
        "Class",
        "n",
        *(PAST[c] for c in CAUSES),
        "still observed",
        f"formalized within {years(horizon)}",
        "80 % interval",
    ]
    classes = table(head, rows, "Reference classes")
    text = f"Chance of a formal agreement within {years(horizon)}, by reference class, with 80 % intervals."
    return Fragment(chart(figures.ladder_chart(content["ladder"], horizon), text, classes))


def beside(content: Content) -> Fragment:
    """The hazard model beside the base rate: its states, with an uncertain endorsement taken either way."""
    rows = content["beside"]["forecast"]
    if not rows:
        return Fragment(f"<p>{_second_opinion(content)}</p>{_proof_words(content)}")
    sides = list(dict.fromkeys(row["given"] for row in rows))
    horizons = [horizon for horizon in (12, 60) if horizon in content["horizons"]] or content["horizons"][-1:]
    found = {(row["given"], row["horizon"], row["cause"]): row for row in rows}
    lines = [
        [
            f"{years(horizon)}{GIVEN[side] if len(sides) > 1 else ''}",
            *(_with_interval(found[side, horizon, state]) for state in STATES),
        ]
        for horizon in horizons
        for side in sides
    ]
    head = ["Within", "Formal agreement", "Collapse", "Fading", "Still informal"]
    numbers = table(head, lines, "Hazard model by horizon, with 80 % intervals")
    widened = _widened(limit_words(content["beside"]["limit"]))
    return Fragment(
        numbers + (f"<p>{widened.strip()}</p>" if widened else "") + _proof_words(content) + track_table(content)
    )


def _proof_words(content: Content) -> str:
    told = [
        f"{percent(item['brier_skill'])} ({percent_range(item['lower'], item['upper'])}) {DESIGN_WORDS[item['design']]}"
        for item in content["beside"]["proof"]
    ]
    if not told:
        return "<p>How this model has done on past days is not known for this record.</p>"
    return f"<p>On past days it saved this share of the base rate's Brier score: {'; '.join(told)}.</p>"
