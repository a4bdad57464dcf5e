"""What stands beside the headline: its parts, other rates, the first registration's model, and the reference classes."""

from forecasting.documents.blocks import Section, Text
from forecasting.documents.case.headline import models_beside
from forecasting.documents.case.incidence import reference_classes
from forecasting.documents.case.verdict import DESIGNS
from forecasting.documents.compose import joined, section, text
from forecasting.documents.quantities import share
from forecasting.documents.values import Fields
from forecasting.documents.wording import limit_words


def beside(content: Fields) -> Section:
    """Other numbers for the same question, and what is known of the first registration's model."""
    return section(models_beside(content), _first(content), reference_classes(content))


def _first(content: Fields) -> Text:
    """The first registration's model: why it abstains or is widened, and its backtest skill on formalization."""
    return joined([part for part in (_limited(content), _skill(content)) if part is not None], " ")


def _limited(content: Fields) -> Text | None:
    limit = content["hazard_model"]["limit"]
    why = limit_words(limit)
    if limit["status"] == "abstained":
        return text("The hazard model of the first registration gives no number here: {why}.", why=why)
    said = "The first registration's interval is widened to contain the base rate's, because {why}."
    return text(said, why=why) if why else None


def _skill(content: Fields) -> Text:
    found = [
        text(f"{{skill}} {DESIGNS[item['design']]}", skill=share(item["skill"], item["lower"], item["upper"]))
        for item in content["hazard_model"]["skill"]
        if item["skill"] is not None
    ]
    if not found:
        return text("The out-of-sample skill of the first registration's model is not known for this record.")
    return text("The skill of the first registration's model on formalization: {skills}.", skills=joined(found))
