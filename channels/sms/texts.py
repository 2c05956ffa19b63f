"""One text message out of many parts, or out of many messages."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from channels.sms.gsm7 import fits, normalise

BUNDLE_WINDOW = timedelta(minutes=2)
_MORE = {"nb": "til", "da": "flere", "en": "more"}
_LONGEST = 160
# In this order; the place, what happened and the link are never dropped.
_DROPPED = ("drivers", "comparison", "reply", "since")


class TooLongForSmsError(ValueError):
    """Not even what may never be dropped fits into one segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an alert says in a text message; parts may be empty, and end without a full stop.

    Attributes:
        label: "MEMB CRIT".
        place: "Alta".
        what: "12 more leavers than expected".
        comparison: "(24 vs 12)".
        since: "since May".
        drivers: "Alta sykehus +7".
        reply: "Reply 1=ack"; only where the number takes replies.
        link: "https://r.example/a/9f3a3".
    """

    label: str
    place: str
    what: str
    comparison: str = ""
    since: str = ""
    drivers: str = ""
    reply: str = ""
    link: str = ""


def shorten(parts: Parts) -> str:
    """Return one segment with as many *parts* as fit.

    Dropped in order: drivers, comparison, the reply, since when; then the end of what happened. Place and link stay.

    Raises:
        TooLongForSmsError: Place and link alone are too long.
    """
    text = _sentence(parts)
    for name in _DROPPED:
        if fits(text):
            return normalise(text)
        parts = replace(parts, **{name: ""})
        text = _sentence(parts)
    if fits(text):
        return normalise(text)
    for length in range(min(len(parts.what), _LONGEST), -1, -1):
        text = _sentence(replace(parts, what=f"{parts.what[:length].rstrip()}..."))
        if fits(text):
            return normalise(text)
    raise TooLongForSmsError("the place and the link do not fit into one text message. Shorten the name or the link.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A text that waits for company: for whom, since when."""

    key: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime


def bundles(waiting: Sequence[Waiting], *, window: timedelta = BUNDLE_WINDOW) -> tuple[tuple[Waiting, ...], ...]:
    """Return the texts in groups for one number, each at most *window* younger than the first of its group.

    Groups and their texts are in the order of time.
    """
    groups: list[list[Waiting]] = []
    open_groups: dict[str, list[Waiting]] = {}
    for each in sorted(waiting, key=lambda one: (one.at, one.key)):
        group = open_groups.get(each.number)
        if group is None or each.at - group[0].at > window:
            group = open_groups[each.number] = []
            groups.append(group)
        group.append(each)
    return tuple(map(tuple, groups))


def join(texts: Sequence[str], *, link: str = "", language: str) -> str:
    """Return one segment: all *texts*, or the first ones and "+2 more: https://r.example/a".

    Without a *link* the first text is always there: the number alone would lead nowhere.

    Args:
        texts: Each fits by itself; the most important first.
        link: Where the others are read; empty where the first text leads there.
        language: "nb", "da" or "en".

    Raises:
        TooLongForSmsError: Not even the number of texts and the link, or the first text, fit.
    """
    whole = "\n".join(texts)
    if fits(whole):
        return normalise(whole)
    more = _MORE.get(language, _MORE["en"])
    least = 0 if link else 1
    for shown in range(len(texts) - 1, least - 1, -1):
        others = f"+{len(texts) - shown} {more}"
        text = "\n".join([*texts[:shown], f"{others}: {link}" if link else others])
        if fits(text):
            return normalise(text)
    what = "the link does" if link else "the first text and the number of the others do"
    raise TooLongForSmsError(f"{what} not fit into one text message. Shorten it.")


def _sentence(parts: Parts) -> str:
    since = f", {parts.since}" if parts.since else ""
    head = f"{parts.label} {parts.place}: {parts.what}".strip()
    said = " ".join(filter(None, (head, parts.comparison)))
    return " ".join(
        filter(
            None,
            (
                _stopped(f"{said}{since}"),
                _stopped(parts.drivers),
                _stopped(parts.reply),
                parts.link,
            ),
        )
    )


def _stopped(text: str) -> str:
    return f"{text}." if text and not text.endswith((".", "!", "?")) else text
