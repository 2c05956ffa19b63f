"""One delivery on its way: what its channel answers, and what breaks on the way."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from ledger_cases import NOW, a_delivery, a_letter, a_run, queue
from outbox_cases import MINUTE, Desk, ScriptedChannel, a_message, busy, lost, refused

from channels.channel import Settlement
from channels.errors import DeliveryError, Fault
from channels.message import Attachment, Message
from distributor.dispatch.sender import message_hash
from distributor.dispatch.stages import PutOff
from distributor.errors import RunError
from distributor.ledger.errors import LedgerUnreachableError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, RunRecord

DEADLINE = NOW + timedelta(days=3)


def a_desk(*script: DeliveryError | Exception | str, number: int = 1, **options: object) -> Desk:
    channel = ScriptedChannel(script=list(script), settlement=options.pop("settlement", Settlement.resend))
    desk = Desk(channel=channel, **options)
    queue(desk.ledger, number, a_run(deadline_at=DEADLINE))
    return desk


def failing(error: Exception) -> Desk:
    """Return a desk whose first delivery cannot be composed the first time."""
    errors = [error]

    def compose(delivery: DeliveryRecord, run: RunRecord) -> Message:
        if delivery.key == "key-00000" and errors:
            raise errors.pop()
        return a_message(delivery, run)

    return a_desk(number=2, compose=compose)


def test_accepted_is_sent_with_words_and_id() -> None:
    """The transport's answer, its id, the hash of the message and its Message-ID stand in the ledger."""
    desk = a_desk("250 2.0.0 Ok: queued as Q1")
    assert 1 == desk.drain()

    delivery, [attempt] = desk.first(), desk.attempts()
    message = a_message(delivery, a_run())
    assert (DeliveryStatus.sent, "250 2.0.0 Ok: queued as Q1", 1) == (
        delivery.status,
        delivery.reason,
        delivery.attempts,
    )
    assert message.message_id == delivery.message_id
    assert ("Q1", message_hash(message), "worker") == (attempt.transport_id, attempt.content_hash, attempt.who)


def test_put_off_keeps_its_message() -> None:
    """Each try hands over the same bytes under the same Message-ID."""
    desk = a_desk(busy(Fault.recipient), busy(Fault.message))
    desk.drain()
    desk.drain_at(5 * MINUTE)
    last = desk.drain_at(30 * MINUTE)

    assert (DeliveryStatus.sent, 3) == (last.status, last.attempts)
    assert 1 == len({one.content_hash for one in desk.attempts()})
    assert [DeliveryStatus.deferred, DeliveryStatus.deferred, DeliveryStatus.sent] == [
        one.status for one in desk.attempts()
    ]


def test_refusal_of_one_recipient_says_nothing_of_the_transport() -> None:
    """Twenty refused recipients in a row pause nothing."""
    desk = a_desk(*(refused() for _ in range(20)), number=21)
    desk.drain()

    assert {DeliveryStatus.rejected: 20, DeliveryStatus.sent: 1} == desk.ledger.counts(a_run().run_id)


def test_putting_off_costs_no_try() -> None:
    """A stage that waits leaves tries and attempts as they were, and gives the claim back."""
    desk = a_desk(more_stages=(lambda work: PutOff(until=NOW + 9 * MINUTE, reason="quiet hours"),))
    desk.drain()

    one = desk.first()
    assert (DeliveryStatus.queued, "quiet hours", 0, "") == (one.status, one.reason, one.attempts, one.lease_owner)
    assert ((), NOW + 9 * MINUTE) == (desk.attempts(), one.next_attempt_at)


def test_found_message_is_not_sent_again() -> None:
    """A channel that can be asked is asked before a second try, and what it has is sent."""
    desk = a_desk(lost(), settlement=Settlement.look_up)
    desk.drain()
    last = desk.drain_at(5 * MINUTE)

    assert (DeliveryStatus.sent, "found") == (last.status, last.reason)
    assert (["key-00000"], ["key-00000"]) == (desk.channel.arrived, desk.channel.asked)


def test_message_is_looked_up_until_the_channel_can_tell() -> None:
    """A channel that cannot be asked just now is asked again, and nothing is sent blindly meanwhile."""
    desk = a_desk(lost(), settlement=Settlement.look_up)
    desk.drain()
    desk.channel.finding = busy()
    waiting = desk.drain_at(5 * MINUTE)
    desk.channel.finding = None
    last = desk.drain_at(30 * MINUTE)

    assert (DeliveryStatus.unconfirmed, DeliveryStatus.sent) == (waiting.status, last.status)
    assert ["key-00000"] == desk.channel.arrived


def test_message_that_the_channel_has_not_is_sent() -> None:
    """Only what cannot be found is sent a second time."""
    desk = a_desk(lost(), settlement=Settlement.look_up)
    desk.drain()
    desk.channel.arrived.clear()

    assert DeliveryStatus.sent is desk.drain_at(5 * MINUTE).status
    assert ["key-00000"] == desk.channel.arrived


