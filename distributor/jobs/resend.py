"""Send again what failed, or what somebody has lost: the same bytes, and who asked for it."""

from dataclasses import dataclass, replace

from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.jobs.approval import rejected_for_good
from distributor.jobs.deadlines import delivery_deadline
from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import Approval, AuditRecord, DeliveryRecord, DeliveryStatus, Group, Kind, RunStatus

FAILED = tuple(status for status in DeliveryStatus if status.group in (Group.failed, Group.unconfirmed))
# What is under way, or waits for a decision, is not sent again beside it.
_AGAIN = tuple(status for status in DeliveryStatus if status.group in (Group.sent, Group.failed, Group.unconfirmed))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendRequest:
    """What is to be sent again: one delivery, all that failed of a run, or a branch's of a run."""

    who: str
    why: str
    key: str = ""
    run_id: str = ""
    branch_id: str = ""
    failed_only: bool = False


def find_resendable(app: Application, request: ResendRequest) -> tuple[DeliveryRecord, ...]:
    """Return what would be sent again; there is something.

    Raises:
        UsageError: Nothing fits, or the run is not approved.
        UnknownRunError, UnknownDeliveryError: No such run or delivery.
    """
    found = app.ledger.deliveries(_which(app, request))
    if not found:
        raise UsageError(_nothing(request))
    for run in {one.run_id: app.ledger.run(one.run_id) for one in found if one.kind is not Kind.letter}.values():
        if run.approval is Approval.rejected:
            raise UsageError(rejected_for_good(run))
        if run.approval is Approval.asked:
            raise UsageError(f"run {run.run_id} waits for approval. First: distributor approve {run.run_id}.")
    return found


def resend(app: Application, request: ResendRequest) -> tuple[DeliveryRecord, ...]:
    """Put deliveries back into the outbox.

    Returns:
        The deliveries, as they stood before.

    Raises:
        UsageError: Nothing fits, or the run is not approved.
        UnknownRunError, UnknownDeliveryError: No such run or delivery.
    """
    found = find_resendable(app, request)
    now = app.clock.now()
    run_ids = sorted({one.run_id for one in found})
    for run_id in run_ids:
        run = app.ledger.run(run_id)
        app.ledger.record_run(replace(run, deadline_at=delivery_deadline(app, run.report, now)))
    reason = f"again: {request.why}" if request.why else "again"
    keys = DeliveryFilter(keys=tuple(one.key for one in found), statuses=tuple({one.status for one in found}))
    app.ledger.move(keys, DeliveryStatus.queued, reason=reason, at=now, who=request.who, next_attempt_at=now)
    # After the move: the other way round somebody could close the run again in between.
    for run_id in run_ids:
        app.ledger.record_status(run_id, RunStatus.sending, "sent again by hand", seen=(RunStatus.closed,))
    subject = request.key or " ".join(part for part in (request.run_id, request.branch_id) if part)
    app.ledger.record_audit(AuditRecord(at=now, who=request.who, action="resend", subject=subject, reason=request.why))
    return found


def _which(app: Application, request: ResendRequest) -> DeliveryFilter:
    statuses = FAILED if request.failed_only else _AGAIN
    if request.key:
        [*found] = app.ledger.deliveries(DeliveryFilter(keys=(request.key,)))
        if not found:
            raise UnknownDeliveryError(request.key)
        return DeliveryFilter(keys=(request.key,), statuses=statuses)
    app.ledger.run(request.run_id)
    return DeliveryFilter(run_id=request.run_id, branch_id=request.branch_id, statuses=statuses, without_letters=True)


def _nothing(request: ResendRequest) -> str:
    what = "that failed" if request.failed_only else "that has been tried"
    place = request.key or " ".join(part for part in (request.run_id, request.branch_id) if part)
    see = request.key or f"--run {request.run_id}"
    return f"there is no delivery of {place} {what}. See: distributor deliveries {see}."
