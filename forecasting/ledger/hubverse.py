"""Export of the ledger in the layout of a forecasting hub (hubverse): a CSV per model and day, and what describes them.

Live forecasts are under `forecasting-MODEL`, replays under `forecasting-MODEL_replay`. `admin.json`, which names the
people who run a hub, is written only where there is none. See https://docs.hubverse.io, schema version 6.0.0.
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
from forecasting.ledger.entries import LIVE, LIVE_DAYS, Issue
from forecasting.models import HEADLINE
from forecasting.models.register import REGISTER
from forecasting.record.descriptor import AUTHOR, LICENCE
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError, shown
from forecasting.store.files import write_whole

SCHEMA = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0/{}-schema.json"
TEAM = "forecasting"
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
    issues = [link.entry for link in read_chain(folder).links if isinstance(link.entry, Issue)]
    if not issues:
        raise UsageError(f"expected a ledger with forecasts, got none in {folder}; issue one first")
    lines: dict[Path, list[tuple[Any, ...]]] = defaultdict(list)
    models: dict[str, Issue] = {}
    for issue in issues:
        name = f"{TEAM}-{issue.model}{'' if issue.kind == LIVE else '_replay'}"
        models[name] = issue
        lines[Path("model-output") / name / f"{issue.as_of}-{name}.csv"] += _rows(issue)
    contents = {Path(out) / path: _csv(rows) for path, rows in lines.items()}
    for name, issue in models.items():
        contents[Path(out) / "model-metadata" / f"{name}.yml"] = _json(metadata(issue))
    config = Path(out) / "hub-config"
    contents[config / "model-metadata-schema.json"] = _json(METADATA_SCHEMA)
    if not (config / "admin.json").exists():
        contents[config / "admin.json"] = _json(admin(repository))
    contents[config / "tasks.json"] = _json(tasks(issues))
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


def metadata(issue: Issue) -> dict[str, Any]:
    """Description of a model, live and in replay apart; JSON, which is YAML too."""
    replayed = "" if issue.kind == LIVE else "_replay"
    known = REGISTER.get(issue.model)
    return {
        "team_name": AUTHOR,
        "team_abbr": TEAM,
        "model_name": f"{issue.model}{' in replay' if replayed else ''}",
        "model_abbr": f"{issue.model}{replayed}",
        "model_version": issue.code.version,
        "methods": known.what if known else "A model of an earlier version of the package.",
        "license": LICENCE["name"],
        "designated_model": issue.model == HEADLINE and not replayed,
    }


def tasks(issues: Sequence[Issue]) -> dict[str, Any]:
    """`tasks.json` of a hub that accepts these forecasts."""
    targets = sorted({issue.target for issue in issues})
    values = {
        "origin_date": sorted({issue.as_of.isoformat() for issue in issues}),
        "target": targets,
        "horizon": sorted({horizon for issue in issues for horizon in issue.horizons}),
        "case_id": sorted({forecast.case_id for issue in issues for forecast in issue.forecasts}),
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


def _rows(issue: Issue) -> list[tuple[Any, ...]]:
    return [
        (issue.as_of, issue.target, horizon, forecast.case_id, "pmf", state, value)
        for forecast in issue.forecasts
        for horizon, row in zip(issue.horizons, forecast.probability, strict=True)
        for state, value in zip(STATES, row, strict=True)
    ]


def _json(held: dict[str, Any]) -> bytes:
    return (json.dumps(held, indent=2) + "\n").encode()


def _csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue().encode()
