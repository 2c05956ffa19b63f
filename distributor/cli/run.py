"""`distributor run`: make a report's packs and send them."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Branches, Config, Period, Report

if TYPE_CHECKING:
    from distributor.jobs.run_report import RunSummary
    from distributor.ledger.records import DeliveryStatus

PARTLY = 4


def run(
    report: Report = "",
    config: Config = None,
    period: Period = "",
    branch: Branches = None,
    to: Annotated[str, typer.Option("--to", help="Test send: every pack to this address, and to nobody else.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Outbox folder instead of the one in config.toml.")] = None,
    resume: Annotated[str, typer.Option("--resume", help="Go on with this run, by its id.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run REPORT: one query for all branches, one pack each, delivered to those who should have it."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import TerminalProgress, print_json
    from distributor.errors import UsageError
    from distributor.jobs.run_report import RunInterruptedError, RunRequest, resume_run, start_run

    if bool(report) == bool(resume):
        raise UsageError("name a report to run, or a run to --resume, not both. See distributor run --help.")
    if resume and (period or branch or to or out):
        # A --to that is ignored would send to everyone after all.
        raise UsageError("--resume goes on as the run was asked for: leave out --period, --branch, --to and --out.")
    if to:
        check_address(to)
    app = make_application(config)
    request = RunRequest(report=report, period=period, branches=tuple(branch or ()), test_address=to, outbox=out)
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
        print_summary(summary)
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


def print_summary(summary: "RunSummary") -> None:
    """Say what the run made and sent, and name everything that did not go as planned."""
    from distributor.cli.console import console, shown

    out = console()
    run_record, counts = summary.run, summary.counts
    made = [pack for pack in summary.packs.values() if pack.is_made]
    branches = len({pack.branch_id for pack in made})
    total = sum(summary.seconds.values())
    out.print(run_record.report, style="bold", end="")
    out.print(f", {run_record.from_on} to {run_record.to_on - timedelta(days=1)}")
    where = f"{branches} {'branch' if branches == 1 else 'branches'}"
    out.print(f"  packs       {len(made)} for {where} in {total:.1f} s ({_size(summary)})")
    out.print(f"  deliveries  {_counted(counts)}")
    for reason, number in Counter(one.reason for one in summary.deliveries if one.status != "sent").most_common(5):
        out.print(f"              {number} × {reason}")
    nobody = summary.plan.branches_with_nobody
    if nobody and not run_record.test_address:
        names = ", ".join(branch.name for branch in nobody[:5])
        more = f" and {len(nobody) - 5} more" if len(nobody) > 5 else ""
        out.print(f"  nobody      {len(nobody)} {_have(len(nobody))} no recipient: {names}{more}")
    for pack in summary.failed_packs:
        out.print("  failed      ", style="red", end="")
        out.print(f"{pack.title} ({pack.branch_id}): {pack.error}")
    for remark in summary.remarks:
        out.print(f"  note        {remark}")
    out.print(f"  outbox      {shown(Path(run_record.outbox))}")
    out.print(f"  run         {run_record.run_id}")


def as_plain(summary: "RunSummary") -> dict[str, object]:
    """Return the summary as one JSON object."""
    return {
        "run": summary.run.run_id,
        "report": summary.run.report,
        "period": summary.run.period,
        "status": summary.run.status,
        "packs": sum(pack.is_made for pack in summary.packs.values()),
        "failed": [
            {"branch": pack.branch_id, "language": pack.language, "error": pack.error} for pack in summary.failed_packs
        ],
        "deliveries": dict(summary.counts),
        "branches_with_nobody": [branch.branch_id for branch in summary.plan.branches_with_nobody],
        "remarks": list(summary.remarks),
        "outbox": summary.run.outbox,
        "seconds": {name: round(value, 3) for name, value in summary.seconds.items()},
    }


def _counted(counts: "Counter[DeliveryStatus]") -> str:
    total = sum(counts.values())
    parts = ", ".join(f"{number} {status}" for status, number in sorted(counts.items(), key=str))
    return f"{total} planned = {parts}" if total else "none planned"


def _size(summary: "RunSummary") -> str:
    size = sum(ref.size_bytes for pack in summary.packs.values() for ref in pack.artifacts)
    return f"{size / 1e6:.1f} MB"


def _have(number: int) -> str:
    return "branch has" if number == 1 else "branches have"
