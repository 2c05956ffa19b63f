"""What every ledger promises about plans, deliveries and attempts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ledger_cases import (
    MINUTE,
    NOW,
    a_delivery,
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
from distributor.ledger.records import AuditRecord, DeliveryStatus

RUN_ID = "letter-2026-05"
EVERYTHING = DeliveryFilter()


def test_plan_is_read_in_its_order(ledger: Ledger) -> None:
    """Deliveries come in the order in which they were planned, with every field, and a run of theirs."""
    planned = [a_delivery(i, key=key, reason="why", attempts=0) for i, key in enumerate(("z", "a", "å", "M"))]
    ledger.open_run(a_run())
    ledger.record_plan(RUN_ID, iter(planned), at=NOW)

    assert [replace(one, run_id=RUN_ID, updated_at=NOW) for one in planned] == list(ledger.deliveries(RUN_ID))


def test_plan_is_one_row_each_when_recorded_twice(ledger: Ledger) -> None:
    """Planning again changes nothing of what is there, and adds what is new."""
    plan(ledger, 2)
    ledger.start_rendering(RUN_ID, NOW)

    again = [a_delivery(0), a_delivery(1, address="other@union.example"), a_delivery(2)]
    ledger.record_plan(RUN_ID, again, at=NOW + MINUTE)

    assert [(DeliveryStatus.rendering, NOW)] * 2 + [(DeliveryStatus.planned, NOW + MINUTE)] == [
        (one.status, one.updated_at) for one in ledger.deliveries(RUN_ID)
    ]
    assert "kari1@union.example" == ledger.deliveries(RUN_ID)[1].address


def test_empty_plan_is_a_plan(ledger: Ledger) -> None:
    """A run that sends nothing is planned all the same; one that was only opened is not."""
    ledger.open_run(a_run())
    assert not ledger.is_planned(RUN_ID)
    assert not ledger.is_planned("nope")

    ledger.record_plan(RUN_ID, (), at=NOW)

    assert ledger.is_planned(RUN_ID)
    assert () == ledger.deliveries(RUN_ID)


def test_filter_selects_what_all_its_fields_say(ledger: Ledger) -> None:
    """A filter's fields all have to fit; one that says nothing means all, letters last."""
    queue(ledger, 4, branch_id="0000")
    queue(ledger, 2, a_run("other"))
    ledger.record_letter(*a_letter())
    claim(ledger, limit=1)
    send(ledger, "key-00000")

    def found(**fields: object) -> list[str]:
        return keys(ledger.deliveries(DeliveryFilter(**fields)))  # type: ignore[arg-type]

    ours = [f"key-0000{i}" for i in range(4)]
    others = ["other-key-00000", "other-key-00001"]
    assert [*ours, "letter-key", *others] == found()
    assert [*ours, *others] == found(without_letters=True)
    assert [*ours, "letter-key"] == found(run_id=RUN_ID)
    assert [ours[1], ours[2]] == found(branch_id="0000", keys=(ours[2], ours[1], "nope"))
    assert ["key-00003"] == found(recipient_id="person-3")
    assert others == found(key_begins="other-k")
    assert [] == found(key_begins="%")
    assert ours[:1] == found(run_id=RUN_ID, statuses=(DeliveryStatus.sent, DeliveryStatus.failed))
    assert ours[:2] == found(limit=2)
    assert ours == keys(ledger.deliveries(RUN_ID))


def test_more_keys_than_a_statement_has_parameters_are_found(ledger: Ledger) -> None:
    """A selection by hand may name as many deliveries as there are."""
    queue(ledger, 3)
    many = tuple(f"nope-{i}" for i in range(70_000))

    found = ledger.deliveries(DeliveryFilter(keys=(*many, "key-00001")))
    ledger.give_back((*many, "key-00001"), owner="worker")

    assert ["key-00001"] == keys(found)
    assert 1 == ledger.move(
        DeliveryFilter(keys=("key-00002", *many)), DeliveryStatus.suppressed, reason="by hand", at=NOW
    )


