"""The PNG of a chart: the same every time, small, of the right size; and what is refused."""

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from renderers.charts import PHONE, ChartSize, draw_chart
from renderers.charts.drawing import DRAWERS
from renderers.charts.spec import ChartForm, ChartSpec, Series

ACCENT = "#0b5c8a"


def test_same_spec_gives_same_bytes(hard_spec: ChartSpec) -> None:
    """Drawing a chart twice gives the same bytes."""
    first = draw_chart(hard_spec, accent=ACCENT)

    assert first == draw_chart(hard_spec, accent=ACCENT)


def test_png_is_small(hard_spec: ChartSpec) -> None:
    """No chart takes 25 kB or more."""
    assert len(draw_chart(hard_spec, accent=ACCENT)) < 25_000


def test_png_has_size_resolution_and_palette(accumulated: Callable[[str], ChartSpec]) -> None:
    """A chart is as wide and high as asked, times the scale, and says its resolution."""
    image = Image.open(BytesIO(draw_chart(accumulated("nb"), size=PHONE, scale=3, accent=ACCENT)))

    assert (3 * PHONE.width_px, 3 * PHONE.height_px) == image.size
    assert "P" == image.mode
    assert 3 * 96 == round(image.info["dpi"][0])


def test_ground_is_white(accumulated: Callable[[str], ChartSpec]) -> None:
    """The ground is pure white, so that the image does not stand out on a white page."""
    image = Image.open(BytesIO(draw_chart(accumulated("nb"), accent=ACCENT))).convert("RGB")

    assert (255, 255, 255) == image.getpixel((0, 0))


def test_accent_is_the_colour_of_current_figures(
    chart: Callable[..., ChartSpec], series: Callable[..., Series]
) -> None:
    """Bars of the current series have the accent colour."""
    spec = chart("bars", ["mai"], [series("2026", "current", [4])], value_label="")
    image = Image.open(BytesIO(draw_chart(spec, accent="#aa2255"))).convert("RGB")

    colours = {colour for count, colour in image.getcolors(1 << 16) or [] if count > 2000}
    assert any(max(abs(a - b) for a, b in zip(colour, (0xAA, 0x22, 0x55), strict=True)) <= 3 for colour in colours)


def test_rows_decide_the_height(chart: Callable[..., ChartSpec], series: Callable[..., Series]) -> None:
    """A chart of lying bars is higher the more bars it has."""
    heights = [
        Image.open(
            BytesIO(
                draw_chart(
                    chart("bars", "abcdefgh"[:count], [series("2026", "current", range(count))], horizontal=True),
                    accent=ACCENT,
                )
            )
        ).height
        for count in (2, 5, 8)
    ]

    assert sorted(set(heights)) == heights


def test_each_form_has_a_drawer() -> None:
    """No form of chart is left without its drawer."""
    assert set(ChartForm) == set(DRAWERS)


def test_nothing_to_draw_is_said(chart: Callable[..., ChartSpec], series: Callable[..., Series]) -> None:
    """A chart without figures is a low image with a sentence, not an empty frame."""
    spec = chart("bars", ["mai", "juni"], [series("2026", "current", [None, None])])
    image = Image.open(BytesIO(draw_chart(spec, accent=ACCENT)))

    assert image.height < PHONE.height_px


@pytest.mark.parametrize(
    ("values", "texts", "problem"),
    [((1.0,), ("1", "2"), "1 values and 2 texts for 2"), ((1.0, float("nan")), ("1", "2"), 'value nan for "juni"')],
)
def test_untrue_series_is_refused(
    chart: Callable[..., ChartSpec], values: tuple[float, ...], texts: tuple[str, ...], problem: str
) -> None:
    """A series of another length than the categories, or with a value that is no number, is an error that names it."""
    one = Series(name="2026", role="current", values=values, texts=texts)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match=problem):
        draw_chart(chart("bars", ["mai", "juni"], [one]), accent=ACCENT)


def test_accent_that_is_no_colour_is_refused(accumulated: Callable[[str], ChartSpec]) -> None:
    """An accent that is not #rrggbb is an error that says how to write it."""
    with pytest.raises(ValueError, match='accent colour is "blue"; write it as #rrggbb'):
        draw_chart(accumulated("nb"), accent="blue")


def test_scale_out_of_range_is_refused(accumulated: Callable[[str], ChartSpec]) -> None:
    """A scale that would make an image of no or of many million pixels is an error."""
    with pytest.raises(ValueError, match="the scale is 0"):
        draw_chart(accumulated("nb"), scale=0, accent=ACCENT)


def test_size_too_small_for_text_is_refused() -> None:
    """A size that cannot hold readable text is an error that says the smallest."""
    with pytest.raises(ValueError, match="at least 240 × 160 px"):
        ChartSize(width_px=100, height_px=100)


def test_import_does_not_load_matplotlib() -> None:
    """Importing the package, as every model of a section does, does not load matplotlib."""
    code = "import sys, renderers.sections.models, renderers.charts; sys.exit('matplotlib' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_drawing_does_not_load_pyplot(accumulated: Callable[[str], ChartSpec]) -> None:
    """Drawing never loads pyplot, which keeps every figure in memory."""
    code = (
        "import sys; from renderers.charts import draw_chart; from renderers.charts.spec import *\n"
        "one = Series(name='a', role=SeriesRole.current, values=(1.0,), texts=('1',))\n"
        "draw_chart(ChartSpec(form=ChartForm.line, title='', categories=('a',), series=(one,), language='nb',"
        " value_label='', category_label=''), accent='#000000')\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
