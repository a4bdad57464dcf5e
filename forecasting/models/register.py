"""Every model of the project by name: its status, what it is, and where it was registered."""

from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["headline", "beside", "component", "explanatory", "retired"]
POOL: Final = "pool"
"""Name of the opinion pool: no model that is fitted, but made of those that are, see `ledger.pool`."""
FIRST_REGISTRATION: Final = "Registration 1"
SECOND_REGISTRATION: Final = "Registration 2"
REGISTRATIONS: Final = "data/REGISTRATION.md"


@dataclass(frozen=True)
class Registered:
    """A model of the project.

    Attributes
    ----------
    name : str
        Name, as `forecast --models` takes it.
    status : {"headline", "beside", "component", "explanatory", "retired"}
        The published forecast; one that stands beside it; a part of it; one that explains and does not forecast; one
        that is no longer fitted.
    what : str
        What it is, in one sentence.
    registration : str
        Section of `data/REGISTRATION.md` that fixes it; empty for a model that no registration names.

    Examples
    --------
    >>> REGISTER["ladder"].status
    'headline'
    """

    name: str
    status: Status
    what: str
    registration: str


_ALL: Final = (
    Registered(
        "ladder", "headline", "Linear pool of 75 % ladder_model and 25 % base_rate, for all three endings.",
        SECOND_REGISTRATION,
    ),
    Registered(
        "ladder_model", "component",
        "Monthly hazard of the endings by the state on the ladder, and a Markov chain over its states; recalibrated.",
        SECOND_REGISTRATION,
    ),
    Registered(
        "base_rate", "component",
        "Monthly hazard of each ending by age alone, gaps counted by what would have been noticed; the reference.",
        SECOND_REGISTRATION,
    ),
    Registered(
        "recent_base_rate", "beside", "The base rate in which a person-month's weight halves every 20 years.",
        SECOND_REGISTRATION,
    ),
    Registered(
        "type_base_rate", "beside", "The base rate by type of arrangement, pooled towards the overall one.",
        SECOND_REGISTRATION,
    ),
    Registered(
        "rivalry_base_rate", "beside",
        "The base rate by type and rivalry of the parties, pooled towards the overall one.", "",
    ),
    Registered(
        POOL, "beside",
        "Linear opinion pool, equally weighted, of ladder, the base rates and what people entered in a ledger.", "",
    ),
    Registered(
        "primary", "beside",
        "Penalised multinomial hazard on stacked landmarks, recalibrated, with 25 % of a base rate of its own.",
        FIRST_REGISTRATION,
    ),
    Registered(
        "plain_logit", "explanatory",
        "Unpenalised multinomial logit on the months of the first registration's model.", "",
    ),
)  # fmt: skip
REGISTER: Final[dict[str, Registered]] = {each.name: each for each in _ALL}
"""Models by name, the headline first."""
