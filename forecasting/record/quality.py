"""Counts of what the record rests on: assumed days, sources that no coder opened, verdicts of the audit."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from forecasting.record.history import History
from forecasting.record.vocabulary import TARGETS


@dataclass(frozen=True)
class Part:
    """How many (`n`) of how many (`of`)."""

    n: int
    of: int

    @property
    def share(self) -> float | None:
        """The share in [0, 1]; None of nothing."""
        return self.n / self.of if self.of else None


def assumed_days(history: History) -> dict[str, Part]:
    """Days on which something became known that nobody looked up, by column.

    Such a day was set to the day on which it happened, the earliest possible: a forecast may then see it too early.
    Endings are counted under the first target only, since most cases have the same ending under both.
    """
    cases, outcomes = (history.record.tables[name].cells for name in ("cases", "outcomes"))
    ended = outcomes[(outcomes["target"] == TARGETS[0]) & (outcomes["cause"] != "")]
    return {
        "start_known_date": _part(cases["start_known_assumed"] == "1"),
        "end_known_date": _part(ended["end_known_assumed"] == "1"),
    }


def unopened_sources(history: History) -> Part:
    """Sources whose page no coder opened."""
    return _part(history.sources["seen"] != 1)


def audit_verdicts(history: History) -> dict[str, int]:
    """How many coded facts were held against a page with each verdict, the most frequent first."""
    verdicts = history.record.tables["audit"].cells["verdict"]
    counts = verdicts.groupby(verdicts, sort=False).size().sort_values(ascending=False, kind="stable")
    return {str(verdict): int(n) for verdict, n in counts.items()}


def _part(flags: "pd.Series[Any]") -> Part:
    return Part(int(flags.sum()), len(flags))
