"""Text → lines of a width.

A text that fits its line is shaped, and that is all. A longer one that consists of plain words breaks between the last
that fits and the next. Where any other breaks is for WeasyPrint to say: it knows Pango's rules, hyphenation, and what
to do with a word that is wider than the line.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from renderers.pdf.frozen.looks import Type
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.shaping import Run, is_tidy

Shape = Callable[[str, Type], Run]

# Words that a line may end before and behind, but nowhere within: letters and figures with points and commas among
# them, signed or in parentheses, and dashes that stand alone. Source: UAX #14.
_UNBROKEN = re.compile(r"\(?[+−]?\w([\w.,:;\u00a0\u202f]*[\w\u00a0\u202f])?%?\)?[.,:;]?|–")


class BreakFirstLine(Protocol):
    """Returns what of a text goes on one line, and the rest."""

    def __call__(self, text: str, kind: Type, *, width: float, is_line_start: bool) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a line in one type; ``source`` counts the texts of the paragraph."""

    x: float
    run: Run
    source: int


@dataclass(frozen=True, slots=True)
class Line:
    segments: tuple[Segment, ...]
    width: float


class Typesetter:
    """Sets paragraphs, and remembers them: most texts return in the next pack."""

    def __init__(self, shape: Shape, shape_word: Shape, break_first_line: BreakFirstLine) -> None:
        self.shape = shape
        self._shape_word = shape_word
        self._break_first_line = break_first_line
        self._broken = lru_cache(maxsize=2048)(self._break)
        self.set_checked = lru_cache(maxsize=2048)(self._set_checked)

    def set(self, texts: tuple[tuple[str, Type], ...], width: float) -> tuple[Line, ...]:
        """Return the lines of a paragraph of *width*.

        Raises:
            NotFrozenError: A glyph is missing, or a text before the last one does not fit the first line.
        """
        if len(texts) == 1:
            run = self.shape(*texts[0])
            if run.width <= width:
                return (Line((Segment(0.0, run, 0),), run.width),)
        return self._broken(texts, width)

    def _set_checked(self, texts: tuple[tuple[str, Type], ...], width: float) -> tuple[Line, ...]:
        """Check the white space of a paragraph, and set it."""
        check_space([text for text, _ in texts])
        return self._break(texts, width)

    def _break(self, texts: tuple[tuple[str, Type], ...], width: float) -> tuple[Line, ...]:
        *firsts, (text, kind) = texts
        segments, x = [], 0.0
        for number, first in enumerate(firsts):
            run = self.shape(*first)
            segments.append(Segment(x, run, number))
            x += run.width
        if x > width:
            raise NotFrozenError(Reason.line, f'"{text}" follows a full line')
        run = self.shape(text, kind)
        if x + run.width <= width:
            return (Line((*segments, Segment(x, run, len(firsts))), x + run.width),)
        lines, rest = [], text
        while rest:
            part, rest = self._between_words(rest, kind, width - x) or self._break_first_line(
                rest, kind, width=width - x, is_line_start=not segments
            )
            run = self.shape(part.rstrip(" "), kind)
            if segments and (x + run.width > width or not run.text):
                # Not even its first word goes behind the others.
                if not text.startswith(" "):
                    raise NotFrozenError(Reason.line, f'"{text}" hangs on the word before it')
                lines.append(Line(tuple(segments), x))
                rest = text
            else:
                lines.append(Line((*segments, Segment(x, run, len(firsts))), x + run.width))
            segments, x, rest = [], 0.0, rest.lstrip(" ")
        return tuple(lines)

    def _between_words(self, text: str, kind: Type, width: float) -> tuple[str, str] | None:
        """Return the words of *text* that fit *width*, and the rest, or None if it may break elsewhere too.

        That is for the two words to say between which the line would end: lines are filled.
        """
        if kind.hyphenates:
            return None
        space, end, x, last = self._shape_word(" ", kind).width, 0, 0.0, ""
        for word in text.split(" "):
            x += self._shape_word(word, kind).width
            if x > width:
                is_plain = _UNBROKEN.fullmatch(word) and (_UNBROKEN.fullmatch(last) or not last)
                return (text[: end - 1], text[end:]) if end and is_plain else None
            x += space
            end += len(word) + 1
            last = word
        return text, ""


def check_space(texts: Sequence[str]) -> None:
    """Check the white space of a paragraph.

    Raises:
        NotFrozenError: Some of it would have to be collapsed, or a text begins behind a space.
    """
    whole = "".join(texts)
    if not is_tidy(whole) or not all(text.strip() for text in texts):
        raise NotFrozenError(Reason.markup, f'white space in "{whole}"')
    if any(text.endswith(" ") for text in texts):
        raise NotFrozenError(Reason.line, f'a text that begins behind a space in "{whole}"')
