"""Galleys: the paragraphs of a part that was laid out, made ready for the texts of later ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from renderers.pdf.frozen.content import begin_text
from renderers.pdf.frozen.lines import Line, Typesetter
from renderers.pdf.frozen.looks import Type
from renderers.pdf.frozen.piece import Paragraph
from renderers.pdf.frozen.reasons import NotFrozenError, Reason

_IS_COMMON = attrgetter("is_common")


class Setting(NamedTuple):
    """Texts that were set: ink and place, and operand of TJ, of each on its lines.

    ``breaks`` says of each paragraph of several lines how many it has, and how many texts the first.
    """

    breaks: tuple[tuple[int, int, int], ...]
    places: list[str]
    shown: list[str]
    is_common: bool  # all of it is in the smaller fonts


class _Lone(NamedTuple):
    """A paragraph of one text: the ``number`` of that, and the right ``edge`` if it stands there."""

    number: int
    width: float
    edge: float | None
    paragraph: Paragraph


@dataclass(frozen=True, slots=True, eq=False)
class Galley:
    """Most texts take a line of their own, and most of these begin at the left edge: their ``places`` are known."""

    kinds: tuple[Type, ...]  # of the texts
    beginnings: tuple[str, ...]  # with their inks
    places: tuple[str, ...]
    lone: tuple[_Lone, ...]
    mixed: tuple[tuple[int, Paragraph], ...]  # those of several texts, by the number of the first

    def set(self, texts: Sequence[str], typesetter: Typesetter) -> Setting:
        """Set *texts*, one for each of the galley's own.

        Raises:
            NotFrozenError: As `Typesetter.set`, or white space would have to be collapsed.
        """
        runs = list(map(typesetter.shape, texts, self.kinds))
        places, shown = [*self.places], [run.show for run in runs]
        is_common = all(map(_IS_COMMON, runs))
        open_ones = [*self.mixed]
        for number, width, edge, paragraph in self.lone:
            run = runs[number]
            if not run.is_tidy:
                raise NotFrozenError(Reason.markup, f'white space in "{run.text}"')
            if run.width > width:
                open_ones.append((number, paragraph))
            elif edge is not None:
                places[number] = f"{self.beginnings[number]}{edge - run.width:.3f}"
        breaks = []
        # From the last to the first: those before a paragraph keep their numbers.
        for number, paragraph in sorted(open_ones, reverse=True):
            end = number + len(paragraph.kinds)
            lines = typesetter.set_checked(tuple(zip(texts[number:end], paragraph.kinds, strict=True)), paragraph.width)
            if len(lines) > 1:
                breaks.append((number, len(lines), len(lines[0].segments)))
            places[number:end] = self._places(number, paragraph, lines)
            shown[number:end] = [segment.run.show for line in lines for segment in line.segments]
        return Setting(tuple(breaks), places, shown, is_common)

    def _places(self, number: int, paragraph: Paragraph, lines: Sequence[Line]) -> list[str]:
        _, is_right, x, width = paragraph
        found, last = [], -1
        for line in lines:
            left = x + width - line.width if is_right else x
            for segment in line.segments:
                beginning = self.beginnings[number + segment.source] if segment.source != last else begin_text("")
                found.append(f"{beginning}{left + segment.x:.3f}")
                last = segment.source
        return found


def make_galley(paragraphs: Sequence[Paragraph], inks: Sequence[str]) -> Galley:
    """Return the galley of *paragraphs*, whose texts have these *inks*."""
    kinds = tuple(kind for paragraph in paragraphs for kind in paragraph.kinds)
    before = ("", *inks)
    beginnings = tuple(begin_text(ink if ink != last else "") for ink, last in zip(inks, before, strict=False))
    places, lone, mixed = list(beginnings), [], []
    number = 0
    for paragraph in paragraphs:
        if len(paragraph.kinds) == 1:
            edge = paragraph.x + paragraph.width if paragraph.is_right else None
            lone.append(_Lone(number, paragraph.width, edge, paragraph))
            places[number] += f"{paragraph.x:.3f}"
        else:
            mixed.append((number, paragraph))
        number += len(paragraph.kinds)
    return Galley(kinds, beginnings, tuple(places), tuple(lone), tuple(mixed))
