"""Connections that break, are kept, are shared."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from smtp_server import SmtpServer, Trouble

from channels.email import EmailChannel, Security, SmtpConfig
from channels.email.answers import Stage
from channels.email.failures import broken
from channels.email.pool import Pool
from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)
from channels.message import Attachment, Message

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
Connect = Callable[..., EmailChannel]


def _config(server: SmtpServer, *, per_second: float | None = None) -> SmtpConfig:
    return SmtpConfig(
        host="127.0.0.1",
        port=server.port,
        security=Security.none,
        connections=1,
        per_second=per_second,
        local_hostname="us.example",
    )


def _many(message: Message, count: int) -> list[Message]:
    bare = replace(message, html=None, images=(), attachments=())
    return [replace(bare, delivery_key=f"delivery {number}") for number in range(count)]


def test_queue_id_is_kept(server: SmtpServer, connect: Connect, message: Message) -> None:
    """The receipt holds the id under which the server queued the mail, and its words."""
    receipt = connect(server).send(message, now=NOW)
    assert receipt.transport_id == "Q1"
    assert receipt.detail == "2.0.0 Ok: queued as Q1"
    assert receipt.accepted_at == NOW


@pytest.mark.parametrize(
    ("answer", "queue_id"),
    [
        ("250 2.0.0 Ok: queued as 4Xy.Z-1", "4Xy.Z-1"),
        ("250 OK id=1rXyZ0-00ab-2Q", "1rXyZ0-00ab-2Q"),
        ("250 2.6.0 <1@us.example> [InternalId=4711, Hostname=ex.example] Queued mail for delivery", "4711"),
        ("250 2.0.0 44Kabc Message accepted for delivery", "44Kabc"),
        ("250 2.0.0 OK 1717218060 abc-1.2 - gsmtp", "2.0.0 OK 1717218060 abc-1.2 - gsmtp"),
    ],
)
def test_queue_ids_of_known_servers(
    server: SmtpServer, connect: Connect, message: Message, answer: str, queue_id: str
) -> None:
    """The ids of Postfix, Exim, Exchange and Sendmail are found; of other answers all words are kept."""
    server.script("CONTENT", answer)
    assert queue_id == connect(server).send(message, now=NOW).transport_id


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("trouble", [Trouble.drop, Trouble.hang])
def test_lost_before_the_mail_is_transient(
    server: SmtpServer, connect: Connect, message: Message, step: str, trouble: Trouble
) -> None:
    """Lost before the mail was out, it was not accepted: transient, the transport's fault; the next try passes."""
    channel = connect(server, timeout_s=0.2)
    server.script(step, trouble)
    with pytest.raises(
        TransientDeliveryError, match="no answer within" if trouble is Trouble.hang else "lost"
    ) as caught:
        channel.send(message, now=NOW)
    assert caught.value.fault is Fault.transport
    assert server.stored == []
    channel.send(message, now=NOW)
    assert len(server.stored) == 1


def test_lost_in_the_middle_of_the_mail_is_transient(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A mail that could not be sent to its last byte was not accepted."""
    large = Attachment(name="large.bin", media_type="application/octet-stream", content=bytes(20_000_000))
    server.script("MIDDLE", Trouble.drop)
    channel = connect(server)
    with pytest.raises(TransientDeliveryError, match="before the mail was out") as caught:
        channel.send(replace(message, attachments=(large,)), now=NOW)
    assert caught.value.fault is Fault.transport
    channel.send(message, now=NOW)
    assert len(server.stored) == 1


@pytest.mark.parametrize(("trouble", "stored"), [(Trouble.drop, 0), (Trouble.hang, 0), (Trouble.store_and_drop, 1)])
def test_lost_after_the_dot_is_unconfirmed(
    server: SmtpServer, connect: Connect, message: Message, trouble: Trouble, stored: int
) -> None:
    """Lost after the last byte, nobody knows; sent again, there is one Message-ID, in one or two copies."""
    channel = connect(server, verdict_timeout_s=0.2)
    server.script("CONTENT", trouble)
    with pytest.raises(UnconfirmedDeliveryError, match="may have been accepted"):
        channel.send(message, now=NOW)
    assert stored == len(server.stored)
    channel.send(message, now=NOW)
    assert [message.message_id] * (stored + 1) == server.message_ids


@pytest.mark.parametrize("answer", ["what?", "354 go on", "x" * 9000])
def test_answer_that_is_none_after_the_dot_is_unconfirmed(
    server: SmtpServer, connect: Connect, message: Message, answer: str
) -> None:
    """What is neither yes nor no after the last byte leaves open whether the mail was accepted."""
    server.script("CONTENT", answer)
    channel = connect(server)
    with pytest.raises(UnconfirmedDeliveryError, match="may have been accepted") as caught:
        channel.send(message, now=NOW)
    assert caught.value.fault is Fault.transport
    channel.send(message, now=NOW)
    assert server.connections == 2


def test_endless_answer_is_the_transport_s_fault(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A line that no server may send is not taken for a refusal of the recipient."""
    server.script("RCPT", "550 " + "x" * 9000)
    with pytest.raises(TransientDeliveryError, match="what no mail server should") as caught:
        connect(server).send(message, now=NOW)
    assert caught.value.fault is Fault.transport


def test_unknown_host_is_said(server: SmtpServer) -> None:
    """A host that the DNS does not know is a matter of the settings."""
    error = broken("key", Stage.connect, socket.gaierror(-2, "Name or service not known"), _config(server))
    assert isinstance(error, TransientDeliveryError)
    assert "is not known to the DNS: Name or service not known." in error.reason
    assert "Correct the host" in error.remedy


def test_verdict_has_a_timeout_of_its_own(server: SmtpServer, connect: Connect, message: Message) -> None:
    """The long wait for the verdict is not kept for the commands after it."""
    channel = connect(server, timeout_s=0.2, verdict_timeout_s=60.0)
    channel.send(message, now=NOW)
    server.script("RCPT", Trouble.hang)
    with pytest.raises(TransientDeliveryError, match=r"within 0\.2 seconds"):
        channel.send(message, now=NOW)


def test_nobody_listens(connect: Connect, message: Message) -> None:
    """A server that is not there is the transport's fault, and worth another try."""
    with SmtpServer() as gone:
        channel = connect(gone)
    with pytest.raises(TransientDeliveryError, match="cannot be reached: Connection refused") as caught:
        channel.send(message, now=NOW)
    assert caught.value.fault is Fault.transport


def test_connection_is_kept(server: SmtpServer, connect: Connect, message: Message) -> None:
    """One thread sends all its mails over one connection, also after a refusal, which is followed by RSET."""
    channel = connect(server)
    server.script("RCPT", None, "550 5.1.1 no such user")
    for number, each in enumerate(_many(message, 4)):
        if number == 1:
            with pytest.raises(PermanentDeliveryError):
                channel.send(each, now=NOW)
        else:
            channel.send(each, now=NOW)
    assert server.connections == 1
    assert len(server.stored) == 3
    assert server.commands.count("RSET") == 1


@pytest.mark.parametrize("answer", ["500 5.5.1 cannot", Trouble.drop])
def test_connection_that_cannot_be_reset_is_replaced(
    server: SmtpServer, connect: Connect, message: Message, answer: str
) -> None:
    """A session whose state is in doubt takes no further mail."""
    channel = connect(server)
    server.script("RCPT", "550 5.1.1 no such user")
    server.script("RSET", answer)
    with pytest.raises(PermanentDeliveryError):
        channel.send(message, now=NOW)
    channel.send(message, now=NOW)
    assert server.connections == 2


def test_one_refusal_in_twenty_harms_nobody_else(server: SmtpServer, connect: Connect, message: Message) -> None:
    """Of a hundred mails the five with a bad address are refused and all others arrive once."""
    server.rule("RCPT", lambda argument: "550 5.1.1 no such user" if "+bad" in argument else None)
    channel = connect(server)
    for number, each in enumerate(_many(message, 100)):
        if number % 20 != 19:
            channel.send(replace(each, recipient_address=f"kari{number}@lokallag.example"), now=NOW)
            continue
        with pytest.raises(PermanentDeliveryError) as caught:
            channel.send(replace(each, recipient_address=f"kari{number}+bad@lokallag.example"), now=NOW)
        assert caught.value.fault is Fault.recipient
    assert len({stored.recipient for stored in server.stored}) == len(server.stored) == 95


def test_server_that_ends_sessions_costs_no_mail(connect: Connect, message: Message) -> None:
    """A server that says 421 after three mails gets the fourth over a new connection, without an error."""
    with SmtpServer(messages_per_connection=3) as server:
        channel = connect(server)
        for each in _many(message, 10):
            channel.send(each, now=NOW)
        assert len(set(server.message_ids)) == len(server.stored) == 10
        assert server.connections == 4


def test_session_dropped_while_idle_costs_no_mail(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A kept connection that the server drops is replaced; a second loss in a row is an error."""
    channel = connect(server)
    channel.send(message, now=NOW)
    server.script("MAIL", Trouble.drop)
    channel.send(message, now=NOW)
    assert server.connections == 2
    server.script("MAIL", Trouble.drop, Trouble.drop)
    with pytest.raises(TransientDeliveryError, match="lost"):
        channel.send(message, now=NOW)
    assert server.connections == 3


def test_worn_connection_is_replaced(server: SmtpServer, connect: Connect, message: Message) -> None:
    """After as many mails as the settings say a connection is closed with QUIT and another opened."""
    channel = connect(server, messages_per_connection=2)
    for each in _many(message, 5):
        channel.send(each, now=NOW)
    assert [1, 1, 2, 2, 3] == [stored.connection for stored in server.stored]
    assert server.commands.count("QUIT") == 2


@pytest.mark.parametrize(("answer", "connections"), [(None, 1), ("421 4.4.2 idle too long", 2), (Trouble.drop, 2)])
def test_idle_connection_is_asked_first(
    server: SmtpServer, message: Message, answer: str | None, connections: int
) -> None:
    """After an idle minute NOOP tells whether the connection still works; within it nothing is asked."""
    now_s = 0.0
    channel = EmailChannel(_config(server), clock=lambda: now_s)
    channel.send(message, now=NOW)
    channel.send(message, now=NOW)
    assert "NOOP" not in server.commands
    now_s = 60.0
    server.script("NOOP", answer)
    channel.send(message, now=NOW)
    channel.close()
    assert server.commands.count("NOOP") == 1
    assert connections == server.connections


def test_threads_share_few_connections(server: SmtpServer, connect: Connect, message: Message) -> None:
    """Eight threads over three connections: never more are open, and each mail arrives once."""
    channel = connect(server, connections=3)
    messages = _many(message, 120)
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda each: channel.send(each, now=NOW), messages))
    assert server.most_open <= 3
    assert server.connections <= 3
    assert sorted(each.message_id for each in messages) == sorted(server.message_ids)
    assert len({receipt.transport_id for receipt in receipts}) == 120


def test_line_comes_back_after_an_error(server: SmtpServer) -> None:
    """A line lent for something that fails is free again."""
    pool = Pool(_config(server), clock=lambda: 0.0)
    for _ in range(3):
        with pytest.raises(DeliveryError), pool.lend():
            raise PermanentDeliveryError("key", "no.", "Never.")
    pool.close()


def test_interrupted_mail_does_not_run_into_the_next(server: SmtpServer, message: Message) -> None:
    """A session that was interrupted in the middle of a mail is dropped without a word: not even QUIT."""
    pool = Pool(_config(server), clock=lambda: 0.0)

    def interrupted() -> None:
        with pool.lend() as line:
            line.session("key")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pool.lend() as line:
        line.session("key")
    assert server.connections == 2
    assert "QUIT" not in server.commands
    pool.close()


def test_rate_spreads_the_mails(server: SmtpServer, message: Message) -> None:
    """Ten a second: the first goes at once, each other a tenth of a second after the one before."""
    slept: list[float] = []
    channel = EmailChannel(_config(server, per_second=10.0), clock=lambda: sum(slept), sleep=slept.append)
    for each in _many(message, 4):
        channel.send(each, now=NOW)
    channel.close()
    assert [0.1, 0.1, 0.1] == pytest.approx(slept)
    assert len(server.stored) == 4
