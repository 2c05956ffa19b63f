"""What PDF/UA-1 (ISO 14289-1) asks for, as far as the file itself can show it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

LARGE = ("large_nb", "large_da", "large_en")


def _elements(node: Any) -> Iterator[DictionaryObject]:
    """Yield the structure elements below *node* in reading order."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, ArrayObject):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        yield from _elements(node.get("/K", ArrayObject()))


@pytest.fixture
def roots(documents):
    """Return the catalogue of every document by name."""
    return {name: document.reader.trailer["/Root"].get_object() for name, document in documents.items()}


def test_document_is_tagged_and_says_so(roots):
    """The file has a structure tree and is marked as tagged."""
    for root in roots.values():
        assert root["/MarkInfo"]["/Marked"]
        assert "/Document" == next(_elements(root["/StructTreeRoot"]))["/S"]


def test_document_declares_pdf_ua(documents):
    """The XMP metadata declares PDF/UA part 1."""
    for document in documents.values():
        metadata = document.reader.trailer["/Root"]["/Metadata"].get_data().decode()

        assert "pdfuaid:part" in metadata or 'pdfuaid="http://www.aiim.org/pdfua/ns/id/"' in metadata


def test_language_title_and_author_are_set(documents):
    """Language, title and author are the pack's, and a viewer's window shows the title."""
    for document in documents.values():
        root, info = document.reader.trailer["/Root"], document.reader.metadata

        assert document.pack.language == root["/Lang"]
        assert document.pack.title == info.title
        assert document.pack.organisation == info.author
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_branch_id_can_be_read(documents):
    """The file says whose pack it is, for the guard and for whoever finds a stray copy."""
    for document in documents.values():
        assert document.pack.branch_id == document.reader.metadata["/branch"]


def test_every_figure_has_its_alt_text(documents):
    """Each chart is a figure whose alternative text is the chart's description."""
    for document in documents.values():
        elements = _elements(document.reader.trailer["/Root"]["/StructTreeRoot"])
        found = [element.get("/Alt") for element in elements if element["/S"] == "/Figure"]

        assert list(document.alt_texts.values()) == found


def test_headings_are_nested_without_gaps(documents):
    """There is one H1, first; every section follows as an H2."""
    for document in documents.values():
        elements = _elements(document.reader.trailer["/Root"]["/StructTreeRoot"])
        headings = [element["/S"] for element in elements if element["/S"] in ("/H1", "/H2", "/H3")]

        assert ["/H1", *["/H2"] * (len(document.pack.sections) + 1)] == headings


@pytest.mark.parametrize("name", LARGE)
def test_table_cells_name_their_headers(documents, name):
    """Every data cell points to header cells that exist in its table: its column's and its row's."""
    elements = list(_elements(documents[name].reader.trailer["/Root"]["/StructTreeRoot"]))
    tables = [element for element in elements if element["/S"] == "/Table"]
    assert tables
    for table in tables:
        cells = list(_elements(table["/K"]))
        known = {cell["/ID"] for cell in cells if cell["/S"] == "/TH"}
        named = [set(cell["/A"]["/Headers"]) for cell in cells if cell["/S"] == "/TD"]

        assert all(len(headers) == 2 and headers <= known for headers in named)


def test_fonts_are_embedded(documents):
    """No font is taken from the reader's machine, and all come from the charts' font files."""
    for document in documents.values():
        fonts = [font.get_object() for page in document.reader.pages for font in page["/Resources"]["/Font"].values()]
        assert fonts
        for font in fonts:
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]

            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
            assert "Pack-Sans" in font["/BaseFont"]


def test_pages_are_tabbed_by_structure(documents):
    """A page with links is tabbed in the order of its structure; ours have no links at all."""
    for document in documents.values():
        for page in document.reader.pages:
            assert "/S" == page.get("/Tabs") or "/Annots" not in page
