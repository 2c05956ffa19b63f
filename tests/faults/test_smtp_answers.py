"""Every kind of answer of a real mail server, and of silence, ends in the ledger with the server's words."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from ledger_cases import NOW, a_run, queue
from outbox_cases import MINUTE, Desk
from smtp_server import SmtpServer, Trouble

from channels.email import EmailChannel, Security, SmtpConfig
from distributor.ledger.records import DeliveryStatus


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as started:
        yield started


@pytest.fixture
def desk(server: SmtpServer) -> Iterator[Desk]:
    config = SmtpConfig(
        host="127.0.0.1", port=server.port, security=Security.none, timeout_s=0.5, verdict_timeout_s=0.5
    )
    channel = EmailChannel(config)
    desk = Desk(channel=channel)
    queue(desk.ledger, 1, a_run(deadline_at=NOW + timedelta(days=3)))
    yield desk
    channel.close()


@pytest.mark.parametrize(
    ("step", "answer", "code", "words"),
    [
        ("CONNECT", "421 4.3.2 shutting down", "421 4.3.2", "shutting down"),
        ("MAIL", "451 4.3.0 try again later", "451 4.3.0", "try again later"),
        ("MAIL", "550 5.7.1 sender not allowed here", "550 5.7.1", "refused the sender"),
        ("RCPT", "450 4.7.1 greylisted for now", "450 4.7.1", "greylist"),
        ("RCPT", "451 4.4.1 no answer from host", "451 4.4.1", "no answer from host"),
        ("RCPT", "452 4.2.2 mailbox full", "452 4.2.2", "mailbox is full"),
        ("RCPT", "554 5.7.1 relay access denied", "554 5.7.1", "relay access denied"),
        ("DATA", "451 4.3.0 not now", "451 4.3.0", "not now"),
        ("CONTENT", "452 4.3.1 no room", "452 4.3.1", "no room"),
        ("CONTENT", "421 4.7.0 too much mail", "421 4.7.0", "too much mail"),
        ("MAIL", Trouble.drop, "", "connection to the mail server was lost at MAIL, before the mail was out"),
        ("RCPT", Trouble.hang, "", "no answer within 0.5 seconds at RCPT, before the mail was out"),
        ("DATA", Trouble.drop, "", "before the mail was out"),
    ],
)
def test_what_passes_is_deferred_and_then_sent(
    step: str, answer: str, code: str, words: str, server: SmtpServer, desk: Desk
) -> None:
    """The first try is deferred, with code and words of the server or what broke; a later one is sent, once."""
    server.script(step, answer)
    desk.drain()
    waiting, [attempt] = desk.first(), desk.attempts()
    last = desk.drain_at(20 * MINUTE)

    assert (DeliveryStatus.deferred, code) == (waiting.status, attempt.code)
    assert words in waiting.reason
    assert "kari0@" not in waiting.reason
    assert (DeliveryStatus.sent, 2) == (last.status, last.attempts)
    assert [last.message_id] == server.message_ids


def test_greylisting_is_waited_out(server: SmtpServer, desk: Desk) -> None:
    """A server that lets strangers wait gets its second try no sooner than after five minutes."""
    server.script("RCPT", "450 4.7.1 greylisted for now")
    desk.drain()

    assert NOW + 5 * MINUTE <= (desk.first().next_attempt_at or NOW)
    assert DeliveryStatus.deferred is desk.drain_at(4 * MINUTE).status
    assert DeliveryStatus.sent is desk.drain_at(7 * MINUTE).status


@pytest.mark.parametrize(
    ("step", "answer", "code", "words"),
    [
        ("RCPT", "550 5.1.1 no such user", "550 5.1.1", "refused the recipient"),
        ("RCPT", "552 5.2.2 mailbox full for good", "552 5.2.2", "mailbox is full"),
        ("CONTENT", "554 5.7.1 looks like spam", "554 5.7.1", "looks like spam"),
        ("CONTENT", "552 5.3.4 too big", "552 5.3.4", "too large"),
    ],
)
def test_what_is_refused_for_good_is_rejected(
    step: str, answer: str, code: str, words: str, server: SmtpServer, desk: Desk
) -> None:
    """It is not tried again, and the server's words say why."""
    server.script(step, answer)
    desk.drain()
    last, [attempt] = desk.drain_at(timedelta(days=2)), desk.attempts()

    assert (DeliveryStatus.rejected, 1, code) == (last.status, last.attempts, attempt.code)
    assert words in last.reason
    assert answer.split(" ", 2)[2] in last.reason
    assert [] == server.stored


@pytest.mark.parametrize(
    ("step", "trouble", "copies", "words"),
    [
        ("CONTENT", Trouble.drop, 1, "connection to the mail server was lost after the whole mail was out"),
        ("CONTENT", Trouble.hang, 1, "no answer within 0.5 seconds after the whole mail was out"),
        ("CONTENT", Trouble.store_and_drop, 2, "connection to the mail server was lost after the whole mail was out"),
        ("CONTENT", "150 what", 1, "answered what no mail server should"),
        # A mail as small as this one is out before we see that nobody listens any more.
        ("MIDDLE", Trouble.drop, 1, "connection to the mail server was lost after the whole mail was out"),
    ],
)
def test_answer_lost_after_data_is_unconfirmed_and_then_sent(
    step: str, trouble: str, copies: int, words: str, server: SmtpServer, desk: Desk
) -> None:
    """The mail is unconfirmed, and sent again with the same Message-ID and the same bytes."""
    server.script(step, trouble)
    desk.drain()
    waiting = desk.first()
    last = desk.drain_at(10 * MINUTE)

    assert (DeliveryStatus.unconfirmed, DeliveryStatus.sent) == (waiting.status, last.status)
    assert words in waiting.reason
    assert [last.message_id] * copies == server.message_ids
    assert 1 == len({stored.content for stored in server.stored})
    assert [DeliveryStatus.unconfirmed, DeliveryStatus.sent] == [one.status for one in desk.attempts()]
    assert 1 == len({one.content_hash for one in desk.attempts()})
