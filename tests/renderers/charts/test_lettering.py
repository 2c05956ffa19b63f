"""Text is measured, wrapped and cut to fit, and never holds a glyph that the font lacks."""

import warnings

from hypothesis import given
from hypothesis import strategies as st

from renderers.charts.lettering import elided, printable, text_width, wrapped


def test_glyph_outside_the_font_becomes_a_box() -> None:
    """Letters that the font lacks are shown as boxes; invisible ones and line breaks do not disturb."""
    assert "Klubb □ en linje" == printable("Klubb 🎓\nen\u200b linje ")


def test_norwegian_and_danish_letters_are_kept() -> None:
    """Æ, ø and å and the signs of our figures are printed, also where they are written in two code points."""
    assert "Ærø Å −5\N{NO-BREAK SPACE}% – …" == printable("Ærø A\u030a −5\N{NO-BREAK SPACE}% – …")


def test_long_text_is_cut_with_an_ellipsis() -> None:
    """Text that is too wide is cut, with an ellipsis right after its last letter."""
    assert "Bergen…" == elided("Bergen kommune", width=text_width("Bergen k…") - 1)


def test_text_is_wrapped_at_spaces() -> None:
    """Text is broken at spaces; what does not fit the last line is cut."""
    lines = wrapped("Bergen kommune, byrådsavdeling for barnehage", width=text_width("Bergen kommune, "))

    assert ("Bergen kommune,", "byrådsavdeling f…") == lines


@given(text=st.text(max_size=60), width=st.floats(20, 200))
def test_cut_text_fits(text: str, width: float) -> None:
    """Cut and wrapped text is never wider than the room it was given, and measuring never warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = printable(text)
        lines = wrapped(shown, width=width)

    assert all(text_width(line) <= width for line in (*lines, elided(shown, width=width)))
    assert len(lines) <= 2
