"""Pseudonyms in the place of addresses: what has one already keeps it, and words that mention an address get it too."""

import re
from collections.abc import Callable, Mapping

from distributor.ledger.port import PSEUDONYM_MARK

# What may stand beside an address without being part of it. "kari@x.example." ends a sentence, "anna@x.example" is not
# "a@x.example", and what "x.example.org" goes on with is another domain.
_BEFORE = r"(?<![\w.!#$%&'*+/=?^`{|}~-])"
_AFTER = r"(?![\w-]|\.\w)"


def is_plain(address: str) -> bool:
    """Whether something stands there that is no pseudonym yet."""
    return bool(address) and not address.startswith(PSEUDONYM_MARK)


def renamed(address: str, pseudonym: Callable[[str], str]) -> str:
    return pseudonym(address) if is_plain(address) else address


def without_addresses(text: str, pseudonyms: Mapping[str, str]) -> str:
    """Replace each mention of an address, in capitals or not.

    Args:
        text: A transport's words, or ours.
        pseudonyms: From an address to what stands in its place.
    """
    folded = {address.lower(): known for address, known in pseudonyms.items() if is_plain(address)}
    lower = text.lower()
    if not any(address in lower for address in folded):
        return text
    longest_first = sorted(folded, key=len, reverse=True)
    mention = f"{_BEFORE}(?:{'|'.join(map(re.escape, longest_first))}){_AFTER}"
    return re.sub(mention, lambda found: folded.get(found[0].lower(), found[0]), text, flags=re.IGNORECASE)
