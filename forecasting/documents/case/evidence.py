"""The evidence behind a case report: facts, arguable codings, timeline, calendar, precedents and sources."""

from datetime import date
from html import escape

from forecasting.documents.fragments import Fragment, badge, source_marks, table
from forecasting.documents.values import Content
from forecasting.documents.wording import (
    FACT_NAMES,
    PAST,
    change_words,
    coarse_day,
    day_words,
    fact_words,
    label,
    percent,
    years,
)


def facts(content: Content) -> Fragment:
    """What was known of the case at its start, and who holds the warheads."""
    rows = [[FACT_NAMES[name], escape(fact_words(name, value))] for name, value in content["case"]["facts"].items()]
    held = content["stockpiles"]
    note = ""
    if held:
        parties = ", ".join(f"{name} {count:,}" for name, count in held["parties"].items())
        note = (
            f"<p>Stockpiled warheads at the last count, {held['year']}: {escape(parties)} of {held['world']:,} "
            f"in the world, {percent(held['share'])}.{source_marks(content, held['sources'])}"
        )
        for name, other in held["others"].items():
            each = other["parties_have_for_each"]
            ratio = f", one for every {each:.0f} of theirs" if each else ""
            note += f" {escape(name)}, which refused to join, has {other['warheads']:,}{ratio}."
        note += "</p>"
    return Fragment(table(["Fact", "As coded"], rows, "The case at its start") + note)


def contested(content: Content) -> Fragment:
    """Every arguable coding and what it would do to the forecast."""
    rows = [[escape(change_words(i["changes"])), escape(i["reason"]), _effect(i)] for i in content["contested"]]
    if not rows:
        return Fragment('<p id="contested">No other coding of this case has been argued.</p>')
    others = table(
        ["Other coding", "Why it can be argued", "What it would do"], rows, "Arguable codings known by the day"
    )
    return Fragment(f'<div id="contested">{others}</div>')


def _effect(item: Content) -> str:
    if item["closes"]:
        return "the question would be closed"
    if item["before"] is None:
        return "no change: base rates do not look at it"
    if percent(item["before"]) == percent(item["after"]):
        return f"none that shows: {percent(item['after'])} within {years(item['horizon'])} either way"
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
    known = (
        f" (known {day_words(event['known'])})"
        if event["known"] != event["date"] and event["precision"] == "day"
        else ""
    )
    who = " and ".join(event["actors"])
    return (
        f'<li class="{event["standing"]}"><span class="when">{when}{known}</span> '
        f"{badge(event['standing'], event['standing'])} "
        f'<span class="kind">{escape(who)}{": " if who else ""}{label(event["kind"])}</span><br>'
        f"{escape(event['summary'])}{source_marks(content, event['sources'])}</li>"
    )


def calendar(content: Content) -> Fragment:
    """What had been announced for later days; none of it is used as if it had happened."""
    rows = [
        [
            day_words(item["scheduled"]),
            escape(item["what"]) + source_marks(content, item["sources"]),
            day_words(item["announced"]),
        ]
        for item in content["calendar"]
    ]
    if not rows:
        return Fragment("<p>Nothing dated had been announced.</p>")
    return Fragment(table(["Set for", "What", "Announced by"], rows, "On the calendar"))


def precedents(content: Content) -> Fragment:
    """The nearest earlier arrangements and how they ended."""
    items = []
    for p in content["precedents"]:
        text = f" in the {escape(p['instrument'])}" if p["cause"] == "formalized" and p["instrument"] else ""
        items.append(
            f"<li><strong>{escape(p['name'])}</strong> ({p['start'][:4]}): {badge(p['cause'], PAST[p['cause']])}"
            f"{text} on {day_words(p['end'])}, after {p['months']} months. Alike at the start in "
            f"{percent(p['likeness'])} of what was compared: {escape(', '.join(p['shared']))}."
            f"<br><small>{escape(p['summary'])}</small></li>"
        )
    return Fragment(f'<ol class="precedents">{"".join(items)}</ol>' if items else "<p>No earlier case had ended.</p>")


def sources(content: Content) -> Fragment:
    """The numbered sources."""
    items = []
    for number, source in enumerate(content["sources"], start=1):
        safe = source["url"].startswith(("http://", "https://"))
        title = f'<a href="{escape(source["url"])}">{escape(source["title"])}</a>' if safe else escape(source["title"])
        unseen = "" if source["seen"] else " (page not opened by a coder)"
        if source["written_later"]:
            title = (
                f'<a href="{escape(source["url"])}">page published after the day</a>'
                if safe
                else "page published later"
            )
        items.append(f'<li id="source-{number}">{title}. {escape(source["publisher"])}{unseen}.</li>')
    return Fragment(f'<ol class="sources">{"".join(items)}</ol>')


def provenance(content: Content) -> Fragment:
    """What the page was made from."""
    key = content["artefact"]
    models = f"models from artefact <code>{key[:12]}</code>" if key else "models refitted"
    return Fragment(
        f"<p>Record to {day_words(content['data_end'])}, sha256 <code>{content['record_sha256']}</code>; package "
        f"{escape(content['package_version'])}; target {label(content['target'])}; {models}; case coded with "
        f"{content['case']['confidence']} confidence. Every number on this page is in the JSON file beside it.</p>"
    )
