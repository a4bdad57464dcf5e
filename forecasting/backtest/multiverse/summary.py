"""Summary of a multiverse, its text, and its files."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.backtest.multiverse.refit import HEADLINE_MONTHS
from forecasting.backtest.multiverse.run import Multiverse
from forecasting.backtest.multiverse.specifications import FACTORS
from forecasting.record.files import RESULTS
from forecasting.record.reads import note_file
from forecasting.store.files import write_whole

MODEL = "ladder"
MOST_MOVING = 5
DIGITS = 6


def summary(found: Multiverse) -> dict[str, Any]:
    """Spread and shares of the skill and of each headline, with the codings that move the headline most.

    Parameters
    ----------
    found : Multiverse
        Results of every specification.

    Returns
    -------
    dict of str to object
        JSON types alone: `model`, `as_of`, `record_sha256`, `months`, `n_specifications`, `factors`, `skill` (on
        formalization), `skill_states`, `cases`.
    """
    return {
        "model": MODEL,
        "as_of": found.as_of.isoformat(),
        "record_sha256": found.record_sha256,
        "months": HEADLINE_MONTHS,
        "n_specifications": len(found.table),
        "factors": {name: list(levels) for name, levels in FACTORS.items()},
        "skill": _response(found, "skill"),
        "skill_states": _response(found, "skill_states"),
        "cases": {
            case: {
                "point": round(found.points[case], DIGITS),
                **_response(found, case),
                "codings": _codings(found, case),
            }
            for case in found.case_ids
        },
    }


def summary_text(found: Multiverse) -> str:
    """The summary as text, with shares in per cent and changes in percentage points.

    Parameters
    ----------
    found : Multiverse
        Results of every specification.

    Returns
    -------
    str
        Lines of text.
    """
    values = summary(found)
    lines = [f"{values['n_specifications']} specifications, as of {values['as_of']}", ""]
    blocks = {
        "skill on formalization over the base rate": values["skill"],
        "skill on the four states": values["skill_states"],
    } | {f"{case}, formalized within {values['months']} months": of_case for case, of_case in values["cases"].items()}
    for title, block in blocks.items():
        spread = block["spread"]
        lines.append(title)
        if "point" in block:
            lines.append(f"  published {block['point']:.3f}; without recalibration, as below:")
        lines.append(f"  registered {spread['registered']:.3f}, median {spread['median']:.3f}")
        lines.append(f"  four in five between {spread['lower']:.3f} and {spread['upper']:.3f}")
        lines.append(f"  all between {spread['least']:.3f} and {spread['most']:.3f}")
        lines += [f"  {100 * share:3.0f} %  {name}" for name, share in block["shares"].items() if share >= 0.01]
        lines += [
            f"  {100 * item['change']:+.1f} points  {item['alternative_id']}" for item in block.get("codings", [])
        ]
        lines.append("")
    return "\n".join(lines).rstrip()


def write_summary(found: Multiverse, out: Path) -> list[Path]:
    """Write the table of specifications and the summary, named by the as-of day.

    Parameters
    ----------
    found : Multiverse
        Results of every specification.
    out : Path
        Folder of the files.

    Returns
    -------
    list of Path
        The CSV file and the JSON file.

    Raises
    ------
    UsageError
        For a folder that cannot be written.
    """
    table = found.table.round(DIGITS).to_csv(index=False, lineterminator="\n")
    contents = {
        out / f"{found.as_of}.csv": table.encode(),
        out / f"{found.as_of}.json": json.dumps(summary(found), indent=1).encode() + b"\n",
    }
    write_whole(contents, "--out")
    return list(contents)


def read_summary(folder: Path, record_sha256: str, as_of: date) -> dict[str, Any] | None:
    """The latest summary of a record by a day, of the ladder forecast.

    Parameters
    ----------
    folder : Path
        Folder of the summaries.
    record_sha256 : str
        Hash of the record.
    as_of : date
        Latest day.

    Returns
    -------
    dict of str to object, or None
        See `summary`; None if there is none.
    """
    days = sorted((path for path in folder.glob("*.json") if path.stem <= as_of.isoformat()), reverse=True)
    for path in days:
        note_file(f"{folder.name}/{path.name}")
        found = RESULTS.json(path)
        if found["record_sha256"] == record_sha256 and found.get("model") == MODEL:
            return found
    return None


def _response(found: Multiverse, response: str) -> dict[str, Any]:
    spread = {name: round(value, DIGITS) for name, value in found.spread(response).items()}
    shares = {str(name): round(float(share), DIGITS) for name, share in found.shares(response).items()}
    return {"spread": spread, "shares": shares}


def _codings(found: Multiverse, case: str) -> list[dict[str, Any]]:
    rows = found.decisions[found.decisions["case_id"] == case].head(MOST_MOVING)
    return [
        {"alternative_id": row.alternative_id, "change": round(float(row.change), DIGITS)} for row in rows.itertuples()
    ]
