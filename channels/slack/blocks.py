"""Block Kit blocks: built within Slack's limits, cut to its budget, and freed of what would call people.

Names of branches and people come from outside. They are escaped where a block is built; what comes in ready-made is
disarmed once more before it goes out.

Source of the limits: docs.slack.dev/reference/block-kit/blocks and …/block-elements.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Block = dict[str, Any]

HEADER, SECTION, FIELD, FIELDS = 150, 3000, 2000, 10
BUTTON_TEXT, BUTTON_VALUE, ALT_TEXT = 75, 2000, 2000
BLOCKS = 50
# Slack refuses about 13,200 characters over all blocks with msg_blocks_too_long; nobody reads as many.
BUDGET = 10_000
FALLBACK = 3000
CHILD = "child"  # blocks whose block_id begins so are dropped first, the last one first

# "<!channel>", "<!here>", "<!everyone>", "<!subteam^…>" call people; "<!date^…>" only prints a time.
_CALL = re.compile(r"<!(?!date\^)")
_MORE_WORDS = {"nb": "+{count} til", "da": "+{count} flere", "en": "+{count} more"}


def escape(text: str) -> str:
    """Return *text* so that Slack shows it as it is.

    Source: docs.slack.dev/messaging/formatting-message-text: "&", "<" and ">" are the control characters.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, text: str) -> str:
    """Return a link for mrkdwn. A "|" or ">" in the address would end it."""
    return f"<{escape(url).replace('|', '%7C')}|{escape(text)}>"


def header(text: str) -> Block:
    """Return a heading of plain *text*."""
    return {"type": "header", "text": _plain(text, HEADER)}


def section(mrkdwn: str, *, block_id: str = "") -> Block:
    """Return a paragraph; its variable parts are escaped already. A *block_id* "child-3" makes it the first to go."""
    block: Block = {"type": "section", "text": _mrkdwn(mrkdwn, SECTION)}
    return {**block, "block_id": block_id} if block_id else block


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Return up to ten pairs of plain label and value in two columns; the rest is left out."""
    texts = (f"*{escape(label)}*\n{escape(value)}" for label, value in pairs[:FIELDS])
    return {"type": "section", "fields": [_mrkdwn(text, FIELD) for text in texts]}


def context(mrkdwn: str) -> Block:
    """Return a line in small print; its variable parts are escaped already."""
    return {"type": "context", "elements": [_mrkdwn(mrkdwn, SECTION)]}


def image(content_id: str, alt_text: str) -> Block:
    """Return the place of a picture that travels with the message under *content_id*."""
    return {"type": "image", "image_url": f"cid:{content_id}", "alt_text": cut(alt_text, ALT_TEXT) or "-"}


def divider() -> Block:
    """Return a line across."""
    return {"type": "divider"}


def actions(*elements: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def button(text: str, *, action: str, value: str = "", url: str = "", style: str = "") -> Block:
    """Return a button.

    Args:
        text: On it, plain.
        action: What the click is called when it comes back.
        value: What comes back with it.
        url: What it opens, empty for nothing.
        style: "primary", "danger" or empty.

    Raises:
        ValueError: *value* is too long to come back whole.
    """
    if len(value) > BUTTON_VALUE:
        raise ValueError(f"the value of a button has {len(value)} characters. Allowed: {BUTTON_VALUE}.")
    optional = {"value": value, "url": url, "style": style}
    return {
        "type": "button",
        "action_id": action,
        "text": _plain(text, BUTTON_TEXT),
        **{name: content for name, content in optional.items() if content},
    }


def menu(placeholder: str, *, action: str, options: Sequence[tuple[str, str]]) -> Block:
    """Return a menu of (text, value); a value has at most 150 characters."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": _plain(placeholder, HEADER),
        "options": [{"text": _plain(text, BUTTON_TEXT), "value": value} for text, value in options],
    }


