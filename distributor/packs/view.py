"""One branch's view of the run's figures, in one language: nothing outside its subtree but the benchmark."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from distributor.metrics.combinations import Keys
from distributor.metrics.measures import Figure, Measures
from distributor.metrics.windows import Window
from distributor.packs.printer import Printer, printer, smallest_shown
from distributor.packs.rows import RowsFrame
from distributor.packs.scope import Scope
from recipients.branches import Branch, BranchTree
from renderers.formats import Cell, Mark
from renderers.language import Formatter
from renderers.sections import Source

ROOT = 0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Reads figures for one branch; every section is built through it."""

    scope: Scope
    tree: BranchTree = field(repr=False)
    measures: Measures = field(repr=False)
    rows: Mapping[str, RowsFrame] = field(repr=False)
    branch: Branch
    node: int
    words: Formatter
    min_cell: int
    organisation: str = ""  # in the reader's language, for texts
    _made: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what *make* returned when it was first asked for *key*: sections of a pack ask for the same."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def figure(self, metric: str, window: Window) -> Figure:
        """Return the branch's figure."""
        return self.measures.figure(metric, window, self.node)

    def figures(self, metric: str, windows: Sequence[Window | None]) -> tuple[Figure | None, ...]:
        """Return the branch's figure over each of *windows*, none where there is no window."""
        return self.measures.figures(metric, windows, self.node)

    def benchmark(self, metric: str, window: Window) -> Figure:
        """Return the whole organisation's figure."""
        return self.measures.figure(metric, window, ROOT)

    def breakdown(self, metric: str, window: Window, by: tuple[str, ...]) -> Mapping[Keys, Figure]:
        """Return the branch's figures for each combination of *by*."""
        return self.once((metric, window, by), lambda: self.measures.breakdown(metric, window, by, self.node))

    def breakdowns(self, metric: str, windows: Sequence[Window], by: tuple[str, ...]) -> list[dict[Keys, Figure]]:
        """Return the branch's breakdown over each of *windows*."""
        return self.measures.breakdowns(metric, windows, by, self.node)

    def benchmark_breakdown(self, metric: str, window: Window, by: tuple[str, ...]) -> Mapping[Keys, Figure]:
        """Return the whole organisation's figures for each combination of *by*."""
        return self.measures.whole_breakdown(metric, window, by)

    @property
    def is_root(self) -> bool:
        """Whether the branch is the whole organisation, which has nothing to be held against."""
        return self.node == ROOT

    def children(self) -> tuple[tuple[int, Branch], ...]:
        """Return the branches just below, with their positions."""
        below = self.tree.children(self.branch.branch_id)
        return tuple((self.tree.position(child.branch_id), child) for child in below)

    def target(self, metric: str, window: Window, node: int | None = None) -> Figure | None:
        """Return the target's figure for the branch (or one below it), or None where no target is set for it."""
        target = self.scope.metrics[metric].target
        if target is None:
            return None
        if isinstance(target, float | int):
            return Figure(value=float(target), count=1, mark=Mark.shown)
        figure = self.measures.figure(target, window, self.node if node is None else node)
        return figure if figure.count and figure.value is not None else None

    def branches_without_target(self, metric: str, window: Window) -> tuple[int, int]:
        """Return how many open branches without others below lack a target, and how many there are; 0 where moot."""
        target = self.scope.metrics[metric].target
        if not isinstance(target, str):
            return 0, 0
        below = range(self.node + 1, self.tree.stops[self.node])
        leaves = [node for node in below if self.tree.stops[node] == node + 1]
        local = [node for node in leaves if self.tree.branches[node].is_open(window.last_on)]
        return sum(self.target(metric, window, node) is None for node in local), len(local)

    def printer(self, metric: str) -> Printer:
        """Return what prints the figures of *metric* in the reader's language."""
        return printer(metric, self.scope, self.words, self.min_cell)

    def cell(self, metric: str, figure: Figure) -> Cell:
        """Print a figure, or the sign of its suppression."""
        return self.printer(metric).cell(figure.value, figure.mark)

    def smallest_shown(self, *metrics: str) -> int:
        """Return the smallest count of persons that these metrics show: that of the strictest of their parts."""
        return smallest_shown(*metrics, scope=self.scope, min_cell=self.min_cell)

    def label(self, metric: str) -> str:
        return self.scope.metrics[metric].label.in_language(self.words.language)

    def column_label(self, metric: str, column: str) -> str:
        """Return the reader's word for a column; the catalogue's check sees to it that there is one."""
        spec = self.scope.dataset(metric).columns.get(column)
        return spec.label.in_language(self.words.language) if spec and spec.label else column

    def key_label(self, metric: str, column: str, key: object) -> str:
        """Return the reader's word for a value of a column."""
        spec = self.scope.dataset(metric).columns.get(column)
        if key is None:
            missing = spec.missing if spec else None
            return missing.in_language(self.words.language) if missing else self.words.word("missing_value")
        text = spec.values.get(str(key)) if spec else None
        return text.in_language(self.words.language) if text else str(key)

    def key_order(self, metric: str, column: str) -> tuple[str, ...]:
        """Return the declared order of a column's values; empty if none is declared."""
        spec = self.scope.dataset(metric).columns.get(column)
        return tuple(spec.values) if spec else ()

    def own_source(self, what: str) -> Source:
        """Name this branch as a figure's origin, by the id that the figures themselves carry."""
        return Source(what=what, branch_id=self.measures.branch_ids[self.node])

    def child_source(self, what: str, node: int) -> Source:
        return Source(what=what, branch_id=self.measures.branch_ids[node])

    def benchmark_source(self, what: str) -> Source:
        return Source(what=what, branch_id=self.measures.branch_ids[ROOT], is_benchmark=True)
