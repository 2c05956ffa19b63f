"""A reader's wish not to get a report any more."""

from dataclasses import dataclass

from distributor.dispatch.unsubscribe import UnsubscribeTokenError, Unsubscription
from distributor.jobs.application import Application
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import AuditRecord, PreferenceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedReader:
    """Whose wish it is, which report it is about, and in which language it is answered."""

    recipient_id: str
    report: str
    title: str
    language: str


def muted_reader(app: Application, wish: Unsubscription) -> MutedReader:
    """Return whom a wish is of, as the ledger knows by its delivery.

    Raises:
        UnsubscribeTokenError: The delivery is no longer known.
    """
    found = app.ledger.deliveries(DeliveryFilter(keys=(wish.delivery_key,)))
    if not found:
        raise UnsubscribeTokenError
    run = app.ledger.run(found[0].run_id)
    pack = app.ledger.pack(run.run_id, found[0].branch_id, found[0].language)
    return MutedReader(
        recipient_id=found[0].recipient_id,
        report=wish.report,
        title=pack.title if pack else wish.report,
        language=found[0].language,
    )


def mute_report(app: Application, reader: MutedReader) -> None:
    """Send the report to this reader no more; said twice is said once."""
    known = app.ledger.preferences().get(reader.recipient_id)
    reports = known.muted_reports if known else ()
    if reader.report in reports:
        return
    now = app.clock.now()
    app.ledger.record_preference(
        PreferenceRecord(
            recipient_id=reader.recipient_id,
            muted_reports=(*reports, reader.report),
            muted_channels=known.muted_channels if known else (),
            changed_at=now,
        )
    )
    app.ledger.record_audit(
        AuditRecord(at=now, who=reader.recipient_id, action="unsubscribe", subject=reader.report, reason="by link")
    )
