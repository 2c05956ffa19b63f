"""Sentences and the figures they hold."""

import re


def says(sentence: str, figure: str) -> bool:
    """Say whether *sentence* holds *figure* as a figure of its own: "17" is not in "over 170" or "1,17"."""
    return re.search(rf"(?<![\w.,\u00a0\u202f]){re.escape(figure)}(?!\w)(?![.,\u00a0\u202f]\d)", sentence) is not None
