"""How far to trust the headline: what it rests on, its period, and how it depends on other choices."""

from forecasting.documents.blocks import Section
from forecasting.documents.case.confidence import sensitivity
from forecasting.documents.case.headline import basis, both_ends, unconfirmed
from forecasting.documents.case.verdict import period
from forecasting.documents.compose import items, section
from forecasting.documents.values import Fields


def trust(content: Fields) -> Section:
    """What the number is pooled of, what it averages over, the skill by period, and the spread under other choices."""
    told = [basis(content["headline"]), both_ends(content), unconfirmed(content), period(content)]
    return section(items(each for each in told if each is not None), *sensitivity(content))
