"""A stamped text looks and measures as matplotlib's own, whatever was drawn before it."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from renderers.charts import PHONE, draw_chart
from renderers.charts.artists import paint_with_artists
from renderers.charts.canvas import FastPainter
from renderers.charts.drawing import draw_sheet
from renderers.charts.lettering import Weight, font_properties
from renderers.charts.sheet import Sheet
from renderers.charts.spec import ChartSpec
from renderers.charts.stamps import stamp

ACCENT = "#0b5c8a"
# Every character of printed numbers beside every other.
PAIRS = "".join("".join(pair) for pair in product("0123456789,.%+<−\N{NO-BREAK SPACE}", repeat=2))
WORDS = ("Årsmøte, jfr. Ø", "−12,5\N{NO-BREAK SPACE}%", "AV 1\N{NO-BREAK SPACE}234", "□ Ḁ̂…", PAIRS)


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("weight", Weight)
@pytest.mark.parametrize("words", WORDS)
def test_stamp_is_what_matplotlib_draws(words: str, weight: Weight, scale: int) -> None:
    """A stamp covers the pixels that matplotlib's own text artist covers, and has its box."""
    made = stamp(words, size=11, weight=weight, scale=scale)
    figure = Figure(figsize=(80, 1), dpi=72 * scale, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    baseline = 36 * scale
    artist = Text(8 * scale, baseline, words, fontproperties=font_properties(11, weight), color="black")
    figure.add_artist(artist)
    artist.set_transform(None)
    canvas.draw()  # type: ignore[no-untyped-call]

    drawn = 255 - np.asarray(canvas.buffer_rgba())[:, :, 0].astype(int)  # type: ignore[no-untyped-call]
    left, top = 8 * scale + made.left, drawn.shape[0] - baseline + made.top
    mask = np.zeros_like(drawn)
    mask[top : top + made.cover.shape[0], left : left + made.cover.shape[1]] = made.cover
    assert np.abs(drawn - mask).max() <= 1
    box = artist.get_window_extent(canvas.get_renderer())  # type: ignore[no-untyped-call]
    assert (made.width, made.ascent, made.descent) == pytest.approx(
        (box.width, box.y1 - baseline, baseline - box.y0), abs=0.01
    )


def test_stamps_of_other_drawings_leave_no_trace(hard_spec: ChartSpec, accumulated: Callable[[str], ChartSpec]) -> None:
    """A chart has the same bytes whether its texts are rendered anew or were kept, with other charts in between."""
    stamp.cache_clear()
    first = draw_chart(hard_spec, accent=ACCENT)
    draw_chart(accumulated("da"), scale=3, accent="#aa2255")

    assert first == draw_chart(hard_spec, accent=ACCENT)
    stamp.cache_clear()
    draw_chart(accumulated("en"), scale=1, accent=ACCENT)
    assert first == draw_chart(hard_spec, accent=ACCENT)


@pytest.mark.parametrize("paint", [paint_with_artists, FastPainter().paint], ids=["full", "fast"])
def test_sheet_can_be_painted_twice(hard_spec: ChartSpec, paint: Callable[[Sheet], bytes | None]) -> None:
    """A sheet gives the same PNG each time it is painted."""
    sheet = draw_sheet(hard_spec, size=PHONE, scale=2, accent=ACCENT)

    assert paint(sheet) == paint(sheet)


def test_other_process_gives_same_bytes(accumulated: Callable[[str], ChartSpec]) -> None:
    """Another process, which has drawn nothing before, draws the same bytes."""
    spec = accumulated("nb")
    code = (
        "import pickle, sys; from renderers.charts import draw_chart\n"
        f"sys.stdout.buffer.write(draw_chart(pickle.load(sys.stdin.buffer), accent='{ACCENT}'))"
    )
    there = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(spec), check=True, capture_output=True)

    assert draw_chart(spec, accent=ACCENT) == there.stdout
