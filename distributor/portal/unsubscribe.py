"""The page that stops a report for its reader. Looking at it changes nothing: mail scanners follow links."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from distributor.dispatch.unsubscribe import UnsubscribeTokenError, read_unsubscription
from distributor.jobs.application import Application
from distributor.jobs.mute_report import MutedReader, mute_report, muted_reader
from distributor.portal.pages import draw_page


def unsubscribe_routes(app: Callable[[], Application]) -> APIRouter:
    """Return the page that asks (GET) and the act (POST, also by mail programs in one click, RFC 8058)."""
    routes = APIRouter()

    def reader(token: str) -> MutedReader:
        wish = read_unsubscription(token, secrets=(app().settings.service.resolve_secret(),))
        return muted_reader(app(), wish)

    @routes.get("/unsubscribe/{token}")
    def ask(token: str) -> Response:
        try:
            found = reader(token)
        except UnsubscribeTokenError:
            return _page("unknown.html", app().catalogue.organisation.languages[0], "", status=404)
        return _page("ask.html", found.language, found.title)

    @routes.post("/unsubscribe/{token}")
    def stop(token: str) -> Response:
        try:
            found = reader(token)
        except UnsubscribeTokenError:
            return _page("unknown.html", app().catalogue.organisation.languages[0], "", status=404)
        mute_report(app(), found)
        return _page("done.html", found.language, found.title)

    return routes


def _page(name: str, language: str, report: str, *, status: int = 200) -> HTMLResponse:
    return draw_page(name, language, status=status, report=report)
