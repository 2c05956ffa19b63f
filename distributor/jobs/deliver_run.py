"""What is in the outbox of one run, sent at once and in the foreground."""

from contextlib import AbstractContextManager
from pathlib import Path

from distributor.jobs.application import Application
from distributor.jobs.close_run import close_if_done
from distributor.jobs.dispatching import Dispatching, dispatching
from distributor.ledger.records import RunRecord
from recipients.directory import Roster


def deliver_run(app: Application, run_id: str) -> RunRecord:
    """Send what is due of a run, and close it if nothing is left to do.

    Nobody needs the run to themselves for that: each delivery is claimed, and a run is closed once.

    Raises:
        UnknownRunError: No such run.
    """
    run, roster = app.ledger.run(run_id), app.directory.load()
    with sending(app, run, roster):
        pass
    close_and_tell(app, run, roster)
    return app.ledger.run(run_id)


def sending(app: Application, run: RunRecord, roster: Roster) -> AbstractContextManager[Dispatching]:
    """Send what comes into the outbox of *run* during the block, and at its end all that is due by then."""
    return dispatching(app, roster=roster, outbox=Path(run.outbox), run_id=run.run_id)


def close_and_tell(app: Application, run: RunRecord, roster: Roster) -> None:
    """Close a run of which nothing is open, and send the letter to its owner."""
    if close_if_done(app, run.run_id, roster.tree):
        with sending(app, run, roster):
            pass
