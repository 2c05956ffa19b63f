"""Something that only one process does at a time: a run, the scheduler's work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from distributor.jobs.application import Application
from distributor.ledger.errors import LedgerError, RunInHandError
from distributor.process_name import is_dead, part_name

LEASE = timedelta(minutes=2)
_RENEW_S = 20.0
SCHEDULER = "scheduler"


@contextmanager
def run_in_hand(app: Application, run_id: str) -> Iterator[None]:
    """Keep a run to this process while it is carried out; the lease of a process that died is void.

    Raises:
        RunInHandError: Another process has it.
    """
    owner = part_name("run")  # a lease is taken once, also within a process
    if not take(app, run_lease(run_id), owner=owner):
        raise RunInHandError(run_id)
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(app, run_lease(run_id), owner, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        with suppress(LedgerError):  # it runs out by itself; the error that ended the block is the one to be told
            app.ledger.drop_lease(run_lease(run_id), owner=owner)


def take(app: Application, name: str, *, owner: str) -> bool:
    """Take or renew a lease."""
    now = app.clock.now()
    return app.ledger.take_lease(name, owner=owner, now=now, until=now + LEASE, is_dead=is_dead)


def run_lease(run_id: str) -> str:
    return f"run:{run_id}"


def _keep(app: Application, name: str, owner: str, ended: threading.Event) -> None:
    # Should the lease be lost nevertheless, unique keys make what two processes do in the same run harmless.
    while not ended.wait(_RENEW_S):
        with suppress(LedgerError):  # a ledger that is away for a moment: the next turn renews it
            take(app, name, owner=owner)
