"""Charts of a pack: one spec, drawn as a small PNG and said in words."""

from renderers.charts.describe import describe
from renderers.charts.size import PHONE, ChartSize
from renderers.charts.spec import ChartSpec

__all__ = ["PHONE", "ChartSize", "ChartSpec", "describe", "draw_chart", "draw_chart_fast"]


def draw_chart(spec: ChartSpec, *, size: ChartSize = PHONE, scale: int = 2, accent: str) -> bytes:
    """Draw *spec* as a PNG; the same spec gives the same bytes.

    The title is not drawn: it stands as the heading above the image. Horizontal bars and heat maps are as high as
    their rows need.

    Args:
        spec: The chart, its texts in the reader's language.
        size: Size on the screen, logical px.
        scale: Device px per logical px, 1–4.
        accent: Colour of the current figures, #rrggbb.

    Returns:
        A PNG with a palette; its resolution says the logical size at 96 px an inch.

    Raises:
        ValueError: The spec, the scale or the accent colour is not usable; the message says how.
    """
    # matplotlib takes most of a second to load, and models and commands that draw nothing come through this package.
    from renderers.charts.artists import paint_with_artists
    from renderers.charts.drawing import draw_sheet

    return paint_with_artists(draw_sheet(spec, size=size, scale=scale, accent=accent))


def draw_chart_fast(spec: ChartSpec, *, size: ChartSize = PHONE, scale: int = 2, accent: str) -> tuple[bytes, str]:
    """Draw *spec* with the marks and texts of `draw_chart` in a fifth of the time, with another palette.

    Returns:
        The PNG, and how it was made: "fast", or "full: " and why.
    """
    from renderers.charts.canvas import paint_fast
    from renderers.charts.drawing import draw_sheet

    sheet = draw_sheet(spec, size=size, scale=scale, accent=accent)
    fast = paint_fast(sheet)
    if fast is not None:
        return fast, "fast"
    from renderers.charts.artists import paint_with_artists

    return paint_with_artists(sheet), "full: the picture would be large"