def test_held_message_waits_for_a_person() -> None:
    """Where neither looking up nor a second copy is possible nothing more happens by itself."""
    desk = a_desk(lost(), settlement=Settlement.hold)
    desk.drain()
    last = desk.drain_at(timedelta(days=2))

    assert (DeliveryStatus.unconfirmed, None, 1) == (last.status, last.next_attempt_at, last.attempts)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RunError("its files have been removed."), "its files have been removed."),
        (refused(Fault.message, ""), 'delivery "k": no such user. Correct it.'),
        (KeyError("pack.txt"), "KeyError: 'pack.txt'"),
    ],
)
def test_message_that_cannot_be_written_fails_alone(error: Exception, reason: str) -> None:
    """The delivery has failed, and says why; the next one is sent."""
    desk = failing(error)
    desk.drain()

    assert {DeliveryStatus.failed: 1, DeliveryStatus.sent: 1} == desk.ledger.counts(a_run().run_id)
    assert reason == desk.first().reason


def test_files_that_cannot_be_read_are_tried_again() -> None:
    """A disk that is away for a moment costs nobody the pack."""
    desk = failing(OSError(5, "Input/output error"))
    desk.drain()
    waiting = desk.first()

    assert (DeliveryStatus.deferred, "its files cannot be read: Input/output error. It is tried again.") == (
        waiting.status,
        waiting.reason,
    )
    assert DeliveryStatus.sent is desk.drain_at(5 * MINUTE).status


def test_ledger_that_is_away_fails_no_delivery() -> None:
    """The outbox stops with the ledger's error, and what was claimed is free and as it was."""
    desk = failing(LedgerUnreachableError("the ledger could not be reached for 60 s."))
    with pytest.raises(LedgerUnreachableError):
        desk.drain()

    assert {DeliveryStatus.queued: 2} == desk.ledger.counts(a_run().run_id)
    assert 2 == desk.drain()


def test_channel_that_breaks_stops_only_its_message() -> None:
    """An error that no channel should raise leaves the message for a person to look at; the next one is sent."""
    desk = a_desk(ValueError("odd"), number=2)
    desk.drain()

    first = desk.first()
    assert (DeliveryStatus.unconfirmed, None) == (first.status, first.next_attempt_at)
    assert "ValueError: odd. Whether it was sent is not known: somebody has to look." == first.reason
    assert 1 == desk.ledger.counts(a_run().run_id)[DeliveryStatus.sent]


def test_dead_server_burns_no_tries() -> None:
    """Of 200 deliveries to a server that is down for a day few are tried more than once; then all are sent."""
    desk = a_desk(number=200)
    desk.channel.decide = lambda _, now: busy() if now < NOW + timedelta(days=1) else None
    while desk.ledger.next_due_at(("email",)):
        desk.drain()
        desk.clock.instant += MINUTE

    deliveries = desk.ledger.deliveries(a_run().run_id)
    assert {DeliveryStatus.sent} == {one.status for one in deliveries}
    # One tries in ten minutes, 144 in a day; the first five, and each delivery's success.
    assert sum(one.attempts for one in deliveries) <= 5 + 144 + 10 + 200
    assert max(one.attempts for one in deliveries) <= 30
    assert desk.clock.instant < NOW + timedelta(days=1, hours=2)


def test_deadline_at_a_dead_server_fails_with_its_words() -> None:
    """After three days all have failed, also those that were never tried, and each tells what was the matter."""
    desk = a_desk(number=50)
    desk.channel.decide = lambda *_: busy()
    desk.drain()
    for minutes in (60, 3 * 24 * 60 + 1, 3 * 24 * 60 + 12):
        desk.drain_at(minutes * MINUTE)

    deliveries = desk.ledger.deliveries(a_run().run_id)
    assert {DeliveryStatus.failed} == {one.status for one in deliveries}
    assert all("too busy." in one.reason and "deadline" in one.reason for one in deliveries)


def test_letter_outlives_the_deadline_of_its_run() -> None:
    """The letter about a run that failed at a dead server is tried until the server is there again."""
    desk = a_desk()
    desk.ledger.record_letter(*a_letter())
    desk.channel.decide = lambda _, now: busy() if now < NOW + timedelta(days=4) else None
    for hours in range(0, 24 * 4 + 3, 2):
        desk.drain_at(timedelta(hours=hours))

    [pack] = desk.ledger.deliveries(a_run().run_id)
    [letter] = desk.ledger.deliveries(DeliveryFilter(keys=("letter-key",)))
    assert (DeliveryStatus.failed, DeliveryStatus.sent) == (pack.status, letter.status)


@pytest.mark.parametrize("change", [{"content": b"PNH"}, {"name": "d.png"}, {"media_type": "image/gif"}])
def test_hash_tells_files_apart(change: dict[str, Any]) -> None:
    """A file with another content, name or type is another hash; whether its own hash was known is none."""
    chart = Attachment(name="c.png", media_type="image/png", content=b"PNG")
    known, other = replace(chart, sha256=sha256(b"PNG").hexdigest()), replace(chart, **change)
    one, same, changed = (
        message_hash(replace(a_message(a_delivery(), a_run()), images=(file,))) for file in (chart, known, other)
    )

    assert one == same
    assert one != changed


def test_hash_tells_messages_apart() -> None:
    """Another text is another hash; the same message has the same."""
    one, other = (a_message(a_delivery(number), a_run()) for number in (1, 2))

    assert message_hash(one) == message_hash(a_message(a_delivery(1), a_run()))
    assert message_hash(one) != message_hash(other)
