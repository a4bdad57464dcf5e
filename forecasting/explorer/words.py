"""What an outlook says in words and tables, as text and as HTML."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from forecasting.documents import fragments
from forecasting.documents.wording import label, limit_words, long_day, percent, percent_range, points, term_name, years
from forecasting.explain.drivers import BASE
from forecasting.explain.signposts import Signpost
from forecasting.record.cases import Dossier
from forecasting.record.vocabulary import CAUSES, STATES

MODEL_NAMES = {"primary": "hazard model", "base_rate": "base rate"}
TARGET_WORDS = {"concluded": "signed or adopted", "in_force": "in force"}
HEAD = ("Within", "By", "Formal agreement", "Collapse", "Fading", "Still informal")
MOST_NAMED = 2
LEAST_NAMED = 0.005


def heading(case: Dossier, target: str) -> str:
    """The case, the day and what counts as formal, as HTML."""
    top = f"As of {long_day(case.as_of)}; formal: {TARGET_WORDS[target]}."
    return f"<h3>{escape(str(case.start['name']))}</h3><p>{top}{sight(case)}</p>"


def sight(case: Dossier) -> str:
    """That a case was last seen some time before the day, as text; empty where it was seen then."""
    if case.gap_months == 0:
        return ""
    return (
        f" Last seen observed on {long_day(case.last_seen)}: the curves begin with the chance that it ended unseen "
        "since then."
    )


def why(rows: pd.DataFrame, drivers: Mapping[str, float], limit: Mapping[str, Any]) -> str:
    """One line: the models beside each other at one horizon (`rows`), and the drivers that add or take most.

    Where the record cannot bear the model's number or its interval, the line says so: `limit` as a mapping.
    """
    formal = rows[rows["cause"] == CAUSES[0]].set_index("model")
    told = ", ".join(
        f"{name} {percent(formal['probability'][model])} "
        f"({percent_range(formal['lower'][model], formal['upper'][model])})"
        for model, name in MODEL_NAMES.items()
        if model in formal.index
    )
    moved = {name: size for name, size in drivers.items() if name != BASE and abs(size) >= LEAST_NAMED}
    ups = sorted((name for name in moved if moved[name] > 0), key=lambda name: -moved[name])
    downs = sorted((name for name in moved if moved[name] < 0), key=lambda name: moved[name])
    sides = [
        f"{side} most by: {'; '.join(f'{term_name(name)} ({points(moved[name])})' for name in names[:MOST_NAMED])}"
        for side, names in (("up", ups), ("down", downs))
        if names
    ]
    reasons = f" The model goes {'; '.join(sides)} (points)." if sides else " Nothing moves the model by half a point."
    beyond = limit_words(dict(limit))
    if limit["status"] == "abstained":
        reasons = f" The hazard model gives no number here: {beyond}."
    elif beyond:
        reasons += f" Its interval is widened to hold the base rate's, because {beyond}."
    return f"Formal agreement within {years(int(formal['horizon'].iloc[0]))}: {told}.{reasons}"


def table(frame: pd.DataFrame) -> str:
    """The forecast table of one `given` as an HTML table: a row for each horizon and model, with 80 % intervals."""
    found = {
        (horizon, model, cause): (percent(point), percent_range(lower, upper))
        for horizon, model, cause, point, lower, upper in frame[
            ["horizon", "model", "cause", "probability", "lower", "upper"]
        ].itertuples(index=False)
    }
    lines = [
        [years(horizon), name, *(_cell(*found[horizon, model, state]) for state in STATES)]
        for horizon in sorted({horizon for horizon, *_ in found})
        for model, name in MODEL_NAMES.items()
        if (horizon, model, STATES[0]) in found
    ]
    return fragments.table(HEAD, lines, "The hazard model beside the base rate, with 80 % intervals")


def _cell(point: str, between: str) -> str:
    return f"{point} <small>({between})</small>"


def figure(svg: str, text: str) -> str:
    """A chart with the text that stands for it."""
    return f'<div role="img" aria-label="{escape(text)}">{svg}</div>'


def moved_by(posts: Sequence[Signpost], horizon: int) -> str:
    """What would move the hazard model, as an HTML table."""
    if not posts:
        return "<p>No single act that it looks at would move the hazard model by half a point.</p>"
    lines = [
        [escape(post.what), percent(post.before), percent(post.after), points(post.after - post.before)]
        for post in posts
    ]
    caption = f"What would move the hazard model: chance of a formal agreement within {years(horizon)}"
    return fragments.table(("If it were known that", "Now", "Then", "Points"), lines, caption)


def origin(artefact: str | None, as_of: date) -> str:
    """Where the fitted models came from, as text."""
    if artefact is not None:
        return f"Models of {long_day(as_of)}: artefact {artefact[:12]}."
    return (
        f"Models of {long_day(as_of)}: fitted here and kept while this notebook runs; "
        f"`forecasting train --as-of {as_of}` would keep them for good."
    )


def act(post: Signpost) -> str:
    """A possible act with what it would do, as a line of a menu."""
    return f"{post.what} ({percent(post.before)} to {percent(post.after)})"


def plain(text: str) -> str:
    """Text as HTML."""
    return escape(text)


def unfitted(as_of: date) -> str:
    """That a day has no fitted models yet, as HTML."""
    return (
        f"No fitted models of {long_day(as_of)} are at hand. Fitting takes some seconds; "
        f"<code>forecasting train --as-of {as_of}</code> would keep them for good."
    )


def status(artefact: str | None, case: Dossier, settled: bool) -> str:
    """Where the models came from, when the case was last seen, and whether there is a fact to switch, as HTML."""
    told = " Whether leaders endorse this case is not in doubt on that day: there is nothing to switch."
    text = f"{origin(artefact, case.as_of)}{sight(case)}{told if settled else ''}"
    return f'<p role="status"><small>{escape(text)}</small></p>'


def choice(code: str, meaning: str) -> str:
    """A code of the vocabulary as a line of a menu."""
    return f"{label(code)}: {meaning}" if meaning else label(code)


def fault(texts: Sequence[str]) -> str:
    """What is wrong with an answer, as HTML; empty where nothing is."""
    return "".join(f'<p role="alert" style="color:#a63a22;margin:0 0 .5em">{escape(text)}</p>' for text in texts)


def refused(rest: Sequence[str]) -> str:
    """That answers were refused, with faults of the record that stand beside no question, as HTML."""
    more = f"<p>The record itself has faults:</p>{fault(rest)}" if rest else ""
    return (
        f"<p><strong>Nothing was written.</strong> What is wrong stands below each answer; the others stay.</p>{more}"
    )


def forecasting(case_id: str, folder: str) -> str:
    """That a case was written and is being forecast, as HTML."""
    return f"{kept(case_id, folder)}<p>Fitting the models on your record ...</p>"


def kept(case_id: str, folder: str) -> str:
    """Where a case was written, as HTML."""
    return (
        f"<p><strong>{escape(case_id)}</strong> stands in {escape(folder)}, and the record keeps its rules. "
        "Change it in the files there.</p>"
    )
