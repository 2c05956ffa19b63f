"""Where things go on the page."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from renderers.formats import INTEGER, Cell
from renderers.pdf import render_pdf
from renderers.pdf.layout import FULL_PAGE, HALF_PAGE, ChartsBlock, blocks, chart_sizes, column_widths, tile_rows
from renderers.pdf.pictures import is_wide, picture
from renderers.sections import ChartSection, TableSection, Tile


def _tile(text: str = "12") -> Tile:
    return Tile(label="Members", value=Cell(value=12, text=text), value_format=INTEGER, comparisons=())


@pytest.mark.parametrize(
    ("count", "shape"),
    [
        (0, []),
        (1, [3]),
        (2, [3]),
        (3, [3]),
        (4, [4]),
        (5, [5]),
        (6, [3, 3]),
        (7, [4, 4]),
        (8, [4, 4]),
        (9, [5, 5]),
        (11, [4, 4, 4]),
    ],
)
def test_tiles_stand_three_to_five_across(count, shape):
    """Rows of tiles are even, filled up with gaps, and never wider than five."""
    rows = tile_rows((_tile(),) * count)

    assert shape == [len(row) for row in rows]
    assert count == sum(tile is not None for row in rows for tile in row)


def test_long_values_get_wider_tiles():
    """A sum of money in a tile is given room instead of a smaller letter."""
    assert [3, 3] == [len(row) for row in tile_rows((_tile("12 345 678 kr"),) * 5)]


def test_small_charts_share_a_row_and_others_take_the_page(sample_packs):
    """Neighbouring charts are drawn at half width; a heat map and a chart alone at full width."""
    sizes = chart_sizes(sample_packs["large_nb"])

    assert {HALF_PAGE} == {sizes[key] for key in ("joiners_year", "churn_age", "reasons", "sectors")}
    assert FULL_PAGE == sizes["joined_map"]
    assert {FULL_PAGE} == set(chart_sizes(sample_packs["regional_nb"]).values())


def test_charts_drawn_in_their_sizes_stand_as_planned(documents):
    """Charts drawn in the sizes asked for are placed two to a row, and alone where planned so."""
    document = documents["large_nb"]
    rows = [
        [figure.section.key for figure in block.figures]
        for block in blocks(document.pack.sections, charts=document.charts, alt_texts=document.alt_texts)
        if isinstance(block, ChartsBlock)
    ]

    assert [["joiners_year", "churn_age"], ["reasons", "sectors"], ["joined_map"]] == rows


def test_blocks_keep_the_order_of_the_sections(documents):
    """However charts are paired, nothing overtakes anything."""
    for document in documents.values():
        keys: list[str] = []
        for block in blocks(document.pack.sections, charts=document.charts, alt_texts=document.alt_texts):
            figures = block.figures if isinstance(block, ChartsBlock) else (block,)
            keys += [figure.section.key for figure in figures]

        assert [section.key for section in document.pack.sections] == keys


def test_empty_charts_need_no_picture(sample_packs):
    """A chart section with its sentence is placed without a picture."""
    chart = next(one for one in sample_packs["empty_nb"].sections if isinstance(one, ChartSection))
    (block,) = blocks((chart,), charts={}, alt_texts={})

    assert isinstance(block, ChartsBlock)
    assert "" == block.figures[0].address


def test_column_widths_fill_the_page(sample_packs):
    """Widths of columns add up to the page and give most to the longest texts."""
    for pack in sample_packs.values():
        for section in pack.sections:
            if isinstance(section, TableSection):
                widths = column_widths(section)

                assert pytest.approx(100, abs=0.1) == sum(widths)
                assert max(widths) == widths[0]


def test_a_picture_says_how_wide_it_is_meant():
    """A picture's resolution decides whether it is a half or a full page; without one its shape does."""

    def png(width: int, height: int, dpi: int | None) -> bytes:
        buffer = io.BytesIO()
        Image.new("P", (width, height)).save(buffer, "PNG", **({"dpi": (dpi, dpi)} if dpi else {}))
        return buffer.getvalue()

    assert not is_wide(png(716, 200, 192))
    assert is_wide(png(1346, 1000, 192))
    assert is_wide(png(900, 400, None))
    assert not is_wide(png(900, 600, None))


@given(st.sampled_from(["1", "L", "P", "RGB", "RGBA", "LA"]), st.integers(1, 40), st.integers(1, 40))
def test_pictures_of_any_kind_are_read_or_left_to_weasyprint(mode, width, height):
    """Opaque pictures are taken as they are, with their size; transparent ones are not."""
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, "PNG")
    found = picture(buffer.getvalue())

    assert (mode in ("1", "L", "P", "RGB")) == (found is not None)
    assert found is None or (width, height) == (found.width, found.height)


def test_what_is_no_png_is_left_to_weasyprint():
    """Bytes of another kind are not read as a PNG."""
    assert picture(b"GIF89a") is None


def test_transparent_pictures_are_drawn(draw, documents, sample_packs):
    """A chart with transparency, which is decoded, appears like any other."""
    buffer = io.BytesIO()
    Image.new("RGBA", (600, 300), (0, 90, 140, 120)).save(buffer, "PNG")
    pack = replace(sample_packs["small_da"], sections=sample_packs["small_da"].sections[1:2])
    content = render_pdf(pack, charts={"joiners": buffer.getvalue()}, alt_texts={"joiners": "Farve"})

    assert 1 == len(PdfReader(io.BytesIO(content)).pages[0].images)
