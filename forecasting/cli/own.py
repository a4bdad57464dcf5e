"""Facts of one's own over the record: acts, steps, corrections, retractions, looks, cases; and finding cases."""

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.cli.options import Artefacts, AsOf, Case, Data, Horizons, Json, Overlay, tell
from forecasting.store.errors import UsageError

if TYPE_CHECKING:
    from forecasting.explain.overlay_effect import Effect

app = typer.Typer()
LEVELS = (
    "Level from that day on. formalization: 0 no effort, 1 a binding text is called for, 2 talks have a date or are "
    "open, 3 a draft is tabled, 4 its main points are agreed, 5 initialled (of a signed text: 1 signed, 2 submitted, 3 "
    "hearings or a first ratification, 4 all but one, 5 all consented). strain: 0 none to 4, a step of leaving."
)
STATUSES = (
    "formalization: active (under way), stalled (nothing moves), broken (called off), none (level 0, no effort ever). "
    "strain: live, or dormant (nothing has come of it for long)."
)
Formal = Annotated[str, typer.Option("--formal", help="What counts as formal: concluded or in_force.")]
Source = Annotated[str, typer.Option("--source", help="Address of a page, or source_id of the record.")]
Day = Annotated[str, typer.Option("--date", help="When: YYYY-MM-DD, YYYY-MM or YYYY.")]
Known = Annotated[str | None, typer.Option("--known", help="When it could first be known. Default: on the same day.")]
Confidence = Annotated[str, typer.Option("--confidence", help="In fact and date: high, medium or low.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]
On = Annotated[str | None, typer.Option("--on", help="Day from which it counts, YYYY-MM-DD. Default: today.")]


@app.command()
def event(
    case: Case,
    date: Day,
    kind: Annotated[str, typer.Option("--kind", help="Kind of act, such as talks_opened.")],
    source: Source,
    overlay: Overlay = None,
    actor: Annotated[
        list[str] | None, typer.Option("--actor", help="Code of who acted; several times, or A;B.")
    ] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help="Code of towards whom; likewise.")] = None,
    standing: Annotated[str, typer.Option("--standing", help="confirmed, reported or disputed.")] = "confirmed",
    known: Known = None,
    summary: Annotated[str, typer.Option("--summary", help="The fact in a sentence. Default: made of the act.")] = "",
    title: Annotated[str, typer.Option("--title", help="Title of a new source. Default: its address.")] = "",
    publisher: Annotated[str, typer.Option("--publisher", help="Who published it. Default: its host.")] = "",
    published: Annotated[str, typer.Option("--published", help="When it was published, if known.")] = "",
    opened: Annotated[str | None, typer.Option("--opened", help="Day on which you opened the page.")] = None,
    claim: Annotated[str, typer.Option("--claim", help="Claim of the record on which it rests.")] = "",
    clears: Annotated[str, typer.Option("--clears", help="Accusations that it answers, joined by ';'.")] = "",
    confidence: Confidence = "medium",
    horizons: Horizons = None,
    formal: Formal = "concluded",
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Add an act to an overlay, checked like the record, and print what it moves."""
    from forecasting.explain.effects import add_event

    facts = {"known": known, "summary": summary, "title": title, "publisher": publisher, "published": published,
             "opened": opened, "claim": claim, "clears": clears, "confidence": confidence}  # fmt: skip
    found = add_event(
        case, date, kind, _joined(actor), _joined(target), source, standing,
        overlay=overlay, data=data, artefacts=artefacts, horizons=_months(horizons), formal=formal, **facts,
    )  # fmt: skip
    print_effect(found, as_json)


@app.command()
def step(
    case: Case,
    ladder: Annotated[str, typer.Option("--ladder", help="formalization or strain.")],
    level: Annotated[str, typer.Option("--level", help=LEVELS)],
    status: Annotated[str, typer.Option("--status", help=STATUSES)],
    date: Day,
    evidence: Annotated[str, typer.Option("--evidence", help="What could be known on that day.")],
    overlay: Overlay = None,
    source: Annotated[str, typer.Option("--source", help="Address of a page, or source_id of the record.")] = "",
    events: Annotated[str, typer.Option("--events", help="Acts of the case that moved it, joined by ';'.")] = "",
    known: Known = None,
    confidence: Confidence = "medium",
    horizons: Horizons = None,
    formal: Formal = "concluded",
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Add a step of a ladder to an overlay, checked like the record, and print what it moves."""
    from forecasting.explain.effects import add_step

    found = add_step(
        case, ladder, level, status, date, evidence=evidence, source=source, events=events, known=known,
        confidence=confidence, overlay=overlay, data=data, artefacts=artefacts, horizons=_months(horizons),
        formal=formal,
    )  # fmt: skip
    print_effect(found, as_json)


@app.command()
def correct(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="cases, outcomes, events, claims, ladders, calendar.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of the row, its parts joined by '/'.")],
    field: Annotated[str, typer.Argument(metavar="FIELD", help="The column.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it holds.")],
    reason: Reason,
    on: On = None,
    overlay: Overlay = None,
    horizons: Horizons = None,
    formal: Formal = "concluded",
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Correct a cell of the record in an overlay, from a day on, and print what it moves."""
    from forecasting.explain.effects import correct as put

    settings: dict[str, Any] = {"data": data, "artefacts": artefacts, "horizons": _months(horizons), "formal": formal}
    print_effect(put(table, key, field, value, reason, on, overlay=overlay, **settings), as_json)


@app.command()
def retract(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="event_id of the act that never happened.")],
    reason: Reason,
    on: On = None,
    overlay: Overlay = None,
    horizons: Horizons = None,
    formal: Formal = "concluded",
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Take an act back in an overlay, from a day on, and print what it moves."""
    from forecasting.explain.effects import retract as put

    settings: dict[str, Any] = {"data": data, "artefacts": artefacts, "horizons": _months(horizons), "formal": formal}
    print_effect(put(event_id, reason, on, overlay=overlay, **settings), as_json)


