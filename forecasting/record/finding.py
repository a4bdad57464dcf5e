"""Cases found by words, parties, domain, rung and outcome."""

from collections.abc import Sequence

import pandas as pd

from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.suggestions import parties_like
from forecasting.record.vocabulary import DOMAINS, LADDERS, ONGOING, STATES, TARGETS, TYPES
from forecasting.record.words import folded
from forecasting.store.errors import UsageError, require_text, shown

COLUMNS = ("case_id", "name", "start", "parties", "domain", "type", "state", "level", "strain", "last_seen")


def find_cases(
    history: History,
    words: str = "",
    *,
    party: str | None = None,
    domain: str | None = None,
    rung: int | None = None,
    outcome: str | None = None,
    target: str = TARGETS[0],
) -> pd.DataFrame:
    """Cases known on a day that have every word in their name, id, parties, type, domain or summary.

    Parameters
    ----------
    history : History
        The record as of the day.
    words : str
        Words or parts of them, whatever their case and accents; empty for every case.
    party : str, optional
        Code or name of a state or other actor that is a party.
    domain : str, optional
        One of `vocabulary.DOMAINS`.
    rung : int, optional
        Level on the way to a binding text, 0 to 5, as known on the day.
    outcome : {"formalized", "collapsed", "faded", "ongoing"}, optional
        What is known to have become of it.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`: those with the words in their name or id first, of these the open ones, then by start.
        `level` and `strain` are those of open cases.

    Raises
    ------
    UsageError
        For a party, domain, rung or outcome that there is not.

    Examples
    --------
    >>> from forecasting import load_history
    >>> find_cases(load_history(), "new start")["case_id"].tolist()[:1]
    ['new-start-post-expiry-2026']
    """
    require_text("words", words)
    check_filters(domain, rung, outcome, target)
    cases = history.cases.sort_values(["start_date", "case_id"])
    names = history.parties.set_index("code")["name"]
    outcomes = history.outcomes
    causes = outcomes[outcomes["target"] == target].set_index("case_id")["cause"]
    code = _code(history, party) if party is not None else None
    asked = [folded(word) for word in words.split()]
    rows = []
    for case in cases.to_dict(orient="records"):
        state = causes[case["case_id"]] or ONGOING
        codes = case["parties"].split(";")
        if (code and code not in codes) or (domain and case["domain"] != domain) or (outcome and state != outcome):
            continue
        near = folded(f"{case['case_id']} {case['name']}")
        kind = f"{case['type']} {TYPES[case['type']]} {case['domain']}"
        whole = near + folded(f"{case['parties']} {' '.join(names[codes])} {kind} {case['summary']}")
        if not all(word in whole for word in asked):
            continue
        view = history.case(case["case_id"], target) if state == ONGOING else None
        levels = _levels(view)
        if rung is None or levels[0] == rung:
            order = not all(word in near for word in asked), state != ONGOING
            rows.append((order, _row(case, state, levels, view, names)))
    rows.sort(key=lambda row: row[0])
    found = pd.DataFrame([row for _, row in rows], columns=list(COLUMNS))
    return found.astype({"level": "Int64", "strain": "Int64"})


def check_filters(domain: object, rung: object, outcome: object, target: object) -> None:
    """`UsageError` for a filter that no case can pass."""
    for name, given, known in (
        ("domain", domain, DOMAINS), ("outcome", outcome, STATES), ("rung", rung, tuple(range(6))),
        ("target", target, TARGETS),
    ):  # fmt: skip
        if given is not None and (isinstance(given, bool) or given not in known):
            raise UsageError(f"expected {name} as one of {', '.join(map(str, known))}, got {shown(given)}")


def _code(history: History, party: str) -> str:
    """Code of a party given by code or name."""
    like = parties_like(str(party), history.parties)
    exact = [code for code, name in like if folded(str(party)) in (folded(code), folded(name))]
    if exact:
        return exact[0]
    did = f"did you mean {', '.join(f'{code} ({name})' for code, name in like)}?" if like else "see parties.csv"
    raise UsageError(f"expected party as a code or name of parties.csv, got {shown(party)}; {did}")


def _levels(view: Dossier | None) -> tuple[int | None, int | None]:
    if view is None:
        return None, None
    first, second = (view.on_ladder(ladder).level for ladder in LADDERS)
    return first, second


def _row(
    case: dict[str, str], state: str, levels: Sequence[int | None], view: Dossier | None, names: "pd.Series[str]"
) -> tuple[object, ...]:
    start = pd.Timestamp(case["start_date"]).date().isoformat()
    parties = ", ".join(names[case["parties"].split(";")])
    seen = view.last_seen.isoformat() if view is not None else None
    return (case["case_id"], case["name"], start, parties, case["domain"], case["type"], state, *levels, seen)
