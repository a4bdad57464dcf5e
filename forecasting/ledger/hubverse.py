"""Export of the ledger in the layout of a forecasting hub (hubverse): a CSV per model and day, and what describes them.

Live forecasts are under `forecasting-MODEL`, replays under `forecasting-MODEL_replay`; what a person or market said is
under `beside-NAME`, where all states are known of it: a hub asks for all. `admin.json`, which names the people who run
a hub, is written only where there is none. See https://docs.hubverse.io, schema version 6.0.0.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecasting.ledger.chain import read_chain
from forecasting.ledger.entries import LIVE_DAYS
from forecasting.ledger.submissions import TEAM, submissions
from forecasting.record.descriptor import AUTHOR
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError, shown
from forecasting.store.files import write_whole

SCHEMA = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0/{}-schema.json"
UNPUBLISHED = "unpublished/forecasting"
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
COLUMNS = ("origin_date", "target", "horizon", "case_id", "output_type", "output_type_id", "value")
TARGET_NAMES = {
    "concluded": "State of an informal arrangement; formalized once a binding text is signed or adopted",
    "in_force": "State of an informal arrangement; formalized once a binding text is in force",
}

TEXTS = ("team_name", "team_abbr", "model_name", "model_abbr", "model_version", "methods", "license")
METADATA_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Description of a model",
    "type": "object",
    "properties": {name: {"type": "string"} for name in TEXTS} | {"designated_model": {"type": "boolean"}},
    "required": [*TEXTS, "designated_model"],
    "additionalProperties": False,
}


def export(folder: Path | str, out: Path | str, repository: str = UNPUBLISHED) -> list[Path]:
    """Write the forecasts of a ledger in the layout of a hub, atomically.

    Parameters
    ----------
    folder
        The folder of the ledger.
    out
        The folder of the hub; `model-output/`, `model-metadata/` and `hub-config/` are written below it.
    repository
        Owner and name of the hub's repository, for `admin.json`.

    Returns
    -------
    list of Path
        The files, in the order of writing.

    Raises
    ------
    UsageError
        The ledger holds no forecast, `repository` is not OWNER/NAME, or `out` cannot be written.
    LedgerError
        The ledger has faults.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     export(folder, Path(folder, "hub"))[-1].name
    'tasks.json'
    """
    if not REPOSITORY.fullmatch(repository):
        raise UsageError(f"expected a repository as OWNER/NAME, got {shown(repository)}; correct --repository")
    submitted = list(submissions(read_chain(folder)))
    if not any(one.team == TEAM for one in submitted):
        raise UsageError(f"expected a ledger with forecasts, got none in {folder}; issue one first")
    lines: dict[Path, list[tuple[Any, ...]]] = defaultdict(list)
    described: dict[str, dict[str, Any]] = {}
    for one in submitted:
        described[one.name] = one.metadata
        lines[Path("model-output") / one.name / f"{one.as_of}-{one.name}.csv"] += one.rows
    contents = {Path(out) / path: _csv(rows) for path, rows in lines.items()}
    for name, metadata in described.items():
        contents[Path(out) / "model-metadata" / f"{name}.yml"] = _json(metadata)
    config = Path(out) / "hub-config"
    contents[config / "model-metadata-schema.json"] = _json(METADATA_SCHEMA)
    if not (config / "admin.json").exists():
        contents[config / "admin.json"] = _json(admin(repository))
    contents[config / "tasks.json"] = _json(tasks([row for one in submitted for row in one.rows]))
    write_whole(contents, "--out")
    return list(contents)


def admin(repository: str) -> dict[str, Any]:
    """`admin.json` of a hub in that repository."""
    owner, name = repository.split("/")
    return {
        "schema_version": SCHEMA.format("admin"),
        "name": "Informal arms control arrangements",
        "maintainer": AUTHOR,
        "contact": {"name": AUTHOR},
        "repository": {"host": "github", "owner": owner, "name": name},
        "file_format": ["csv"],
        "timezone": "Atlantic/Reykjavik",  # UTC all year round; the schema does not list UTC itself
    }


def tasks(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """`tasks.json` of a hub that accepts these rows of `COLUMNS`."""
    targets = sorted({row[1] for row in rows})
    values = {
        "origin_date": sorted({row[0].isoformat() for row in rows}),
        "target": targets,
        "horizon": sorted({row[2] for row in rows}),
        "case_id": sorted({row[3] for row in rows}),
    }
    task = {
        "task_ids": {name: {"required": None, "optional": found} for name, found in values.items()},
        "output_type": {
            "pmf": {
                "output_type_id": {"required": list(STATES)},
                "value": {"type": "double", "minimum": 0, "maximum": 1},
                "is_required": True,
            }
        },
        "target_metadata": [_target(target) for target in targets],
    }
    due = {"relative_to": "origin_date", "start": 0, "end": LIVE_DAYS}
    rounds = {"round_id_from_variable": True, "round_id": "origin_date", "model_tasks": [task], "submissions_due": due}
    return {"schema_version": SCHEMA.format("tasks"), "rounds": [rounds]}


def _target(target: str) -> dict[str, Any]:
    return {
        "target_id": target,
        "target_name": TARGET_NAMES[target],
        "target_units": "state",
        "target_type": "nominal",
        "target_keys": {"target": target},
        "is_step_ahead": True,
        "time_unit": "month",
    }


def _json(held: dict[str, Any]) -> bytes:
    return (json.dumps(held, indent=2) + "\n").encode()


def _csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue().encode()
