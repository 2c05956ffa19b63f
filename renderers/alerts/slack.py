"""An alert message as Slack's Block Kit, in JSON.

Two conventions bind this module and the channel: a block whose ``block_id`` begins with "child-" may be dropped where
the message is too long, the last one first; and an image whose address is "cid:…" stands for the picture that travels
with the message under that content id.

Names come from outside: each is escaped where a block is built, so that "<!channel>" stays text.

Source of the limits: docs.slack.dev/reference/block-kit/blocks and …/block-elements.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from renderers.alerts.compose import ACKNOWLEDGE, SNOOZE, compose
from renderers.alerts.models import Notice
from renderers.alerts.sheet import AlertSheet, Button, Entry
from renderers.language import Formatter, formatter

CHILD = "child"
CHART_ID = "alert-chart"
BUTTON_VALUE, OPTION_VALUE = 2000, 150
_HEADER, _SECTION, _ALT_TEXT, _URL = 150, 3000, 2000, 3000
_PART = 900  # characters of one escaped sentence or name: none is as long, unless somebody made it so
_LINK = 1000
# What a choice in the menu sends back, before ":" and the token, with its phrase.
SNOOZES = (("next_data", "snooze_next_data"), ("7d", "snooze_seven_days"), ("resolved", "snooze_resolved"))

Block = dict[str, Any]


def render_slack(notice: Notice, language: str) -> str:
    """Return the blocks of *notice*, a JSON array."""
    words = formatter(language)
    return json.dumps(draw_blocks(compose(notice, words), words), ensure_ascii=False, indent=1)


def draw_blocks(sheet: AlertSheet, words: Formatter) -> list[Block]:
    return [block for part in _parts(sheet, words) for block in part]


def _parts(sheet: AlertSheet, words: Formatter) -> Iterator[Sequence[Block]]:
    yield [{"type": "header", "text": _plain(sheet.headline, _HEADER)}]
    yield _sections(_escaped(sheet.figures))
    yield [_child(number, entry) for number, entry in enumerate(sheet.entries, start=1)]
    if sheet.more:
        yield [_context([_linked(sheet.more, sheet.list_url)])]
    if sheet.sure:
        yield [_context(map(_escaped, sheet.sure))]
    drivers = f"*{_escaped(sheet.drivers_label)}:* {_escaped(sheet.drivers)}" if sheet.drivers else ""
    yield _sections(drivers, _escaped(sheet.mix), *map(_escaped, sheet.forecast))
    if sheet.chart_title:
        alt = _cut(sheet.chart_alt, _ALT_TEXT)
        yield [
            {
                "type": "image",
                "image_url": f"cid:{CHART_ID}",
                "alt_text": alt,
                "title": _plain(sheet.chart_title, _ALT_TEXT),
            }
        ]
    yield _sections(_step(sheet), *map(_escaped, sheet.people))
    if sheet.buttons:
        yield [{"type": "actions", "elements": [_element(button, words) for button in sheet.buttons]}]
    yield [_context(map(_escaped, sheet.provenance), " · ")]


def _child(number: int, entry: Entry) -> Block:
    lines = [f"*{_escaped(entry.place)}*: {_escaped(entry.what)}", *map(_escaped, entry.lines)]
    block: Block = {"type": "section", "block_id": f"{CHILD}-{number}", "text": _mrkdwn(lines, "\n")}
    if entry.buttons:
        block["accessory"] = _button(entry.buttons[0])
    return block


def _step(sheet: AlertSheet) -> str:
    if sheet.step is None:
        return ""
    if not sheet.step.url:
        return f"*{_escaped(sheet.step.label)}:* {_escaped(sheet.step.text)}"
    if sheet.step.is_runbook:
        return f"*{_escaped(sheet.step.label)}:* {_linked(sheet.step.text, sheet.step.url)}"
    return (
        f"*{_escaped(sheet.step.label)}:* {_escaped(sheet.step.text)} ({_linked(sheet.step.runbook, sheet.step.url)})"
    )


def _element(button: Button, words: Formatter) -> Block:
    if button.action == SNOOZE and button.token and len(f"next_data:{button.token}") <= OPTION_VALUE:
        options = [
            {"text": _plain(words.word(phrase), 75), "value": f"{choice}:{button.token}"} for choice, phrase in SNOOZES
        ]
        return {
            "type": "static_select",
            "action_id": SNOOZE,
            "placeholder": _plain(button.text, 150),
            "options": options,
        }
    return _button(button)


def _button(button: Button) -> Block:
    """Return a button that sends its token back, or opens its page where there is none."""
    block: Block = {"type": "button", "action_id": button.action, "text": _plain(button.text, 75)}
    if button.token and button.action != SNOOZE:
        if len(button.token) > BUTTON_VALUE:
            raise ValueError(f"the token of a button has {len(button.token)} characters. Allowed: {BUTTON_VALUE}.")
        block["value"] = button.token
    elif len(button.url) <= _URL:
        block["url"] = button.url
    if button.action == ACKNOWLEDGE:
        block["style"] = "primary"
    return block


def _sections(*lines: str) -> list[Block]:
    """Return one paragraph of *lines*, escaped already; none without any."""
    said = [line for line in lines if line]
    return [{"type": "section", "text": _mrkdwn(said, "\n")}] if said else []


def _context(pieces: Iterable[str], separator: str = " ") -> Block:
    return {"type": "context", "elements": [_mrkdwn(pieces, separator)]}


def _mrkdwn(pieces: Iterable[str], separator: str) -> Block:
    """Return a paragraph of *pieces*, escaped already, as many as Slack takes."""
    first, *others = pieces
    text = first
    for piece in others:
        if len(text) + len(separator) + len(piece) > _SECTION:
            break
        text = f"{text}{separator}{piece}"
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str, longest: int) -> Block:
    return {"type": "plain_text", "text": _cut(" ".join(text.split()), longest), "emoji": False}


def _linked(text: str, url: str) -> str:
    """Return a link; a "|" or ">" in the address would end it."""
    address = _as_text(url).replace("|", "%7C")
    return f"<{address}|{_escaped(text)}>" if 0 < len(address) <= _LINK else _escaped(text)


def _escaped(text: str) -> str:
    """Return *text* so that Slack shows it as it is, cut where it is too long, but never inside "&lt;".

    Source: docs.slack.dev/messaging/formatting-message-text: "&", "<" and ">" are the control characters.
    """
    whole = _as_text(text)
    if len(whole) <= _PART:
        return whole
    lengths = accumulate(len(_as_text(sign)) for sign in text)
    return f"{_as_text(text[: bisect_right(list(lengths), _PART - 1)].rstrip())}…"


def _as_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
