"""What an outlook says in words and tables, as text and as HTML."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from forecasting.documents import compose, wording
from forecasting.documents.blocks import Block, Cell, Heading, Text
from forecasting.documents.compose import aside, section, text
from forecasting.documents.html import NOTEBOOK_STYLE, drawing_html, rendered, section_html
from forecasting.documents.quantities import chance, code, points, quote
from forecasting.documents.wording import (
    EXTRAPOLATES,
    MODEL_NAMES,
    PER_CENT,
    POOL_NAME,
    WIDENED,
    label,
    limit_words,
    long_day,
    percent,
    percent_range,
    term_name,
    years,
)
from forecasting.explain.drivers import BASE
from forecasting.explain.overlay_effect import Effect
from forecasting.explain.standouts import standouts
from forecasting.explain.what_ifs import WhatIf
from forecasting.models import BASE_RATE, HEADLINE
from forecasting.models.register import POOL
from forecasting.record.cases import Dossier
from forecasting.record.overlays import hashes_told
from forecasting.record.reading import RawRecord
from forecasting.record.vocabulary import CAUSES, ONGOING, STATES

NAMES = {**MODEL_NAMES, POOL: POOL_NAME}
TARGET_WORDS = {"concluded": "signed or adopted", "in_force": "in force"}
HEAD = ("Within", "By", "Formal agreement", "Collapse", "Fading", "Still informal")
HEAD_POINTS = ("Its points", "Collapse, points", "Fading, points")
STATE_NAMES = {
    "formalized": "formal agreement",
    "collapsed": "collapse",
    "faded": "fading",
    "ongoing": "still informal",
}
MOST_NAMED = 2
LEAST_NAMED = 0.005


def heading(case: Dossier, target: str) -> str:
    """The case, the day and what counts as formal, as HTML."""
    top = f"As of {long_day(case.as_of)}; formal: {TARGET_WORDS[target]}.{sight(case)}"
    return _html(Heading(words=str(case.start["name"])), text(top))


def sight(case: Dossier) -> str:
    """That a case was last seen some time before the day, as text; empty where it was seen then."""
    if case.gap_months == 0:
        return ""
    unknown = "" if case.is_state_known else " Its state is unknown."
    return (
        f"{unknown} Last observed on {long_day(case.last_seen)}; acts looked for until "
        f"{long_day(max(case.looked_until, case.last_seen))}."
    )


def ended(chances: Mapping[str, float]) -> str:
    """How likely it has ended already without being noted, by state, as text; empty where it was seen in the month."""
    if not chances:
        return ""
    told = ", ".join(f"{wording.PAST[cause]} {percent(chances[cause])}" for cause in CAUSES)
    return (
        f"With {percent(1.0 - chances[ONGOING])} it has ended already without being noted ({told}); the curves begin "
        "with that."
    )


def why(
    rows: pd.DataFrame,
    drivers: Mapping[str, Mapping[str, float]],
    limit: Mapping[str, Any],
    headline_limit: Mapping[str, Any],
) -> str:
    """One line: all endings and those far from the base rate, the models beside each other, and what moves them most.

    `rows`: at one horizon; `drivers`: by ending, points of each input. Outside the applicability domain of the first
    registration's model, and of the headline, the line gives the reason: `limit` and `headline_limit` as mappings.
    """
    formal = rows[rows["cause"] == CAUSES[0]].set_index("model")
    told = ", ".join(
        f"{name} {percent(formal['probability'][model])} "
        f"({percent_range(formal['lower'][model], formal['upper'][model])})"
        for model, name in NAMES.items()
        if model in formal.index
    )
    within = years(int(formal["horizon"].iloc[0]))
    far = _far(rows)
    reasons = "".join(_reasons(cause, drivers[cause]) for cause in dict.fromkeys((CAUSES[0], *far)) if cause in drivers)
    beyond = limit_words(dict(limit))
    if limit["status"] == "abstained":
        reasons += f" The hazard model of the first registration gives no number here: {beyond}."
    elif beyond:
        reasons += f" The first registration's interval is widened to contain the base rate's, because {beyond}."
    outside = limit_words(dict(headline_limit))
    if headline_limit["status"] == "abstained":
        outside = f" The forecast by the ladder gives no number here: {outside}."
    elif outside:
        outside = f" {EXTRAPOLATES}: {outside}. {WIDENED}"
    return f"{_endings(rows, within, far)}Formal agreement within {within}: {told}.{outside}{reasons}"


def _chances(rows: pd.DataFrame, model: str) -> dict[str, float]:
    """Probability of each state by a model; empty where it gives none."""
    own = rows[rows["model"] == model]
    return dict(zip(own["cause"], map(float, own["probability"]), strict=True))


def _far(rows: pd.DataFrame) -> tuple[str, ...]:
    own, base = _chances(rows, HEADLINE), _chances(rows, BASE_RATE)
    return standouts(own, base) if own and base else ()


def _endings(rows: pd.DataFrame, within: str, far: Sequence[str]) -> str:
    """All states by the headline, and each ending that lies far from the base rate; empty where it gives no number."""
    own, base = _chances(rows, HEADLINE), _chances(rows, BASE_RATE)
    if not own:
        return ""
    told = ", ".join(f"{STATE_NAMES[state]} {percent(own[state])}" for state in STATES)
    out = "".join(
        f" {STATE_NAMES[cause].capitalize()} stands out: {percent(own[cause])} against a base rate of "
        f"{percent(base[cause])}."
        for cause in far
    )
    return f"Within {within}: {told}.{out} "


def _reasons(cause: str, drivers: Mapping[str, float]) -> str:
    """What moves an ending most from the base rate, up and down."""
    moved = {name: size for name, size in drivers.items() if name != BASE and abs(size) >= LEAST_NAMED}
    ups = sorted((name for name in moved if moved[name] > 0), key=lambda name: -moved[name])
    downs = sorted((name for name in moved if moved[name] < 0), key=lambda name: moved[name])
    sides = [
        f"{side} most by: {'; '.join(f'{term_name(one)} ({wording.points(moved[one])})' for one in names[:MOST_NAMED])}"
        for side, names in (("up", ups), ("down", downs))
        if names
    ]
    who = "the forecast" if cause == CAUSES[0] else STATE_NAMES[cause]
    if not sides:
        return f" Nothing moves {who} from the base rate by half a point."
    return f" From the base rate {who} goes {'; '.join(sides)} (points)."


def table(frame: pd.DataFrame) -> str:
    """The forecast table of one `given` as an HTML table: a row for each horizon and model, with 80 % intervals."""
    found = {
        (horizon, model, cause): chance(point, lower, upper)
        for horizon, model, cause, point, lower, upper in frame[
            ["horizon", "model", "cause", "probability", "lower", "upper"]
        ].itertuples(index=False)
    }
    rows: list[list[Cell]] = [
        [years(horizon), name, *(found[horizon, model, state] for state in STATES)]
        for horizon in sorted({horizon for horizon, *_ in found})
        for model, name in NAMES.items()
        if (horizon, model, STATES[0]) in found
    ]
    return _html(compose.table(f"The forecast and what stands under it, with 80{PER_CENT} intervals", HEAD, rows))


def figure(svg: str, words: str) -> str:
    """A chart of our own with the text that stands for it."""
    return NOTEBOOK_STYLE + drawing_html(svg, words)


def moved_by(found: Sequence[WhatIf], horizon: int) -> str:
    """What rungs, strain and an endorsement would do to the headline, as an HTML table."""
    if not found:
        return _html(text("The forecast by the ladder gives no number here, so nothing can be supposed."))
    rows = [[quote(one.what), chance(one.after[0]), *map(points, one.points[: len(CAUSES)] / 100.0)] for one in found]
    caption = (
        f"If it were known on that day: the forecast by the ladder within {years(horizon)}, where a formal agreement "
        f"has {percent(found[0].before[0])} now, and the points that each ending gains"
    )
    return _html(compose.table(caption, ("If", "Formal agreement", *HEAD_POINTS), rows))


def origin(artefact: str | None, as_of: date) -> str:
    """Origin of the fitted models, as text."""
    if artefact is not None:
        return f"Models of {long_day(as_of)}: artefact {artefact[:12]}."
    return (
        f"Models of {long_day(as_of)}: fitted here and kept while this notebook runs; "
        f"`forecasting train --as-of {as_of}` would keep them for good."
    )


def supposition(one: WhatIf) -> str:
    """A supposition with what it would do to each ending, as a line of a menu."""
    moves = (
        f"{STATE_NAMES[cause]} {percent(one.before[k])} to {percent(one.after[k])}" for k, cause in enumerate(CAUSES)
    )
    return f"{one.what} ({', '.join(moves)})"


def choice(code: str, meaning: str) -> str:
    """A code of the vocabulary as a line of a menu."""
    return f"{label(code)}: {meaning}" if meaning else label(code)


def paragraph(words: str) -> str:
    """Words as they stand, as HTML."""
    return _html(text("{words}", words=words))


def status(artefact: str | None, case: Dossier, settled: bool) -> str:
    """Origin of the models, when the case was last observed, and whether there is a fact to switch, as HTML."""
    told = " Whether leaders endorse this case is not in doubt on that day: there is nothing to switch."
    words = f"{origin(artefact, case.as_of)}{sight(case)}{told if settled else ''}"
    return _live("status", text("{words}", words=aside("{words}", words=words)))


def unfitted(as_of: date) -> str:
    """That a day has no fitted models yet, as HTML."""
    return _html(
        text(
            f"No fitted models of {long_day(as_of)} are at hand. Fitting takes some seconds; "
            "{command} would keep them for good.",
            command=code(f"forecasting train --as-of {as_of}"),
        )
    )


def no_answer(error: Exception) -> str:
    """Reason for which there is no answer, as HTML."""
    return _html(text("**No answer:** {why}", why=str(error)))


def fault(texts: Sequence[str]) -> str:
    """Fault of an answer, as HTML; empty where nothing is."""
    return _live("alert", *(text("{words}", words=words) for words in texts)) if texts else ""


def refused(rest: Sequence[str]) -> str:
    """That answers were refused, with faults of the record that stand beside no question, as HTML."""
    said = _html(text("**Nothing was written.** What is wrong stands below each answer; the others stay."))
    return f"{said}{paragraph('Other rows have faults:')}{fault(rest)}" if rest else said


def moved_by_own(found: Effect) -> str:
    """What rows of one's own do to the headline, at every horizon and for all endings, as HTML."""
    rows: list[list[Cell]] = []
    if not found.table.empty:
        by_place = found.table.set_index(["horizon", "cause"])
        for horizon in sorted(set(found.table["horizon"])):
            cells: list[Cell] = [years(int(horizon))]
            for state in STATES:
                one = by_place.loc[(horizon, state)]
                cells += [chance(one["before"]), chance(one["after"]), points(one["points"] / 100.0)]
            rows.append(cells)
    head = ["Within", *(f"{name}, {what}" for name in HEAD[2:] for what in ("before", "after", "points"))]
    caption = f"The forecast by the ladder as of {long_day(found.as_of)}, without and with what was added"
    told = [text("Kept in {files}.", files=", ".join(map(str, found.files)))]
    told += [text("{note}", note=note) for note in (found.reason, *found.notes()) if note]
    told += [text("{hashes}", hashes=hashes_said(found.hashes))]
    return _html(*([compose.table(caption, head, rows)] if rows else []), *told)


