"""What the model is, what it is for, what it is not for, and who answers for it."""

from typing import Final

import pandas as pd

from forecasting.documents.card.form import Section
from forecasting.documents.card.material import Material
from forecasting.documents.card.phrases import code, count, day, figure, items, name, percent, quote, table, text
from forecasting.features import catalogue
from forecasting.forecasts import LEVEL
from forecasting.models.hazard import N_DURATION
from forecasting.record.months import HORIZONS
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, TYPES

MODERN: Final = 1970
FITTED_DIGITS: Final = 3  # fits differ in the seventh digit with the number of threads


def summary(material: Material) -> Section:
    """The card in a few sentences."""
    return Section(
        title="In short",
        blocks=(
            items(
                "The question: will an informal arms-control arrangement become a formal agreement, collapse, or "
                "fade away, and by when? The answers are probabilities; the headline of every report is a base "
                "rate, and the hazard model described here stands beside it.",
                text(
                    "On past days it saved {rolling} of the base rate's Brier score as of each year, and {cluster} "
                    "with related cases left out (brackets: {level} intervals).",
                    rolling=material.skill("rolling"), cluster=material.skill("cluster"), level=percent(LEVEL),
                ),
                text(
                    "On the ending that the question is about, a formal agreement, it saved {rolling} and "
                    "{cluster}. Where an interval holds nought, **no skill is shown**.",
                    rolling=material.skill("rolling", "cause", "formalized"),
                    cluster=material.skill("cluster", "cause", "formalized"),
                ),
                text(
                    "Of {open} cases that go on on {day}, the model abstains from {abstained} and says {widened} "
                    "less narrowly than it would, because they lie outside what it has learned from.",
                    open=count(material.support.open_cases.n), day=day(material.history.as_of),
                    abstained=count(material.support.open_cases.abstained),
                    widened=count(material.support.open_cases.widened),
                ),
                "The record was coded by language-model coders who knew how the cases ended. That cannot be undone "
                "by any test on this record, and it makes every figure of agreement and of skill an upper bound.",
                "It must not be used for targeting, for findings of compliance, or as the sole ground of anybody's "
                "decision.",
            ),
        ),
    )  # fmt: skip


def details(material: Material) -> Section:
    """The fitted model: kind, what it learned from, its settings, and what it has learned."""
    model, known = material.model, catalogue().set_index("name")
    ended = spells(material.history).endings()
    shift, slope = (round(float(value), FITTED_DIGITS) for value in model.calibration_)
    names = [*model.statics, *model.states]
    slopes = model.coef_[N_DURATION : N_DURATION + len(names)]
    return Section(
        title="Details of the model",
        blocks=(
            text(
                "A monthly multinomial hazard of three competing endings (formalized, collapsed, faded), learned "
                "from stacked landmarks: each case's first public day and every anniversary on which it was still "
                "observed, with the covariates of that day. Its slopes are shrunk towards nought, its incidence "
                "towards the base rate ({shrink} of the answer), and it is recalibrated on cases left out (shift "
                "{shift}, slope {slope} on the log odds). Horizons are up to {months} months; each answer has an "
                "interval from a bootstrap of related cases.",
                shrink=percent(model.shrink), shift=figure("log odds", shift), slope=figure("ratio", slope),
                months=count(max(HORIZONS)),
            ),
            text(
                "Fitted on the record as of {day}: {n} cases, among them those found by walking back from a treaty, "
                "which inform slopes only; {ended} endings of cases found forwards. Refitting takes seconds and "
                "gives the same numbers; `forecasting train` keeps them as files, named after record, day, code and "
                "versions.",
                day=day(material.history.as_of), n=count(model.n_), ended=count(ended.sum()),
            ),
            table(
                "What the model looks at, and what it has learned: log odds of each ending in a month, per standard "
                "deviation",
                ("Input", "Unit", *CAUSES),
                [[str(known.loc[one, "what"]), str(known.loc[one, "unit"]),
                  *(figure("log odds", round(float(value), FITTED_DIGITS)) for value in values)]
                 for one, values in zip(names, slopes, strict=True)],
            ),
            text(
                "Beside these: the months it has lasted, and shrunk intercepts of form, pair of parties and era. "
                "Two targets can be asked for: an agreement signed or adopted (`concluded`, used here) or in force "
                "(`in_force`). Code: BSD 3-Clause; record: CC BY 4.0. How to cite, and every command: `README.md`."
            ),
        ),
    )  # fmt: skip