def simple(subject: str, text: str) -> list[Block]:
    """Return blocks for a message that brings none: its subject and its text, paragraph by paragraph."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    pieces = [piece for paragraph in paragraphs for piece in _pieces(escape(paragraph).splitlines())]
    return [*([header(subject)] if subject.strip() else []), *map(section, pieces)]


def _pieces(lines: Sequence[str]) -> list[str]:
    """Return *lines* together, in as many pieces as sections need."""
    pieces = [lines[0]]
    for line in lines[1:]:
        if len(pieces[-1]) + 1 + len(line) > SECTION:
            pieces.append(line)
        else:
            pieces[-1] = f"{pieces[-1]}\n{line}"
    return pieces


def fallback(subject: str, text: str) -> str:
    """Return what notifications and screen readers say: subject and text, escaped."""
    parts = [subject.strip(), text.strip()]
    if text.strip().startswith(subject.strip()):
        parts.pop(0)
    return _close_cut(escape("\n".join(filter(None, parts))), FALLBACK)


def parse(blocks: str) -> list[Block]:
    """Return the blocks of their JSON.

    Raises:
        ValueError: It is no array of objects that have a type.
    """
    parsed = json.loads(blocks)
    if not isinstance(parsed, list) or not all(isinstance(block, dict) and "type" in block for block in parsed):
        raise ValueError("blocks are not a JSON array of objects with a type.")
    return parsed


def disarm(value: Any) -> Any:
    """Return blocks in which no text calls people and no bare name becomes a link or a mention.

    With ``verbatim`` Slack leaves "@here" and "#general" alone. Source: docs.slack.dev/reference/block-kit/
    composition-objects/text-object.
    """
    if isinstance(value, list):
        return [disarm(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    safe = {name: disarm(each) for name, each in value.items()}
    if safe.get("type") == "mrkdwn":
        return {**safe, "text": _CALL.sub("&lt;!", str(safe.get("text", ""))), "verbatim": True}
    return safe


def fit(blocks: Sequence[Block], *, language: str) -> list[Block]:
    """Return *blocks* within Slack's number and our budget: children go first, the last of them first.

    How many were dropped stands where the first of them stood.

    Raises:
        ValueError: They are too many or too long even without children.
    """
    children = [index for index, block in enumerate(blocks) if str(block.get("block_id", "")).startswith(f"{CHILD}-")]
    for dropped in range(len(children) + 1):
        kept = _without(blocks, children[len(children) - dropped :], language)
        if len(kept) <= BLOCKS and characters(kept) <= BUDGET:
            return kept
    raise ValueError(
        f"without its children the message has {len(kept)} blocks and {characters(kept)} characters. "
        f"Allowed: {BLOCKS} and {BUDGET}."
    )


def _without(blocks: Sequence[Block], dropped: Sequence[int], language: str) -> list[Block]:
    """Return *blocks* with a note of their number in place of those *dropped*."""
    if not dropped:
        return list(blocks)
    note = context(_MORE_WORDS.get(language, _MORE_WORDS["en"]).format(count=len(dropped)))
    kept = [note if index == dropped[0] else block for index, block in enumerate(blocks)]
    return [block for index, block in enumerate(kept) if index not in dropped[1:]]


def characters(value: Any) -> int:
    """Return how many characters people and Slack read in *value*: all texts, whatever they are in."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(map(characters, value))
    if isinstance(value, Mapping):
        return sum(characters(each) for name, each in value.items() if name != "type")
    return 0


def cut(text: str, longest: int) -> str:
    """Return plain *text* on at most *longest* characters."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _plain(text: str, longest: int) -> Block:
    """Return plain text, in which ":fire:" stays letters."""
    return {"type": "plain_text", "text": cut(" ".join(text.split()), longest) or "-", "emoji": False}


def _mrkdwn(text: str, longest: int) -> Block:
    return {"type": "mrkdwn", "text": _close_cut(text, longest) or "-", "verbatim": True}


def _close_cut(text: str, longest: int) -> str:
    """Cut escaped *text*, but never inside "&lt;" or a link."""
    if len(text) <= longest:
        return text
    short = text[: longest - 1]
    for opening, closing in (("&", ";"), ("<", ">")):
        start = short.rfind(opening)
        if start > short.rfind(closing):
            short = short[:start]
    return f"{short.rstrip()}…"
