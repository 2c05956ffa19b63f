"""Markup is taken apart into what packs share and what they do not."""

import pytest

from renderers.pdf.frozen.markup import Frame, split_frame, split_section, split_texts
from renderers.pdf.frozen.reasons import NotFrozenError

_TABLE = (
    '<section class="keep"><h2>Medlemmer</h2><table><colgroup><col style="width: 100.0%"/></colgroup>'
    '<thead><tr><th scope="col" class="">Sted</th></tr></thead>'
    '<tbody><tr><th scope="row">Oslo</th></tr><tr class="total"><th scope="row">Alle</th></tr></tbody></table>'
    '<p class="note">Per mai.</p></section>'
)


def test_texts_are_unescaped_and_leave_a_mark():
    """Each text leaves a mark, so that an empty element has another shape than one with text."""
    one = split_texts('<p class="a">&lt;5 &amp; x<b>y</b> z</p><p></p>')

    assert '<p class="a">…<b>…</b>…</p><p></p>' == one.shape
    assert ["<5 & x", "y", " z"] == one.texts


def test_alt_texts_and_strings_are_no_part_of_the_shape():
    """What a picture shows, and what the margins print, differs from pack to pack."""
    one = split_texts('<div data-branch="Oslo"><img src="pack:chart-1" alt="2 &gt; 1"/></div>')

    assert '<div><img src="pack:chart-1"/></div>' == one.shape
    assert ([], ("2 > 1",)) == (one.texts, one.alts)


@pytest.mark.parametrize("alt", ["a\nb", "a\tb", "a\x85b"])
def test_alt_texts_that_parsers_disagree_on_are_refused(alt):
    """A line end or a control character in an attribute is for WeasyPrint to read, in later packs too."""
    with pytest.raises(NotFrozenError):
        split_texts(f'<img src="pack:chart-1" alt="{alt}"/>')


def test_section_with_a_table_is_cut_into_its_rows():
    """What stands above and below the table is kept apart, and each row has its own markup."""
    section = split_section(_TABLE)

    assert section is not None
    assert ("keep", ["<h2>Medlemmer</h2>"]) == (section.classes, section.above)
    assert '<tr><th scope="col" class="">Sted</th>' == section.head
    assert ['<tr><th scope="row">Oslo</th>', '<tr class="total"><th scope="row">Alle</th>'] == section.rows
    assert ['<p class="note">Per mai.</p>'] == section.below


def test_other_markup_around_a_table_is_not_cut():
    """A table within another element, or beside loose text, is not taken for a section's own."""
    assert split_section(_TABLE.replace("<h2>", "<div><h2>").replace("</section>", "</div></section>")) is None
    assert split_section(_TABLE.replace("<table>", "x<table>")) is None
    assert split_section("<section><p>x</p></section>") is None


def test_frame_says_what_the_document_is():
    """Title, language, names and strings are read from the frame, and the masthead is a part like others."""
    masthead = '<div class="masthead" data-title="A &amp; B"><h1>A &amp; B</h1></div>'
    head = '<head><title>A &amp; B</title><meta name="author" content="C"/></head>'
    frame = split_frame(f'<!DOCTYPE html><html lang="nb">{head}<body>{masthead}</body></html>')

    assert Frame("A & B", "nb", {"author": "C"}, {"title": "A & B"}, masthead) == frame
