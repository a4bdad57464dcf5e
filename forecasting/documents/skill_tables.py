"""Sections of the scorecard, as HTML, from its content."""

import re
from collections.abc import Callable
from html import escape

from nbconvert.filters.markdown import markdown2html

from forecasting.documents import figures
from forecasting.documents.fragments import Fragment, chart, table
from forecasting.documents.values import Content
from forecasting.documents.wording import PER_CENT, day_words, label

DESIGNS = {
    "cluster": "related cases left out",
    "rolling": "as of each year",
    "era": "25 years of starts left out",
    "dyad": "pairs of parties left out",
}
REGISTERED = ("cluster", "rolling")
WEIGHTS = {
    "case": "one unit per case (registered)",
    "forecast": "every forecast alike",
    "start": "first public day only",
}
MODELS = {
    "primary": "hazard model",
    "primary_hindsight": "with hindsight-prone features (never the headline)",
    "base_rate": "base rate",
    "type_base_rate": "base rate by type",
}
SCORES = {
    "brier": "Brier, four states",
    "log": "log",
    "ranked": "ranked probability",
    "censored log": "censored log, when and how",
}
TRAITS = {
    "type": "form of the arrangement",
    "era": "era of the forecast",
    "confidence": "confidence of the coding",
    "moment": "start or anniversary",
    "frame": "how the case was found",
}
ANCHOR = re.compile(r'<a class="anchor-link".*?</a>', re.S)
TOO_FEW = "too few"
NO_RESULT = (
    "<p>No result for this record yet: <code>forecasting backtest --design cluster --tables DIR</code>, with the "
    "folder <code>evaluation</code> beside the record as DIR, makes one.</p>"
)


def masthead(content: Content) -> Fragment:
    """Title, question and which record was scored."""
    same = content["record_sha256"].startswith(content["scored_record"] or "none")
    other = "" if same else " They were made on an earlier edition of the record, not on this one."
    return Fragment(
        f'<p class="kicker">Scorecard, record to {day_words(content["data_end"])}</p>'
        "<h1>How good are the forecasts?</h1>"
        '<p class="question">Forecasts of past days by models that could not know them, held against what came. Skill '
        "is the share of the base rate's score that the model saves; 0 is the base rate itself. In brackets "
        f"{100 * content['level']:.0f}{PER_CENT} intervals, related cases drawn together."
        f"{other if content['scored_record'] else ''}</p>"
    )


def headline(content: Content) -> Fragment:
    """Skill of the hazard model in every design, over both base rates and under each weighting."""
    if not content["breakdown"]:
        return Fragment(NO_RESULT)
    whole = [row for row in content["breakdown"] if row["by"] == "all"]
    rows = []
    for key in dict.fromkeys((row["weights"], row["model"], row["reference"]) for row in whole):
        weights, model, reference = key
        if model == "primary" or (weights, reference) == ("case", "base_rate"):
            found = {r["design"]: r for r in whole if (r["weights"], r["model"], r["reference"]) == key}
            words = f"{_of(MODELS, model)}; {_of(WEIGHTS, weights)}; over the {_of(MODELS, reference)}"
            rows.append([words, *_cells(found)])
    counts = {row["design"]: row for row in whole if row["weights"] == "case"}
    sizes = [
        "<strong>forecasts; cases; components</strong>",
        *(f"{c['n']:,}; {c['n_cases']}; {c['n_groups']}" if (c := counts.get(d)) else "" for d in DESIGNS),
    ]  # fmt: skip
    head = ["Model; weights; over what", *DESIGNS.values()]
    return Fragment(
        _answer(content)
        + table(head, [*rows, sizes], "Skill in the four-state Brier score, mean over 12 to 120 months")
        + "<p>The first two designs are the registered ones; the other two are stress tests.</p>"
        + _earlier(content)
    )


def _answer(content: Content) -> str:
    """The first screen: what the model saves in the registered designs, and on which endings nothing is shown."""
    told = [
        f"<strong>{_interval(row, 'skill')}</strong> ({DESIGNS[row['design']]})"
        for row in _rows(content, "all")
        if row["design"] in REGISTERED
    ]
    if not told:
        return ""
    return (
        '<section class="bottom-line" aria-label="Bottom line"><p>The hazard model saves '
        f"{' and '.join(told)} of the base rate's Brier score.</p>{_unproved(content)}</section>"
    )


def horizons(content: Content) -> Fragment:
    """Skill by horizon, and under other proper scores."""
    by = _by_design(content, "horizon", "Months ahead", lambda part: part, "Skill by horizon")
    return Fragment(
        by + _by_design(content, "score", "Score", lambda part: _of(SCORES, part), "Skill by kind of score")
    )


