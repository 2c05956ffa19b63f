"""What an alert message is to be about: filled by whoever plans messages, read by whoever words them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from distributor.alerting.incidents import Incident
from renderers.alerts.models import Actions, Ending, Kind, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionBrief:
    """A region that stands for its branches: their incidents, and how many branches could be judged (0: not known)."""

    children: tuple[Incident, ...]
    eligible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateBrief:
    """Sources whose data are late: why, in sentences, and how many incidents stay as they are meanwhile."""

    sources: tuple[str, ...]
    because: tuple[str, ...] = ()
    firing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One message.

    Attributes:
        incidents: All that it is about, in any order; none of a message about late data.
        channel: "email", "slack", "sms" or "folder".
        language: Of the recipient.
        sees_small_cells: Whether the recipient may see counts of few persons.
        actions: Pages of each incident, by its id.
        endings: Why incidents are over, by id.
        acknowledged: Who looks into incidents, by id.
        regions: Of the incidents that stand for the branches of a region, by id.
        late: Of a message about late data.
        region_id: Where all incidents lie; "" above the regions.
        on_call: Who is asked first, and until when.
        unstaffed: Audiences that should have been asked and have nobody on shift.
        list_url: Where all incidents are read.
        takes_replies: Whether the number of a text message takes answers.
    """

    kind: Kind
    incidents: tuple[Incident, ...]
    channel: str
    language: str
    reason: Reason
    sees_small_cells: bool = False
    actions: Mapping[str, Actions] = field(default_factory=dict)
    endings: Mapping[str, Ending] = field(default_factory=dict)
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, RegionBrief] = field(default_factory=dict)
    late: LateBrief | None = None
    region_id: str = ""
    on_call: tuple[str, datetime] | None = None
    unstaffed: tuple[str, ...] = ()
    list_url: str = ""
    takes_replies: bool = False
