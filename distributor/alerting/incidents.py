"""Incidents: one episode of one entity under one rule, as annotations, notices and routes see it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from distributor.alerting.rules import Rule, Severity
from distributor.alerting.states import Phase, State
from distributor.catalogue.conditions import Quantity

_KEY_LENGTH = 16


class Label(StrEnum):
    """What silences and routes may ask of an incident."""

    RULE = "rule"
    FAMILY = "family"
    METRIC = "metric"
    OWNER = "owner"
    ENTITY = "entity"
    REGION = "region"
    SEVERITY = "severity"


class IncidentKind(StrEnum):
    """What an incident stands for."""

    ENTITY = "entity"  # a rule fired for it
    REGION = "region"  # so many of its branches fire that it is the region's affair
    SOURCE = "source"  # its data are late


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An episode as it stands now."""

    key: str
    episode: int
    rule: str
    family: str
    metric: str
    owner: str
    source: str
    entity_id: str
    region_id: str | None  # None above the regions
    severity: Severity
    phase: Phase
    excess: float  # in members; below 0 where too few is bad
    data_on: date  # end of the newest period judged
    fired_at: datetime
    worsened_at: datetime | None = None
    flapping_since: int | None = None  # episode in which flapping was noticed; None if it does not flap
    kind: IncidentKind = IncidentKind.ENTITY
    changed_at: datetime | None = None  # when it last fired, worsened, eased or ended

    @property
    def id(self) -> str:
        return incident_id(self.key, episode=self.episode)

    @property
    def is_firing(self) -> bool:
        return self.phase is Phase.FIRING

    def label(self, label: Label) -> str:
        """Return the incident's value of *label*; "" where it has none."""
        match label:
            case Label.RULE:
                return self.rule
            case Label.FAMILY:
                return self.family
            case Label.METRIC:
                return self.metric
            case Label.OWNER:
                return self.owner
            case Label.ENTITY:
                return self.entity_id
            case Label.REGION:
                return self.region_id or ""
            case Label.SEVERITY:
                return self.severity


def incident_of(
    rule: Rule,
    state: State,
    *,
    entity_id: str,
    region_id: str | None,
    fired_at: datetime,
    worsened_at: datetime | None = None,
) -> Incident | None:
    """Return the last episode of an entity as an incident; None before the first.

    Args:
        rule: The rule.
        state: Of the entity.
        entity_id: The entity.
        region_id: Its region, if it lies in one.
        fired_at: When the episode's FIRED was recorded.
        worsened_at: When it last worsened.
    """
    if state.evidence is None or state.severity is None:
        return None
    return Incident(
        key=dedup_key(rule.alert, entity_id, row_filter=rule.filter),
        episode=state.episode,
        rule=rule.alert,
        family=rule.family,
        metric=rule.metric,
        owner=rule.owner,
        source=rule.source,
        entity_id=entity_id,
        region_id=region_id,
        severity=state.severity,
        phase=state.phase,
        excess=state.evidence.figures.get(Quantity.EXCESS) or 0.0,
        data_on=state.evidence.period_ends_on,
        fired_at=fired_at,
        worsened_at=worsened_at,
        flapping_since=state.flapping_since,
    )


def incident_id(key: str, *, episode: int) -> str:
    """Return the id of one episode."""
    return f"{key}-e{episode}"


def dedup_key(rule: str, entity_id: str, *, row_filter: str = "") -> str:
    """Return the key that all episodes of one entity under one rule share.

    Neither figures nor severity nor wording are in it, so that a change of these is no new incident; being a hash, it
    does not show what it is about.
    """
    return sha256("\x1f".join((rule, entity_id, row_filter)).encode()).hexdigest()[:_KEY_LENGTH]
