"""What a mail server's answers mean for a delivery, and for the other deliveries."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)

AGAIN = "It is tried again."
SECOND_COPY = "A second copy has the same Message-ID, by which mail programs know it."
_GREYLIST_WAIT = timedelta(minutes=5)  # RFC 6647, 5: servers let a second try through after one to five minutes
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463, 2
_ADDRESS = re.compile(r"([^\s<>@\"'])[^\s<>@\"']*@([^\s<>@\"']+)")
_LONGEST_WORDS = 300


class Stage(StrEnum):
    """What the server answered to."""

    connect = "CONNECT"
    hello = "EHLO"
    starttls = "STARTTLS"
    login = "AUTH"
    check = "NOOP"
    sender = "MAIL"
    recipient = "RCPT"
    data = "DATA"
    message = "MESSAGE"  # the line with the dot


class TooLargeError(PermanentDeliveryError):
    """The server takes no message of this size: one without attachments may pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer means."""

    error: type[TransientDeliveryError | PermanentDeliveryError | UnconfirmedDeliveryError]
    fault: Fault
    reason: str
    remedy: str
    retry_after: timedelta | None = None


def _later(fault: Fault, reason: str, remedy: str = AGAIN, retry_after: timedelta | None = None) -> Verdict:
    return Verdict(error=TransientDeliveryError, fault=fault, reason=reason, remedy=remedy, retry_after=retry_after)


def _never(fault: Fault, reason: str, remedy: str) -> Verdict:
    return Verdict(error=PermanentDeliveryError, fault=fault, reason=reason, remedy=remedy)


# The first row that matches "STAGE code enhanced-code words" from the start decides. Sources: RFC 5321, 4.2 (codes);
# RFC 3463 (enhanced codes); RFC 4954 (AUTH); RFC 1870 (552, too large); RFC 6647 (greylisting).
#
# Answers that every message would get - a refused login, a refused sender, no relaying - are the transport's fault and
# worth another try, also when the server calls them permanent: the channel then pauses, a person mends the settings,
# and not one delivery is lost. What only this address or this mail gets is final when the server says so.
_TABLE = (
    (r"\w+ 421", _later(Fault.transport, "the mail server closes the connection")),
    (r"AUTH 4", _later(Fault.transport, "the mail server cannot check the login now")),
    (
        r"AUTH 5",
        _later(Fault.transport, "the mail server refused the login", "Correct user name and password in the settings."),
    ),
    (
        r"\w+ 53[048]",
        _later(Fault.transport, "the mail server wants a login or TLS", "Set user name, password and security."),
    ),
    (r"(CONNECT|EHLO|STARTTLS|NOOP) [45]", _later(Fault.transport, "the mail server does not serve us now")),
    (
        r"\w+ 45[01] (4\.7\.1\b|.*gr[ae]y-?list)",
        _later(Fault.recipient, "the mail server lets strangers wait (greylisting)", retry_after=_GREYLIST_WAIT),
    ),
    (r"\w+ 4\d\d 4\.2\.2\b", _later(Fault.recipient, "the mailbox is full")),
    (r"\w+ 4\d\d 4\.[34]\.", _later(Fault.transport, "the mail server has no room or is not well")),
    (r"(MAIL|DATA|MESSAGE) 452 (?!4\.)", _later(Fault.transport, "the mail server has no room or is not well")),
    (
        r"\w+ 552 5\.2\.2\b|RCPT 552 (?!5\.)",
        _never(Fault.recipient, "the mailbox is full", "Reach the recipient another way, then send again."),
    ),
    (
        r"(MAIL|DATA|MESSAGE) 552 (?!5\.)|\w+ 5\d\d 5\.(3\.4|2\.3)\b",
        Verdict(
            error=TooLargeError,
            fault=Fault.message,
            reason="the mail is too large for the mail server",
            remedy="Attach fewer or smaller files.",
        ),
    ),
    (r"MAIL 4", _later(Fault.transport, "the mail server cannot take the sender now")),
    (
        r"MAIL 5",
        _later(
            Fault.transport, "the mail server refused the sender", "Correct the sender, or let the server allow it."
        ),
    ),
    (
        r"(RCPT|DATA|MESSAGE) 5.*(relay\w* (access )?(denied|prohibited|not (allowed|permitted))"
        r"|(unable|not permitted) to relay)",
        _later(
            Fault.transport, "the mail server passes no mail on for us", "Log in, or let it relay for this machine."
        ),
    ),
    (
        r"RCPT 5.*(blocked using|bl[ao]ck ?list)",
        _later(Fault.transport, "the mail server has this machine on a block list", "Have it taken off the list."),
    ),
    (
        r"RCPT 5|\w+ 5\d\d 5\.[12]\.",
        _never(Fault.recipient, "the mail server refused the recipient", "Correct the address in the directory."),
    ),
    (r"RCPT 4|\w+ 4\d\d 4\.[12]\.", _later(Fault.recipient, "the mail server cannot take the recipient now")),
    (
        r"\w+ 5\d\d 5\.7\.",
        _never(Fault.message, "the mail server refused the mail by its policy", "Ask who runs it what it objects to."),
    ),
    (r"\w+ 4", _later(Fault.message, "the mail server cannot take the mail now")),
    (r"\w+ 5", _never(Fault.message, "the mail server refused the mail", "Ask who runs it what it objects to.")),
    (
        r"MESSAGE",
        Verdict(
            error=UnconfirmedDeliveryError,
            fault=Fault.transport,
            reason="the mail server answered what no mail server should, so the mail may have been accepted",
            remedy=SECOND_COPY,
        ),
    ),
    (r"", _later(Fault.transport, "the mail server answered what no mail server should")),
)
_ROWS = tuple((re.compile(pattern, re.IGNORECASE), verdict) for pattern, verdict in _TABLE)


def refusal(delivery_key: str, stage: Stage, code: int, words: str) -> DeliveryError:
    """Return the error of an answer that is not a yes.

    Args:
        delivery_key: Of the message.
        stage: What was answered.
        code: The answer's three digits.
        words: What follows them, as ``readable`` gives it.
    """
    found = _ENHANCED.match(words)
    verdict = verdict_of(stage, code, words)
    reason = f'{verdict.reason}: "{code} {words}".'
    full_code = f"{code} {found.group()}" if found else str(code)
    if issubclass(verdict.error, TransientDeliveryError):
        return verdict.error(
            delivery_key,
            reason,
            verdict.remedy,
            fault=verdict.fault,
            code=full_code,
            retry_after=verdict.retry_after,
        )
    return verdict.error(delivery_key, reason, verdict.remedy, fault=verdict.fault, code=full_code)


def verdict_of(stage: Stage, code: int, words: str) -> Verdict:
    """Return what an answer means."""
    answer = f"{stage} {code} {words}"
    return next(verdict for pattern, verdict in _ROWS if pattern.match(answer))


def readable(answer: bytes) -> str:
    """Return a server's words on one line; of an address only its first letter and domain stay."""
    words = " ".join(answer.decode("utf-8", "replace").split())
    return _ADDRESS.sub(r"\1***@\2", words)[:_LONGEST_WORDS]
