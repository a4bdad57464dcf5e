"""How good it is: skill with intervals, calibration, power, and how much rests on choices."""

from typing import Any

from forecasting.backtest.breakdown import FEWEST_CASES, FEWEST_ENDINGS
from forecasting.documents.card.form import Block, Figure, Section, Table
from forecasting.documents.card.material import Material
from forecasting.documents.card.phrases import TOO_FEW, code, count, figure, name, percent, quote, share, table, text
from forecasting.documents.card.recount import recount
from forecasting.documents.case.confidence import CHOICES
from forecasting.documents.skill_tables import DESIGNS, MODELS, REGISTERED, SCORES, TRAITS, WEIGHTS
from forecasting.forecasts.forecast import LEVEL
from forecasting.record.vocabulary import CAUSES

NONE_KEPT = (
    "No result is kept for this record: `forecasting backtest --design cluster --tables DIR`, with the folder "
    "`evaluation` beside the record as DIR, makes one, and `--design rolling` another."
)


def metrics(material: Material) -> Section:
    """Skill in every design, and by horizon, ending, score, form, era and how the case was found."""
    title = "Metrics"
    if not material.results["breakdown"]:
        return Section(title=title, blocks=(text(NONE_KEPT),))
    blocks: list[Block] = [
        text(
            "Skill is the share of a base rate's four-state Brier score that the model saves, mean over five "
            "horizons; the base rate itself has nought, and more is better. In brackets {level} intervals, related "
            "cases drawn together. The measure, the first two designs, the weights and the reference were "
            "registered before anything was scored (`data/REGISTRATION.md`), and run once. Nothing is said of fewer "
            "than {cases} cases or {endings} endings.",
            level=percent(LEVEL), cases=count(FEWEST_CASES), endings=count(FEWEST_ENDINGS),
        ),
        _whole(material, "base_rate"),
        _whole(material, "type_base_rate"),
        text(
            "**A fault of the registration.** One unit of weight per case favours cases that ended early, which "
            "nobody could know on the day; so the same skill stands beside it with every forecast alike and at "
            "first days only."
        ),
        _by(material, "horizon", "Months ahead", "Skill over the base rate by horizon"),
        _by(material, "cause", "Ending", "Skill over the base rate by ending, each by itself"),
        *_unproved(material),
        _by(material, "score", "Score", "Skill over the base rate under other proper scores"),
        *(_by(material, by, words.capitalize(), f"Skill over the base rate by {words}", counted=True)
          for by, words in TRAITS.items()),
        text(
            "**Where the skill is easy.** With every forecast alike and related cases left out, it is {low} where "
            "the coding is least sure and {high} where it is most sure; {regimes} for standing regimes, whose going "
            "on is easy to see, and {political} for political commitments. Only cases found forwards are scored; "
            "those found backwards all became formal, by construction.",
            low=_alike(material, "confidence", "low"), high=_alike(material, "confidence", "high"),
            regimes=_alike(material, "type", "informal_regime"),
            political=_alike(material, "type", "political_commitment"),
        ),
    ]  # fmt: skip
    return Section(title=title, blocks=tuple(blocks))


def recounted(material: Material) -> Section:
    """The headline scored anew from the kept forecasts."""
    title = "The headline, counted again"
    if material.track is None:
        return Section(title=title, blocks=(text("No forecasts of past days are kept with this record as it stands."),))
    found = recount(material.track, material.history).to_dict(orient="records")
    told = {row["part"]: row for by in ("all", "horizon") for row in material.rows(
        "breakdown", design="rolling", by=by, weights="case", model="primary", reference="base_rate")}  # fmt: skip
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
    return Section(
        title=title,
        blocks=(
            text(
                "Every forecast of the design \"as of each year\" is kept in `evaluation/track_record.csv`: {n} rows, "
                "each with what was said, what came, and when that could be known. Scored again for this card by a few "
                "lines of their own (`forecasting/documents/card/recount.py`), they give the published skill to within "
                "{worst} of a point; chances are kept to four digits. `notebooks/07_model_card.ipynb` does it "
                "before your eyes.",
                n=count(len(material.track)), worst=figure("p", round(100 * worst, 4)),
            ),
            table(
                "Skill over the base rate as of each year: as published, and counted again from the kept forecasts",
                ("Months", "Forecasts", "Groups", "Published", "Counted again", "Apart, in points"), rows,
            ),
        ),
    )  # fmt: skip


