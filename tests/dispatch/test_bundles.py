"""Text messages to one person: joined into one, counted against the cap, and never sent twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from ledger_cases import NOW, a_run, an_attempt, queue
from outbox_cases import MINUTE, Desk, ScriptedChannel, a_message, busy, lost

from channels.channel import Settlement
from channels.errors import DeliveryError, Fault
from channels.message import Message
from channels.sms import SmsLimits
from distributor.dispatch.bundles import join_text_messages
from distributor.dispatch.sms_stages import company, text_message_cap
from distributor.dispatch.stages import Stage
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, RunRecord

OSLO = ZoneInfo("Europe/Oslo")
WINDOW = 2 * MINUTE
PAGES = "https://r.example/a/"
NUMBER = {"channel": "sms", "address": "+4791234567", "recipient_id": "kari"}
SENT, DEFERRED, UNCONFIRMED = DeliveryStatus.sent, DeliveryStatus.deferred, DeliveryStatus.unconfirmed


def said(delivery: DeliveryRecord, run: RunRecord) -> Message:
    return replace(a_message(delivery, run), text=f"{delivery.key}: 21 members")


def a_desk(
    *script: DeliveryError | Exception | str, ledger: MemoryLedger | None = None, stages: tuple[Stage, ...] = ()
) -> Desk:
    channel = ScriptedChannel(script=list(script), settlement=Settlement.look_up, name="sms")
    return Desk(
        ledger=ledger or MemoryLedger(),
        channel=channel,
        compose=said,
        joins={"sms": partial(join_text_messages, pages=PAGES)},
        more_stages=stages,
    )


def statuses(desk: Desk) -> list[DeliveryStatus]:
    return [one.status for one in desk.ledger.deliveries(DeliveryFilter())]


def text(body: str, key: str = "k") -> Message:
    delivery = DeliveryRecord(key=key, branch_id="", recipient_name="", formats=(), language="nb", **NUMBER)
    return replace(a_message(delivery, a_run()), text=body)


# --- what becomes one ---


def test_what_fits_becomes_one() -> None:
    """All texts, each on a line, under the first message's identity."""
    joined = join_text_messages([text("Alta: 12", "a"), text("Bodø: 9", "b")], pages=PAGES)

    assert ("Alta: 12\nBodø: 9", "a", 2) == (joined.message.text, joined.message.delivery_key, joined.number)


def test_what_does_not_fit_goes_by_itself() -> None:
    """Without a page to read the others on, none is left out: as many go along as there is room for."""
    joined = join_text_messages([text("a" * 70), text("b" * 70), text("c" * 70)], pages=PAGES)

    assert (f"{'a' * 70}\n{'b' * 70}", 2) == (joined.message.text, joined.number)


def test_others_are_counted_where_a_page_lists_them() -> None:
    """An alert leads to a page on which the other incidents stand, so their number is enough."""
    first = f"MEMB CRIT Alta: 12 more leavers. {PAGES}{'x' * 40}"

    others = [text(f"{sign * 90} {PAGES}{sign * 40}") for sign in "bc"]

    joined = join_text_messages([text(first), *others], pages=PAGES)

    assert (f"{first}\n+2 til", 3) == (joined.message.text, joined.number)


def test_message_that_no_page_lists_is_never_only_counted() -> None:
    """The figures of a pack stand on no page: behind an alert they go along whole, or by themselves."""
    alert = f"MEMB CRIT Alta: 12 more leavers. {PAGES}{'x' * 40}"

    assert 1 == join_text_messages([text(alert), text("b" * 90)], pages=PAGES).number
    assert f"{alert}\nOslo: 21" == join_text_messages([text(alert), text("Oslo: 21")], pages=PAGES).message.text


# --- on the way ---


def test_messages_to_one_number_go_out_as_one() -> None:
    """Two deliveries to one person are one message; one to somebody else is another."""
    desk = a_desk()
    queue(desk.ledger, 2, **NUMBER)
    queue(desk.ledger, 1, a_run("other"), channel="sms", address="+4520123456")

    assert 3 == desk.drain()

    assert ["key-00000: 21 members\nkey-00001: 21 members", "other-key-00000: 21 members"] == desk.channel.texts
    assert [SENT] * 3 == statuses(desk)
    ids = {one.key: one.message_id for one in desk.ledger.deliveries(DeliveryFilter())}
    assert ids["key-00000"] == ids["key-00001"] != ids["other-key-00000"]
    assert [("key-00000", "Q1"), ("key-00001", "Q1"), ("other-key-00000", "Q1")] == [
        (one.key, one.transport_id) for one in desk.attempts()
    ]


def test_refused_for_now_all_are_tried_again_together() -> None:
    """What was to go out as one message is put off as a whole, and goes out once."""
    desk = a_desk(busy(Fault.message))
    queue(desk.ledger, 2, **NUMBER)

    desk.drain()
    assert [DEFERRED] * 2 == statuses(desk)
    desk.drain_at(30 * MINUTE)

    assert ([SENT] * 2, 1) == (statuses(desk), len(desk.channel.texts))


def test_lost_answer_of_a_joint_message_is_looked_up_for_each() -> None:
    """Each delivery asks for the message that it went out in; the transport has it, and none is sent again."""
    desk = a_desk(lost())
    queue(desk.ledger, 2, **NUMBER)

    desk.drain()
    assert [UNCONFIRMED] * 2 == statuses(desk)
    desk.drain_at(30 * MINUTE)

    assert [SENT] * 2 == statuses(desk)
    assert (["key-00000", "key-00000"], 1) == (desk.channel.asked, len(desk.channel.texts))


