"""Skill with intervals, its independent recomputation, and its robustness to other choices."""

from forecasting.backtest.breakdown import FEWEST_CASES, FEWEST_ENDINGS
from forecasting.documents.blocks import Figure
from forecasting.documents.card.form import CardBlock, CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.card.recount import recount
from forecasting.documents.case.confidence import CHOICES
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import code, count, figure, name, percent, quote, share
from forecasting.documents.skill_tables import (
    TRAITS,
    no_skill,
    skill_by,
    skill_by_sample,
    skill_by_score,
    skill_figure,
    skill_of_models,
    skill_rows,
)
from forecasting.documents.verdict_tables import (
    claim_words,
    current_period,
    fresh_words,
    lines_table,
    present_words,
    verdict_table,
    verdict_words,
)
from forecasting.scores.verdict import LEVEL

NONE_KEPT = (
    "There are no backtest results for this record: `forecasting backtest --design cluster --tables DIR`, with the "
    "folder `evaluation` beside the record as DIR, makes them, and other designs likewise."
)


def verdict(material: Material) -> CardSection:
    """The registered verdict, the fresh test, what is claimed, and the same figures of the record as it is now."""
    title = "Verdict on formalization"
    rows, registered = material.results["skill"], material.results["registered_tables"]
    if not rows:
        return CardSection(title=title, blocks=(text(NONE_KEPT),))
    return _section(
        title,
        verdict_words(registered["skill"]),
        fresh_words(registered["skill"], registered["slope"]),
        text(
            "Skill is the relative reduction of the base rate's Brier score of formalization, averaged over five "
            "horizons, all windows that were over by the record's end, each forecast with the same weight: zero "
            "equals the base rate, higher is better. Brackets of skills and slopes hold {level} confidence intervals "
            "from a bootstrap over groups of related cases. Model, windows, weights, reference, designs and the rule "
            "of this verdict were registered before the model forecast any case of the reserved half "
            "(`data/REGISTRATION.md`), and run once; so was the fresh test.",
            level=percent(LEVEL),
        ),
        verdict_table(registered["skill"]),
        claim_words(registered["lines"]),
        lines_table(registered["lines"], "as registered"),
        present_words(rows),
        current_period(rows),
        lines_table(material.results["lines"], "now"),
    )


def metrics(material: Material) -> CardSection:
    """Skill in every design, by score, model, horizon, form, period and confidence of the coding."""
    title = "Metrics"
    rows = material.results["skill"]
    if not rows:
        return CardSection(title=title, blocks=(text(NONE_KEPT),))
    return _section(
        title,
        text(
            "Groups of fewer than {cases} cases or {endings} observed outcomes are not reported.",
            cases=count(FEWEST_CASES), endings=count(FEWEST_ENDINGS),
        ),
        skill_by_score(rows),
        no_skill(rows),
        skill_by_sample(rows),
        skill_by_sample(rows, "states"),
        skill_of_models(rows),
        skill_of_models(rows, "states"),
        *(skill_by(rows, by) for by in ("horizon", *TRAITS)),
        text(
            "**Where skill is easy.** Over four states it is {low} where the coding is least certain and {high} where "
            "it is most certain; {regimes} for standing regimes, whose continuation is easy to forecast, and "
            "{political} for political commitments. Only prospectively sampled cases are scored; retrospectively "
            "sampled ones are formal by construction.",
            low=_states(material, "confidence", "low"), high=_states(material, "confidence", "high"),
            regimes=_states(material, "type", "informal_regime"),
            political=_states(material, "type", "political_commitment"),
        ),
    )  # fmt: skip


