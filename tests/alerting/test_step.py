"""The state machine: every line of its table, and what holds for every history."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from alert_samples import CHURN, QUICK, changes, history, judged_on, month_end, observed, run
from hypothesis import given
from hypothesis import strategies as st

from distributor.alerting.evaluation import evaluate, late_sources
from distributor.alerting.observations import Existence
from distributor.alerting.rules import Rule, Severity
from distributor.alerting.states import INITIAL, Change, Ending, Phase
from distributor.alerting.step import step

months = st.text("TCDcSL", max_size=20)
rules = st.builds(
    lambda fire, clear: replace(CHURN, for_periods=fire, clear_for_periods=clear), st.integers(1, 3), st.integers(1, 3)
)


@pytest.mark.parametrize(
    ("rule", "observations", "phase", "told"),
    [
        (CHURN, "", Phase.INACTIVE, []),
        (CHURN, "cDS", Phase.INACTIVE, []),
        (QUICK, "T", Phase.FIRING, ["fired"]),
        (CHURN, "T", Phase.PENDING, []),
        (CHURN, "TT", Phase.FIRING, ["fired"]),
        (CHURN, "Tc", Phase.INACTIVE, []),
        (CHURN, "TDT", Phase.PENDING, []),
        (CHURN, "TST", Phase.PENDING, []),
        (CHURN, "TLT", Phase.FIRING, ["data_late", "fired"]),
        (CHURN, "TTDDDD", Phase.FIRING, ["fired"]),
        (CHURN, "TTc", Phase.FIRING, ["fired"]),
        (CHURN, "TTcDc", Phase.FIRING, ["fired"]),
        (CHURN, "TTcc", Phase.RESOLVED, ["fired", "resolved"]),
        (CHURN, "TTccccDD", Phase.RESOLVED, ["fired", "resolved"]),
        (CHURN, "TTcLc", Phase.RESOLVED, ["fired", "data_late", "resolved"]),
        (CHURN, "TTSS", Phase.RESOLVED, ["fired", "resolved"]),
        (CHURN, "TTccT", Phase.RESOLVED, ["fired", "resolved"]),
        (CHURN, "TTccTT", Phase.FIRING, ["fired", "resolved", "fired"]),
        (CHURN, "TTccTcT", Phase.RESOLVED, ["fired", "resolved"]),
        (QUICK, "TcT", Phase.FIRING, ["fired", "resolved", "fired"]),
        (CHURN, "TTC", Phase.FIRING, ["fired"]),
        (CHURN, "TTCTC", Phase.FIRING, ["fired"]),
        (CHURN, "TTCC", Phase.FIRING, ["fired", "worsened"]),
        (CHURN, "CCTT", Phase.FIRING, ["fired", "eased"]),
        (CHURN, "TTCCTT", Phase.FIRING, ["fired", "worsened", "eased"]),
        (CHURN, "LLL", Phase.INACTIVE, ["data_late"]),
        (CHURN, "LcL", Phase.INACTIVE, ["data_late", "data_late"]),
        (CHURN, "TTLLTT", Phase.FIRING, ["fired", "data_late"]),
    ],
)
def test_table(rule: Rule, observations: str, phase: Phase, told: list[str]) -> None:
    """A history of months ends in this phase and has told this."""
    state, transitions = run(observations, rule=rule)

    assert (phase, told) == (state.phase, changes(transitions))


def test_fired_says_since_when_and_how_bad() -> None:
    """The incident begins with the first true month, is told with the second, and has the severity of that one."""
    state, [fired] = run("cTC")

    assert Severity.CRITICAL is fired.severity is state.severity
    assert (month_end(1), month_end(2)) == (state.episodes[0].since_on, state.episodes[0].fired_on)
    assert (1, 1, month_end(2), judged_on(2)) == (
        fired.episode,
        fired.times_in_12_months,
        fired.period_ends_on,
        fired.as_of,
    )


def test_fired_again_counts_the_last_twelve_months() -> None:
    """Three episodes within a year are the third time; after a quiet year it is the first again."""
    _, told = run("TTccTTccTT" + "c" * 12 + "TT")

    assert [1, 2, 3, 1] == [one.times_in_12_months for one in told if one.change is Change.FIRED]
    assert [1, 2, 3, 4] == [one.episode for one in told if one.change is Change.FIRED]


@pytest.mark.parametrize(("last", "ending"), [("cc", Ending.CLEARED), ("SS", Ending.NOT_ELIGIBLE)])
def test_resolved_says_why(last: str, ending: Ending) -> None:
    """A branch that became too small to judge is not said to be well."""
    _, told = run("TT" + last)

    assert ending is told[-1].ending


@pytest.mark.parametrize(
    ("existence", "ending"), [(Existence.CLOSED, Ending.CLOSED), (Existence.MERGED, Ending.MERGED)]
)
def test_closed_branch_resolves_with_the_reason(existence: Existence, ending: Ending) -> None:
    """It needs no figures for that, no complete period, and is told once."""
    state, _ = run("TT")
    gone = replace(observed("L", 2), existence=existence)

    after, [told] = step(CHURN, state, gone, month_end(2))
    again, nothing = step(CHURN, after, gone, judged_on(3))

    assert (Change.RESOLVED, ending) == (told.change, told.ending)
    assert Phase.RESOLVED is after.phase
    assert (after, ()) == (again, nothing)


def test_closed_branch_that_was_pending_is_inactive() -> None:
    """Nothing was told, so nothing is told."""
    state, _ = run("T")

    after, told = step(CHURN, state, replace(observed("T", 1), existence=Existence.CLOSED), judged_on(1))

    assert (Phase.INACTIVE, ()) == (after.phase, told)


def test_period_counts_when_the_time_for_late_entries_has_passed() -> None:
    """The day before, a step changes nothing."""
    state, _ = run("T")
    early = judged_on(1) - timedelta(days=1)

    assert (state, ()) == step(CHURN, state, observed("T", 1), early)
    assert Phase.FIRING is step(CHURN, state, observed("T", 1), judged_on(1))[0].phase


def test_period_that_is_too_old_is_stale() -> None:
    """When the next month should long have come, the old one does not count, and the source is late."""
    state, _ = run("T")
    as_of = month_end(1) + timedelta(days=41)

    late, [told] = step(CHURN, state, observed("T", 1), as_of)

    assert (True, Phase.PENDING, "memberships") == (late.is_stale, late.phase, told.source)
    assert step(CHURN, state, observed("T", 1), as_of - timedelta(days=1))[0].phase is Phase.FIRING


def test_stale_ends_with_new_data() -> None:
    """The next complete month is judged as ever; the old one once more is nothing new."""
    state, _ = run("TTL")
    same, _ = step(CHURN, state, observed("T", 1), judged_on(2) - timedelta(days=5))
    after, told = step(CHURN, state, observed("T", 3), judged_on(3))

    assert (True, True, False, ()) == (state.is_stale, same.is_stale, after.is_stale, told)


def test_late_data_that_would_not_have_fired_retracts() -> None:
    """The month that carried the alarm is corrected: the incident is taken back, not resolved, and not counted."""
    state, _ = run("TT")

    after, [told] = step(CHURN, state, observed("c", 1), judged_on(1) + timedelta(days=9))

    assert (Change.RETRACTED, Phase.RETRACTED, 1) == (told.change, after.phase, told.episode)
    assert () == after.episodes


def test_correction_may_come_while_the_next_month_is_late() -> None:
    """Both are told, and neither again."""
    state, _ = run("TT")

    after, told = step(CHURN, state, observed("c", 1), judged_on(2))

    assert ["retracted", "data_late"] == changes(told)
    assert (after, ()) == step(CHURN, after, observed("c", 1), judged_on(2))


def test_retracted_fires_again_as_the_next_episode() -> None:
    """The number goes on, so that the threads stay apart; the count of times does not."""
    state, _ = step(CHURN, run("TT")[0], observed("c", 1), judged_on(1))
    for number in (2, 3):
        state, told = step(CHURN, state, observed("T", number), judged_on(number))

    assert (Phase.FIRING, 2, 1) == (state.phase, told[0].episode, told[0].times_in_12_months)


@pytest.mark.parametrize(
    ("before", "corrected", "letter", "phase"),
    [
        ("TTT", 0, "c", Phase.FIRING),
        ("TTT", 1, "c", Phase.RETRACTED),
        ("TTT", 2, "c", Phase.FIRING),
        ("TTT", 1, "C", Phase.FIRING),
        ("TTTTT", 1, "c", Phase.FIRING),
        ("cTT", 0, "T", Phase.FIRING),
        ("T", 0, "c", Phase.INACTIVE),
        ("c", 0, "T", Phase.INACTIVE),
        ("TTccT", 4, "c", Phase.RESOLVED),
        ("TTcc", 1, "c", Phase.RESOLVED),
    ],
)
def test_corrected_month(before: str, corrected: int, letter: str, phase: Phase) -> None:
    """Late data takes an incident back only where no run of months is left that fires; it never brings one forward."""
    state, _ = run(before)

    after, _ = step(CHURN, state, observed(letter, corrected), month_end(corrected) + timedelta(days=35))

    assert phase is after.phase


def test_pending_month_taken_back_starts_the_run_anew() -> None:
    """With three months needed, correcting the first leaves one."""
    rule = replace(CHURN, for_periods=3)
    state, _ = run("TT", rule=rule)
    state, _ = step(rule, state, observed("c", 0), judged_on(0))
    after, told = step(rule, state, observed("T", 2), judged_on(2))

    assert (Phase.PENDING, ()) == (after.phase, told)
    assert Phase.FIRING is step(rule, after, observed("T", 3), judged_on(3))[0].phase


def test_evidence_is_kept_with_every_evaluation() -> None:
    """Snapshot, figures and the gates that held stand in the state, whatever came of it."""
    state, _ = run("D")

    assert state.evidence is not None
    assert ("snapshot-0", month_end(0), judged_on(0)) == (
        state.evidence.snapshot_id,
        state.evidence.period_ends_on,
        state.evidence.as_of,
    )
    assert ("expected_events >= 5", "age_months >= 12", "ratio >= 1.25", "excess >= 5") == state.evidence.passed


def test_month_that_vanishes_is_late_if_it_was_the_newest() -> None:
    """A source that loses its rows takes no incident back."""
    state, _ = run("TT")

    assert (state, ()) == step(CHURN, state, observed("L", 0), judged_on(1))
    after, [told] = step(CHURN, state, observed("L", 1), judged_on(1))
    assert (Change.DATA_LATE, replace(state, is_stale=True)) == (told.change, after)


def test_evidence_follows_a_correction_of_the_newest_month() -> None:
    """The figures shown are those of the newest snapshot; an earlier month leaves them alone."""
    state, _ = run("TT")
    later = judged_on(1) + timedelta(days=5)

    newest, _ = step(CHURN, state, replace(observed("C", 1), snapshot_id="again"), later)
    earlier, _ = step(CHURN, state, replace(observed("C", 0), snapshot_id="again"), later)

    assert newest.evidence is not None
    assert ("again", later) == (newest.evidence.snapshot_id, newest.evidence.as_of)
    assert state == earlier


def test_flapping_is_noticed_at_the_fourth_episode_in_six_months() -> None:
    """Firing every other month is flapping from the fourth time on, and no longer after a quiet half year."""
    state, _ = run("TcTcT", rule=QUICK)
    assert state.flapping_since is None

    state, _ = run("TcTcTcTcT", rule=QUICK)
    assert 4 == state.flapping_since

    state, _ = run("TcTcTcT" + "c" * 8 + "T", rule=QUICK)
    assert state.flapping_since is None


@given(months, rules)
def test_another_period_never_changes_earlier_states(observations: str, rule: Rule) -> None:
    """The history of the first months is the same whatever follows."""
    whole = history(observations, rule=rule)

    assert all(history(observations[:n], rule=rule)[-1] == whole[n] for n in range(len(observations) + 1))


@given(months, rules)
def test_replay_is_idempotent(observations: str, rule: Rule) -> None:
    """Judging each month twice gives what judging it once gives, and the second time tells nothing."""
    state = INITIAL
    for number, letter in enumerate(observations):
        state, _ = step(rule, state, observed(letter, number), judged_on(number))

        assert (state, ()) == step(rule, state, observed(letter, number), judged_on(number))


@given(months, rules)
def test_every_incident_ends_once_and_before_the_next(observations: str, rule: Rule) -> None:
    """FIRED and its end alternate, with the same number; what lies between only happens while it fires."""
    state, told = run(observations, rule=rule)
    firing = None
    for one in told:
        match one.change:
            case Change.FIRED:
                assert firing is None
                firing = one.episode
            case Change.RESOLVED | Change.RETRACTED:
                assert firing == one.episode
                firing = None
            case Change.WORSENED | Change.EASED:
                assert firing == one.episode
            case Change.DATA_LATE:
                pass

    assert (firing is not None) == (state.phase is Phase.FIRING)


@given(months, rules, st.data())
def test_corrections_never_tell_more_than_a_retraction(observations: str, rule: Rule, data: st.DataObject) -> None:
    """Whatever month is corrected, at most the incident that fires is taken back."""
    state, _ = run(observations, rule=rule)
    number = data.draw(st.integers(0, max(len(observations) - 1, 0)))
    if state.last_period_on is None or month_end(number) > state.last_period_on:
        return
    after, told = step(rule, state, observed(data.draw(st.sampled_from("TDc")), number), judged_on(number))

    assert changes(told) in ([], ["retracted"])
    assert (told != ()) == (state.phase is Phase.FIRING and after.phase is Phase.RETRACTED)


@given(st.lists(st.sampled_from("TCDcSL"), max_size=8).flatmap(lambda one: st.permutations(list(enumerate(one)))))
def test_order_of_entities_changes_nothing(shuffled: list[tuple[int, str]]) -> None:
    """Branches are judged each by itself, however they are listed."""
    observations = [observed(letter, 0, entity_id=f"B{branch}") for branch, letter in shuffled]
    ordered = sorted(observations, key=lambda one: one.entity_id)

    assert evaluate(QUICK, {}, ordered, as_of=judged_on(0)) == evaluate(QUICK, {}, observations, as_of=judged_on(0))


def test_late_source_is_told_once_for_all_branches() -> None:
    """A thousand branches without data are one late source."""
    observations = [observed("L", 0, entity_id=f"B{branch}") for branch in range(1000)]

    evaluation = evaluate(CHURN, {}, observations, as_of=judged_on(0))

    assert 1000 == len(evaluation.transitions)
    assert ("memberships",) == late_sources(evaluation.transitions)


def test_entity_that_is_not_observed_stays_as_it_is() -> None:
    """An evaluation does not forget."""
    state, _ = run("TT")

    evaluation = evaluate(CHURN, {"B1": state}, [observed("c", 2, entity_id="B2")], as_of=judged_on(2))

    assert state == evaluation.states["B1"]
    assert Phase.INACTIVE is evaluation.states["B2"].phase


def test_29_february_is_a_period_end_like_any_other() -> None:
    """The month that ends on a leap day is judged, and counts."""
    state = INITIAL
    leap_year = [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]
    for ends_on in leap_year:
        observation = replace(observed("T", 0), period_ends_on=ends_on)
        state, _ = step(replace(CHURN, for_periods=3), state, observation, ends_on + timedelta(days=10))

    assert Phase.FIRING is state.phase
