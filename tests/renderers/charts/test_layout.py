"""Every text on a chart can be read: inside the sheet, clear of the others, large enough."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderers.charts import PHONE, ChartSize, describe
from renderers.charts.artists import draw_artists
from renderers.charts.canvas import FastPainter
from renderers.charts.drawing import draw_sheet
from renderers.charts.proof import distance
from renderers.charts.sheet import Sheet
from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import INTEGER, PERCENT, ValueFormat, ValueKind

ACCENT = "#0b5c8a"
SIZES = (PHONE, ChartSize(width_px=280, height_px=200), ChartSize(width_px=640, height_px=260))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.width_px} px")
def test_texts_are_inside_and_apart(
    hard_spec: ChartSpec, size: ChartSize, crossing_texts: Callable[[Sheet], list[str]]
) -> None:
    """No text leaves the sheet or touches another, on the hard charts in three widths."""
    sheet = draw_sheet(hard_spec, size=size, scale=2, accent=ACCENT)

    assert [] == crossing_texts(sheet)


def test_texts_are_at_least_eleven_px(hard_spec: ChartSpec) -> None:
    """No text is smaller than 11 logical px."""
    sheet = draw_sheet(hard_spec, size=PHONE, scale=2, accent=ACCENT)

    assert all(text.size >= 11 for text in sheet.texts)


NAMES = st.text(max_size=40)
VALUES = st.one_of(
    st.none(), st.integers(-3000, 3000), st.floats(-2, 2, allow_nan=False), st.floats(-1e13, 1e13, allow_nan=False)
)
TEXTS = st.one_of(
    st.sampled_from(["<5", "skjult", "–", "", "12", "1 234 567"]), st.text(alphabet="0123456789 ,%−kr", max_size=14)
)


@st.composite
def specs(draw: st.DrawFn) -> ChartSpec:
    """Return any chart: names in any script, values of any size, gaps, texts that are not those of the values."""
    count = draw(st.one_of(st.integers(0, 8), st.sampled_from([12, 24, 60])))
    series = draw(
        st.lists(
            st.builds(
                Series,
                name=NAMES,
                role=st.sampled_from(SeriesRole),
                values=st.lists(VALUES, min_size=count, max_size=count).map(tuple),
                texts=st.lists(TEXTS, min_size=count, max_size=count).map(tuple),
            ),
            max_size=5,
        )
    )
    return ChartSpec(
        form=draw(st.sampled_from(ChartForm)),
        title=draw(NAMES),
        categories=tuple(draw(st.lists(NAMES, min_size=count, max_size=count))),
        series=tuple(series),
        language=draw(st.sampled_from(["nb", "da", "en"])),
        value_label=draw(NAMES),
        category_label="",
        value_format=draw(
            st.sampled_from([INTEGER, PERCENT, ValueFormat(kind=ValueKind.money, decimals=2, unit="DKK")])
        ),
        horizontal=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specs())
def test_any_spec_is_drawn_and_said(crossing_texts: Callable[..., list[str]], spec: ChartSpec) -> None:
    """Any chart is drawn and described without an error or a warning, its texts apart, its alt text in the limit."""
    sheet = draw_sheet(spec, size=PHONE, scale=2, accent=ACCENT)

    assert [] == crossing_texts(sheet, slack=6)
    fast = FastPainter().paint(sheet)
    apart = distance(draw_artists(sheet), fast) if fast else None
    assert fast is None or (apart is not None and apart.mean_levels < 2)
    assert 0 < len(describe(spec)) <= 400
