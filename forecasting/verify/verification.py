"""What came of deriving something again."""

from dataclasses import dataclass

from forecasting.documents.difference import Difference


@dataclass(frozen=True)
class Verification:
    """What came of deriving something again.

    `n`: how many values were compared; `made_from`: in what record or code it differs from those at hand, if it does;
    `notes`: where fitted models came from, and what was not checked; `differences`, in the order of the thing itself.
    """

    subject: str
    n: int
    made_from: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
