"""A lost answer on its way through the outbox: looked up, recorded as sent, and never sent twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from loopback import LoopbackServer, Trouble
from slack_server import EPOCH, SlackServer
from twilio_server import TwilioServer

from channels.channel import Channel
from channels.message import Message
from channels.slack import SlackChannel
from channels.sms import SmsChannel
from distributor.clock import FrozenClock
from distributor.dispatch.breaker import Breakers
from distributor.dispatch.outbox import Outbox
from distributor.dispatch.sender import Sender
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import Queueing
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord, RunStatus

NOW = datetime.fromtimestamp(EPOCH, UTC)
RUN = "alert-2026-05"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A channel, its server, the step that stores a message, and how many the readers got."""

    channel: Channel
    server: LoopbackServer
    step: str
    message: Message
    count: Callable[[], int]


@pytest.fixture(params=["slack", "sms"])
def transport(
    request: pytest.FixtureRequest,
    slack: SlackServer,
    slack_channel: SlackChannel,
    twilio: TwilioServer,
    sms_channel: SmsChannel,
    text_message: Message,
) -> Transport:
    if request.param == "slack":
        post = replace(text_message, recipient_address="#region-01")
        return Transport(
            channel=slack_channel,
            server=slack,
            step="chat.postMessage",
            message=post,
            count=lambda: len(slack.posts),
        )
    return Transport(
        channel=sms_channel,
        server=twilio,
        step="POST Messages",
        message=text_message,
        count=lambda: len(twilio.messages),
    )


@pytest.mark.parametrize("trouble", [Trouble.store_and_drop, Trouble.store_and_break, Trouble.drop])
def test_lost_answer_ends_as_one_message(transport: Transport, trouble: Trouble) -> None:
    """Whether the message was stored or not before the connection broke, the reader gets one, and it counts as sent."""
    ledger, clock, name = MemoryLedger(), FrozenClock(NOW), transport.channel.name
    ledger.open_run(
        RunRecord(
            run_id=RUN, report="alert", period="2026-05", from_on=date(2026, 5, 1), to_on=date(2026, 6, 1),
            spec_hash="5e", started_at=NOW,
        )
    )  # fmt: skip
    delivery = DeliveryRecord(
        key=transport.message.delivery_key, branch_id="0301", recipient_id="kari", recipient_name="Kari",
        address=transport.message.recipient_address, channel=name, formats=("summary",), language="nb",
    )  # fmt: skip
    ledger.record_plan(RUN, [delivery], at=NOW)
    pack = PackRecord(branch_id="0301", language="nb", title="Alert")
    ledger.record_packs(RUN, [(pack, Queueing(status=DeliveryStatus.queued, at=NOW))])
    ledger.record_status(RUN, RunStatus.sending)
    sender = Sender(
        ledger=ledger,
        channels={name: transport.channel},
        compose=lambda delivery, run: transport.message,
        stages=(),
        clock=clock,
        breakers=Breakers(),
    )
    outbox = Outbox(sender=sender, is_dead=lambda owner: False)
    transport.server.script(transport.step, trouble)

    outbox.drain("worker")
    assert [DeliveryStatus.unconfirmed] == [one.status for one in ledger.deliveries(RUN)]
    clock.instant = NOW + timedelta(hours=1)
    outbox.drain("worker")

    assert [DeliveryStatus.sent] == [one.status for one in ledger.deliveries(RUN)]
    assert 1 == transport.count()
