"""Every number proved: derived again, or told from its sources to the page. Libraries are imported where needed."""

import json
from dataclasses import asdict
from pathlib import Path


def verify(path: str, data: Path | None, artefacts: Path, refit: bool, as_json: bool) -> int:
    """Say if it was made from something else than what is at hand, then the first difference; 1 if there is one."""
    from forecasting.verify import Trusted
    from forecasting.verify import verify as derive

    came = derive(path, Trusted(data, None if refit else artefacts))
    if as_json:
        print(json.dumps(asdict(came), indent=1, ensure_ascii=False))
        return 1 if came.differences else 0
    for said in (*came.made_from, *came.notes):
        print(said)
    if not came.differences:
        print(f"no difference: {came.n} values of {came.subject} derived again")
        return 0
    print(came.differences[0])
    count = len(came.differences)
    others = "that is the only difference" if count == 1 else f"and {count - 1} more (--json lists all)"
    print(f"{others}, of {came.n} values of {came.subject} derived again")
    return 1


def explain(path: str, asked: str, data: Path | None, artefacts: Path, refit: bool, as_json: bool) -> None:
    """Print the chain of one number, from its sources to the page."""
    from forecasting.verify import Trusted
    from forecasting.verify import explain as tell
    from forecasting.verify.told import chain_text

    chain = tell(path, asked, Trusted(data, None if refit else artefacts))
    print(json.dumps(chain, indent=1, ensure_ascii=False) if as_json else chain_text(chain))
