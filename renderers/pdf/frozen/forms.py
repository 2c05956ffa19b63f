"""Parts that were laid out, without their texts: later parts of the same shape are set in their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from renderers.pdf.frozen.content import PIECES, areas_of
from renderers.pdf.frozen.galley import Setting
from renderers.pdf.frozen.piece import Heading, Piece
from renderers.pdf.frozen.plate import Plate, Strip
from renderers.pdf.frozen.structure import Elements

Columns = tuple[tuple[float, float], ...]  # left edge and width of each


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """A strip with slots for its texts: all parts fit it whose paragraphs break into the same lines.

    ``content`` is as the strip's own; ``areas`` is its first piece, with slots for the ``columns`` that areas fill, and
    ``titles`` are the places of the headings' titles among the texts. The rest is as in `Strip`.
    """

    content: list[str]
    areas: str
    elements: Elements
    height: float
    before: float
    after: float
    holds_next: bool
    cuttable: bool
    columns: tuple[int, ...]
    headings: tuple[Heading, ...]
    titles: tuple[int, ...]

    def filled(
        self, setting: Setting, texts: Sequence[str], *, alts: tuple[str, ...] = (), columns: Columns = ()
    ) -> Plate:
        """Return the plate of other texts; *columns* are those of their table."""
        content, end = self.content.copy(), PIECES * len(setting.shown)
        content[3:end:PIECES] = setting.places
        content[5:end:PIECES] = setting.shown
        if self.columns:
            content[0] = self.areas % tuple(chain.from_iterable([columns[column] for column in self.columns]))
        headings: tuple[Heading, ...] = ()
        if self.titles:
            headings = tuple(
                Heading(one.level, texts[title], one.x, one.y, one.paragraph)
                for one, title in zip(self.headings, self.titles, strict=True)
            )
        return Plate(
            content=content,
            elements=self.elements,
            headings=headings,
            is_common=setting.is_common,
            alts=alts,
        )


def make_form(piece: Piece, strip: Strip) -> Form:
    """Return the form of a strip, which was made of *piece*."""
    firsts = [0, *accumulate(len(paragraph.kinds) for paragraph in piece.paragraphs)]
    return Form(
        content=strip.plate.content,
        areas=areas_of(piece),
        elements=strip.plate.elements,
        height=strip.height,
        before=strip.before,
        after=strip.after,
        holds_next=strip.holds_next,
        cuttable=strip.cuttable,
        columns=tuple(area.column for area in piece.areas if area.column >= 0),
        headings=strip.plate.headings,
        titles=tuple(firsts[heading.paragraph] for heading in strip.plate.headings),
    )


def are_equal(one: Plate, other: Plate) -> bool:
    """Return whether two plates of one form say and show the same."""
    return (one.content, one.headings, one.is_common, one.alts) == (
        other.content, other.headings, other.is_common, other.alts,
    )  # fmt: skip
