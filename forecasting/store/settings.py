"""Names of the settings that the environment may give."""

from typing import Final

LEDGER_SETTING: Final = "FORECASTING_LEDGER"
"""The folder of the ledger."""
LEDGER_FOLDER: Final = "ledger"
"""Name of that folder where none is named: in the working directory, or beside the record."""
