"""All documents of a pack: charts drawn once, then HTML, text, PDF and XLSX from the same sections."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from time import thread_time
from types import MappingProxyType

from renderers.charts import PHONE, ChartSize, ChartSpec, describe, draw_chart, draw_chart_fast
from renderers.errors import MissingLibraryError, RenderError
from renderers.html import render_html
from renderers.pack import Artifact, Format, Pack
from renderers.pdf import How, PdfPress, chart_sizes, render_pdf
from renderers.pdf.library import press
from renderers.sections import ChartSection
from renderers.slack import first_chart, render_slack
from renderers.sms import render_sms
from renderers.text import render_text
from renderers.xlsx import XlsxPress, render_xlsx

HTML, TEXT, PNG, PDF, JSON = "text/html", "text/plain", "image/png", "application/pdf", "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAST = "fast"
_LOADED_LATE = (
    "renderers.charts.artists",
    "renderers.charts.canvas",
    "renderers.charts.drawing",
    "renderers.pdf.proof",
    "renderers.proof",
)

Pictures = dict[tuple[str, ChartSize], bytes]
Made = tuple[bytes, str]  # a document, and how it was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The files of one pack, and the CPU seconds that each stage took.

    ``ways`` says of charts, PDF and XLSX how they were made: "fast", or "full: " and why.
    """

    artifacts: tuple[Artifact, ...] = field(repr=False)
    seconds: Mapping[str, float]
    ways: Mapping[str, str] = field(default_factory=dict)


