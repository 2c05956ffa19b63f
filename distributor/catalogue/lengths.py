"""Lengths of time as a catalogue writes them."""

import re
from datetime import timedelta

LENGTH_PATTERN = r"^[1-9][0-9]{0,4} (hour|day|week)s?$"
# Of working time, in which a day has no certain length.
WAIT_PATTERN = r"^[1-9][0-9]{0,4} (minute|hour)s?$"


def length_of(text: str) -> timedelta:
    """Return the length that "30 minutes", "36 hours", "1 day" or "6 weeks" names."""
    match = re.fullmatch(r"(\d+) (minute|hour|day|week)s?", text)
    if match is None:
        raise ValueError(f'"{text}" is not a length of time. Allowed: "36 hours", "40 days", "6 weeks".')
    return timedelta(**{f"{match[2]}s": int(match[1])})
