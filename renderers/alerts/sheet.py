"""An alert message as lines, before it is drawn: what all outputs say, in the reader's language."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How urgent it is: a colour, beside the word that says the same."""

    good = "good"
    watch = "watch"
    bad = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An action: its name, what it says, its page, and what Slack sends back ("" where it only opens the page)."""

    action: str
    text: str
    url: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of several places: what, compared with what, since when, where from."""

    place: str
    what: str
    lines: tuple[str, ...]
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do first: the sentence, and the words and address of the runbook ("" where there is none)."""

    label: str
    text: str
    runbook: str
    url: str
    is_runbook: bool  # the sentence only says to follow it


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSheet:
    """A whole message.

    Attributes:
        kicker: The organisation.
        headline: Mark and title: the subject.
        title: What, where, how bad.
        figures: Compared with what, and since when. With the headline it stands alone on a lock screen.
        mark: The word for the severity, or for what has become of it.
        entries: Where it is about several places.
        more: "+7 til"; "" where all are shown.
        sure: Sentences on how sure it is, and on what was not looked at.
        drivers, mix, forecast: Sentences, "" and () where there is nothing to say.
        chart_title, chart_alt, chart_note: "" without a chart.
        people: Who is asked first, and the owner.
        provenance: Small print.
    """

    language: str
    kicker: str
    headline: str
    title: str
    figures: str
    mark: str
    tone: Tone
    entries: tuple[Entry, ...]
    more: str
    list_url: str
    sure: tuple[str, ...]
    drivers_label: str
    drivers: str
    mix: str
    forecast: tuple[str, ...]
    chart_title: str
    chart_alt: str
    chart_note: str
    step: Step | None
    people: tuple[str, ...]
    buttons: tuple[Button, ...]
    provenance: tuple[str, ...]
    accent: str
