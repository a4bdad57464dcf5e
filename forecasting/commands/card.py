"""The model card: made, shown, checked, compared."""

import json
import sys
from pathlib import Path

SHOWN = 20


def make(data: Path | None, out: Path, version: str | None, artefacts: Path) -> None:
    """Write the card of a record and say where."""
    from forecasting.documents.card.keeping import make_card
    from forecasting.record.history import load_history

    for path in make_card(load_history(data), out, version, artefacts):
        print(path)


def check(data: Path | None, home: Path | None) -> int:
    """Say whether the latest card is of this record and code; 1 and what differs if it is not, else 0."""
    from forecasting.documents.card.home import home_of
    from forecasting.documents.card.keeping import check_card
    from forecasting.record.history import load_history

    history = load_history(data)
    path, found, said = check_card(history, home or home_of(history.record.folder))
    for line in (*said, *found[:SHOWN]):
        print(f"{path.name}: {line}", file=sys.stderr)
    if found:
        if len(found) > SHOWN:
            print(f"{path.name}: {len(found) - SHOWN} more", file=sys.stderr)
        print(f"{path}: not current. `forecasting card --out {path.parent}` makes it anew", file=sys.stderr)
        return 1
    print(f"{path}: current")
    return 0


def show(card: Path, data: Path | None, out: Path) -> None:
    """Write the pages of a kept card; a stale one says so on them and here."""
    from forecasting.documents.card.keeping import show_card
    from forecasting.store.package_data import shipped

    pages, stale = show_card(card, data or shipped("data"), out)
    for path in pages:
        print(path)
    for one in stale:
        print(f"stale: {one}", file=sys.stderr)


def diff(before: Path, after: Path, as_json: bool) -> None:
    """Print every difference of two cards."""
    from forecasting.documents.card.diff import differences
    from forecasting.documents.card.form import read_card

    found = differences(read_card(before), read_card(after))
    if as_json:
        told = [
            {"pointer": one.pointer, "section": one.section, "before": one.said, "after": one.found} for one in found
        ]
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    for one in found:
        print(one.change)
    if not found:
        print("no difference")
