"""A run's outbox emptied while a person waits, and what came of it."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from distributor.jobs.application import Application


def send_and_tell(app: "Application", run_id: str, *, as_json: bool, keys: frozenset[str] = frozenset()) -> None:
    """Send what is due of a run and print how it stands.

    Args:
        app: The application.
        run_id: The run.
        as_json: Print one object instead of lines.
        keys: The deliveries that it is about; none means all of the run.

    Raises:
        typer.Exit: Exit code 4, not all of them were sent.
    """
    from distributor.cli.console import console, print_json
    from distributor.cli.outcome import print_item, print_outcome
    from distributor.cli.run import PARTLY, interrupted_text
    from distributor.cli.runs import run_as_plain
    from distributor.jobs.deliver_run import deliver_run
    from distributor.jobs.listing import show_run
    from distributor.ledger.port import DeliveryFilter
    from distributor.ledger.records import Group

    try:
        deliver_run(app, run_id)
    except KeyboardInterrupt:
        typer.echo(interrupted_text(run_id), err=True)
        raise
    detail = show_run(app, run_id)
    meant = app.ledger.deliveries(DeliveryFilter(keys=tuple(keys))) if keys else detail.deliveries
    sent = sum(one.status.group is Group.sent for one in meant)
    if as_json:
        print_json({**run_as_plain(detail), "meant": len(meant), "sent": sent})
    else:
        print_outcome(console(), detail)
        if keys:
            print_item(console(), "again", f"{sent} of {len(meant)} sent")
    if not {one.status.group for one in meant} <= {Group.sent, Group.suppressed}:
        raise typer.Exit(PARTLY)