def causes(content: Content) -> Fragment:
    """Skill for each ending by itself, and for which of them none is shown in a registered design."""
    shown = _by_design(content, "cause", "Ending", label, "Skill by ending, Brier score of each by itself")
    return Fragment(_unproved(content) + shown)


def _unproved(content: Content) -> str:
    """The endings on which a registered design shows no skill."""
    unproved = [
        f"{label(row['part'])} ({DESIGNS[row['design']]})"
        for row in _rows(content, "cause")
        if row["design"] in REGISTERED and row["lower"] is not None and row["lower"] <= 0
    ]
    return f"<p><strong>No skill is shown on: {', '.join(unproved)}.</strong></p>" if unproved else ""


def parts(content: Content) -> Fragment:
    """Skill by what the forecasts have in common; nothing where there are too few cases or endings."""
    return Fragment(
        "".join(
            _by_design(content, by, words.capitalize(), label, f"Skill by {words}", counted=True)
            for by, words in TRAITS.items()
        )
    )


def calibration(content: Content) -> Fragment:
    """Calibration in the large and slope of each cause at each horizon, every forecast alike."""
    head = ["Ending", "Months", "Forecast", "Came", "Came / forecast (best 1)", "Slope (best 1)", "AUC (chance 0.5)"]
    found = []
    for design in DESIGNS:
        rows = [r for r in content["calibration"] if r["design"] == design and r["weights"] == "forecast"]
        lines = [
            [label(r["cause"]), r["horizon"], _share(r["mean_forecast"]), _share(r["observed"]), _number(r, "ratio"),
             _number(r, "slope"), f"{r['auc']:.2f}" if r["auc"] is not None else TOO_FEW]
            for r in rows
        ]  # fmt: skip
        if lines:
            found.append(table(head, lines, f"Calibration: {DESIGNS[design]}"))
    return Fragment("".join(found) or NO_RESULT)


def reliability(content: Content) -> Fragment:
    """Reliability curves at 60 months with the band of a calibrated forecast, and the parts of the Brier score."""
    charts = []
    for design in REGISTERED:
        curve = [row for row in content["reliability"] if row["design"] == design]
        if curve:
            rows = [
                [label(r["cause"]), f"{r['brier']:.4f}", f"{r['mcb']:.4f}", f"{r['dsc']:.4f}", f"{r['unc']:.4f}"]
                for r in content["calibration"]
                if (r["design"], r["weights"], r["horizon"]) == (design, "forecast", "60") and r["brier"] is not None
            ]
            head = ["Ending", "Brier", "Miscalibration", "Discrimination", "Uncertainty"]
            text = (
                f"How often each ending came within 60 months, by the chance forecast: {DESIGNS[design]}. A curve "
                "inside the band does not refute calibration; it does not prove it."
            )
            charts.append(chart(figures.reliability_chart(curve), text, table(head, rows, "Brier score in parts")))
    return Fragment("".join(charts) or NO_RESULT)


def power(content: Content) -> Fragment:
    """What these forecasts can show at all, and which models they tell apart."""
    head = ["Past days forecast", "Difference", "Measured", "Standard error", "Chance of the same sign again",
            "Smallest true one that would be seen", "Smallest measured one apart from noise"]  # fmt: skip
    figures_shown = ("standard_error", "same_sign", "minimum_detectable", "critical_difference")
    rows = [
        [DESIGNS[r["design"]], f"{_of(MODELS, r['model'])} over {_of(MODELS, r['against'])}",
         _interval(r, "difference"), *(_share(r[name]) for name in figures_shown)]
        for r in content["power"]
        if r["model"] == "primary" or (r["model"], r["against"]) == ("type_base_rate", "base_rate")
    ]  # fmt: skip
    if not rows:
        return Fragment(NO_RESULT)
    return Fragment(table(head, rows, "What the number of forecasts can show") + _tiers(content))


def peers(content: Content) -> Fragment:
    """Models of other packages on the same forecasts; nothing where none were run."""
    wanted = {"design", "weight", "model", "skill_over_base_rate", "primary_minus"}
    rows = [
        [escape(str(r["model"])), _of(DESIGNS, r["design"]),
         _interval(r, "skill_over_base_rate", "skill_over_base_rate_"), _interval(r, "primary_minus", "primary_minus_")]
        for r in content["peers"]
        if wanted <= set(r) and r["weight"] == "case"
    ]  # fmt: skip
    head = ["Model", "Past days forecast", "Skill over the base rate", "Hazard model minus this"]
    return Fragment(f"<h2>Other learners</h2>{table(head, rows, 'The same forecasts by other models')}" if rows else "")


