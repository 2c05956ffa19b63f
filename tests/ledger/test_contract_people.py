"""What every ledger promises about what people want, what their addresses do, and the audit."""

from dataclasses import replace
from typing import Any

import pytest
from ledger_cases import LEASE, MINUTE, NOW, an_attempt, claim, keys, mark, queue, send, status_of

from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import (
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryStatus,
    PreferenceRecord,
    SuppressionReason,
    SuppressionRecord,
)

SUPPRESSION = SuppressionRecord(
    channel="email", address="kari@union.example", reason=SuppressionReason.bounced, since_at=NOW, detail="5.1.1"
)


def a_bounce(**changes: Any) -> BounceRecord:
    known: dict[str, Any] = {
        "bounce_id": "b1",
        "key": "key-00000",
        "channel": "email",
        "address": "kari0@union.example",
        "kind": "permanent",
        "code": "5.1.1",
        "reason": "no such user",
        "at": NOW + MINUTE,
    }
    return BounceRecord(**{**known, **changes})


def test_suppression_stays_as_it_was_first(ledger: Ledger) -> None:
    """An address is suppressed once; a later reason does not replace the first."""
    assert ledger.suppress(SUPPRESSION)
    assert not ledger.suppress(replace(SUPPRESSION, reason=SuppressionReason.by_hand))
    assert ledger.suppress(replace(SUPPRESSION, channel="sms"))

    assert (SUPPRESSION, replace(SUPPRESSION, channel="sms")) == ledger.suppressions()


def test_suppression_is_lifted_once(ledger: Ledger) -> None:
    """Lifting says whether there was one."""
    ledger.suppress(SUPPRESSION)

    assert not ledger.lift_suppression("sms", SUPPRESSION.address)
    assert ledger.lift_suppression("email", SUPPRESSION.address)
    assert not ledger.lift_suppression("email", SUPPRESSION.address)
    assert () == ledger.suppressions()


def test_last_preference_stands(ledger: Ledger) -> None:
    """What a recipient said last replaces what was said before, whole."""
    first = PreferenceRecord(recipient_id="kari", muted_reports=("letter",), changed_at=NOW)
    last = PreferenceRecord(recipient_id="kari", muted_channels=("sms", "email"), changed_at=NOW + MINUTE)
    for one in (first, last, last):
        ledger.record_preference(one)

    assert {"kari": last} == ledger.preferences()


def test_consent_is_kept_for_each_channel(ledger: Ledger) -> None:
    """A consent is given and withdrawn for one channel."""
    sms = ConsentRecord(recipient_id="kari", channel="sms", given_at=NOW, source="form")
    email = replace(sms, channel="email")
    withdrawn = replace(sms, withdrawn_at=NOW + MINUTE)
    for one in (sms, email, withdrawn):
        ledger.record_consent(one)

    assert (email, withdrawn) == ledger.consents()


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_permanent_bounce_takes_back_what_had_left(ledger: Ledger, status: DeliveryStatus) -> None:
    """A delivery that was, or may have been, accepted came back; any other stays as it is."""
    queue(ledger)
    ledger.move(DeliveryFilter(), status, reason="so far", at=NOW, next_attempt_at=NOW)

    assert ledger.record_bounce(a_bounce(), who="bounces")

    (found,) = ledger.deliveries("letter-2026-05")
    came_back = status in (
        DeliveryStatus.sent, DeliveryStatus.delivered, DeliveryStatus.unconfirmed, DeliveryStatus.sending
    )  # fmt: skip
    assert (DeliveryStatus.bounced if came_back else status) is found.status
    if came_back:
        last = an_attempt(
            found.key, DeliveryStatus.bounced, at=NOW + MINUTE, reason="no such user", code="5.1.1", who="bounces"
        )
        assert last == ledger.attempts(DeliveryFilter())[-1]
        assert found.next_attempt_at is None


def test_bounce_is_harmless_when_read_twice(ledger: Ledger) -> None:
    """The same bounce again changes nothing, also after the delivery was sent anew."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    send(ledger, key)
    assert ledger.record_bounce(a_bounce(), who="bounces")
    again = NOW + 2 * MINUTE
    ledger.move(DeliveryFilter(), DeliveryStatus.sent, reason="sent by hand", at=again)

    assert not ledger.record_bounce(a_bounce(), who="bounces")
    assert {key: "sent"} == status_of(ledger)
    assert 3 == len(ledger.attempts(DeliveryFilter()))


def test_bounce_that_overtakes_the_answer_stands(ledger: Ledger) -> None:
    """A message that came back before its "sent" was recorded has come back all the same."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    mark(ledger, key)
    ledger.record_bounce(a_bounce(), who="bounces")

    ledger.record_attempt(an_attempt(key, DeliveryStatus.sent), owner="worker")

    assert {key: "bounced"} == status_of(ledger)
    assert ["bounced", "sent"] == [one.status for one in ledger.attempts(DeliveryFilter())]
    assert () == ledger.in_hand()
    assert () == claim(ledger, now=NOW + 2 * LEASE)


def test_temporary_bounce_is_only_noted(ledger: Ledger) -> None:
    """A delay is recorded and leaves the delivery as it is; so does a bounce of what is none of ours."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    send(ledger, key)

    delay, foreign = a_bounce(kind="temporary"), a_bounce(bounce_id="b2", key="", address="x@other.example", at=NOW)
    assert ledger.record_bounce(delay, who="bounces")
    assert ledger.record_bounce(foreign, who="bounces")

    assert {key: "sent"} == status_of(ledger)
    assert (foreign, delay) == ledger.bounces()
    assert (delay,) == ledger.bounces("email", "kari0@union.example")
    assert () == ledger.bounces("sms")


def test_audit_is_read_in_the_order_in_which_it_was_written(ledger: Ledger) -> None:
    """Everything that was done is kept, also the same twice, and found by what it was done to."""
    approved = AuditRecord(at=NOW, who="Kari", action="approve", subject="run-1", reason="fine")
    lifted = AuditRecord(at=NOW - MINUTE, who="Ola", action="lift", subject="x@union.example")
    for one in (approved, lifted, approved):
        ledger.record_audit(one)

    assert (approved, lifted, approved) == ledger.audit()
    assert (lifted,) == ledger.audit("x@union.example")
