"""Errors that may pass are told from those that follow from the request by their class, not by a list of names."""

import subprocess
from concurrent.futures.process import BrokenProcessPool

import pytest

from forecasting.store.errors import AtWorkError, PassingError, ReportError, UsageError, may_pass, may_pass_by_name
from forecasting.store.files import require_writable, write_whole
from forecasting.store.lock import locked


@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        (MemoryError, True), (OSError, True), (TimeoutError, True), (FileExistsError, True), (BrokenPipeError, True),
        (PassingError, True), (AtWorkError, True), (BrokenProcessPool, True), (KeyboardInterrupt, True),
        (UsageError, False), (ReportError, False), (ValueError, False), (KeyError, False), (RuntimeError, False),
        (subprocess.SubprocessError, False), (Exception, False),
    ],
)  # fmt: skip
def test_the_class_of_an_error_says_whether_it_may_pass(kind, passes):
    assert may_pass(kind("x")) == may_pass_by_name(kind.__name__) == passes


def test_a_request_that_failed_while_an_error_of_the_system_was_handled_does_not_pass_by_that():
    error = UsageError("no such case")
    error.__context__ = FileNotFoundError("gone")
    assert not may_pass(error)


def test_a_folder_that_cannot_be_written_may_be_writable_later(tmp_path):
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "below"

    def lock():
        with locked(below):
            pass

    for attempt in (lambda: require_writable(below), lambda: write_whole({below / "x": b""}), lock):
        with pytest.raises(PassingError, match="^expected a folder that can be written, got "):
            attempt()
