"""Possible acts: the forecast of the hazard model if one of them became known on the next day."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features import FEATURES, MODEL_FEATURES, Dossier
from forecasting.features.parties import refusing
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import marginal_probabilities
from forecasting.models.hazard import HazardModel
from forecasting.record.facts import KINDS, Acts
from forecasting.record.reads import changed
from forecasting.record.vocabulary import CAUSES, STATES

MOST: Final = 8
LEAST: Final = 0.005
OUTSIDER: Final = "an outsider"


@dataclass(frozen=True)
class Sign:
    """A possible act: its `kind`, and `by` whom: one party, all `parties`, an outsider, or all `refusers`."""

    kind: str
    by: str = "party"


SIGNS: Final[Mapping[str, Sign]] = MappingProxyType(
    {
        "leaders of all the parties endorsed it": Sign("leader_endorsement", "parties"),
        "a leader of one party endorsed it": Sign("leader_endorsement"),
        "a leader of one party rejected it": Sign("leader_rejection"),
        "talks began": Sign("talks_opened"),
        "talks went on": Sign("talks_round"),
        "talks were taken up again": Sign("talks_resumed"),
        "talks were broken off": Sign("talks_suspended"),
        "one party accused another of a violation": Sign("accusation_of_violation"),
        "a step of compliance answered the accusations": Sign("compliance_step"),
        "the parties agreed on a statement": Sign("agreed_statement"),
        "an official of one party spoke for it": Sign("official_signal_positive"),
        "an official of one party spoke against it": Sign("official_signal_negative"),
        "an outsider refused to take part": Sign("third_party_refusal", "outsider"),
        "the outsiders that had refused accepted": Sign("third_party_acceptance", "refusers"),
    }
)


@dataclass(frozen=True)
class Signpost:
    """Effect of a possible act on the model's probability.

    Attributes
    ----------
    what : str
        The act in words, a key of `SIGNS`.
    kind : str
        Kind of the act.
    before, after : float
        Probabilities without it and with it, both within the same horizon.
    """

    what: str
    kind: str
    before: float
    after: float


def signposts(
    model: HazardModel, line: pd.DataFrame, dossier: Dossier, horizon: int, state: str = CAUSES[0], most: int = MOST
) -> list[Signpost]:
    """Possible acts that would move the model's probability by half a point or more.

    Each act is added to a copy of the dossier on the next day while ages and durations do not advance, and only
    covariates move: a property of the model, not a claim that the act would cause the ending. Of acts with the same
    effect on the covariates the first counts.

    Parameters
    ----------
    model : HazardModel
        Fitted model.
    line : pandas.DataFrame of one row
        Covariates of the case, see `training.case_lines`.
    dossier : Dossier
        The case that `line` was measured on.
    horizon : int
        Months, 1 to 120.
    state : {"formalized", "collapsed", "faded", "ongoing"}
        The state whose probability is compared.
    most : int
        Largest number of signposts.

    Returns
    -------
    list of Signpost
        The strongest first.
    """
    before = float(marginal_probabilities(model, line, UNCERTAIN, (horizon,))[STATES.index(state), 0])
    found, seen = [], [_measured(dossier)]
    for what, sign in SIGNS.items():
        values = _measured(planted(dossier, sign))
        if any(np.array_equal(values, other) for other in seen):
            continue
        seen.append(values)
        moved = marginal_probabilities(model, line_after(line, dossier, what), UNCERTAIN, (horizon,))
        after = float(moved[STATES.index(state), 0])
        found.append(Signpost(what, sign.kind, before, after))
    strong = [post for post in found if abs(post.after - post.before) >= LEAST]
    return sorted(strong, key=lambda post: -abs(post.after - post.before))[:most]


def line_after(line: pd.DataFrame, dossier: Dossier, what: str) -> pd.DataFrame:
    """Covariates of a case if a possible act became known on the next day; ages and durations do not advance.

    Parameters
    ----------
    line : pandas.DataFrame of one row
        Covariates of the case, see `training.case_lines`.
    dossier : Dossier
        The case that `line` was measured on.
    what : str
        The act, a key of `SIGNS`.

    Returns
    -------
    pandas.DataFrame of one row
        The covariates with the act.
    """
    values = _measured(planted(dossier, SIGNS[what]))
    return line.assign(**dict(zip(MODEL_FEATURES, values, strict=True)))


def planted(dossier: Dossier, sign: Sign) -> Dossier:
    """The dossier with the act added on the next day; unchanged where the act has no actor."""
    party = dossier.principals[:1] or ("",)
    actors = {
        "party": party,
        "parties": dossier.principals or party,
        "outsider": (OUTSIDER,),
        "refusers": refusing(dossier),
    }[sign.by]
    n, tomorrow = len(actors), dossier.today + 1
    acts = Acts(
        known=np.full(n, tomorrow),
        day=np.full(n, tomorrow),
        kind=np.full(n, KINDS.index(sign.kind)),
        actor=np.array(actors, dtype=object),
        inside=np.full(n, sign.by in ("party", "parties")),
    )
    return changed(dossier, acts=dossier.acts.followed_by(acts))


def _measured(dossier: Dossier) -> tuple[float, ...]:
    return tuple(FEATURES[name].measure(dossier) for name in MODEL_FEATURES)
