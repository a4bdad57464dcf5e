import pytest
from ledger.bodies import issue_body, put

from forecasting.publish.schedule.entries import inputs_of
from forecasting.publish.schedule.plan import Entry, Task, read_plan
from forecasting.store.errors import UsageError

GOOD = """
notify = ["mail", "me"]

[[report]]
name = "cases"
template = "case"
cases = "all"
parameters = { target = "in_force", horizons = [6, 12] }
every = "monthly"
catch_up = "7 days"
keep = 12

[[report]]
name = "record"
template = "data-quality"
every = "0 6 * * 1"
"""


def plan(tmp_path, text):
    (tmp_path / "schedule.toml").write_text(text, encoding="utf-8")
    return read_plan(tmp_path / "schedule.toml")


def test_a_schedule_is_read(tmp_path):
    cases, record = plan(tmp_path, GOOD).report
    assert (cases.template, cases.cases, cases.every, cases.keep, cases.catches_up.days) == (
        "case_report",
        "all",
        "0 0 1 * *",
        12,
        7,
    )
    assert (record.template, record.cases, record.keep, record.catch_up) == ("data_quality", None, None, "1 day")


@pytest.mark.parametrize(
    ("old", "changed", "message"),
    [
        ("keep = 12", "keeep = 12", ": report 'cases': expected keys out of name, every, timezone, catch_up, overdue_after, template, cases, parameters, keep, issue_first, oldest_record, most_lost_acts, alert_points, got the unknown key keeep"),
        ("keep = 12", "keep = 0", ": report 'cases': keep: expected how many dated reports to keep, from 1, got 0"),
        ('"monthly"', '"0 0 30 2 *"', ": report 'cases': every: expected daily, weekly, monthly, or a cron line of five fields, for example '0 6 1 * *', got '0 0 30 2 *': bad day-of-month"),
        ('"7 days"', '"-7 days"', ": report 'cases': catch_up: expected 1 to 366 days, as '36 hours', '7 days' or '2 weeks', got '-7 days'"),
        ('"data-quality"', '"missing"', ": report 'record': template: expected a template out of case, brief, portfolio, scorecard, data-quality, got 'missing'"),
        ('every = "monthly"\n', "", ": report 'cases': every: expected daily, weekly, monthly or a cron line, got none"),
        ('cases = "all"', 'cases = "some"', ": report 'cases': cases: expected 'all' or a list of case ids, got 'some'"),
        ('cases = "all"', "", ": report 'cases': expected either cases or parameters.case_id, got neither"),
        ('"in_force"', '"signed"', ": report 'cases': case_report: target: expected one of concluded, in_force, got 'signed'"),
        ("target =", "aim =", ": report 'cases': case_report: expected keys out of "),
        ('name = "record"', 'name = "cases"', ": expected each name once, got 'cases' twice"),
        ('name = "record"', 'name = "../x"', ": report '../x': name: expected a name of small letters, digits and hyphens, got '../x'"),
        ('every = "0 6 * * 1"', 'every = "daily"\ncases = "all"', ": report 'record': cases: expected none for the template data_quality, got 'all'"),
        ('["mail", "me"]', '"mail me"', ": notify: expected a command as a list of strings, got 'mail me'"),
        ('["mail", "me"]', "[]", ": notify: expected a command as a list of strings, got an empty list"),
        ("notify", "notifies", ": expected keys out of report, task, ledger, notify, got the unknown key notifies"),
        ("[[report]]", "[[report]", ": expected TOML, got "),
    ],
)  # fmt: skip
def test_a_fault_of_the_schedule_is_named(tmp_path, old, changed, message):
    assert old in GOOD
    with pytest.raises(UsageError) as refused:
        plan(tmp_path, GOOD.replace(old, changed))
    assert str(refused.value).startswith(f"{tmp_path / 'schedule.toml'}{message}")


def test_every_fault_is_told_at_once_and_a_missing_file_too(tmp_path):
    with pytest.raises(UsageError) as refused:
        plan(tmp_path, GOOD.replace("keep = 12", "keep = 0").replace('"0 6 * * 1"', '"never"'))
    assert len(str(refused.value).splitlines()) == 2
    with pytest.raises(
        UsageError,
        match=r"missing.toml: expected a schedule in TOML, got No such file or directory; name one with --schedule FILE",
    ):
        read_plan(tmp_path / "missing.toml")
    with pytest.raises(UsageError, match=r"schedule.toml: expected one \[\[report\]\] or more, got none$"):
        plan(tmp_path, "")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"\xff"), "expected text in UTF-8, got byte 0xff"),
        (lambda path: path.write_text("x = " + "[" * 100_000), "expected TOML, got "),
        (lambda path: path.write_bytes(b"#" * 1_000_001), "expected at most 1000000 bytes, got 1000001"),
        (lambda path: path.symlink_to(path.with_name("real.toml")), "expected a schedule in TOML, got a symbolic link"),
        (lambda path: path.mkdir(), "expected a schedule in TOML, got a folder"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_one_error(tmp_path, spoil, said):
    (tmp_path / "real.toml").write_text(GOOD)
    path = tmp_path / "schedule.toml"
    spoil(path)
    with pytest.raises(UsageError) as refused:
        read_plan(path)
    assert str(refused.value).startswith(f"{path}: {said}")
    assert str(refused.value).endswith("; name one with --schedule FILE")


@pytest.mark.parametrize("kind", [Task, Entry])
def test_a_refused_run_is_tried_again_once_its_ledger_has_changed_and_not_before(tmp_path, few_cases, kind):
    common = {"name": "a", "every": "daily"}
    given = {Task: {"do": "resolve", "data": str(few_cases)}, Entry: {"template": "portfolio", "parameters": {"data": str(few_cases)}}}  # fmt: skip
    asked = kind(**common, **given[kind])
    before = inputs_of(asked, str(tmp_path))
    assert inputs_of(asked, str(tmp_path)) == before
    put(tmp_path, issue_body())
    assert inputs_of(asked, str(tmp_path)) != before
