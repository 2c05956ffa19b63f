"""Incidents of the small union that its people were told of, over every channel."""

import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "ledger"))  # the tests are no package

from alert_cases import a_message, a_notice, a_step, a_transition, alerts_run, an_evaluation, an_incident, ended
from small_union import NOW

from distributor.dispatch.alert_links import AlertLink, reader_mark, sign_alert_link
from distributor.jobs.application import Application
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import AlertMessage, IncidentRecord
from distributor.ledger.records import AttemptRecord, DeliveryStatus

MINUTE = timedelta(minutes=1)
ASK, BOE, DAL = "inc1-e1", "inc2-e1", "inc3-e1"
_ALL = IncidentFilter()


def incident(number: int, branch_id: str, region_id: str, *, minutes: int = 0) -> IncidentRecord:
    return an_incident(
        number,
        entity_id=branch_id,
        region_id=region_id,
        metric="joiners",
        severity="critical" if number == 1 else "warning",
        excess=-12.4 if number == 1 else 7.2,
        since_on=date(2026, 4, 30),
        times_in_12_months=number,
        fired_at=NOW + minutes * MINUTE,
        changed_at=NOW + minutes * MINUTE,
    )


def told(incident_id: str, recipient_id: str, channel: str, address: str, *, at: datetime) -> AlertMessage:
    key = f"{incident_id}-{recipient_id}-{channel}"
    notice = a_notice(
        f"notice-{key}", incident_id=incident_id, recipient_id=recipient_id, channel=channel, thread=key, decided_at=at
    )
    return a_message(key, notice, recipient_id=recipient_id, channel=channel, address=address, next_attempt_at=at)


def tell_of_incidents(app: Application) -> None:
    """Let three branches fire: Nina is told of two over all channels, Arne of his own, Søren of one by text message."""
    messages = (
        told(ASK, "north", "slack", "#region-01", at=NOW),
        told(ASK, "north", "sms", "+4791234567", at=NOW),
        told(ASK, "ask", "email", "arne@proeve.example", at=NOW),
        told(BOE, "north", "sms", "+4791234567", at=NOW + MINUTE),
        told(DAL, "south", "sms", "+4520123456", at=NOW + 2 * MINUTE),
    )
    incidents = (incident(1, "N1", "N"), incident(2, "N2", "N", minutes=1), incident(3, "S1", "S", minutes=2))
    entry = an_evaluation(
        incidents=incidents,
        transitions=tuple(a_transition(one.incident_id) for one in incidents),
        messages=messages,
        queued=(a_step(1, incident_id=ASK), a_step(2, incident_id=ASK)),
        at=NOW,
    )
    assert app.ledger.record_evaluation(replace(entry, run=replace(alerts_run("alerts-1"), started_at=NOW)))
    until, channels = NOW + 10 * MINUTE, ("email", "slack", "sms")
    for one in app.ledger.claim("worker", now=NOW + 9 * MINUTE, until=until, limit=99, channels=channels):
        message_id = f"<{one.key}@proeve.example>"
        app.ledger.mark_sending(one.key, owner="worker", now=NOW, until=until, message_id=message_id)
        attempt = AttemptRecord(
            key=one.key, at=NOW, status=DeliveryStatus.sent, transport_id=f"SM-{one.key}", who="worker"
        )
        app.ledger.record_attempt(attempt, owner="worker")


def resolve(app: Application, number: int = 1) -> None:
    """Let an incident end."""
    incident_id = f"inc{number}-e1"
    [known] = [one for one in app.ledger.incidents(_ALL) if one.incident_id == incident_id]
    over = replace(ended(known, ended_at=NOW + 60 * MINUTE), evaluation_id="alerts-2")
    entry = an_evaluation(
        "alerts-2", seen="alerts-1", incidents=(over,), transitions=(a_transition(incident_id, change="resolved"),),
        messages=(), queued=(),
    )  # fmt: skip
    assert app.ledger.record_evaluation(entry)


def page_of(incident_id: str, recipient_id: str, secret: str, now: datetime = NOW) -> str:
    """Return the address of an incident's page, as the messages to a recipient have it."""
    link = AlertLink(incident_id=incident_id, reader=reader_mark(recipient_id, secrets=(secret,)))
    return f"/a/{sign_alert_link(link, secrets=(secret,), now=now)}"
