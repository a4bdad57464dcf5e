"""Sign-off of pages: a report is a draft until a named person approves exactly the page in the folder."""

from pathlib import Path
from typing import Any

from forecasting.review.log import SignOff, append, now, require_name, sign_offs
from forecasting.review.sidecar import PAGE, read_sidecar, sidecar_bytes
from forecasting.review.status import APPROVED, DRAFT, EDITED
from forecasting.store.errors import UsageError, shown
from forecasting.store.files import found_at


def review_of(folder: Path, page: str, sha256: str) -> dict[str, Any]:
    """The sign-off status of a page.

    Parameters
    ----------
    folder
        The folder of all reports.
    page
        Path of the page, relative to `folder`.
    sha256
        Hash of its present content.

    Returns
    -------
    dict
        `status` (draft, approved, or edited after approval) and, unless it is a draft, `by`, `approved` (time) and
        `sha256` of the approval.

    Raises
    ------
    ForeignFileError
        The log is faulty.

    Examples
    --------
    >>> review_of(Path("no-such-folder"), "cases/a/2026-02-05.html", "0" * 64)
    {'status': 'draft'}
    """
    own = [line for line in sign_offs(folder) if line.document == page]
    same = [line for line in own if line.sha256 == sha256]
    if not own:
        return {"status": DRAFT}
    return _told(APPROVED if same else EDITED, (same or own)[-1])


def approve(report: str | Path, by: str, folder: str | Path = "reports") -> SignOff:
    """Approve a page: add the approval to the log of the folder and to the JSON file of the page.

    Parameters
    ----------
    report
        The page (.html), unchanged since it was rendered, with its JSON file beside it.
    by
        Name of the reviewer.
    folder
        The folder of all reports, which holds the page and the log.

    Returns
    -------
    SignOff
        The line of the log.

    Raises
    ------
    UsageError
        The path is not a page below `folder`, the page was edited by hand, or the name is empty.

    Examples
    --------
    >>> import tempfile
    >>> from hashlib import sha256
    >>> from forecasting.review import sidecar_bytes
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Path(folder, "page.html")
    ...     _ = page.write_text("<p>A page.</p>")
    ...     content = {"rendering": {"html_sha256": sha256(page.read_bytes()).hexdigest()}}
    ...     _ = page.with_suffix(".json").write_bytes(sidecar_bytes(content))
    ...     approve(page, "A. Reader", folder).decision
    'approved'
    """
    for place in (Path(folder), Path(report)):
        if (found := found_at(place)) not in ("a folder", "a file", "no such folder"):
            raise UsageError(f"expected the page of a report below a folder, got {shown(str(place))}: {found}")
    root, page = Path(folder).resolve(), Path(report).resolve()
    require_name(by)
    if page.suffix != ".html" or not page.is_file() or root not in page.parents:
        raise UsageError(
            f"expected the page (.html) of a report below {folder}, got {shown(str(report))}; name the folder of the "
            "reports with --out"
        )
    if not page.with_suffix(".json").is_file():
        raise UsageError(f"expected a page with its JSON file beside it, got {shown(str(report))}; render it again")

    def compose(_: list[SignOff]) -> tuple[SignOff, dict[Path, bytes]]:
        sha256 = PAGE.sha256(page)
        sidecar, content = read_sidecar(page)
        if sidecar.rendering.html_sha256 != sha256:
            raise UsageError(
                f"expected the page as it was rendered, sha256 {sidecar.rendering.html_sha256 or 'none'}, "
                f"got {sha256}: edited by hand; render it again"
            )
        name = page.relative_to(root).as_posix()
        line = SignOff(document=name, sha256=sha256, by=by.strip(), at=now(), decision="approved")
        return line, {page.with_suffix(".json"): sidecar_bytes(content | {"review": _told(APPROVED, line)})}

    return append(root, compose)


def _told(status: str, line: SignOff) -> dict[str, Any]:
    return {"status": status, "by": line.by, "approved": line.at, "sha256": line.sha256}
