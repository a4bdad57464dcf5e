"""Identity of the model: summary, intended and excluded uses, factors, misuse and stewardship."""

from typing import Final

import pandas as pd

from forecasting.documents.card.form import CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.compose import items, table, text
from forecasting.documents.quantities import code, count, day, name, percent, quote
from forecasting.documents.skill_tables import no_skill
from forecasting.documents.verdict_tables import (
    claim_words,
    current_period,
    fresh_words,
    present_words,
    verdict_words,
)
from forecasting.record.vocabulary import CAUSES, TYPES
from forecasting.scores.verdict import LEVEL

MODERN: Final = 1970


def summary(material: Material) -> CardSection:
    """The card in a few sentences."""
    skill, registered = material.results["skill"], material.results["registered_tables"]
    found = (
        verdict_words(registered["skill"]), fresh_words(registered["skill"], registered["slope"]),
        claim_words(registered["lines"]), present_words(skill), current_period(skill), no_skill(skill),
    ) if skill else ()  # fmt: skip
    return CardSection(
        title="Summary",
        blocks=(
            items([
                text(
                    "The question: will an informal arms-control arrangement become a formal agreement, collapse, or "
                    "fade away, and by when? The answers are probabilities. The headline of every report is the ladder "
                    "forecast: a linear pool of the model described here ({share}) and of the base rate ({base}); "
                    "both are shown under it.",
                    share=percent(1.0 - material.model.base_share), base=percent(material.model.base_share),
                ),
                *(said for said in found if said is not None),
                text(
                    "Over four states, formalized, collapsed, faded and ongoing, its skill is {cluster} with related "
                    "cases held out, {rolling} as of each year and {gap} where cases were last seen as long ago as "
                    "the open ones (brackets: {level} confidence intervals).",
                    cluster=material.skill("cluster", score="states"),
                    rolling=material.skill("rolling", score="states"),
                    gap=material.skill("gap", score="states"), level=percent(LEVEL),
                ),
                "The record was coded by language models that knew the outcomes. No test on this record can undo "
                "that, so every measure of agreement and of skill is an upper bound.",
                "It must not be used for targeting, for findings of compliance, or as the sole basis of a decision.",
            ]),
        ),
    )  # fmt: skip


def uses(_: Material) -> CardSection:
    """Intended uses, and uses that are ruled out."""
    return CardSection(
        title="Intended and excluded uses",
        blocks=(
            text("**Intended uses**"),
            items([
                "An outside view: how often comparable arrangements ended in each way, before the particulars of this "
                "one are argued.",
                "Structured analysis, in which the probability is one input among several and is read with its "
                "sources.",
                "Teaching and research on informal arms control, and on forecasting from few cases.",
            ]),
            text("**Users**: analysts, scholars, journalists and students who read intervals and caveats, not only a "
                 "number."),
            text("**Excluded uses**"),
            items([
                "**For targeting**: to choose or rank targets, or to plan the use of force.",
                "**For findings of compliance**: a collapse or an accusation in the record is a coder's reading of "
                "public reports. It is no judgement on any state and has no legal weight.",
                "**As advice to a single actor**: to tell one government what to sign, break or threaten. The model "
                "describes associations in past cases; its slopes are not causal effects.",
                "As evidence that a state complies: an ongoing case was last reported as observed on a given day, and "
                "nothing more is known.",
                "To describe or score persons, or as the sole basis of a decision that affects security or safety.",
                "For arrangements unlike those in the record: cease-fires that only stop the fighting, trade or "
                "climate accords, secret understandings.",
            ]),
        ),
    )  # fmt: skip