def recounted(material: Material) -> CardSection:
    """The primary figure recomputed from the stored forecasts."""
    title = "Independent recomputation of the headline"
    if material.track is None:
        return CardSection(title=title, blocks=(text("No backtest forecasts are stored for this record."),))
    found = recount(material.track, material.history).to_dict(orient="records")
    told = {
        row["part"]: row
        for by in ("all", "horizon")
        for row in skill_rows(material.results["skill"], by, design="rolling")
    }
    rows, worst = [], 0.0
    for row in found:
        kept = told.get(row["horizon"])
        pairs = {"skill": "skill", "lower": "lower95", "upper": "upper95"}
        is_kept = kept is not None and kept["skill"] is not None
        off = max(abs(row[k] - kept[column]) for k, column in pairs.items()) if kept and is_kept else float("nan")
        worst = max(worst, off)
        rows.append([
            name(row["horizon"]), count(row["n"]), count(row["n_groups"]), skill_figure(kept),
            share(row["skill"], row["lower"], row["upper"]), figure("p", round(100 * off, 4)),
        ])  # fmt: skip
    return CardSection(
        title=title,
        blocks=(
            text(
                "Every forecast of the design \"as of each year\" is in `evaluation/track_record.csv`: {n} rows, "
                "each with the probabilities, the observed outcome, and the day on which it could be known. Scored "
                "again for this card by separate code (`forecasting/documents/card/recount.py`), they reproduce the "
                "published skill to within {worst} percentage points; probabilities are stored to four digits. "
                "`notebooks/07_model_card.ipynb` shows the computation.",
                n=count(len(material.track)), worst=figure("p", round(100 * worst, 4)),
            ),
            table(
                "Skill on formalization over the base rate as of each year: published, and recomputed from the "
                "stored forecasts",
                ("Months", "Forecasts", "Groups", "Published", "Recomputed", "Difference in points"), rows,
            ),
        ),
    )  # fmt: skip


def multiverse(material: Material) -> CardSection:
    """Sensitivity of the skill and of the forecasts to other defensible choices."""
    title = "Other defensible choices"
    found = material.multiverse
    if found is None:
        said = "Not computed for this record: `forecasting multiverse --out DIR`, with `multiverse` beside it as DIR."
        return CardSection(title=title, blocks=(text(said),))
    spread, shares = found["skill"]["spread"], found["skill"]["shares"]
    states = found.get("skill_states", {}).get("spread", {})
    cases = material.history.cases.set_index("case_id")["name"]
    order = sorted(found["cases"], key=lambda case: _width(found["cases"][case]["spread"]), reverse=True)
    lines = [
        [quote(cases[case]), *(share(found["cases"][case]["spread"][k]) for k in ("registered", "lower", "upper"))]
        for case in order[:8]
    ]
    return CardSection(
        title=title,
        blocks=(
            text(
                "Refitted and scored under {n} defensible combinations of codings, definitions and settings, with "
                "five folds and without recalibration, the skill on formalization over the base rate is {registered} "
                "as registered and between {lower} and {upper} in four of five combinations; all lie between {least} "
                "and {most}. Over four states it is {states} as registered, between {states_lower} and {states_upper} "
                "in four of five.",
                n=count(found["n_specifications"]), states=share(states.get("registered")),
                states_lower=share(states.get("lower")), states_upper=share(states.get("upper")),
                **{k: share(spread[k]) for k in ("registered", "lower", "upper", "least", "most")},
            ),
            table(
                "Sources of the variance of the skill", ("Choice", "Share of the variance"),
                [[CHOICES[k], share(v)] for k, v in shares.items() if v >= 0.005],
            ),
            table(
                "Open cases whose probability depends most on such choices: formal agreement within five years",
                ("Case", "As registered", "Four in five from", "to"), lines,
            ),
            text(
                "{file} has a row for each combination; `forecasting multiverse` makes it.",
                file=code(f"multiverse/{found['as_of']}.csv"),
            ),
        ),
    )  # fmt: skip


def _states(material: Material, by: str, part: str) -> Figure:
    return material.skill("cluster", by, part, score="states")


def _section(title: str, *blocks: CardBlock | None) -> CardSection:
    return CardSection(title=title, blocks=tuple(block for block in blocks if block is not None))


def _width(spread: dict[str, float]) -> float:
    return spread["upper"] - spread["lower"]
