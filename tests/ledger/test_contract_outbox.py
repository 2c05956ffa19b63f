"""What every ledger promises about claims, what is sent under them, and what is reported of it."""

import pytest
from ledger_cases import (
    LEASE,
    MINUTE,
    NOW,
    a_letter,
    a_run,
    an_attempt,
    claim,
    hold,
    keys,
    mark,
    plan,
    queue,
    send,
    status_of,
)

from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryStatus, RunStatus

RUN_ID = "letter-2026-05"
EVERYTHING = DeliveryFilter()
LATER = NOW + LEASE + MINUTE


def test_claim_takes_what_is_due_oldest_first(ledger: Ledger) -> None:
    """Deliveries are handed out by the time from which they may be sent, then by their plan, up to a limit."""
    queue(ledger, 3)
    queue(ledger, 1, a_run("older"))
    ledger.move(DeliveryFilter(run_id="older"), DeliveryStatus.queued, reason="", at=NOW, next_attempt_at=NOW - MINUTE)

    first = claim(ledger, limit=2)

    assert ["older-key-00000", "key-00000"] == keys(first)
    assert [("worker", NOW + LEASE)] * 2 == [(one.lease_owner, one.lease_until_at) for one in first]
    assert ["key-00001", "key-00002"] == keys(claim(ledger, limit=2))
    assert () == claim(ledger)


def test_claim_leaves_what_is_not_due(ledger: Ledger) -> None:
    """A delivery is due from its time on, to the microsecond, and never without one."""
    (key,) = keys(queue(ledger))
    ledger.move(EVERYTHING, DeliveryStatus.deferred, reason="", at=NOW, next_attempt_at=NOW + MINUTE)
    microsecond = MINUTE / 60_000_000

    assert () == claim(ledger, now=NOW + MINUTE - microsecond)
    assert [key] == keys(claim(ledger, now=NOW + MINUTE))
    ledger.move(EVERYTHING, DeliveryStatus.unconfirmed, reason="", at=NOW)
    assert () == claim(ledger, now=LATER)


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_claim_takes_only_what_may_be_sent(ledger: Ledger, status: DeliveryStatus) -> None:
    """Queued, deferred and unconfirmed deliveries are sent; nothing in another state is."""
    queue(ledger)
    ledger.move(EVERYTHING, status, reason="", at=NOW, next_attempt_at=NOW)

    sendable = (DeliveryStatus.queued, DeliveryStatus.deferred, DeliveryStatus.unconfirmed)
    assert (status in sendable) is bool(claim(ledger))


def test_claim_keeps_to_channels_and_run(ledger: Ledger) -> None:
    """A worker gets only what it has the channels for, and what it asks for."""
    queue(ledger, 1)
    queue(ledger, 1, a_run("sms"), channel="sms")

    assert () == claim(ledger, channels=())
    assert () == claim(ledger, channels=("slack",))
    assert () == claim(ledger, run_id="sms")
    assert ["sms-key-00000"] == keys(claim(ledger, channels=("sms", "email"), run_id="sms"))
    assert ["key-00000"] == keys(claim(ledger))


def test_claims_never_overlap(ledger: Ledger) -> None:
    """What one process has in hand, no other gets, nor the same one again."""
    queue(ledger, 4)

    first, second = claim(ledger, "one", limit=3), claim(ledger, "two", limit=3)

    assert (3, 1) == (len(first), len(second))
    assert () == claim(ledger, "one")


def test_expired_claim_is_free_again(ledger: Ledger) -> None:
    """What a process claimed and did not begin in time is handed out again, and lost to it."""
    (key,) = keys(queue(ledger))
    claim(ledger, "slow")

    assert () == claim(ledger, "quick", now=NOW + LEASE)
    assert [key] == keys(claim(ledger, "quick", now=LATER, until=LATER + LEASE))
    assert not mark(ledger, key, "slow")
    assert mark(ledger, key, "quick")


def test_expired_claim_is_not_free_when_it_is_being_sent(ledger: Ledger) -> None:
    """Nobody knows whether it was accepted; it waits for whoever settles that."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    mark(ledger, key)

    assert () == claim(ledger, "other", now=LATER + LEASE)
    assert [key] == keys(ledger.in_hand(statuses=(DeliveryStatus.sending,)))


def test_mark_is_refused_to_whom_it_does_not_belong(ledger: Ledger) -> None:
    """Only a claimed delivery is sent, only by its owner, and only once."""
    (key,) = keys(queue(ledger))
    assert not mark(ledger, key)
    assert not mark(ledger, "nope")
    claim(ledger)
    assert not mark(ledger, key, "other")

    assert mark(ledger, key)
    assert not mark(ledger, key, now=NOW + MINUTE)
    assert not mark(ledger, key, message_id="<other@union.example>")


def test_mark_is_the_same_when_its_answer_was_lost(ledger: Ledger) -> None:
    """The very same mark again, as after a lost connection, is not taken for another's."""
    (key,) = keys(queue(ledger))
    claim(ledger)

    assert [True, True] == [mark(ledger, key), mark(ledger, key)]
    (found,) = ledger.in_hand()
    assert (DeliveryStatus.sending, f"<{key}@union.example>", NOW) == (found.status, found.message_id, found.updated_at)


