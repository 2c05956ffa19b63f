"""Text → lines of a width.

A text that fits its line is shaped, and that is all. Where a longer one breaks is for WeasyPrint to say: it knows
Pango's rules, hyphenation, and what to do with a word that is wider than the line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from renderers.pdf.frozen.looks import Type
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.shaping import Run

Shape = Callable[[str, Type], Run]


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

    def __init__(self, shape: Shape, break_first_line: BreakFirstLine) -> None:
        self.shape = shape
        self._break_first_line = break_first_line
        self._broken = lru_cache(maxsize=2048)(self._break)

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
            part, rest = self._break_first_line(rest, kind, width=width - x, is_line_start=not segments)
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
