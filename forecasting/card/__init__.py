"""The model card: what the model is and how good it is, made from record, artefact, results and code, and checkable."""

from forecasting.card.content import SECTIONS, card_content
from forecasting.card.diff import Difference, differences
from forecasting.card.form import Card, card_bytes, read_card
from forecasting.card.keeping import check_card, make_card, show_card, sign_card
from forecasting.card.markdown import card_markdown
from forecasting.card.page import card_html
from forecasting.card.recount import recount

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
