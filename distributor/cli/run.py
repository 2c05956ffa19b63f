"""`distributor run`: make a report's packs and send them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Branches, Config, Engine, Period, Report
from distributor.cli.outcome import correction_counts, print_outcome

if TYPE_CHECKING:
    from distributor.jobs.run_report import RunSummary

PARTLY = 4


def run(
    report: Report = "",
    config: Config = None,
    period: Period = "",
    branch: Branches = None,
    to: Annotated[str, typer.Option("--to", help="Test send: every pack to this address, and to nobody else.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Outbox folder instead of the one in config.toml.")] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Correct the last run over the period: send what has changed, and say so.")
    ] = False,
    resume: Annotated[str, typer.Option("--resume", help="Go on with this run, by its id.")] = "",
    engine: Engine = "",
    as_json: AsJson = False,
) -> None:
    """Run REPORT: one query for all branches, one pack each, delivered to those who should have it.

    A run that waits for approval has gone as it should: exit code 0.
    """
    from distributor.bootstrap import make_application
    from distributor.cli.console import TerminalProgress, console, print_json
    from distributor.errors import UsageError
    from distributor.jobs.run_report import RunInterruptedError, RunRequest, resume_run, start_run

    if bool(report) == bool(resume):
        raise UsageError("name a report to run, or a run to --resume, not both. See distributor run --help.")
    if resume and (period or branch or to or out or correct):
        # A --to that is ignored would send to everyone after all.
        others = "--period, --branch, --to, --out and --correct"
        raise UsageError(f"--resume goes on as the run was asked for: leave out {others}.")
    if to:
        check_address(to)
    app = make_application(config, engine=engine)
    request = RunRequest(
        report=report,
        period=period,
        branches=tuple(branch or ()),
        test_address=to,
        outbox=out,
        is_correction=correct,
    )
    with TerminalProgress() as progress:
        try:
            if resume:
                summary = resume_run(app, resume, progress=progress)
            else:
                summary = start_run(app, request, progress=progress)
        except RunInterruptedError as error:
            typer.echo(interrupted_text(error.run_id), err=True)
            raise
    if as_json:
        print_json(as_plain(summary))
    else:
        print_outcome(console(), summary)
    if not summary.is_whole:
        raise typer.Exit(PARTLY)


def check_address(address: str) -> None:
    """Refuse what is no e-mail address before any work is done."""
    from distributor.errors import UsageError
    from recipients.errors import InvalidAddressError
    from recipients.people import parse_address

    try:
        parse_address("email", address)
    except InvalidAddressError as error:
        raise UsageError(f"--to: {error}") from error


def interrupted_text(run_id: str) -> str:
    return f"Stopped. What is finished is kept. Go on with: distributor run --resume {run_id}"


def as_plain(summary: "RunSummary") -> dict[str, object]:
    """Return the summary as one JSON object."""
    run = summary.run
    content: dict[str, object] = {
        "run": run.run_id,
        "report": run.report,
        "period": run.period,
        "status": run.status,
        "approval": run.approval,
        "packs": sum(pack.is_made for pack in summary.packs.values()),
        "failed": [
            {"branch": pack.branch_id, "language": pack.language, "error": pack.error} for pack in summary.failed_packs
        ],
        "deliveries": dict(summary.counts),
        "books": summary.books.as_plain(),
        "branches_with_nobody": [branch.branch_id for branch in summary.plan.branches_with_nobody],
        "vacancies": [{"branch": branch, "role": role, "stand_in": whom} for branch, role, whom in run.stand_ins],
        "remarks": list(summary.remarks),
        "outbox": run.outbox,
        "seconds": {name: round(value, 3) for name, value in summary.seconds.items()},
    }
    if run.corrects:
        changed, unchanged = correction_counts(summary.packs.values())
        content["correction"] = {"of": run.corrects, "changed": changed, "unchanged": unchanged}
    return content
