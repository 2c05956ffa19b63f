"""Labels at the ends of lines: in the right margin where the line ends there, else beside its last point."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from renderers.charts.lettering import LINE_PX, Weight, text_width, widest

_POINT_GAP_PX = 7
_SAMPLE_PX = 4

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle in logical px, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Area") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, point: Point) -> bool:
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom

    def lies_in(self, other: "Area") -> bool:
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLabel:
    """What stands at the end of one line."""

    lines: tuple[str, ...]
    weight: Weight
    colour: str
    end: Point

    @property
    def height(self) -> float:
        return LINE_PX * len(self.lines)

    @property
    def width(self) -> float:
        return widest(self.lines, weight=self.weight)


def pushed_apart(centres: Sequence[float], heights: Sequence[float], *, top: float, bottom: float) -> list[float]:
    """Move labels of *heights* from their *centres* as little as needed so that none overlap, all within the bounds.

    Returns:
        New centres in the order of the input. If the labels do not fit they run over *bottom*.
    """
    order = sorted(range(len(centres)), key=lambda index: centres[index])
    tops = {index: centres[index] - heights[index] / 2 for index in order}
    # Down from the top, then back up from the bottom, then both shares of the shift are halved by pairs that touch.
    edge = top
    for index in order:
        tops[index] = max(tops[index], edge)
        edge = tops[index] + heights[index]
    edge = bottom
    for index in reversed(order):
        tops[index] = min(tops[index], edge - heights[index])
        edge = tops[index]
    shift = max(0.0, top - min(tops.values(), default=top))
    return [tops[index] + shift + heights[index] / 2 for index in range(len(centres))]


def place_beside(
    label: EndLabel, *, paths: Sequence[Sequence[Point]], taken: Sequence[Area], within: Area
) -> Area | None:
    """Find room for *label* near its point that no line and no other label crosses.

    Returns:
        The place, the best first: right of the point, above, below, to the left; None if all are taken.
    """
    x, y = label.end
    width, height, gap = label.width, label.height, _POINT_GAP_PX
    corners = (
        (x + gap, y - height / 2),
        (x + gap, y - height - 2),
        (x + gap, y + 2),
        (x - width / 2, y - height - gap),
        (x - width / 2, y + gap),
        (x - width - gap, y - height - 2),
        (x - width - gap, y + 2),
        (x - width - gap, y - height / 2),
    )
    around = Area(left=x - width - gap, top=y - height - gap, right=x + width + gap, bottom=y + height + gap)
    dots = [dot for path in paths for dot in sampled(path, within=around)]
    for left, top in corners:
        area = Area(left=left, top=top, right=left + width, bottom=top + height)
        if area.lies_in(within) and not any(area.overlaps(other) for other in taken) and not any(map(area.holds, dots)):
            return area
    return None


def sampled(path: Sequence[Point], *, within: Area) -> list[Point]:
    """Return points along *path*, a few px apart, to test whether it crosses an area; at least those *within* one."""
    left, top, right, bottom = within.left, within.top, within.right, within.bottom
    dots = list(path[:1])
    for (x0, y0), (x1, y1) in pairwise(path):
        if (x0 < left and x1 < left) or (x0 > right and x1 > right):
            continue
        if (y0 < top and y1 < top) or (y0 > bottom and y1 > bottom):
            continue
        steps = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) / _SAMPLE_PX))
        dots += [(x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps) for step in range(1, steps + 1)]
    return dots


def label_lines(name: str, value: str, *, limit: float, weight: Weight) -> tuple[str, ...]:
    """Return name and value in as few lines as fit *limit* px, names of several words in two lines.

    Nothing is elided: a word that is too wide makes a line wider than *limit*.
    """
    lines = [name]
    if text_width(name, weight=weight) > limit:
        words = name.split(" ")
        breaks = [(" ".join(words[:count]), " ".join(words[count:])) for count in range(1, len(words))]
        lines = list(min(breaks, key=lambda pair: widest(pair, weight=weight), default=(name,)))
    if not value:
        return tuple(lines)
    together = f"{lines[-1]}: {value}"
    if text_width(together, weight=weight) <= limit:
        return (*lines[:-1], together)
    return (*lines, value)
