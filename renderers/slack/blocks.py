"""Block Kit blocks within Slack's limits; every text in them is escaped here.

Source of the limits: docs.slack.dev/reference/block-kit/blocks.
"""

from collections.abc import Iterator, Sequence
from typing import Any

Block = dict[str, Any]

HEADER, SECTION, FIELD, FIELDS, ALT_TEXT = 150, 3000, 2000, 10, 2000


def escape(text: str) -> str:
    """Return *text* so that Slack shows it as it is, and calls nobody.

    Source: docs.slack.dev/messaging/formatting-message-text: "&", "<" and ">" are the control characters.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(text: str) -> str:
    """Return plain *text* escaped and bold; an asterisk of its own would end that."""
    return f"*{escape(text.replace('*', '∗'))}*"


def header(text: str) -> Block:
    """Return a heading of plain *text*."""
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text, HEADER), "emoji": False}}


def section(mrkdwn: str) -> Block:
    """Return a paragraph; its variable parts are escaped already."""
    return {"type": "section", "text": _mrkdwn(mrkdwn, SECTION)}


def fields(texts: Sequence[str]) -> Iterator[Block]:
    """Give sections of two columns with *texts* in them, escaped already, as many as it takes."""
    for start in range(0, len(texts), FIELDS):
        yield {"type": "section", "fields": [_mrkdwn(text, FIELD) for text in texts[start : start + FIELDS]]}


def context(mrkdwn: str) -> Block:
    """Return a line in small print; its variable parts are escaped already."""
    return {"type": "context", "elements": [_mrkdwn(mrkdwn, SECTION)]}


def image(content_id: str, alt_text: str) -> Block:
    """Return the place of a picture that travels with the message under *content_id*."""
    return {"type": "image", "image_url": f"cid:{content_id}", "alt_text": cut(alt_text, ALT_TEXT)}


def cut(text: str, longest: int) -> str:
    """Return plain *text* on at most *longest* characters."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _mrkdwn(text: str, longest: int) -> Block:
    """Return marked-up text in which no bare name becomes a mention; one that is cut never ends inside "&lt;"."""
    short = cut(text, longest)
    if short != text and short.rfind("&") > short.rfind(";"):
        short = f"{short[: short.rfind('&')].rstrip()}…"
    return {"type": "mrkdwn", "text": short, "verbatim": True}
