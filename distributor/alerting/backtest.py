"""A rule replayed over past periods: how many incidents, of how many branches, and how many messages it had made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from distributor.alerting.evaluation import evaluate
from distributor.alerting.grouping import group
from distributor.alerting.incidents import Incident, incident_of
from distributor.alerting.judging import Judged, judge
from distributor.alerting.look import Ground
from distributor.alerting.rules import Rule
from distributor.alerting.states import Change, Phase, State, Transition
from distributor.metrics.windows import Period

_TOLD = frozenset({Change.FIRED, Change.RESOLVED, Change.RETRACTED})
_DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a rule would have done.

    Attributes:
        periods: Last days of the periods judged, in order.
        transitions: Everything that changed.
        eligible: Entities that could be judged, by period.
        fired: Incidents by period.
        messages: Messages after grouping by family, region and severity, by period.
        flapping: Entities marked as flapping at some time.
        still_firing: Entities that fire at the end.
    """

    rule: Rule
    periods: tuple[date, ...]
    transitions: tuple[Transition, ...] = field(repr=False)
    eligible: tuple[int, ...]
    fired: tuple[int, ...]
    messages: tuple[int, ...]
    flapping: frozenset[str]
    still_firing: frozenset[str]

    @property
    def incidents(self) -> int:
        return sum(self.fired)

    @property
    def entities(self) -> frozenset[str]:
        """Entities that fired at least once."""
        return frozenset(one.entity_id for one in self.transitions if one.change is Change.FIRED)

    @property
    def months(self) -> float:
        """Length of the time judged, in months."""
        first, last = self.periods[0], self.periods[-1]
        length = (last - first).days / max(len(self.periods) - 1, 1) * len(self.periods)
        return max(length / _DAYS_PER_MONTH, 1.0) if len(self.periods) > 1 else 1.0

    @property
    def incidents_a_month(self) -> float:
        return self.incidents / self.months

    @property
    def messages_a_month(self) -> float:
        return sum(self.messages) / self.months


def backtest(rule: Rule, periods: Sequence[Period], ground: Ground) -> Backtest:
    """Judge a rule in each period on the day on which it was complete, with the same steps as in service.

    Data that came late are known here from the start: whatever has no date of its own when it was entered cannot be
    taken back out.
    """
    states: dict[str, State] = {}
    transitions: list[Transition] = []
    eligible, fired, messages = [], [], []
    flapping: set[str] = set()
    for period in periods:
        judged = judge(rule, period, ground)
        as_of = period.window.last_on + timedelta(days=rule.data.close_lag_days)
        evaluation = evaluate(rule, states, judged.observations("backtest"), as_of=as_of)
        states = dict(evaluation.states)
        transitions += evaluation.transitions
        eligible.append(judged.eligible)
        fired.append(sum(one.change is Change.FIRED for one in evaluation.transitions))
        messages.append(_messages(rule, evaluation.transitions, states, judged, ground, as_of=as_of))
        flapping |= {name for name, state in states.items() if state.flapping_since is not None}
    return Backtest(
        rule=rule,
        periods=tuple(period.window.last_on for period in periods),
        transitions=tuple(transitions),
        eligible=tuple(eligible),
        fired=tuple(fired),
        messages=tuple(messages),
        flapping=frozenset(flapping),
        still_firing=frozenset(name for name, state in states.items() if state.phase is Phase.FIRING),
    )


def _messages(
    rule: Rule,
    transitions: Iterable[Transition],
    states: dict[str, State],
    judged: Judged,
    ground: Ground,
    *,
    as_of: date,
) -> int:
    """Return the messages that one day's changes make: one for each group that begins, one for each that ends."""
    places = ground.places
    nodes = dict(zip(judged.entity_ids, judged.nodes.tolist(), strict=True))
    at = datetime.combine(as_of, time(), UTC)
    begun: list[Incident] = []
    ended: list[Incident] = []
    for one in transitions:
        if one.change not in _TOLD:
            continue
        region_id = places.tree.branches[places.regions[nodes[one.entity_id]]].branch_id
        incident = incident_of(rule, states[one.entity_id], entity_id=one.entity_id, region_id=region_id, fired_at=at)
        if incident is not None:
            (begun if one.change is Change.FIRED else ended).append(incident)
    return len(group(begun)) + len(group(ended))
