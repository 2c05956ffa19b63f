"""Words of a header as encoded words, where they hold letters outside ASCII (RFC 2047)."""

_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-!*+/"  # what Q leaves as it is: 5 (3)
_Q = tuple("_" if octet == 0x20 else chr(octet) if octet in _PLAIN else f"={octet:02X}" for octet in range(256))
_BIAS = 5  # octets that Q may be longer than base64, before the library prefers that


def encoded(text: str) -> str | None:
    """Write words that are parted by single blanks, to the letter what the library would make of them in one line.

    Those from the first to the last that is not ASCII become one encoded word.

    Returns:
        The words; None where they would be written as base64, which is left to the library.

    Source: RFC 2047, 4.2 (Q) and 5 (3) (phrases).
    """
    if text.isascii():
        return text
    words = text.split(" ")
    others = [place for place, word in enumerate(words) if not word.isascii()]
    first, end = others[0], others[-1] + 1
    raw = " ".join(words[first:end]).encode()
    in_q = "".join([_Q[octet] for octet in raw])
    if len(in_q) - 4 * -(-len(raw) // 3) >= _BIAS:
        return None
    return " ".join([*words[:first], f"=?utf-8?q?{in_q}?=", *words[end:]])
