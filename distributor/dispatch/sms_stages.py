"""The stages that text messages pass as well: how many a person and a month get, and what becomes one."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from channels.sms import Full, SmsLimits, day_began_at, full, month_began_at, room_at
from distributor.dispatch.bundles import SMS, together_at
from distributor.dispatch.stages import PutOff, Stage, Work, deadline_of
from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryStatus


def text_message_cap(ledger: Ledger, limits: SmsLimits, *, zone: ZoneInfo) -> Stage:
    """Return the stage that puts off text messages to who has had enough of them today, and all when the month's are
    used up.

    Args:
        ledger: Counts what was sent.
        limits: How many.
        zone: Whose days and months count.
    """

    def sent_today(work: Work) -> int:
        since = day_began_at(work.now, zone=zone)
        return ledger.messages_sent(SMS, since=since, address=work.delivery.address)

    def sent_this_month(work: Work) -> int:
        return ledger.messages_sent(SMS, since=month_began_at(work.now, zone=zone))

    def stage(work: Work) -> PutOff | None:
        if work.delivery.channel != SMS:
            return None
        limit = full(
            limits,
            to_person_today=sent_today(work) if limits.per_person_a_day is not None else 0,
            this_month=sent_this_month(work) if limits.a_month is not None else 0,
        )
        if limit is None:
            return None
        number = limits.per_person_a_day if limit is Full.day else limits.a_month
        until, deadline = room_at(limit, now=work.now, zone=zone), deadline_of(work.delivery, work.run)
        # At its deadline it ends, and says why it was still here; not only when there is room again.
        if deadline is not None and deadline < until:
            until = deadline + timedelta(seconds=1)
        return PutOff(until=until, reason=f"{limit} ({number}, alerts included)")

    return stage


def company(ledger: Ledger, *, window: timedelta) -> Stage:
    """Return the stage in which a text message waits for others to the same person, to go out as one with them.

    Args:
        ledger: Knows what else is queued.
        window: For how long the first waits.
    """

    def stage(work: Work) -> PutOff | None:
        delivery = work.delivery
        if delivery.channel != SMS or delivery.attempts or not window:
            return None
        queued = DeliveryFilter(recipient_id=delivery.recipient_id, statuses=(DeliveryStatus.queued,))
        at = together_at(delivery, ledger.deliveries(queued), window=window)
        if at is None or at <= work.now:
            return None
        return PutOff(until=at, reason="waits for other text messages to the same person")

    return stage
