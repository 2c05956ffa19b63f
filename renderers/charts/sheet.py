"""The sheet a chart is laid out on: a list of marks and texts in logical pixels from the top left corner."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

from renderers.charts.lettering import CAP_HALF, TEXT_PX, Weight
from renderers.charts.palette import BLANK, GRID, HATCH, INK, WHITE, WITHHELD
from renderers.charts.size import ChartSize
from renderers.charts.stamps import Lettering, stamp

PADDING_PX = 8  # white around the drawing, so that it stands on a dark page
POINTS = 72  # a point is one logical px: font sizes and line widths need no conversion
_CSS_DPI = 96  # px an inch in print and mail, so that a scaled image has its logical size there
_LINES_LAYER = 1
_HATCH_LAYER = 3.5

Align = Literal["left", "center", "right"]
_layer = attrgetter("layer")
_START: MappingProxyType[Align, float] = MappingProxyType({"left": 0.0, "center": 0.5, "right": 1.0})
Point = tuple[float, float]
Box = tuple[float, float, float, float, str]  # left, top, right, bottom and fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What the caller chooses for a drawing: its size, its sharpness and the colour of the current figures."""

    size: ChartSize
    scale: int
    accent: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """Filled rectangles of one layer, their edges on whole device px."""

    layer: float
    boxes: Sequence[Box]


@dataclass(frozen=True, slots=True)
class Lines:
    """Straight thin lines of one colour."""

    layer: float
    segments: tuple[tuple[Point, Point], ...]
    colour: str
    width: float


@dataclass(frozen=True, slots=True)
class Polyline:
    """A line through *points*; ``dash`` holds lengths in px, empty for a solid line."""

    layer: float
    points: tuple[Point, ...]
    colour: str
    width: float
    dash: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """One marker a point; ``shape`` is a matplotlib marker, ``size`` its diameter."""

    layer: float
    points: tuple[Point, ...]
    shape: str
    size: float
    fill: str
    edge: str
    edge_width: float


Stroke = Lines | Polyline | Marks
Shape = Boxes | Stroke


class Sheet:
    """What is drawn where. The layout puts it here once; a painter makes pixels of it.

    All lengths are logical px, y downwards. Texts stand above all shapes; they alone are placed in whole device px, so
    that one rendering of a text serves wherever it recurs.
    """

    def __init__(self, *, width: float, height: float, style: Style, base: "Sheet | None" = None) -> None:
        self.width = width
        self.height = height
        self.style = style
        self.scale = style.scale
        self.accent = style.accent
        self.base = base
        self.own_texts: list[Lettering] = []
        self._strokes: list[Stroke] = []
        self._boxes: dict[float, list[Box]] = defaultdict(list)

    def above(self) -> "Sheet":
        """Return an empty sheet that is drawn on this one.

        What many charts share is laid out once, as their base: the fast painter keeps its picture. It draws all of a
        base first, so that marks above must not belong below those of the base, nor touch its texts.
        """
        return Sheet(width=self.width, height=self.height, style=self.style, base=self)

    @property
    def dpi(self) -> int:
        """The resolution that gives the picture its logical size."""
        return _CSS_DPI * self.scale

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in whole device px."""
        return round(self.width * self.scale), round(self.height * self.scale)

    @property
    def texts(self) -> list[Lettering]:
        """All texts, those of the base first."""
        return self.base.texts + self.own_texts if self.base else self.own_texts

    def shapes(self) -> list[Shape]:
        """Return all shapes from the lowest layer to the highest; in one layer those of the base come first."""
        return sorted([*self.base.shapes(), *self.own_shapes()], key=_layer) if self.base else self.own_shapes()

    def own_shapes(self) -> list[Shape]:
        """Return the shapes that are not of the base, from the lowest layer to the highest; in one boxes come last."""
        found: list[Shape] = [*self._strokes]
        found += [Boxes(layer, boxes) for layer, boxes in self._boxes.items()]
        return sorted(found, key=_layer)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        align: Align = "left",
        size: float = TEXT_PX,
        weight: Weight = Weight.normal,
        colour: str = INK,
    ) -> None:
        """Write one printable line with its capitals centred on *y*, above everything that is drawn."""
        if not text:
            return
        rendered = stamp(text, size=size, weight=weight, scale=self.scale)
        left = round(x * self.scale - _START[align] * rendered.width)
        self.own_texts.append(Lettering(text, size, colour, left, round((y + CAP_HALF * size) * self.scale), rendered))

    def lines(self, segments: Sequence[tuple[Point, Point]], *, colour: str = GRID, width: float = 1) -> None:
        """Draw straight thin lines below everything else."""
        if segments:
            self._strokes.append(Lines(_LINES_LAYER, tuple(segments), colour, width))

    def path(
        self,
        points: Sequence[Point],
        *,
        colour: str,
        width: float,
        dash: tuple[float, ...] = (),
        layer: float = 4,
    ) -> None:
        """Draw a polyline."""
        self._strokes.append(Polyline(layer, tuple(points), colour, width, dash))

    def marks(
        self,
        points: Sequence[Point],
        *,
        shape: str,
        size: float,
        fill: str,
        edge: str = WHITE,
        edge_width: float = 1,
        layer: float = 6,
    ) -> None:
        """Draw one marker a point; *shape* is a matplotlib marker, *size* its diameter."""
        if points:
            self._strokes.append(Marks(layer, tuple(points), shape, size, fill, edge, edge_width))

    def box(self, left: float, top: float, right: float, bottom: float, *, fill: str, layer: float = 3) -> None:
        """Fill a rectangle, its edges on whole pixels."""
        self._boxes[layer].append((left, top, right, bottom, fill))

    def blank_box(self, left: float, top: float, right: float, bottom: float) -> None:
        """Fill a rectangle that holds no figure."""
        self.box(left, top, right, bottom, fill=BLANK)

    def withheld_box(self, left: float, top: float, right: float, bottom: float) -> None:
        """Fill a rectangle with the hatching that stands for "no figure"."""
        self.box(left, top, right, bottom, fill=WITHHELD)
        step, height = 5.0, bottom - top
        stripes: list[tuple[Point, Point]] = []
        start = left - height + step / 2
        while start < right:
            low = max(0.0, left - start)
            high = min(height, right - start)
            if low < high:
                stripes.append(((start + low, bottom - low), (start + high, bottom - high)))
            start += step
        if stripes:
            self._strokes.append(Lines(_HATCH_LAYER, tuple(stripes), HATCH, 0.6))