def test_move_says_what_it_did_in_attempts(ledger: Ledger) -> None:
    """A resend queues what failed, and each delivery's history says who did it and why. It is no try."""
    one, two, three = keys(queue(ledger, 3))
    claim(ledger)
    send(ledger, one)
    for key in (two, three):
        send(ledger, key, status=DeliveryStatus.rejected)

    at = NOW + MINUTE
    which = DeliveryFilter(run_id=RUN_ID, statuses=(DeliveryStatus.rejected,))
    moved = ledger.move(which, DeliveryStatus.queued, reason="address corrected", at=at, who="Kari", next_attempt_at=at)

    assert 2 == moved
    assert {one: "sent", two: "queued", three: "queued"} == status_of(ledger)
    said = ledger.attempts(DeliveryFilter(keys=(two, three)))[-2:]
    assert [
        an_attempt(key, DeliveryStatus.queued, at=at, reason="address corrected", who="Kari") for key in (two, three)
    ] == list(said)
    assert [two, three] == keys(claim(ledger, now=at))
    assert [1, 1, 1] == [delivery.attempts for delivery in ledger.deliveries(RUN_ID)]


def test_move_leaves_what_is_being_sent(ledger: Ledger) -> None:
    """The answer to a message that was handed over is still to come, whatever anybody wants of it."""
    one, two = keys(queue(ledger, 2))
    claim(ledger)
    mark(ledger, one)

    assert 1 == ledger.move(EVERYTHING, DeliveryStatus.suppressed, reason="stop", at=NOW)
    assert {one: "sending", two: "suppressed"} == status_of(ledger)


def test_move_voids_claims(ledger: Ledger) -> None:
    """What was claimed and not begun is taken from the worker, who may not send it any more."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    ledger.move(EVERYTHING, DeliveryStatus.queued, reason="again", at=NOW, next_attempt_at=NOW)

    assert not mark(ledger, key)
    assert [key] == keys(claim(ledger, "other"))


def test_move_changes_nothing_when_repeated(ledger: Ledger) -> None:
    """The same move again finds its work done."""
    queue(ledger, 2)

    def move() -> int:
        return ledger.move(EVERYTHING, DeliveryStatus.suppressed, reason="stop", at=NOW + MINUTE, who="Kari")

    assert [2, 0] == [move(), move()]
    assert 2 == len(ledger.attempts(EVERYTHING))


def test_move_stops_at_its_limit(ledger: Ledger) -> None:
    """A limit moves the first deliveries of the plan."""
    one, two, three = keys(queue(ledger, 3))

    ledger.move(DeliveryFilter(limit=2), DeliveryStatus.suppressed, reason="", at=NOW)

    assert {one: "suppressed", two: "suppressed", three: "queued"} == status_of(ledger)


def test_attempts_come_in_the_order_in_which_they_were_added(ledger: Ledger) -> None:
    """The history of deliveries is read as it happened, each attempt with every field."""
    one, two = keys(queue(ledger, 2))
    claim(ledger)
    first = an_attempt(
        two,
        DeliveryStatus.deferred,
        reason="4.2.2 full",
        code="450",
        transport_id="q1",
        content_hash="c0",
        seconds=0.25,
    )
    second = an_attempt(one, DeliveryStatus.sent, at=NOW - MINUTE)
    ledger.record_attempt(first, owner="worker", next_attempt_at=NOW + MINUTE)
    ledger.record_attempt(second, owner="worker")

    assert (first, second) == ledger.attempts(EVERYTHING)
    assert (second,) == ledger.attempts(DeliveryFilter(keys=(one,)))
    assert (first,) == ledger.attempts(DeliveryFilter(statuses=(DeliveryStatus.deferred,)))


def test_start_of_rendering_moves_what_is_planned(ledger: Ledger) -> None:
    """Only planned deliveries of this run are being rendered then."""
    hold(ledger, 1)
    plan(ledger, 1, a_run("other"))

    ledger.start_rendering(RUN_ID, NOW)
    ledger.start_rendering("other", NOW + MINUTE)

    assert ["held"] == list(status_of(ledger).values())
    assert ["rendering"] == list(status_of(ledger, "other").values())


@pytest.mark.parametrize("words", ["zero \0 byte", "half a pair \ud800"])
def test_words_that_no_database_holds_are_recorded_all_the_same(sql_ledger: Ledger, words: str) -> None:
    """A transport's answer is recorded whatever it consists of."""
    (key,) = keys(queue(sql_ledger))
    claim(sql_ledger)

    sql_ledger.record_attempt(an_attempt(key, DeliveryStatus.rejected, reason=words), owner="worker")

    (found,) = sql_ledger.attempts(EVERYTHING)
    assert found.reason.startswith(words.partition(" ")[0])
    assert {key: "rejected"} == status_of(sql_ledger)


