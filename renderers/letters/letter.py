"""From an occasion to a letter: composed once, drawn as HTML and as text."""

from renderers.language import Formatter, formatter
from renderers.letters import approval, closed, held, missed, suppressed
from renderers.letters.html import draw_html
from renderers.letters.models import (
    AddressSuppressed,
    ApprovalAsked,
    Letter,
    Occasion,
    RunClosed,
    RunHeld,
    RunMissed,
)
from renderers.letters.sheet import Sheet
from renderers.letters.text import draw_text


def render_letter(letter: Occasion, language: str) -> Letter:
    """Write the letter in *language* ("nb", "da", "en").

    Args:
        letter: What happened. Names and sentences in it stand as they are, times are printed in its zone.
        language: The owner's.
    """
    sheet = _composed(letter, formatter(language))
    return Letter(subject=" ".join(sheet.subject.split()), text=draw_text(sheet), html=draw_html(sheet))


def _composed(letter: Occasion, words: Formatter) -> Sheet:
    match letter:
        case RunClosed():
            return closed.compose(letter, words)
        case RunHeld():
            return held.compose(letter, words)
        case ApprovalAsked():
            return approval.compose(letter, words)
        case AddressSuppressed():
            return suppressed.compose(letter, words)
        case RunMissed():
            return missed.compose(letter, words)
