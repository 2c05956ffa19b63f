"""The fast painter shows what matplotlib's artists show."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from renderers.charts import PHONE, ChartSize, draw_chart, draw_chart_fast
from renderers.charts.artists import draw_artists
from renderers.charts.canvas import FastPainter
from renderers.charts.drawing import draw_sheet
from renderers.charts.inks import inks
from renderers.charts.proof import distance
from renderers.charts.sheet import Sheet, Style
from renderers.charts.spec import ChartSpec, Series

ACCENT = "#0b5c8a"
STYLE = Style(size=PHONE, scale=2, accent=ACCENT)


def _pixels(png: bytes | None) -> np.ndarray:
    assert png is not None
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(int)


@pytest.mark.parametrize("accent", [ACCENT, "#e8b000", "#aa2255"])
@pytest.mark.parametrize(
    "size", [PHONE, ChartSize(width_px=640, height_px=260)], ids=lambda size: f"{size.width_px} px"
)
def test_fast_picture_looks_like_the_full_one(hard_spec: ChartSpec, size: ChartSize, accent: str) -> None:
    """On the charts that are hard to lay out, the two pictures cannot be told apart."""
    sheet = draw_sheet(hard_spec, size=size, scale=2, accent=accent)
    fast = FastPainter().paint(sheet)

    apart = distance(draw_artists(sheet), fast) if fast else None
    assert fast is None or (apart is not None and apart.is_close)


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_marks_and_texts_stand_on_the_same_pixels(hard_spec: ChartSpec, scale: int) -> None:
    """Before any palette, no pixel is off by more than its nearest ink explains, at every sharpness."""
    sheet = draw_sheet(hard_spec, size=PHONE, scale=scale, accent=ACCENT)
    fast = FastPainter().paint(sheet)

    if fast is None:
        pytest.skip("painted the full way for its size")
    off = np.abs(np.asarray(draw_artists(sheet)).astype(int) - _pixels(fast))
    # A mark or a letter one pixel aside would be off by a hundred levels and more.
    assert off.max() <= 80
    assert off.mean() <= 0.6


def test_shapes_alone_are_drawn_to_the_level() -> None:
    """Boxes and lines on whole pixels have the very colours and edges that Agg gives them."""
    sheet = Sheet(width=240, height=160, style=STYLE)
    sheet.box(10.2, 20.7, 55.55, 90.1, fill=ACCENT)
    sheet.box(30, 50, 80.26, 70.24, fill="#e69f00", layer=4)
    sheet.lines([((5, 33.3), (200, 33.3)), ((120.4, 10), (120.4, 140.6))])

    assert np.array_equal(np.asarray(draw_artists(sheet)), _pixels(FastPainter().paint(sheet)))


def test_text_over_two_grounds_is_blended_with_both() -> None:
    """A text that reaches over the edge of a box is inked over box and paper."""
    sheet = Sheet(width=240, height=160, style=STYLE)
    sheet.box(0, 0, 60, 160, fill=ACCENT)
    sheet.text(30, 80, "Medlemmer i alt", colour="#1f2933")

    off = np.abs(np.asarray(draw_artists(sheet)).astype(int) - _pixels(FastPainter().paint(sheet)))
    assert off.max() <= 48
    assert off.mean() <= 0.3


def test_what_stands_outside_the_sheet_is_cut() -> None:
    """Texts, boxes and strokes over the edge leave no trace in the next drawing."""
    painter = FastPainter()
    large = Sheet(width=300, height=200, style=STYLE)
    before = painter.paint(large)
    sheet = Sheet(width=240, height=160, style=STYLE)
    sheet.text(-20, 2, "utenfor")
    sheet.text(230, 158, "utenfor")
    sheet.text(500, 500, "utenfor")
    sheet.box(-20, -20, 400, 4, fill=ACCENT)
    sheet.path([(-50, 30), (300, 170)], colour=ACCENT, width=3)
    sheet.marks([(239, 159), (400, 400)], shape="o", size=12, fill=ACCENT)

    off = np.abs(np.asarray(draw_artists(sheet)).astype(int) - _pixels(painter.paint(sheet)))
    assert off.max() <= 48
    large.path([(0, 0), (300, 200)], colour=ACCENT, width=1)
    assert before == painter.paint(Sheet(width=300, height=200, style=STYLE))
    assert FastPainter().paint(large) == painter.paint(large)


def test_sheet_above_a_base_looks_like_one_sheet() -> None:
    """Marks above a base are drawn over its lines, and its zero line over them, as if all were on one sheet."""
    base = Sheet(width=240, height=160, style=STYLE)
    base.lines([((20, 40), (230, 40))])
    base.text(5, 150, "jan")
    sheet = base.above()
    sheet.box(40, 20, 60, 140, fill=ACCENT)
    sheet.path([(20, 130), (230, 30)], colour="#6f7c8a", width=1.75, layer=4)
    sheet.text(50, 10, "12", align="center")

    assert ["jan", "12"] == [text.text for text in sheet.texts]
    off = np.abs(np.asarray(draw_artists(sheet)).astype(int) - _pixels(FastPainter().paint(sheet)))
    assert off.max() <= 48


def test_sheets_on_one_base_leave_no_trace_on_each_other() -> None:
    """What is drawn above a base is not on the next sheet above it, nor on one of another size."""
    painter = FastPainter()
    base = Sheet(width=240, height=160, style=STYLE)
    base.text(5, 150, "jan")
    one, other = base.above(), base.above()
    one.box(40, 20, 60, 140, fill=ACCENT)
    one.path([(20, 130), (230, 30)], colour=ACCENT, width=3)
    one.text(100, 80, "12 345")
    blank = FastPainter().paint(other)

    painter.paint(one)
    assert blank == painter.paint(other)
    painter.paint(one)
    small = Sheet(width=241, height=100, style=STYLE)
    assert FastPainter().paint(small) == painter.paint(small)


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("shape", ["o", "D"])
def test_marker_stands_on_the_pixels_of_its_artist(shape: str, scale: int) -> None:
    """A marker between two pixels, on one ground, over an edge or over the end of the sheet, is where Agg puts it."""
    sheet = Sheet(width=240, height=160, style=Style(size=PHONE, scale=scale, accent=ACCENT))
    sheet.box(100, 0, 160, 160, fill=ACCENT)
    points = [(10.1 + 23.37 * n, 12.2 + 17.71 * (n % 8)) for n in range(10)]
    sheet.marks([*points, (1, 1), (239.5, 159.5), (-90, -90)], shape=shape, size=7, fill="#e69f00")

    off = np.abs(np.asarray(draw_artists(sheet)).astype(int) - _pixels(FastPainter().paint(sheet)))
    assert off.max() <= 64
    assert off.mean() <= 0.3


def test_chart_is_the_same_after_another_with_its_frame(hard_spec: ChartSpec) -> None:
    """A chart has the same bytes after one with the same names and legend, but other figures, as on a new painter."""
    others = [
        replace(one, values=tuple(value and value * 0.9 for value in one.values), texts=("7",) * len(one.texts))
        for one in hard_spec.series
    ]
    painter = FastPainter()
    first = FastPainter().paint(draw_sheet(hard_spec, size=PHONE, scale=2, accent=ACCENT))

    painter.paint(draw_sheet(replace(hard_spec, series=tuple(others)), size=PHONE, scale=2, accent=ACCENT))
    assert first == painter.paint(draw_sheet(hard_spec, size=PHONE, scale=2, accent=ACCENT))


def test_picture_says_its_logical_size(accumulated: Callable[[str], ChartSpec]) -> None:
    """A fast picture has the size, the resolution and the white ground of the full one."""
    fast, _ = draw_chart_fast(accumulated("nb"), scale=3, accent=ACCENT)
    image = Image.open(BytesIO(fast))

    assert (3 * PHONE.width_px, 3 * PHONE.height_px) == image.size
    assert 3 * 96 == round(image.info["dpi"][0])
    assert (255, 255, 255) == image.convert("RGB").getpixel((0, 0))


def test_chart_that_would_be_large_is_drawn_the_full_way(
    chart: Callable[..., ChartSpec], series: Callable[..., Series]
) -> None:
    """A long list of names is painted with the palette of its own that keeps it small, and the result says so."""
    spec = chart(
        "bars", [f"Lokallag nummer {n}" for n in range(40)], [series("2026", "current", range(40))], horizontal=True
    )

    content, way = draw_chart_fast(spec, accent=ACCENT)

    assert "full: the picture would be large" == way
    assert draw_chart(spec, accent=ACCENT) == content


def test_distance_sees_a_mark_that_moved() -> None:
    """Two pictures whose bar differs by two pixels are not close; pictures of two sizes cannot be compared."""
    painter = FastPainter()
    sheets = [Sheet(width=240, height=160, style=STYLE) for _ in range(2)]
    for sheet, right in zip(sheets, (100, 102), strict=True):
        sheet.box(20, 20, right, 140, fill=ACCENT)
    one, two = draw_artists(sheets[0]), painter.paint(sheets[1]) or b""
    other = painter.paint(Sheet(width=250, height=160, style=STYLE)) or b""

    apart = distance(one, two)
    assert apart is not None
    assert not apart.is_close
    assert distance(one, other) is None


@pytest.mark.parametrize("accent", [ACCENT, "#ffffff", "#000000", "#e8b000"])
def test_plain_colours_are_inks_of_their_own(accent: str) -> None:
    """White is ink 0, and a colour of the charts is drawn as it is, not as its neighbour."""
    made = inks(accent)
    palette = [tuple(made.palette[place : place + 3]) for place in range(0, len(made.palette), 3)]

    assert (255, 255, 255) == palette[0]
    assert len(palette) <= 256
    assert (0x00, 0x72, 0xB2) == palette[made.numbers["#0072b2"]]
    assert tuple(bytes.fromhex(accent[1:])) == palette[made.numbers[accent]]
