"""The pages and endpoints of the service, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI

from distributor.jobs.application import Application
from distributor.jobs.incident_desk import IncidentDesk, LedgerDesk
from distributor.jobs.text_messages import take_inbound, take_status
from distributor.portal.alerts import alert_routes
from distributor.portal.bounces import bounce_routes
from distributor.portal.health import health_routes
from distributor.portal.slack import slack_routes
from distributor.portal.sms import sms_routes
from distributor.portal.unsubscribe import unsubscribe_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the pages are about.

    Attributes:
        app: Gives the application as it is now; its catalogue may be read again.
        troubles: What is wrong with the process, by part; empty when all is well.
        circuits: By channel, whether its transport is left alone at the moment.
        take_bounce: Takes a message that came back.
        take_click: Keeps a click in Slack until it is worked on; False where too many wait.
    """

    app: Callable[[], Application]
    troubles: Callable[[], Mapping[str, str]]
    circuits: Callable[[], Mapping[str, bool]]
    take_bounce: Callable[[bytes], int]
    take_click: Callable[[bytes], bool]


def make_portal(served: Served) -> FastAPI:
    """Return the web application."""
    portal = FastAPI(title="distributor", docs_url=None, redoc_url=None, openapi_url=None)
    portal.include_router(health_routes(served.app, served.troubles, served.circuits))
    portal.include_router(unsubscribe_routes(served.app))
    app = served.app()
    token = app.settings.bounces.resolve_token()
    if token:
        portal.include_router(bounce_routes(token, served.take_bounce))
    desk = LedgerDesk(served.app)
    if app.settings.service.resolve_secret():
        portal.include_router(alert_routes(served.app, desk))
    _include_vendors(portal, served, desk)
    return portal


def _include_vendors(portal: FastAPI, served: Served, desk: IncidentDesk) -> None:
    app = served.app()
    slack, sms, public_url = app.settings.channels.slack, app.settings.channels.sms, app.settings.service.public_url
    if slack is not None and slack.takes_clicks:
        portal.include_router(slack_routes(slack.resolve_signing_secret(), app.clock, served.take_click))
    if sms is not None and public_url:
        portal.include_router(
            sms_routes(
                public_url,
                sms.resolve_auth_token(),
                take_status=lambda status: take_status(served.app(), status),
                take_inbound=lambda message: take_inbound(served.app(), message, desk),
            )
        )