def uses(_: Material) -> Section:
    """Intended uses, and uses that are ruled out."""
    return Section(
        title="Intended and excluded uses",
        blocks=(
            text("**Made for**"),
            items(
                "An outside view: how often arrangements like this one ended each way, before anyone argues about "
                "this one.",
                "Structured analysis, where the number is one input among several and its sources are read with it.",
                "Teaching and research on informal arms control, and on forecasts from few cases.",
            ),
            text("**Users**: analysts, scholars, journalists and students who read intervals and caveats, not a "
                 "number alone."),
            text("**Not to be used**"),
            items(
                "**For targeting**: to choose or rank targets, or to plan the use of force.",
                "**For findings of compliance**: a collapse or an accusation in the record is a coder's reading of "
                "public reports. It is no judgement on any state and has no legal weight.",
                "**As advice to a single actor**: to tell one government what to sign, break or threaten. The model "
                "has seen what happened, not what would have happened had somebody acted otherwise; its slopes are "
                "no effects.",
                "As evidence that a state keeps a promise: an ongoing case was last reported as observed on a day, "
                "no more.",
                "To describe or score persons, or as the sole ground of a decision that affects security or safety.",
                "For arrangements unlike those in the record: cease-fires that only stop the shooting, trade or "
                "climate accords, secret understandings.",
            ),
        ),
    )  # fmt: skip


def factors(material: Material) -> Section:
    """Groups of cases that the record holds, and by which performance is told apart."""
    coding = material.history.coding.set_index("case_id")
    core = coding[coding["in_core"] == 1]
    outcomes = material.history.outcomes.query("target == 'concluded'").set_index("case_id")["cause"]
    cases = material.history.cases.set_index("case_id").loc[core.index]
    rows = []
    frames = {"found forwards": core["sampled_via"] == "forward", "found backwards": core["sampled_via"] == "backward"}
    types = {one: cases["type"] == one for one in TYPES}
    for shown, chosen in (*frames.items(), *types.items()):
        ends = outcomes.loc[core.index[chosen.to_numpy()]]
        label = shown if shown in frames else name(shown)
        rows.append([label, count(len(ends)), *(count((ends == cause).sum()) for cause in (*CAUSES, ""))])
    years = pd.to_datetime(cases["start_date"]).dt.year
    return Section(
        title="Factors",
        blocks=(
            text(
                "How well a forecast does may hang on the form of the arrangement, its era, how the case was found, "
                "how surely it was coded, how far ahead one looks, and whether one looks from the start or from an "
                "anniversary. \"Metrics\" breaks skill down by each. {modern} of {all} core cases began in or after "
                "{year}; powers and languages that leave many documents are over-represented.",
                modern=count((years >= MODERN).sum()), all=count(len(years)), year=quote(MODERN),
            ),
            table("Core cases and how they ended (target: concluded)", ("Group", "Cases", *CAUSES, "ongoing"), rows),
            text(
                "**How a case was found matters most.** Every core case found backwards, from a treaty, became "
                "formal by construction. They are in no score and set no base rate; the rate of those found "
                "forwards is best read as a lower bound. Not told apart, because the record cannot: regime type, "
                "region, domestic politics."
            ),
        ),
    )  # fmt: skip


def misuse(_: Material) -> Section:
    """How it could do harm, and what stands against it."""
    return Section(
        title="Misuse",
        blocks=(
            table(
                "How this could do harm",
                ("What could happen", "How", "What stands against it"),
                [
                    ["A self-fulfilling forecast", "A published \"likely to collapse\" gives a party cover to leave",
                     "Both numbers and the width of the interval stand in the first screen; the base rate is the "
                     "headline"],
                    ["Laundering of a judgement", "A number lends authority to a view already held",
                     "Reports show other codings, precedents and what would move the number, each with its size"],
                    ["An accusation with a number on it", "\"Collapsed\" is quoted as a finding that a state cheated",
                     "The licence text and every card rule this out; the record says whose claim each act rests on"],
                    ["Gaming", "Events are reported or coded so as to move a forecast",
                     "Known dates, sources and hashes of every row; `forecasting changes` names the acts behind a "
                     "move"],
                    ["False precision", "A difference of a point between two cases is read as a ranking",
                     "Power and multiverse say what cannot be told apart; words of likelihood cover whole ranges"],
                    ["Stale use", "An old card or report is quoted after record or model moved on",
                     "Hashes: a card that no longer fits says so at its top, and continuous integration fails"],
                ],
            ),
        ),
    )  # fmt: skip


def stewardship(material: Material) -> Section:
    """Owner, reviewer, next review."""
    found = material.stewards
    if found is None:
        said = text(
            "Nobody is named for this record. Put `{file}` with owner, reviewer and next_review beside the card.",
            file=code("stewards.json"),
        )
        return Section(title="Who answers for it", blocks=(said,))
    return Section(
        title="Who answers for it",
        blocks=(
            table(
                "Stewardship",
                ("Role", "Who or when"),
                [
                    ["Owner", quote(found.owner)],
                    ["Reviewer", quote(found.reviewer)],
                    ["Next review, at the latest", day(found.next_review)],
                ],
            ),
            items(
                "It is also looked at again whenever record, code or results change: the card is stale from that "
                "moment.",
                "Sign-offs are lines of `approvals.jsonl` beside the card, only ever added; they stand at the top "
                "of the page and beside the section they are about. A remark stays until it is answered.",
                "A fault of the record is corrected in its row or in `corrections.csv`; `forecasting check` must "
                "stay without faults.",
            ),
        ),
    )