def test_run_that_waits_is_not_sent(ledger: Ledger) -> None:
    """A run for which approval is asked has nothing due, also what is queued already."""
    queue(ledger)
    ledger.ask_approval(RUN_ID, "")

    assert () == claim(ledger)
    assert ledger.next_due_at(("email",)) is None


def test_approval_is_looked_at_when_a_message_is_handed_over(ledger: Ledger) -> None:
    """A claim from before the question does not count after it."""
    one, two = keys(queue(ledger, 2))
    claim(ledger)
    assert mark(ledger, one)
    ledger.ask_approval(RUN_ID, "")
    assert not mark(ledger, two)
    ledger.record_status(RUN_ID, RunStatus.waiting)
    ledger.decide(RUN_ID, approved=False, who="Kari", reason="", at=NOW)

    assert not mark(ledger, two)


def test_approved_run_is_sent(ledger: Ledger) -> None:
    """What was held is due from the approval on."""
    (key,) = keys(hold(ledger))
    assert () == claim(ledger)

    ledger.decide(RUN_ID, approved=True, who="Kari", reason="", at=NOW)

    assert [key] == keys(claim(ledger))
    assert mark(ledger, key)


def test_letters_of_a_waiting_run_are_sent(ledger: Ledger) -> None:
    """The letter that asks for approval does not wait for it."""
    hold(ledger)
    ledger.record_letter(*a_letter())

    assert NOW == ledger.next_due_at(("email",))
    assert ["letter-key"] == keys(claim(ledger))
    assert mark(ledger, "letter-key")


def test_attempt_settles_the_delivery_and_gives_back_the_claim(ledger: Ledger) -> None:
    """A delivery stands as its last attempt says, free, with the time of the next one."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    mark(ledger, key)
    attempt = an_attempt(key, DeliveryStatus.deferred, reason="mailbox full", at=NOW + MINUTE)

    ledger.record_attempt(attempt, owner="worker", next_attempt_at=LATER)

    (found,) = ledger.deliveries(RUN_ID)
    assert (DeliveryStatus.deferred, "mailbox full", LATER, 1) == (
        found.status, found.reason, found.next_attempt_at, found.attempts
    )  # fmt: skip
    assert ("", None, NOW + MINUTE) == (found.lease_owner, found.lease_until_at, found.updated_at)
    assert () == ledger.in_hand()
    assert LATER == ledger.next_due_at(("email",))


def test_attempt_counts_once_when_repeated(ledger: Ledger) -> None:
    """Reporting the same attempt again changes nothing."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    attempt = an_attempt(key, DeliveryStatus.deferred)
    ledger.record_attempt(attempt, owner="worker", next_attempt_at=LATER)
    before = ledger.deliveries(RUN_ID)
    ledger.record_attempt(attempt, owner="worker", next_attempt_at=LATER)

    assert (attempt,) == ledger.attempts(EVERYTHING)
    assert before == ledger.deliveries(RUN_ID)


def test_next_try_at_the_same_instant_is_another(ledger: Ledger) -> None:
    """Two tries that end equally while the clock stands still, as in a rehearsal, are two."""
    (key,) = keys(queue(ledger))
    for _ in range(2):
        claim(ledger)
        ledger.record_attempt(an_attempt(key, DeliveryStatus.deferred), owner="worker", next_attempt_at=NOW)

    (found,) = ledger.deliveries(RUN_ID)
    assert (2, 2) == (found.attempts, len(ledger.attempts(EVERYTHING)))
    assert [key] == keys(claim(ledger))


@pytest.mark.parametrize("status", [DeliveryStatus.failed, DeliveryStatus.deferred, DeliveryStatus.unconfirmed])
def test_what_was_sent_stays_sent(ledger: Ledger, status: DeliveryStatus) -> None:
    """A worker that was overtaken reports in vain; its report is kept."""
    (key,) = keys(queue(ledger))
    claim(ledger, "slow")
    claim(ledger, "quick", now=LATER, until=LATER + LEASE)
    send(ledger, key, "quick")

    ledger.record_attempt(an_attempt(key, status, who="slow"), owner="slow", next_attempt_at=LATER)

    assert {key: "sent"} == status_of(ledger)
    assert ["quick", "slow"] == [one.who for one in ledger.attempts(EVERYTHING)]
    assert () == claim(ledger, now=LATER + LEASE)


