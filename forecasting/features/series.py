"""Features from series that are kept for every year, irrespective of any case.

They serve the analyst and later registrations: no model uses them. A figure counts from when it was published, so that
the compiled series say nothing about most days of the past. Where nothing was known the value is 0.
"""

from typing import Final

from forecasting.features.registry import feature
from forecasting.record.cases import Dossier
from forecasting.record.facts import NEVER, months_from

FIRST_YEAR: Final = 12.0


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def leader_in_first_year(dossier: Dossier) -> float:
    """Whether a leader of a principal party has been in power for at most 12 months, by a list of all leaders.

    New leaders reset credit and blame (McGillivray and Smith 2000) and bring new coalitions (Mattes, Leeds and Carroll
    2015). Unlike acts coded case by case the list covers all states alike. Offered only.
    """
    return float(months_from(dossier.series.get("leader_since", NEVER), dossier.today) <= FIRST_YEAR)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def election_within_a_year(dossier: Dossier) -> float:
    """Whether a principal party held a national vote within the last 12 months.

    Elections change what a leader can win at home from an agreement (Putnam 1988), and those who audit it (Fearon
    1994). Offered only: the list ends in 2021.
    """
    return float(months_from(dossier.series.get("election_on", NEVER), dossier.today) <= FIRST_YEAR)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def senate_votes_wanting(dossier: Dossier) -> float:
    """Votes that a US president needs beyond the own party for two thirds of the Senate, as a share of its seats.

    Consent by two thirds gives the other party a veto (Tsebelis 2002), which shapes what is laid before it and when
    (Martin 2000; Lantis 2009). 0 without the United States. Offered only.
    """
    return dossier.series.get("votes_wanting", 0.0)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def nuclear_test_lately(dossier: Dossier) -> float:
    """Whether a principal party tested a nuclear explosive in the last two years of which the tests were counted.

    Who still tests sees a gain in it, and each test renews the other's fear (Jervis 1978); a halt is a move that can be
    answered (Osgood 1962). Offered only.
    """
    return dossier.series.get("tested", 0.0)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def rivals_on_the_list(dossier: Dossier) -> float:
    """Whether two principal parties are strategic rivals on the list published by the day.

    Rivals expect conflict and discount promises (Diehl and Goertz 2000), yet have most to gain from restraint
    (Schelling and Halperin 1961). Offered only: the list was published in 2022.
    """
    return dossier.series.get("rivals", 0.0)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def dispute_years(dossier: Dossier) -> float:
    """Share of the last ten years covered in which two principal parties stood in a militarized dispute.

    Disputes follow one another within a pair (Diehl and Goertz 2000), and a record of them colours what promises are
    worth (Crescenzi 2007). Offered only: each edition of the data came years after its last year.
    """
    return dossier.series.get("dispute_years", 0.0)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def nuclear_vote_distance(dossier: Dossier) -> float:
    """Distance of the principal parties on votes about nuclear weapons, as a share of that of the outermost states.

    Votes in the General Assembly show how far apart preferences are (Bailey, Strezhnev and Voeten 2017); the nearer,
    the wider the zone of agreement (Fearon 1998). Offered only: the estimates were published in 2020.
    """
    return dossier.series.get("vote_distance", 0.0)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def capability_balance(dossier: Dossier) -> float:
    """Material capabilities of the second strongest principal party as a share of the strongest's.

    Equals can settle on equal limits, while the stronger gives up more by them (Downs and Rocke 1990; Schelling and
    Halperin 1961). Offered only: the latest published year lags by many years.
    """
    return dossier.series.get("capability_balance", 0.0)