def tried(content: Content) -> Fragment:
    """What was tried and dropped, as the registration tells it."""
    told = _prose(content["tried"], "What was tried") if content["tried"] else "<p>Nothing is recorded.</p>"
    return Fragment(told)


def registration(content: Content) -> Fragment:
    """What was fixed before anything was scored, and what came of it; the last first."""
    return Fragment(
        "".join(
            f"<details><summary>{escape(one['title'])}</summary>{_prose(one['text'], one['title'])}</details>"
            for one in content["registrations"]
        )
        or "<p>Nothing was registered for this record.</p>"
    )


def _prose(markdown: str, title: str) -> str:
    """Markdown as HTML; its tables have a caption and the scope of their heads, and scroll on a narrow screen."""
    html = ANCHOR.sub("", str(markdown2html(markdown))).replace("<th>", '<th scope="col">')
    for number in range(1, html.count("<table>") + 1):
        caption = escape(f"{title}, table {number}")
        framed = f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}"><table class="prose">'
        html = html.replace("<table>", f"{framed}<caption>{caption}</caption>", 1)
    return html.replace("</table>", "</table></div>")


def provenance(content: Content) -> Fragment:
    """What the page was made from."""
    return Fragment(
        f"<p>Record to {day_words(content['data_end'])}, sha256 <code>{content['record_sha256']}</code>; results of "
        f"the record whose hash begins with <code>{content['scored_record'] or 'none'}</code>; package "
        f"{escape(content['package_version'])}. Nothing was fitted for this page. Every number on it is in the JSON "
        "file beside it.</p>"
    )


def _by_design(
    content: Content, by: str, head: str, words: Callable[[str], str], caption: str, counted: bool = False
) -> str:
    """Skill of the hazard model over the base rate under the registered weights, parts by designs."""
    rows = _rows(content, by)
    if not rows:
        return NO_RESULT
    lines = []
    for part in dict.fromkeys(row["part"] for row in rows):
        found = {row["design"]: row for row in rows if row["part"] == part}
        first = next(iter(found.values()))
        size = [f"{first['n_cases']}; {first['n_endings']}"] if counted else []
        lines.append([escape(words(part)), *size, *_cells(found)])
    return table([head, *(["Cases; endings (first design)"] if counted else []), *DESIGNS.values()], lines, caption)


def _rows(content: Content, by: str) -> list[Content]:
    return [
        row
        for row in content["breakdown"]
        if (row["by"], row["model"], row["reference"], row["weights"]) == (by, "primary", "base_rate", "case")
    ]


def _earlier(content: Content) -> str:
    rows = [
        [f"<code>{escape(r['record'])}</code>", _of(DESIGNS, r["design"]), _interval(r, "skill")]
        for r in content["earlier"]
        if (r["model"], r["reference"], r["weights"]) == ("primary", "base_rate", "case")
    ]
    return table(["Record", "Past days forecast", "Skill"], rows, "Earlier editions of the record") if rows else ""


def _tiers(content: Content) -> str:
    rows = []
    for design in dict.fromkeys(row["design"] for row in content["power"]):
        tiers: dict[int, list[str]] = {}
        for row in content["power"]:
            if row["design"] == design and _of(MODELS, row["model"]) not in tiers.setdefault(row["tier"], []):
                tiers[row["tier"]].append(_of(MODELS, row["model"]))
        told = "; then ".join(", ".join(names) for _, names in sorted(tiers.items()))
        rows.append([_of(DESIGNS, design), told])
    return table(["Past days forecast", "Told apart, best first"], rows, "Models of one tier are not ranked")


def _cells(found: dict[str, Content]) -> list[str]:
    return [_interval(found[design], "skill") if design in found else "" for design in DESIGNS]


def _interval(row: Content, name: str, prefix: str = "") -> str:
    value, lower, upper = row[name], row[f"{prefix}lower"], row[f"{prefix}upper"]
    if value is None:
        return TOO_FEW
    return f"{100 * value:.1f}{PER_CENT} [{100 * lower:.1f},\N{NO-BREAK SPACE}{100 * upper:.1f}]"


def _number(row: Content, name: str) -> str:
    if row[name] is None:
        return TOO_FEW
    return f"{row[name]:.2f} [{row[f'{name}_lower']:.2f},\N{NO-BREAK SPACE}{row[f'{name}_upper']:.2f}]"


def _share(value: float) -> str:
    return f"{100 * value:.1f}{PER_CENT}"


def _of(words: dict[str, str], code: str) -> str:
    return words.get(code, escape(code))
