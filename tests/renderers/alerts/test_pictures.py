"""Charts of alert messages: drawn small, alike every time, and said in words."""

from dataclasses import replace
from io import BytesIO

import pytest
from notices import funnel, pace
from PIL import Image

from renderers.alerts import draw_picture
from renderers.alerts.charts import Chart, Dot, Funnel
from renderers.alerts.described import chart_alt, chart_note, chart_title
from renderers.charts import PHONE, ChartSize
from renderers.language import LANGUAGES, formatter

ACCENT = "#0b5c8a"
CHARTS = [funnel("nb"), pace("nb"), replace(pace("nb"), target=None, low=None, mean=None, high=None)]


@pytest.mark.parametrize("chart", CHARTS)
def test_picture_is_small_and_the_same_every_time(chart: Chart) -> None:
    """The same chart gives the same bytes, in the size of a phone at double sharpness."""
    first = draw_picture(chart, accent=ACCENT)
    image = Image.open(BytesIO(first))

    assert first == draw_picture(chart, accent=ACCENT)
    assert (2 * PHONE.width_px, 2 * PHONE.height_px) == image.size
    assert len(first) < 24_000


def test_funnel_shows_the_marked_place() -> None:
    """Without the place that the message is about the picture is another."""
    chart = funnel("nb")
    quiet = replace(chart, marked=(Dot(expected=11.6923, ratio=1.0, name="Alta"),))

    assert draw_picture(chart, accent=ACCENT) != draw_picture(quiet, accent=ACCENT)


def test_funnel_of_thousands_is_still_small() -> None:
    """A hundred thousand places are drawn once a pixel."""
    chart = funnel("nb")
    dots = tuple(
        Dot(expected=5 + (number * 7919 % 9973) / 20, ratio=1 + (number * 104729 % 1009 - 504) / 2000)
        for number in range(20_000)
    )

    assert len(draw_picture(replace(chart, others=dots), accent=ACCENT)) < 60_000


@pytest.mark.parametrize("width_px", [240, 358, 700])
def test_charts_fit_narrow_and_wide(width_px: int) -> None:
    """Names of any length find room or are left out; nothing fails."""
    size = ChartSize(width_px=width_px, height_px=236)
    named = replace(
        funnel("nb"), marked=tuple(Dot(expected=12 + n, ratio=2 - n / 9, name="Guovdageaidnu") for n in range(5))
    )

    for chart in (*CHARTS, named):
        image = Image.open(BytesIO(draw_picture(chart, size=size, accent=ACCENT)))
        assert 2 * width_px == image.size[0]


def test_place_at_its_limit_is_not_beyond_it() -> None:
    """A share of all cannot be beyond the limit that it touches; what strays on either side is."""
    chart: Funnel = funnel("nb")
    at = chart.limits[5]

    assert not chart.is_beyond(Dot(expected=at.expected, ratio=at.high95))
    assert chart.is_beyond(Dot(expected=at.expected, ratio=at.high95 + 0.1))
    assert chart.is_beyond(Dot(expected=at.expected, ratio=at.low95 - 0.1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_are_said_in_words(language: str) -> None:
    """The alt text has the figures that the picture shows."""
    words = formatter(language)
    funnel_alt, pace_alt = chart_alt(funnel(language), words), chart_alt(pace(language), words)

    assert "Alta" in funnel_alt
    assert any(text in funnel_alt for text in ("2,1", "2.1"))
    assert all(figure in pace_alt for figure in ("84", "112", "221", "200", "243", "280"))
    assert chart_title(funnel(language), words)
    assert "99" in chart_note(funnel(language), words)
    assert "" == chart_note(pace(language), words)