def test_joint_message_that_never_arrived_goes_out_anew() -> None:
    """What the transport has not got is tried afresh, together or not, and each delivery is in one message."""
    desk = a_desk(lost())
    queue(desk.ledger, 2, **NUMBER)
    desk.drain()
    desk.channel.arrived.clear()
    desk.channel.texts.clear()

    desk.drain_at(30 * MINUTE)

    assert [SENT] * 2 == statuses(desk)
    assert ["key-00000", "key-00001"] == sorted(line[:9] for one in desk.channel.texts for line in one.splitlines())


def test_joint_message_survives_the_end_of_its_process() -> None:
    """A process that dies while it sends leaves its deliveries unconfirmed; the next finds the message for both."""
    desk = a_desk()
    queue(desk.ledger, 2, **NUMBER)
    first, second = desk.ledger.claim("dead", now=NOW, until=NOW + 5 * MINUTE, limit=9, channels=("sms",))
    joint = desk.outbox.sender.joins["sms"]([said(first, a_run()), said(second, a_run())]).message
    for one in (first, second):
        desk.ledger.mark_sending(one.key, owner="dead", now=NOW, until=NOW + 5 * MINUTE, message_id=joint.message_id)
    desk.channel.send(joint, now=NOW)
    desk.dead.add("dead")

    assert 2 == desk.outbox.settle_lost()
    desk.drain()

    assert ([SENT] * 2, 1) == (statuses(desk), len(desk.channel.texts))


def test_first_message_waits_for_company() -> None:
    """Nothing goes before two minutes have passed since the first was queued; one that came within them goes along."""
    ledger = MemoryLedger()
    desk = a_desk(ledger=ledger, stages=(company(ledger, window=WINDOW),))
    queue(ledger, 1, **NUMBER)
    desk.drain()
    assert "waits for other text messages to the same person" == desk.first().reason
    ledger.open_run(a_run("second"))
    ledger.record_plan("second", [replace(desk.first(), key="second", lease_owner="", attempts=0)], at=NOW + MINUTE)
    ledger.move(DeliveryFilter(run_id="second"), DeliveryStatus.queued, reason="", at=NOW + MINUTE, next_attempt_at=NOW + MINUTE)  # fmt: skip  # noqa: E501

    desk.drain_at(MINUTE)
    assert [] == desk.channel.texts
    desk.drain_at(WINDOW)

    assert ["key-00000: 21 members\nsecond: 21 members"] == desk.channel.texts


# --- how many ---


@pytest.mark.parametrize(
    ("limits", "reason", "until"),
    [
        (
            SmsLimits(per_person_a_day=2), "the person has had as many text messages today as one person may get (2,",
            datetime(2026, 6, 1, 22, tzinfo=UTC),
        ),
        (
            SmsLimits(per_person_a_day=None, a_month=2), "this month's text messages are used up (2,",
            datetime(2026, 6, 30, 22, tzinfo=UTC),
        ),
    ],
)  # fmt: skip
def test_cap_puts_off_until_there_is_room(limits: SmsLimits, reason: str, until: datetime) -> None:
    """The third message waits for the next day, or the next month, in the organisation's time, and says why."""
    desk = capped(limits)
    run = a_run("third", deadline_at=NOW + timedelta(days=90))
    queue(desk.ledger, 1, run, **NUMBER)

    desk.drain()

    [third] = desk.ledger.deliveries("third")
    assert (DeliveryStatus.queued, until) == (third.status, third.next_attempt_at)
    assert third.reason.startswith(reason)
    desk.clock.instant = until
    desk.drain()
    assert [SENT] == [one.status for one in desk.ledger.deliveries("third")]


def test_cap_fails_what_cannot_wait_so_long() -> None:
    """A delivery whose deadline comes before there is room ends then, with the reason."""
    desk = capped(SmsLimits(a_month=2))
    deadline = NOW + timedelta(days=3)
    queue(desk.ledger, 1, a_run("third", deadline_at=deadline), **NUMBER)
    desk.drain()

    desk.clock.instant = deadline + timedelta(seconds=1)
    desk.drain()

    [third] = desk.ledger.deliveries("third")
    assert DeliveryStatus.failed is third.status
    assert "this month's text messages are used up (2, alerts included)" in third.reason


def test_cap_of_one_person_leaves_others_alone() -> None:
    """Another number gets its message, and so does another channel."""
    desk = capped(SmsLimits(per_person_a_day=2))
    queue(desk.ledger, 1, a_run("other"), channel="sms", address="+4520123456", recipient_id="per")

    desk.drain()

    assert [SENT] == [one.status for one in desk.ledger.deliveries("other")]


def capped(limits: SmsLimits) -> Desk:
    """Return a desk under a cap, from which two messages have gone to one number."""
    ledger = MemoryLedger()
    desk = a_desk(ledger=ledger, stages=(text_message_cap(ledger, limits, zone=OSLO),))
    queue(ledger, 2, a_run("before"), **NUMBER)
    for number, one in enumerate(ledger.claim("worker", now=NOW, until=NOW, limit=9, channels=("sms",))):
        ledger.record_attempt(an_attempt(one.key, SENT, transport_id=f"SM{number}"), owner="worker")
    return desk
