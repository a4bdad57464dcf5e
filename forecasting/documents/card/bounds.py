"""Executable limits: where the model abstains or says less, how often it does, and for which cases today."""

from typing import Any, Final

from forecasting.documents.card.form import Block, Section
from forecasting.documents.card.material import MODEL, TARGET, Material
from forecasting.documents.card.phrases import count, day, quote, share, table, text
from forecasting.explain.support import SupportCount
from forecasting.forecasts import case_limits
from forecasting.forecasts.applicability import FEWEST_AT_RISK, Applicability

RULES: Final = {
    "type": "No other case of its form was learned from: it abstains",
    "domain": "No other case of its subject was learned from: it abstains",
    "range": "An input lies outside its range in the other cases: it widens",
    "age": "Too few cases were under observation at its age: it widens",
}
MOST: Final = 12


def limits(material: Material) -> Section:
    """How often forecasts of open cases and of past days are withheld or widened, by rule, and the reasons today."""
    found = material.support
    parts = {"Open cases": found.open_cases} | ({"Past forecasts": found.past} if found.past else {})
    blocks: list[Block] = [
        text(
            "Limits are enforced where a forecast is made, not only written down. Where the record cannot bear an "
            "answer the model abstains and the base rate stands alone; where it can barely, the interval is widened "
            "to hold that of the base rate. Fewer than {fewest} cases at an age count as too few. On {day} "
            "{met} of {open} open cases meet a limit. The rule: `forecasting/forecasts/applicability.py`.",
            fewest=count(FEWEST_AT_RISK), day=day(material.history.as_of), open=count(found.open_cases.n),
            met=count(found.open_cases.abstained + found.open_cases.widened),
        ),
        table(
            "How often a limit is met",
            ("Forecasts", "Number", "Abstained", "Widened", "Within", "Share withheld or widened"),
            [_line(of, part) for of, part in parts.items()],
        ),
        table(
            "Which rule was met (one forecast may meet several)",
            ("Rule", *parts),
            [[said, *(count(part.rules.get(rule, 0)) for part in parts.values())]
             for rule, said in RULES.items()],
        ),
        *([] if found.past else [text("Past days: {why}.", why=quote(found.missing))]),
        *_today(material),
    ]  # fmt: skip
    return Section(title="Executable limits", blocks=tuple(blocks))


def _line(of: str, part: SupportCount) -> list[Any]:
    met = part.abstained + part.widened
    return [of, count(part.n), count(part.abstained), count(part.widened), count(part.n - met),
            share(met / part.n if part.n else None)]  # fmt: skip


def _today(material: Material) -> list[Block]:
    """The reasons of today, each with how many open cases it touches."""
    touched: dict[str, list[str]] = {}
    names = material.history.cases.set_index("case_id")["name"]
    for case, limit in _open_limits(material).items():
        for reason in limit.reasons:
            touched.setdefault(str(reason), []).append(str(names[case]))
    if not touched:
        return [text("On {day} no open case meets a limit.", day=day(material.history.as_of))]
    most = sorted(touched.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST]
    head = ("Reason", "Open cases", "Among them")
    rows = [[quote(reason), count(len(cases)), quote("; ".join(sorted(cases)[:3]))] for reason, cases in most]
    return [table("Reasons met by open cases, the most frequent first, at most a dozen", head, rows)]


def _open_limits(material: Material) -> dict[str, Applicability]:
    found = case_limits(material.history, material.history.open_case_ids(TARGET), material.fitted, material.index)
    return {case: by_model[MODEL] for case, by_model in found.items() if by_model[MODEL].status != "within"}
