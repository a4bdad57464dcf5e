"""Applicability domain: when the model abstains or its interval is widened, how often, and for which cases today."""

from typing import Any, Final

from forecasting.documents.card.form import CardBlock, CardSection
from forecasting.documents.card.material import TARGET, Material
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import count, day, quote, share
from forecasting.explain.support import SupportCount
from forecasting.forecasts import case_limits
from forecasting.forecasts.applicability import FEWEST_AT_RISK, Applicability
from forecasting.models import FIRST

RULES: Final = {
    "type": "No other training case has its form: the model abstains",
    "domain": "No other training case has its domain: the model abstains",
    "range": "A covariate lies outside the range of the other training cases: the interval is widened",
    "age": "Too few cases in the risk set at its age: the interval is widened",
}
MOST: Final = 12


def limits(material: Material) -> CardSection:
    """Frequency of abstention and widening in open cases and in the backtest, by rule, and the reasons today."""
    found = material.support
    parts = {"Open cases": found.open_cases} | ({"Backtest forecasts": found.past} if found.past else {})
    blocks: list[CardBlock] = [
        text(
            "The ladder forecast has the base rate in it and abstains from no case: its interval is that of the "
            "mixture of both. The limits of the hazard model of the first registration, which stands beside it, are "
            "enforced when a forecast is made. Outside its applicability domain it abstains; near its edge, its "
            "interval is widened to contain that of the base rate. Fewer than {fewest} cases in the risk set at an age "
            "are too few. As of {day}, {met} of {open} open cases meet a limit. The rules: "
            "`forecasting/forecasts/applicability.py`.",
            fewest=count(FEWEST_AT_RISK), day=day(str(material.history.as_of)), open=count(found.open_cases.n),
            met=count(found.open_cases.abstained + found.open_cases.widened),
        ),
        table(
            "How often a limit is met",
            ("Forecasts", "Number", "Abstained", "Widened", "Within", "Share abstained or widened"),
            [_line(of, part) for of, part in parts.items()],
        ),
        table(
            "Which rule was met (one forecast may meet several)",
            ("Rule", *parts),
            [[said, *(count(part.rules.get(rule, 0)) for part in parts.values())]
             for rule, said in RULES.items()],
        ),
        *([] if found.past else [text("Backtest forecasts: {why}.", why=quote(found.missing))]),
        *_today(material),
    ]  # fmt: skip
    return CardSection(title="Applicability domain", blocks=tuple(blocks))


def _line(of: str, part: SupportCount) -> list[Any]:
    met = part.abstained + part.widened
    return [of, count(part.n), count(part.abstained), count(part.widened), count(part.n - met),
            share(met / part.n if part.n else None)]  # fmt: skip


def _today(material: Material) -> list[CardBlock]:
    """The reasons of today, each with its number of open cases."""
    touched: dict[str, list[str]] = {}
    names = material.history.cases.set_index("case_id")["name"]
    for case, limit in _open_limits(material).items():
        for reason in limit.reasons:
            touched.setdefault(str(reason), []).append(str(names[case]))
    if not touched:
        return [text("As of {day}, no open case meets a limit.", day=day(str(material.history.as_of)))]
    most = sorted(touched.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST]
    head = ("Reason", "Open cases", "Examples")
    rows = [[quote(reason), count(len(cases)), quote("; ".join(sorted(cases)[:3]))] for reason, cases in most]
    return [table("Reasons that apply to open cases, the most frequent first, at most a dozen", head, rows)]


def _open_limits(material: Material) -> dict[str, Applicability]:
    found = case_limits(material.history, material.history.open_case_ids(TARGET), material.fitted, material.index)
    return {case: by_model[FIRST] for case, by_model in found.items() if by_model[FIRST].status != "within"}
