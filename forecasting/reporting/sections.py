"""The sections of a case report as HTML, each made from the report's content and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from forecasting.reporting import figures
from forecasting.reporting.words import (
    CAUSE_WORDS,
    coarse_day,
    estimative,
    label,
    long_day,
    percent,
    percent_range,
    years,
)
from forecasting.vocabulary import CAUSES, STATES

Content = dict[str, Any]
PAST = {"formalized": "formalized", "collapsed": "collapsed", "faded": "faded", "ongoing": "still observed"}
YES_NO = {1.0: "yes", 0.0: "no"}
FACT_NAMES = {
    "type": "Form",
    "domain": "Domain",
    "limit_object": "Object of the limits",
    "prior_instrument": "Continues",
    "stated_horizon_months": "Stated term",
    "leader_endorsed": "Endorsed by a leader in person",
    "matched": "Matched by the other side",
    "negotiation_underway": "Talks on a binding text under way",
    "formal_target": "Formal agreement aimed at",
    "ratification_required": "A binding text needs a legislature",
    "verification": "Verification working",
    "third_party_objection": "Tied to a third party's joining",
    "adversarial": "Between main rivals",
    "armed_conflict": "War between them or a client",
    "background_treaty": "Wider treaty behind it",
}


@dataclass(frozen=True)
class Fragment:
    """A piece of a page; notebooks show it as HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def _day(text: str) -> str:
    return long_day(date.fromisoformat(text))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table of cells that are HTML already."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(
        "<tr>" + "".join(f'<th scope="row">{c}</th>' if i == 0 else f"<td>{c}</td>" for i, c in enumerate(row)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _marks(content: Content, sources: Sequence[str]) -> str:
    order = {source["source_id"]: number for number, source in enumerate(content["sources"], start=1)}
    links = [f'<a href="#source-{order[s]}">{order[s]}</a>' for s in sources if s in order]
    return f'<sup class="marks">[{", ".join(links)}]</sup>' if links else ""


def _figure(svg: str, text: str, table: str) -> str:
    return (
        f'<figure><div role="img" aria-label="{escape(text)}">{svg}</div><figcaption>{escape(text)}</figcaption>'
        f"<details><summary>The figures behind this chart</summary>{table}</details></figure>"
    )


def masthead(content: Content) -> Fragment:
    """Title, question and the day whose knowledge is used."""
    case = content["case"]
    goal = "concluded (signed or adopted)" if content["target"] == "concluded" else "brought into force"
    return Fragment(
        f'<p class="kicker">Forecast as of {_day(content["as_of"])}</p><h1>{escape(case["name"])}</h1>'
        f'<p class="question">Will this informal arrangement between {escape(" and ".join(case["parties"]))} be followed by '
        f"a formal agreement {goal}, will it collapse, or will it fade?</p>"
    )


def bottom_line(content: Content) -> Fragment:
    """The number, its word, the base rate's n and interval, the confidence, and what is contested."""
    top, case = content["headline"], content["case"]
    others = [row for row in _rows(content, "formalized") if row["horizon"] in (6, 12) and row["horizon"] != top["horizon"]]
    sooner = "; ".join(
        f"within {years(row['horizon'])}, {percent(row['probability'])} ({estimative(row['probability'])})" for row in others
    )
    closing = [item for item in content["contested"] if item["closes"]]
    open_ones = [item for item in content["contested"] if not item["closes"]]
    doubts = [f"<li><strong>Arguably there is nothing left to forecast:</strong> {escape(i['reason'])}.</li>" for i in closing]
    doubts += [f"<li>{escape(_change(i['changes']))}: {escape(i['reason'])}.</li>" for i in open_ones[: 0 if closing else 4]]
    more = len(content["contested"]) - len(doubts)
    if more > 0:
        doubts.append(f'<li><a href="#contested">{more} more arguable codings</a> are listed below.</li>')
    contested = "".join(doubts) or "<li>No other coding of this case has been argued.</li>"
    reported = content["n_unconfirmed_acts"]
    hedge = (
        f" Of the {content['n_acts']} acts known on the day, {reported} are reported or disputed, not confirmed."
        if reported
        else ""
    )
    return Fragment(
        '<section class="bottom-line" aria-label="Bottom line">'
        f'<p class="number"><span class="big">{percent(top["probability"])}</span> '
        f'<span class="word">{top["word"]}</span></p>'
        f"<p>A formal agreement within {years(top['horizon'])}, by {_day(top['deadline'])}, is "
        f"<strong>{top['word']} ({percent(top['probability'])})</strong>{'; ' + sooner if sooner else ''}.</p>"
        f"<p>This is the base rate: how often {top['n']} informal arms-control arrangements since 1817, this one "
        f"included, were formalized within that time once they had lasted as long. The 80 % interval is "
        f"{percent_range(top['lower'], top['upper'])}.</p>"
        f'<p class="confidence">{content["confidence"]}</p>'
        f"<p>{escape(case['summary'])}{hedge}</p>{_sight(content)}"
        f'<h2 class="small">What is contested about the case itself</h2><ul>{contested}</ul></section>'
    )


def _sight(content: Content) -> str:
    case = content["case"]
    if case["last_seen"] == content["as_of"]:
        return ""
    old = " That is more than two years: read every number with that in mind." if case["stale"] else ""
    return (
        f'<p class="sight">Last seen observed {case["months_unseen"]:.1f} months ago, on {_day(case["last_seen"])}. The forecast '
        f"starts from that day and carries the time since then as time in which it may have ended unseen.{old}</p>"
    )


def _rows(content: Content, cause: str, model: str = "base_rate") -> list[Content]:
    return [row for row in content["forecast"] if row["model"] == model and row["cause"] == cause]


def incidence(content: Content) -> Fragment:
    """The chart of the three endings and the table behind it, and how others fared at the end of their term."""
    horizons = content["horizons"]
    rows = []
    for state in STATES:
        by_horizon = {row["horizon"]: row for row in _rows(content, state)}
        cells = [
            f"{percent(by_horizon[h]['probability'])}<br><small>{percent_range(by_horizon[h]['lower'], by_horizon[h]['upper'])}</small>"
            for h in horizons
        ]
        rows.append([CAUSE_WORDS[state], *cells])
    table = _table(["", *(f"{h} months" for h in horizons)], rows, "Base rate by horizon, with 80 % intervals")
    curve = [row for row in content["curve"] if row["horizon"] in (*range(12, 121, 12), 6)]
    behind = _table(
        ["Months", *(f"{label(m)}, {c}" for m in ("base_rate", "type_base_rate") for c in CAUSES)],
        [
            [str(h)]
            + [
                percent(next(r for r in curve if (r["horizon"], r["model"], r["cause"]) == (h, m, c))["probability"])
                for m in ("base_rate", "type_base_rate")
                for c in CAUSES
            ]
            for h in sorted({row["horizon"] for row in curve})
        ],
        "Cumulative incidence at selected months",
    )
    text = (
        "Chance that the arrangement has ended in each way, by time after the day of the forecast. Line and band: base rate "
        "with its 80 % interval; dashed: arrangements of the same type."
    )
    return Fragment(table + _figure(figures.incidence_chart(content), text, behind) + _term(content))


def _term(content: Content) -> str:
    term, earlier = content["stated_term"], content["earlier_terms"]
    if term is None:
        return ""
    when = "ends" if term["end"] >= content["as_of"] else "ended"
    states = ", ".join(f"{earlier['states'][state]} {PAST[state]}" for state in STATES)
    return (
        f"<p>The stated term of {term['months']} months {when} on {_day(term['end'])} (shaded while it lies ahead). Of "
        f"{earlier['n']} arrangements with a stated term, when the term ran out: {states}; of the last, {earlier['beyond']} "
        "were still seen observed three months on.</p>"
    )


def ladder(content: Content) -> Fragment:
    """The reference classes from wide to narrow."""
    horizon = content["headline"]["horizon"]
    rows = []
    for rung in content["ladder"]:
        row = next(row for row in rung["formalized"] if row["horizon"] == horizon)
        ends = [str(rung["endings"][cause]) for cause in CAUSES]
        rows.append(
            [escape(rung["name"]), str(rung["n"]), *ends, str(rung["ongoing"]), percent(row["probability"]), percent_range(row["lower"], row["upper"])]
        )
    head = ["Class", "n", *(PAST[c] for c in CAUSES), "still observed", f"formalized within {years(horizon)}", "80 % interval"]
    table = _table(head, rows, "Reference classes")
    text = f"Chance of a formal agreement within {years(horizon)}, by reference class, with 80 % intervals."
    return Fragment(_figure(figures.ladder_chart(content), text, table))


def facts(content: Content) -> Fragment:
    """What was known of the case at its start, and who holds the warheads."""
    rows = [[FACT_NAMES[name], escape(_fact(name, value))] for name, value in content["case"]["facts"].items()]
    held = content["stockpiles"]
    note = ""
    if held:
        parties = ", ".join(f"{name} {count:,}" for name, count in held["parties"].items())
        note = (
            f"<p>Stockpiled warheads at the last count, {held['year']}: {escape(parties)} of {held['world']:,} in the world, "
            f"{percent(held['share'])}.{_marks(content, held['sources'])}"
        )
        for name, other in held["others"].items():
            each = other["parties_have_for_each"]
            ratio = f", one for every {each:.0f} of theirs" if each else ""
            note += f" {escape(name)}, which refused to join, has {other['warheads']:,}{ratio}."
        note += "</p>"
    return Fragment(_table(["Fact", "As coded"], rows, "The case at its start") + note)


def _fact(name: str, value: str | float | None) -> str:
    if value is None or value == "":
        return "none stated" if name in ("stated_horizon_months", "formal_target") else "none"
    if name == "stated_horizon_months":
        return f"{float(value):.0f} months"
    if isinstance(value, float):
        return YES_NO.get(value, f"reported, not confirmed: counted as {100 * value:.0f} % likely")
    return str(value) if name in ("formal_target", "prior_instrument") else label(str(value))


def contested(content: Content) -> Fragment:
    """Every arguable coding and what it would do to the forecast."""
    rows = [[escape(_change(i["changes"])), escape(i["reason"]), _effect(i)] for i in content["contested"]]
    if not rows:
        return Fragment('<p id="contested">No other coding of this case has been argued.</p>')
    table = _table(["Other coding", "Why it can be argued", "What it would do"], rows, "Arguable codings known by the day")
    return Fragment(f'<div id="contested">{table}</div>')


def _change(changes: dict[str, str]) -> str:
    shown = {name: value for name, value in changes.items() if not name.endswith(("_assumed", "_precision", "_known_date"))}
    return "; ".join(f"{label(name)}: {label(value) if value else 'none'}" for name, value in shown.items())


def _effect(item: Content) -> str:
    if item["closes"]:
        return "the question would be closed"
    if item["before"] is None:
        return "no change: base rates do not look at it"
    return f"its class's {years(item['horizon'])} chance: {percent(item['before'])} to {percent(item['after'])}"


def timeline(content: Content) -> Fragment:
    """What was known, latest first; reported and disputed acts are marked."""
    recent = [e for e in content["timeline"] if e["date"] >= f"{int(content['as_of'][:4]) - 1}-01-01"]
    older = [e for e in content["timeline"] if e not in recent]
    if not content["timeline"]:
        return Fragment("<p>No act that bears on the case was known on the day.</p>")
    html = f'<ol class="timeline">{"".join(_entry(content, e) for e in reversed(recent))}</ol>' if recent else ""
    if older:
        html += (
            f"<details{'' if recent else ' open'}><summary>{len(older)} earlier acts</summary>"
            f'<ol class="timeline">{"".join(_entry(content, e) for e in reversed(older))}</ol></details>'
        )
    return Fragment(html)


def _entry(content: Content, event: Content) -> str:
    when = coarse_day(date.fromisoformat(event["date"]), event["precision"])
    known = f" (known {_day(event['known'])})" if event["known"] != event["date"] and event["precision"] == "day" else ""
    who = " and ".join(event["actors"])
    return (
        f'<li class="{event["standing"]}"><span class="when">{when}{known}</span> <span class="badge {event["standing"]}">'
        f'{event["standing"]}</span> <span class="kind">{escape(who)}{": " if who else ""}{label(event["kind"])}</span><br>'
        f"{escape(event['summary'])}{_marks(content, event['sources'])}</li>"
    )


def calendar(content: Content) -> Fragment:
    """What had been announced for later days; none of it is used as if it had happened."""
    rows = [
        [_day(item["scheduled"]), escape(item["what"]) + _marks(content, item["sources"]), _day(item["announced"])]
        for item in content["calendar"]
    ]
    if not rows:
        return Fragment("<p>Nothing dated had been announced.</p>")
    return Fragment(_table(["Set for", "What", "Announced by"], rows, "On the calendar"))


def precedents(content: Content) -> Fragment:
    """The nearest earlier arrangements and how they ended."""
    items = []
    for p in content["precedents"]:
        text = f" in the {escape(p['instrument'])}" if p["cause"] == "formalized" and p["instrument"] else ""
        items.append(
            f'<li><strong>{escape(p["name"])}</strong> ({p["start"][:4]}): <span class="badge {p["cause"]}">{PAST[p["cause"]]}</span>'
            f"{text} on {_day(p['end'])}, after {p['months']} months. Alike at the start in {p['likeness']:.0%} of what was compared: "
            f"{escape(', '.join(p['shared']))}.<br><small>{escape(p['summary'])}</small></li>"
        )
    return Fragment(f'<ol class="precedents">{"".join(items)}</ol>' if items else "<p>No earlier case had ended.</p>")


def sources(content: Content) -> Fragment:
    """The numbered sources."""
    items = []
    for number, source in enumerate(content["sources"], start=1):
        safe = source["url"].startswith(("http://", "https://"))
        title = f'<a href="{escape(source["url"])}">{escape(source["title"])}</a>' if safe else escape(source["title"])
        unseen = "" if source["seen"] else " (page not opened by a coder)"
        items.append(f'<li id="source-{number}">{title}. {escape(source["publisher"])}{unseen}.</li>')
    return Fragment(f'<ol class="sources">{"".join(items)}</ol>')


def provenance(content: Content) -> Fragment:
    """What the page was made from."""
    return Fragment(
        f"<p>Record to {_day(content['data_end'])}, sha256 <code>{content['record_sha256']}</code>; package "
        f"{escape(content['package_version'])}; target {label(content['target'])}; case coded with "
        f"{content['case']['confidence']} confidence. Every number on this page is in the JSON file beside it.</p>"
    )
