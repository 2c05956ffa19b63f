"""Rare garbage collection: between items, not in the midst of them.

Drawing makes many objects and few cycles, and each automatic collection walks all that the libraries hold: a seventh of
the time. What is alive between two items (modules, fonts, parsed styles, what is remembered for later items) is frozen
and never walked again; it is freed as ever once nothing refers to it.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_ITEMS_BETWEEN = 64


class RareCollection:
    """Counts items, and collects after every few of them."""

    def __init__(self) -> None:
        self._items = 0

    def count(self) -> None:
        """Note that an item is done."""
        self._items += 1
        if self._items == 1 or self._items % _ITEMS_BETWEEN == 0:
            gc.collect()
            gc.freeze()


@contextmanager
def rare_collection() -> Iterator[RareCollection]:
    """Switch automatic collection off for a while."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield RareCollection()
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
