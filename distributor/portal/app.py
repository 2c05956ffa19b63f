"""The pages and endpoints of the service, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI

from distributor.jobs.application import Application
from distributor.portal.bounces import bounce_routes
from distributor.portal.health import health_routes
from distributor.portal.unsubscribe import unsubscribe_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the pages are about.

    Attributes:
        app: Gives the application as it is now; its catalogue may be read again.
        troubles: What is wrong with the process, by part; empty when all is well.
        circuits: By channel, whether its transport is left alone at the moment.
        take_bounce: Takes a message that came back.
    """

    app: Callable[[], Application]
    troubles: Callable[[], Mapping[str, str]]
    circuits: Callable[[], Mapping[str, bool]]
    take_bounce: Callable[[bytes], int]


def make_portal(served: Served) -> FastAPI:
    """Return the web application."""
    portal = FastAPI(title="distributor", docs_url=None, redoc_url=None, openapi_url=None)
    portal.include_router(health_routes(served.app, served.troubles, served.circuits))
    portal.include_router(unsubscribe_routes(served.app))
    token = served.app().settings.bounces.resolve_token()
    if token:
        portal.include_router(bounce_routes(token, served.take_bounce))
    return portal
