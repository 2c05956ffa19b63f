"""A letter as blocks, before it is drawn: headings, sentences, facts, lists, commands."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How urgent the letter is: the colour of its first line, and a word for those who do not see it."""

    good = "good"
    watch = "watch"
    bad = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label with its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a list: what it is, and what more there is to know."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A line to type, and what it does."""

    does: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    text: str
    url: str


Block = Paragraph | Facts | Items | Commands | Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A card of the letter; the first has no heading."""

    blocks: tuple[Block, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole letter. ``kicker`` stands above the title, ``subtitle`` below; marks are banners under the head."""

    subject: str
    kicker: str
    title: str
    subtitle: str
    tone: Tone
    parts: tuple[Part, ...]
    footer: tuple[str, ...]
    accent: str
    language: str
    marks: tuple[str, ...] = ()
