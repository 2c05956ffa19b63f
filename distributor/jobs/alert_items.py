"""From an entity's account to what a message says of it: labels, names, raw figures."""

from distributor.alerting.account import Account, baseline_of
from distributor.alerting.drivers import DriverView
from distributor.alerting.incidents import Incident
from distributor.alerting.rules import Baseline, EntityKind, Rule
from distributor.alerting.states import Episode, Phase, State
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Quantity
from distributor.catalogue.models import RateMetric
from distributor.catalogue.regions import Direction
from distributor.jobs.alert_labels import Labels
from distributor.metrics.windows import Window, shift_months, window_of
from renderers.alerts import models

_LONGEST_MONTHS = 36
_BASELINES = {
    Baseline.ORGANISATION: models.Baseline.organisation,
    Baseline.TARGET: models.Baseline.target,
    Baseline.LAST_YEAR: models.Baseline.last_year,
    None: models.Baseline.limit,
}


def item_of(
    incident: Incident,
    rule: Rule,
    *,
    account: Account | None,
    state: State,
    place: str,
    labels: Labels,
    ending: models.Ending | None,
    sees_small_cells: bool,
    tested_by_region: bool,
    actions: models.Actions,
    acknowledged_by: str = "",
) -> models.Item:
    """Return what is said of one incident.

    Args:
        incident: The incident.
        rule: As it was worded when the figures were computed.
        account: Its figures; None where only its evidence is left: of rules about freshness, and of what is long over.
        state: Of its entity, for since when and how often.
        place: Its name.
        labels: The catalogue's words.
        ending: Why it is over.
        sees_small_cells: Whether the reader may see counts of few persons.
        tested_by_region: Whether regions are judged too.
        actions: Its pages.
        acknowledged_by: Who looks into it.
    """
    episode = next((one for one in state.episodes if one.number == incident.episode), None)
    evidence = state.evidence.figures if state.evidence is not None else {}
    row = account.row if account is not None else {str(name): figure for name, figure in evidence.items()}
    is_counted_level = rule.kind is RuleKind.LEVEL
    return models.Item(
        place=place,
        kind=models.Place(rule.entity),
        metric=labels.metric(rule),
        things=labels.things(rule),
        family=_family(rule),
        baseline=_BASELINES[baseline_of(rule)],
        side=models.Side.above if rule.direction is Direction.HIGH_IS_BAD else models.Side.below,
        severity=models.Severity(incident.severity),
        incident_id=incident.id,
        how=labels.value_format(rule),
        observed=row.get(Quantity.VALUE) if is_counted_level else row.get("observed"),
        expected=row.get("expected"),
        excess=row.get(Quantity.EXCESS),
        left_out=row.get("left_out") or 0.0,
        value=row.get(Quantity.DATA_AGE_DAYS if rule.kind is RuleKind.FRESHNESS else Quantity.VALUE),
        base_value=account.base_value if account is not None else None,
        months=_months(account, labels) if account is not None else None,
        limit=limit_of(rule),
        members=row.get(Quantity.MEMBERS),
        event=None if rule.event is None else models.EventKind(rule.event.kind),
        since_on=episode.since_on if episode is not None else None,
        periods=_periods(state, incident, episode),
        step=models.Step(rule.data.period),
        times=sum(one.number <= incident.episode for one in state.episodes) or 1,
        sureness=_sureness(account, tested_by_region=tested_by_region),
        views=_views(account, labels, sees_small_cells=sees_small_cells),
        mix=_mix(account, labels),
        forecast=_forecast(account),
        ending=ending,
        is_retracted=incident.phase is Phase.RETRACTED,
        acknowledged_by=acknowledged_by,
        actions=actions,
        min_cell=0 if sees_small_cells else labels.min_cell(rule),
    )


def region_item(
    incident: Incident, rule: Rule, *, place: str, labels: Labels, ending: models.Ending | None, actions: models.Actions
) -> models.Item:
    """Return what is said of a region that stands for its branches: how far these are off together.

    Args:
        incident: The region's; its excess is that of its branches.
        rule: Of the branch that is furthest off.
        place: The region's name.
        labels: The catalogue's words.
        ending: Why it is over.
        actions: Its pages.
    """
    return models.Item(
        place=place,
        kind=models.Place.region,
        metric=labels.metric(rule),
        things=labels.things(rule),
        family=_family(rule),
        baseline=_BASELINES[baseline_of(rule)],
        side=models.Side.above if rule.direction is Direction.HIGH_IS_BAD else models.Side.below,
        severity=models.Severity(incident.severity),
        incident_id=incident.id,
        how=labels.value_format(rule),
        excess=incident.excess,
        step=models.Step(rule.data.period),
        ending=ending,
        actions=actions,
    )


