"""One step of a rule's state machine: from what was and what is observed to what is, and what to tell.

Only complete data periods count, and time is data time: the same observations in the same order give the same states,
on whatever day they are evaluated.

    inactive ──gates true──▶ pending ──for so many periods──▶ firing ──clear for so many──▶ resolved
        ▲───────not true────────┘                               └──late data: no──▶ retracted
    resolved, retracted ──gates true for so many periods──▶ firing, next episode
"""

from dataclasses import replace
from datetime import date
from itertools import groupby

from distributor.alerting.observations import Existence, Observation
from distributor.alerting.rules import Rule, Severity
from distributor.alerting.states import (
    Change,
    Ending,
    Episode,
    Evidence,
    Outcome,
    Phase,
    State,
    Transition,
)

Step = tuple[State, tuple[Transition, ...]]

# A severity must differ for so many periods before it is told.
_SHIFT_PERIODS = 2
_REMEMBERED_MONTHS = 24


def step(rule: Rule, previous: State, observation: Observation, as_of: date) -> Step:
    """Judge one observation of one entity.

    Args:
        rule: The rule.
        previous: The entity's state after the last step.
        observation: Of the newest complete period; or of an earlier one, whose figures late data has changed.
        as_of: The day that the evaluation stands for; data time, never the wall clock.

    Returns:
        The new state, and the transitions in the order in which they happened. A period that is not complete changes
        nothing; neither does an observation that was judged before.
    """
    match observation.existence:
        case Existence.CLOSED:
            return _ended(rule, previous, observation, as_of=as_of, ending=Ending.CLOSED)
        case Existence.MERGED:
            return _ended(rule, previous, observation, as_of=as_of, ending=Ending.MERGED)
        case Existence.OPEN:
            pass
    if not observation.is_complete(rule.data, as_of):
        return previous, ()
    if previous.last_period_on is not None and observation.period_ends_on <= previous.last_period_on:
        return _again(rule, previous, observation, as_of=as_of)
    if observation.is_stale(rule.data, as_of):
        return _late(rule, previous, observation, as_of=as_of)
    state = _with_period(rule, previous, observation, as_of=as_of)
    if state.phase is Phase.FIRING:
        return _still_firing(rule, state, observation, as_of=as_of)
    if not state.outcomes[-1].is_true:
        return _without_run(state), ()
    return _true(rule, state, observation, as_of=as_of)


def _with_period(rule: Rule, previous: State, observation: Observation, *, as_of: date) -> State:
    """Return the state with one more period judged, its phase as yet unchanged."""
    outcome = Outcome(period_ends_on=observation.period_ends_on, is_true=_is_true(rule, observation))
    return replace(
        previous,
        is_stale=False,
        evaluations=previous.evaluations + 1,
        last_period_on=observation.period_ends_on,
        outcomes=(*previous.outcomes, outcome),
        evidence=_evidence(rule, observation, as_of=as_of),
    )


def _evidence(rule: Rule, observation: Observation, *, as_of: date) -> Evidence:
    figures = observation.figures or {}
    return Evidence(
        snapshot_id=observation.snapshot_id,
        as_of=as_of,
        period_ends_on=observation.period_ends_on,
        figures=figures,
        passed=rule.eligible.passed(figures) + rule.fire_when.passed(figures),
    )


def _is_true(rule: Rule, observation: Observation) -> bool:
    figures = observation.figures or {}
    return rule.eligible.holds(figures) and rule.fire_when.holds(figures)


def _late(rule: Rule, previous: State, observation: Observation, *, as_of: date) -> Step:
    if previous.is_stale:
        return previous, ()
    late = _transition(Change.DATA_LATE, rule, previous, observation, as_of=as_of)
    return replace(previous, is_stale=True), (replace(late, source=rule.source),)


def _without_run(state: State) -> State:
    phase = Phase.INACTIVE if state.phase is Phase.PENDING else state.phase
    return replace(state, phase=phase, outcomes=())


def _true(rule: Rule, state: State, observation: Observation, *, as_of: date) -> Step:
    """Count one more true period of an entity that does not fire yet."""
    if len(state.outcomes) >= rule.for_periods:
        return _fired(rule, state, observation, as_of=as_of)
    # One that fired before keeps saying how that ended, until it fires again.
    phase = state.phase if state.phase in (Phase.RESOLVED, Phase.RETRACTED) else Phase.PENDING
    return replace(state, phase=phase), ()


def _fired(rule: Rule, state: State, observation: Observation, *, as_of: date) -> Step:
    episode = Episode(
        number=state.episode + 1,
        since_on=state.outcomes[0].period_ends_on,
        fired_on=observation.period_ends_on,
    )
    remembered = tuple(one for one in state.episodes if _is_within(one, episode, months=_REMEMBERED_MONTHS))
    fired = replace(
        state,
        phase=Phase.FIRING,
        severity=rule.severity_of(observation.figures or {}),
        shift_run=0,
        clear_run=0,
        episode=episode.number,
        episodes=(*remembered, episode),
    )
    is_flapping = _episodes_alive(fired, periods=rule.flapping_periods) > rule.flapping_episodes
    since = (fired.flapping_since or episode.number) if is_flapping else None
    told = replace(
        _transition(Change.FIRED, rule, fired, observation, as_of=as_of),
        times_in_12_months=sum(_is_within(one, episode, months=12) for one in fired.episodes),
    )
    return replace(fired, flapping_since=since), (told,)


