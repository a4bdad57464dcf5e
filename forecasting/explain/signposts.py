"""Signposts: the forecast of the hazard model if a possible act became known on the next day."""

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
    """If `what` became known the day after, a probability `before` would be `after`, both within the same horizon."""

    what: str
    kind: str
    before: float
    after: float


def signposts(
    model: HazardModel, line: pd.DataFrame, dossier: Dossier, horizon: int, state: str = CAUSES[0], most: int = MOST
) -> list[Signpost]:
    """At most `most` possible acts that would move the model by half a point or more, the strongest first.

    `line` is the case's line of covariates (`training.case_lines`), `dossier` what it was measured on. Each act is
    planted in a copy of the dossier on the next day while the clocks stand still, and only covariates move: a fact
    about the model, not a claim that the act would cause the ending. Of acts that do the same the first counts.
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
    """The case's line of covariates if `what`, one of `SIGNS`, became known the day after; its clocks stand still."""
    values = _measured(planted(dossier, SIGNS[what]))
    return line.assign(**dict(zip(MODEL_FEATURES, values, strict=True)))


def planted(dossier: Dossier, sign: Sign) -> Dossier:
    """The dossier with the act added on the day after its own; without anyone to do it, the dossier as it was."""
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
