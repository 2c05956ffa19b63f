"""The chart of an alert message as a PNG."""

from renderers.alerts.charts import Chart, Funnel, Pace
from renderers.charts import PHONE, ChartSize, draw_chart_fast
from renderers.charts.spec import ChartSpec


def draw_picture(chart: Chart, *, size: ChartSize = PHONE, scale: int = 2, accent: str) -> bytes:
    """Draw *chart*; its title stands as the heading above it.

    Args:
        chart: What it shows.
        size: Logical px on the reader's screen.
        scale: Device px per logical px.
        accent: Colour of what the message is about, #rrggbb.
    """
    # matplotlib takes most of a second to load, and messages without a chart come through this package.
    from renderers.alerts.funnel import draw_funnel
    from renderers.alerts.pace import draw_pace
    from renderers.charts.artists import paint_with_artists
    from renderers.charts.canvas import paint_fast
    from renderers.charts.palette import checked_colour
    from renderers.charts.sheet import Style

    style = Style(size=size, scale=scale, accent=checked_colour(accent))
    match chart:
        case ChartSpec():
            return draw_chart_fast(chart, size=size, scale=scale, accent=accent)[0]
        case Funnel():
            sheet = draw_funnel(chart, style)
        case Pace():
            sheet = draw_pace(chart, style)
    return paint_fast(sheet) or paint_with_artists(sheet)
