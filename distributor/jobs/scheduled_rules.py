"""The evaluation of alert rules that the service begins each day; what goes wrong is recorded, and tried again."""

from dataclasses import replace
from datetime import date, timedelta

from distributor.errors import DistributorError
from distributor.jobs.alert_parts import alert_parts
from distributor.jobs.application import Application
from distributor.jobs.leases import run_in_hand
from distributor.jobs.notify_incidents import evaluate_and_tell, new_alerts_run
from distributor.jobs.progress import Silence
from distributor.ledger.errors import LedgerError, RunInHandError
from distributor.ledger.records import UNFINISHED, OccurrenceRecord, OccurrenceStatus, RunRecord, RunStatus
from distributor.telemetry import log_event, log_trouble

_LOOK_AGAIN = timedelta(minutes=10)
# The next day's evaluation makes up for one that was given up.
_PATIENCE = timedelta(hours=12)


def carry_out_evaluation(app: Application, occurrence: OccurrenceRecord) -> None:
    """Evaluate the rules for an occurrence, unless another process has begun it."""
    run = _run_of(app, occurrence)
    if app.ledger.begin_occurrence(occurrence, run):
        log_event("evaluation_started", run=run.run_id)
        go_on_with_evaluation(app, replace(occurrence, run_id=run.run_id))


def go_on_with_evaluation(app: Application, occurrence: OccurrenceRecord) -> None:
    """Make the evaluation of an occurrence that has begun, from wherever it stands; errors end in the ledger."""
    try:
        with run_in_hand(app, occurrence.run_id):
            _evaluate(app, app.ledger.run(occurrence.run_id), occurrence)
    except RunInHandError:
        return  # its process lives


def _run_of(app: Application, occurrence: OccurrenceRecord) -> RunRecord:
    if occurrence.run_id:
        return app.ledger.run(occurrence.run_id)
    run = new_alerts_run(app, as_of=date.fromisoformat(occurrence.period), now=app.clock.now())
    return replace(run, fire_at=occurrence.fire_at)


def _evaluate(app: Application, run: RunRecord, occurrence: OccurrenceRecord) -> None:
    if run.status not in UNFINISHED:
        _record(app, occurrence, OccurrenceStatus.done)
        return
    try:
        told = evaluate_and_tell(
            app, alert_parts(app), as_of=date.fromisoformat(run.period), progress=Silence(), run=run
        )
    except LedgerError:
        raise  # nothing can be recorded: the service itself is in trouble
    except Exception as error:  # noqa: BLE001 - outermost frame of an evaluation: recorded, then the reports go on
        _failed(app, run, occurrence, error)
    else:
        _record(app, occurrence, OccurrenceStatus.done)
        log_event("evaluation_recorded", run=run.run_id, messages=len(told.messages))


def _failed(app: Application, run: RunRecord, occurrence: OccurrenceRecord, error: Exception) -> None:
    log_trouble("evaluation_failed", error, run=run.run_id)
    reason = str(error) if isinstance(error, DistributorError) else f"{type(error).__name__}: {error}"
    now = app.clock.now()
    is_patient = now - occurrence.fire_at < _PATIENCE
    app.ledger.record_status(run.run_id, RunStatus.failed, reason, seen=UNFINISHED)
    app.ledger.record_occurrence(
        occurrence.report,
        occurrence.fire_key,
        OccurrenceStatus.held if is_patient else OccurrenceStatus.done,
        reason=reason,
        next_attempt_at=now + _LOOK_AGAIN if is_patient else None,
    )


def _record(app: Application, occurrence: OccurrenceRecord, status: OccurrenceStatus) -> None:
    app.ledger.record_occurrence(occurrence.report, occurrence.fire_key, status)