def test_delivery_is_found_by_its_message_id(ledger: Ledger) -> None:
    """What comes back names the message; an empty name is nobody's, although planned deliveries have none yet."""
    first, _ = keys(queue(ledger, 2))
    claim(ledger)
    send(ledger, first)

    found = ledger.delivery_by_message_id(f"<{first}@union.example>")

    assert found is not None
    assert (first, "sent") == (found.key, found.status)
    assert None is ledger.delivery_by_message_id("<other@union.example>")
    assert None is ledger.delivery_by_message_id("")


def test_accepted_messages_are_counted_from_an_instant_on(ledger: Ledger) -> None:
    """Only what a transport took counts, and only since then."""
    first, second = keys(queue(ledger, 2))
    claim(ledger)
    send(ledger, first)
    assert mark(ledger, second)
    ledger.record_attempt(an_attempt(second, DeliveryStatus.failed), owner="worker")

    assert (1, 0) == (ledger.sent_since(NOW), ledger.sent_since(NOW + MINUTE))


def test_newest_instant_is_that_of_whatever_came_last(ledger: Ledger) -> None:
    """Runs, attempts, audit and watermarks: whichever is latest tells how late it was."""
    assert None is ledger.newest_at()
    plan(ledger)
    assert NOW == ledger.newest_at()
    ledger.record_audit(AuditRecord(at=NOW + MINUTE, who="Kari", action="purge", subject=""))
    assert NOW + MINUTE == ledger.newest_at()
    ledger.record_fire_times("letter", [], seen_until=NOW + 2 * MINUTE)
    assert NOW + 2 * MINUTE == ledger.newest_at()


def test_only_a_server_has_a_clock_of_its_own(ledger: Ledger) -> None:
    """PostgreSQL tells the time of its machine, with a zone; a file and the memory have ours."""
    shown = ledger.server_time()

    assert shown is None or abs(shown - datetime.now(UTC)) < 10 * MINUTE


def test_messages_sent_are_counted_once_each(ledger: Ledger) -> None:
    """By channel, since an instant, to all or to one number; deliveries that went out as one message are one."""
    queue(ledger, 4, channel="sms", address="+4791234567")
    queue(ledger, 1, a_run("other"), channel="sms", address="+4520123456")
    claim(ledger, channels=("sms",))
    for key, sid in (("key-00000", "SM1"), ("key-00001", "SM1"), ("key-00002", "SM2"), ("other-key-00000", "SM3")):
        assert mark(ledger, key, message_id=f"<{sid}@union.example>")
        ledger.record_attempt(an_attempt(key, DeliveryStatus.sent, transport_id=sid), owner="worker")
    assert mark(ledger, "key-00003")
    ledger.record_attempt(an_attempt("key-00003", DeliveryStatus.rejected), owner="worker")

    assert 3 == ledger.messages_sent("sms", since=NOW)
    assert 2 == ledger.messages_sent("sms", since=NOW, address="+4791234567")
    assert 0 == ledger.messages_sent("sms", since=NOW + MINUTE)
    assert 0 == ledger.messages_sent("slack", since=NOW)


def test_delivered_is_no_second_message(ledger: Ledger) -> None:
    """That the phone has it, told later under the same id, is the same message."""
    (key,) = keys(queue(ledger, channel="sms"))
    claim(ledger, channels=("sms",))
    mark(ledger, key)
    for status in (DeliveryStatus.sent, DeliveryStatus.delivered):
        ledger.record_attempt(an_attempt(key, status, transport_id="SM1"), owner="worker")

    assert 1 == ledger.messages_sent("sms", since=NOW)


def test_deliveries_of_one_message_are_found_together(ledger: Ledger) -> None:
    """Those that were handed over under one Message-ID, by key; none of another, and none without one."""
    queue(ledger, 3)
    claim(ledger)
    for key in ("key-00001", "key-00000"):
        assert mark(ledger, key, message_id="<one@union.example>")

    assert ["key-00000", "key-00001"] == keys(ledger.deliveries_of_message("<one@union.example>"))
    assert () == ledger.deliveries_of_message("<other@union.example>")
    assert () == ledger.deliveries_of_message("")
