"""A rule carried through the data periods that are due: figures, states, and what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from distributor.alerting.evaluation import evaluate
from distributor.alerting.judging import Judged, judge
from distributor.alerting.look import Ground
from distributor.alerting.observations import Observation
from distributor.alerting.rules import Rule
from distributor.alerting.states import State, Transition
from distributor.metrics.windows import Period


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvaluationResult:
    """What an evaluation of one rule found.

    Attributes:
        rule: The rule.
        as_of: The day it stands for.
        snapshot_id: What it was computed from.
        judged: Everything of each period, the earliest first; nothing where the data were late.
        states: Of all entities, after it.
        transitions: What changed, period by period.
        late_because: Sentences of the gates that failed; with any, nothing was judged.
    """

    rule: Rule
    as_of: date
    snapshot_id: str
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]
    judged: tuple[Judged, ...] = ()
    late_because: tuple[str, ...] = ()

    @property
    def observations(self) -> pa.Table | None:
        """One row per entity and period, with all inputs; see :meth:`Judged.table`. None if nothing was judged."""
        return pa.concat_tables([one.table() for one in self.judged]) if self.judged else None

    @property
    def eligible(self) -> int:
        """Number of entities that could be judged in the newest period."""
        return self.judged[-1].eligible if self.judged else 0


def run_rule(
    rule: Rule,
    periods: Iterable[Period],
    ground: Ground,
    *,
    states: Mapping[str, State],
    as_of: date,
    snapshot_id: str,
) -> EvaluationResult:
    """Judge a rule in each period, the earliest first.

    Only the newest period can be late. The others are judged as of the day on which they were complete.
    """
    judged = tuple(judge(rule, period, ground) for period in periods)
    transitions: list[Transition] = []
    for place, one in enumerate(judged, start=1):
        complete_on = one.period.window.last_on + timedelta(days=rule.data.close_lag_days)
        is_newest = place == len(judged)
        on = as_of if is_newest else min(as_of, complete_on)
        observations: Iterable[Observation] = one.observations(snapshot_id)
        if not is_newest:
            observations = (each for each in observations if _may_change(states.get(each.entity_id), each))
        evaluation = evaluate(rule, states, observations, as_of=on)
        states = evaluation.states
        transitions += evaluation.transitions
    return EvaluationResult(
        rule=rule,
        as_of=as_of,
        snapshot_id=snapshot_id,
        judged=judged,
        states=states,
        transitions=tuple(transitions),
    )


def _may_change(state: State | None, observation: Observation) -> bool:
    """Return whether an earlier period can still matter: it is new, or the gates held in a period that counts."""
    if state is None or state.last_period_on is None or state.last_period_on < observation.period_ends_on:
        return True
    return bool(state.outcomes)


def run_late(
    rule: Rule,
    *,
    states: Mapping[str, State],
    as_of: date,
    period_ends_on: date,
    snapshot_id: str,
    source: str,
    because: Sequence[str],
) -> EvaluationResult:
    """Note that the data of a rule are late: its entities stay as they are, and are stale."""
    observations = [
        Observation(entity_id=entity_id, period_ends_on=period_ends_on, figures=None, snapshot_id=snapshot_id)
        for entity_id in states
    ]
    evaluation = evaluate(replace(rule, source=source), states, observations, as_of=as_of)
    return EvaluationResult(
        rule=rule,
        as_of=as_of,
        snapshot_id=snapshot_id,
        states=evaluation.states,
        transitions=evaluation.transitions,
        late_because=tuple(because),
    )