@pytest.mark.parametrize("status", [DeliveryStatus.unconfirmed, DeliveryStatus.deferred, DeliveryStatus.failed])
def test_late_news_that_it_was_sent_wins(ledger: Ledger, status: DeliveryStatus) -> None:
    """That the transport accepted it is a fact, also from a worker whose claim was taken over."""
    (key,) = keys(queue(ledger))
    claim(ledger, "slow")
    mark(ledger, key, "slow")
    # Somebody takes it for dead.
    ledger.record_attempt(an_attempt(key, status, who="slow", reason="lost"), owner="slow", next_attempt_at=LATER)

    ledger.record_attempt(an_attempt(key, DeliveryStatus.sent, who="slow", at=LATER), owner="slow")

    (found,) = ledger.deliveries(RUN_ID)
    assert (DeliveryStatus.sent, None, 2) == (found.status, found.next_attempt_at, found.attempts)


def test_late_news_takes_the_claim_from_who_would_send_again(ledger: Ledger) -> None:
    """A second worker that has claimed it meanwhile may not send it any more."""
    (key,) = keys(queue(ledger))
    claim(ledger, "slow")
    mark(ledger, key, "slow")
    lost = an_attempt(key, DeliveryStatus.unconfirmed, who="slow")
    ledger.record_attempt(lost, owner="slow", next_attempt_at=NOW)
    claim(ledger, "quick")

    ledger.record_attempt(an_attempt(key, DeliveryStatus.sent, who="slow"), owner="slow")

    assert not mark(ledger, key, "quick")
    assert {key: "sent"} == status_of(ledger)


def test_delivery_that_arrived_does_not_become_sent_again(ledger: Ledger) -> None:
    """A late "sent" does not step behind what is known already."""
    (key,) = keys(queue(ledger))
    ledger.move(EVERYTHING, DeliveryStatus.delivered, reason="receipt", at=NOW)

    ledger.record_attempt(an_attempt(key, DeliveryStatus.sent), owner="worker")

    assert {key: "delivered"} == status_of(ledger)


def test_postponed_delivery_is_due_later_without_a_try(ledger: Ledger) -> None:
    """Who puts a delivery off gives it back; only its owner can."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    ledger.postpone(key, owner="other", until=LATER, reason="night")
    assert [key] == keys(ledger.in_hand())
    for _ in range(2):
        ledger.postpone(key, owner="worker", until=LATER, reason="night")

    (found,) = ledger.deliveries(RUN_ID)
    assert (DeliveryStatus.queued, LATER, "night", 0, "") == (
        found.status, found.next_attempt_at, found.reason, found.attempts, found.lease_owner
    )  # fmt: skip
    ledger.postpone("nope", owner="worker", until=LATER, reason="")


def test_given_back_claims_are_free(ledger: Ledger) -> None:
    """What was not begun is free for all; what is being sent, or is another's, is not given back."""
    one, two, three = keys(queue(ledger, 3))
    claim(ledger, "worker", limit=2)
    claim(ledger, "other", limit=1)
    mark(ledger, one)

    ledger.give_back((one, two, three, "nope"), owner="worker")
    ledger.give_back((), owner="worker")

    assert [one, three] == keys(ledger.in_hand())
    assert [two] == keys(claim(ledger, "third"))


def test_in_hand_is_what_is_claimed(ledger: Ledger) -> None:
    """All claims of all processes are shown, or those in some states."""
    one, two, _ = keys(queue(ledger, 3))
    claim(ledger, limit=2)
    mark(ledger, two)

    assert [one, two] == keys(ledger.in_hand())
    assert [two] == keys(ledger.in_hand(statuses=(DeliveryStatus.sending,)))
    assert () == ledger.in_hand(statuses=(DeliveryStatus.sent,))


def test_next_due_is_the_earliest_that_is_free(ledger: Ledger) -> None:
    """A worker that has nothing to do knows until when."""
    assert ledger.next_due_at(("email",)) is None
    queue(ledger)
    queue(ledger, 1, a_run("other"))
    ledger.move(DeliveryFilter(run_id="other"), DeliveryStatus.deferred, reason="", at=NOW, next_attempt_at=LATER)

    assert NOW == ledger.next_due_at(("email",))
    assert LATER == ledger.next_due_at(("email",), "other")
    assert ledger.next_due_at(("sms",)) is None
    claim(ledger)
    assert LATER == ledger.next_due_at(("email",))


def test_planned_delivery_is_not_due(ledger: Ledger) -> None:
    """Nothing is sent before its pack is made."""
    plan(ledger)

    assert () == claim(ledger)
