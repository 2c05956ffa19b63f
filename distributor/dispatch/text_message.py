"""The text message of a pack, out of the lines of its summary."""

from collections.abc import Sequence

from channels.sms import fits, normalise

_CUT = "..."


def as_sentence(lines: Sequence[str]) -> str:
    """Return the whole summary on one line: "Medlemstall, Oslo, mai 2026: Medlemmer 1 284, Innmeldte 38"."""
    head, figures = lines[0], lines[1:]
    return f"{head}: {', '.join(figures)}" if figures else head


def text_message(lines: Sequence[str]) -> str:
    """Return as much of a summary as one text message holds.

    Figures are left out whole, the last first; what they are of stays, and is cut only where even that is too long.
    """
    for shown in range(len(lines), 0, -1):
        text = as_sentence(lines[:shown])
        if fits(text):
            return normalise(text)
    head = normalise(lines[0])
    while not fits(f"{head}{_CUT}"):
        head = head[:-1].rstrip()
    return f"{head}{_CUT}"
