"""An alert from the outbox to Slack and a phone, and what people do there back into the ledger."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from slack_server import SlackServer
from small_union import NOW, SmallUnion
from starlette.testclient import TestClient
from told_incidents import ASK, BOE, a_step, a_transition, alerts_run, an_evaluation, incident, page_of, told
from twilio_server import TwilioServer, sign
from vendors import LINK_SECRET, PUBLIC_URL, SIGNING_SECRET

from distributor.jobs.alerts.incident_desk import LedgerDesk
from distributor.jobs.application import Application
from distributor.jobs.click_queue import ClickQueue
from distributor.jobs.deliver_run import deliver_run
from distributor.jobs.slack_clicks import carry_out_clicks
from distributor.ledger.alert_records import AlertMessage
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, Sender
from distributor.portal import Served, make_portal
from renderers.pack import Artifact

NINA, ARNE = "+4791234567", "U0ARNEAAA"
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def union(connected: SmallUnion, slack: SlackServer, twilio: TwilioServer) -> SmallUnion:
    slack.epoch, twilio.now = int(NOW.timestamp()), NOW
    slack.people[ARNE] = "arne@proeve.example"
    return connected


@pytest.fixture
def app(union: SmallUnion) -> Application:
    """The application three minutes after an evaluation in which Ask and Bø fired."""
    app = union.app(LATER)
    incidents = (incident(1, "N1", "N"), incident(2, "N2", "N"))
    sender = Sender(address="analyse@proeve.example")
    run = replace(alerts_run("alerts-1"), started_at=NOW, outbox=str(union.outbox), sender=sender)
    entry = an_evaluation(
        run=run,
        incidents=incidents,
        transitions=tuple(a_transition(one.incident_id) for one in incidents),
        queued=(a_step(1, incident_id=ASK),),
        messages=(
            worded(app, told(ASK, "north", "slack", "#region-01", at=NOW), text="Ask: 12 færre"),
            worded(app, told(ASK, "ask", "email", "arne@proeve.example", at=NOW), text="Ask: 12 færre"),
            worded(app, told(ASK, "north", "sms", NINA, at=NOW), text=said("Ask", ASK)),
            worded(app, told(BOE, "north", "sms", NINA, at=NOW), text=said("Bø", BOE)),
        ),
        at=NOW,
    )
    assert app.ledger.record_evaluation(entry)
    deliver_run(app, "alerts-1")
    return app


@pytest.fixture
def queue(app: Application, tmp_path: Path) -> ClickQueue:
    desk = LedgerDesk(lambda: app)
    return ClickQueue(folder=tmp_path / "clicks", work=lambda body: carry_out_clicks(app, desk, body), clock=app.clock)


@pytest.fixture
def client(app: Application, queue: ClickQueue) -> Iterator[TestClient]:
    served = Served(app=lambda: app, troubles=dict, circuits=dict, take_bounce=len, take_click=queue.put)
    with TestClient(make_portal(served)) as client:
        yield client


def said(place: str, incident_id: str) -> str:
    link = page_of(incident_id, "north", LINK_SECRET)
    return f"MEDL KRITISK {place}: 12 færre innmeldte enn ventet. {PUBLIC_URL}{link}"


def worded(app: Application, message: AlertMessage, *, text: str) -> AlertMessage:
    """Return a message with its files in the store."""
    token = page_of(message.notices[0].incident_id, message.delivery.recipient_id, LINK_SECRET).removeprefix("/a/")
    button = {
        "type": "button", "action_id": "acknowledge", "value": token, "text": {"type": "plain_text", "text": "Kvitter"},
    }  # fmt: skip
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": text}},
        {"type": "actions", "elements": [button]},
    ]
    files = (
        Artifact(name="letter.txt", media_type="text/plain", content=text.encode()),
        Artifact(name="blocks.json", media_type="application/json", content=json.dumps(blocks).encode()),
    )
    refs = app.store.put(files, branch_id=message.delivery.branch_id)
    return replace(message, letter=replace(message.letter, artifacts=refs))


def statuses(app: Application) -> dict[str, DeliveryStatus]:
    return {one.key: one.status for one in app.ledger.deliveries(DeliveryFilter(run_id="alerts-1"))}


def test_button_in_slack_acknowledges_what_was_posted(
    client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer
) -> None:
    """The value that was posted comes back with a click, and the escalation ends; the thread's id is the post's."""
    [post] = slack.posts
    blocks = json.loads(post["blocks"]) if isinstance(post["blocks"], str) else post["blocks"]
    value = blocks[-1]["elements"][0]["value"]
    payload = {
        "type": "block_actions",
        "user": {"id": ARNE},
        "container": {"message_ts": post["ts"], "channel_id": post["channel"]},
        "response_url": f"{slack.url}/actions/1",
        "actions": [{"action_id": "acknowledge", "value": value}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(LATER.timestamp()))
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()

    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    assert 200 == client.post("/slack/interactivity", content=body, headers=headers).status_code
    assert queue.work_off()

    assert ["ask"] == [one.author for one in app.ledger.acks((ASK,))]
    assert [] == [one for one in app.ledger.steps((ASK,)) if one.is_queued]
    assert ["Kvittert: du ser på det. Påminnelsene stopper."] == [one["text"] for one in slack.replies]
    [attempt] = app.ledger.attempts(DeliveryFilter(keys=(f"{ASK}-north-slack",)))
    assert f"{post['channel']}/{post['ts']}" == attempt.transport_id


def test_two_alerts_to_one_phone_are_one_message_whose_page_lists_both(
    client: TestClient, app: Application, twilio: TwilioServer
) -> None:
    """The message names one incident and counts the other; its link leads to both; the phone's receipt is of both."""
    [message] = twilio.messages
    [link] = re.findall(rf"{re.escape(PUBLIC_URL)}(/a/\S+)", message["body"])
    page = client.get(link).text

    assert 160 >= len(message["body"])
    assert message["body"].endswith("\n+1 til")
    assert ("<h1>Ask: Innmeldte</h1>" in page, "Bø: Innmeldte" in page) == (True, True)
    url, form, signature = twilio.become(message["sid"], "delivered")
    place = urlsplit(url)
    headers = {"X-Twilio-Signature": signature}
    assert 204 == client.post(f"{place.path}?{place.query}", data=form, headers=headers).status_code
    assert [DeliveryStatus.delivered] * 2 == [status for key, status in statuses(app).items() if key.endswith("sms")]
    assert 1 == app.ledger.messages_sent("sms", since=NOW)


def test_one_from_the_phone_acknowledges(client: TestClient, app: Application, twilio: TwilioServer) -> None:
    """Who answers 1 has acknowledged what they were told last, and with another 1 what they were told before."""
    url, form = f"{PUBLIC_URL}/sms/inbound", {"MessageSid": "SM9", "From": NINA, "Body": "1"}

    for _ in range(2):
        client.post("/sms/inbound", data=form, headers={"X-Twilio-Signature": sign(url, form)})

    assert {ASK, BOE} == {one.incident_id for one in app.ledger.acks((ASK, BOE))}
    assert {"north"} == {one.author for one in app.ledger.acks((ASK, BOE))}


def test_everything_was_sent_once(app: Application, slack: SlackServer, twilio: TwilioServer) -> None:
    """All four deliveries are sent: one post, one mail, one text message for two."""
    assert {DeliveryStatus.sent} == set(statuses(app).values())
    assert (1, 1) == (len(slack.posts), len(twilio.messages))
