"""Sections of the page of all ongoing cases."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from forecasting.documents.blocks import Block, Cell, Figure, Section, Text, Title
from forecasting.documents.case.input_words import change_name
from forecasting.documents.compose import aside, badge, items, joined, section, table, text
from forecasting.documents.quantities import chance, code, count, day, name, points, quote, share
from forecasting.documents.skill_tables import DESIGNS
from forecasting.documents.standing import live_sentence
from forecasting.documents.values import Fields
from forecasting.documents.wording import PAST, PER_CENT, counted, limit_words, shared_words, years
from forecasting.record.vocabulary import CAUSES

MOST_MOVED = 10
MOST_NAMED = 3
LEAST_NAMED = 0.0005
HEAD = ("Case", "Formal agreement", "Collapse", "Fading", "Base rate: formal", "First registration: formal")
UNKNOWN_HEAD = ("Case", "Acts looked for until", "Collapsed already", "Faded already", "Goes on", "Formal agreement",
                "Collapse", "Fading")  # fmt: skip
PARTS = {"all": "all"}
ABSTAINS = "abstains"
NO_ROW = {"probability": -1.0}
"""Stands last in the order of the cases."""
OF_BASE = "to contain the base rate's"
WHY = {
    "range": "a covariate lies outside the range of the training cases",
    "age": "too few cases in the risk set at that age",
}


def masthead(content: Fields) -> Section:
    """Title and day."""
    return section(
        Title(
            above=text("Forecasts as of {as_of}", as_of=day(content["as_of"])),
            title=text("All ongoing arrangements"),
            below=text(
                f"{counted(len(content['cases']), 'case', 'cases')}; compared with the forecasts as of {{earlier}}.",
                earlier=day(content["earlier"]),
            ),
        )
    )


def accuracy(content: Fields) -> Section:
    """Ended cases and the skill of earlier forecasts."""
    ended = [
        text("{name}: {how} on {end}", name=e["name"], how=badge(e["cause"], PAST[e["cause"]]), end=day(e["end"]))
        for e in content["ended"]
    ]
    known = [text("Ended since the last period:"), items(ended)] if ended else [text("No case ended in the period.")]
    rows = [
        [DESIGNS.get(a["design"], a["design"]), PARTS.get(a["part"]) or name(a["part"]),
         share(a["skill"], a["lower"], a["upper"]), count(a["n"])]
        for a in content["accuracy"]
        if a["skill"] is not None
    ]  # fmt: skip
    head = ["Design", "Forecasts made", f"Brier skill (80{PER_CENT} interval)", "Forecasts"]
    past = (
        table("Out-of-sample skill of the forecast over the base rate, formalization", head, rows)
        if rows
        else text("The out-of-sample skill of the forecast is not known for this record.")
    )
    return section(live_sentence(content["live"]), *known, past)


def moved(content: Fields) -> Section:
    """The largest changes since the last period."""
    rows: list[list[Cell]] = [
        [quote(content["cases"][m["case_id"]]["name"]), chance(m["before"]), chance(m["after"]),
         points(m["after"] - m["before"]), _through(m["parts"])]
        for m in content["moved"][:MOST_MOVED]
    ]  # fmt: skip
    caption = f"Chance of a formal agreement within {years(content['horizon'])}: largest changes"
    most = (
        table(caption, ["Case", "Earlier", "Now", "Points", "Through"], rows)
        if rows
        else text("No case was ongoing on both days.")
    )
    entered = [text("{name}", name=content["cases"][case]["name"]) for case in content["entered"]]
    return section(most, text("New in the record since then: {cases}.", cases=joined(entered)) if entered else None)


def _through(parts: Sequence[Fields]) -> Text:
    """The largest parts of a change; empty where none reaches a tenth of a point."""
    largest = [part for part in parts[:MOST_NAMED] if abs(part["points"]) >= LEAST_NAMED]
    named = [
        text(f"{change_name(part['leg'], part['name'])} {{points}}", points=points(part["points"])) for part in largest
    ]
    return joined(named, "; ") if largest else text("")


def forecasts(content: Fields) -> Section:
    """Every case, by its chance of a formal agreement; those whose state is unknown stand apart."""
    horizon = content["horizon"]
    found = {
        (row["case_id"], row["model"], row["cause"]): row for row in content["forecast"] if row["horizon"] == horizon
    }
    top = content["models"]["headline"]
    chances = {case: found.get((case, top, CAUSES[0]), NO_ROW)["probability"] for case in content["cases"]}
    order = sorted(content["cases"], key=lambda case: -chances[case])
    known = [case for case in order if case not in content["unknown"]]
    unknown = [case for case in order if case in content["unknown"]]
    within = f"within {years(horizon)}, with 80{PER_CENT} intervals"
    return section(
        table(f"Seen in the last two years: how each may end {within}", HEAD, _rows(content, known, found))
        if known
        else text("No case was seen in the last two years."),
        *_unknown(content, unknown, found, within),
        *_limits(content),
        *_first_model_limits(content),
    )


def _rows(content: Fields, cases: list[str], found: Mapping[tuple[str, str, str], Fields]) -> list[list[Cell]]:
    models = content["models"]
    return [
        [
            text("{name}", name=content["cases"][case]["name"]),
            *(_cell(found.get((case, models["headline"], cause))) for cause in CAUSES),
            *(_cell(found.get((case, models[model], CAUSES[0]))) for model in ("base_rate", "first")),
        ]
        for case in cases
    ]


def _unknown(
    content: Fields, cases: list[str], found: Mapping[tuple[str, str, str], Fields], within: str
) -> Iterator[Block]:
    """Cases whose state is unknown: how likely each has ended already, and how; nothing where there are none."""
    if not cases:
        return
    rows: list[list[Cell]] = []
    for case, own in zip(cases, _rows(content, cases, found), strict=True):
        told, states = content["unknown"][case], content["unknown"][case]["states"]
        months = aside("last observed {n} months ago", n=count(content["cases"][case]["months_unseen"]))
        rows.append(
            [
                text("{name} {months}", name=content["cases"][case]["name"], months=months),
                day(told["looked_until"]),
                *(chance(states[state]) if states else ABSTAINS for state in ("collapsed", "faded", "ongoing")),
                *own[1:4],
            ]
        )
    yield text(
        f"**State unknown:** {counted(len(cases), 'case was', 'cases were')} not observed for more than two years. The "
        "numbers include that the case has ended already without being noted."
    )
    yield table(f"State unknown: what may have come already, and {within}", UNKNOWN_HEAD, rows)


def _limits(content: Fields) -> Iterator[Text]:
    """Cases from which the headline abstains, what limits it for all, and each case that it is an extrapolation for."""
    cases = list(content["cases"].values())
    yield from _silent("The forecast", cases, [case["limit"] for case in cases])
    if shared := list(content["shared_limits"]):
        yield text(f"{shared_words(shared)} The interval of the forecast is widened {OF_BASE} in every case.")
    far = [_with_reasons(case, case["limit"]) for case in cases if case["limit"]["status"] == "widened"]
    if far:
        yield text(f"The interval of the forecast is widened {OF_BASE} for {{cases}}.", cases=joined(far))


def _first_model_limits(content: Fields) -> Iterator[Text]:
    """The same of the first registration's model, with the number of widened intervals for each kind of reason."""
    found, who = content["first_model_limits"], "the first registration's model"
    limits = [found["own"][case] for case in content["cases"]]
    yield from _silent(who.capitalize(), list(content["cases"].values()), limits)
    if shared := list(found["shared"]):
        yield text(f"{shared_words(shared)} The interval of {who} is widened {OF_BASE} in every case.")
    widened = [limit for limit in limits if limit["status"] == "widened"]
    reasons = Counter(WHY[rule] for limit in widened for rule in {reason["rule"] for reason in limit["reasons"]})
    if reasons:
        n, why = len(widened), "; ".join(f"{number}: {words}" for words, number in sorted(reasons.items()))
        beyond = (
            "Beyond that there are reasons of their own" if shared else f"The interval of {who} is widened {OF_BASE}"
        )
        yield text(f"{beyond} in {counted(n, 'case', 'cases')} ({why}).")


def _silent(who: str, cases: Sequence[Fields], limits: Sequence[Fields]) -> Iterator[Text]:
    silent = [
        _with_reasons(case, limit) for case, limit in zip(cases, limits, strict=True) if limit["status"] == "abstained"
    ]
    if silent:
        yield text(f"{who} abstains from {{cases}}.", cases=joined(silent))


def _with_reasons(case: Fields, limit: Fields) -> Text:
    return text("{name} ({why})", name=case["name"], why=limit_words(limit))


def _cell(row: Fields | None) -> Figure | str:
    return chance(row["probability"], row["lower"], row["upper"]) if row else ABSTAINS


def provenance(content: Fields) -> Section:
    """Record and code of the page."""
    return section(
        text(
            "Record to {end}, sha256 {record}; package {version}; target {target}. Every number on this page is in the "
            "JSON file beside it.",
            end=day(content["data_end"]),
            record=code(content["record_sha256"]),
            version=content["package_version"],
            target=name(content["target"]),
        )
    )
