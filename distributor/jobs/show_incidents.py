"""Incidents as people ask for them: a list, one with its whole story, and what was once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow.parquet as pq

from distributor.alerting.incidents import IncidentKind
from distributor.errors import UsageError
from distributor.jobs.alert_annotations import annotations_of, find_incident
from distributor.jobs.alert_incidents import incident_of_record
from distributor.jobs.application import Application
from distributor.jobs.evaluate_rules import OBSERVATIONS
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import (
    AckRecord,
    EscalationStepRecord,
    IncidentRecord,
    NoticeRecord,
    SnoozeRecord,
    TransitionRecord,
    VerdictRecord,
)
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord
from distributor.packs.plan import find_branch
from recipients.branches import BranchTree


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIncident:
    """One line of a list.

    Attributes:
        place: Name of the entity; a workplace goes by what its column names it.
        standing: Beside the phase: "acknowledged by Kari", "snoozed", "silenced"; empty for nothing.
    """

    record: IncidentRecord
    place: str
    region: str
    standing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTo:
    """A notice, and what became of the message that brought it."""

    notice: NoticeRecord
    delivery: DeliveryRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStory:
    """All that is known of an incident.

    Attributes:
        figures: Of the newest period that was judged, as the evaluation stored them; none where it is not kept.
    """

    shown: ShownIncident
    figures: Mapping[str, float]
    transitions: tuple[TransitionRecord, ...]
    told: tuple[ToldTo, ...]
    acks: tuple[AckRecord, ...]
    snoozes: tuple[SnoozeRecord, ...]
    steps: tuple[EscalationStepRecord, ...]
    verdicts: tuple[VerdictRecord, ...] = field(default=())


def list_incidents(
    app: Application, *, rule: str = "", entity: str = "", is_all: bool = False
) -> tuple[ShownIncident, ...]:
    """Return the incidents that fire, or all: by severity, then by excess.

    Raises:
        UsageError: The rule is not known, and nothing was ever recorded of it.
    """
    tree = app.directory.load().tree
    which = IncidentFilter(rule=_rule(app, rule), entity_id=_entity(entity, tree), firing_only=not is_all)
    found = app.ledger.incidents(which)
    return _shown(app, sorted(found, key=_most_urgent), tree)


def past_incidents(app: Application, *, rule: str = "", entity: str = "", days: int) -> tuple[ShownIncident, ...]:
    """Return the incidents of which something changed in the last so many days, the latest first."""
    tree = app.directory.load().tree
    since = app.clock.now() - timedelta(days=days)
    which = IncidentFilter(rule=_rule(app, rule), entity_id=_entity(entity, tree), changed_since=since)
    return _shown(app, sorted(app.ledger.incidents(which), key=lambda one: one.changed_at, reverse=True), tree)


def show_incident(app: Application, begins: str) -> IncidentStory:
    """Return the story of the incident whose id begins so.

    Raises:
        UsageError: None, or several.
    """
    record, ledger = find_incident(app, begins), app.ledger
    ids = (record.incident_id,)
    notices = ledger.notices(ids)
    keys = tuple(one.delivery_key for one in notices)
    deliveries = {one.key: one for one in ledger.deliveries(DeliveryFilter(keys=keys))} if keys else {}
    [shown] = _shown(app, [record], app.directory.load().tree)
    return IncidentStory(
        shown=shown,
        figures=_figures(app, record),
        transitions=ledger.transitions(ids),
        told=tuple(ToldTo(notice=one, delivery=deliveries.get(one.delivery_key)) for one in notices),
        acks=ledger.acks(ids),
        snoozes=ledger.snoozes(ids),
        steps=ledger.steps(ids),
        verdicts=ledger.verdicts(ids),
    )


def name_places(app: Application, records: list[IncidentRecord]) -> tuple[ShownIncident, ...]:
    """Return incidents with the names of their places."""
    return _shown(app, records, app.directory.load().tree)


def _shown(app: Application, records: list[IncidentRecord], tree: BranchTree) -> tuple[ShownIncident, ...]:
    standing = _standings(app, records, now=app.clock.now())
    return tuple(
        ShownIncident(
            record=one,
            place=one.source if one.kind == IncidentKind.SOURCE else _name(one.entity_id, tree),
            region=_name(one.region_id, tree),
            standing=standing.get(one.incident_id, ""),
        )
        for one in records
    )


def _standings(app: Application, records: list[IncidentRecord], *, now: datetime) -> dict[str, str]:
    incidents = [incident_of_record(one) for one in records if one.is_firing]
    annotations = annotations_of(app.ledger, incidents, inhibited={}, mute=None)
    found: dict[str, str] = {}
    for one in incidents:
        if (hidden := annotations.hides(one, now=now)) is not None:
            found[one.id] = hidden
        acks = [ack for ack in annotations.acks if ack.is_active(one, now=now)]
        if acks:
            found[one.id] = f"acknowledged by {acks[-1].author}"
    return found


def _figures(app: Application, record: IncidentRecord) -> dict[str, float]:
    path = app.evaluations_folder / record.evaluation_id / OBSERVATIONS / f"{record.rule}.parquet"
    if record.kind != IncidentKind.ENTITY or not path.is_file():
        return {}
    rows = pq.read_table(path, filters=[("entity_id", "=", record.entity_id)]).to_pylist()
    rows.sort(key=lambda row: row["period_ends_on"])
    return {name: value for name, value in rows[-1].items() if isinstance(value, float)} if rows else {}


def _most_urgent(one: IncidentRecord) -> tuple[bool, bool, float, str]:
    return not one.is_firing, one.severity != "critical", -abs(one.excess), one.incident_id


def _rule(app: Application, name: str) -> str:
    if name and name not in app.catalogue.alerts and not app.ledger.incidents(IncidentFilter(rule=name)):
        known = ", ".join(app.catalogue.alerts) or "none"
        raise UsageError(f'there is no alert rule "{name}". Known: {known}.')
    return name


def _entity(name: str, tree: BranchTree) -> str:
    """Return the id of a branch that is named; anything else is an id already."""
    names = {branch.name.casefold() for branch in tree.branches}
    return find_branch(name, tree).branch_id if name.casefold() in names else name


def _name(branch_id: str, tree: BranchTree) -> str:
    return tree.branch(branch_id).name if branch_id in tree else branch_id
