"""What stands between a claimed delivery and its channel."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ledger_cases import NOW, a_delivery, a_letter, a_run
from outbox_cases import MINUTE

from distributor.dispatch.breaker import BreakerRules, Breakers
from distributor.dispatch.stages import End, PutOff, Work, circuit, in_thread, quiet_hours, wanted, within_deadline
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryStatus, Kind, Relation

DEADLINE = NOW + timedelta(days=3)


def work(after: timedelta = timedelta(), **changes: object) -> Work:
    delivery = a_delivery(**{"status": DeliveryStatus.queued, **changes})
    return Work(delivery=delivery, run=a_run(deadline_at=DEADLINE), now=NOW + after)


def test_delivery_passes_until_its_deadline() -> None:
    """The last instant still counts."""
    assert None is within_deadline(Breakers())(work(timedelta(days=3)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DeliveryStatus.queued, DeliveryStatus.failed),
        (DeliveryStatus.deferred, DeliveryStatus.failed),
        (DeliveryStatus.unconfirmed, DeliveryStatus.unconfirmed),
    ],
)
def test_delivery_past_its_deadline_is_ended(before: DeliveryStatus, after: DeliveryStatus) -> None:
    """It has failed, with the last words of the transport; only what was perhaps accepted stays unconfirmed."""
    ended = within_deadline(Breakers())(work(timedelta(days=3, seconds=1), status=before, reason="451 too busy"))

    reason = "it was still in the outbox at its deadline, 04 June 2026 05:00 UTC. The last that is known: 451 too busy"
    assert End(status=after, reason=reason) == ended


def test_delivery_that_was_never_tried_fails_with_the_words_of_its_transport() -> None:
    """Whoever waited behind a dead server learns what was the matter with it."""
    breakers = Breakers()
    breakers.failed("email", now=NOW, words="cannot be reached")

    ended = within_deadline(breakers)(work(timedelta(days=4)))

    assert isinstance(ended, End)
    assert ended.reason.endswith("The last that is known: cannot be reached")


def test_letter_has_no_deadline() -> None:
    """The letter that tells of the passed deadline is sent after it."""
    assert None is within_deadline(Breakers())(work(timedelta(days=30), kind=Kind.letter))


def test_run_without_deadline_has_none() -> None:
    """A run of which none is recorded yet is sent."""
    assert None is within_deadline(Breakers())(Work(delivery=a_delivery(), run=a_run(), now=NOW + timedelta(days=99)))


def test_open_circuit_puts_off_with_the_last_words() -> None:
    """While a transport is down deliveries wait, and say why."""
    breakers = Breakers(rules=BreakerRules(threshold=1))
    stage = circuit(breakers)
    assert None is stage(work())

    breakers.failed("email", now=NOW, words="cannot be reached")

    expected = PutOff(until=NOW + MINUTE / 2, reason="email is paused after 1 failures. The last: cannot be reached")
    assert expected == stage(work())


def test_unwanted_is_suppressed() -> None:
    """A reason against it ends a delivery; no reason lets it pass."""
    stage = wanted(lambda delivery, _: "muted" if delivery.recipient_id == "person-1" else "")

    assert (None, End(status=DeliveryStatus.suppressed, reason="muted")) == (
        stage(work()),
        stage(work(recipient_id="person-1")),
    )


def test_quiet_hours_put_off() -> None:
    """Until their end."""
    stage = quiet_hours(lambda _, at: max(at, NOW + MINUTE))

    assert (PutOff(until=NOW + MINUTE, reason="quiet hours"), None) == (stage(work()), stage(work(MINUTE)))


def a_thread(status: DeliveryStatus, relation: Relation = Relation.reply, **changes: Any) -> tuple[Ledger, Work]:
    """Return a ledger with a message that stands so, and an answer to it in hand."""
    ledger = MemoryLedger()
    ledger.open_run(a_run())
    for key, how, root in (("root", Relation.root, ""), ("answer", relation, "root")):
        delivery, letter = a_letter(key, kind=Kind.alert, **({"status": status, **changes} if key == "root" else {}))
        ledger.record_letter(delivery, replace(letter, relation=how, root_key=root))
    [answer] = ledger.deliveries(DeliveryFilter(keys=("answer",)))
    return ledger, Work(delivery=answer, run=a_run(), now=NOW)


@pytest.mark.parametrize("status", [DeliveryStatus.sent, DeliveryStatus.delivered])
def test_answer_goes_when_its_message_is_sent(status: DeliveryStatus) -> None:
    """And so does the message itself, and what is in no thread."""
    ledger, answer = a_thread(status)

    assert None is in_thread(ledger)(answer)
    [root] = ledger.deliveries(DeliveryFilter(keys=("root",)))
    assert None is in_thread(ledger)(replace(answer, delivery=root))
    assert None is in_thread(ledger)(work())


@pytest.mark.parametrize("status", [DeliveryStatus.queued, DeliveryStatus.sending, DeliveryStatus.unconfirmed])
def test_answer_waits_for_its_message(status: DeliveryStatus) -> None:
    """As long as that waits itself."""
    ledger, answer = a_thread(status, next_attempt_at=NOW + timedelta(hours=2))

    put_off = in_thread(ledger)(answer)

    assert isinstance(put_off, PutOff)
    assert NOW + timedelta(hours=2) == put_off.until


@pytest.mark.parametrize("status", [DeliveryStatus.failed, DeliveryStatus.bounced, DeliveryStatus.suppressed])
def test_answer_ends_with_its_message(status: DeliveryStatus) -> None:
    """Nobody hears the end of what was never told."""
    ledger, answer = a_thread(status, reason="no such user")

    reason = "the message that it belongs to was not sent: no such user"
    assert End(status=DeliveryStatus.suppressed, reason=reason) == in_thread(ledger)(answer)


def test_answer_is_held_with_its_message() -> None:
    """Both are a person's to decide."""
    ledger, answer = a_thread(DeliveryStatus.held, reason="no channel", next_attempt_at=None)

    ended = in_thread(ledger)(answer)

    assert isinstance(ended, End)
    assert DeliveryStatus.held is ended.status


def test_answer_does_not_wait_for_a_person() -> None:
    """A message of which nobody will ever know by himself holds no answer up."""
    ledger, answer = a_thread(DeliveryStatus.unconfirmed, next_attempt_at=None)

    assert None is in_thread(ledger)(answer)
