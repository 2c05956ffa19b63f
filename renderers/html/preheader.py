"""The line that a mailbox shows beside the subject."""

from itertools import chain

from renderers.pack import Pack
from renderers.sections import TextSection, TilesSection

_LENGTH = 140


def preheader(pack: Pack) -> str:
    """Return the pack's first sentence, else its first key figures; at most 140 characters."""
    texts = (section.paragraphs for section in pack.sections if isinstance(section, TextSection))
    tiles = (section.tiles for section in pack.sections if isinstance(section, TilesSection))
    figures = [f"{tile.label} {tile.value.text}" for tile in chain.from_iterable(tiles)]
    line = next(chain.from_iterable(texts), "") or " · ".join(figures) or pack.title
    if len(line) <= _LENGTH:
        return line
    return f"{line[: _LENGTH - 1].rsplit(' ', 1)[0]}…"
