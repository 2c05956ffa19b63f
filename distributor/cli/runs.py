"""`distributor runs`: what has been run, how it stands, and what comes next."""

from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.jobs.listing import ListedRun, RunDetail, RunList
    from distributor.ledger.records import RunRecord

_STYLES = {"closed": "green", "failed": "red", "held": "red", "waiting": "yellow", "rejected": "dim"}


def runs(
    run: Annotated[str, typer.Argument(help="One run in detail, by its id.", metavar="RUN")] = "",
    report: Annotated[str, typer.Option("--report", help="Only runs of this report.")] = "",
    status: Annotated[str, typer.Option("--status", help="Only runs that stand so: closed, waiting, held …")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 20,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first, and the fire times that come; or show one RUN in detail."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.errors import UsageError
    from distributor.jobs.listing import list_runs, show_run

    if run and (report or status):
        raise UsageError("--report and --status choose among runs; a RUN is one alone.")
    app = make_application(config)
    zone = app.catalogue.organisation.timezone
    if run:
        detail = show_run(app, run)
        if as_json:
            print_json(run_as_plain(detail))
        else:
            _print_detail(console(), detail, zone)
        return
    found = list_runs(app, report=report, status=status, limit=limit)
    if as_json:
        print_json(_list_as_plain(found))
    else:
        _print_list(console(), found, zone)


def run_as_plain(detail: "RunDetail") -> dict[str, object]:
    """Return a run in detail as one JSON object."""
    run = detail.run
    return {
        **_as_plain(run),
        "books": detail.books.as_plain(),
        "unaccounted": detail.books.unaccounted,
        "packs": sum(pack.is_made for pack in detail.packs.values()),
        "failed": [
            {"branch": pack.branch_id, "language": pack.language, "error": pack.error} for pack in detail.failed_packs
        ],
        "nobody": list(detail.nobody),
        "vacancies": [{"branch": branch, "role": role, "stand_in": whom} for branch, role, whom in run.stand_ins],
        "findings": [{"dataset": one, "gate": gate, "text": text} for one, gate, text in run.findings],
        "remarks": list(run.remarks),
        "corrected_by": [one.run_id for one in detail.corrected_by],
        "outbox": run.outbox,
        "seconds": dict(run.seconds),
    }


def _as_plain(run: "RunRecord") -> dict[str, object]:
    from recipients.people import masked

    return {
        "run": run.run_id,
        "report": run.report,
        "period": run.period,
        "status": run.status,
        "reason": run.reason,
        "started_at": run.started_at.isoformat(),
        "closed_at": run.closed_at.isoformat() if run.closed_at else None,
        "fire_at": run.fire_at.isoformat() if run.fire_at else None,
        "branches": list(run.branch_ids),
        "test_address": masked(run.test_address) if run.test_address else "",
        "corrects": run.corrects,
        "approval": run.approval,
        "approval_reason": run.approval_reason,
        "decided_by": run.decided_by,
    }


def _list_as_plain(found: "RunList") -> dict[str, object]:
    return {
        "runs": [{**_as_plain(one.run), "books": one.books.as_plain()} for one in found.runs],
        "more": found.more,
        "ahead": [
            {
                "report": one.report,
                "period": one.period,
                "fire_at": one.fire_at.isoformat(),
                "status": one.status,
                "reason": one.reason,
            }
            for one in found.ahead
        ],
    }


def _print_list(out: "Console", found: "RunList", zone: str) -> None:
    """Print two lines for each run: ids are long, and are copied."""
    width = max((len(one.run.status) for one in found.runs), default=0)
    for one in found.runs:
        _print_run(out, one, zone, width)
    if not found.runs:
        out.print("No run to show.")
    if found.more:
        out.print(f"… and {found.more} more; see them with --limit, or one report with --report.")
    if found.ahead:
        _print_ahead(out, found, zone)


def _print_run(out: "Console", one: "ListedRun", zone: str, width: int) -> None:
    from distributor.cli.console import local_time

    run = one.run
    out.print(run.run_id, style="bold")
    out.print(f"  {local_time(run.started_at, zone)}  ", end="")
    out.print(f"{run.status:<{width}}", style=_STYLES.get(run.status, ""), end="")
    out.print(f"  {one.books.short_equation if one.books.planned else 'nothing planned'}")
    if kind := _kind(run):
        out.print(f"  {kind}", style="dim")
    if run.status in ("failed", "held"):
        out.print(f"  {run.reason}", style="dim")


def _print_ahead(out: "Console", found: "RunList", zone: str) -> None:
    from rich.table import Table

    from distributor.cli.console import local_time, print_table

    out.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"Next ({zone})", no_wrap=True)
    for heading in ("Report", "Period", "Status"):
        table.add_column(heading, overflow="fold")
    for one in found.ahead:
        status = one.status if one.status == "expected" else f"{one.status} {one.reason}".strip()
        table.add_row(local_time(one.fire_at, zone), one.report, one.period, status)
    print_table(out, table)


def _print_detail(out: "Console", detail: "RunDetail", zone: str) -> None:
    from distributor.cli.console import local_time
    from distributor.cli.outcome import approval_words, print_item, print_outcome

    run = detail.run
    print_outcome(out, detail, named=None)
    print_item(out, "status", f"{run.status}{f': {run.reason}' if run.reason else ''}")
    begun = f", by its schedule of {local_time(run.fire_at, zone)}" if run.fire_at else ", by hand"
    print_item(out, "started", f"{local_time(run.started_at, zone)} ({zone}){begun}")
    if run.closed_at:
        print_item(out, "closed", local_time(run.closed_at, zone))
    if kind := _kind(run):
        print_item(out, "kind", kind)
    if run.decided_by:
        print_item(out, "approval", f"{run.approval} by {run.decided_by}")
        print_item(out, "asked as", approval_words(run))
    for one in detail.corrected_by:
        print_item(out, "corrected", f"by run {one.run_id}")
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run.seconds.items())
    if stages:
        print_item(out, "stages", stages)
    print_item(out, "more", f"distributor deliveries --run {run.run_id}")


def _kind(run: "RunRecord") -> str:
    """Say what sets a run apart from one for everybody."""
    from recipients.people import masked

    kinds = []
    if run.test_address:
        kinds.append(f"test send to {masked(run.test_address)}")
    if run.corrects:
        kinds.append(f"correction of {run.corrects}")
    if run.branch_ids:
        kinds.append(f"only of {len(run.branch_ids)} {'branch' if len(run.branch_ids) == 1 else 'branches'}")
    return ", ".join(kinds)
