"""Features of the known endings of other cases. Inside a fold, withhold cases with `DossierIndex.without`."""

import math
from typing import Final

from forecasting.features.registry import feature
from forecasting.record.cases import Dossier
from forecasting.record.facts import NEVER, Endings, Flags, kinds, months_from
from forecasting.record.months import DAYS_PER_MONTH
from forecasting.record.vocabulary import CAUSES

CLIMATE_MONTHS: Final = 180.0
CLASS_WEIGHT: Final = 4.0
CLIMATE_WEIGHT: Final = 10.0
AGREED: Final = kinds("agreed_statement", "signature", "entry_into_force")
LONGEST_SILENCE: Final = 120.0


@feature(unit="share", minimum=0, maximum=1, role="model")
def dyad_record(dossier: Dossier) -> float:
    """Share of the same parties' other known endings that were formal, shrunk by four to the share overall.

    States judge each other by past conduct (Crescenzi 2007), and a pair that meets again and again can make
    today's bargain rest on the last one (Axelrod and Keohane 1985).
    """
    endings = dossier.endings
    return _share("formalized", endings, endings.same_dyad, CLASS_WEIGHT)


@feature(unit="share", minimum=0, maximum=1, role="model")
def formalization_climate(dossier: Dossier) -> float:
    """Share of formal ones among other cases' endings that became known in the last 15 years, shrunk by ten.

    Treaty making comes in waves, as states learn from and compete with each other (Elkins and Simmons 2005;
    Finnemore and Sikkink 1998). The window moves with the day, so an age of treaties passes out of it.
    """
    endings = dossier.endings
    recent = endings.known > dossier.today - CLIMATE_MONTHS * DAYS_PER_MONTH
    return _share("formalized", endings, recent, CLIMATE_WEIGHT)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def dyad_collapse_record(dossier: Dossier) -> float:
    """Share of the same parties' other known endings that were collapses, shrunk by four to the share overall.

    Broken promises enter the reputation on which the next one is judged (Crescenzi 2007), and within a
    rivalry quarrels are not forgotten (Diehl and Goertz 2000).
    """
    endings = dossier.endings
    return _share("collapsed", endings, endings.same_dyad, CLASS_WEIGHT)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def type_record(dossier: Dossier) -> float:
    """Share of formal ones among known endings of the same form, shrunk by four endings to the share overall.

    States choose the form for the problem they face (Koremenos 2016; Raustiala 2005), so cases of one form
    share more than the form. Offered only: the model has the forms themselves.
    """
    endings = dossier.endings
    return _share("formalized", endings, endings.same_type, CLASS_WEIGHT)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def domain_record(dossier: Dossier) -> float:
    """Share of formal ones among known endings on the same weapons, shrunk by four endings to the share overall.

    What can be counted, hidden or given up differs by weapon, and with it what a treaty can hold (Jervis
    1978; Coe and Vaynman 2020).
    """
    endings = dossier.endings
    return _share("formalized", endings, endings.same_domain, CLASS_WEIGHT)


@feature(unit="log months", minimum=0, maximum=math.log1p(LONGEST_SILENCE), role="catalogue")
def dyad_agreement_age(dossier: Dossier) -> float:
    """Months since the parties last agreed on a text in any case, as log(1 + months), at most 120; 120 if never.

    States that keep agreeing find the next agreement easier, by practice and by trust (Kydd 2005; Axelrod
    and Keohane 1985). A clock, not a count: it ticks without any new event.
    """
    day = dossier.dyad.last(AGREED)
    return math.log1p(min(months_from(day, dossier.today), LONGEST_SILENCE) if day > NEVER else LONGEST_SILENCE)


def _share(cause: str, endings: Endings, among: Flags, weight: float) -> float:
    """Share of a cause among the flagged endings, shrunk to its share in all, and that to one of `CAUSES` alike."""
    overall = (endings.number(cause) + 1) / (len(endings.known) + len(CAUSES))
    return (endings.number(cause, among) + weight * overall) / (int(among.sum()) + weight)
