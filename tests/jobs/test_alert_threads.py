"""Messages of one thread on their way: what answers waits for what it answers, what edits replaces it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from small_union import make_small_union
from told_union import JUNE, MAY, RULES, ToldUnion

from channels.channel import Channel
from channels.errors import PermanentDeliveryError, TransientDeliveryError
from channels.memory import MemoryChannel
from channels.message import Message, Receipt
from distributor.alerting.incidents import Incident
from distributor.alerting.threads import PlannedMessage
from distributor.jobs.alert_annotations import acknowledge_incident
from distributor.jobs.alert_hearers import Hearer as KnownHearer
from distributor.jobs.alert_ports import AlertParts, Hearer, Matter
from distributor.jobs.application import Application
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, Relation
from distributor.settings.vendors import SlackSettings
from renderers.pack import Artifact

MID_JUNE = date(2026, 6, 15)


class FakeSlack(MemoryChannel):
    """Gives each message a time stamp, as Slack does."""

    name = "slack"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Message] = []

    def send(self, message: Message, *, now: datetime) -> Receipt:
        receipt = super().send(message, now=now)
        self.sent.append(message)
        return replace(receipt, transport_id=f"C1/17.{len(self.sent)}")


class Blocks:
    """Writes blocks and a picture, as the real wording does for Slack."""

    def compose(self, message: PlannedMessage, *, to: Hearer, matter: Matter) -> tuple[str, tuple[Artifact, ...]]:
        del to, matter
        words = f"{message.relation} {','.join(one.entity_id for one in message.standing)}"
        return words, (
            Artifact(name="blocks.json", media_type="application/json", content=b'[{"type": "divider"}]'),
            Artifact(name="letter.txt", media_type="text/plain", content=words.encode()),
            Artifact(name="chart.png", media_type="image/png", content=b"\x89PNG", content_id="chart"),
        )


class Desk:
    """One desk hears of everything."""

    def hearers(self, audience: str, incident: Incident, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        del audience, incident, channel, at
        return (KnownHearer(recipient_id="desk", name="Desk", language="en", address="C1"),)

    def is_staffed(self, audience: str, incident: Incident, at: datetime) -> bool:
        del audience, incident, at
        return True


@dataclass(slots=True)
class SlackUnion(ToldUnion):
    slack: FakeSlack = field(default_factory=FakeSlack)

    def app(self) -> Application:
        app = ToldUnion.app(self)

        def channels(outbox: Path) -> Mapping[str, Channel]:
            return {**app.channels(outbox), "slack": self.slack}

        given = app.settings.channels.model_copy(update={"slack": SlackSettings(token_env="TOKEN", connections=1)})
        return replace(
            app,
            settings=app.settings.model_copy(update={"channels": given}),
            channels=channels,
            channel_names=(*app.channel_names, "slack"),
        )

    def parts(self, app: Application) -> AlertParts:
        return replace(ToldUnion.parts(self, app), hearers=Desk(), wording=Blocks())

    def by_relation(self, relation: Relation) -> list[DeliveryRecord]:
        ledger = self.app().ledger
        return [one for one in self.deliveries() if ledger.letter(one.key).relation is relation]


@pytest.fixture
def slack(tmp_path: Path) -> SlackUnion:
    made = SlackUnion(union=make_small_union(tmp_path / "union"))
    made.rules(RULES.replace("channel: email", "channel: slack"))
    return made


def test_message_on_slack_carries_blocks_and_picture(slack: SlackUnion) -> None:
    """What stands in the store is handed over as it is."""
    slack.evaluate(MAY)
    slack.send()

    [message] = slack.slack.sent
    assert ('[{"type": "divider"}]', "root N1", ["chart"]) == (
        message.blocks, message.text, [one.content_id for one in message.images],
    )  # fmt: skip
    assert ("", "", ()) == (message.thread, message.replaces, message.references)


def test_end_is_an_answer_and_an_edit(slack: SlackUnion) -> None:
    """Both are told by the time stamp of the message that opened the thread."""
    slack.evaluate(MAY)
    slack.send()
    slack.resize("N1", 40, on=MID_JUNE)

    slack.evaluate(JUNE)
    slack.send()

    _, *after = slack.slack.sent
    assert {("", "C1/17.1", "edit N1"), ("C1/17.1", "", "reply N1")} == {
        (one.thread, one.replaces, one.text) for one in after
    }


def test_answer_waits_until_its_message_is_sent(slack: SlackUnion) -> None:
    """While the transport takes the first message not yet, the answer is put off without a try."""
    slack.evaluate(MAY)
    slack.slack.fail_with(TransientDeliveryError("x", "busy", "again", retry_after=timedelta(days=60)))
    slack.send()
    slack.resize("N1", 40, on=MID_JUNE)
    slack.evaluate(JUNE)
    slack.send()

    [reply] = slack.by_relation(Relation.reply)
    assert (DeliveryStatus.queued, "waits until the message that it belongs to is sent", 0) == (
        reply.status, reply.reason, reply.attempts,
    )  # fmt: skip

    slack.now = datetime(2026, 8, 30, tzinfo=UTC)
    for _ in range(2):
        slack.send()
        slack.now += timedelta(minutes=1)
    assert {"root N1", "edit N1", "reply N1"} == {one.text for one in slack.slack.sent}
    assert "root N1" == slack.slack.sent[0].text


def test_answer_ends_with_its_message(slack: SlackUnion) -> None:
    """Where the first message was refused after the answer was planned, nobody is told the end of nothing."""
    slack.evaluate(MAY)
    slack.resize("N1", 40, on=MID_JUNE)
    slack.evaluate(JUNE)
    slack.slack.fail_with(PermanentDeliveryError("x", "no such channel", "Correct it."))

    slack.send()

    status = {slack.app().ledger.letter(one.key).relation: one.status for one in slack.deliveries()}
    assert DeliveryStatus.failed is status[Relation.root]
    assert {DeliveryStatus.suppressed} == {status[Relation.reply], status[Relation.edit]}
    assert [] == slack.slack.sent


def test_later_edit_takes_the_place_of_an_earlier_one(slack: SlackUnion) -> None:
    """Of two changes that were not shown yet only the last is."""
    slack.evaluate(MAY)
    slack.send()
    slack.pass_hours(1)
    acknowledge_incident(slack.app(), slack.incidents()["N1"].incident_id, who="kari", reason="I look")
    slack.notify_now()
    slack.resize("N1", 40, on=MID_JUNE)
    slack.evaluate(JUNE)

    slack.send()

    first, last = sorted(slack.by_relation(Relation.edit), key=lambda one: one.updated_at or MAY)
    assert {(DeliveryStatus.suppressed, "a later change takes its place"), (DeliveryStatus.sent, "kept in memory")} == {
        (one.status, one.reason) for one in (first, last)
    }


def test_ack_is_shown_once(slack: SlackUnion) -> None:
    """Who looks into it is shown in the message that stands, and another look shows nothing new."""
    slack.evaluate(MAY)
    slack.send()
    slack.pass_hours(1)
    acknowledge_incident(slack.app(), slack.incidents()["N1"].incident_id, who="kari", reason="I look")

    assert 1 == len(slack.notify_now())
    slack.pass_hours(1)
    assert () == slack.notify_now()
    slack.send()
    assert ["root N1", "edit N1"] == [one.text for one in slack.slack.sent]


def test_removed_files_are_told_in_the_ledger(slack: SlackUnion) -> None:
    """A message whose files were purged fails with a sentence, and does not stop the others."""
    slack.evaluate(MAY)
    slack.union.ledger_sql("update letter set artifacts = '[]'")

    slack.send()

    [delivery] = slack.app().ledger.deliveries(DeliveryFilter())
    assert (DeliveryStatus.failed, True) == (delivery.status, "its files have been removed" in delivery.reason)
