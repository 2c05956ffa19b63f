"""The page that stops a report for its reader. Looking at it changes nothing: mail scanners follow links."""

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from distributor.dispatch.unsubscribe import UnsubscribeTokenError, read_unsubscription
from distributor.jobs.application import Application
from distributor.jobs.mute_report import MutedReader, mute_report, muted_reader
from renderers.language import formatter

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
# No script, no picture, nothing from elsewhere; and the address, which holds the token, goes to no other site.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


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
    html = _PAGES.get_template(name).render(words=formatter(language), language=language, report=report)
    return HTMLResponse(html, status_code=status, headers=_HEADERS)
