"""A metric's figures as cells: printed once for all packs that show the same."""

from collections.abc import Callable
from functools import lru_cache, partial

from distributor.metrics.asks import operands
from distributor.packs.scope import Scope
from renderers.formats import Cell, Mark, Value
from renderers.language import Formatter

_SHOWN, _ABSENT = Mark.shown, Mark.absent


class Printer:
    """Prints the figures of one metric in one language.

    Args:
        metric: Its name.
        scope: For how it is printed.
        words: The language.
        min_cell: The smallest count of persons that is shown where neither metric nor dataset says another.
    """

    def __init__(self, metric: str, *, scope: Scope, words: Formatter, min_cell: int) -> None:
        self.how = scope.value_format(metric)
        self.shown: Callable[[Value], Cell] = lru_cache(maxsize=2048, typed=True)(partial(words.cell, how=self.how))
        self._withheld = lru_cache(partial(_withheld, metric, scope=scope, words=words, min_cell=min_cell))

    def cell(self, value: Value, mark: Mark) -> Cell:
        """Print a value, or the sign of its suppression: "<5" where it counts persons, else "withheld"."""
        return self.shown(value) if mark is _SHOWN or mark is _ABSENT else self._withheld(mark)


@lru_cache(maxsize=128)
def printer(metric: str, scope: Scope, words: Formatter, min_cell: int) -> Printer:
    """Return the printer of *metric*, the same for all branches."""
    return Printer(metric, scope=scope, words=words, min_cell=min_cell)


def smallest_shown(*metrics: str, scope: Scope, min_cell: int) -> int:
    """Return the smallest count of persons that these metrics show: that of the strictest of their parts."""
    parts = {name for metric in metrics for name in operands(metric, scope.metrics)}
    return max(scope.smallest_shown(name, min_cell) for name in parts)


def _withheld(metric: str, mark: Mark, *, scope: Scope, words: Formatter, min_cell: int) -> Cell:
    if mark is Mark.few and not scope.is_count(metric):
        mark = Mark.hidden
    return words.suppressed(mark, min_cell=smallest_shown(metric, scope=scope, min_cell=min_cell))
