"""A run all the way to Slack and to phones: through the outbox to vendors on loopback, whatever they answer."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from loopback import Answer, Trouble
from slack_server import SlackServer, ratelimited
from small_union import NOW, SmallUnion
from twilio_server import TwilioServer, error

from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue
from distributor.jobs.deliver_run import deliver_run
from distributor.jobs.dispatching import lanes
from distributor.jobs.run_report import RunSummary
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, RunStatus

HOUR = timedelta(hours=1)
DIGEST = """
report: digest
title: {nb: "Tall for {branch}, {period}", da: "Tal for {branch}, {period}", en: "Figures of {branch}, {period}"}
owner: analyse@proeve.example
period: previous month
burst: {levels: [region]}
sections:
  - text: "{{ summary() }}"
  - tiles: [members, joiners, part_time_share]
    compare: [last year, target]
  - chart: line
    title: {nb: Innmeldte i år, da: Indmeldte i år, en: Joiners this year}
    metric: joiners
    by: month
deliver:
  - {audience: region_leaders, channel: slack, formats: [summary]}
  - {audience: region_leaders, channel: sms, formats: [summary]}
  - {audience: region_leaders, channel: email, formats: [html]}
"""


@pytest.fixture
def union(connected: SmallUnion) -> SmallUnion:
    """The union with a report that goes to Slack, to phones and by e-mail."""
    (connected.folder / "report_specs" / "reports" / "digest.yaml").write_text(DIGEST.lstrip(), "utf-8")
    connected.edit("config.toml", "two_way = true", "two_way = true\nbundle_s = 0")
    return connected


def later(union: SmallUnion, run: RunSummary, *, hours: int = 1) -> tuple[DeliveryRecord, ...]:
    """Let hours pass, send what is due then, and return the run's deliveries."""
    app = union.app(NOW + hours * HOUR)
    deliver_run(app, run.run.run_id)
    return app.ledger.deliveries(run.run.run_id)


def over(channel: str, deliveries: Sequence[DeliveryRecord]) -> dict[str, DeliveryStatus]:
    return {one.recipient_id: one.status for one in deliveries if one.channel == channel}


def test_run_reaches_channel_person_and_phone(union: SmallUnion, slack: SlackServer, twilio: TwilioServer) -> None:
    """Both regions are posted, one in a channel and one to a person, sent as text messages, and mailed."""
    summary = union.run("digest")

    assert (RunStatus.closed, {DeliveryStatus.sent: 6}) == (summary.run.status, dict(summary.counts))
    assert ["C0REGION1", "D0KARIAAA"] == sorted(post["channel"] for post in slack.posts)
    [north] = [post for post in slack.posts if post["channel"] == "C0REGION1"]
    blocks = json.loads(north["blocks"]) if isinstance(north["blocks"], str) else north["blocks"]
    kinds = [block["type"] for block in blocks]
    assert ["header", "section", "section", "section", "image", "context"] == kinds
    assert "Tall for Region Nord, mai 2026" == blocks[0]["text"]["text"]
    assert {"slack_file": {"id": "F0CHART000"}}.items() <= blocks[4].items()
    assert blocks[4]["alt_text"]
    assert north["text"].startswith("Tall for Region Nord, mai 2026: Medlemmer ")
    texts = {message["to"]: message["body"] for message in twilio.messages}
    assert {"+4791234567", "+4520123456"} == set(texts)
    assert texts["+4791234567"].startswith(
        "Tall for Region Nord, mai 2026: Medlemmer 81 (i fjor 42), Innmeldte 6 (i fjor "
    )
    assert texts["+4520123456"].startswith("Tal for Region Sør, maj 2026: Medlemmer ")
    assert max(map(len, texts.values())) <= 160
    assert 2 == len(union.letters())


def test_recipient_without_a_place_is_suppressed(union: SmallUnion, slack: SlackServer) -> None:
    """Who has no address in Slack is in the plan, with the reason, and the others are posted."""
    path = union.folder / "directory" / "recipients.csv"
    path.write_text(path.read_text("utf-8").replace("kari@union.example", ""), "utf-8")

    summary = union.run("digest")

    [south] = [one for one in summary.deliveries if (one.channel, one.recipient_id) == ("slack", "south")]
    assert (DeliveryStatus.suppressed, "no address for slack") == (south.status, south.reason)
    assert ["C0REGION1"] == [post["channel"] for post in slack.posts]