def factors(material: Material) -> CardSection:
    """Groups of cases in the record by which performance may differ."""
    coding = material.history.coding.set_index("case_id")
    core = coding[coding["in_core"] == 1]
    outcomes = material.history.outcomes.query("target == 'concluded'").set_index("case_id")["cause"]
    cases = material.history.cases.set_index("case_id").loc[core.index]
    rows = []
    frames = {
        "prospectively sampled": core["sampled_via"] == "forward",
        "retrospectively sampled": core["sampled_via"] == "backward",
    }
    types = {one: cases["type"] == one for one in TYPES}
    for shown, chosen in (*frames.items(), *types.items()):
        ends = outcomes.loc[core.index[chosen.to_numpy()]]
        label = shown if shown in frames else name(shown)
        rows.append([label, count(len(ends)), *(count((ends == cause).sum()) for cause in (*CAUSES, ""))])
    years = pd.to_datetime(cases["start_date"]).dt.year
    return CardSection(
        title="Factors",
        blocks=(
            text(
                "Performance may depend on the form of the arrangement, the period of the forecast, the confidence of "
                "its coding, the horizon, and whether the forecast is made at the start or at an anniversary. "
                "\"Metrics\" breaks skill down by each. {modern} of {all} core cases began in or after "
                "{year}; states and languages that leave many documents are over-represented.",
                modern=count((years >= MODERN).sum()), all=count(len(years)), year=quote(str(MODERN)),
            ),
            table("Core cases by outcome (target: concluded)", ("Group", "Cases", *CAUSES, "ongoing"), rows),
            text(
                "**How a case was sampled matters most.** Every retrospectively sampled core case was found from a "
                "treaty and is formal by construction. These cases enter no score and no base rate; the base rate of "
                "the prospectively sampled ones is best read as a lower bound. Regime type, region and domestic "
                "politics are not distinguished, because the record does not hold them."
            ),
        ),
    )  # fmt: skip


def misuse(_: Material) -> CardSection:
    """Possible harms and their mitigations."""
    return CardSection(
        title="Misuse",
        blocks=(
            table(
                "Possible harms and mitigations",
                ("Harm", "How it could arise", "Mitigation"),
                [
                    ["A self-fulfilling forecast", "A published \"likely to collapse\" gives a party cover to leave",
                     "The first screen shows every outcome with its interval, and the base rate under the headline"],
                    ["Laundering of a judgement", "A number lends authority to an existing opinion",
                     "Reports show other codings, precedents and what would change the probability, and by how much"],
                    ["An accusation with a number on it", "\"Collapsed\" is quoted as a finding that a state cheated",
                     "The licence text and this card rule it out; the record names the source of every claim"],
                    ["Gaming", "Events are reported or coded in order to shift a forecast",
                     text("Every row has a day of knowledge, sources and a hash; `forecasting changes` names the "
                          "events behind a change")],
                    ["False precision", "A difference of a point between two cases is read as a ranking",
                     "Power and the multiverse show which differences are noise; verbal probabilities cover ranges"],
                    ["Stale use", "An old card or report is quoted after the record or the model has changed",
                     "Hashes: an outdated card says so at its top, and continuous integration fails"],
                ],
            ),
        ),
    )  # fmt: skip


def stewardship(material: Material) -> CardSection:
    """Owner, reviewer, next review."""
    found = material.stewards
    if found is None:
        said = text(
            "Nobody is named for this record. Add {file} with owner, reviewer and next_review beside the card.",
            file=code("stewards.json"),
        )
        return CardSection(title="Stewardship", blocks=(said,))
    return CardSection(
        title="Stewardship",
        blocks=(
            table(
                "Roles and dates",
                ("Role", "Name or date"),
                [
                    ["Owner", quote(found.owner)],
                    ["Reviewer", quote(found.reviewer)],
                    ["Next review no later than", day(found.next_review)],
                ],
            ),
            items(
                [
                    "The card is also reviewed whenever the record, the code or the results change, because it is "
                    "stale from then on.",
                    "Sign-offs are lines of `approvals.jsonl` beside the card, which is append-only; they are shown at "
                    "the top of the page and in the section they refer to. A remark is shown until it is answered.",
                    "An error in the record is corrected in its row or in `corrections.csv`; `forecasting check` must "
                    "report no errors.",
                ]
            ),
        ),
    )
