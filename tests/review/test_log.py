"""The log of sign-offs: one form for pages and cards, older lines still read, nothing but added to, by one module."""

import ast
import json
from pathlib import Path

import pytest

import forecasting
from forecasting.review import APPROVALS, SignOff, append, review_of, sign_offs
from forecasting.store.errors import ForeignFileError, UsageError
from forecasting.store.lock import locked

PACKAGE = Path(forecasting.__file__).parent
LINE = SignOff(document="a.html", sha256="ab", by="Ada", at="2026-01-01T00:00:00+00:00", decision="approved")
PAGE = {"report": "a.html", "by": "Ada", "approved": "2026-01-01T00:00:00+00:00", "sha256": "ab"}
CARD = {"card": "card-0.1.0.json", "sha256": "cd", "by": "Bo", "at": "2026-01-02T00:00:00+00:00",
        "decision": "changes requested", "comment": "Say who paid.", "section": "uses"}  # fmt: skip


def test_lines_of_pages_and_of_cards_from_before_are_read_and_left_as_they_are(tmp_path):
    old = "".join(json.dumps(line) + "\n" for line in (PAGE, CARD))
    (tmp_path / APPROVALS).write_text(old)
    page, card = sign_offs(tmp_path)
    assert page == LINE
    assert (card.document, card.decision, card.section) == ("card-0.1.0.json", "changes requested", "uses")
    assert review_of(tmp_path, "a.html", "ab") == {
        "status": "approved", "by": "Ada", "approved": "2026-01-01T00:00:00+00:00", "sha256": "ab",
    }  # fmt: skip
    append(tmp_path, lambda before: (LINE, {}))
    text = (tmp_path / APPROVALS).read_text()
    assert text.startswith(old)
    assert json.loads(text.removeprefix(old)) == LINE.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    "line",
    [
        {key: value for key, value in CARD.items() if key != "decision"},
        PAGE | {"document": "b.html"},
        PAGE | {"decision": "perhaps"},
        CARD | {"colour": "red"},
        {"document": "a", "by": "Ada", "approved": "2026", "sha256": "ab"},
    ],
)
def test_a_line_that_is_neither_is_refused(tmp_path, line):
    (tmp_path / APPROVALS).write_text(json.dumps(line) + "\n")
    with pytest.raises(ForeignFileError, match=r"approvals\.jsonl row 1: expected a sign-off with "):
        sign_offs(tmp_path)


def test_a_log_that_is_a_link_is_not_read_and_none_is_empty(tmp_path):
    assert sign_offs(tmp_path) == []
    (tmp_path / APPROVALS).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ForeignFileError, match=r"expected a sign-off, got a symbolic link; mend that line"):
        sign_offs(tmp_path)


def test_what_compose_raises_leaves_everything_as_it_was(tmp_path):
    append(tmp_path, lambda before: (LINE, {tmp_path / "told": b"1"}))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def refuse(lines):
        assert lines == [LINE]
        raise UsageError("no")

    with pytest.raises(UsageError, match="^no$"):
        append(tmp_path, refuse)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    append(tmp_path, lambda lines: (LINE, {tmp_path / "told": b"2"}))
    assert len(sign_offs(tmp_path)) == 2 and (tmp_path / "told").read_bytes() == b"2"


def test_the_lock_is_held_while_a_sign_off_is_composed(tmp_path):
    def compose(_):
        with pytest.raises(UsageError, match="expected one writer at a time"), locked(tmp_path, wait=0):
            pytest.fail("two at once")
        return LINE, {}

    append(tmp_path, compose)


def lines_files_written(source):
    """Names of variables and texts in calls of `write_whole` that stand for a file of lines."""
    names = {"APPROVALS", "MANIFEST", "log"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("write_whole"):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and str(part.value).endswith(".jsonl"):
                    yield part.value
                if isinstance(part, ast.Name) and part.id in names:
                    yield part.id


def test_files_of_lines_are_written_by_the_log_and_the_manifest_alone():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if list(lines_files_written(path.read_text(encoding="utf-8")))
    }
    assert found == {"review/log.py", "publish/site.py"}  # the site holds a copy of the log, as the log reads it
    assert list(lines_files_written('write_whole({folder / "approvals.jsonl": b""})')) == ["approvals.jsonl"]
    assert list(lines_files_written("files.write_whole({root / APPROVALS: b'', page: html})")) == ["APPROVALS"]
    homes = {"review/log.py", "publish/schedule/manifest.py"}
    assert homes == {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(
            isinstance(node, ast.Constant) and node.value in ("approvals.jsonl", "manifest.jsonl")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
