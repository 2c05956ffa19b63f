"""The GSM alphabet: how long a text is in it, and how a text is written in it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.sms import fits, measure, normalise
from channels.sms.gsm7 import Encoding

# 3GPP TS 23.038, 6.2.1, row by row, written out by code point apart from the code's own list.
ROWS = [
    (0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5),
    (0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9),
    (0x20, 0x21, 0x22, 0x23, 0xA4, *range(0x25, 0x30)),
    range(0x30, 0x40),
    (0xA1, *range(0x41, 0x50)),
    (*range(0x50, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7),
    (0xBF, *range(0x61, 0x70)),
    (*range(0x70, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0),
]
BASIC = [chr(code) for row in ROWS for code in row]
EXTENSION = [chr(code) for code in (0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC)]
GSM = st.text(st.sampled_from(BASIC + EXTENSION), max_size=700)


def test_every_sign_is_counted_as_the_table_says() -> None:
    """127 signs take one septet, ten take two, and all others (every one below U+3000, then samples) are UCS-2."""
    assert 127 == len(set(BASIC))
    for code in (*range(0x3000), *range(0x3000, 0x110000, 97)):
        if 0xD800 <= code < 0xE000:
            continue
        sign = chr(code)
        size = measure(sign)
        if sign in BASIC:
            assert (Encoding.gsm7, 1) == (size.encoding, size.units)
        elif sign in EXTENSION:
            assert (Encoding.gsm7, 2) == (size.encoding, size.units)
        else:
            assert (Encoding.ucs2, len(sign.encode("utf-16-be")) // 2) == (size.encoding, size.units)


def _packed(lengths: list[int], alone: int, joined: int) -> int:
    """Count segments by filling them one sign after the other."""
    if sum(lengths) <= alone:
        return 1
    segments: list[list[int]] = [[]]
    for length in lengths:
        if sum(segments[-1]) + length > joined:
            segments.append([])
        segments[-1].append(length)
    return len(segments)


@given(GSM)
@example("a" * 160)
@example("a" * 161)
@example("a" * 306)
@example("a" * 307)
@example("€" * 80)
@example("a" * 152 + "€" + "a" * 152)
def test_segments_of_the_gsm_alphabet(text: str) -> None:
    """160 septets alone, 153 in each of several, and no sign of two septets is torn apart."""
    lengths = [2 if sign in EXTENSION else 1 for sign in text]
    assert _packed(lengths, 160, 153) == measure(text).segments


@given(st.text(st.sampled_from("aŧ🎉–"), max_size=300).map(lambda text: f"{text}ŧ"))
@example("a" * 69)
@example("a" * 66 + "🎉" + "a" * 66)
def test_segments_of_other_texts(text: str) -> None:
    """70 units alone, 67 in each of several, and no emoji is torn apart."""
    text = f"ŧ{text}" if "ŧ" not in text else text
    lengths = [len(sign.encode("utf-16-be")) // 2 for sign in text]
    assert _packed(lengths, 70, 67) == measure(text).segments


def test_boundaries() -> None:
    """The lengths at which a text becomes one segment more."""
    assert [1, 2, 2, 3] == [measure("a" * length).segments for length in (160, 161, 306, 307)]
    assert [1, 2, 2, 3] == [measure("š" * length).segments for length in (70, 71, 134, 135)]
    assert [1, 2] == [measure("€" * length).segments for length in (80, 81)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Tromsø, Ærø og Ålesund: 1\N{NO-BREAK SPACE}284", "Tromsø, Ærø og Ålesund: 1 284"),
        ("1\N{NARROW NO-BREAK SPACE}284\N{THIN SPACE}kr", "1 284 kr"),
        ("«Alta» – “mai” … ‘x’ — ’n", '"Alta" - "mai" ... \'x\' - \'n'),
        ("Kárášjohka, Unjárga, Guovdageaidnu", "Karasjohka, Unjarga, Guovdageaidnu"),
        ("Deanu gielda, Gáivuotna, Đ đ Ŋ ŋ Ŧ ŧ", "Deanu gielda, Gaivuotna, D d N n T t"),
        ("Þórshöfn, Łódź, œuvre, garçon", "Thorshöfn, Lodz, oeuvre, garcon"),
        ("ﬁ ½ ² ① Ａ", "fi 1/2 2 1 A"),
        ("▲ 39 flere, ▼ 3 → 2", "+ 39 flere, - 3 -> 2"),
        ("a\u200bb\ufeffc\u00add\te\x00", "abcd e"),
        ("A\N{COMBINING RING ABOVE}lesund", "Ålesund"),
        ("Київ 🎉", "Київ 🎉"),
        ("€5 [x] {y} ^~|\\", "€5 [x] {y} ^~|\\"),
    ],
)
def test_text_is_written_in_the_alphabet(text: str, written: str) -> None:
    """Blanks, quotes, dashes and marks give way; our own letters stay, and so does what has no relative."""
    assert written == normalise(text)


@given(st.text())
def test_writing_twice_changes_nothing(text: str) -> None:
    """A text once written stays as it is."""
    assert normalise(normalise(text)) == normalise(text)


@given(GSM)
def test_alphabet_is_left_alone(text: str) -> None:
    """A text in the alphabet loses nothing but blanks around it."""
    assert text.strip() == normalise(text)


@given(st.text())
def test_no_letter_is_lost(text: str) -> None:
    """Every letter and digit is still there in some form."""
    letters = [sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) in ("Lu", "Ll", "Nd")]
    assert len([sign for sign in normalise(text) if sign.isalnum()]) >= len(letters)


def test_fits_looks_at_what_is_sent() -> None:
    """A no-break space does not turn 160 characters into three segments."""
    assert fits("a" * 80 + "\N{NO-BREAK SPACE}" + "–" * 79)
    assert not fits("a" * 161)
