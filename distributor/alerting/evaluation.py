"""One rule judged for all its entities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from distributor.alerting.observations import Observation
from distributor.alerting.rules import Rule
from distributor.alerting.states import INITIAL, Change, State, Transition
from distributor.alerting.step import step


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """States of all entities after an evaluation, and what changed, by entity."""

    states: Mapping[str, State]
    transitions: tuple[Transition, ...]


def evaluate(
    rule: Rule, states: Mapping[str, State], observations: Iterable[Observation], *, as_of: date
) -> Evaluation:
    """Take a step for each entity observed; the order of the observations does not matter.

    Earlier periods of an entity are judged before later ones. An entity that is not observed stays as it is.
    """
    after = dict(states)
    transitions: list[Transition] = []
    for observation in sorted(observations, key=lambda one: (one.entity_id, one.period_ends_on)):
        previous = after.get(observation.entity_id, INITIAL)
        after[observation.entity_id], told = step(rule, previous, observation, as_of)
        transitions += told
    return Evaluation(states=after, transitions=tuple(transitions))


def late_sources(transitions: Iterable[Transition]) -> tuple[str, ...]:
    """Return the sources whose data is late: told once each, not once per branch."""
    sources = {one.source for one in transitions if one.change is Change.DATA_LATE and one.source is not None}
    return tuple(sorted(sources))
