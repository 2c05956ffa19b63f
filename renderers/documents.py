"""All documents of a pack: charts drawn once, then HTML, text, PDF and XLSX from the same sections."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time

from renderers.charts import describe, draw_chart
from renderers.html import render_html
from renderers.pack import Artifact, Format, Pack
from renderers.pdf import render_pdf
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
    pictures: dict[str, bytes] = {}
    alt_texts: dict[str, str] = {}
    if Format.html in formats or Format.pdf in formats:
        with watch.stage("charts"):
            for section in pack.sections:
                if isinstance(section, ChartSection) and not section.empty:
                    pictures[section.key] = draw_chart(section.chart, scale=image_scale, accent=pack.accent)
                    alt_texts[section.key] = describe(section.chart)
    if Format.html in formats:
        with watch.stage("html"):
            ids = {key: f"{key}@pack" for key in pictures}
            html = render_html(pack, chart_ids=ids, alt_texts=alt_texts)
            made.append(Artifact(name="pack.html", media_type=HTML, content=html.encode()))
            made += [
                Artifact(name=f"{key}.png", media_type=PNG, content=picture, content_id=ids[key])
                for key, picture in pictures.items()
            ]
    with watch.stage("text"):
        made.append(Artifact(name="pack.txt", media_type=TEXT, content=render_text(pack).encode()))
    if Format.pdf in formats:
        with watch.stage("pdf"):
            content = render_pdf(pack, charts=pictures, alt_texts=alt_texts)
            made.append(Artifact(name="pack.pdf", media_type=PDF, content=content))
    if Format.xlsx in formats:
        with watch.stage("xlsx"):
            made.append(Artifact(name="pack.xlsx", media_type=XLSX, content=render_xlsx(pack)))
    return Documents(artifacts=tuple(made), seconds=dict(watch.seconds))
