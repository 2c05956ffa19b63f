"""Charts of a pack: one spec, drawn as a small PNG and said in words."""

from renderers.charts.describe import describe
from renderers.charts.size import PHONE, ChartSize
from renderers.charts.spec import ChartSpec

__all__ = ["PHONE", "ChartSize", "ChartSpec", "describe", "draw_chart"]


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
    from renderers.charts.drawing import draw_sheet

    return draw_sheet(spec, size=size, scale=scale, accent=accent).png()
