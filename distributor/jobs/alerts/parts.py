"""Where telling of incidents is put together: who hears, who is asked next, and the words."""

from datetime import datetime

from distributor.alerting.incidents import Incident
from distributor.alerting.routing import RoutingTable
from distributor.dispatch.alert_links import AlertLink, reader_mark, sign_alert_link
from distributor.jobs.alerts.accounts import Accounts
from distributor.jobs.alerts.hearers import AlertHearers
from distributor.jobs.alerts.on_call import mute_calendar_of, routing_of, waiting_hours_of
from distributor.jobs.alerts.ports import AlertParts
from distributor.jobs.alerts.wording import StoredWording
from distributor.jobs.application import Application


def alert_parts(app: Application) -> AlertParts:
    """Return what telling needs, with the directory and the wishes of readers as they are now."""
    hearers, table, service = AlertHearers.load(app), routing_of(app.catalogue), app.settings.service
    sms = app.settings.channels.sms

    def token_of(incident_id: str, recipient_id: str) -> str:
        secrets = (service.resolve_secret(),)
        link = AlertLink(incident_id=incident_id, reader=reader_mark(recipient_id, secrets=secrets))
        return sign_alert_link(link, secrets=secrets, now=app.clock.now())

    def on_call(incident: Incident, at: datetime) -> tuple[str, datetime] | None:
        return _on_call(incident, at, table=table, hearers=hearers)

    return AlertParts(
        hearers=hearers,
        wording=StoredWording(
            app=app,
            accounts=Accounts(app=app),
            public_url=service.public_url,
            token_of=token_of,
            on_call=on_call,
            answered=frozenset({"sms"} if sms is not None and sms.two_way else ()),
        ),
        table=table,
        hours=waiting_hours_of(app.catalogue),
        mute=mute_calendar_of(app.catalogue),
    )


def _on_call(
    incident: Incident, at: datetime, *, table: RoutingTable | None, hearers: AlertHearers
) -> tuple[str, datetime] | None:
    """Return who is on call in the first rota of the incident's route, and until when; None where nobody is."""
    steps = table.route_of(incident).steps if table is not None else ()
    rota = next((step.audience for step in steps if step.audience in hearers.rotas), None)
    if rota is None:
        return None
    shift = hearers.shift(rota, at)
    person = hearers.person(shift.recipient_id) if shift.recipient_id is not None else None
    return (person.name, shift.until_at) if person is not None else None
