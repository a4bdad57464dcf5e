"""The ledger: forecasts as issued, their resolution and their scores, in append-only files chained by sha256."""

from forecasting.ledger.additions import add, read_opinions, retract
from forecasting.ledger.chain import Chain, read_chain, verify
from forecasting.ledger.changes import EntryChanges, entry_changes
from forecasting.ledger.conditionals import issue_conditional
from forecasting.ledger.elsewhere import hub_opinions, metaculus_opinions
from forecasting.ledger.hubverse import export
from forecasting.ledger.issue import MODELS_ISSUED, issue, open_forecasts, open_lineage, replay
from forecasting.ledger.pool import fitted_for, pool, pool_forecast, with_pool
from forecasting.ledger.questions import question, read
from forecasting.ledger.resolve import resolve
from forecasting.ledger.score import Scorecard, score
from forecasting.ledger.writer import Written, append

__all__ = [
    "MODELS_ISSUED",
    "Chain",
    "EntryChanges",
    "Scorecard",
    "Written",
    "add",
    "append",
    "entry_changes",
    "export",
    "fitted_for",
    "hub_opinions",
    "issue",
    "issue_conditional",
    "metaculus_opinions",
    "open_forecasts",
    "open_lineage",
    "pool",
    "pool_forecast",
    "question",
    "read",
    "read_chain",
    "read_opinions",
    "replay",
    "resolve",
    "retract",
    "score",
    "verify",
    "with_pool",
]
