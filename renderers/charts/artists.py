"""The full way from a sheet to a PNG: matplotlib draws its own artists, Pillow finds a palette for the picture.

This is the reference; the fast way (`canvas.py`) must give the same picture.
"""

from io import BytesIO

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D
from PIL import Image

from renderers.charts.palette import WHITE
from renderers.charts.sheet import POINTS, Boxes, Lines, Marks, Polyline, Shape, Sheet

_COLOURS = 64
_FEW_COLOURS = 16
LARGE_BYTES = 24_000


def paint_with_artists(sheet: Sheet) -> bytes:
    """Return *sheet* as a PNG with a palette, and its resolution so that print keeps the logical size."""
    picture = draw_artists(sheet)
    content = _encoded(picture, colours=_COLOURS, dpi=sheet.dpi)
    # Only dense zigzags come here; their slopes need fewer shades to look the same.
    return content if len(content) <= LARGE_BYTES else _encoded(picture, colours=_FEW_COLOURS, dpi=sheet.dpi)


def draw_artists(sheet: Sheet) -> Image.Image:
    """Draw *sheet* in full colour.

    The figure has no axes: with their ticks they cost more than everything else on a chart, and place their texts where
    they like.
    """
    width, height = sheet.pixels
    dpi = POINTS * sheet.scale
    figure = Figure(
        # A figure is as many whole px as its inches hold: a little more than needed, so that none is rounded away.
        figsize=((width + 0.1) / dpi, (height + 0.1) / dpi),
        dpi=dpi,
        facecolor=WHITE,
        edgecolor=WHITE,
        linewidth=0,
    )
    figure.set_layout_engine("none")
    to_pixels = Affine2D().scale(sheet.scale, -sheet.scale).translate(0, height)
    for shape in sheet.shapes():
        artist = _artist(shape)
        artist.set_transform(to_pixels)
        figure.add_artist(artist)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    # The sheet is opaque: its fourth byte is skipped, which costs less than to copy the other three together.
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    image = Image.frombytes("RGB", (pixels.shape[1], pixels.shape[0]), pixels, "raw", "RGBX")
    for text in sheet.texts:
        text.draw(image)
    return image


def _artist(shape: Shape) -> Artist:
    match shape:
        case Boxes():
            # One artist a layer: an artist each would cost five times as much.
            corners = [
                ((left, top), (right, top), (right, bottom), (left, bottom))
                for left, top, right, bottom, _ in shape.boxes
            ]
            fills = [fill for *_, fill in shape.boxes]
            return PolyCollection(corners, facecolors=fills, edgecolors="none", linewidths=0, zorder=shape.layer)
        case Lines():
            return LineCollection(
                shape.segments, colors=shape.colour, linewidths=shape.width, zorder=shape.layer, capstyle="butt"
            )
        case Polyline():
            xs, ys = zip(*shape.points, strict=True)
            return Line2D(
                xs,
                ys,
                color=shape.colour,
                linewidth=shape.width,
                # Line2D takes dash lengths as multiples of the width.
                linestyle=(0, [length / shape.width for length in shape.dash]) if shape.dash else "-",
                solid_capstyle="round",
                solid_joinstyle="round",
                dash_capstyle="butt",
                zorder=shape.layer,
            )
        case Marks():
            xs, ys = zip(*shape.points, strict=True)
            return Line2D(
                xs,
                ys,
                linestyle="none",
                marker=shape.shape,
                markersize=shape.size,
                markerfacecolor=shape.fill,
                markeredgecolor=shape.edge,
                markeredgewidth=shape.edge_width,
                zorder=shape.layer,
            )


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
