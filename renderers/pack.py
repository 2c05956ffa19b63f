"""A pack: all that one branch's report says, ready to be drawn in any format."""

from dataclasses import dataclass, field
from enum import StrEnum

from renderers.sections.models import Section


class Format(StrEnum):
    """Formats that a spec may ask for."""

    html = "html"
    pdf = "pdf"
    xlsx = "xlsx"
    summary = "summary"  # for Slack and text messages


# Those that are files of their own, which a mail can carry.
FILE_FORMATS = (Format.html, Format.pdf, Format.xlsx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A metric's name and what it means, in the reader's language."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Where the figures come from: definitions, period, source times, snapshot and run."""

    period: str
    definitions: tuple[Definition, ...]
    sources: tuple[str, ...]  # one printed line a dataset: "Medlemskap: 61 234 rader, lest 1. juni 2026"
    snapshot_id: str
    run_id: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One branch's pack in one language. Every text in it is printed as it stands."""

    report: str
    organisation: str
    branch_id: str
    branch_name: str
    title: str
    period: str  # "mai 2026"
    language: str
    sections: tuple[Section, ...]
    about: About
    notices: tuple[str, ...] = ()  # banners: "Tallene er foreløpige"
    accent: str = "#0b5c8a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of a pack. Images carry the content id by which the HTML names them."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
