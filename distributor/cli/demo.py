"""`distributor demo`: a made-up union, and its packs."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from distributor.cli.options import Config

if TYPE_CHECKING:
    from distributor.jobs.application import Application
    from distributor.jobs.run_report import RunSummary

# The demo's data end with May 2026, so its packs are of that month, and its alerts of the day on which it is complete.
_RUNS = (("monthly_branch_pack", "2026-05"), ("region_rollup", "2026-05"))
_ALERTS_ON = date(2026, 6, 10)


def demo(config: Config = None) -> None:
    """Make a union of 252 branches and 60,000 members, render its packs into the outbox, and raise its alerts."""
    from distributor.bootstrap import make_application
    from distributor.cli.alerts.evaluation import print_told, send_messages
    from distributor.cli.alerts.incidents import print_incidents
    from distributor.cli.console import TerminalProgress, console, shown
    from distributor.cli.outcome import print_outcome
    from distributor.cli.run import PARTLY
    from distributor.demo.organisation import write_organisation
    from distributor.jobs.alerts.notify_incidents import evaluate_and_tell
    from distributor.jobs.alerts.parts import alert_parts
    from distributor.jobs.alerts.show_incidents import list_incidents
    from distributor.jobs.run_report import RunRequest, start_run

    app = make_application(config)
    out = console()
    folder = _organisation_folder(app)
    out.print(f"1  Making the demo union in {shown(folder)}", style="bold")
    write_organisation(folder)
    summaries: list[RunSummary] = []
    for number, (report, period) in enumerate(_RUNS, start=2):
        out.print(f"{number}  Running {report} for {period}", style="bold")
        request = RunRequest(report=report, period=period, outbox=app.settings.outbox.path / f"{report}-{period}")
        with TerminalProgress() as progress:
            summaries.append(start_run(app, request, progress=progress))
    out.print(f"{len(_RUNS) + 2}  Evaluating the alert rules as of {_ALERTS_ON}", style="bold")
    with TerminalProgress() as progress:
        told = evaluate_and_tell(app, alert_parts(app), as_of=_ALERTS_ON, progress=progress)
    messages = send_messages(app, told)
    out.print()
    for summary in summaries:
        print_outcome(out, summary)
        out.print()
    out.print("alerts", style="bold", end="")
    out.print(f", as of {_ALERTS_ON}: what fires, the worst first")
    print_incidents(out, list_incidents(app), app.catalogue.organisation.timezone)
    print_told(out, messages)
    out.print()
    for line in _what_next(app, summaries[0]):
        out.print(line, style="" if line.startswith(" ") else "bold")
    is_told = not any(one.status.group in ("failed", "unconfirmed") for one in messages)
    if not (is_told and all(summary.is_whole for summary in summaries)):
        raise typer.Exit(PARTLY)


def _organisation_folder(app: "Application") -> Path:
    """Return where config.toml expects the demo's register of branches."""
    from distributor.errors import SettingsError
    from distributor.settings import CsvDirectorySettings

    directory = app.settings.directory
    if not isinstance(directory, CsvDirectorySettings):
        raise SettingsError(f"{app.settings.config_path.name}: directory.kind: the demo needs csv.")
    return directory.path


def _what_next(app: "Application", summary: "RunSummary") -> tuple[str, ...]:
    from distributor.cli.console import shown

    outbox, catalogue = shown(Path(summary.run.outbox)), shown(app.settings.catalogue.path)
    return (
        "What to look at",
        f"  {outbox}/new/*.eml   open one in any mail program: figures, charts, PDF and Excel",
        f"  {shown(app.settings.outbox.path)}/new/*.eml   the alerts: how many members, against what, and why",
        f"  {catalogue}/STORIES.md   what is hidden in the figures, and in which pack it shows",
        "",
        "What to try next  (.venv/bin/distributor, if it is not on your path)",
        "  distributor plan monthly_branch_pack --period 2026-05",
        "  distributor preview monthly_branch_pack --period 2026-05 --branch Rana --open",
        "  distributor preview monthly_branch_pack --period 2026-05 --watch --open   # a page that follows your edits",
        "  distributor explain monthly_branch_pack --period 2026-05 --branch Rana --metric churn",
        "  distributor run monthly_branch_pack --period 2026-05 --branch Rana --to you@union.example",
        "  distributor runs   # what has been run, and whether the books add up",
        "  distributor deliveries --report monthly_branch_pack --branch Rana --attempts",
        "  distributor run quarterly_rep_report --period 2026-Q1 --branch Voss",
        "  distributor alerts explain churn_high/1102   # each figure of an alert, derived anew",
        "  distributor alerts routes --at 2026-06-10T10:00   # who would hear of what",
        "  distributor init my-reports   # a commented catalogue of your own to start from",
    )
