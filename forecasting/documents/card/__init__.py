"""The model card: what the model is and how good it is, made from record, artefact, results and code, and checkable."""

from forecasting.documents.card.content import SECTIONS, card_content
from forecasting.documents.card.diff import differences
from forecasting.documents.card.document import card_html, card_markdown
from forecasting.documents.card.form import Card, card_bytes, read_card
from forecasting.documents.card.keeping import check_card, make_card, show_card, sign_card
from forecasting.documents.card.recount import recount
from forecasting.documents.difference import Difference

__all__ = [
    "SECTIONS",
    "Card",
    "Difference",
    "card_bytes",
    "card_content",
    "card_html",
    "card_markdown",
    "check_card",
    "differences",
    "make_card",
    "read_card",
    "recount",
    "show_card",
    "sign_card",
]
