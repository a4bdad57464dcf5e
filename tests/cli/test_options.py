"""What the command line itself reads and refuses, before anything is loaded."""

import pytest
from calling import call

from forecasting.cli.options import limits_of
from forecasting.cli.reports import with_settings
from forecasting.store.errors import UsageError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["horizons"], "expected --set NAME=VALUE, got 'horizons'; `forecasting templates` lists the parameters"),
        (["=6"], "expected --set NAME=VALUE, got '=6'; `forecasting templates` lists the parameters"),
        (["as_of=2026-05-01"], "expected each parameter once, got as_of twice; leave one of them out"),
        (["x=1", "x=2"], "expected each parameter once, got x twice; leave one of them out"),
    ],
)
def test_a_setting_that_is_none_is_refused(settings, message):
    with pytest.raises(UsageError) as refused:
        with_settings({"as_of": "2026-02-05", "data": None}, settings)
    assert str(refused.value) == message


def test_a_setting_may_hold_any_text():
    assert with_settings({}, ["data=a=b\n\"'"]) == {"data": "a=b\n\"'"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0, None, None), "expected --cell-seconds from 1, got 0; leave it out for the default"),
        ((None, -1, None), "expected --run-seconds from 1, got -1; leave it out for the default"),
        ((None, None, 0), "expected --memory from 1, got 0; leave it out for the default"),
    ],
)
def test_a_limit_of_nothing_is_refused(given, message):
    with pytest.raises(UsageError) as refused:
        limits_of(*given)
    assert str(refused.value) == message


def test_limits_are_those_given_and_else_the_defaults():
    assert limits_of(None, None, None).memory == 4 * 2**30
    given = limits_of(1, 2, 3)
    assert (given.cell_seconds, given.run_seconds, given.memory) == (1, 2, 3 * 2**20)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("report", "x", "--all"), "expected one of CASE..., --all and --batch FILE, got CASE and --all; leave one out"),
        (("report", "--all", "--batch", "b.csv"), "expected one of CASE..., --all and --batch FILE, got --all and --batch; leave one out"),
        (("report", "x", "--set", "y"), "expected --set NAME=VALUE, got 'y'; `forecasting templates` lists the parameters"),
        (("report", "x", "--memory", "0"), "expected --memory from 1, got 0; leave it out for the default"),
        (("run", "--due", "--cell-seconds", "0"), "expected --cell-seconds from 1, got 0; leave it out for the default"),
        (("approve", "x.html", "--by", "Ada", "--comment", "y"), "expected a card (.json) to comment on or to request changes of, got a page of a report; leave those options out to approve the page"),
    ],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_refused(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        call(*arguments)
    assert str(refused.value) == message
    assert list(tmp_path.iterdir()) == []
