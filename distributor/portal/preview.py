"""The page of a live preview: one pack as its readers get it, for whoever writes the report, on their own machine."""

import hmac
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import RedirectResponse

from distributor.errors import DistributorError
from distributor.jobs.preview.live import LivePreview
from distributor.jobs.preview.look import File, Look
from distributor.portal.pages import draw_page
from recipients.errors import DirectoryError
from renderers.errors import RenderError
from renderers.language import formatter

HOST = "127.0.0.1"
# A page elsewhere may give its own name our address (DNS rebinding) and then read what we answer; its requests carry
# that name.
_HOSTS = ["127.0.0.1", "localhost"]
_MOST_CHOICES = 2_000  # named in the page; others can be typed
_COMMON = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_AROUND: Mapping[str, str] = MappingProxyType(
    {
        **_COMMON,
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    }
)
# The pack itself runs nothing and loads nothing, as in a mail program.
_WITHIN: Mapping[str, str] = MappingProxyType(
    {
        **_COMMON,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'",
    }
)
_SCRIPT = Path(__file__).parent / "templates" / "preview.js"
_PLAIN = "text/plain; charset=utf-8"


def make_preview_portal(preview: LivePreview, *, key: str) -> FastAPI:
    """Return the web application of a live preview.

    Args:
        preview: What is shown.
        key: Opens the page: its first address holds it, then a cookie. Others on the machine do not know it.
    """
    portal = FastAPI(title="preview", docs_url=None, redoc_url=None, openapi_url=None)
    portal.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS, www_redirect=False)

    def admitted(request: Request) -> None:
        if not hmac.compare_digest(request.cookies.get(_cookie(request), "").encode(), key.encode()):
            raise HTTPException(403)

    @portal.exception_handler(403)
    def refuse(request: Request, error: Exception) -> Response:
        del request, error
        return draw_page("preview_private.html", preview.page_language, status=403)

    @portal.get("/")
    def show(request: Request, branch: str = "", language: str = "") -> Response:
        given = request.query_params.get("key")
        if given is not None and hmac.compare_digest(given.encode(), key.encode()):
            return _let_in(request, key, branch, language)
        admitted(request)
        return _page(preview.look(branch, language))

    @portal.get("/version", dependencies=[Depends(admitted)])
    def version() -> dict[str, int]:
        return {"version": preview.version()}

    @portal.post("/sources", dependencies=[Depends(admitted)])
    def read_again(branch: str = "", language: str = "") -> Response:
        preview.read_sources_again()
        return RedirectResponse(_address("/", branch, language), status_code=303)

    @portal.get("/preview.js", dependencies=[Depends(admitted)])
    def script() -> Response:
        return Response(_SCRIPT.read_bytes(), media_type="text/javascript", headers=_COMMON)

    @portal.get("/{file}", dependencies=[Depends(admitted)])
    def document(file: File, branch: str = "", language: str = "") -> Response:
        try:
            made = preview.file(branch, language, file)
        except (DistributorError, DirectoryError, RenderError) as error:
            return Response(str(error), status_code=409, media_type=_PLAIN, headers=_WITHIN)
        media_type = _PLAIN if file in (File.text, File.slack, File.sms) else made.media_type
        name = f"{preview.report}-{branch or 'pack'}.{file.rpartition('.')[2]}"
        headers = {**_WITHIN, "Content-Disposition": _disposition(file, name)}
        return Response(made.content, media_type=media_type, headers=headers)

    return portal


def _let_in(request: Request, key: str, branch: str, language: str) -> Response:
    """Keep the key in a cookie, and show the page under an address without it."""
    answer = RedirectResponse(_address("/", branch, language), status_code=303, headers=_COMMON)
    answer.set_cookie(_cookie(request), key, httponly=True, samesite="lax")
    return answer


def _cookie(request: Request) -> str:
    """Return the cookie's name: browsers keep cookies by host, and several previews may run on one."""
    return f"preview_{request.url.port}"


def _page(look: Look) -> Response:
    words = formatter(look.page_language)
    zone = ZoneInfo(look.timezone)
    files = [(words.word(f"preview_file_{file.name}"), file) for file in File if file is not File.page]
    return draw_page(
        "preview.html",
        look.page_language,
        status=200 if not look.wrong else 409,
        headers=_AROUND,
        look=look,
        read_at=words.word("preview_read_at", when=words.moment(look.read_at, zone)) if look.read_at else "",
        choices=look.choices[:_MOST_CHOICES],
        languages=[(one, words.word(f"preview_in_{one}")) for one in look.languages],
        here=_address("/sources", look.branch, look.language),
        frame=_address(f"/{File.page}", look.branch, look.language),
        before=_address("/", look.before.branch_id, look.language) if look.before else "",
        after=_address("/", look.after.branch_id, look.language) if look.after else "",
        files=[(label, _address(f"/{file}", look.branch, look.language)) for label, file in files],
    )


def _address(path: str, branch: str, language: str) -> str:
    query = {name: value for name, value in (("branch", branch), ("language", language)) if value}
    return f"{path}?{urlencode(query)}" if query else path


def _disposition(file: File, name: str) -> str:
    """Return how a browser takes a file: a workbook is saved, all others are shown."""
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    return f'{"attachment" if file is File.xlsx else "inline"}; filename="{safe}"'
