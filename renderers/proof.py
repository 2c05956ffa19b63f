"""A sample pack rendered both ways, before a run trusts the fast one."""

import zipfile
from collections.abc import Collection, Iterator
from io import BytesIO

from renderers.charts import describe, draw_chart, draw_chart_fast
from renderers.charts.proof import distance
from renderers.documents import drawn_charts, on_page, picture_sizes
from renderers.pack import Format, Pack
from renderers.pdf import PdfPress
from renderers.xlsx import XlsxPress, render_xlsx


def prove(
    pack: Pack, formats: Collection[Format], *, pdf: PdfPress, xlsx: XlsxPress, image_scale: int = 2
) -> dict[str, str]:
    """Return what the fast way makes differently from the full way ("charts", "pdf", "xlsx"), with the difference.

    Args:
        pack: Any pack of the run; best one with all its sections.
        formats: Those that the run makes.
        pdf: The press that will make the run's PDFs; what it learns of the sample it has learned.
        xlsx: The same for workbooks.
        image_scale: Pixels of an image for each logical pixel.

    Raises:
        RenderError: The pack cannot be drawn.
    """
    checks = {"charts": _charts(pack, formats, image_scale)}
    if Format.pdf in formats:
        checks["pdf"] = _pdf(pack, pdf, image_scale)
    if Format.xlsx in formats:
        checks["xlsx"] = _xlsx(pack, xlsx)
    found = {name: next(check, "") for name, check in checks.items()}
    return {name: difference for name, difference in found.items() if difference}


def _charts(pack: Pack, formats: Collection[Format], image_scale: int) -> Iterator[str]:
    from renderers.charts.artists import draw_artists
    from renderers.charts.drawing import draw_sheet

    charts = drawn_charts(pack)
    for key, size in picture_sizes(pack, formats):
        fast, _ = draw_chart_fast(charts[key], size=size, scale=image_scale, accent=pack.accent)
        # Before a palette is found: the full way's own is further from this than the fast way's.
        drawing = draw_artists(draw_sheet(charts[key], size=size, scale=image_scale, accent=pack.accent))
        apart = distance(drawing, fast)
        if apart is None:
            yield f"the picture of {key} has another size"
        elif not apart.is_close:
            yield (
                f"the picture of {key} is off by {apart.mean_levels:.2f} levels, "
                f"visibly in {apart.visible_share:.2%} of its pixels"
            )


def _pdf(pack: Pack, press: PdfPress, image_scale: int) -> Iterator[str]:
    charts = drawn_charts(pack)
    sizes = picture_sizes(pack, (Format.pdf,))
    pictures = {
        (key, size): draw_chart(charts[key], size=size, scale=image_scale, accent=pack.accent) for key, size in sizes
    }
    alt_texts = {key: describe(chart) for key, chart in charts.items()}
    yield from press.prove(pack, charts=on_page(pack, pictures), alt_texts=alt_texts).differences


def _xlsx(pack: Pack, press: XlsxPress) -> Iterator[str]:
    press.render(pack)  # the first of its shape is written the full way
    fast, way = press.render(pack)
    if way != "fast":
        yield way
        return
    with zipfile.ZipFile(BytesIO(render_xlsx(pack))) as full, zipfile.ZipFile(BytesIO(fast)) as other:
        if full.namelist() != other.namelist():
            yield "the workbook has other files"
            return
        yield from (
            f"{name} of the workbook differs" for name in full.namelist() if full.read(name) != other.read(name)
        )