def _still_firing(rule: Rule, state: State, observation: Observation, *, as_of: date) -> Step:
    figures = observation.figures or {}
    is_eligible = rule.eligible.holds(figures)
    is_clear = not is_eligible or rule.clear_when.holds(figures)
    clear_run = state.clear_run + 1 if is_clear else 0
    if clear_run >= rule.clear_for_periods:
        ending = Ending.CLEARED if is_eligible else Ending.NOT_ELIGIBLE
        return _ended(rule, state, observation, as_of=as_of, ending=ending)
    level = rule.severity_of(figures)
    shift_run = state.shift_run + 1 if level is not state.severity else 0
    state = replace(state, clear_run=clear_run, shift_run=shift_run)
    if shift_run < _SHIFT_PERIODS:
        return state, ()
    change = Change.WORSENED if level is Severity.CRITICAL else Change.EASED
    shifted = replace(state, severity=level, shift_run=0)
    return shifted, (_transition(change, rule, shifted, observation, as_of=as_of),)


def _again(rule: Rule, previous: State, observation: Observation, *, as_of: date) -> Step:
    """Judge a period once more: late data has corrected it, or nothing newer has come."""
    state, told = _corrected(rule, previous, observation, as_of=as_of)
    if observation.period_ends_on != previous.last_period_on:
        return state, told
    if state.evidence is not None and observation.figures not in (None, state.evidence.figures):
        state = replace(state, evidence=_evidence(rule, observation, as_of=as_of))
    if not observation.is_stale(rule.data, as_of):
        return state, told
    state, late = _late(rule, state, observation, as_of=as_of)
    return state, told + late


def _corrected(rule: Rule, state: State, observation: Observation, *, as_of: date) -> Step:
    """Judge a corrected period. Late data can take an incident back; it never brings one forward."""
    if observation.figures is None:
        return state, ()
    is_true = _is_true(rule, observation)
    outcomes = tuple(
        replace(one, is_true=is_true) if one.period_ends_on == observation.period_ends_on else one
        for one in state.outcomes
    )
    if outcomes == state.outcomes:
        return state, ()
    if state.phase is not Phase.FIRING:
        # The run starts anew after the period in which the gates did not hold after all.
        run = tuple(one for one in outcomes if one.period_ends_on > observation.period_ends_on)
        return (replace(state, outcomes=run) if run else _without_run(state)), ()
    if _longest_run(outcomes) >= rule.for_periods:
        return replace(state, outcomes=outcomes), ()
    told = _transition(Change.RETRACTED, rule, state, observation, as_of=as_of)
    return _over(state, Phase.RETRACTED, episodes=state.episodes[:-1]), (told,)


def _ended(rule: Rule, state: State, observation: Observation, *, as_of: date, ending: Ending) -> Step:
    if state.phase is not Phase.FIRING:
        return _without_run(state), ()
    told = replace(_transition(Change.RESOLVED, rule, state, observation, as_of=as_of), ending=ending)
    *earlier, last = state.episodes
    return _over(state, Phase.RESOLVED, episodes=(*earlier, replace(last, ended_in=state.evaluations))), (told,)


def _over(state: State, phase: Phase, *, episodes: tuple[Episode, ...]) -> State:
    return replace(state, phase=phase, outcomes=(), clear_run=0, shift_run=0, episodes=episodes)


def _transition(change: Change, rule: Rule, state: State, observation: Observation, *, as_of: date) -> Transition:
    return Transition(
        change=change,
        rule=rule.alert,
        entity_id=observation.entity_id,
        episode=state.episode,
        as_of=as_of,
        period_ends_on=observation.period_ends_on,
        severity=state.severity,
    )


def _longest_run(outcomes: tuple[Outcome, ...]) -> int:
    runs = groupby(outcomes, key=lambda one: one.is_true)
    return max((len(list(run)) for is_true, run in runs if is_true), default=0)


def _episodes_alive(state: State, *, periods: int) -> int:
    """Return how many episodes fired in, or ended in, the last so many periods."""
    first = state.evaluations - periods + 1
    return sum(one.ended_in is None or one.ended_in >= first for one in state.episodes)


def _is_within(earlier: Episode, last: Episode, *, months: int) -> bool:
    """Return whether an episode fired in the so many months that end with the last one."""
    return _month_number(last.fired_on) - _month_number(earlier.fired_on) < months


def _month_number(day: date) -> int:
    return day.year * 12 + day.month
