"""A pack as PDF both ways: what the two say, and how far their pages are apart."""

from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageChops

from benchmarks.side_by_side import side_by_side
from renderers.charts import describe, draw_chart_fast
from renderers.documents import drawn_charts
from renderers.pack import Pack
from renderers.pdf import PdfPress, Way, chart_sizes, render_pdf
from renderers.pdf.proof import differences

_DPI = 100
# Of 256, and of all pixels of a page: what a thousandth of a px does to the edge of a letter.
NOISE, MOST_NOISY = 24, 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfPair:
    """A pack drawn both ways; ``reason`` says why there was no fast way, and then the rest says nothing.

    ``unlike`` is what tags, language, alt texts, metadata, bookmarks or ink have different, in words. ``noisy_share``
    is that of the page that is furthest apart: pixels off by more than the noise of anti-aliasing.
    """

    name: str
    reason: str = ""
    unlike: tuple[str, ...] = ()
    has_same_text: bool = True
    noisy_share: float = 0.0
    worst: Image.Image | None = None

    @property
    def is_equal(self) -> bool:
        return not self.unlike and self.has_same_text and self.noisy_share <= MOST_NOISY


def compare_pdfs(press: PdfPress, pack: Pack) -> PdfPair:
    """Draw *pack* with *press* and with WeasyPrint, and hold the two against each other."""
    name = f"{pack.report} {pack.branch_id} {pack.language}"
    charts = drawn_charts(pack)
    pictures = {
        key: draw_chart_fast(charts[key], size=size, accent=pack.accent)[0]
        for key, size in chart_sizes(pack).items()
        if key in charts
    }
    parts = {"charts": pictures, "alt_texts": {key: describe(chart) for key, chart in charts.items()}}
    fast, how = press.render(pack, **parts)
    if how.way is Way.full:
        return PdfPair(name=name, reason=f"{how.reason}: {how.detail}")
    full = render_pdf(pack, **parts)
    pages, texts = _read(full)
    fast_pages, fast_texts = _read(fast)
    if [page.size for page in pages] != [page.size for page in fast_pages]:
        return PdfPair(name=name, unlike=differences(full, fast), has_same_text=texts == fast_texts, noisy_share=1.0)
    shares = list(map(_noisy_share, pages, fast_pages))
    worst = shares.index(max(shares))
    return PdfPair(
        name=f"{name}, page {worst + 1}",
        unlike=differences(full, fast),
        has_same_text=texts == fast_texts,
        noisy_share=shares[worst],
        worst=side_by_side(pages[worst], fast_pages[worst]),
    )


def _read(content: bytes) -> tuple[list[Image.Image], list[str]]:
    """Return the pages of a PDF as pictures, and the text that PDFium extracts from each."""
    document = pypdfium2.PdfDocument(content)
    try:
        pictures = [page.render(scale=_DPI / 72).to_pil().convert("RGB") for page in document]
        return pictures, [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def _noisy_share(one: Image.Image, other: Image.Image) -> float:
    histogram = ImageChops.difference(one, other).convert("L").histogram()
    return sum(histogram[NOISE:]) / sum(histogram)
