"""Sections of the page of all ongoing cases."""

from collections import Counter
from collections.abc import Iterator

from forecasting.documents.blocks import Figure, Section, Text, Title
from forecasting.documents.case.content import STALE_MONTHS
from forecasting.documents.case.material import HAZARD_MODEL, HEADLINE_MODEL
from forecasting.documents.compose import aside, badge, items, joined, section, table, text
from forecasting.documents.quantities import chance, code, count, day, interval, name, points, quote
from forecasting.documents.skill_tables import DESIGNS
from forecasting.documents.values import Fields
from forecasting.documents.wording import PAST, PER_CENT, counted, limit_words, shared_words, years
from forecasting.record.vocabulary import CAUSES

MOST_MOVED = 10
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
        [DESIGNS.get(a["design"], a["design"]), chance(a["brier_skill"]), interval("chance", a["lower"], a["upper"]),
         count(a["n"])]
        for a in content["accuracy"]
    ]  # fmt: skip
    head = ["Design", "Brier skill", f"80{PER_CENT} interval", "Forecasts"]
    past = (
        table("Out-of-sample skill of the hazard model over the base rate", head, rows)
        if rows
        else text("The out-of-sample skill of the model is not known for this record.")
    )
    return section(text("There is no live track record yet: no issued forecast has matured."), *known, past)


def moved(content: Fields) -> Section:
    """The largest changes since the last period."""
    rows = [
        [quote(content["cases"][m["case_id"]]["name"]), chance(m["before"]), chance(m["after"]),
         points(m["after"] - m["before"])]
        for m in content["moved"][:MOST_MOVED]
    ]  # fmt: skip
    caption = f"Chance of a formal agreement within {years(content['horizon'])}, hazard model: largest changes"
    most = (
        table(caption, ["Case", "Earlier", "Now", "Points"], rows)
        if rows
        else text("No case was ongoing on both days.")
    )
    entered = [text("{name}", name=content["cases"][case]["name"]) for case in content["entered"]]
    return section(most, text("New in the record since then: {cases}.", cases=joined(entered)) if entered else None)


def forecasts(content: Fields) -> Section:
    """Every case, by the model's chance of a formal agreement."""
    horizon = content["horizon"]
    found = {
        (row["case_id"], row["model"]): row
        for row in content["forecast"]
        if row["cause"] == CAUSES[0] and row["horizon"] == horizon
    }
    said = {case: found.get((case, HAZARD_MODEL)) for case in content["cases"]}
    order = sorted(said, key=lambda case: -row["probability"] if (row := said[case]) else 1.0)
    rows = [[_name(content["cases"][case]), _cell(found[case, HEADLINE_MODEL]), _cell(said[case])] for case in order]
    caption = f"Chance of a formal agreement within {years(horizon)}, with 80{PER_CENT} intervals"
    return section(table(caption, ["Case", "Base rate (headline)", "Hazard model"], rows), *_limits(content))


def _name(case: Fields) -> Text:
    if case["months_unseen"] <= STALE_MONTHS:
        return text("{name}", name=case["name"])
    unseen = aside("last observed {months} months ago", months=count(case["months_unseen"]))
    return text("{name} {unseen}", name=case["name"], unseen=unseen)


def _limits(content: Fields) -> Iterator[Text]:
    """Cases from which the hazard model abstains, and the number of widened intervals, with the reasons."""
    cases = content["cases"].values()
    silent = [
        text("{name} ({why})", name=case["name"], why=limit_words(case["limit"]))
        for case in cases
        if case["limit"]["status"] == "abstained"
    ]
    if silent:
        yield text("The hazard model abstains from {cases}.", cases=joined(silent))
    if shared := list(content["shared_limits"]):
        yield text(f"{shared_words(shared)} Its interval is widened to contain the base rate's in every case.")
    widened = [case["limit"] for case in cases if case["limit"]["status"] == "widened"]
    reasons = Counter(WHY[rule] for limit in widened for rule in {reason["rule"] for reason in limit["reasons"]})
    if reasons:
        n, why = len(widened), "; ".join(f"{number}: {words}" for words, number in sorted(reasons.items()))
        beyond = (
            "Beyond that there are reasons of their own"
            if shared
            else "Its interval is widened to contain the base rate's"
        )
        yield text(f"{beyond} in {counted(n, 'case', 'cases')} ({why}).")


def _cell(row: Fields | None) -> Figure | str:
    return chance(row["probability"], row["lower"], row["upper"]) if row else "abstains"


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
