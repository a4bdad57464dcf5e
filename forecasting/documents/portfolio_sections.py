"""Sections of the page of all ongoing cases."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from forecasting.documents.activity import activity_of_all
from forecasting.documents.blocks import Block, Cell, Link, Section, Text, Title
from forecasting.documents.case.input_words import change_name
from forecasting.documents.compose import aside, badge, joined, section, table, text
from forecasting.documents.quantities import chance, code, count, day, figure, name, points, quote, share
from forecasting.documents.skill_tables import DESIGNS
from forecasting.documents.standing import live_sentence
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import PAST, PER_CENT, counted, limit_words, shared_words, years
from forecasting.explain.standouts import standouts
from forecasting.record.vocabulary import CAUSES

MOST_MOVED = 10
MOST_NAMED = 2
LEAST_NAMED = 0.005
LEAST_MOVED = 0.01
ENDINGS = {"formalized": "Formal agreement", "collapsed": "Collapse", "faded": "Fading"}
HEAD = ("Case", "Way to a text", "Strain", "Formal agreement", "Collapse", "Fading", "Stands out")
UNKNOWN_HEAD = ("Case", "Acts looked for until", "Collapsed already", "Faded already", "Goes on", "Formal agreement",
                "Collapse", "Fading")  # fmt: skip
PARTS = {"all": "all"}
ABSTAINS = "abstains"
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
    """The skill of earlier forecasts."""
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
    return section(live_sentence(content["live"]), past)


def watch(content: Fields) -> Section:
    """Cases that moved by five points or have a date ahead; those with unusual activity where that was asked for."""
    rows: list[list[Cell]] = [[_case(content, case), _why_watched(why)] for case, why in content["watch"].items()]
    listed = (
        table("Watch list", ["Case", "Why"], rows)
        if rows
        else text("No case moved by five points, and none has a date ahead within three months.")
    )
    return section(listed, *activity_of_all(content, _case))


def _why_watched(why: Fields) -> Text:
    moved = why["moved"]
    told = (
        [text(f"{ENDINGS[moved['cause']].lower()} moved by {{points}} points", points=points(moved["points"]))]
        if moved is not None
        else []
    )
    if why["term_end"] is not None:
        told.append(text("its stated term ends on {day}", day=day(why["term_end"])))
    told += [text("{day}: {what}", day=day(one["day"]), what=one["what"]) for one in why["dates"]]
    return joined(told, "; ")


def last_period(content: Fields) -> Section:
    """What the forecasts of the earlier day expected, what came, and the largest misses."""
    found = content["last_period"]
    told = [
        text(
            f"{ENDINGS[cause]} {{expected}} expected, {{came}} came",
            expected=figure("number", found["expected"][cause]),
            came=count(found["came"][cause]),
        )
        for cause in CAUSES
    ]
    rows: list[list[Cell]] = [
        [quote(one["name"]), text("{how} {end}", how=badge(one["cause"], PAST[one["cause"]]), end=day(one["end"])),
         chance(one["said"])]
        for one in found["ended"]
    ]  # fmt: skip
    rows += [
        [_case(content, one["case_id"]), f"goes on; expected most: {PAST[one['cause']]}", chance(one["said"])]
        for one in found["held"]
        if one["case_id"] in content["cases"]
    ]
    return section(
        text(
            f"From {{earlier}}, within {years(found['months'])}, among {{n}} cases: {{told}}.",
            earlier=day(content["earlier"]),
            n=count(found["n"]),
            told=joined(told, "; "),
        ),
        table("What came, and what did not: the chance that the forecast had given it", ["Case", "Came", "Said"], rows)
        if rows
        else None,
    )


def moved(content: Fields) -> Section:
    """The largest changes since the last period, of any ending; none below a point."""
    rows: list[list[Cell]] = [
        [
            _case(content, m["case_id"]),
            *(
                text(
                    "{before} to {after} {points}",
                    before=chance(m["before"][cause]),
                    after=chance(m["after"][cause]),
                    points=aside("{points}", points=points(m["after"][cause] - m["before"][cause])),
                )
                for cause in CAUSES
            ),
            _through(m["parts"]),
        ]
        for m in content["moved"][:MOST_MOVED]
        if max(abs(m["after"][cause] - m["before"][cause]) for cause in CAUSES) >= LEAST_MOVED
    ]
    caption = f"Chance of each ending within {years(content['horizon'])}: changes of a point or more"
    most = (
        table(caption, ["Case", "Formal agreement", "Collapse", "Fading", "Through"], rows).model_copy(
            update={"stacks": True}
        )
        if rows
        else text("No ending of any case moved by a point.")
    )
    entered = [text("{name}", name=content["cases"][case]["name"]) for case in content["entered"]]
    return section(most, text("New in the record since then: {cases}.", cases=joined(entered)) if entered else None)


def _through(parts: Sequence[Fields]) -> Text:
    """The largest parts of a change, each by the ending that it moved most; empty where none reaches half a point."""
    named = []
    for part in parts[:MOST_NAMED]:
        cause = max(CAUSES, key=lambda cause: abs(part["points"][cause]))
        if abs(part["points"][cause]) >= LEAST_NAMED:
            said = f"{change_name(part['leg'], part['name'])}: {ENDINGS[cause].lower()} {{points}}"
            named.append(text(said, points=points(part["points"][cause])))
    return joined(named, "; ") if named else text("")


def _case(content: Fields, case: str) -> Link:
    """The name of a case, with a link to its page of the day in the same folder of reports."""
    words = plain(content["cases"][case]["name"])
    return Link(words=words, to=f"../cases/{plain(case)}/{plain(content['as_of'])}.html")


def forecasts(content: Fields) -> Section:
    """Every case, live ones by what stands out most; those whose state is unknown stand apart."""
    horizon = content["horizon"]
    found = {
        (row["case_id"], row["model"], row["cause"]): row for row in content["forecast"] if row["horizon"] == horizon
    }
    order = sorted(content["cases"], key=lambda case: -_gap(content, case, found))
    known = [case for case in order if case not in content["unknown"]]
    unknown = [case for case in order if case in content["unknown"]]
    within = f"within {years(horizon)}"
    return section(
        table(f"Seen in the last two years: how each may end {within}; what is far from the base rate first",
              HEAD, [_row(content, case, found) for case in known])
        if known
        else text("No case was seen in the last two years."),
        *_unknown(content, unknown, found, within),
        *_limits(content),
        *_first_model_limits(content),
    )  # fmt: skip


Found = Mapping[tuple[str, str, str], Fields]


def _states(content: Fields, case: str, model: str, found: Found) -> dict[str, float]:
    """Chance of each ending by a model; empty where it abstains."""
    rows = {cause: found.get((case, content["models"][model], cause)) for cause in CAUSES}
    return {cause: row["probability"] for cause, row in rows.items() if row is not None}


def _gap(content: Fields, case: str, found: Found) -> float:
    own, base = (_states(content, case, model, found) for model in ("headline", "base_rate"))
    return max(abs(own[cause] - base[cause]) for cause in CAUSES) if own and base else -1.0


def _row(content: Fields, case: str, found: Found) -> list[Cell]:
    own, base = (_states(content, case, model, found) for model in ("headline", "base_rate"))
    far = standouts(own, base) if own and base else ()
    here = content["cases"][case]
    return [
        _case(content, case),
        text(f"{{level}}{_unless(here['way']['status'], 'active')}", level=count(here["way"]["level"])),
        text(f"{{level}}{_unless(here['strain']['status'], 'live')}", level=count(here["strain"]["level"])),
        *(_cell(found.get((case, content["models"]["headline"], cause)), bold=cause in far) for cause in CAUSES),
        joined(
            [text(f"{ENDINGS[cause].lower()} (base rate {{base}})", base=chance(base[cause])) for cause in far], "; "
        )
        if far
        else "",
    ]


def _unless(status: str, usual: str) -> str:
    return "" if status in (usual, "none") else f", {status}"


def _unknown(
    content: Fields, cases: list[str], found: Mapping[tuple[str, str, str], Fields], within: str
) -> Iterator[Block]:
    """Cases whose state is unknown: how likely each has ended already, and how; nothing where there are none."""
    if not cases:
        return
    rows: list[list[Cell]] = []
    for case in cases:
        told, states = content["unknown"][case], content["unknown"][case]["states"]
        months = aside("last observed {n} months ago", n=count(content["cases"][case]["months_unseen"]))
        rows.append(
            [
                joined([text("{name}", name=_case(content, case)), text("{months}", months=months)], " "),
                day(told["looked_until"]),
                *(chance(states[state]) if states else ABSTAINS for state in ("collapsed", "faded", "ongoing")),
                *_row(content, case, found)[3:6],
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


def _cell(row: Fields | None, bold: bool = False) -> Cell:
    if row is None:
        return ABSTAINS
    own = chance(row["probability"], row["lower"], row["upper"])
    return text("**{own}**", own=own) if bold else own


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
