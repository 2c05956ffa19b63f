"""File names that people can read and every file system takes."""

import re
import unicodedata

DIGEST_LENGTH = 12
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ß": "ss", "đ": "d", "ŋ": "n", "ŧ": "t"})
_LABEL_LENGTH = 60
_RECIPIENT_LENGTH = 40


def file_name(label: str, recipient: str, digest: str) -> str:
    """Return "0301-oslo--kari-nordmann--1f9ac2d07b3e.eml"; parts without letters are left out."""
    parts = (slug(label, _LABEL_LENGTH), slug(recipient, _RECIPIENT_LENGTH), digest)
    return f"{'--'.join(part for part in parts if part)}.eml"


def slug(text: str, length: int) -> str:
    """Return *text* in lower-case ASCII letters, digits and single hyphens, at most *length* characters."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:length].rstrip("-")
