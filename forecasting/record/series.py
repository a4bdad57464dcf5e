"""Country-year series as known on a day."""

from dataclasses import dataclass

from forecasting.record.history import History


@dataclass(frozen=True)
class Stockpiles:
    """Stockpiled nuclear warheads in the last complete year known.

    Attributes
    ----------
    year : int
        The year.
    parties, others : dict of str to int
        Warheads of the parties and of other states, by code.
    world : int
        Warheads of all states.
    sources : tuple of str
        Source ids.

    Examples
    --------
    >>> Stockpiles(2025, {"USA": 3700, "RUS": 4300}, 10_000, {}, ()).share
    0.8
    """

    year: int
    parties: dict[str, int]
    world: int
    others: dict[str, int]
    sources: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the parties in the world's stockpiled warheads, in [0, 1]."""
        return sum(self.parties.values()) / self.world


def stockpiles(history: History, parties: tuple[str, ...], others: tuple[str, ...] = ()) -> Stockpiles | None:
    """Stockpiles known on the day of a history.

    Parameters
    ----------
    history : History
        The record as known on its day.
    parties, others : tuple of str
        Codes of the parties, and of other states to be listed.

    Returns
    -------
    Stockpiles or None
        None where no party had warheads in the last year known.
    """
    rows = history.warheads
    if rows.empty:
        return None
    latest = rows[rows["year"] == rows["year"].max()].set_index("code")
    held = {code: int(latest["warheads"][code]) for code in parties if code in latest.index}
    if not any(held.values()):
        return None
    return Stockpiles(
        year=int(rows["year"].max()),
        parties=held,
        world=int(latest["warheads"].sum()),
        others={code: int(latest["warheads"][code]) for code in others if code in latest.index},
        sources=tuple(sorted(set(latest["source_id"]))),
    )