def multiverse(material: Material) -> Section:
    """How much of the skill, and of the numbers, rests on our own choices."""
    title = "Other defensible choices"
    found = material.multiverse
    if found is None:
        said = "Not worked out for this record: `forecasting multiverse --out DIR`, DIR being `multiverse` beside it."
        return Section(title=title, blocks=(text(said),))
    spread, shares = found["skill"]["spread"], found["skill"]["shares"]
    cases = material.history.cases.set_index("case_id")["name"]
    order = sorted(found["cases"], key=lambda case: _width(found["cases"][case]["spread"]), reverse=True)
    lines = [
        [quote(cases[case]), *(share(found["cases"][case]["spread"][k]) for k in ("registered", "lower", "upper"))]
        for case in order[:8]
    ]
    return Section(
        title=title,
        blocks=(
            text(
                "Refitted and scored under {n} combinations of codings, definitions and settings that could be "
                "defended, with five folds and without recalibration, the skill over the base rate is {registered} "
                "as registered, and between {lower} and {upper} in four of five; all lie between {least} and {most}.",
                n=count(found["n_specifications"]), **{k: share(spread[k]) for k in (
                    "registered", "lower", "upper", "least", "most")},
            ),
            table(
                "Where the spread of the skill comes from", ("Choice", "Share of the spread"),
                [[CHOICES[k], share(v)] for k, v in shares.items() if v >= 0.005],
            ),
            table(
                "The open cases whose number rests most on choices: formal agreement within five years",
                ("Case", "As registered", "Four in five from", "to"), lines,
            ),
            text(
                "{file} has a row for each combination; `forecasting multiverse` makes it anew.",
                file=code(f"multiverse/{found['as_of']}.csv"),
            ),
        ),
    )  # fmt: skip


def _whole(material: Material, reference: str) -> Table:
    """Skill under each weighting in every design, with the number of forecasts, cases and groups."""
    rows: list[list[Any]] = [
        [WEIGHTS[weights], *(material.skill(design, weights=weights, reference=reference) for design in DESIGNS)]
        for weights in WEIGHTS
    ]
    asked = {"by": "all", "weights": "case", "model": "primary", "reference": reference}
    rows += [
        [label, *(count(found[0][of]) if (found := material.rows("breakdown", design=design, **asked)) else ""
                  for design in DESIGNS)]
        for label, of in (("Forecasts", "n"), ("Cases", "n_cases"), ("Groups of related cases", "n_groups"))
    ]  # fmt: skip
    return table(f"Skill of the hazard model over the {MODELS[reference]}", ("Weights", *DESIGNS.values()), rows)


def _by(material: Material, by: str, head: str, caption: str, counted: bool = False) -> Table:
    """Skill over the base rate by one trait under the registered weights, designs side by side."""
    found = material.rows("breakdown", by=by, weights="case", model="primary", reference="base_rate")
    rows: list[list[Any]] = []
    for part in dict.fromkeys(row["part"] for row in found):
        of_part = {row["design"]: row for row in found if row["part"] == part}
        first = next(iter(of_part.values()))
        sizes = [count(first["n_cases"]), count(first["n_endings"])] if counted else []
        rows.append([_part_name(by, part), *sizes, *(_skill_cell(of_part.get(design)) for design in DESIGNS)])
    return table(caption, (head, *(("Cases", "Ended") if counted else ()), *DESIGNS.values()), rows)


def _part_name(by: str, part: str) -> str | Figure:
    return SCORES.get(part, part) if by == "score" else name(part)


def _skill_cell(row: Any) -> str | Figure:
    if row is None:
        return ""
    return TOO_FEW if row["skill"] is None else share(row["skill"], row["lower"], row["upper"])


def _unproved(material: Material) -> list[Block]:
    """Which endings have no skill shown in a registered design."""
    told = [
        f"{cause} ({DESIGNS[design]})" for cause in CAUSES for design in REGISTERED
        if (found := material.skill(design, "cause", cause)).lower is not None and found.lower <= 0
    ]  # fmt: skip
    return [text("**No skill over the base rate is shown on: {told}.**", told=quote(", ".join(told)))] if told else []


def _alike(material: Material, by: str, part: str) -> Figure:
    return material.skill("cluster", by, part, weights="forecast")


def _width(spread: dict[str, float]) -> float:
    return spread["upper"] - spread["lower"]
