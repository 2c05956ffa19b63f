"""Layouts with a name at the left of each row: horizontal bars and heat maps."""

from dataclasses import dataclass
from functools import lru_cache

from renderers.charts.lettering import LINE_PX, printable, widest, wrapped
from renderers.charts.palette import INK
from renderers.charts.sheet import PADDING_PX, Sheet

_NAME_SHARE = 0.36  # of the width, at most
NAME_GAP_PX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNames:
    """The names of all rows, each in one or two lines; ``left`` is where the plot begins."""

    lines: tuple[tuple[str, ...], ...]
    left: float

    @property
    def height(self) -> float:
        """Room that the highest name needs, logical px."""
        return LINE_PX * max((len(lines) for lines in self.lines), default=1)


@lru_cache(maxsize=1024)
def plan_row_names(names: tuple[str, ...], *, width: float, share: float = _NAME_SHARE) -> RowNames:
    """Wrap *names* so that they take at most *share* of *width* logical px."""
    lines = tuple(wrapped(printable(name), width=share * width) for name in names)
    taken = widest([line for pair in lines for line in pair])
    return RowNames(lines=lines, left=PADDING_PX + (taken + NAME_GAP_PX if taken else 0))


def draw_row_name(sheet: Sheet, names: RowNames, row: int, *, middle: float) -> None:
    """Write the name of *row*, flush with the plot, centred on *middle*."""
    lines = names.lines[row]
    for number, line in enumerate(lines):
        y = middle + LINE_PX * (number - (len(lines) - 1) / 2)
        sheet.text(names.left - NAME_GAP_PX, y, line, align="right", colour=INK)
