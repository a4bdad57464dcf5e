"""Applicability domain: when the model abstains or its interval is widened, how often, and for which cases today."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from forecasting.documents.blocks import Cell
from forecasting.documents.card.form import CardBlock, CardSection
from forecasting.documents.card.material import MODEL, TARGET, Material
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import count, day, quote, share
from forecasting.documents.skill_tables import MODELS
from forecasting.forecasts import case_limits
from forecasting.forecasts.applicability import FEWEST_AT_RISK, Applicability
from forecasting.models import FIRST

LADDER_RULES: Final = {
    "type": "No other training case has its form of the ladder: the forecast abstains",
    "range": "A covariate, the level or the age lies outside the range of the other training cases and moves a "
    "probability by a point or more: the interval is widened",
}
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
    today = _open_limits(material)
    parts = {"Open cases": found.open_cases} | ({"Backtest forecasts": found.past} if found.past else {})
    own = Counter(limit.status for limit in today[MODEL].values())
    ruled = Counter[str](rule for limit in today[MODEL].values() for rule in {reason.rule for reason in limit.reasons})
    first = MODELS[FIRST]
    rows = [_line(f"Open cases, {MODELS[MODEL]}", len(today[MODEL]), own["abstained"], own["widened"])]
    rows += [_line(f"{of}, {first}", part.n, part.abstained, part.widened) for of, part in parts.items()]
    blocks: list[CardBlock] = [
        text(
            "The limits of a model are enforced when a forecast is made. Outside its applicability domain it abstains; "
            "near its edge, its interval is widened to contain that of the base rate. As of {day}, {own} of {open} "
            "open cases meet a limit of the ladder forecast, which names what lies outside the training cases only if "
            "bringing it back moves a probability by a point or more "
            "(`forecasting/forecasts/ladder_applicability.py`); and {met} meet one of the hazard model of the first "
            "registration, which stands beside it and has fewer than {fewest} cases in the risk set at an age as too "
            "few (`forecasting/forecasts/applicability.py`).",
            fewest=count(FEWEST_AT_RISK), day=day(str(material.history.as_of)), open=count(found.open_cases.n),
            own=count(own["abstained"] + own["widened"]),
            met=count(found.open_cases.abstained + found.open_cases.widened),
        ),
        table(
            "How often a limit is met",
            ("Forecasts", "Number", "Abstained", "Widened", "Within", "Share abstained or widened"),
            rows,
        ),
        table(
            f"Which rule was met: {MODELS[MODEL]}",
            ("Rule", "Open cases"),
            [[said, count(ruled[rule])] for rule, said in LADDER_RULES.items()],
        ),
        table(
            f"Which rule was met (one forecast may meet several): {first}",
            ("Rule", *parts),
            [[said, *(count(part.rules.get(rule, 0)) for part in parts.values())]
             for rule, said in RULES.items()],
        ),
        *([] if found.past else [text("Backtest forecasts: {why}.", why=quote(found.missing))]),
        _reasons(material, today),
    ]  # fmt: skip
    return CardSection(title="Applicability domain", blocks=tuple(blocks))


def _line(of: str, n: int, abstained: int, widened: int) -> list[Any]:
    met = abstained + widened
    return [of, count(n), count(abstained), count(widened), count(n - met), share(met / n if n else None)]


def _reasons(material: Material, today: Mapping[str, Mapping[str, Applicability]]) -> CardBlock:
    """The reasons of today, each with its number of open cases."""
    touched: dict[tuple[str, str], list[str]] = {}
    names = material.history.cases.set_index("case_id")["name"]
    for model, limits_of in today.items():
        for case, limit in limits_of.items():
            for reason in limit.reasons:
                touched.setdefault((model, str(reason)), []).append(str(names[case]))
    if not touched:
        return text("As of {day}, no open case meets a limit.", day=day(str(material.history.as_of)))
    most = sorted(touched.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST]
    head = ("Reason", "Open cases", "Examples", "Model")
    rows: list[list[Cell]] = [[quote(reason), count(len(cases)), quote("; ".join(sorted(cases)[:3])), MODELS[model]]
            for (model, reason), cases in most]  # fmt: skip
    return table("Reasons that apply to open cases, the most frequent first, at most a dozen", head, rows)


def _open_limits(material: Material) -> dict[str, dict[str, Applicability]]:
    """Applicability to each open case, by model."""
    found = case_limits(material.history, material.history.open_case_ids(TARGET), material.fitted, material.index)
    return {model: {case: by_model[model] for case, by_model in found.items()} for model in (MODEL, FIRST)}
