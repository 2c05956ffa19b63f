"""The frozen layout shows and says what WeasyPrint does: text, ink, tags, bookmarks and metadata."""

import io
from dataclasses import replace
from itertools import permutations
from typing import NamedTuple

import pypdfium2
import pytest
from awkward_packs import awkward_packs, foreign_packs, named, with_rows, with_values, with_verdicts
from bench import Bench
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader

from renderers.pack import Pack
from renderers.pdf import Reason, Way
from renderers.sections import TableSection, TextSection, Verdict

_SAMPLES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb")
# Of 256, and of all pixels: what a thousandth of a px does to the edge of a letter.
_NOISE, _NOISY_SHARE = 24, 0.0005
_WORDS = (
    "Oslo", "og", "omegn", "helse", "(avd.)", "–", "«skjult»", "12\N{NO-BREAK SPACE}%", "+3,4", "−5", "bo-", "16–25",
    "Sør-Varanger", "kr/time", "og/eller", "A.S.", "ja!", "3.5", '"x"', "don't", "slutt…", "/a/b/c", "e-post", "?",
    "overføringsmedlemskapsavgiftsordning", "1\N{NO-BREAK SPACE}234", "U.S.", "“quoted”", "[1]", "<5", "a—b",
)  # fmt: skip
_SENTENCES = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=60).map(" ".join)


def _pictures(content: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.render(scale=100 / 72).to_pil() for page in document]
    finally:
        document.close()


def _noisy_share(one: Image.Image, other: Image.Image) -> float:
    histogram = ImageChops.difference(one, other).convert("L").histogram()
    return sum(histogram[_NOISE:]) / sum(histogram)


class TwoWays(NamedTuple):
    """A bench and a pack; short in the report of a failing example."""

    bench: Bench
    pack: Pack

    def __repr__(self) -> str:
        return self.pack.branch_name


@pytest.fixture(scope="module")
def two_ways(bench, sample_packs) -> TwoWays:
    return TwoWays(bench, sample_packs["large_nb"])


@pytest.mark.parametrize("name", _SAMPLES)
def test_sample_packs_are_equal(bench, sample_packs, name):
    """Every sample pack is covered by the frozen layout, and no reader can tell."""
    assert () == bench.differences(sample_packs[name])


@pytest.mark.parametrize("name", ["large_nb", "small_da"])
def test_awkward_packs_are_equal(bench, sample_packs, name):
    """So are packs with long names, huge and negative figures, empty texts, wrapped cells, and tables over pages."""
    found = {what: bench.differences(pack) for what, pack in awkward_packs(sample_packs[name]).items()}

    assert {} == {what: differences for what, differences in found.items() if differences}


def test_packs_that_differ_in_colours_are_equal(bench, sample_packs):
    """Where only verdicts differ, the layout is shared, and each text keeps the colour of its own verdict."""
    for verdicts in permutations(Verdict, 2):
        pack = with_verdicts(sample_packs["small_da"], verdicts)

        assert () == bench.differences(pack), verdicts


def test_packs_of_one_shape_keep_their_texts(bench, sample_packs):
    """A pack that is set in the places of another has its own figures and headings, and none of the other's."""
    pack = sample_packs["large_nb"]
    other = with_values(
        named(pack, "Øvre Eiker"), lambda text: text.translate(str.maketrans("0123456789", "9876543210"))
    )
    bench.render(pack)

    assert () == bench.differences(other)
    assert () == bench.differences(pack)


@pytest.mark.parametrize("name", _SAMPLES)
def test_pages_look_equal(bench, documents, name):
    """At 100 dpi the pages are the same but for the noise of anti-aliasing."""
    document = documents[name]
    content, _ = bench.render(document.pack)
    pages, others = _pictures(document.content), _pictures(content)

    assert [page.size for page in pages] == [page.size for page in others]
    assert _NOISY_SHARE > max(_noisy_share(one, other) for one, other in zip(pages, others, strict=True))


@pytest.mark.parametrize("name", _SAMPLES)
def test_another_program_extracts_the_same_text(bench, documents, name):
    """What pypdf takes for the text, line ends included, is the same."""
    document = documents[name]
    content, _ = bench.render(document.pack)

    expected = [page.extract_text() for page in document.reader.pages]
    assert expected == [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_what_only_weasyprint_can_draw_is_left_to_it(bench, sample_packs):
    """Glyphs outside the fonts, loose white space and parts cut by a page are drawn in full, each with its reason."""
    for what, pack in foreign_packs(sample_packs["large_nb"]).items():
        _, how = bench.render(pack)

        assert Way.full is how.way, what
        assert how.reason in (Reason.glyph, Reason.markup, Reason.page, Reason.line), what
        assert how.detail, what


def test_full_rendering_is_weasyprints_own(bench, sample_packs):
    """A pack that is drawn in full has the bytes of the plain way."""
    pack = named(sample_packs["empty_nb"], "漢字")

    assert bench.full(pack) == bench.render(pack)[0]


@settings(max_examples=10, deadline=None)
@given(sentence=_SENTENCES, rows=st.integers(1, 60), note=_SENTENCES, paragraphs=st.lists(_SENTENCES, max_size=3))
@example(sentence="Oslo", rows=21, note="Oslo", paragraphs=[])  # a heading alone at the end of a page
def test_any_texts_and_rows_are_equal_or_drawn_in_full(two_ways, sentence, rows, note, paragraphs):
    """Wherever lines and pages break, the frozen layout breaks them there too, or leaves the pack alone."""
    bench, sample = two_ways
    pack = with_rows(replace(sample, notices=(sentence,)), rows)
    sections = []
    for section in pack.sections:
        match section:
            case TableSection():
                first = replace(section.rows[0][0], text=sentence)
                changed = ((first, *section.rows[0][1:]), *section.rows[1:])
                sections.append(replace(section, rows=changed, note=note))
            case TextSection():
                sections.append(replace(section, paragraphs=tuple(paragraphs)))
            case _:
                sections.append(section)
    pack = replace(pack, sections=tuple(sections))
    proof = bench.press.prove(pack, **bench.parts(pack))

    assert () == proof.differences
    assert proof.how.reason in (None, Reason.page, Reason.line)


def test_letters_of_europe_take_the_larger_fonts(bench, sample_packs):
    """A name in Polish makes the file larger by the wider fonts, and no more than that."""
    pack = sample_packs["large_nb"]
    plain, _ = bench.render(pack)
    polish, how = bench.render(named(pack, "Łódź"))

    assert Way.frozen is how.way
    assert 5_000 < len(polish) - len(plain) < 25_000


def test_file_is_no_larger_than_a_full_one(bench, documents):
    """The shared fonts do not make packs heavier."""
    for name in _SAMPLES:
        content, _ = bench.render(documents[name].pack)

        assert len(content) < len(documents[name].content) + 12_000, name
