"""The pages that readers open from a message: in their language, and with nothing on them from elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from renderers.language import formatter

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# No script, no picture, nothing from elsewhere; and the address, which holds the token, goes to no other site.
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def draw_page(
    template: str, language: str, *, status: int = 200, headers: Mapping[str, str] = _HEADERS, **content: Any
) -> HTMLResponse:
    """Return a page of *template* in the reader's language."""
    html = _PAGES.get_template(template).render(words=formatter(language), language=language, **content)
    return HTMLResponse(html, status_code=status, headers=headers)
