"""Whether the process lives, whether it can work, and how the ledger stands, for monitors."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from distributor.errors import DistributorError
from distributor.jobs.application import Application
from distributor.portal.metrics import registry_of


def health_routes(
    app: Callable[[], Application],
    troubles: Callable[[], Mapping[str, str]],
    circuits: Callable[[], Mapping[str, bool]],
) -> APIRouter:
    """Return /healthz, /readyz and /metrics. They tell no names and no addresses."""
    routes = APIRouter()
    registry = registry_of(app, circuits)

    @routes.get("/healthz")
    def healthz() -> JSONResponse:
        """Say that the process answers; a monitor restarts one that does not."""
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz")
    def readyz() -> JSONResponse:
        """Say whether the ledger can be reached and every part of the process works."""
        found = dict(troubles())
        try:
            app().ledger.version()
        except DistributorError as error:
            found["ledger"] = str(error)
        status = 503 if found else 200
        return JSONResponse({"status": "in trouble" if found else "ready", "troubles": found}, status_code=status)

    @routes.get("/metrics")
    def metrics() -> Response:
        """Return the figures in Prometheus' text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes
