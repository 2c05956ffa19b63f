"""What a mail server's answers mean; each is given by a real server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from smtp_server import SmtpServer

from channels.email import EmailChannel
from channels.email.answers import Stage, readable, verdict_of
from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)
from channels.message import Message

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
LATER, NEVER = TransientDeliveryError, PermanentDeliveryError
CASES = [
    # the server does not serve us
    ("CONNECT", "554 5.7.1 no mail from your network", LATER, Fault.transport, "does not serve us"),
    ("CONNECT", "421 4.3.2 too many connections", LATER, Fault.transport, "closes the connection"),
    ("HELO", "550 5.7.1 go away", LATER, Fault.transport, "does not serve us"),
    ("MAIL", "421 4.7.0 too much mail from you", LATER, Fault.transport, "closes the connection"),
    ("RCPT", "421 4.7.28 slow down", LATER, Fault.transport, "closes the connection"),
    ("CONTENT", "421 4.3.0 shutting down", LATER, Fault.transport, "closes the connection"),
    ("MAIL", "530 5.7.0 Authentication required", LATER, Fault.transport, "wants a login"),
    ("RCPT", "530 5.7.0 Must issue a STARTTLS command first", LATER, Fault.transport, "wants a login"),
    # the sender
    ("MAIL", "550 5.1.0 sender rejected", LATER, Fault.transport, "refused the sender"),
    ("MAIL", "553 5.7.1 sender not owned by user", LATER, Fault.transport, "refused the sender"),
    ("MAIL", "451 4.1.8 domain of sender does not resolve", LATER, Fault.transport, "cannot take the sender now"),
    # greylisting
    ("RCPT", "450 4.7.1 come back later", LATER, Fault.recipient, "greylisting"),
    ("RCPT", "451 4.7.1 try again", LATER, Fault.recipient, "greylisting"),
    ("RCPT", "450 4.2.0 recipient address rejected: Greylisted", LATER, Fault.recipient, "greylisting"),
    ("RCPT", "451 graylisted, please wait", LATER, Fault.recipient, "greylisting"),
    ("CONTENT", "451 4.7.1 greylisted after the mail", LATER, Fault.recipient, "greylisting"),
    # room
    ("RCPT", "452 4.2.2 over quota", LATER, Fault.recipient, "mailbox is full"),
    ("CONTENT", "452 4.2.2 over quota", LATER, Fault.recipient, "mailbox is full"),
    ("RCPT", "552 5.2.2 over quota", NEVER, Fault.recipient, "mailbox is full"),
    ("RCPT", "552 exceeded storage allocation", NEVER, Fault.recipient, "mailbox is full"),
    ("MAIL", "452 4.3.1 insufficient system storage", LATER, Fault.transport, "no room"),
    ("CONTENT", "452 4.3.1 insufficient system storage", LATER, Fault.transport, "no room"),
    ("MAIL", "452 insufficient storage", LATER, Fault.transport, "no room"),
    ("CONTENT", "451 4.3.0 queue file write error", LATER, Fault.transport, "no room or is not well"),
    ("RCPT", "451 4.4.5 mail system congested", LATER, Fault.transport, "no room or is not well"),
    # size
    ("MAIL", "552 5.3.4 too big", NEVER, Fault.message, "too large"),
    ("MAIL", "552 message size exceeds fixed maximum", NEVER, Fault.message, "too large"),
    ("CONTENT", "552 5.3.4 too big", NEVER, Fault.message, "too large"),
    ("CONTENT", "554 5.2.3 message length exceeds limit", NEVER, Fault.message, "too large"),
    # the recipient
    ("RCPT", "550 5.1.1 no such user", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "550 no such user", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "551 user not local", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "553 5.1.3 bad address syntax", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "556 5.1.10 domain takes no mail", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "550 5.2.1 mailbox disabled", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "550 5.7.1 only members of this group may write to it", NEVER, Fault.recipient, "refused the recipient"),
    ("CONTENT", "550 5.1.1 no such user", NEVER, Fault.recipient, "refused the recipient"),
    ("RCPT", "450 4.1.2 domain not found", LATER, Fault.recipient, "cannot take the recipient now"),
    ("RCPT", "450 mailbox busy", LATER, Fault.recipient, "cannot take the recipient now"),
    ("CONTENT", "450 4.2.1 mailbox locked", LATER, Fault.recipient, "cannot take the recipient now"),
    # what every recipient would get
    ("RCPT", "554 5.7.1 Relay access denied", LATER, Fault.transport, "passes no mail on"),
    (
        "RCPT",
        "550 5.7.54 Unable to relay recipient in non-accepted domain",
        LATER,
        Fault.transport,
        "passes no mail on",
    ),
    ("RCPT", "550 relay not permitted", LATER, Fault.transport, "passes no mail on"),
    ("RCPT", "554 5.7.1 Client host blocked using bl.example", LATER, Fault.transport, "block list"),
    # the mail
    ("DATA", "451 try later", LATER, Fault.message, "cannot take the mail now"),
    ("DATA", "554 5.5.1 no valid recipients", NEVER, Fault.message, "refused the mail"),
    ("CONTENT", "554 5.7.1 message looks like spam", NEVER, Fault.message, "by its policy"),
    ("CONTENT", "550 5.7.26 not signed by its domain", NEVER, Fault.message, "by its policy"),
    ("CONTENT", "554 5.6.0 malformed", NEVER, Fault.message, "refused the mail"),
    ("CONTENT", "554 transaction failed", NEVER, Fault.message, "refused the mail"),
    ("CONTENT", "450 4.7.0 wait for the scanner", LATER, Fault.message, "cannot take the mail now"),
    # no answer that RFC 5321 knows
    ("DATA", "250 go on", LATER, Fault.transport, "what no mail server should"),
    ("MAIL", "hello", LATER, Fault.transport, "what no mail server should"),
]


@pytest.mark.parametrize(("step", "answer", "error", "fault", "reason"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_answer_becomes_error(
    server: SmtpServer,
    connect: Callable[..., EmailChannel],
    message: Message,
    step: str,
    answer: str,
    error: type[DeliveryError],
    fault: Fault,
    reason: str,
) -> None:
    """Each answer is an error of its kind with the server's words; nothing is stored, and the next mail passes."""
    channel = connect(server)
    server.script(step, answer)
    if step == "HELO":
        server.script("EHLO", "502 5.5.1 what is that")  # else it is not needed
    with pytest.raises(error, match=reason) as caught:
        channel.send(message, now=NOW)

    assert fault == caught.value.fault
    assert answer in caught.value.reason or answer == "hello"
    assert message.delivery_key == caught.value.delivery_key
    assert server.stored == []
    channel.send(replace(message, delivery_key="next"), now=NOW)
    assert len(server.stored) == 1


@pytest.mark.parametrize(
    ("answer", "wait"),
    [("450 4.7.1 wait", timedelta(minutes=5)), ("451 greylisted", timedelta(minutes=5)), ("450 4.1.2 no", None)],
)
def test_greylisting_asks_for_five_minutes(
    server: SmtpServer, connect: Callable[..., EmailChannel], message: Message, answer: str, wait: timedelta | None
) -> None:
    """A greylisted mail waits five minutes; other temporary refusals leave the wait to the sender."""
    server.script("RCPT", answer)
    channel = connect(server)
    with pytest.raises(TransientDeliveryError) as caught:
        channel.send(message, now=NOW)
    assert wait == caught.value.retry_after
    assert channel.send(message, now=NOW).transport_id == "Q1"


@pytest.mark.parametrize(
    ("answer", "code"), [("550 5.1.1 no", "550 5.1.1"), ("550 no", "550"), ("452 4.2.2 full", "452 4.2.2")]
)
def test_code_is_kept(
    server: SmtpServer, connect: Callable[..., EmailChannel], message: Message, answer: str, code: str
) -> None:
    """The error carries the code, and the enhanced one where the server gave it."""
    server.script("RCPT", answer)
    with pytest.raises(DeliveryError) as caught:
        connect(server).send(message, now=NOW)
    assert code == caught.value.code


def test_words_show_no_address(server: SmtpServer, connect: Callable[..., EmailChannel], message: Message) -> None:
    """Of the address that a server repeats only the first letter and the domain are shown."""
    server.script("RCPT", f"550 5.1.1 <{message.recipient_address}>: Recipient address rejected")
    with pytest.raises(PermanentDeliveryError) as caught:
        connect(server).send(message, now=NOW)
    assert "k***@lokallag.example" in str(caught.value)
    assert message.recipient_address not in str(caught.value)


def test_words_are_one_short_line() -> None:
    """Answers of several lines, in any encoding and of any length become one line."""
    assert readable(b"5.7.1 one\n5.7.1 two\t\xff") == "5.7.1 one 5.7.1 two \N{REPLACEMENT CHARACTER}"
    assert len(readable(b"x" * 5000)) == 300


@pytest.mark.parametrize("stage", list(Stage))
def test_every_code_has_a_verdict(stage: Stage) -> None:
    """No code is without a meaning at any stage; no 4xx is final, and a 5xx is where only this mail gets it."""
    for code in (-1, 100, 250, *range(400, 600)):
        assert verdict_of(stage, code, "words").reason
    final = {code for code in range(400, 600) if issubclass(verdict_of(stage, code, "").error, PermanentDeliveryError)}
    ours = {stage.recipient, stage.data, stage.message}
    assert min(final, default=500) >= 500
    assert (stage in ours) == (550 in final)
    unknown = UnconfirmedDeliveryError if stage is Stage.message else TransientDeliveryError
    assert all(verdict_of(stage, code, "").error is unknown for code in (-1, 100, 354))
