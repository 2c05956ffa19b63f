"""What a text message can hold: the GSM alphabet, how long a text is in it, and how to write a text in it."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

# Source: 3GPP TS 23.038, 6.2.1 (basic table, without the escape itself) and 6.2.1.1 (extension table).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

# What the alphabet lacks, in signs that it has. Letters with marks are not listed: they lose their marks.
_WRITTEN = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"', "‹": "'", "›": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "•": "-", "·": "-", "…": "...", "⁄": "/", "×": "x", "÷": "/", "≤": "<=", "≥": ">=", "≈": "~", "±": "+/-",
        "→": "->", "←": "<-", "▲": "+", "△": "+", "▼": "-", "▽": "-", "↑": "+", "↓": "-",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "þ": "th", "Þ": "Th",
        "ł": "l", "Ł": "L", "ı": "i", "œ": "oe", "Œ": "OE", "\t": " ", "\u2028": "\n", "\u2029": "\n",
        "\u200b": "", "\u200e": "", "\u200f": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
    }
)  # fmt: skip


class Encoding(StrEnum):
    """How a text travels: one sign outside the GSM alphabet turns the whole of it into UCS-2."""

    gsm7 = "GSM-7"
    ucs2 = "UCS-2"


_ALONE = {Encoding.gsm7: 160, Encoding.ucs2: 70}
_JOINED = {Encoding.gsm7: 153, Encoding.ucs2: 67}  # the rest tells the phone how the parts belong together


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How long a text is. Units are septets in GSM-7, 16-bit units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def measure(text: str) -> Size:
    """Return how long *text* is as it stands.

    Returns:
        One segment up to 160 septets or 70 units; beyond that segments of 153 or 67, where a sign of two units is
        never torn apart. An empty text is one segment.

    Source: 3GPP TS 23.038, 6.1.2 and 6.2; 3GPP TS 23.040, 9.2.3.24.1.
    """
    encoding = Encoding.gsm7 if all(map(_is_gsm, text)) else Encoding.ucs2
    lengths = [_units(sign, encoding) for sign in text]
    if sum(lengths) <= _ALONE[encoding]:
        return Size(encoding=encoding, units=sum(lengths), segments=1)
    segments, used = 1, 0
    for length in lengths:
        if used + length > _JOINED[encoding]:
            segments, used = segments + 1, 0
        used += length
    return Size(encoding=encoding, units=sum(lengths), segments=segments)


def fits(text: str) -> bool:
    """Tell whether *text* goes out as one segment, as the channel will write it."""
    return measure(normalise(text)).segments == 1


def normalise(text: str) -> str:
    """Return *text* in signs of the GSM alphabet, as far as it can be written so without loss of sense.

    Blanks of all kinds become a space, typographic quotes and dashes plain ones, and letters that the alphabet lacks
    their relatives: "Kárášjohka" becomes "Karasjohka". æ, ø, å, ä, ö and é stay. What has no relative stays as it is
    (Cyrillic, emoji), and the text then travels in UCS-2.
    """
    return "".join(_written(sign) for sign in unicodedata.normalize("NFC", text)).strip()


def _written(sign: str) -> str:
    if _is_gsm(sign):
        return sign
    plain = sign.translate(_WRITTEN)
    if all(map(_is_gsm, plain)):
        return plain
    category = unicodedata.category(sign)
    if category in ("Zs", "Cc"):
        return " "
    # First as a compatible form ("½", "ﬁ"), then without marks ("š").
    compatible = unicodedata.normalize("NFKC", plain).translate(_WRITTEN)
    bare = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    return next((form for form in (compatible, bare) if form and all(map(_is_gsm, form))), sign)


def _is_gsm(sign: str) -> bool:
    return sign in _BASIC or sign in _EXTENSION


def _units(sign: str, encoding: Encoding) -> int:
    match encoding:
        case Encoding.gsm7:
            return 2 if sign in _EXTENSION else 1
        case Encoding.ucs2:
            return 2 if ord(sign) > 0xFFFF else 1
