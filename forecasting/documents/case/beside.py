"""What stands beside the headline: its parts, other rates, the first registration's model, reference classes."""

from forecasting.documents.blocks import Section, Text
from forecasting.documents.case.headline import models_beside
from forecasting.documents.case.incidence import reference_classes
from forecasting.documents.compose import section, text
from forecasting.documents.values import Fields
from forecasting.documents.wording import limit_words


def beside(content: Fields) -> Section:
    """Other numbers for the same question, and what limits the first registration's model."""
    return section(models_beside(content), _limited(content), reference_classes(content))


def _limited(content: Fields) -> Text | None:
    limit = content["hazard_model"]["limit"]
    why = limit_words(limit)
    if limit["status"] == "abstained":
        return text("The hazard model of the first registration gives no number here: {why}.", why=why)
    said = "The first registration's interval is widened to contain the base rate's, because {why}."
    return text(said, why=why) if why else None
