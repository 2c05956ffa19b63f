"""The sheet a chart is drawn on: logical pixels from the top left corner, and the way to a small PNG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D
from PIL import Image

from renderers.charts.lettering import CAP_HALF, TEXT_PX, Weight
from renderers.charts.palette import BLANK, GRID, HATCH, INK, WHITE, WITHHELD
from renderers.charts.size import ChartSize
from renderers.charts.stamps import Lettering, stamp

PADDING_PX = 8  # white around the drawing, so that it stands on a dark page
_POINTS = 72  # a point is one logical px: font sizes and line widths need no conversion
_CSS_DPI = 96  # px an inch in print and mail, so that a scaled image has its logical size there
_COLOURS = 64
_FEW_COLOURS = 16
_LARGE_BYTES = 24_000

Align = Literal["left", "center", "right"]
_START: Mapping[Align, float] = MappingProxyType({"left": 0.0, "center": 0.5, "right": 1.0})
_Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What the caller chooses for a drawing: its size, its sharpness and the colour of the current figures."""

    size: ChartSize
    scale: int
    accent: str


class Sheet:
    """A matplotlib figure without axes, drawn on in logical px with y downwards.

    Axes with their ticks cost more than everything else on a chart, and place their texts where they like; here each
    artist is put where the layout measured it. Texts are no artists but stamps, put on top of them all.
    """

    def __init__(self, *, width: float, height: float, scale: int) -> None:
        self.width = width
        self.height = height
        self.texts: list[Lettering] = []
        self._scale = scale
        self._boxes: dict[float, list[tuple[_Corners, str]]] = {}
        self.figure = Figure(
            figsize=(width / _POINTS, height / _POINTS),
            dpi=_POINTS * scale,
            facecolor=WHITE,
            edgecolor=WHITE,
            linewidth=0,
        )
        self.figure.set_layout_engine("none")
        self._to_pixels = Affine2D().scale(scale, -scale).translate(0, height * scale)

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
        rendered = stamp(text, size=size, weight=weight, scale=self._scale)
        self.texts.append(
            Lettering(
                text=text,
                size=size,
                colour=colour,
                x=round(x * self._scale - _START[align] * rendered.width),
                y=round((y + CAP_HALF * size) * self._scale),
                stamp=rendered,
            )
        )

    def lines(self, segments: Sequence[Sequence[tuple[float, float]]], *, colour: str = GRID, width: float = 1) -> None:
        """Draw straight thin lines below everything else."""
        if segments:
            self._add(LineCollection(segments, colors=colour, linewidths=width, zorder=1, capstyle="butt"))

    def path(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        width: float,
        dash: tuple[float, ...] = (),
        layer: float = 4,
    ) -> None:
        """Draw a polyline."""
        xs, ys = zip(*points, strict=True)
        self._add(
            Line2D(
                xs,
                ys,
                color=colour,
                linewidth=width,
                # Line2D takes dash lengths as multiples of the width.
                linestyle=(0, [length / width for length in dash]) if dash else "-",
                solid_capstyle="round",
                solid_joinstyle="round",
                dash_capstyle="butt",
                zorder=layer,
            )
        )

    def marks(
        self,
        points: Sequence[tuple[float, float]],
        *,
        shape: str,
        size: float,
        fill: str,
        edge: str = WHITE,
        edge_width: float = 1,
        layer: float = 6,
    ) -> None:
        """Draw one marker a point; *shape* is a matplotlib marker, *size* its diameter."""
        if not points:
            return
        xs, ys = zip(*points, strict=True)
        self._add(
            Line2D(
                xs,
                ys,
                linestyle="none",
                marker=shape,
                markersize=size,
                markerfacecolor=fill,
                markeredgecolor=edge,
                markeredgewidth=edge_width,
                zorder=layer,
            )
        )

    def box(self, left: float, top: float, right: float, bottom: float, *, fill: str, layer: float = 3) -> None:
        """Fill a rectangle, its edges on whole pixels."""
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        self._boxes.setdefault(layer, []).append((corners, fill))

    def blank_box(self, left: float, top: float, right: float, bottom: float) -> None:
        """Fill a rectangle that holds no figure."""
        self.box(left, top, right, bottom, fill=BLANK)

    def withheld_box(self, left: float, top: float, right: float, bottom: float) -> None:
        """Fill a rectangle with the hatching that stands for "no figure"."""
        self.box(left, top, right, bottom, fill=WITHHELD)
        step, height = 5.0, bottom - top
        stripes = []
        start = left - height + step / 2
        while start < right:
            low = max(0.0, left - start)
            high = min(height, right - start)
            if low < high:
                stripes.append(((start + low, bottom - low), (start + high, bottom - high)))
            start += step
        if stripes:
            self._add(LineCollection(stripes, colors=HATCH, linewidths=0.6, zorder=3.5))

    def png(self) -> bytes:
        """Return the drawing as a PNG with a palette, and its resolution so that print keeps the logical size."""
        self._add_boxes()
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        # The sheet is opaque: its fourth byte is skipped, which costs less than to copy the other three together.
        pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        image = Image.frombytes("RGB", (pixels.shape[1], pixels.shape[0]), pixels, "raw", "RGBX")
        for text in self.texts:
            text.draw(image)
        dpi = _CSS_DPI * self.figure.dpi / _POINTS
        content = _encoded(image, colours=_COLOURS, dpi=dpi)
        # Only dense zigzags come here; their slopes need fewer shades to look the same.
        return content if len(content) <= _LARGE_BYTES else _encoded(image, colours=_FEW_COLOURS, dpi=dpi)

    def _add_boxes(self) -> None:
        """Add the boxes, one artist a layer: an artist each would cost five times as much."""
        for layer, boxes in self._boxes.items():
            corners, fills = zip(*boxes, strict=True)
            self._add(PolyCollection(corners, facecolors=fills, edgecolors="none", linewidths=0, zorder=layer))
        self._boxes.clear()

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self._to_pixels)
        self.figure.add_artist(artist)


def _encoded(image: Image.Image, *, colours: int, dpi: float) -> bytes:
    """Return *image* as a PNG of a palette of *colours*: a third of the size of one without.

    The octree takes a sixth of the time of the finer methods, and level 6 a tenth of that of level 9 for a tenth more.
    """
    reduced = image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # The octree misses pure white by one, which would show as a box on a white page. The corner is always ground.
    ground, palette = reduced.getpixel((0, 0)), reduced.getpalette()
    if isinstance(ground, int) and palette:
        palette[3 * ground : 3 * ground + 3] = (255, 255, 255)
        reduced.putpalette(palette)
    buffer = BytesIO()
    reduced.save(buffer, "PNG", compress_level=6, dpi=(dpi, dpi))
    return buffer.getvalue()
