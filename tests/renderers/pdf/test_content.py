"""What a reader finds in the PDF."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

from PIL import Image

from renderers.language import formatter
from renderers.sections import ChartSection, TableSection, TextSection, TilesSection


def _squeezed(text: str) -> str:
    """Drop spaces and hyphens: a line may break at either, and words may be hyphenated."""
    return re.sub(r"[\s\u00a0\u202f\u00ad‐-]+", "", text)


def _texts(pack) -> Iterator[str]:
    yield from (pack.title, pack.organisation, pack.period, *pack.notices)
    for section in pack.sections:
        yield from (section.heading, section.note)
        match section:
            case TilesSection():
                for tile in section.tiles:
                    yield from (tile.label, tile.value.text, tile.note)
                    yield from (comparison.sentence for comparison in tile.comparisons)
            case TableSection():
                yield from (section.empty, section.more)
                if not section.empty:
                    yield from (column.label for column in section.columns)
                    lines = [*section.rows, *([section.total] if section.total else [])]
                    yield from (cell.text for line in lines for cell in line)
            case TextSection():
                yield from section.paragraphs
            case ChartSection():
                yield section.empty
    about = pack.about
    yield from (about.period, *about.sources, about.owner, about.run_id, about.snapshot_id)
    for definition in about.definitions:
        yield from (definition.label, definition.text)


def test_every_text_of_every_pack_is_on_paper(documents):
    """No text of a pack is lost, cut or changed, markup in names included."""
    for name, document in documents.items():
        found = _squeezed("\n".join(page.extract_text() for page in document.reader.pages))
        missing = [text for text in _texts(document.pack) if _squeezed(text) not in found]

        assert [] == missing, name


def test_every_page_says_its_number_in_the_language(documents):
    """The foot of each page says which page of how many it is, in the reader's language."""
    for name, document in documents.items():
        pages = document.reader.pages
        word = formatter(document.pack.language).word
        for number, page in enumerate(pages, start=1):
            expected = word("pdf_page_of", page=number, pages=len(pages))

            assert expected in page.extract_text(), name


def test_a_long_table_repeats_its_head(documents):
    """A table that runs over pages has its column heads on each of them."""
    document = documents["regional_nb"]
    table = next(section for section in document.pack.sections if isinstance(section, TableSection))
    first, second = (page.extract_text() for page in document.reader.pages[:2])

    assert table.rows[0][0].text in first
    assert table.rows[-1][0].text in second
    assert all(column.label in text for text in (first, second) for column in table.columns)


def test_later_pages_name_branch_and_organisation(documents):
    """Every page after the first says whose figures these are."""
    document = documents["regional_nb"]
    text = document.reader.pages[1].extract_text()

    assert document.pack.organisation in text
    assert f"{document.pack.branch_name} · {document.pack.period}" in text


def test_pages_are_a4_portrait(documents):
    """Paper is A4, upright."""
    for document in documents.values():
        sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in document.reader.pages}

        assert {(595, 842)} == sizes


def test_a_pack_with_long_everything_is_drawn(draw, sample_packs):
    """Names of 300 characters without a space, and 60 tiles, stay within the page."""
    pack = sample_packs["empty_nb"]
    tiles = pack.sections[0]
    long = "Å" * 300
    crowd = replace(tiles, tiles=tuple(replace(tiles.tiles[0], label=f"{long} {n}") for n in range(12)))
    document = draw(replace(pack, branch_name=long, organisation=long, sections=(crowd,)))

    assert len(document.reader.pages) > 1
    assert "Å" * 10 in document.reader.pages[0].extract_text()


def test_a_pack_without_sections_is_drawn(draw, sample_packs):
    """A pack with no section at all is one page with its title and what the figures mean."""
    document = draw(replace(sample_packs["empty_nb"], sections=()))

    assert 1 == len(document.reader.pages)
    assert "Om tallene" in document.reader.pages[0].extract_text()


def test_control_characters_leave_the_metadata_readable(draw, sample_packs):
    """Stray control characters from a register are dropped, and the XMP stays well-formed XML."""
    document = draw(replace(sample_packs["empty_nb"], title="Ut\x00si\x08ra", branch_name="\ufffe"))

    assert "Utsira" == document.reader.metadata.title
    ElementTree.fromstring(document.reader.trailer["/Root"]["/Metadata"].get_data())


def test_an_uncut_chart_keeps_its_pixels(documents):
    """The picture in the PDF is the chart's own, pixel for pixel."""
    document = documents["small_da"]
    drawn = Image.open(io.BytesIO(document.charts["joiners"])).convert("RGB")
    placed = document.reader.pages[0].images[0].image.convert("RGB")

    assert drawn.size == placed.size
    assert drawn.tobytes() == placed.tobytes()
