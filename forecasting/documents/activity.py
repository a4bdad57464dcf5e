"""Unusual activity in event files, on the pages that were asked to look there. Unvalidated."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from forecasting.documents.blocks import Block, Cell, Link, Text
from forecasting.documents.compose import aside, items, joined, table, text
from forecasting.documents.quantities import code, count, day, figure
from forecasting.documents.values import Content, Fields, plain
from forecasting.record.history import History
from forecasting.record.reads import note_file
from forecasting.streams import require_extra

MOST_EVENTS: Final = 3
MOST_LISTED: Final = 15
KINDS: Final = {"all": "all events", "conflict": "conflict", "cooperation": "cooperation"}
UNTESTED: Final = "**Unvalidated**: whether more events in the news say anything about an arrangement was not tested."


def activity_values(history: History, streams: str | Path | None, cases: Sequence[str] | None = None) -> Content | None:
    """Open cases with more events than ever before since anyone last looked, from a store of event files.

    `cases`: those looked at, by default all that are open. None without a store. `covered` is False where the day is
    not one that the files cover; then nothing is listed.
    """
    if streams is None:
        return None
    require_extra()
    from forecasting.streams.unusual import activity_of, filled_store

    store = filled_store(streams)
    note_file("event files")
    first, last = store.covered()
    held = {"sha256": store.sha256, "first": first.isoformat(), "last": last.isoformat()}
    if not first <= history.as_of <= last:
        return held | {"covered": False, "unusual": [], "usual": [], "not_assessed": []}
    found = activity_of(store, history, cases)
    listed = [asdict(one) for one in found.unusual]
    for one in listed:
        one |= {name: one[name].isoformat() for name in ("looked_until", "first", "last")}
        one["events"] = [event | {"day": event["day"].isoformat()} for event in one["events"][:MOST_EVENTS]]
    return held | {
        "covered": True,
        "unusual": listed,
        "usual": list(found.usual),
        "not_assessed": list(found.not_assessed),
    }


def activity_of_all(content: Fields, linked: Callable[[Fields, str], Link]) -> Iterator[Block]:
    """The list of cases, each named by `linked`, with what is behind it; nothing on a page that was not asked."""
    found = content["activity"]
    if found is None:
        return
    if not found["covered"]:
        yield _not_covered(found)
        return
    by_case: dict[str, list[Fields]] = {}
    for one in found["unusual"]:
        by_case.setdefault(one["case_id"], []).append(one)
    yield text(
        f"**Event files, unusual activity since anyone last looked.** {UNTESTED} {{unusual}} cases with it (at most "
        f"{MOST_LISTED} are shown), {{usual}} without, {{left}} not assessed. {{files}}",
        unusual=count(len(by_case)),
        usual=count(len(found["usual"])),
        left=count(len(found["not_assessed"])),
        files=_files(found),
    )
    rows: list[list[Cell]] = [
        [
            linked(content, case),
            day(kinds[0]["looked_until"]),
            joined([text(f"{KINDS[one['what']]}: {{block}}", block=_block(one)) for one in kinds], "; "),
            joined([_event(event) for event in kinds[0]["events"]], "; "),
        ]
        for case, kinds in list(by_case.items())[:MOST_LISTED]
    ]
    if rows:
        head = ["Case", "Acts looked for until", "Most in a block of days", "Events, most sources first"]
        yield table("Unusual activity in event files", head, rows).model_copy(update={"stacks": True})


def activity_of_case(content: Fields) -> Iterator[Block]:
    """The unusual activity of the page's case; nothing on a page that was not asked."""
    found = content["activity"]
    if found is None:
        return
    if not found["covered"]:
        yield _not_covered(found)
    elif found["not_assessed"]:
        yield text(
            "**Event files**: not assessed: somebody looked until the day, or the files cover too few days. {files}",
            files=_files(found),
        )
    elif not found["unusual"]:
        yield text("**Event files**: no unusual activity since anyone last looked. {files}", files=_files(found))
    else:
        yield text(f"**Event files**, since anyone last looked. {UNTESTED} {{files}}", files=_files(found))
        yield items(
            text(
                f"{KINDS[one['what']]}: {{block}}; {{events}}",
                block=_block(one),
                events=joined([_event(event) for event in one["events"]], "; "),
            )
            for one in found["unusual"]
        )


def _not_covered(found: Fields) -> Text:
    return text(
        "**Event files**: not assessed; they cover {first} to {last}, not the day of this page.",
        first=day(found["first"]),
        last=day(found["last"]),
    )


def _files(found: Fields) -> Text:
    return text(
        "{held}",
        held=aside(
            "(files of {first} to {last}, {sha256})",
            first=day(found["first"]),
            last=day(found["last"]),
            sha256=code(found["sha256"]),
        ),
    )


def _block(one: Fields) -> Text:
    return text(
        "{n}, {first} to {last}; before at most {most}, median {middle} in {blocks} blocks",
        n=count(one["n"]),
        first=day(one["first"]),
        last=day(one["last"]),
        most=count(one["most_before"]),
        middle=figure("number", one["before"]),
        blocks=count(one["n_before"]),
    )


def _event(event: Fields) -> Text:
    """An event with a link to its source where the file gives an address."""
    at = plain(event["reference"])
    linked = at.startswith(("https://", "http://"))
    who = {name: event[name] for name in ("source", "target", "act")}
    told = text("{day} {source} to {target}: {act}", day=day(event["day"]), **who)
    return text("{told} ({link})", told=told, link=Link(words="source", to=at)) if linked else told
