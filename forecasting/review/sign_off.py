"""The review gate: a report is a draft until a named person has approved exactly the page that stands there."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecasting.store.errors import UsageError, shown
from forecasting.store.files import write_whole

APPROVALS = "approvals.jsonl"
DRAFT, APPROVED, EDITED = "draft", "approved", "edited after approval"


def review_of(folder: Path, page: str, sha256: str) -> dict[str, Any]:
    """The standing of a page, named relative to the folder of all reports, whose content has this hash.

    `status` is draft, approved, or edited after approval; for the last two, who approved, when, and which content.
    """
    own = [line for line in approvals(folder) if line["report"] == page]
    same = [line for line in own if line["sha256"] == sha256]
    if not own:
        return {"status": DRAFT}
    line = (same or own)[-1]
    return {
        "status": APPROVED if same else EDITED,
        "by": line["by"],
        "approved": line["approved"],
        "sha256": line["sha256"],
    }


def approve(report: str | Path, by: str, folder: str | Path = "reports") -> dict[str, Any]:
    """Sign a page off: appends who, when and the page's sha256 to `approvals.jsonl`; returns that line.

    Raises `UsageError` for a path that is no page of a report below `folder`, and for a name that is none.
    """
    root, page = Path(folder).resolve(), Path(report).resolve()
    if not by.strip() or not by.isprintable():
        raise UsageError(f"wanted the name of who approves, --by NAME; came {shown(by)}")
    if page.suffix != ".html" or not page.is_file() or root not in page.parents:
        raise UsageError(f"wanted the page (.html) of a report below {folder}; came {shown(str(report))}")
    if not page.with_suffix(".json").is_file():
        raise UsageError(f"wanted a page with its JSON file beside it; came {shown(str(report))}")
    sha256 = hashlib.sha256(page.read_bytes()).hexdigest()
    sidecar = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    rendered = sidecar.get("rendering", {}).get("html_sha256")
    if rendered != sha256:
        raise UsageError(
            f"wanted the page as it was rendered, sha256 {rendered}; came {sha256}: edited by hand. Render it again"
        )
    name = page.relative_to(root).as_posix()
    line = {
        "report": name,
        "by": by.strip(),
        "approved": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": sha256,
    }
    written = [*approvals(root), line]
    sidecar["review"] = {"status": APPROVED, **{key: line[key] for key in ("by", "approved", "sha256")}}
    write_whole(
        {
            page.with_suffix(".json"): sidecar_bytes(sidecar),
            root / APPROVALS: "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in written).encode(),
        }
    )
    return line


def approvals(folder: Path) -> list[dict[str, Any]]:
    """Every line of the folder's `approvals.jsonl`, oldest first."""
    path = folder / APPROVALS
    if not path.is_file():
        return []
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [{key: str(line[key]) for key in ("report", "by", "approved", "sha256")} for line in lines]
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"wanted {path} as lines of JSON with report, by, approved, sha256; came {error}") from None


def sidecar_bytes(content: dict[str, Any]) -> bytes:
    """A sidecar as it stands on disk."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
