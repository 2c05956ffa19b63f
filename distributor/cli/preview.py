"""`distributor preview`: one branch's pack, to look at."""

import webbrowser
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from distributor.cli.options import AsJson, Config, Period, Report


def preview(
    report: Report,
    branch: Annotated[str, typer.Option("--branch", help="The branch, by id or name.")],
    config: Config = None,
    period: Period = "",
    language: Annotated[str, typer.Option("--language", help="nb, da or en; else the branch's own.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw REPORT for one branch as web page, text, PDF and Excel; nothing is sent."""
    from distributor.cli.lean_process import lean_process

    is_own = lean_process()
    from renderers.separate_press import SeparatePress

    with SeparatePress() as press:
        from distributor.bootstrap import make_looking_application
        from distributor.cli.console import TerminalProgress, print_json
        from distributor.jobs.preview.beside import ForkedDesk, OwnDesk
        from distributor.jobs.preview.once import preview_pack

        app = make_looking_application(config)
        check_language(language)
        with TerminalProgress() as progress, ForkedDesk() if is_own else nullcontext(OwnDesk()) as watching:
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
            )
    if as_json:
        print_json({"title": made.title, "page": str(made.page), "files": [str(file) for file in made.files]})
    else:
        typer.echo(made.title)
        for file in (made.page, *made.files):
            typer.echo(f"  {file}")
    if open_page:
        webbrowser.open(made.page.resolve().as_uri())


def check_language(language: str) -> None:
    from distributor.errors import UsageError
    from renderers.language import LANGUAGES

    if language and language not in LANGUAGES:
        raise UsageError(f'--language: "{language}" is not supported. Known: {", ".join(LANGUAGES)}.')
