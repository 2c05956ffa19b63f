"""Several text messages to one person that become one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.message import Message
from channels.sms import TooLongForSmsError, Waiting, bundles, fits, join
from distributor.ledger.records import DeliveryRecord

SMS = "sms"

# How messages to one address become one, by channel; the first of them is the one that it goes out as.
Join = Callable[[Sequence[Message]], "Joined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A message, and for how many of those that were to be joined, from the first on, it stands."""

    message: Message
    number: int


def join_text_messages(messages: Sequence[Message], *, pages: str) -> Joined:
    """Join as many of *messages* as one text message holds.

    Args:
        messages: To one number, the first due first; each fits by itself.
        pages: How links begin that lead to a page of an incident, which lists the reader's other ones as well; "" for
            none. Where all have such a link, those that find no room are only counted.
    """
    first = messages[0]
    texts = [one.text for one in messages]
    if pages and all(pages in text for text in texts):
        try:
            return Joined(message=replace(first, text=join(texts, language=first.language)), number=len(messages))
        except TooLongForSmsError:
            return Joined(message=first, number=1)
    for number in range(len(messages), 1, -1):
        text = "\n".join(texts[:number])
        if fits(text):
            return Joined(message=replace(first, text=text), number=number)
    return Joined(message=first, number=1)


def together_at(delivery: DeliveryRecord, queued: Sequence[DeliveryRecord], *, window: timedelta) -> datetime | None:
    """Return when the group of *delivery* goes out: *window* after the first of it was queued; None for at once.

    Args:
        delivery: One of them.
        queued: What is queued for its recipient and was never tried.
        window: For how long the first waits for others.
    """
    waiting = [
        Waiting(key=one.key, number=one.address, text="", at=one.updated_at)
        for one in queued
        if one.channel == delivery.channel and not one.attempts and one.updated_at is not None
    ]
    for group in bundles(waiting, window=window):
        if any(one.key == delivery.key for one in group):
            return group[0].at + window
    return None
