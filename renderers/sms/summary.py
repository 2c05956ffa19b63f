"""The summary of a pack for a text message: whose figures, then one figure after the other."""

from renderers.formats import Mark
from renderers.pack import Pack
from renderers.sections import Tile, TilesSection
from renderers.sentences import title_lines

_NO_CELL = (Mark.hidden, Mark.absent)


def render_sms(pack: Pack) -> str:
    """Write the summary of *pack* as lines that a text message is put together from.

    The first line says what the figures are of, and of what kind where they are not sure; each further line is a tile
    with the first value that it is held against. A message is as many of them as fit into it, the first ones first.

    Returns:
        Lines such as "Medlemstall, Oslo, mai 2026" and "Medlemmer 1 284 (i fjor 1 245)".
    """
    tiles = [tile for one in pack.sections if isinstance(one, TilesSection) for tile in one.tiles]
    return "\n".join([_head(pack), *map(_figure, tiles)]) + "\n"


def _head(pack: Pack) -> str:
    head = ", ".join(filter(None, title_lines(pack)))
    if not pack.notices:
        return _on_one_line(head)
    # Only what kind of figures they are: "Tallene er ikke fullstendige".
    return _on_one_line(f"{head} ({pack.notices[0].partition(':')[0].rstrip('.')})")


def _figure(tile: Tile) -> str:
    against = tile.comparisons[0] if tile.comparisons else None
    told = f"{tile.label} {tile.value.text}"
    if against is None or against.base.mark in _NO_CELL:
        return _on_one_line(told)
    label = against.label[:1].lower() + against.label[1:]
    return _on_one_line(f"{told} ({label} {against.base.text})")


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())
