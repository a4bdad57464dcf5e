"""Skill with intervals, its independent recomputation, and its robustness to other choices."""

from forecasting.backtest.breakdown import FEWEST_CASES, FEWEST_ENDINGS
from forecasting.documents.blocks import Figure
from forecasting.documents.card.form import CardBlock, CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.card.recount import recount
from forecasting.documents.case.confidence import CHOICES
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import code, count, figure, name, percent, quote, share
from forecasting.documents.skill_tables import TRAITS, no_skill, skill_by, skill_by_weights, skill_rows
from forecasting.forecasts import LEVEL

NONE_KEPT = (
    "There are no backtest results for this record: `forecasting backtest --design cluster --tables DIR`, with the "
    "folder `evaluation` beside the record as DIR, makes them, and `--design rolling` those of the other design."
)


def metrics(material: Material) -> CardSection:
    """Skill in every design, and by horizon, outcome, score, form, era and sampling of the case."""
    title = "Metrics"
    rows = material.results["breakdown"]
    if not rows:
        return CardSection(title=title, blocks=(text(NONE_KEPT),))
    blocks: list[CardBlock | None] = [
        text(
            "Skill is the relative reduction of the base rate's four-state Brier score, averaged over five horizons: "
            "zero equals the base rate, higher is better. Brackets hold {level} confidence intervals from a bootstrap "
            "over groups of related cases. The measure, the first two designs, the weights and the reference were "
            "registered before anything was scored (`data/REGISTRATION.md`), and run once. Groups of fewer than "
            "{cases} cases or {endings} observed outcomes are not reported.",
            level=percent(LEVEL), cases=count(FEWEST_CASES), endings=count(FEWEST_ENDINGS),
        ),
        skill_by_weights(rows, "base_rate"),
        skill_by_weights(rows, "type_base_rate"),
        text(
            "**A flaw of the registration.** One unit of weight per case favours cases that ended early, which was "
            "not known at the forecast origin; the skill is therefore also given with equal weight for every forecast "
            "and at first public days only."
        ),
        skill_by(rows, "horizon"),
        skill_by(rows, "cause"),
        no_skill(rows),
        *(skill_by(rows, by) for by in ("score", *TRAITS)),
        text(
            "**Where skill is easy.** With equal weight for every forecast and related cases held out, it is {low} "
            "where the coding is least certain and {high} where it is most certain; {regimes} for standing regimes, "
            "whose continuation is easy to forecast, and {political} for political commitments. Only prospectively "
            "sampled cases are scored; retrospectively sampled ones are formal by construction.",
            low=_alike(material, "confidence", "low"), high=_alike(material, "confidence", "high"),
            regimes=_alike(material, "type", "informal_regime"),
            political=_alike(material, "type", "political_commitment"),
        ),
    ]  # fmt: skip
    return CardSection(title=title, blocks=tuple(block for block in blocks if block is not None))


def recounted(material: Material) -> CardSection:
    """The headline recomputed from the stored forecasts."""
    title = "Independent recomputation of the headline"
    if material.track is None:
        return CardSection(title=title, blocks=(text("No backtest forecasts are stored for this record."),))
    found = recount(material.track, material.history).to_dict(orient="records")
    scored = material.rows("breakdown", design="rolling")
    told = {row["part"]: row for by in ("all", "horizon") for row in skill_rows(scored, by)}
    rows, worst = [], 0.0
    for row in found:
        kept = told.get(row["horizon"])
        published = share(kept["skill"], kept["lower"], kept["upper"]) if kept else share(None)
        off = max(abs(row[k] - kept[k]) for k in ("skill", "lower", "upper")) if kept else float("nan")
        worst = max(worst, off)
        rows.append([
            name(row["horizon"]), count(row["n"]), count(row["n_groups"]), published,
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
                "Skill over the base rate as of each year: published, and recomputed from the stored forecasts",
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
                "and {most}.",
                n=count(found["n_specifications"]), **{k: share(spread[k]) for k in (
                    "registered", "lower", "upper", "least", "most")},
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


def _alike(material: Material, by: str, part: str) -> Figure:
    return material.skill("cluster", by, part, weights="forecast")


def _width(spread: dict[str, float]) -> float:
    return spread["upper"] - spread["lower"]
