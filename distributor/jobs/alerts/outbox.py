"""Planned messages, worded and stored, ready for the transaction that records what they rest on."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from distributor.alerting.threads import PlannedMessage
from distributor.errors import DistributorError
from distributor.jobs.alerts.planning import Outlook
from distributor.jobs.alerts.ports import Hearer, Matter, Wording
from distributor.jobs.application import Application
from distributor.ledger.alert_records import AlertMessage, NoticeRecord
from distributor.ledger.errors import LedgerError
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, Kind, LetterRecord, Relation
from distributor.packs.plan_checks import no_channel

_FORMATS = ("html",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerHearer:
    """Somebody who was told that it fires, and is told the end: where and in which language it began."""

    recipient_id: str
    name: str
    language: str
    address: str = field(repr=False)
    status: DeliveryStatus
    reason: str
    may_see_small_cells: bool = False


def word_messages(app: Application, outlook: Outlook, wording: Wording, matter: Matter) -> tuple[AlertMessage, ...]:
    """Write each message and put its files into the store."""
    return tuple(_worded(app, one, outlook, wording, matter) for one in outlook.messages)


def hearer_of(app: Application, message: PlannedMessage, outlook: Outlook) -> Hearer:
    """Return to whom a message goes."""
    known = outlook.hearers.get(message.reader)
    if known is not None:
        return known
    root = outlook.roots[message.thread]
    is_open = root.channel in app.channel_names
    return FormerHearer(
        recipient_id=root.recipient_id,
        name=root.recipient_name,
        language=root.language,
        address=root.address,
        status=DeliveryStatus.planned if is_open else DeliveryStatus.held,
        reason="" if is_open else no_channel(root.channel),
    )


def _worded(
    app: Application, message: PlannedMessage, outlook: Outlook, wording: Wording, matter: Matter
) -> AlertMessage:
    to, place = hearer_of(app, message, outlook), _place(message)
    delivery = _delivery(message, to, branch_id=place, now=matter.now)
    letter = LetterRecord(
        key=message.key,
        subject="",
        written_at=matter.now,
        artifacts=(),
        relation=message.relation,
        root_key="" if message.relation is Relation.root else message.thread,
    )
    try:
        subject, artifacts = wording.compose(message, to=to, matter=matter)
    except LedgerError:
        raise
    except Exception as error:  # noqa: BLE001 - outermost frame of a message: recorded, then the others go on
        # Without notices it counts as not said: the next evaluation tries again.
        reason = str(error) if isinstance(error, DistributorError) else f"{type(error).__name__}: {error}"
        failed = replace(delivery, status=DeliveryStatus.failed, reason=reason, next_attempt_at=None)
        return AlertMessage(delivery=failed, letter=letter)
    refs = app.store.put(artifacts, branch_id=place)
    return AlertMessage(
        delivery=delivery,
        letter=replace(letter, subject=subject, artifacts=refs),
        notices=tuple(_notices(message, now=matter.now)),
    )


def _place(message: PlannedMessage) -> str:
    """Return the branch that a message is about: a region, or none where it is about more."""
    regions = {one.region_id for one in message.incidents}
    return (regions.pop() or "") if len(regions) == 1 else ""


def _delivery(message: PlannedMessage, to: Hearer, *, branch_id: str, now: datetime) -> DeliveryRecord:
    is_free = to.status is DeliveryStatus.planned
    return DeliveryRecord(
        key=message.key,
        kind=Kind.alert,
        branch_id=branch_id,
        recipient_id=message.reader.recipient_id,
        recipient_name=to.name,
        address=to.address,
        channel=message.reader.channel,
        formats=_FORMATS,
        language=to.language,
        status=DeliveryStatus.queued if is_free else to.status,
        reason=to.reason,
        next_attempt_at=now if is_free else None,
    )


def _notices(message: PlannedMessage, *, now: datetime) -> Iterable[NoticeRecord]:
    for one in message.notices:
        yield NoticeRecord(
            key=message.notice_key(one),
            incident_id=one.incident_id,
            kind=one.kind,
            data_on=one.data_on,
            channel=message.reader.channel,
            recipient_id=message.reader.recipient_id,
            thread=message.thread,
            delivery_key=message.key,
            reason=message.reason,
            decided_at=now,
        )