class Stopwatch:
    """Adds up CPU seconds of this thread by stage: in a run of one process another one sends meanwhile."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = thread_time()
        try:
            yield
        finally:
            self.seconds[name] += thread_time() - start


class DocumentPress:
    """Renders packs one after another; what it has learned of one serves the next. One a process.

    The fast ways show the same as the full ways, which stay the reference: `renderers.proof` compares the two.
    """

    def __init__(
        self,
        *,
        fast: bool = True,
        refused: Mapping[str, str] = MappingProxyType({}),
        pdf: PdfPress | None = None,
        xlsx: XlsxPress | None = None,
    ) -> None:
        """Make a press.

        Args:
            fast: Whether documents are made the fast way where it can make them.
            refused: What is made the full way all the same ("charts", "pdf", "xlsx"), and why.
            pdf: One that has learned something already.
            xlsx: The same for workbooks.
        """
        self._full = dict(refused) if fast else dict.fromkeys(("charts", "pdf", "xlsx"), "switched off")
        self._pdf = pdf or PdfPress()
        self._xlsx = xlsx or XlsxPress()

    def render(self, pack: Pack, formats: Collection[Format], *, image_scale: int = 2) -> Documents:
        """Render *pack*; the plain text is always made, because it is the one form that every reader can open.

        Args:
            pack: Computed, suppressed and localised.
            formats: What else is wanted.
            image_scale: Pixels of an image for each logical pixel.

        Raises:
            RenderError: The pack cannot be drawn; the message says why.
        """
        watch, ways = Stopwatch(), dict[str, str]()
        made: list[Artifact] = []
        charts = drawn_charts(pack)
        ids = {key: f"{key}@pack" for key in charts}
        with watch.stage("charts"):
            pictures = self._pictures(pack, picture_sizes(pack, formats), image_scale, ways)
            alt_texts = {key: describe(chart) for key, chart in charts.items()}
        if Format.html in formats:
            with watch.stage("html"):
                html = render_html(pack, chart_ids=ids, alt_texts=alt_texts)
                made.append(Artifact(name="pack.html", media_type=HTML, content=html.encode()))
        if Format.summary in formats:
            with watch.stage("summary"):
                key = first_chart(pack)
                blocks = render_slack(pack, chart_id=ids.get(key, ""), alt_text=alt_texts.get(key, ""))
                made.append(Artifact(name="slack.json", media_type=JSON, content=blocks.encode()))
                made.append(Artifact(name="sms.txt", media_type=TEXT, content=render_sms(pack).encode()))
        made += [
            Artifact(name=f"{key}.png", media_type=PNG, content=pictures[key, PHONE], content_id=ids[key])
            for key in shown_charts(pack, formats)
        ]
        with watch.stage("text"):
            made.append(Artifact(name="pack.txt", media_type=TEXT, content=render_text(pack).encode()))
        if Format.pdf in formats:
            with watch.stage("pdf"):
                content, ways["pdf"] = self._document(pack, on_page(pack, pictures), alt_texts)
                made.append(Artifact(name="pack.pdf", media_type=PDF, content=content))
        if Format.xlsx in formats:
            with watch.stage("xlsx"):
                content, ways["xlsx"] = self._either(
                    "xlsx",
                    partial(self._xlsx.render, pack, alt_texts=alt_texts),
                    partial(render_xlsx, pack, alt_texts=alt_texts),
                )
                made.append(Artifact(name="pack.xlsx", media_type=XLSX, content=content))
        return Documents(artifacts=tuple(made), seconds=dict(watch.seconds), ways=ways)

    def _pictures(
        self, pack: Pack, sizes: Sequence[tuple[str, ChartSize]], image_scale: int, ways: dict[str, str]
    ) -> Pictures:
        """Draw each chart in its sizes; one that is drawn the full way decides what is said of all."""
        charts, pictures = drawn_charts(pack), dict[tuple[str, ChartSize], bytes]()
        for key, size in sizes:
            draw = partial(draw_chart, charts[key], size=size, scale=image_scale, accent=pack.accent)
            draw_fast = partial(draw_chart_fast, charts[key], size=size, scale=image_scale, accent=pack.accent)
            pictures[key, size], way = self._either("charts", draw_fast, draw)
            if ways.get("charts", FAST) == FAST:
                ways["charts"] = way
        return pictures

    def _document(self, pack: Pack, pictures: dict[str, bytes], alt_texts: dict[str, str]) -> tuple[bytes, str]:
        def fast() -> tuple[bytes, str]:
            content, how = self._pdf.render(pack, charts=pictures, alt_texts=alt_texts)
            return content, pdf_way(how)

        return self._either("pdf", fast, partial(render_pdf, pack, charts=pictures, alt_texts=alt_texts))

    def _either(self, name: str, fast: Callable[[], Made], full: Callable[[], bytes]) -> Made:
        """Make a document the fast way unless that is refused; the full way where the fast one breaks."""
        if name in self._full:
            return full(), f"full: {self._full[name]}"
        try:
            return fast()
        except RenderError:
            raise
        except Exception as error:  # noqa: BLE001 - no pack fails of the quicker of two ways; the run says so
            return full(), f"full: {type(error).__name__}: {error}"


def load_libraries() -> None:
    """Load what drawing needs, which otherwise is loaded with the first pack."""
    for name in _LOADED_LATE:
        import_module(name)
    with suppress(MissingLibraryError):  # it is told where a PDF is drawn
        press()


def render_documents(pack: Pack, formats: Collection[Format], *, image_scale: int = 2) -> Documents:
    """Render one pack the full way; see `DocumentPress.render`."""
    return DocumentPress(fast=False).render(pack, formats, image_scale=image_scale)


def drawn_charts(pack: Pack) -> dict[str, ChartSpec]:
    """Return the charts that are drawn, by section key: one without data is a sentence."""
    found = (section for section in pack.sections if isinstance(section, ChartSection))
    return {section.key: section.chart for section in found if not section.empty}


def shown_charts(pack: Pack, formats: Collection[Format]) -> list[str]:
    """Return the keys of the charts whose pictures travel beside the document that shows them."""
    if Format.html in formats:
        return list(drawn_charts(pack))
    return [key for key in (first_chart(pack),) if key] if Format.summary in formats else []


def picture_sizes(pack: Pack, formats: Collection[Format]) -> list[tuple[str, ChartSize]]:
    """Return which charts are drawn in which size, each once."""
    charts = drawn_charts(pack)
    on_phone = [(key, PHONE) for key in shown_charts(pack, formats)]
    in_pdf = [(key, size) for key, size in chart_sizes(pack).items() if key in charts] if Format.pdf in formats else []
    return list(dict.fromkeys([*on_phone, *in_pdf]))


def on_page(pack: Pack, pictures: Pictures) -> dict[str, bytes]:
    """Return the pictures in the sizes that they have on paper."""
    return {key: pictures[key, size] for key, size in chart_sizes(pack).items() if (key, size) in pictures}


def pdf_way(how: How) -> str:
    """Say how a PDF was made."""
    if how.reason is None:
        return FAST
    return f"full: {how.reason}" + (f" ({how.detail})" if how.detail else "")
