"""The small union with alert rules that tell somebody, evaluated month by month."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from small_union import SmallUnion

from distributor.alerting.routing import RoutingTable
from distributor.alerting.threads import PlannedMessage
from distributor.alerting.working_hours import WorkingHours
from distributor.errors import RunError
from distributor.jobs.alert_hearers import AlertHearers
from distributor.jobs.alert_ports import AlertParts, Hearer, Matter
from distributor.jobs.application import Application
from distributor.jobs.deliver_run import deliver_run
from distributor.jobs.notify_incidents import ToldRun, evaluate_and_tell, notify_due, notify_now, rehearse
from distributor.jobs.progress import Silence
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import AlertMessage, IncidentRecord
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, Kind
from renderers.pack import Artifact

MARCH, APRIL, MAY, JUNE = (date(2026, month, 2) for month in (4, 5, 6, 7))
# A branch fires while it has fewer members than 25; N1 has, from the beginning.
RULES = """
- alert: members_few
  metric: members
  entity: branch
  direction: low_is_bad
  eligible: {members: ">= 1"}
  fire_when: {value: "< 25"}
  clear_when: {value: "> 30"}
  data: {period: month, close_lag_days: 0, max_age_days: 40}
  severity: {critical: "value < 10"}
  notify: [{audience: branch_leaders, channel: email}]
  owner: analysis
  runbook: https://intranet.example/runbooks/members
"""
# Nobody else is asked than who is notified anyway, by the routes of the catalogue.
ROUTING = "default: [{audience: branch_leaders, channel: email}]\n"


class Words:
    """Says in one line what a message is about; of some places it has nothing to say."""

    def __init__(self) -> None:
        self.refused: tuple[str, ...] = ()

    def compose(self, message: PlannedMessage, *, to: Hearer, matter: Matter) -> tuple[str, tuple[Artifact, ...]]:
        del matter
        places = ",".join(one.entity_id for one in message.incidents)
        if places in self.refused:
            raise RunError(f"no words for {places}.")
        subject = f"{message.reason} {places}"
        text = Artifact(name="letter.txt", media_type="text/plain", content=f"{subject} for {to.name}".encode())
        html = Artifact(name="letter.html", media_type="text/html", content=f"<p>{subject}</p>".encode())
        return subject, (html, text)


@dataclass(slots=True)
class ToldUnion:
    """Attributes: table: Who is asked next; unstaffed: Audiences with nobody on shift."""

    union: SmallUnion
    table: RoutingTable | None = None
    unstaffed: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    now: datetime = datetime(2026, 6, 2, 6, tzinfo=UTC)

    def app(self) -> Application:
        return self.union.app(self.now)

    def parts(self, app: Application) -> AlertParts:
        return AlertParts(
            hearers=Staffed(AlertHearers.load(app), self.unstaffed),
            wording=self.words,
            table=self.table,
            hours=WorkingHours(timezone=ZoneInfo("Europe/Oslo")),
        )

    def rules(self, text: str) -> None:
        folder = self.union.folder / "report_specs" / "alerts"
        folder.mkdir(exist_ok=True)
        (folder / "members.yaml").write_text(text, "utf-8")
        (folder.parent / "routing.yaml").write_text(ROUTING, "utf-8")

    def evaluate(self, as_of: date, *names: str, hour: int = 6) -> ToldRun:
        self.now = datetime(as_of.year, as_of.month, as_of.day, hour, tzinfo=UTC)
        app = self.app()
        return evaluate_and_tell(app, self.parts(app), as_of=as_of, names=names, progress=Silence())

    def rehearse(self, as_of: date) -> ToldRun:
        app = self.app()
        return rehearse(app, self.parts(app), as_of=as_of, progress=Silence())

    def pass_hours(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    def notify_due(self) -> tuple[AlertMessage, ...]:
        app = self.app()
        return notify_due(app, lambda: self.parts(app))

    def notify_now(self) -> tuple[AlertMessage, ...]:
        app = self.app()
        return notify_now(app, self.parts(app))

    def send(self) -> None:
        """Send what is due of all evaluations, and close those that are done."""
        app = self.app()
        for run in app.ledger.runs("alerts"):
            deliver_run(app, run.run_id)

    def incidents(self) -> dict[str, IncidentRecord]:
        """Return the incidents by their entity; of several episodes the last."""
        return {one.entity_id: one for one in self.app().ledger.incidents(IncidentFilter())}

    def deliveries(self) -> list[DeliveryRecord]:
        return [one for one in self.app().ledger.deliveries(DeliveryFilter()) if one.kind is Kind.alert]

    def said(self) -> list[tuple[str, str]]:
        """Return to whom what was said, in the order in which it was planned."""
        ledger = self.app().ledger
        letters = [(ledger.letter(one.key), one) for one in self.deliveries()]
        letters.sort(key=lambda pair: pair[0].written_at)
        return [(one.recipient_id, letter.subject) for letter, one in letters]

    def resize(self, branch_id: str, members: int, *, on: date = date(2025, 1, 1)) -> None:
        """Let a branch have so many members from a day on; before that it is as it was."""
        with closing(sqlite3.connect(self.union.folder / "data" / "register.sqlite")) as connection, connection:
            there = [
                number
                for (number,) in connection.execute(
                    "select member_id from members where branch_id = ? and left_on is null", (branch_id,)
                )
            ]
            for number in there[members:]:
                connection.execute("update members set left_on = ? where member_id = ?", (str(on), number))
            [(last,)] = connection.execute("select max(member_id) from members")
            connection.executemany(
                "insert into members values (?, ?, ?, null, 'full_time', '')",
                [(last + 1 + number, branch_id, str(on)) for number in range(members - len(there))],
            )
            connection.execute("update members set loaded_on = '2026-07-01'")


@dataclass(frozen=True, slots=True)
class Staffed:
    """Audiences of which some have nobody on shift."""

    hearing: AlertHearers
    unstaffed: tuple[str, ...]

    def hearers(self, audience: str, incident: object, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        return self.hearing.hearers(audience, incident, channel=channel, at=at)  # type: ignore[arg-type]

    def is_staffed(self, audience: str, incident: object, at: datetime) -> bool:
        return audience not in self.unstaffed
