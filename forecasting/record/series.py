"""Country-year series as known on a day."""

from dataclasses import dataclass

from forecasting.record.history import History


@dataclass(frozen=True)
class Stockpiles:
    """Stockpiled warheads in the last year that had ended: of the parties, of the world, and of named others."""

    year: int
    parties: dict[str, int]
    world: int
    others: dict[str, int]
    sources: tuple[str, ...]

    @property
    def share(self) -> float:
        """The parties' share of the world's stockpiled warheads, from 0 to 1."""
        return sum(self.parties.values()) / self.world


def stockpiles(history: History, parties: tuple[str, ...], others: tuple[str, ...] = ()) -> Stockpiles | None:
    """The stockpiles known on the history's day; None where no party had warheads in the last year known."""
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
