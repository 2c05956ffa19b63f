"""What stands in the margins of pages."""

from collections.abc import Mapping
from functools import lru_cache

from renderers.pdf.frozen.content import begin_text, ink
from renderers.pdf.frozen.forms import Form, make_form
from renderers.pdf.frozen.galley import Setting
from renderers.pdf.frozen.lines import Line, Typesetter
from renderers.pdf.frozen.looks import Across, MarginText, Upright
from renderers.pdf.frozen.objects import short
from renderers.pdf.frozen.pages import Page
from renderers.pdf.frozen.piece import Area, Node, Piece, PlacedText
from renderers.pdf.frozen.plate import Placed, Plate, Strip, make_plate
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.shaping import EMPTY_RUN

_MOST_LINES = 2


class Margins:
    """Sets the lines in the margins, and remembers them: most return on the next page, or in the next pack."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._plates = lru_cache(maxsize=256)(self._set)
        self._form = lru_cache(maxsize=256)(_lay_line)

    def fill(self, pages: list[Page], strings: Mapping[str, str]) -> None:
        """Set the lines in the margins of all pages.

        Raises:
            NotFrozenError: A text is not known, or does not fit.
        """
        words = {**strings, "pages": str(len(pages))}
        for number, page in enumerate(pages, start=1):
            words["page"] = str(number)
            for look in page.look.margin_texts:
                page.margins += [Placed(plate=plate, y=0.0) for plate in self._plates(look, _text(look, words))]

    def _set(self, look: MarginText, text: str) -> tuple[Plate, ...]:
        """Return one margin line by line."""
        lines = self._typesetter.set(((text, look.type),), look.width) if text else ()
        if len(lines) > _MOST_LINES:
            raise NotFrozenError(Reason.line, f'"{text}" is too long for the margin of the page')
        if not lines:
            return (self._form(look, 0, 0).filled(Setting((), [], [], True), ()),)
        return tuple(
            self._form(look, number, len(lines)).filled(_setting(look, line), ()) for number, line in enumerate(lines)
        )


def _setting(look: MarginText, line: Line) -> Setting:
    (segment,) = line.segments
    x = look.x if look.across is Across.left else look.x + look.width - line.width
    return Setting((), [f"{begin_text(ink(look.type.colour))}{short(x)}"], [segment.run.show], segment.run.is_common)


def _lay_line(look: MarginText, number: int, count: int) -> Form:
    """Lay out one of *count* lines: each is an element of its own, and the first brings the rule."""
    piece, node = Piece(), Node("NonStruct")
    if look.rule is not None and number == 0:
        piece.areas.append(Area(*look.rule, look.rule_colour, frame=look.frame))
    if count:
        # Lines above the last one, or below the first one: where the style holds the text.
        first = 0 if look.upright is Upright.top else 1 - count
        y = look.baseline_y + (first + number) * look.type.line_height
        piece.texts.append(PlacedText(look.x, y, EMPTY_RUN, look.type, node.add("Span")))
    return make_form(piece, Strip(plate=make_plate(piece, node), height=0.0))


def _text(look: MarginText, words: Mapping[str, str]) -> str:
    try:
        text = "".join([word.value if word.kind == "text" else words[word.value] for word in look.words])
    except KeyError as unset:
        raise NotFrozenError(Reason.style, f"the string {unset} in the margin of the page") from unset
    if text != text.strip(" "):
        raise NotFrozenError(Reason.markup, f'white space in "{text}"')
    return text
