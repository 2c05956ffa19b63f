"""The template with its styles on its elements says what an inlined document says."""

import re
from dataclasses import replace
from itertools import product

import pytest

from renderers.formats import INTEGER, TEXT, Cell, Mark, ValueFormat
from renderers.html.document import told
from renderers.html.inlining import inline
from renderers.html.layout import layout_source, plain_layout, styled_layout
from renderers.html.palette import palette
from renderers.pack import Pack
from renderers.sections import (
    ChartSection,
    Column,
    Comparison,
    Direction,
    TableSection,
    TextSection,
    Tile,
    TilesSection,
    Verdict,
)

NAMES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en")
_BARE = Cell(value=None, text="<5", mark=Mark.few)
_WORDS = Cell(value="x", text='over "fourteen" characters & more')


def _assert_same(pack: Pack) -> None:
    charts = [section.key for section in pack.sections if isinstance(section, ChartSection)]
    known = told(pack, chart_ids={key: f"{key}@pack" for key in charts}, alt_texts=dict.fromkeys(charts, '"A" < b'))
    colours = palette(pack.accent)
    plain, styled = plain_layout(colours).render(known), styled_layout(colours).render(known)
    # Both inlined once more: there is nothing left to inline, but the same hand has written all.
    assert inline(inline(plain)) == inline(styled)


@pytest.mark.parametrize("name", NAMES)
def test_styled_layout_says_what_an_inlined_document_says(sample_packs: dict[str, Pack], name: str) -> None:
    """Each element has the style that it gets when the whole document is inlined."""
    _assert_same(sample_packs[name])


def _every_tile() -> TilesSection:
    """Return tiles with each verdict and direction, in pairs and alone, with and without figure."""
    against = tuple(
        Comparison(label="I fjor", base=Cell(value=1, text="1"), sentence="Flere", direction=direction, verdict=verdict)
        for direction, verdict in product((*Direction, None), Verdict)
    )
    figures = (Cell(value=17, text="17"), _BARE, Cell(value=None, text="–", mark=Mark.absent))
    tiles = tuple(
        Tile(label="Medlemmer", value=value, value_format=INTEGER, comparisons=against, note=note)
        for value, note in zip(figures, ("", "per 31. mai", ""), strict=True)
    )
    return TilesSection(key="tiles", heading="Tall", tiles=tiles, note="En merknad")


def _table(key: str, formats: list[ValueFormat], cells: list[Cell], *, has_total: bool) -> TableSection:
    columns = tuple(Column(label=f"Kolonne {number}", value_format=how) for number, how in enumerate(formats))
    lines = tuple(tuple(cells[(place + row) % len(cells)] for place in range(len(formats))) for row in range(4))
    return TableSection(
        key=key, heading="", columns=columns, rows=lines, total=lines[0] if has_total else None, more="Og 3 til"
    )


def test_styled_layout_knows_every_form(sample_packs: dict[str, Pack]) -> None:
    """Whatever a tile, a cell, a head or a paragraph can be, its style is the same both ways."""
    cells = [Cell(value=1, text="1"), _BARE, _WORDS, replace(_BARE, text="for få til å vises her")]
    tables = [
        _table(f"{len(formats)} {has_total}", formats, cells, has_total=has_total)
        for formats in ([TEXT, INTEGER, TEXT], [INTEGER, INTEGER, TEXT, TEXT], [TEXT, INTEGER], [])
        for has_total in (True, False)
    ]
    texts = [TextSection(key="p", heading="", paragraphs=("Først", "så", "til sist")[:count]) for count in range(4)]
    pack = replace(
        sample_packs["large_nb"],
        sections=(_every_tile(), *tables, *texts, replace(tables[0], empty="Ingen")),
        notices=("Foreløpig", "Uten Oslo"),
        accent="#ffd400",
    )
    known = told(pack, chart_ids={}, alt_texts={})

    _assert_same(pack)
    document = styled_layout(palette(pack.accent)).render(known)
    shown = [text for table in tables for row in (*table.rows, table.total or ()) for text in row if text is _WORDS]
    assert len(shown) == document.count("characters &amp; more")


def test_pack_decides_no_attribute_that_styles_ask_for() -> None:
    """A style cannot depend on what is filled in later: only these attributes are."""
    document = layout_source(palette("#0b5c8a"))
    filled = re.findall(r'([\w-]+)="[^"]*\[\[[^"]*"', document)

    assert {"lang", "content", "src", "alt"} == set(filled)
    assert [] == re.findall(r"<[\w-]*\[\[", document)
