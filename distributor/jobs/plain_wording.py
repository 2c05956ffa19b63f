"""Alert messages in plain words and without pictures: what, where, since when, and why it is sent."""

from html import escape

from distributor.alerting.incidents import Incident, IncidentKind
from distributor.alerting.threads import PlannedMessage
from distributor.jobs.alert_ports import Hearer, Matter
from distributor.ledger.alert_records import IncidentRecord
from recipients.branches import BranchTree
from renderers.pack import Artifact


class PlainWording:
    """See ``distributor.jobs.alert_ports.Wording``.

    Args:
        tree: The branches, by whose names people know them.
    """

    def __init__(self, tree: BranchTree) -> None:
        self._tree = tree

    def compose(self, message: PlannedMessage, *, to: Hearer, matter: Matter) -> tuple[str, tuple[Artifact, ...]]:
        lines = [self._line(one, matter.records[one.id]) for one in message.incidents]
        subject = lines[0] if len(lines) == 1 else f"{lines[0]}, and {len(lines) - 1} more"
        reason = message.reason.replace("_", " ")
        text = "\n".join(
            (
                f"To {to.name}",
                "",
                *lines,
                "",
                f"sent because: {reason}",
                *(f"no shift: {one}" for one in message.unstaffed),
            )
        )
        letter = Artifact(name="letter.txt", media_type="text/plain", content=text.encode())
        if message.reader.channel in ("slack", "sms"):
            return subject, (letter,)
        html = f'<html lang="en"><body><pre>{escape(text)}</pre></body></html>'
        return subject, (Artifact(name="letter.html", media_type="text/html", content=html.encode()), letter)

    def _line(self, incident: Incident, record: IncidentRecord) -> str:
        what = incident.source if incident.kind is IncidentKind.SOURCE else incident.rule
        state = incident.severity if incident.is_firing else f"{incident.phase}: {record.ending or 'late data'}"
        return f"{what} – {self._name(incident.entity_id)} – {state}, since {record.since_on}, data to {record.data_on}"

    def _name(self, entity_id: str) -> str:
        return self._tree.branch(entity_id).name if entity_id in self._tree else entity_id
