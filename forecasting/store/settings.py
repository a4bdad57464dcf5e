"""Names of the settings that the environment may give."""

from typing import Final

LEDGER_SETTING: Final = "FORECASTING_LEDGER"
"""The folder of the ledger."""
