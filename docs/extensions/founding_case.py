"""The forecast of the founding case on its first day, for the words of a page."""

import forecasting as fc
from forecasting.documents.wording import percent

CASE, DAY, MONTHS = "new-start-post-expiry-2026", "2026-02-05", 60


def founding_chances() -> dict[str, str]:
    """The headline's chance of each ending within five years, in per cent, as words of a page."""
    history = fc.load_history(as_of=DAY)
    table = fc.forecast(history, CASE, fitted=fc.fit_models(history, ["ladder"]), horizons=[MONTHS])
    rows = table[table["given"] == "all"].set_index("cause")["probability"]
    return {f"founding_{cause}": percent(float(chance)) for cause, chance in rows.items()}