@pytest.mark.parametrize(
    "action",
    [ratelimited(30), Answer(status=503, body=b"busy"), Answer(status=500, body=b"oops"), Trouble.drop,
     Trouble.store_and_drop, Trouble.store_and_break],
    ids=["429", "503", "500", "dropped", "stored and dropped", "stored and broken off"],
)  # fmt: skip
def test_slack_in_trouble_delays_and_never_doubles(
    union: SmallUnion, slack: SlackServer, twilio: TwilioServer, action: Answer | Trouble
) -> None:
    """Whatever goes wrong at Slack: mail and text messages go, and each post is there once an hour later."""
    slack.script("chat.postMessage", action)

    first = union.run("digest")

    assert {DeliveryStatus.sent} == {one.status for one in first.deliveries if one.channel != "slack"}
    waiting = {DeliveryStatus.deferred, DeliveryStatus.unconfirmed} & set(over("slack", first.deliveries).values())
    assert 1 == len(waiting)
    assert {"north": DeliveryStatus.sent, "south": DeliveryStatus.sent} == over("slack", later(union, first))
    assert ["C0REGION1", "D0KARIAAA"] == sorted(post["channel"] for post in slack.posts)


@pytest.mark.parametrize(
    "action",
    [error(20429, status=429, headers={"Retry-After": "30"}), error(20503, status=503), Answer(status=500, body=b""),
     Trouble.drop, Trouble.store_and_drop, Trouble.store_and_break],
    ids=["429", "503", "500", "dropped", "stored and dropped", "stored and broken off"],
)  # fmt: skip
def test_provider_in_trouble_delays_and_never_doubles(
    union: SmallUnion, twilio: TwilioServer, action: Answer | Trouble
) -> None:
    """Whatever goes wrong at the provider: mail goes, and each phone gets its message once."""
    twilio.script("POST Messages", action)

    first = union.run("digest")

    assert {DeliveryStatus.sent} == {one.status for one in first.deliveries if one.channel != "sms"}
    assert {"north": DeliveryStatus.sent, "south": DeliveryStatus.sent} == over("sms", later(union, first))
    assert ["+4520123456", "+4791234567"] == sorted(message["to"] for message in twilio.messages)


def test_number_that_is_none_is_rejected_at_once(union: SmallUnion, twilio: TwilioServer) -> None:
    """A number that the provider knows to be none ends its own delivery, with the reason, and no other."""
    path = union.folder / "directory" / "recipients.csv"
    path.write_text(path.read_text("utf-8").replace("+47 912 34 567", "+15005550001"), "utf-8")

    summary = union.run("digest")

    assert {"north": DeliveryStatus.rejected, "south": DeliveryStatus.sent} == over("sms", summary.deliveries)
    [north] = [one for one in summary.deliveries if (one.channel, one.recipient_id) == ("sms", "north")]
    assert "Correct the number in the directory." in north.reason


def test_every_vendor_has_threads_of_its_own(union: SmallUnion) -> None:
    """No thread serves two vendors, so that one who hangs keeps nobody else's messages waiting."""
    assert (("email", "folder"), ("slack",), ("slack",), ("sms",)) == lanes(union.app())


def test_hanging_vendor_keeps_no_mail_waiting(union: SmallUnion, slack: SlackServer, twilio: TwilioServer) -> None:
    """While every post to Slack hangs until its timeout, all mail and text messages are sent in the same run."""
    slack.script("chat.postMessage", Trouble.hang, Trouble.hang)

    summary = union.run("digest")

    assert {DeliveryStatus.unconfirmed} == set(over("slack", summary.deliveries).values())
    attempts = summary_attempts(union, summary)
    assert max(attempts["email"]) < min(attempts["slack"])


def summary_attempts(union: SmallUnion, run: RunSummary) -> dict[str, list[int]]:
    """Return by channel where its attempts stand in the order in which they were recorded."""
    ledger = union.app().ledger
    channels = {one.key: one.channel for one in ledger.deliveries(run.run.run_id)}
    found: dict[str, list[int]] = {}
    for number, attempt in enumerate(ledger.attempts(DeliveryFilter(run_id=run.run.run_id))):
        if attempt.key in channels and attempt.status is not DeliveryStatus.queued:
            found.setdefault(channels[attempt.key], []).append(number)
    return found


def test_text_messages_need_tiles(union: SmallUnion) -> None:
    """A text message is made of the report's tiles: a report without them cannot go out that way."""
    path = "report_specs/reports/digest.yaml"
    union.edit(path, "  - tiles: [members, joiners, part_time_share]\n    compare: [last year, target]\n", "")

    with pytest.raises(CatalogueError, match=r"digest.yaml:14:41: a text message is made of the report's tiles"):
        load_catalogue(union.folder / "report_specs")
