"""Text messages all the way: from the outbox to the provider, and back by what it tells and what people answer."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from loopback import Trouble
from small_union import NOW, SmallUnion
from starlette.testclient import TestClient
from told_incidents import ASK, BOE, DAL, resolve, tell_of_incidents
from twilio_server import TwilioServer, sign
from vendors import PUBLIC_URL

from distributor.clock import FrozenClock
from distributor.jobs.application import Application
from distributor.jobs.deliver_run import deliver_run
from distributor.jobs.run_report import RunSummary
from distributor.ledger.records import DeliveryRecord, DeliveryStatus
from distributor.portal import Served, make_portal
from recipients.preferences import SuppressionReason

NINA, SOREN, ARNE = "+4791234567", "+4520123456", "+4792222222"
TEXTS = """
report: texts
title: {nb: "Tall {branch}", da: "Tal {branch}", en: "Figures {branch}"}
owner: analyse@proeve.example
period: previous month
burst: {levels: [region]}
sections:
  - tiles: [members, joiners]
deliver:
  - {audience: region_leaders, channel: sms, formats: [summary]}
"""


@pytest.fixture
def union(connected: SmallUnion, twilio: TwilioServer) -> SmallUnion:
    twilio.now = NOW
    (connected.folder / "report_specs" / "reports" / "texts.yaml").write_text(TEXTS.lstrip(), "utf-8")
    connected.edit("config.toml", "two_way = true", "two_way = true\nbundle_s = 0")
    return connected


@pytest.fixture
def app(union: SmallUnion) -> Application:
    return union.app()


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    served = Served(app=lambda: app, troubles=dict, circuits=dict, take_bounce=len, take_click=bool)
    with TestClient(make_portal(served)) as client:
        yield client


def tell(client: TestClient, twilio: TwilioServer, to: str, status: str, *, code: int | None = None) -> int:
    """Let the message to a number reach a status, and the provider call back."""
    [sid] = [message["sid"] for message in twilio.messages if message["to"] == to]
    url, form, signature = twilio.become(sid, status, code=code)
    return call(client, url, form, signature)


def call(client: TestClient, url: str, form: dict[str, str], signature: str) -> int:
    place = urlsplit(url)
    assert url.startswith(PUBLIC_URL)
    address = f"{place.path}?{place.query}" if place.query else place.path
    return client.post(address, data=form, headers={"X-Twilio-Signature": signature}).status_code


def write(client: TestClient, sender: str, body: str, **more: str) -> int:
    """Let somebody write to our number."""
    url = f"{PUBLIC_URL}/sms/inbound"
    form = {"MessageSid": "SM" + "f" * 32, "From": sender, "To": "+4759440000", "Body": body, **more}
    answer = client.post("/sms/inbound", data=form, headers={"X-Twilio-Signature": sign(url, form)})
    if answer.status_code == 200:
        assert ("text/xml; charset=utf-8", True) == (answer.headers["Content-Type"], "<Response/>" in answer.text)
    return answer.status_code


def to_whom(app: Application, run: RunSummary, recipient: str) -> DeliveryRecord:
    [found] = [one for one in app.ledger.deliveries(run.run.run_id) if one.recipient_id == recipient]
    return found


def blocked(app: Application) -> dict[str, SuppressionReason]:
    return {one.address: one.reason for one in app.ledger.suppressions()}


# --- what became of messages ---


def test_phone_has_the_message(client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer) -> None:
    """Sent, then delivered; told twice is told once, and the tries are those that were made."""
    run = union.run("texts")
    assert DeliveryStatus.sent is to_whom(app, run, "north").status

    assert [204, 204, 204, 204] == [tell(client, twilio, NINA, status) for status in ("sending", "sent", "delivered", "delivered")]  # fmt: skip  # noqa: E501

    north = to_whom(app, run, "north")
    assert (DeliveryStatus.delivered, 1) == (north.status, north.attempts)
    assert DeliveryStatus.sent is to_whom(app, run, "south").status
    assert {DeliveryStatus.delivered: 1, DeliveryStatus.sent: 1} == dict(app.ledger.counts(run.run.run_id))
    assert 1 == app.ledger.messages_sent("sms", since=NOW, address=NINA)


def test_callback_settles_a_lost_answer(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer
) -> None:
    """The provider has the message and its answer was lost: its callback says so before anybody has to ask."""
    twilio.script("POST Messages", Trouble.store_and_drop, Trouble.store_and_drop)
    run = union.run("texts")
    assert DeliveryStatus.unconfirmed is to_whom(app, run, "north").status

    tell(client, twilio, NINA, "delivered")

    assert DeliveryStatus.delivered is to_whom(app, run, "north").status
    later = union.app(NOW + timedelta(hours=1))
    deliver_run(later, run.run.run_id)
    assert [DeliveryStatus.delivered, DeliveryStatus.sent] == [to_whom(later, run, one).status for one in ("north", "south")]  # fmt: skip  # noqa: E501
    assert 2 == len(twilio.messages)


@pytest.mark.parametrize(
    ("status", "code", "words", "reason"),
    [
        ("undelivered", 30003, "the phone cannot be reached now", None),
        ("undelivered", 30005, "the phone does not exist or takes no messages", None),
        ("undelivered", 30007, "the operator took the message for spam", None),
        ("failed", 21610, "the recipient has answered STOP", SuppressionReason.unsubscribed),
        ("failed", None, "the message was lost on its way", None),
    ],
    ids=["unreachable", "unknown", "spam", "unsubscribed", "unexplained"],
)
def test_message_that_did_not_arrive_came_back(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer,
    status: str, code: int | None, words: str, reason: SuppressionReason | None,
) -> None:  # fmt: skip
    """Whatever the cause, the delivery came back with it in words; who has answered STOP is sent nothing more."""
    run = union.run("texts")

    assert [204, 204] == [tell(client, twilio, NINA, status, code=code) for _ in range(2)]

    north = to_whom(app, run, "north")
    assert (DeliveryStatus.bounced, True) == (north.status, words in north.reason)
    assert 1 == len(app.ledger.bounces("sms", NINA))
    assert ({NINA: reason} if reason else {}) == blocked(app)


def test_number_that_never_works_is_left_alone(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer
) -> None:
    """Three in a row that the number is to blame for, and it gets nothing more; the owner is written to."""
    for hour in range(3):
        twilio.messages.clear()
        union.run("texts", now=NOW + timedelta(hours=hour))
        tell(client, twilio, NINA, "undelivered", code=30005)
        tell(client, twilio, SOREN, "undelivered", code=30003)

    assert {NINA: SuppressionReason.bounced} == blocked(app)
    run = union.run("texts", now=NOW + timedelta(hours=4))
    assert (DeliveryStatus.suppressed, DeliveryStatus.sent) == (to_whom(app, run, "north").status, to_whom(app, run, "south").status)  # fmt: skip  # noqa: E501
    assert any(
        "sperret" in path.read_text("utf-8") or "Nina" in path.read_text("utf-8") for path in union.owner_letters()
    )


def test_status_of_a_joint_message_is_of_all_its_deliveries(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer
) -> None:
    """Two packs that went out as one message: the phone has both."""
    with (union.folder / "directory" / "roles.csv").open("a", encoding="utf-8") as file:
        file.write("north,region_leader,S\r\n")
    union.edit("config.toml", "bundle_s = 0", "bundle_s = 120")
    run = union.run("texts")
    assert [] == twilio.messages
    deliver_run(union.app(NOW + timedelta(minutes=3)), run.run.run_id)

    tell(client, twilio, NINA, "delivered")

    theirs = [one for one in app.ledger.deliveries(run.run.run_id) if one.recipient_id == "north"]
    assert [DeliveryStatus.delivered] * 2 == [one.status for one in theirs]
    [text] = [message["body"] for message in twilio.messages if message["to"] == NINA]
    assert ["Tall Region Nord", "Tall Region Sør"] == sorted(line[: line.index(",")] for line in text.splitlines())


@pytest.mark.parametrize("wrong", ["signature", "message", "form", "missing"])
def test_callback_that_the_provider_has_not_signed_is_refused(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer, wrong: str
) -> None:
    """Another signature, another message in the address, other fields: 403, and nothing changes."""
    run = union.run("texts")
    [sid] = [message["sid"] for message in twilio.messages if message["to"] == NINA]
    url, form, signature = twilio.become(sid, "delivered")
    other = next(message["callback"] for message in twilio.messages if message["to"] == SOREN)
    match wrong:
        case "signature":
            signature = sign(url, {**form, "To": "x"})
        case "message":
            url = other
        case "form":
            form["MessageStatus"] = "failed"
        case _:
            signature = ""

    assert 403 == call(client, url, form, signature)
    assert {DeliveryStatus.sent} == {one.status for one in app.ledger.deliveries(run.run.run_id)}


def test_status_of_somebody_elses_message_is_taken_and_left(
    client: TestClient, app: Application, union: SmallUnion
) -> None:
    """The account may send for others as well: a signed callback about their message changes nothing."""
    url = f"{PUBLIC_URL}/sms/status?message=%3Cother%40proeve.example%3E"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}

    assert 204 == call(client, url, form, sign(url, form))
    assert 400 == call(client, url, {"MessageSid": "SM1"}, sign(url, {"MessageSid": "SM1"}))
    assert 413 == client.post("/sms/status", content=b"a=" + b"x" * 64_000).status_code


# --- what people answer ---


@pytest.mark.parametrize("word", ["STOP", "stopp", " Stop. "])
def test_stop_and_start(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer, word: str
) -> None:
    """Who answers STOP gets no text messages until they answer START, also where the directory writes it otherwise."""
    path = union.folder / "directory" / "recipients.csv"
    path.write_text(path.read_text("utf-8").replace("+47 912 34 567", "912 34 567"), "utf-8")
    union.edit("config.toml", "two_way = true", 'two_way = true\ndefault_region = "NO"')
    fresh = union.app()
    served = Served(app=lambda: fresh, troubles=dict, circuits=dict, take_bounce=len, take_click=bool)
    with TestClient(make_portal(served)) as client:
        assert 200 == write(client, NINA, word)
        run = union.run("texts")
        assert (DeliveryStatus.suppressed, "the address has unsubscribed from everything") == (
            to_whom(app, run, "north").status,
            to_whom(app, run, "north").reason,
        )
        assert [SOREN] == [message["to"] for message in twilio.messages]
        assert 200 == write(client, NINA, "Start")
    assert {} == blocked(app)
    assert DeliveryStatus.sent is to_whom(app, union.run("texts", now=NOW + timedelta(hours=1)), "north").status
    assert {"suppress", "lift"} == {one.action for one in app.ledger.audit()}


def test_start_lifts_nothing_else(
    client: TestClient, app: Application, union: SmallUnion, twilio: TwilioServer
) -> None:
    """A number that is blocked because nothing arrives stays so, whatever is written from it."""
    for hour in range(3):
        twilio.messages.clear()
        union.run("texts", now=NOW + timedelta(hours=hour))
        tell(client, twilio, NINA, "undelivered", code=30005)

    write(client, NINA, "START")

    assert {NINA: SuppressionReason.bounced} == blocked(app)


def test_one_acknowledges_what_was_told_last(client: TestClient, app: Application) -> None:
    """Each "1" acknowledges the newest incident that this number was told of, until somebody looks into each."""
    tell_of_incidents(app)

    acknowledged = []
    for _ in range(3):
        write(client, NINA, "1")
        acknowledged.append([one.incident_id for one in app.ledger.acks((ASK, BOE, DAL))])

    assert [{BOE}, {ASK, BOE}, {ASK, BOE}] == [set(one) for one in acknowledged]
    assert {"north"} == {one.author for one in app.ledger.acks((ASK, BOE))}


def test_one_after_the_end_acknowledges_nothing(client: TestClient, app: Application) -> None:
    """What has ended is not acknowledged, and what another number was told of neither."""
    tell_of_incidents(app)
    resolve(app, 3)

    assert [200, 200, 200] == [write(client, sender, "1") for sender in (SOREN, ARNE, "+4799999999")]
    assert () == app.ledger.acks((ASK, BOE, DAL))


def test_one_means_nothing_where_answers_are_not_taken(union: SmallUnion) -> None:
    """Without two_way a "1" is a message like any other."""
    union.edit("config.toml", "two_way = true", "two_way = false")
    app = union.app()
    tell_of_incidents(app)
    served = Served(app=lambda: app, troubles=dict, circuits=dict, take_bounce=len, take_click=bool)
    with TestClient(make_portal(served)) as client:
        assert 200 == write(client, NINA, "1")

    assert () == app.ledger.acks((ASK, BOE))


def test_other_words_and_strangers_are_left_alone(client: TestClient, app: Application) -> None:
    """A sentence, or a picture, changes nothing; a forged message is refused."""
    assert isinstance(app.clock, FrozenClock)
    assert [200, 200] == [write(client, NINA, body) for body in ("Please stop it", "")]
    assert 403 == client.post("/sms/inbound", data={"MessageSid": "SM1", "From": NINA, "Body": "STOP"}).status_code
    assert {} == blocked(app)
