"""Incidents of regions and of late sources, brought up to date after an evaluation."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from distributor.alerting.grouping import RollUp
from distributor.alerting.incidents import IncidentKind, incident_id
from distributor.alerting.places import Places
from distributor.alerting.rule_run import EvaluationResult
from distributor.alerting.rules import EntityKind, Rule, Severity
from distributor.alerting.stand_ins import SOURCE_FAMILY, regional, source_key
from distributor.alerting.states import Change, Phase
from distributor.jobs.alert_incidents import Changes, incident_of_record
from distributor.ledger.alert_records import IncidentRecord

_YEAR = timedelta(days=365)
# Why a region no longer stands for its branches, why a source's incident is over.
FEWER, OWN_TEST, CAME = "fewer", "own_test", "came"


def regions_of(result: EvaluationResult, places: Places) -> dict[str, str]:
    """Return the region of each entity that a rule judged, "" of the organisation as a whole."""
    if not result.judged:
        return {}
    newest = result.judged[-1]
    regions = places.regions[newest.nodes].tolist()
    branches = places.tree.branches
    return {
        entity_id: branches[region].branch_id if region else ""
        for entity_id, region in zip(newest.entity_ids, regions, strict=True)
    }


def eligible_branches(results: Iterable[EvaluationResult], places: Places) -> dict[tuple[str, str], int]:
    """Return how many branches could be judged, by rule family and region; each branch counts once a family."""
    judged: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for result in results:
        if result.rule.entity is not EntityKind.BRANCH or not result.rule.notify or not result.judged:
            continue
        newest = result.judged[-1]
        for node in newest.nodes[np.asarray(newest.is_eligible)].tolist():
            region = int(places.regions[node])
            judged[result.rule.family, places.tree.branches[region].branch_id].add(node)
    return {place: len(nodes) for place, nodes in judged.items()}


def apply_regions(
    changes: Changes,
    rules: Sequence[Rule],
    *,
    eligible: Mapping[tuple[str, str], int],
    families: Collection[str],
    earlier: Sequence[IncidentRecord],
) -> None:
    """Let regions fire in whose branches so much fires, and end where it does no longer.

    Args:
        changes: The incidents; they change.
        rules: All rules.
        eligible: Number of branches that could be judged.
        families: Rule families that were judged; the regions of others stay as they are.
        earlier: All episodes of regions so far.
    """
    firing = [incident_of_record(one) for one in changes.firing]
    found = [one for one in regional(firing, rules, eligible=eligible) if one.family in families]
    for roll_up in found:
        _stand_for(changes, roll_up, earlier)
    still = {one.key for one in found}
    named = {rule.alert: rule for rule in rules}
    own = {
        (one.family, one.entity_id)
        for one in changes.firing
        if one.kind == IncidentKind.ENTITY and one.rule in named and named[one.rule].entity is EntityKind.REGION
    }
    for record in changes.firing:
        if record.kind == IncidentKind.REGION and record.family in families and record.key not in still:
            ending = OWN_TEST if (record.family, record.entity_id) in own else FEWER
            changes.end(record, ending=ending, on=_newest(changes, record))


def apply_sources(
    changes: Changes,
    rules: Sequence[Rule],
    *,
    late: Mapping[str, date],
    looked_at: Collection[str],
    root_id: str,
    earlier: Sequence[IncidentRecord],
) -> None:
    """Let sources fire that are late, and end what has come.

    Args:
        changes: The incidents; they change.
        rules: All rules.
        late: Sources that are late, with the end of the newest period that should be there.
        looked_at: Sources that this evaluation knows of; others stay as they are.
        root_id: The organisation as a whole, whose affair it is.
        earlier: All episodes of sources so far.
    """
    for source, due_on in sorted(late.items()):
        known = changes.known.get(source_key(source))
        if known is None or not known.is_firing:
            record = _late(changes, rules, source, due_on, root_id=root_id, earlier=earlier)
            changes.note(record, Change.FIRED, on=due_on)
    for record in changes.firing:
        if record.kind == IncidentKind.SOURCE and record.source in looked_at and record.source not in late:
            changes.end(record, ending=CAME, on=changes.as_of)


def _stand_for(changes: Changes, roll_up: RollUp, earlier: Sequence[IncidentRecord]) -> None:
    data_on = max(one.data_on for one in roll_up.children)
    known = changes.known.get(roll_up.key)
    if known is None or not known.is_firing:
        changes.note(_regional(changes, roll_up, data_on, earlier), Change.FIRED, on=data_on)
        return
    shifted = changes.shift(known, roll_up.severity, on=data_on)
    changes.put(replace(shifted, excess=roll_up.excess, data_on=data_on))


def _regional(changes: Changes, roll_up: RollUp, data_on: date, earlier: Sequence[IncidentRecord]) -> IncidentRecord:
    largest = changes.known[roll_up.children[0].key]
    return _next_episode(
        replace(
            largest,
            key=roll_up.key,
            kind=IncidentKind.REGION,
            entity_id=roll_up.region_id,
            region_id=roll_up.region_id,
            severity=roll_up.severity,
            excess=roll_up.excess,
            since_on=min(changes.known[one.key].since_on for one in roll_up.children),
            data_on=data_on,
        ),
        changes,
        earlier,
    )


def _late(
    changes: Changes,
    rules: Sequence[Rule],
    source: str,
    due_on: date,
    *,
    root_id: str,
    earlier: Sequence[IncidentRecord],
) -> IncidentRecord:
    reading = [rule for rule in rules if rule.source == source]
    first = next((rule for rule in reading if rule.notify), reading[0] if reading else None)
    record = IncidentRecord(
        incident_id="",
        key=source_key(source),
        episode=1,
        kind=IncidentKind.SOURCE,
        rule=first.alert if first else "",
        version=first.version if first else "",
        family=SOURCE_FAMILY,
        metric="",
        owner=first.owner if first else "",
        source=source,
        entity_id=root_id,
        severity=Severity.WARNING,
        phase=Phase.FIRING,
        since_on=due_on,
        data_on=due_on,
        fired_at=changes.now,
        changed_at=changes.now,
        evaluation_id=changes.evaluation_id,
    )
    return _next_episode(record, changes, earlier)


def _next_episode(record: IncidentRecord, changes: Changes, earlier: Sequence[IncidentRecord]) -> IncidentRecord:
    same = [one for one in earlier if one.key == record.key]
    episode = 1 + max((one.episode for one in same), default=0)
    return replace(
        record,
        incident_id=incident_id(record.key, episode=episode),
        episode=episode,
        times_in_12_months=1 + sum(one.fired_at > changes.now - _YEAR for one in same),
        fired_at=changes.now,
        worsened_at=None,
        ended_at=None,
        ending="",
        flapping_since=None,
    )


def _newest(changes: Changes, region: IncidentRecord) -> date:
    """Return the end of the newest data period by which a region's branches stand as they do."""
    theirs = (
        one.data_on
        for one in changes.known.values()
        if one.family == region.family and one.region_id == region.entity_id and one.kind == IncidentKind.ENTITY
    )
    return max((region.data_on, *theirs))