@app.command()
def looked(
    case: Case,
    until: Annotated[str, typer.Option("--until", help="Day until which you looked for acts and an ending.")],
    seen: Annotated[str | None, typer.Option("--seen", help="Last day on which it was seen to be kept.")] = None,
    source: Annotated[str, typer.Option("--source", help="Where that is told.")] = "",
    overlay: Overlay = None,
    horizons: Horizons = None,
    formal: Formal = "concluded",
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Say in an overlay until when you looked at a case, and print what that moves."""
    from forecasting.explain.effects import looked as put

    settings: dict[str, Any] = {"data": data, "artefacts": artefacts, "horizons": _months(horizons), "formal": formal}
    print_effect(put(case, until, seen, source, overlay=overlay, **settings), as_json)


@app.command("new-case")
def new_case(
    case: Case,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="TOML file with your answers. Default: print one to fill in.")
    ] = None,
    overlay: Overlay = None,
    data: Data = None,
) -> None:
    """Add a case of your own to an overlay from answers to a few questions; without answers print the questions."""
    from forecasting.record.questionnaire import AnswersError, case_from_answers, questions_to_fill
    from forecasting.store.foreign import Foreign

    if answers is None:
        print(questions_to_fill())
        return
    form = Foreign("a TOML file of answers", "`forecasting new-case CASE` prints one to fill in")
    try:
        given = tomllib.loads(form.text(answers))
    except tomllib.TOMLDecodeError as error:
        raise form.error(answers, 'lines such as name = "..."', str(error)) from None
    try:
        added = case_from_answers(
            {"case_id": case} | {name: str(value) for name, value in given.items()}, overlay, data
        )
    except AnswersError as error:
        raise UsageError(f"{answers}:\n{error}\nnothing was written") from None
    print(f"{added}: kept in {(overlay or [Path()])[-1]}; forecasting forecast {added} --overlay ... forecasts it")


@app.command("overlay")
def show_overlay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the overlay.")],
    learn: Annotated[
        bool | None, typer.Option("--learn/--no-learn", help="Whether models learn from its rows. Default: no.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Print what an overlay has and how it lies on the record; set whether models learn from it."""
    from forecasting.record.history import sound_record
    from forecasting.record.overlays import hashes_line, hashes_told, read_overlay
    from forecasting.record.own_rows import set_learning

    if learn is not None:
        set_learning(folder, learn)
    found, record = read_overlay(folder), sound_record(data, folder)
    rows = {name: len(raw.cells) for name, raw in found.tables.items() if len(raw.cells)}
    if as_json:
        print(json.dumps({"rows": rows, "data_end": record.data_end.isoformat()} | hashes_told(record), indent=1))
        return
    for name, n in rows.items():
        print(f"{name:<15} {n:>5} row{'s' if n > 1 else ''}")
    print(f"models {'learn' if found.learns else 'do not learn'} from these rows; known until {record.data_end}")
    print(hashes_line(record))


@app.command("cases")
def find(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS...]", help="Words of name, parties, type.")
    ] = None,
    party: Annotated[str | None, typer.Option("--party", help="Code or name of a party.")] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="What is limited, such as naval.")] = None,
    rung: Annotated[int | None, typer.Option("--rung", help="Level on the way to a binding text, 0 to 5.")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="formalized, collapsed, faded or ongoing.")] = None,
    as_of: AsOf = None,
    data: Data = None,
    overlay: Overlay = None,
    as_json: Json = False,
) -> None:
    """Find cases by words and filters."""
    from forecasting.record.finding import find_cases
    from forecasting.record.history import load_history
    from forecasting.record.overlays import hashes_line

    history = load_history(data, as_of, overlay)
    found = find_cases(history, " ".join(words or []), party=party, domain=domain, rung=rung, outcome=outcome)
    if as_json:
        tell(json.loads(found.to_json(orient="records")), "", history.record, as_json)
        return
    for row in found.to_dict(orient="records"):
        state = row["state"] if row["state"] != "ongoing" else f"level {row['level']}, strain {row['strain']}"
        print(f"{row['case_id']}  {row['start']}  {state}\n    {row['name']}: {row['parties']}")
    print(f"{len(found)} of {len(history.cases)} cases as of {history.as_of}")
    if history.record.overlays:
        print(hashes_line(history.record))


def _joined(codes: list[str] | None) -> str:
    return ";".join(codes or [])


def _months(horizons: str | None) -> tuple[int, ...]:
    from forecasting.record.months import HORIZONS, parse_horizons

    return parse_horizons(horizons) if horizons is not None else HORIZONS


def print_effect(found: "Effect", as_json: bool) -> None:
    """Print what was written, and what it moves."""
    if as_json:
        print(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
        return
    for path in found.files:
        print(path)
    print(found)
    laid = "; ".join(f"overlay {one['folder']} sha256 {one['sha256']}" for one in found.hashes["overlays"])
    print(f"record sha256 {found.hashes['record_sha256']}; {laid}")
