"""Colours that stay readable whatever the organisation's accent is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.html.palette import palette


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@given(accent=st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_text_in_the_accent_is_readable(accent: str) -> None:
    """Figures on light and dark cards have a contrast of 4.5 at least; the head has 3 for its large letters."""
    colours = palette(accent)
    assert accent == colours.accent
    assert _contrast(colours.text, "#ffffff") >= 4.49
    assert _contrast(colours.text_dark, "#212b35") >= 4.49
    assert _contrast(colours.on_accent, colours.accent) >= 3


@pytest.mark.parametrize("accent", ["", "red", "#fff", "#0b5c8a;}</style>"])
def test_what_is_no_colour_becomes_the_default(accent: str) -> None:
    """A value that is no colour cannot break the style sheet."""
    assert palette(accent) == palette("#0b5c8a")
