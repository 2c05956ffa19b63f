"""The HTML body of an e-mail: one pack as one document, its styles inlined."""

from collections.abc import Mapping

from renderers.errors import DocumentTooLargeError, MissingChartError
from renderers.html.fillings import ChartFilling, table_filling, tile_pairs
from renderers.html.layout import styled_layout
from renderers.html.palette import palette
from renderers.html.preheader import preheader
from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import ChartSection, Section, TableSection, TextSection, TilesSection
from renderers.sentences import Word, title_lines

# Gmail clips a message at 102 kB; the figures below the cut would vanish.
LIMIT_BYTES = 100_000


def render_html(pack: Pack, *, chart_ids: Mapping[str, str], alt_texts: Mapping[str, str]) -> str:
    """Draw *pack* as the HTML body of an e-mail.

    Args:
        pack: All that the document says.
        chart_ids: Content id of the picture of each chart section, by section key; none for an empty section.
        alt_texts: What each picture shows in words, by section key.

    Returns:
        A whole document that needs nothing but the pictures named by ``cid:``.

    Raises:
        MissingChartError: A chart section has something to draw but no picture or no alt text.
        DocumentTooLargeError: The document is over LIMIT_BYTES.
    """
    for section in pack.sections:
        if isinstance(section, ChartSection) and not section.empty:
            _expect_chart(section.key, chart_ids, alt_texts)
    document = styled_layout(palette(pack.accent)).render(told(pack, chart_ids=chart_ids, alt_texts=alt_texts))
    size_bytes = len(document.encode())
    if size_bytes > LIMIT_BYTES:
        raise DocumentTooLargeError(f'the e-mail body of branch "{pack.branch_id}"', size_bytes, LIMIT_BYTES)
    return document


def told(pack: Pack, *, chart_ids: Mapping[str, str], alt_texts: Mapping[str, str]) -> dict[str, object]:
    """Return what a layout is told of *pack*."""
    word = formatter(pack.language).word
    return {
        "pack": pack,
        "sections": [_told_section(section, word, chart_ids, alt_texts) for section in pack.sections],
        "preheader": preheader(pack),
        # "mai 2026" stays on one line.
        "heading": pack.title.replace(pack.period, pack.period.replace(" ", "\N{NO-BREAK SPACE}")),
        "subtitle": title_lines(pack)[1],
        "word": word,
    }


def _told_section(
    section: Section, word: Word, chart_ids: Mapping[str, str], alt_texts: Mapping[str, str]
) -> tuple[str, Section, object]:
    """Return a section between the name of its template and what fills that."""
    match section:
        case TilesSection():
            return "tiles", section, tile_pairs(section, word)
        case ChartSection() if not section.empty:
            return "chart", section, ChartFilling(chart_ids[section.key], alt_texts[section.key])
        case TableSection() if not section.empty:
            return "table", section, table_filling(section)
        case ChartSection():
            return "chart", section, None
        case TableSection():
            return "table", section, None
        case TextSection():
            return "text", section, None


def _expect_chart(key: str, chart_ids: Mapping[str, str], alt_texts: Mapping[str, str]) -> None:
    if key not in chart_ids:
        raise MissingChartError(key, "picture", tuple(chart_ids))
    if key not in alt_texts:
        raise MissingChartError(key, "alt text", tuple(alt_texts))
