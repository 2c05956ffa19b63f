"""Words are set as the texts that they stand in, and lines break where WeasyPrint breaks them."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.pdf import PdfPress
from renderers.pdf.frozen import private_weasyprint
from renderers.pdf.frozen.looks import Type
from renderers.pdf.frozen.private_weasyprint import break_first_line
from renderers.pdf.frozen.shaping import REPERTOIRE

_PLAIN = (
    "Oslo", "og", "omegn", "helse", "–", "12\N{NO-BREAK SPACE}%", "+3,4", "−5", "16:30", "a", "I", "31.", "mai",
    "2026,", "færre", "(−4,7\N{NO-BREAK SPACE}%).", "medlemmer", "overføringsmedlemskap", "5%", "A.S.", "nådd:", "2;",
    "(+34,3\N{NO-BREAK SPACE}%)", "prosentpoeng", "1\N{NARROW NO-BREAK SPACE}234", "(avd", "2).",
)  # fmt: skip
_AWKWARD = (
    "Š.,", "bo-", "16–25", "kr/time", "«skjult»", "ja!", "[1]", "%", ".5", "a(b)", "U.S.)x", "e-post", '"x"', "?", "—",
    "(", ")", "a%b", "»", "’s", "…", "5%%", "a,%", "€5", "5€", "+", "−", "a+b", "\N{NO-BREAK SPACE}",
)  # fmt: skip
_WORDS = st.lists(st.sampled_from(_PLAIN), min_size=2, max_size=30)


@pytest.fixture(scope="module")
def press(bench, sample_packs) -> PdfPress:
    """A press that has learned the types of a document."""
    bench.render(sample_packs["large_nb"])
    return bench.press


@pytest.fixture(scope="module")
def kind(press) -> Type:
    """The type of plain paragraphs."""
    return next(kind for kind in private_weasyprint._styles if not kind.hyphenates and kind.language == "nb")


def test_nothing_reaches_over_a_space(press, kind):
    """Every pair of characters that a space parts is as wide, and of the same glyphs, as each is by itself."""
    faces = press._layout._faces._faces.values()
    for face, one in product(faces, sorted(REPERTOIRE)):
        for other in ("A", "V", "j", "1", one):
            texts = (f"{one} {other}", one, " ", other)
            whole, *parts = (face.shape(text, kind.size, kind.language, script="Latn") for text in texts)

            assert sum(part.width for part in parts) == whole.width
            assert "".join(part.show[1:-1] for part in parts).replace("><", "") == whole.show[1:-1]


@settings(max_examples=200, deadline=None)
@given(words=_WORDS, width=st.floats(160, 700))
def test_lines_of_plain_words_are_weasyprints(press, kind, words, width):
    """A text of plain words breaks where WeasyPrint breaks it, without asking."""
    typesetter, text = press._layout._typesetter, " ".join(words)
    if typesetter.shape(text, kind).width <= width:
        return

    assert _weasyprints(text, kind, width) == typesetter._between_words(text, kind, width)


@settings(max_examples=200, deadline=None)
@given(words=_WORDS, awkward=st.sampled_from(_AWKWARD), place=st.integers(0, 30), width=st.floats(20, 700))
def test_lines_of_other_words_are_weasyprints(press, kind, words, awkward, place, width):
    """Where another word is met before the end of the line, WeasyPrint is asked; what is said before that is right."""
    typesetter, text = press._layout._typesetter, " ".join((*words[:place], awkward, *words[place:]))
    if typesetter.shape(text, kind).width <= width:
        return

    assert typesetter._between_words(text, kind, width) in (None, _weasyprints(text, kind, width))


@settings(max_examples=200, deadline=None)
@given(words=_WORDS, width=st.floats(1, 500))
def test_lines_behind_another_text_are_weasyprints(press, kind, words, width):
    """A text that a space parts from one before it breaks where WeasyPrint breaks it, or behind that one."""
    typesetter, text = press._layout._typesetter, " " + " ".join(words)
    if typesetter.shape(text, kind).width <= width:
        return

    expected = _weasyprints(text, kind, width, is_line_start=False)
    assert typesetter._between_words(text, kind, width) in (None, expected)


def _weasyprints(text: str, kind: Type, width: float, *, is_line_start: bool = True) -> tuple[str, str]:
    line, rest = break_first_line(text, kind, width=width, is_line_start=is_line_start)
    return line.rstrip(" "), rest.lstrip(" ")
