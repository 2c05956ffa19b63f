"""`distributor preview`: one branch's pack, to look at; with --watch a page that follows every change."""

import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from distributor.cli.options import AsJson, Config, Period, Report

_PORT = 8780


def preview(
    report: Report,
    branch: Annotated[
        str, typer.Option("--branch", help="The branch, by id or name; with --watch the one that is shown first.")
    ] = "",
    config: Config = None,
    period: Period = "",
    language: Annotated[str, typer.Option("--language", help="nb, da or en; else the branch's own.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show a page that follows every change of the catalogue, until Ctrl-C.")
    ] = False,
    port: Annotated[int | None, typer.Option("--port", help=f"Port of that page, else {_PORT}; 0 takes any.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw REPORT for one branch as web page, text, PDF and Excel; nothing is sent."""
    from distributor.cli.lean_process import lean_process
    from distributor.errors import UsageError

    lean_process()
    check_language(language)
    if watch:
        if out is not None or as_json:
            option = "--out" if out is not None else "--json"
            raise UsageError(f"{option} does not go with --watch, which keeps no files.")
        _watch(
            report,
            branch,
            config=config,
            period=period,
            language=language,
            port=_PORT if port is None else port,
            open_page=open_page,
        )
        return
    if not branch:
        raise UsageError("--branch is missing. Name the branch by its id or name.")
    if port is not None:
        raise UsageError("--port goes with --watch only.")
    from renderers.separate_press import SeparatePress

    with SeparatePress() as press:
        from distributor.bootstrap import make_looking_application
        from distributor.cli.console import TerminalProgress, print_json
        from distributor.jobs.preview.beside import ForkedDesk
        from distributor.jobs.preview.once import preview_pack

        def page_is_there(title: str, page: Path) -> None:
            if not as_json:
                typer.echo(f"{title}\n  {page}")
            if open_page:
                webbrowser.open(page.resolve().as_uri())

        app = make_looking_application(config)
        with TerminalProgress() as progress, ForkedDesk() as watching:
            made = preview_pack(
                app,
                report,
                branch=branch,
                language=language,
                period=period,
                folder=out,
                press=press,
                watching=watching,
                progress=progress,
                page_is_there=page_is_there,
            )
    if as_json:
        print_json({"title": made.title, "page": str(made.page), "files": [str(file) for file in made.files]})
    else:
        for file in made.files:
            typer.echo(f"  {file}")


def _watch(
    report: str, branch: str, *, config: Path | None, period: str, language: str, port: int, open_page: bool
) -> None:
    """Serve the page of a live preview on this machine until Ctrl-C."""
    import secrets
    from functools import partial
    from tempfile import TemporaryDirectory
    from urllib.parse import urlencode

    from distributor.bootstrap import make_looking_application
    from distributor.catalogue.errors import CatalogueError
    from distributor.cli.lean_process import long_process
    from distributor.jobs.edition import find_report
    from distributor.jobs.preview.live import LivePreview
    from distributor.portal.preview import HOST, make_preview_portal
    from distributor.portal.server import serve_portal
    from distributor.settings import load_settings
    from distributor.telemetry import LogFormat, set_up_logging

    set_up_logging(LogFormat.text)
    settings = load_settings(config)
    with suppress(CatalogueError):  # the page shows its faults, until they are mended
        find_report(make_looking_application(config), report)
    place = settings.store.path / "previews"
    place.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(18)

    def is_up(url: str) -> None:
        given = {"key": key, "branch": branch, "language": language}
        address = f"{url}/?{urlencode({name: value for name, value in given.items() if value})}"
        typer.echo(f"{address}\n  shows {report} and follows {settings.catalogue.path}; end it with Ctrl-C")
        if open_page:
            webbrowser.open(address)

    # The rows of all members lie there while the page is served, for nobody else to read.
    with TemporaryDirectory(dir=place, prefix=".live-") as folder:
        live = LivePreview(
            open_app=partial(make_looking_application, config),
            catalogue=settings.catalogue.path,
            folder=Path(folder),
            report=report,
            period=period,
        )
        live.look(branch, language)
        long_process()
        serve_portal(make_preview_portal(live, key=key), host=HOST, port=port, is_up=is_up)


def check_language(language: str) -> None:
    from distributor.errors import UsageError
    from renderers.language import LANGUAGES

    if language and language not in LANGUAGES:
        raise UsageError(f'--language: "{language}" is not supported. Known: {", ".join(LANGUAGES)}.')
