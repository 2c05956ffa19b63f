"""The end of a run: nothing is open any more, and its owner is told how it went."""

from distributor.jobs.application import Application


def close_if_done(app: Application, run_id: str) -> bool:
    """Close a run if none of its deliveries is open. Whether this call did it."""
    return app.ledger.close_run(run_id, app.clock.now())
