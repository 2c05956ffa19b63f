"""Clicks in Slack: believed by their signature, kept, worked on, and told to the one who clicked."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from loopback import Answer, Trouble
from slack_server import SlackServer
from small_union import NOW, SmallUnion
from starlette.testclient import TestClient
from told_incidents import ASK, BOE, page_of, resolve, tell_of_incidents
from vendors import LINK_SECRET, SIGNING_SECRET

from channels.slack import UnreadableClickError
from distributor.clock import FrozenClock
from distributor.jobs.application import Application
from distributor.jobs.click_queue import ClickQueue
from distributor.jobs.incident_desk import LedgerDesk
from distributor.jobs.slack_clicks import carry_out_clicks
from distributor.ledger.errors import LedgerUnreachableError
from distributor.portal import Served, make_portal

ARNE, NINA, BEATE = "U0ARNEAAA", "U0NINAAAA", "U0BEATEAA"


@pytest.fixture
def app(connected: SmallUnion, slack: SlackServer) -> Application:
    slack.people |= {ARNE: "Arne@proeve.example", NINA: "nina@proeve.example", BEATE: "beate@proeve.example"}
    app = connected.app()
    tell_of_incidents(app)
    return app


@pytest.fixture
def queue(app: Application, tmp_path: Path) -> ClickQueue:
    desk = LedgerDesk(lambda: app)
    return ClickQueue(
        folder=tmp_path / "clicks", work=lambda body: carry_out_clicks(app, desk, body), clock=app.clock, longest=2
    )


@pytest.fixture
def client(app: Application, queue: ClickQueue) -> Iterator[TestClient]:
    served = Served(app=lambda: app, troubles=dict, circuits=dict, take_bounce=len, take_click=queue.put)
    with TestClient(make_portal(served)) as client:
        yield client


def token_of(incident_id: str, recipient_id: str = "north") -> str:
    return page_of(incident_id, recipient_id, LINK_SECRET).removeprefix("/a/")


def click(slack: SlackServer, user: str, action: str, value: str, *, name: str = "1") -> bytes:
    """Return what Slack posts when somebody clicks; see docs.slack.dev/reference/interaction-payloads."""
    chosen = {"selected_option": {"value": value}} if action == "snooze" else {"value": value}
    payload = {
        "type": "block_actions",
        "user": {"id": user},
        "team": {"id": "T1"},
        "container": {"message_ts": "1780290001.000001", "channel_id": "C0REGION1"},
        "response_url": f"{slack.url}/actions/{name}",
        "actions": [{"action_id": action, "type": "button", **chosen}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(body: bytes, *, at: int | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
    stamp = str(int(NOW.timestamp()) if at is None else at)
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def said(slack: SlackServer) -> list[str]:
    """Return what those who clicked were told, each privately and without touching the message."""
    assert all(one["response_type"] == "ephemeral" and not one["replace_original"] for one in slack.replies)
    return [one["text"] for one in slack.replies]


def press(client: TestClient, queue: ClickQueue, body: bytes) -> int:
    """Post a click and let the queue work."""
    status = client.post("/slack/interactivity", content=body, headers=signed(body)).status_code
    queue.work_off()
    return status


def test_click_is_answered_at_once_and_done_after(
    client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer
) -> None:
    """Slack has its answer before anything is done; then the incident is acknowledged by who has that address."""
    body = click(slack, ARNE, "acknowledge", token_of(ASK))

    answer = client.post("/slack/interactivity", content=body, headers=signed(body))
    before = app.ledger.acks((ASK,)), said(slack)
    queue.work_off()

    assert (200, b"", ((), [])) == (answer.status_code, answer.content, before)
    assert [("ask", "answered over slack")] == [(one.author, one.reason) for one in app.ledger.acks((ASK,))]
    assert ["Kvittert: du ser på det. Påminnelsene stopper."] == said(slack)
    assert [] == [one for one in app.ledger.steps((ASK,)) if one.is_queued]


@pytest.mark.parametrize(
    ("choice", "until", "ends_at"),
    [("next_data", "next_data", None), ("7d", "date", NOW + timedelta(days=7)), ("resolved", "resolved", None)],
)
def test_snoozing_by_the_menu(
    client: TestClient,
    app: Application,
    queue: ClickQueue,
    slack: SlackServer,
    choice: str,
    until: str,
    ends_at: object,
) -> None:
    """Each choice of the menu."""
    press(client, queue, click(slack, NINA, "snooze", f"{choice}:{token_of(ASK)}"))

    assert [(until, ends_at)] == [(one.until, one.expires_at) for one in app.ledger.snoozes((ASK,))]
    assert ["Utsatt. Du får ikke mer om dette før da."] == said(slack)


def test_not_useful_is_noted(client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer) -> None:
    """The verdict of who clicked."""
    press(client, queue, click(slack, NINA, "not_useful", token_of(ASK)))

    assert ["north"] == [one.recipient_id for one in app.ledger.verdicts((ASK,))]


def test_stale_button_is_told_so_privately(
    client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer
) -> None:
    """A button on a message whose incident has ended, or was acknowledged, does nothing but say so."""
    press(client, queue, click(slack, ARNE, "acknowledge", token_of(ASK)))
    press(client, queue, click(slack, NINA, "acknowledge", token_of(ASK)))
    resolve(app)
    press(client, queue, click(slack, NINA, "acknowledge", token_of(ASK), name="2"))

    assert [
        "Kvittert: du ser på det. Påminnelsene stopper.",
        "Noen har allerede kvittert.",
        "Varselet er allerede avsluttet. Det er ikke noe å svare på.",
    ] == said(slack)
    assert 1 == len(app.ledger.acks((ASK,)))


@pytest.mark.parametrize(
    "user", [BEATE, "U0KAREAAA", "U0NOBODYA"], ids=["not told", "not in directory", "not in Slack"]
)
def test_who_may_not_is_told_so_privately(
    client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer, user: str
) -> None:
    """Who was not told of it, or is nobody that we know, changes nothing."""
    press(client, queue, click(slack, user, "acknowledge", token_of(ASK)))

    assert ((), 1, True) == (app.ledger.acks((ASK,)), len(said(slack)), "ikke er sendt til deg" in said(slack)[0])


def test_forged_value_does_nothing(client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer) -> None:
    """A value that we have not signed, in a request that Slack has, is an alert that does not exist."""
    press(client, queue, click(slack, NINA, "acknowledge", token_of(ASK)[:-1] + "x"))

    assert ((), True) == (app.ledger.acks((ASK,)), "finnes ikke lenger" in said(slack)[0])


def test_button_that_opens_a_page_is_left_alone(client: TestClient, queue: ClickQueue, slack: SlackServer) -> None:
    """Slack tells of these as well; nothing is to be done."""
    assert 200 == press(client, queue, click(slack, NINA, "open", ""))
    assert [] == said(slack)


@pytest.mark.parametrize("wrong", ["secret", "old", "future", "body", "missing"])
def test_request_that_slack_has_not_signed_is_refused(
    client: TestClient, queue: ClickQueue, slack: SlackServer, wrong: str
) -> None:
    """Another secret, older or newer than five minutes, another body, no signature: 401, and nothing is kept."""
    body = click(slack, ARNE, "acknowledge", token_of(ASK))
    now = int(NOW.timestamp())
    headers = {
        "secret": signed(body, secret="another"),
        "old": signed(body, at=now - 301),
        "future": signed(body, at=now + 301),
        "body": signed(body + b"x"),
        "missing": {},
    }[wrong]

    assert 401 == client.post("/slack/interactivity", content=body, headers=headers).status_code
    assert not queue.folder.exists()


def test_large_request_is_not_read(client: TestClient) -> None:
    """More than Slack ever posts is refused before it is looked at."""
    body = b"x" * 100_001

    assert 413 == client.post("/slack/interactivity", content=body, headers=signed(body)).status_code


def test_queue_is_bounded_and_keeps_the_same_click_once(
    client: TestClient, queue: ClickQueue, slack: SlackServer
) -> None:
    """Two may wait here: the third is refused, so that Slack shows an error; the same one posted again is one."""
    bodies = [click(slack, ARNE, "acknowledge", token_of(ASK), name=str(number)) for number in range(3)]

    statuses = [
        client.post("/slack/interactivity", content=body, headers=signed(body)).status_code
        for body in (bodies[0], bodies[0], bodies[1], bodies[2])
    ]

    assert [200, 200, 200, 503] == statuses
    assert 2 == len(list(queue.folder.iterdir()))


def test_click_survives_a_restart(client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer) -> None:
    """What was kept before the process ended is done by the next one."""
    body = click(slack, ARNE, "acknowledge", token_of(ASK))
    client.post("/slack/interactivity", content=body, headers=signed(body))

    done = threading.Event()

    def work(body: bytes) -> None:
        queue.work(body)
        done.set()

    after = ClickQueue(folder=queue.folder, work=work, clock=app.clock)
    after.start()
    assert done.wait(20)
    after.stop()

    assert (["ask"], []) == ([one.author for one in app.ledger.acks((ASK,))], list(queue.folder.iterdir()))


def test_click_waits_while_the_ledger_is_away(app: Application, tmp_path: Path) -> None:
    """It is tried again, and given up when Slack takes no more answers to it."""
    assert isinstance(app.clock, FrozenClock)
    tries: list[bytes] = []

    def away(body: bytes) -> None:
        tries.append(body)
        raise LedgerUnreachableError("the ledger", "connection refused")

    queue = ClickQueue(folder=tmp_path / "waiting", work=away, clock=app.clock)
    queue.put(b"payload")

    assert (False, 1) == (queue.work_off(), len(tries))
    app.clock.instant = NOW + timedelta(minutes=31)
    assert (True, 2, []) == (queue.work_off(), len(tries), list(queue.folder.iterdir()))


def test_click_waits_while_slack_cannot_say_who_it_was(
    client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer
) -> None:
    """A refusal for now, or a lost connection, and the click is done at the next try."""
    slack.script("users.info", Answer(status=503, body=b"busy"), Trouble.drop)
    press(client, queue, click(slack, ARNE, "acknowledge", token_of(ASK)))
    assert ((), False) == (app.ledger.acks((ASK,)), queue.work_off())

    assert queue.work_off()
    assert ["ask"] == [one.author for one in app.ledger.acks((ASK,))]


def test_what_cannot_be_done_is_told_privately(app: Application, slack: SlackServer, tmp_path: Path) -> None:
    """A fault of ours is told to the one who clicked, logged, and holds up nobody behind it."""

    class BrokenDesk(LedgerDesk):
        def acknowledge(self, ask: object) -> object:  # type: ignore[override]
            raise RuntimeError("broken")

    desks = [BrokenDesk(lambda: app), LedgerDesk(lambda: app)]
    queue = ClickQueue(
        folder=tmp_path / "faulty", work=lambda body: carry_out_clicks(app, desks.pop(0), body), clock=app.clock
    )
    queue.put(click(slack, ARNE, "acknowledge", token_of(ASK)))
    queue.put(click(slack, NINA, "acknowledge", token_of(BOE)))

    assert queue.work_off()
    assert {
        "Det gikk ikke. Prøv igjen, eller åpne varselet fra meldingen.",
        "Kvittert: du ser på det. Påminnelsene stopper.",
    } == set(said(slack))


def test_unreadable_request_is_dropped(app: Application, queue: ClickQueue) -> None:
    """What Slack signs and does not document is logged, and not tried for ever."""
    with pytest.raises(UnreadableClickError):
        carry_out_clicks(app, LedgerDesk(lambda: app), b"payload=%7B%7D")
    queue.put(b"payload=%7B%7D")

    assert (True, []) == (queue.work_off(), list(queue.folder.iterdir()))


def test_lost_answer_leaves_what_the_click_did(
    client: TestClient, app: Application, queue: ClickQueue, slack: SlackServer
) -> None:
    """That the one who clicked could not be told undoes nothing."""
    slack.script("actions", Answer(status=404, body=b"expired"))

    press(client, queue, click(slack, ARNE, "acknowledge", token_of(ASK)))

    assert (["ask"], []) == ([one.author for one in app.ledger.acks((ASK,))], list(queue.folder.iterdir()))
