"""Incidents put together: one message for many, one regional incident in place of its branches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from distributor.alerting.incidents import Incident, dedup_key
from distributor.alerting.rules import Severity

MOST_CHILDREN = 5
# So much of a region's eligible branches, and so many, are the region's affair.
REGION_SHARE = 0.25
REGION_LEAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Incidents that go out as one message, the largest excess first."""

    family: str
    region_id: str | None
    severity: Severity
    incidents: tuple[Incident, ...]

    @property
    def shown(self) -> tuple[Incident, ...]:
        return self.incidents[:MOST_CHILDREN]

    @property
    def more(self) -> int:
        """Number of those that "+7 more" stands for."""
        return len(self.incidents) - len(self.shown)


class RollUpCause(StrEnum):
    """Why a region stands for its branches."""

    OWN_TEST = "own_test"  # a rule of the family fires for the region itself
    SHARE = "share"  # so many of its branches fire


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """A regional incident in place of its branches' own."""

    key: str  # of the region's own incident, where there is one
    family: str
    region_id: str
    cause: RollUpCause
    children: tuple[Incident, ...]
    eligible: int  # branches of the region that could be judged

    @property
    def excess(self) -> float:
        """Members beyond expectation in the branches that fire."""
        return sum(child.excess for child in self.children)

    @property
    def severity(self) -> Severity:
        is_critical = any(child.severity is Severity.CRITICAL for child in self.children)
        return Severity.CRITICAL if is_critical else Severity.WARNING


def group(incidents: Iterable[Incident]) -> tuple[Group, ...]:
    """Put together what has the same rule family, region and severity; the order given does not matter."""
    ordered = sorted(incidents, key=lambda incident: (_group_key(incident), _by_excess(incident)))
    return tuple(
        Group(family=family, region_id=region or None, severity=Severity(severity), incidents=tuple(members))
        for (severity, family, region), members in groupby(ordered, key=_group_key)
    )


def roll_up(
    branches: Iterable[Incident], *, regions: Iterable[Incident], eligible: Mapping[tuple[str, str], int]
) -> tuple[RollUp, ...]:
    """Return the regions that stand for their branches, of each rule family.

    Args:
        branches: Incidents of branches.
        regions: Incidents of whole regions; their entity is the region.
        eligible: Number of branches that could be judged, by family and region.
    """
    own = {(one.family, one.entity_id): one for one in regions if one.is_firing}
    children: dict[tuple[str, str], list[Incident]] = {}
    for one in branches:
        if one.is_firing and one.region_id is not None:
            children.setdefault((one.family, one.region_id), []).append(one)
    found = (
        _roll_up(place, members, own=own.get(place), eligible=eligible.get(place, 0))
        for place, members in sorted(children.items())
    )
    return tuple(one for one in found if one is not None)


def region_key(family: str, region_id: str) -> str:
    """Return the key of a region's incidents that its branches make."""
    return dedup_key(family, region_id, row_filter="region")


def _roll_up(place: tuple[str, str], children: list[Incident], *, own: Incident | None, eligible: int) -> RollUp | None:
    family, region_id = place
    branches = len({child.entity_id for child in children})
    is_many = branches >= REGION_LEAST and branches >= REGION_SHARE * eligible
    if own is None and not is_many:
        return None
    return RollUp(
        key=own.key if own else region_key(family, region_id),
        family=family,
        region_id=region_id,
        cause=RollUpCause.OWN_TEST if own else RollUpCause.SHARE,
        children=tuple(sorted(children, key=_by_excess)),
        eligible=eligible,
    )


def _group_key(incident: Incident) -> tuple[str, str, str]:
    return incident.severity, incident.family, incident.region_id or ""


def _by_excess(incident: Incident) -> tuple[float, str]:
    return -abs(incident.excess), incident.id