def _family(rule: Rule) -> models.Family:
    match rule.kind:
        case RuleKind.EVENT:
            return models.Family.event
        case RuleKind.FRESHNESS:
            return models.Family.freshness
        case RuleKind.LEVEL:
            return models.Family.threshold
        case RuleKind.RATE | RuleKind.SHARE | RuleKind.PACE:
            return models.Family(rule.kind) if rule.compare is not None else models.Family.threshold


def _months(account: Account, labels: Labels) -> int | None:
    """Return the length of a rate's window in whole months."""
    rule = account.rule
    metric = labels.catalogue.metrics[rule.metric]
    if not isinstance(metric, RateMetric):
        return None
    year = labels.catalogue.organisation.membership_year
    return _whole_months(window_of(rule.window or metric.window, account.period, membership_year=year))


def _whole_months(window: Window) -> int | None:
    lengths = range(1, _LONGEST_MONTHS + 1)
    return next((months for months in lengths if shift_months(window.from_on, months) == window.to_on), None)


def limit_of(rule: Rule) -> float | None:
    """Return the bare threshold of a figure; of an event the days that it looks ahead."""
    if rule.event is not None:
        return float(rule.event.within_days)
    wanted = (Quantity.VALUE, Quantity.DATA_AGE_DAYS)
    return next((one.threshold for one in rule.fire_when.comparisons() if one.quantity in wanted), None)


def _periods(state: State, incident: Incident, episode: Episode | None) -> int:
    """Return for how many periods the episode has lasted; only the last one is still counted."""
    return len(state.outcomes) if episode is not None and incident.episode == state.episode else 0


def _sureness(account: Account | None, *, tested_by_region: bool) -> models.Sureness | None:
    if account is None or account.rule.kind is RuleKind.EVENT:
        return None
    return models.Sureness(
        one_in=account.one_in,
        judged=account.judged,
        flagged=account.flagged,
        too_small=account.too_small,
        without_data=account.without_data,
        tested_by_region=tested_by_region and account.rule.entity is EntityKind.BRANCH,
        smallest_ratio=account.smallest_ratio,
    )


def _views(account: Account | None, labels: Labels, *, sees_small_cells: bool) -> tuple[models.View, ...]:
    if account is None:
        return ()
    least = 0 if sees_small_cells else labels.min_cell(account.rule)
    return tuple(_view(one, account.rule, labels, least=least) for one in account.views)


def _view(view: DriverView, rule: Rule, labels: Labels, *, least: int) -> models.View:
    return models.View(
        column=labels.column(rule, view.column),
        drivers=tuple(
            models.Driver(
                segment=labels.segment(rule, view.column, one.value),
                excess=None if 0 < one.observed < least else one.excess,
            )
            for one in view.segments
        ),
    )


def _mix(account: Account | None, labels: Labels) -> models.Mix | None:
    """Say whether it is mix: of a change from last year, or of a rule that takes the mix into account."""
    if account is None or account.mix is None:
        return None
    compare = account.rule.compare
    by = tuple(labels.column(account.rule, column) for column in account.mix_by)
    is_change = compare is not None and compare.to is Baseline.LAST_YEAR
    if is_change and account.mix.is_mix_change:
        is_any_worse = account.mix.is_any_group_worse(account.tail)
        return models.Mix(kind=models.MixKind.mostly_mix if is_any_worse else models.MixKind.all_mix, by=by)
    if compare is None or not compare.standardise:
        return None
    return models.Mix(kind=models.MixKind.no_mix, by=by, ratio=account.row.get(Quantity.RATIO))


def _forecast(account: Account | None) -> models.Forecast | None:
    if account is None or account.low is None or account.high is None:
        return None
    row = account.row
    mean, target, chance = (row.get(name) for name in ("forecast", "year_target", Quantity.TARGET_PROBABILITY))
    if mean is None or target is None or chance is None:
        return None
    return models.Forecast(
        mean=mean,
        low=account.low,
        high=account.high,
        target=target,
        chance=chance,
        needed_a_day=row.get("needed_a_day"),
    )
