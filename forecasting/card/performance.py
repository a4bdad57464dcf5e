"""How good it is: skill with intervals, calibration, power, and how much rests on choices."""

from typing import Any

from forecasting.card.form import Block, Curve, Figure, Point, Section, Table
from forecasting.card.material import Material
from forecasting.card.phrases import TOO_FEW, code, count, figure, items, name, percent, quote, share, table, text
from forecasting.card.recount import recount
from forecasting.evaluation.breakdown import FEWEST_CASES, FEWEST_ENDINGS
from forecasting.forecast import LEVEL
from forecasting.reporting.confidence import CHOICES
from forecasting.reporting.scores import DESIGNS, MODELS, REGISTERED, SCORES, TRAITS, WEIGHTS
from forecasting.vocabulary import CAUSES

HEADLINE_MONTHS = "60"
NONE_KEPT = (
    "No result is kept for this record: `forecasting backtest --design cluster --tables DIR`, with the record's "
    "folder as DIR, makes one, and `--design rolling` another."
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
        _whole(material),
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
            figure("code", row["horizon"]), count(row["n"]), count(row["n_groups"]), published,
            share(row["skill"], row["lower"], row["upper"]), figure("p", round(100 * off, 4)),
        ])  # fmt: skip
    return Section(
        title=title,
        blocks=(
            text(
                "Every forecast of the design \"as of each year\" is kept in `track_record.csv`: {n} rows, each "
                "with what was said, what came, and when that could be known. Scored again for this card by a few "
                "lines of their own (`forecasting/card/recount.py`), they give the published skill to within "
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


def calibration(material: Material) -> Section:
    """Whether chances mean what they say."""
    title = "Calibration"
    rows = material.rows("calibration", horizon=HEADLINE_MONTHS)
    if not rows:
        return Section(title=title, blocks=(text(NONE_KEPT),))
    lines = [
        [DESIGNS[row["design"]], WEIGHTS[row["weights"]], name(row["cause"]),
         *(share(row[one]) for one in ("forecast", "came")),
         *(_interval("ratio", row, one) for one in ("ratio", "slope")),
         TOO_FEW if row["auc"] is None else figure("ratio", row["auc"])]
        for row in rows if row["design"] in REGISTERED
    ]  # fmt: skip
    curves = [
        Curve(
            said=f"How often each ending came within five years, by the chance forecast: {DESIGNS[design]}. A curve "
            f"inside "
            "the band does not refute calibration; it does not prove it.",
            points=tuple(Point(**{k: row[k] for k in Point.model_fields}) for row in found),
        )
        for design in REGISTERED
        if (found := material.rows("reliability", design=design))
    ]
    head = ("Design", "Weights", "Ending", "Forecast", "Came", "Came / forecast (best one)", "Slope (best one)",
            "AUC (chance one half)")  # fmt: skip
    return Section(
        title=title,
        blocks=(
            text(
                "Within five years. A ratio above one says that an ending came more often than was said; a slope "
                "below one, that the chances were spread too far. Under the registered weights every forecast, the "
                "base rate's too, seems to promise too few endings, since cases that ended early weigh more; the "
                "ratio is to be read with every forecast alike or at first days."
            ),
            table("Calibration of the hazard model within five years", head, lines),
            *curves,
        ),
    )


def power(material: Material) -> Section:
    """What so few cases cannot tell."""
    title = "What these numbers cannot tell"
    rows = [
        row for row in material.results["power"]
        if row["model"] == "primary" or (row["model"], row["against"]) == ("type_base_rate", "base_rate")
    ]  # fmt: skip
    if not rows:
        return Section(title=title, blocks=(text(NONE_KEPT),))
    own = next(row for row in rows if (row["model"], row["against"]) == ("primary", "base_rate"))
    lines = [
        [DESIGNS[row["design"]],
         text("{one} over {other}", one=quote(MODELS[row["model"]]), other=quote(MODELS[row["against"]])),
         share(row["difference"], row["lower"], row["upper"]),
         *(share(row[k]) for k in ("standard_error", "right_sign", "smallest", "apart"))]
        for row in rows
    ]  # fmt: skip
    return Section(
        title=title,
        blocks=(
            text(
                "{n} forecasts are not so many cases: they fall into {groups} groups of related ones, and that is "
                "what counts. A true skill of {smallest} would be seen in four runs of five; a smaller one most "
                "likely not. Two models closer than the last column are not ranked, on this card or elsewhere.",
                n=count(own["n"]), groups=count(own["n_groups"]), smallest=share(own["smallest"]),
            ),
            table(
                "What the number of forecasts can show",
                ("Design", "Difference", "Measured", "Standard error", "Chance of the same sign again",
                 "Smallest true one seen four times in five", "Smallest measured one apart from noise"), lines,
            ),
            items(
                text(
                    "Nor whether skill of the past carries into another age. With a quarter century of starts left "
                    "out the skill on a formal agreement is {era}, and with every forecast alike {alike}.",
                    era=material.skill("era", "cause", "formalized"),
                    alike=material.skill("era", "cause", "formalized", weights="forecast"),
                ),
                "Nor whether coders' knowledge of the endings made the inputs look better than they are (\"Leakage "
                "audit\").",
                "Nor anything about forecasts of days to come: those are kept by `forecasting ledger` and scored "
                "when they mature. This card is made from record and code alone and claims nothing of them.",
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


def _whole(material: Material) -> Table:
    asked = [(weights, reference) for reference in ("base_rate", "type_base_rate") for weights in WEIGHTS]
    rows: list[list[Any]] = [
        [WEIGHTS[weights], f"over the {MODELS[reference]}",
         *(material.skill(design, weights=weights, reference=reference) for design in DESIGNS)]
        for weights, reference in asked
    ]  # fmt: skip
    sizes = {design: material.rows("breakdown", design=design, by="all", weights="case", model="primary",
                                   reference="base_rate") for design in DESIGNS}  # fmt: skip
    rows.append(["forecasts; cases; groups", "", *(
        text("{n}; {cases}; {groups}", n=count(found[0]["n"]), cases=count(found[0]["n_cases"]),
             groups=count(found[0]["n_groups"])) if found else "" for found in sizes.values())])  # fmt: skip
    return table("Skill of the hazard model", ("Weights", "Reference", *DESIGNS.values()), rows)


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


def _interval(unit: Any, row: Any, one: str) -> str | Figure:
    return TOO_FEW if row[one] is None else figure(unit, row[one], row[f"{one}_lower"], row[f"{one}_upper"])


def _width(spread: dict[str, float]) -> float:
    return spread["upper"] - spread["lower"]
