"""Lengths of time as a specification writes them."""

import re
from datetime import timedelta


def length_of(text: str) -> timedelta:
    """Return the length that "36 hours", "40 days" or "6 weeks" names."""
    match = re.fullmatch(r"(\d+) (hours|days|weeks)", text)
    if match is None:
        raise ValueError(f'"{text}" is not a length of time. Allowed: "36 hours", "40 days", "6 weeks".')
    return timedelta(**{match[2]: int(match[1])})
