"""The fitted headline: its kind, training data, settings, slopes and chain."""

from typing import Any, Final

from forecasting.documents.card.form import CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.compose import joined, table, text
from forecasting.documents.quantities import count, day, figure, name, percent
from forecasting.models.ladder_design import N_STEPS, TIGHT_SD
from forecasting.models.ladder_moves import N_STATES, level_of, status_of
from forecasting.record.months import HORIZONS
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES

STATUSES: Final = ("active", "stalled", "broken off")
FITTED_DIGITS: Final = 3  # fits differ in the seventh digit with the number of threads


def details(material: Material) -> CardSection:
    """The fitted model: its kind, training data, settings, slopes and chain."""
    pool, model = material.model, material.model.model_
    hazard, moves = model.hazard_, model.moves_
    ended = spells(material.history).endings()
    shifts = [_digits(value) for value in hazard.recalibration.shift]
    stretches = [_digits(value) for value in hazard.recalibration.slope]
    return CardSection(
        title="Model details",
        blocks=(
            text(
                "A case stands on a ladder towards a binding text: six levels, each active, stalled or broken off. It "
                "moves between these states by a monthly Markov chain, and ends by a monthly multinomial hazard with "
                "three competing causes (formalized, collapsed, faded) that depends on its age, on where it stands, on "
                "the clock of a stated term, and on the covariates below, fitted on stacked landmarks: each case's "
                "first public day and every anniversary at which it was still in the risk set. Months after the last "
                "sight of a case count by what would have been noticed: a binding text is not signed unseen."
            ),
            text(
                "The slopes' priors are a mixture over scales of {scales}, weighed by evidence; a slope for an outcome "
                "for which its covariate has no reason has {tight}. Each outcome is recalibrated on held-out groups "
                "(prior {calibration}). An interval holds the posterior, the recalibration's uncertainty and a case's "
                "own deviation ({own}), in {draws} draws, mixed with those of the base rate, which has {base} of the "
                "pool, and a deviation that related cases share ({shared}), which no point forecast has. "
                "Horizons extend to {months} months.",
                scales=joined([text("{one}", one=figure("ratio", scale)) for scale in model.scales], ", "),
                tight=figure("ratio", TIGHT_SD), calibration=figure("ratio", model.calibration_sd),
                own=figure("ratio", model.case_sd), draws=count(model.n_draws), base=percent(pool.base_share),
                shared=figure("ratio", pool.shared_sd), months=count(max(HORIZONS)),
            ),
            text(
                "Fitted on the record as of {day}: {n} prospectively sampled cases, {ended} of them ended. "
                "`forecasting train` stores the fitted models under a key of record, day, code and library versions; "
                "fitting again gives the same numbers.",
                day=day(str(material.history.as_of)), n=count(model.n_), ended=count(ended.sum()),
            ),
            table(
                "Fitted slopes: monthly log odds of each outcome, by unit; the highest level is one unit",
                ("Covariate", *CAUSES),
                [[name(term.name), *(figure("log odds", _digits(value)) for value in values)]
                 for term, values in zip(hazard.terms, hazard.mean_coef[N_STEPS:], strict=True)],
            ),
            table(
                "Recalibration of each outcome",
                ("Outcome", "Shift", "Slope"),
                [[name(cause), figure("log odds", shift), figure("ratio", slope)]
                 for cause, shift, slope in zip(CAUSES, shifts, stretches, strict=True)],
            ),
            table(
                "Probability of leaving each state of the ladder within a month",
                ("State", "Months seen", "Moves seen", "Probability"),
                [[text("level {level}, {status}", level=count(level_of(state)), status=STATUSES[status_of(state)]),
                  count(round(float(moves.months[state]))), count(round(float(moves.moves[state]))),
                  figure("p", _digits(moves.exits[state]))] for state in range(N_STATES)],
            ),
            text(
                "There are two targets: an agreement signed or adopted (`concluded`, used here) or in force "
                "(`in_force`). Beside the ladder forecast stands the hazard model of the first registration, which "
                "reads no ladder. Code: BSD 3-Clause; record: CC BY 4.0. Citation and commands: `README.md`."
            ),
        ),
    )  # fmt: skip


def _digits(value: Any) -> float:
    return round(float(value), FITTED_DIGITS)
