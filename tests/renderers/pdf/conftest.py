"""Every sample pack as a PDF, drawn once with its real charts, and a bench that draws any pack both ways."""

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pypdf import PdfReader

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

from bench import Bench

from renderers.charts import describe, draw_chart
from renderers.pack import Pack
from renderers.pdf import chart_sizes, render_pdf
from renderers.sections import ChartSection


@dataclass(frozen=True, kw_only=True)
class Document:
    """A pack, its charts, and its PDF as bytes and as pypdf reads it."""

    pack: Pack
    charts: Mapping[str, bytes] = field(repr=False)
    alt_texts: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.content))


@pytest.fixture(scope="session")
def draw() -> Callable[[Pack], Document]:
    """Return a function that draws a pack with its charts."""

    def draw_document(pack: Pack) -> Document:
        sizes = chart_sizes(pack)
        sections = [one for one in pack.sections if isinstance(one, ChartSection) and not one.empty]
        charts = {one.key: draw_chart(one.chart, size=sizes[one.key], accent=pack.accent) for one in sections}
        alt_texts = {one.key: describe(one.chart) for one in sections}
        content = render_pdf(pack, charts=charts, alt_texts=alt_texts)
        return Document(pack=pack, charts=charts, alt_texts=alt_texts, content=content)

    return draw_document


@pytest.fixture(scope="session")
def documents(sample_packs: dict[str, Pack], draw: Callable[[Pack], Document]) -> dict[str, Document]:
    """Return all sample packs, drawn."""
    return {name: draw(pack) for name, pack in sample_packs.items()}


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Return a press that has learned from the packs of earlier tests, as one does in a run."""
    return Bench()
