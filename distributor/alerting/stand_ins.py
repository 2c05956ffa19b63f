"""Incidents that stand for others: a region in place of its branches, a source that is late in place of its rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from distributor.alerting.grouping import RollUp, RollUpCause, roll_up
from distributor.alerting.incidents import Incident, IncidentKind, dedup_key
from distributor.alerting.rules import EntityKind, Rule
from distributor.catalogue.alert_kinds import RuleKind

SOURCE_FAMILY = "late_data"


def source_key(source: str) -> str:
    """Return the key of the incidents of a source that is late."""
    return dedup_key(SOURCE_FAMILY, source)


def regional(
    incidents: Iterable[Incident], rules: Sequence[Rule], *, eligible: Mapping[tuple[str, str], int]
) -> tuple[RollUp, ...]:
    """Return the regions that so many of their branches make an incident; not those whose own test fires.

    Args:
        incidents: All that fire.
        rules: All rules; what notifies nobody is no region's affair.
        eligible: Number of branches that could be judged, by family and region.
    """
    branches = _heard(incidents, rules, EntityKind.BRANCH)
    regions = _heard(incidents, rules, EntityKind.REGION)
    found = roll_up(branches, regions=regions, eligible=eligible)
    return tuple(one for one in found if one.cause is RollUpCause.SHARE)


def inhibitions(incidents: Sequence[Incident], rules: Sequence[Rule], *, late: Mapping[str, str]) -> dict[str, str]:
    """Return what is not told because something else is: incident → key of that.

    A region that fires, by its own test or for its branches, inhibits them. Late data inhibit every rule that reads
    them but those about their age, and these, the source's own incident.

    Args:
        incidents: All that fire, regions and sources among them.
        rules: All rules.
        late: Rules that read a late source, with the source.
    """
    fresh = {rule.alert for rule in rules if rule.kind is RuleKind.FRESHNESS and rule.notify}
    resting = [one for one in incidents if one.kind is not IncidentKind.SOURCE and one.rule in late.keys() - fresh]
    told = {one.source: one.key for one in incidents if one.rule in fresh and one.is_firing}
    sources = (one for one in incidents if one.kind is IncidentKind.SOURCE and one.source in told)
    return {
        **dict(_by_region(incidents, rules)),
        **{one.id: source_key(late[one.rule]) for one in resting},
        **{one.id: told[one.source] for one in sources},
    }


def _by_region(incidents: Sequence[Incident], rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    shares = (one for one in incidents if one.kind is IncidentKind.REGION and one.is_firing)
    regions = {(one.family, one.entity_id): one.key for one in (*shares, *_heard(incidents, rules, EntityKind.REGION))}
    for one in _heard(incidents, rules, EntityKind.BRANCH):
        if (key := regions.get((one.family, one.region_id or ""))) is not None:
            yield one.id, key


def _heard(incidents: Iterable[Incident], rules: Sequence[Rule], entity: EntityKind) -> tuple[Incident, ...]:
    """Return what fires for entities of a kind under rules that notify somebody."""
    names = {rule.alert for rule in rules if rule.entity is entity and rule.notify}
    return tuple(one for one in incidents if one.kind is IncidentKind.ENTITY and one.is_firing and one.rule in names)