def hashes_said(hashes: Mapping[str, Any]) -> str:
    """Hashes of the record and of its overlays, as text; empty where there is no overlay."""
    laid = [f"overlay {one['folder']}, sha256 {one['sha256']}" for one in hashes.get("overlays", ())]
    return "; ".join([f"Record sha256 {hashes['record_sha256']}", *laid]) + "." if laid else ""


def made_with(record: RawRecord) -> str:
    """Hashes of a record with rows of one's own, as HTML; empty without such."""
    if record.beneath is None:
        return ""
    learned = [str(one.folder) for one in record.overlays if one.learns]
    told = (
        f"Models learned from the rows of {', '.join(learned)} too." if learned else "No model learned from these rows."
    )
    return paragraph(f"{hashes_said(hashes_told(record))} {told}")


def not_kept(error: Exception) -> str:
    """That nothing was written, with every reason, as HTML."""
    return _live(
        "alert", text("**Nothing was written.**"), *(text("{why}", why=one) for one in str(error).splitlines())
    )


def forecasting(case_id: str, folder: str) -> str:
    """That a case was written and is being forecast, as HTML."""
    return _html(_kept(case_id, folder), text("Forecasting ..."))


def kept(case_id: str, folder: str) -> str:
    """Folder to which a case was written, as HTML."""
    return _html(_kept(case_id, folder))


def _kept(case_id: str, folder: str) -> Text:
    return text(
        "**{case}** stands in {folder}, laid over the record, which keeps its rules. Change it in the files there.",
        case=case_id,
        folder=folder,
    )


def _html(*blocks: Block) -> str:
    return NOTEBOOK_STYLE + section_html(section(*blocks))


def _live(role: str, *blocks: Block) -> str:
    """Blocks that a screen reader tells when they change."""
    return rendered("live.html.j2", role=role, own=section(*blocks))
