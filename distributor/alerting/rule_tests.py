"""Tests of rules as they are written beside them: series in, the complete set of incidents out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

from distributor.alerting.judging import Judged, judge
from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.rule_test_series import levels_of, sums_of
from distributor.alerting.rules import Rule
from distributor.alerting.states import INITIAL, Change, Ending, Phase, State
from distributor.alerting.step import step
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.alert_models import AlertTestSpec, CheckpointSpec
from distributor.catalogue.catalogue import Metric
from distributor.metrics.windows import Period
from distributor.statistics.alignment import Alignment

_TOLD = frozenset({Phase.FIRING, Phase.RESOLVED, Phase.RETRACTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a test found; nothing under ``differences`` if all was as expected."""

    name: str
    test: str
    rule: str
    differences: tuple[str, ...]

    @property
    def is_passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """An incident that a test has brought about.

    Attributes:
        state: Of its entity.
        ending: Why it was resolved; None while it fires, and of what is retracted.
        judged: All entities in the newest period that it rests on.
        ground: What they were judged by.
    """

    entity_id: str
    state: State
    ending: Ending | None
    judged: Judged
    ground: Ground


class Headlines(Protocol):
    """Says what heads the message about an incident, without the word for its severity."""

    def __call__(self, found: Found) -> str: ...


def check_rule(
    name: str,
    spec: AlertTestSpec,
    rule: Rule,
    *,
    metrics: Mapping[str, Metric],
    headline: Headlines,
    membership_year: str = "01-01",
) -> Verdict:
    """Run one test.

    Args:
        name: File and number, for messages.
        spec: The test.
        rule: The rule that it names. Its paces are aligned by calendar: a series has no days.
        metrics: Of the catalogue.
        headline: Asked for where a test expects a text.
        membership_year: First day of the membership year, MM-DD.

    Returns:
        The differences, in the order of the days: incidents that are missing, those that were not expected, and those
        that are told in other words.
    """
    if rule.compare is not None and rule.kind is RuleKind.PACE:
        rule = replace(rule, compare=replace(rule.compare, align=Alignment.CALENDAR, history_from=None))
    sums = sums_of(spec, rule, metrics)
    places = Places(tree=sums.tree, levels=levels_of(rule))
    ground = Ground(sums=sums, places=places, metrics=metrics, membership_year=membership_year)
    trial = _Trial(rule=rule, ground=ground)
    differences: list[str] = []
    judged = 0
    for point in spec.expect:
        as_of = date.fromisoformat(point.as_of)
        while judged < len(sums.periods) and _is_complete(sums.periods[judged], rule, as_of):
            trial.judge(sums.periods[judged])
            judged += 1
        differences += _compare(point, trial, headline)
    return Verdict(name=name, test=spec.test, rule=spec.rule, differences=tuple(differences))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trial:
    """How the entities of a test stand, period after period."""

    rule: Rule
    ground: Ground
    states: dict[str, State] = field(default_factory=dict)
    endings: dict[str, Ending | None] = field(default_factory=dict)
    judged: dict[date, Judged] = field(default_factory=dict)

    def judge(self, period: Period) -> None:
        judged = self.judged[period.window.last_on] = judge(self.rule, period, self.ground)
        for observation in judged.observations("test"):
            entity = observation.entity_id
            before = self.states.get(entity, INITIAL)
            self.states[entity], transitions = step(self.rule, before, observation, _closed_on(period, self.rule))
            for one in transitions:
                if one.change is not Change.DATA_LATE:
                    self.endings[entity] = one.ending

    def found(self, entity: str) -> Found:
        state = self.states[entity]
        assert state.evidence is not None
        return Found(
            entity_id=entity,
            state=state,
            ending=self.endings[entity],
            judged=self.judged[state.evidence.period_ends_on],
            ground=self.ground,
        )


def _compare(point: CheckpointSpec, trial: _Trial, headline: Headlines) -> Iterator[str]:
    wanted = {(one.entity, one.episode): one for one in point.incidents}
    found = {
        (entity, state.episode): f"{state.phase} {state.severity}"
        for entity, state in trial.states.items()
        if state.phase in _TOLD
    }
    for entity, episode in sorted(wanted.keys() | found.keys()):
        one = wanted.get((entity, episode))
        which = entity if episode == 1 else f"{entity} (episode {episode})"
        want = "no incident" if one is None else f"{one.phase} {one.severity}"
        got = found.get((entity, episode), "no incident")
        if want != got:
            yield f"{point.as_of}: {which}: expected {want}, got {got}"
        elif one is not None and one.text is not None and one.text != (said := headline(trial.found(entity))):
            yield f'{point.as_of}: {which}: expected the text "{one.text}", got "{said}"'
    is_late = any(state.is_stale for state in trial.states.values())
    if is_late != point.late:
        yield f"{point.as_of}: the data are {'late' if is_late else 'not late'}, which was not expected"


def _is_complete(period: Period, rule: Rule, as_of: date) -> bool:
    return _closed_on(period, rule) <= as_of


def _closed_on(period: Period, rule: Rule) -> date:
    return period.window.last_on + timedelta(days=rule.data.close_lag_days)
