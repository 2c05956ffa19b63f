"""All documents of a pack: charts drawn once, then HTML, text, PDF and XLSX from the same sections."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time

from renderers.charts import PHONE, ChartSize, ChartSpec, describe, draw_chart
from renderers.html import render_html
from renderers.pack import Artifact, Format, Pack
from renderers.pdf import chart_sizes, render_pdf
from renderers.sections import ChartSection
from renderers.text import render_text
from renderers.xlsx import render_xlsx

HTML, TEXT, PNG, PDF = "text/html", "text/plain", "image/png", "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The files of one pack, and the CPU seconds that each stage took."""

    artifacts: tuple[Artifact, ...] = field(repr=False)
    seconds: Mapping[str, float]


class Stopwatch:
    """Adds up CPU seconds of this process by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = process_time()
        try:
            yield
        finally:
            self.seconds[name] += process_time() - start


def render_documents(pack: Pack, formats: Collection[Format], *, image_scale: int = 2) -> Documents:
    """Render *pack*; the plain text is always made, because it is the one form that every reader can open.

    Args:
        pack: Computed, suppressed and localised.
        formats: What else is wanted.
        image_scale: Pixels of an image for each logical pixel.

    Raises:
        RenderError: The pack cannot be drawn; the message says why.
    """
    watch = Stopwatch()
    made: list[Artifact] = []
    with watch.stage("charts"):
        on_phone = _draw(pack, dict.fromkeys(_charts(pack), PHONE) if Format.html in formats else {}, image_scale)
        on_page = _draw(pack, chart_sizes(pack) if Format.pdf in formats else {}, image_scale, known=on_phone)
        alt_texts = {key: describe(chart) for key, chart in _charts(pack).items()}
    if Format.html in formats:
        with watch.stage("html"):
            ids = {key: f"{key}@pack" for key in _charts(pack)}
            html = render_html(pack, chart_ids=ids, alt_texts=alt_texts)
            made.append(Artifact(name="pack.html", media_type=HTML, content=html.encode()))
            made += [
                Artifact(name=f"{key}.png", media_type=PNG, content=on_phone[key, PHONE], content_id=ids[key])
                for key in ids
            ]
    with watch.stage("text"):
        made.append(Artifact(name="pack.txt", media_type=TEXT, content=render_text(pack).encode()))
    if Format.pdf in formats:
        with watch.stage("pdf"):
            pictures = {key: picture for (key, _), picture in on_page.items()}
            content = render_pdf(pack, charts=pictures, alt_texts=alt_texts)
            made.append(Artifact(name="pack.pdf", media_type=PDF, content=content))
    if Format.xlsx in formats:
        with watch.stage("xlsx"):
            made.append(Artifact(name="pack.xlsx", media_type=XLSX, content=render_xlsx(pack)))
    return Documents(artifacts=tuple(made), seconds=dict(watch.seconds))


def _charts(pack: Pack) -> dict[str, ChartSpec]:
    """Return the charts that are drawn, by section key: one without data is a sentence."""
    found = (section for section in pack.sections if isinstance(section, ChartSection))
    return {section.key: section.chart for section in found if not section.empty}


def _draw(
    pack: Pack,
    sizes: Mapping[str, ChartSize],
    image_scale: int,
    *,
    known: Mapping[tuple[str, ChartSize], bytes] | None = None,
) -> dict[tuple[str, ChartSize], bytes]:
    """Draw each chart in its size, unless it is known in that size already."""
    drawn = dict(known or {})
    charts = _charts(pack)
    return {
        (key, size): drawn.get((key, size)) or draw_chart(charts[key], size=size, scale=image_scale, accent=pack.accent)
        for key, size in sizes.items()
        if key in charts
    }
