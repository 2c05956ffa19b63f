"""Categories of tables and charts: values of a column, or the branches just below; ordered and limited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distributor.metrics.measures import NOTHING, Figure
from distributor.metrics.windows import Window
from distributor.packs.view import View
from recipients.branches import Branch
from renderers.formats import Mark

BRANCH = "branch"
_LAST_LETTERS = str.maketrans({"æ": "{a", "ä": "{b", "ø": "|a", "ö": "|b", "å": "}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One category: its key (a value of the column, or a branch's position) and the reader's word for it."""

    key: Any
    label: str


def find_categories(
    by: str, metrics: Sequence[str], windows: Mapping[str, Sequence[Window]], view: View
) -> list[Category]:
    """Return the categories that any of the metrics has a figure for, in any of its windows."""
    if by == BRANCH:
        below = [(node, branch) for node, branch in view.children() if _counts(node, metrics, windows, view)]
        return [Category(key=node, label=branch.name) for node, branch in below]
    keys: dict[Any, None] = {}
    for metric in metrics:
        for window in windows[metric]:
            keys |= dict.fromkeys(key[0] for key in view.breakdown(metric, window, (by,)))
    return [Category(key=key, label=view.key_label(metrics[0], by, key)) for key in keys]


def figures_of(by: str, metric: str, window: Window, view: View) -> Callable[[Any], Figure]:
    """Return a look-up from a category's key to its figure."""
    if by == BRANCH:
        return lambda node: view.measures.figure(metric, window, node)
    found = view.breakdown(metric, window, (by,))
    return lambda key: found.get((key,), NOTHING)


def branch_of(category: Category, by: str, view: View) -> Branch:
    """Return the branch that a category's figures are of: its own where the categories are branches."""
    return view.tree.branches[category.key] if by == BRANCH else view.branch


def ordered(
    categories: list[Category], by: str, metric: str, *, sort: str | None, value: Callable[[Any], Figure], view: View
) -> list[Category]:
    """Order categories by label, by value (largest first), or, unsaid, as the catalogue declares them.

    A suppressed figure sorts last: its place must not tell its size.
    """
    if sort == "label":
        return _by_label(categories, view)
    if sort is None and by != BRANCH and view.key_order(metric, by):
        return in_declared_order(categories, by, metric, view)

    def size(category: Category) -> float:
        figure = value(category.key)
        return -figure.value if figure.mark is Mark.shown and figure.value is not None else float("inf")

    return sorted(_by_label(categories, view), key=size)


def in_declared_order(categories: list[Category], by: str, metric: str, view: View) -> list[Category]:
    """Order categories as the catalogue declares the column's values; undeclared ones follow by label."""
    declared = {key: place for place, key in enumerate(view.key_order(metric, by))}
    return sorted(_by_label(categories, view), key=lambda category: declared.get(str(category.key), len(declared)))


def _by_label(categories: list[Category], view: View) -> list[Category]:
    """Sort as a dictionary of the reader's language does: Norwegian and Danish end in æ, ø, å."""
    last = _LAST_LETTERS if view.words.language in ("nb", "da") else {}
    return sorted(categories, key=lambda category: category.label.casefold().translate(last))


def _counts(node: int, metrics: Sequence[str], windows: Mapping[str, Sequence[Window]], view: View) -> bool:
    """Leave out a closed or merged branch that has no figures left; an open one is listed even if it is empty."""
    branch = view.tree.branches[node]
    if branch.closed_on is None and branch.merged_into is None:
        return True
    return any(view.measures.figure(metric, window, node).count for metric in metrics for window in windows[metric])
