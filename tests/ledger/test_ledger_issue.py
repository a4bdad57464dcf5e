"""Issuing: what counts as live, what is refused, and a replay that says what would have been said."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from bodies import ISSUED_ON, issue_body, table
from record.planting import LATER

from forecasting import History, fit_models, forecast
from forecasting.artefacts import code_sha256
from forecasting.forecasts import case_limits
from forecasting.ledger import issue, open_forecasts, question, read, read_chain, replay
from forecasting.ledger.issue import MODELS_ISSUED
from forecasting.ledger.questions import rounded
from forecasting.ledger.writer import append
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.store.errors import UsageError

CASE = "new-start-post-expiry-2026"
OTHER = "us-china-encounters-mou-2014"
ENDED = "salt2-observance-1979"
PAST = date(1972, 1, 1)
ONCE_OPEN = date(1985, 1, 1)

UNSEEN = "us-russia-detargeting-1994"


def put_table(folder, history, told=None, issued_on=ISSUED_ON, **options):
    return issue(table([CASE, OTHER]) if told is None else told, folder, history, issued_on=issued_on, **options)


def test_one_file_is_written_per_model_with_the_base_rate_beside(tmp_path, history):
    written = put_table(tmp_path, history)
    assert [path.name for path in written.paths] == [
        "000001-live-2026-08-31-concluded-primary.json",
        "000002-live-2026-08-31-concluded-base_rate.json",
    ]
    first, second = (link.entry for link in read_chain(tmp_path).links)
    assert (first.record_sha256, first.record_end) == (history.sha256, history.record.data_end)
    assert (first.code.sha256, first.issued_on) == (code_sha256(), ISSUED_ON)
    assert first.deadlines == (date(2027, 2, 28), date(2027, 8, 31))
    assert [each.case_id for each in first.forecasts] == [CASE, OTHER]
    assert first.forecasts[0].reference == second.forecasts[0].probability
    assert second.forecasts[0].reference is None


def test_what_was_issued_is_read_back_as_the_forecast_table(tmp_path, history):
    told = table([CASE, OTHER], models=("primary", "base_rate"))
    told.loc[told["model"] == "base_rate", "probability"] = 0.25
    told.loc[told["model"] == "base_rate", ["lower", "upper"]] = 0.25
    put_table(tmp_path, history, told)
    found = read(tmp_path)
    assert tuple(found.columns[: len(FORECAST_COLUMNS)]) == FORECAST_COLUMNS
    key = ["model", "case_id", "horizon", "cause"]
    both = found.merge(told, on=key, suffixes=("", "_told"), validate="1:1")
    assert len(both) == len(told) == len(found)
    for name in ("probability", "lower", "upper", "level"):
        assert both[name].to_numpy() == pytest.approx(both[f"{name}_told"].to_numpy(), abs=1e-3)
    assert set(found["reference"]) == {0.25}
    assert set(found["kind"]) == {"live"} and set(found["resolution"]) == {""} and set(found["is_retracted"]) == {0}


def test_the_question_in_words_names_case_target_and_deadline():
    assert question(CASE, "in_force", date(2027, 8, 31)) == (
        f"How will {CASE} stand on 2027-08-31: formalized (in_force), collapsed, faded, or still ongoing?"
    )


@pytest.mark.parametrize(
    ("issued_on", "as_of", "options", "kind"),
    [
        (date(2026, 12, 29), "2026-08-31", {}, "live"),
        (date(2026, 12, 30), "2026-08-31", {}, "replay"),
        (date(2026, 9, 1), "2026-08-30", {}, "replay"),
        (date(2026, 9, 1), "2026-08-31", {"as_replay": True}, "replay"),
    ],
    ids=["120 days", "121 days", "the record knows a later day", "asked for"],
)
def test_live_is_what_was_said_soon_and_without_later_knowledge(tmp_path, history, issued_on, as_of, options, kind):
    told = table([CASE], as_of=as_of)
    written = put_table(tmp_path, history, told, issued_on, **options)
    assert [link.entry.kind for link in read_chain(tmp_path).links] == [kind, kind]
    assert written.paths[0].name == f"000001-{kind}-{as_of}-concluded-primary.json"


def test_a_record_that_changed_since_the_first_live_issue_of_the_day_makes_replays(tmp_path, history):
    put_table(tmp_path, history, table([CASE]))
    changed = History(history.as_of, replace(history.record, sha256="c" * 64))
    put_table(tmp_path, changed, table([OTHER]))
    put_table(tmp_path, history, table([OTHER]))
    kinds = [(link.entry.kind, link.entry.record_sha256) for link in read_chain(tmp_path).links[::2]]
    assert kinds == [("live", history.sha256), ("replay", "c" * 64), ("live", history.sha256)]


@pytest.mark.parametrize(
    ("told", "options", "message"),
    [
        (table([ENDED]), {}, f"expected a case that goes on, got {ENDED}, which collapsed on 1986-05-27, known since 1986-05-27"),
        (table(["no-such-case"]), {}, "expected the case_id of a case in the record, got 'no-such-case'; did you mean "),
        (table(["../../etc/passwd"]), {}, "expected the case_id of a case in the record, got '../../etc/passwd'"),
        (table([CASE], models=("primary",)), {}, "expected a forecast of base_rate beside the others, got primary"),
        (table([CASE], models=("../x", "base_rate")), {}, "expected model: pattern "),
        (table([CASE]), {"models": ["secondary"]}, "expected models out of those in the table, primary, base_rate, got 'secondary'"),
        (table([CASE]), {"target": "ratified"}, "expected a target out of concluded, in_force, got 'ratified'"),
        (table([CASE], said=(0.1, 0.2, 0.3, 0.5)), {}, f"expected probabilities that sum to 1, got [0.1, 0.2, 0.3, 0.5] of primary for {CASE} at 6 months"),
        (table([CASE], said=(-0.1, 0.4, 0.3, 0.4)), {}, "expected probabilities that lie within their bounds and are not below 0, got [-0.1, "),
        (table([CASE], said=(np.nan, 0.2, 0.3, 0.5)), {}, "expected probabilities that sum to 1, got [nan, 0.2, 0.3, 0.5] of "),
        (table([CASE]).assign(upper=0.0), {}, "expected probabilities that lie within their bounds and are not below 0, got [0.1, "),
        (table([CASE]).iloc[:-1], {}, "expected every state of every case at every horizon once for base_rate, got 7 rows"),
        (table([CASE, CASE]), {}, "expected every state of every case at every horizon once for primary, got 16 rows"),
        (table([CASE], horizons=(6, 121)), {}, "expected horizons from 1 to 120 months, got [6, 121]"),
        (table([CASE]).assign(colour="red"), {}, "expected a forecast table with the columns model, case_id, as_of, "),
        (None, {"told": 7}, "expected a forecast table with the columns model, case_id, as_of, horizon, cause, probability, lower, upper, level, given, got 7"),
        (table([CASE], as_of="2026-09-01"), {}, "expected a day up to 2026-08-31, the as-of day of this history, got 2026-09-01"),
        (table([CASE]), {"issued_on": date(2026, 8, 30)}, "expected an as_of day up to 2026-08-30, the day of issue, got 2026-08-31"),
    ],
)  # fmt: skip
def test_what_cannot_be_issued_is_refused_and_nothing_is_written(tmp_path, history, told, options, message):
    folder = tmp_path / "ledger"
    with pytest.raises(UsageError) as refused:
        put_table(folder, history, **({"told": told} | options))
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_nothing_is_issued_twice_and_other_models_or_cases_still_are(tmp_path, history):
    put_table(tmp_path, history, table([CASE]), models=["base_rate"])
    with pytest.raises(UsageError) as refused:
        put_table(tmp_path, history)
    assert str(refused.value) == (
        f"expected forecasts not issued before, got base_rate for {CASE} as of 2026-08-31, which is in "
        "000001-live-2026-08-31-concluded-base_rate.json; an entry is never changed: ask as of another day, or for "
        "other models or cases"
    )
    put_table(tmp_path, history, table([CASE]), models=["primary"])
    put_table(tmp_path, history, table([OTHER]))
    put_table(tmp_path, history, as_replay=True)
    assert [path.name[7:11] for path in sorted(tmp_path.glob("0*"))] == ["live"] * 4 + ["repl"] * 2


def test_rounding_keeps_the_sum_and_moves_no_number_by_more_than_a_few_digits():
    p = np.random.default_rng(1).dirichlet([0.1, 0.2, 0.3, 0.4], size=2000)
    cut = rounded(p)
    assert np.abs(cut.sum(axis=1) - 1.0).max() < 1e-12
    assert np.abs(cut - p).max() <= 2.5e-5
    assert cut.min() >= 0.0


@pytest.fixture(scope="module")
def replays(tmp_path_factory, history):
    """Replays of one year, from the record and from one in which later facts of every kind are planted."""
    planted = history.record
    for plant in LATER.values():
        planted = plant(planted, PAST)
    folders = []
    for record in (history.record, planted):
        folders.append(tmp_path_factory.mktemp("replay"))
        list(replay(History(history.as_of, record), folders[-1], PAST.year, PAST.year, issued_on=ISSUED_ON))
    return folders


@pytest.mark.long
def test_later_facts_change_no_replayed_number(replays):
    entries = [[link.entry for link in read_chain(folder).links] for folder in replays]
    assert [entry.model for entry in entries[0]] == list(MODELS_ISSUED)
    assert entries[0][0].forecasts == entries[1][0].forecasts
    assert entries[0][1].forecasts == entries[1][1].forecasts


@pytest.mark.long
def test_a_replay_is_the_forecast_of_that_day(replays, history):
    known = history.at(PAST)
    cases = known.open_case_ids()
    table_then = forecast(known, cases, fitted=fit_models(known, MODELS_ISSUED))
    found = read(replays[0])
    assert set(found["kind"]) == {"replay"} and sorted(set(found["case_id"])) == cases
    both = found.merge(table_then, on=["model", "case_id", "horizon", "cause", "given"], validate="1:1")
    assert len(both) == len(found) == (table_then["given"] == "all").sum()
    assert np.abs(both["probability_x"] - both["probability_y"]).max() <= 2.5e-5
    assert np.abs(both["lower_x"] - both["lower_y"]).max() <= 1e-3
    assert np.abs(both["upper_x"] - both["upper_y"]).max() <= 1e-3


@pytest.mark.long
def test_a_case_from_which_the_model_abstains_is_noted_with_the_reason_and_has_no_forecast(replays, history):
    known = history.at(PAST)
    entries = {link.entry.model: link.entry for link in read_chain(replays[0]).links}
    assert tuple(entries) == MODELS_ISSUED
    primary, base = entries["primary"], entries["base_rate"]
    reasons = {each.case_id: each.reason for each in primary.abstained}
    limits = case_limits(known, known.open_case_ids(), fit_models(known, ["primary"]))
    assert reasons == {case: str(of["primary"]) for case, of in limits.items() if of["primary"].status == "abstained"}
    assert reasons["cuba-understanding-1962"].endswith("has the domain intermediate_nuclear")
    assert sorted(primary.case_ids) == sorted(base.case_ids) == known.open_case_ids()
    assert set(reasons) <= {each.case_id for each in base.forecasts} and base.abstained is None


def test_cases_of_unknown_state_are_named_and_stand_apart_when_read(tmp_path, history):
    put_table(tmp_path, history, table([CASE, UNSEEN]))
    assert not history.case(UNSEEN).is_state_known and history.case(CASE).is_state_known
    assert [link.entry.unknown for link in read_chain(tmp_path).links] == 2 * [(UNSEEN,)]
    found = read(tmp_path)
    assert set(found.loc[found["is_state_known"] == 0, "case_id"]) == {UNSEEN}
    assert set(found.loc[found["is_state_known"] == 1, "case_id"]) == {CASE}
    put_table(tmp_path / "seen", history, table([CASE]))
    assert read_chain(tmp_path / "seen").links[0].entry.unknown is None


def test_a_model_may_abstain_from_every_case_but_not_without_a_reason(tmp_path, history):
    told = table([CASE], models=("base_rate",))
    put_table(tmp_path, history, told, models=["primary"], abstained={"primary": {CASE: "no other case"}})
    entry = read_chain(tmp_path).links[0].entry
    assert (entry.forecasts, entry.case_ids, entry.abstained[0].reason) == ((), [CASE], "no other case")
    with pytest.raises(UsageError, match="got primary for new-start-post-expiry-2026 as of 2026-08-31, which is in"):
        put_table(tmp_path, history, table([CASE]), models=["primary"])
    half = table([CASE, OTHER]).query("model == 'base_rate' or case_id == @CASE")
    with pytest.raises(
        UsageError, match="expected the cases and horizons of base_rate for every model, got others for"
    ):
        put_table(tmp_path / "other", history, half)
    with pytest.raises(UsageError, match="a forecast of a case, or the reason why there is none"):
        append(
            tmp_path / "both", lambda _: [issue_body([CASE], abstained=[{"case_id": CASE, "reason": "x"}])], ISSUED_ON
        )


@pytest.mark.long
def test_a_replay_passes_over_what_stands(replays, history):
    before = sorted(replays[0].iterdir())
    assert list(replay(history, replays[0], PAST.year, PAST.year, issued_on=ISSUED_ON)) == []
    assert sorted(replays[0].iterdir()) == before


@pytest.mark.parametrize(
    ("years", "jobs", "message"),
    [
        ((1991, 1990), 1, "expected years in order and at least one job, got 1991 to 1990 with 1"),
        ((1990, 1990), 0, "expected years in order and at least one job, got 1990 to 1990 with 0"),
        ((2026, 2027), 1, "expected years from 1800 to 2026, got 2026 to 2027; correct --from or --to"),
        ((1925, 1925), 1, "expected a day by which at least 10 endings were known, got 1925-01-01"),
    ],
)
def test_a_replay_that_cannot_be_made_is_refused(tmp_path, history, years, jobs, message):
    with pytest.raises(UsageError) as refused:
        list(replay(history, tmp_path / "ledger", *years, jobs=jobs))
    assert str(refused.value).startswith(message)
    assert not (tmp_path / "ledger").exists()


def test_open_forecasts_bring_the_base_rate_and_refuse_an_ended_case(history):
    told, silent = open_forecasts(history.at(ONCE_OPEN), ["type_base_rate"], cases=[ENDED], horizons=[12])
    assert silent == {"type_base_rate": {}, "base_rate": {}}
    assert list(told["model"].unique()) == ["type_base_rate", "base_rate"]
    with pytest.raises(UsageError, match=f"expected a case that goes on, got {ENDED}, which collapsed on 1986-05-27"):
        open_forecasts(history, ["base_rate"], cases=[ENDED])
