"""Lengths of time as a catalogue writes them."""

import re
from datetime import timedelta

LENGTH_PATTERN = r"^[1-9][0-9]{0,4} (hour|day|week)s?$"


def length_of(text: str) -> timedelta:
    """Return the length that "36 hours", "1 day" or "6 weeks" names."""
    match = re.fullmatch(r"(\d+) (hour|day|week)s?", text)
    if match is None:
        raise ValueError(f'"{text}" is not a length of time. Allowed: "36 hours", "40 days", "6 weeks".')
    return timedelta(**{f"{match[2]}s": int(match[1])})
