"""What telling of incidents needs from others: who hears, who is asked next, and the words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from distributor.alerting.annotations import Ack, MuteCalendar
from distributor.alerting.incidents import Incident
from distributor.alerting.routing import RoutingTable
from distributor.alerting.states import State
from distributor.alerting.threads import PlannedMessage
from distributor.alerting.working_hours import WorkingHours
from distributor.ledger.alert_records import IncidentRecord
from distributor.ledger.records import DeliveryStatus
from renderers.pack import Artifact


class Hearer(Protocol):
    """Somebody who is to hear of an incident over a channel."""

    @property
    def recipient_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def address(self) -> str:
        """On the channel; empty where there is none."""
        ...

    @property
    def status(self) -> DeliveryStatus:
        """Planned where it may be sent; held where the channel is not set up; suppressed for any other reason."""
        ...

    @property
    def reason(self) -> str:
        """Why it may not; empty where it may."""
        ...

    @property
    def may_see_small_cells(self) -> bool: ...


class Hearers(Protocol):
    """The people behind audiences and rotas."""

    def hearers(self, audience: str, incident: Incident, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        """Return who hears of an incident over a channel, also those who cannot be reached, with the reason."""
        ...

    def is_staffed(self, audience: str, incident: Incident, at: datetime) -> bool:
        """Return whether there is somebody at *at*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What messages of one moment are about.

    Attributes:
        evaluation_id: By which things stand as they do.
        records: All incidents that messages speak of, by id; also the branches that a region stands for.
        inhibited: Incident → key of what stands for it.
        eligible: Number of branches that could be judged, by family and region; nothing where none were just now.
        late: Why a source is late, in sentences.
        acks: Those that hold.
        states: The states of a rule, by entity.
    """

    evaluation_id: str
    records: Mapping[str, IncidentRecord]
    inhibited: Mapping[str, str]
    eligible: Mapping[tuple[str, str], int]
    late: Mapping[str, tuple[str, ...]]
    acks: tuple[Ack, ...]
    states: Callable[[str], Mapping[str, State]] = field(repr=False)
    now: datetime


class Wording(Protocol):
    """Writes messages."""

    def compose(self, message: PlannedMessage, *, to: Hearer, matter: Matter) -> tuple[str, tuple[Artifact, ...]]:
        """Return the subject and the files of a message.

        For e-mail and the folder letter.html, letter.txt and pictures under their content ids; for Slack blocks.json,
        letter.txt and pictures; for text messages letter.txt alone.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    """Everything that telling needs beside the application.

    Attributes:
        table: Who is asked next; None where nobody is.
        hours: In which waiting for an answer counts.
        mute: Days on which nothing new is told.
    """

    hearers: Hearers
    wording: Wording
    table: RoutingTable | None
    hours: WorkingHours
    mute: MuteCalendar | None = None
