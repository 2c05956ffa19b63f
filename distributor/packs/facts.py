"""By what a pack is compared with others when somebody has to choose which to look at."""

from dataclasses import dataclass

from renderers.formats import Cell
from renderers.pack import Pack
from renderers.sections import TilesSection


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFacts:
    """Size, change and warnings of a pack.

    Attributes:
        size: The first figure that it shows; None where that is withheld or has no value.
        change: The largest change of its key figures against what each is held against first, relative; None where
            nothing can be compared.
        warnings: How many banners it has.
    """

    size: float | None
    change: float | None
    warnings: int


def pack_facts(pack: Pack) -> PackFacts:
    """Return what *pack* is chosen by."""
    tiles = [tile for section in pack.sections if isinstance(section, TilesSection) for tile in section.tiles]
    bases = ((tile.value, tile.comparisons[0].base) for tile in tiles if tile.comparisons)
    changes = [change for value, base in bases if (change := _change(value, base)) is not None]
    return PackFacts(
        size=_number(tiles[0].value) if tiles else None,
        change=max(changes, key=abs, default=None),
        warnings=len(pack.notices),
    )


def _change(value: Cell, base: Cell) -> float | None:
    now, before = _number(value), _number(base)
    return (now - before) / abs(before) if now is not None and before else None


def _number(cell: Cell) -> float | None:
    value = cell.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
