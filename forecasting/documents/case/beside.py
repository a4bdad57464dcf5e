"""What stands beside the headline: its parts, other rates, the first registration's model, reference classes."""

from forecasting.documents.blocks import Section, Text
from forecasting.documents.case.headline import models_beside
from forecasting.documents.case.incidence import reference_classes
from forecasting.documents.compose import section, text
from forecasting.documents.values import Fields
from forecasting.documents.wording import limit_words


def beside(content: Fields) -> Section:
    """Other numbers for the same question, and why the first registration's model gives none."""
    return section(models_beside(content), _limited(content), reference_classes(content))


def _limited(content: Fields) -> Text | None:
    limit = content["hazard_model"]["limit"]
    if limit["status"] != "abstained":
        return None
    return text("The hazard model of the first registration gives no number here: {why}.", why=limit_words(limit))
