"""A run that a schedule began, from its fire time to the outbox; what goes wrong is recorded, and tried again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from distributor.errors import DistributorError
from distributor.jobs.application import Application
from distributor.jobs.held import hold_run
from distributor.jobs.leases import run_in_hand
from distributor.jobs.letters import letter_head, post_letter
from distributor.jobs.make_packs import make_packs
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunInterruptedError, recording_failure
from distributor.jobs.schedule import begin
from distributor.ledger.errors import LedgerError, RunInHandError
from distributor.ledger.port import Ledger
from distributor.ledger.records import UNFINISHED, OccurrenceRecord, OccurrenceStatus, RunRecord, RunStatus
from distributor.snapshot.errors import GateError
from distributor.telemetry import log_event, log_trouble
from renderers.letters.models import RunMissed, Trouble

_LOOK_AGAIN = timedelta(minutes=10)
# A source that is down in the morning is often back soon; after so long somebody has to look.
_PATIENCE = timedelta(hours=2)


def carry_out_occurrence(app: Application, occurrence: OccurrenceRecord, *, check: Callable[[], None]) -> None:
    """Carry out the run of an occurrence, unless another process has begun it.

    Args:
        app: The application.
        occurrence: Due, or held and to be looked at again.
        check: Called after each pack; raises KeyboardInterrupt when the service is to stop.
    """
    run = begin(app, occurrence)
    if run is not None:
        log_event("run_started", run=run.run_id, report=run.report, period=run.period)
        carry_out(app, run, occurrence, check=check)


def orphans(app: Application) -> tuple[OccurrenceRecord, ...]:
    """Return the occurrences whose run began and was left by a process that ended."""
    return app.ledger.occurrences(statuses=(OccurrenceStatus.running,))


def carry_out(app: Application, run: RunRecord, occurrence: OccurrenceRecord, *, check: Callable[[], None]) -> None:
    """Make the packs of a scheduled run, from wherever it stands; errors end in the ledger, not in the caller."""
    try:
        with run_in_hand(app, run.run_id):
            _make(app, run, occurrence, check=check)
    except RunInHandError:
        return  # its process lives


def _make(app: Application, run: RunRecord, occurrence: OccurrenceRecord, *, check: Callable[[], None]) -> None:
    run = app.ledger.run(run.run_id)
    if run.status not in UNFINISHED:
        _record(app.ledger, occurrence, OccurrenceStatus.done)
        return
    if not app.ledger.is_planned(run.run_id) and not app.run_folder(run.run_id).joinpath("snapshot").is_dir():
        # Nothing was read yet: the data are judged by, and the messages dated with, the time of this try.
        run = replace(run, started_at=app.clock.now(), spec_hash=app.catalogue.spec_hash(run.report))
        app.ledger.record_run(run)
    try:
        with recording_failure(app, run):
            make_packs(app, run, app.directory.load(), Silence(), check=check)
    except GateError as error:
        until = hold_run(app, run, error)
        again = app.clock.now() + _LOOK_AGAIN if until else None
        _record(app.ledger, occurrence, OccurrenceStatus.held if until else OccurrenceStatus.done, str(error), again)
        log_event("run_held", run=run.run_id, until=until)
    except RunInterruptedError:
        log_event("run_interrupted", run=run.run_id)  # goes on when the service is there again
    except LedgerError:
        raise  # nothing can be recorded: the service itself is in trouble
    except Exception as error:  # noqa: BLE001 - outermost frame of a run: recorded, then the other reports go on
        _failed(app, run, occurrence, error)
    else:
        _record(app.ledger, occurrence, OccurrenceStatus.done)
        log_event("run_rendered", run=run.run_id)


def _failed(app: Application, run: RunRecord, occurrence: OccurrenceRecord, error: Exception) -> None:
    """Try again for a while, and write to the owner at the first failure."""
    log_trouble("run_failed", error, run=run.run_id)
    now = app.clock.now()
    reason = str(error) if isinstance(error, DistributorError) else f"{type(error).__name__}: {error}"
    is_patient = now - occurrence.fire_at < _PATIENCE
    status = OccurrenceStatus.held if is_patient else OccurrenceStatus.done
    _record(app.ledger, occurrence, status, reason, now + _LOOK_AGAIN if is_patient else None)
    closed = [one.closed_at for one in app.ledger.runs(run.report, statuses=(RunStatus.closed,)) if one.closed_at]
    letter = RunMissed(
        head=letter_head(app, run),
        trouble=Trouble.failed,
        due_at=occurrence.fire_at,
        since_at=now,
        reason=reason,
        last_closed_at=max(closed, default=None),
    )
    post_letter(app, run, letter, about="failed", now=now)


def _record(
    ledger: Ledger,
    occurrence: OccurrenceRecord,
    status: OccurrenceStatus,
    reason: str = "",
    next_attempt_at: datetime | None = None,
) -> None:
    ledger.record_occurrence(
        occurrence.report, occurrence.fire_key, status, reason=reason, next_attempt_at=next_attempt_at
    )
