"""Faults that keep branches from being one tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recipients.branch import Branch
from recipients.errors import did_you_mean

_LISTED_IDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFault:
    """One fault.

    Attributes:
        index: Position among the branches checked of the one to mend; None when there is none to point at.
        branch_ids: The branches concerned.
        text: The sentence, without a place.
    """

    index: int | None
    branch_ids: tuple[str, ...]
    text: str


def find_tree_faults(branches: Sequence[Branch], levels: Sequence[str] = ()) -> tuple[TreeFault, ...]:
    """Return all faults of the branches as a tree, in their order; those of the whole tree come last.

    Args:
        branches: In any order.
        levels: Names of the levels, top first; empty leaves levels unchecked.

    Returns:
        Duplicate ids, unknown parents, cycles, no root or several, mergers into nowhere or in a circle, closing days
        before opening days, unknown levels and levels out of order.
    """
    index: dict[str, int] = {}
    for i, branch in enumerate(branches):
        index.setdefault(branch.branch_id, i)
    faults = [
        *_faults_of_each(branches, index),
        *_level_faults(branches, index, levels),
        *_cycle_faults(branches, [_link(index, branch.parent_id) for branch in branches], "parents"),
        *_cycle_faults(branches, [_merger(index, branch) for branch in branches], "mergers"),
    ]
    faults.sort(key=lambda fault: fault.index or 0)
    return (*faults, *_root_faults(branches))


def _faults_of_each(branches: Sequence[Branch], index: dict[str, int]) -> Iterator[TreeFault]:
    """Yield what is wrong with single branches."""
    unpadded: dict[str, str] = {branch_id.lstrip("0"): branch_id for branch_id in index}
    for i, branch in enumerate(branches):
        who, ids = f'branch "{branch.branch_id}"', (branch.branch_id,)
        if index[branch.branch_id] != i:
            yield TreeFault(index=i, branch_ids=ids, text=f"{who} is there more than once. Keep one.")
        if branch.parent_id is not None and branch.parent_id not in index:
            text = (
                f'{who} has the parent "{branch.parent_id}", which is not a branch.{_hint(branch.parent_id, unpadded)}'
            )
            yield TreeFault(index=i, branch_ids=ids, text=text)
        if branch.merged_into == branch.branch_id:
            yield TreeFault(
                index=i, branch_ids=ids, text=f"{who} is merged into itself. Name the branch that took over."
            )
        elif branch.merged_into is not None and branch.merged_into not in index:
            near = _hint(branch.merged_into, unpadded)
            text = f'{who} is merged into "{branch.merged_into}", which is not a branch.{near}'
            yield TreeFault(index=i, branch_ids=ids, text=text)
        if branch.opened_on is not None and branch.closed_on is not None and branch.closed_on < branch.opened_on:
            text = f"{who} is closed on {branch.closed_on}, before it opened on {branch.opened_on}."
            yield TreeFault(index=i, branch_ids=ids, text=text)


def _level_faults(branches: Sequence[Branch], index: dict[str, int], levels: Sequence[str]) -> Iterator[TreeFault]:
    """Yield levels that are unknown, or not below their parent's."""
    if not levels:
        return
    rank = {level: i for i, level in enumerate(levels)}
    known = ", ".join(f'"{level}"' for level in levels)
    for i, branch in enumerate(branches):
        ids = (branch.branch_id,)
        if branch.level not in rank:
            text = f'branch "{branch.branch_id}" has the level "{branch.level}". Known, top first: {known}.'
            yield TreeFault(index=i, branch_ids=ids, text=text)
            continue
        above = _link(index, branch.parent_id)
        if above < 0 or branches[above].level not in rank:
            continue
        if rank[branch.level] <= rank[branches[above].level]:
            text = (
                f'branch "{branch.branch_id}" of level "{branch.level}" lies below "{branch.parent_id}" of level '
                f'"{branches[above].level}". The order is {known}, top first.'
            )
            yield TreeFault(index=i, branch_ids=ids, text=text)


def _cycle_faults(branches: Sequence[Branch], links: Sequence[int], of_what: str) -> Iterator[TreeFault]:
    """Yield every circle among *links*, where links[i] is the index of the next branch or -1."""
    for cycle in _cycles(links):
        ids = tuple(branches[i].branch_id for i in cycle)
        shown = [*ids[:_LISTED_IDS], *(["…"] if len(ids) > _LISTED_IDS else []), ids[0]]
        text = f"{of_what} form a circle: {' → '.join(shown)} ({_count(len(ids), 'branch', 'branches')})."
        yield TreeFault(index=cycle[0], branch_ids=ids, text=text)


def _root_faults(branches: Sequence[Branch]) -> Iterator[TreeFault]:
    """Yield the fault of having no root, or several."""
    roots = [i for i, branch in enumerate(branches) if branch.parent_id is None]
    ids = tuple(dict.fromkeys(branches[i].branch_id for i in roots))
    if not roots:
        text = "there is no root: exactly one branch must have no parent."
        yield TreeFault(index=None, branch_ids=(), text=text)
    elif len(ids) > 1:
        shown = ", ".join(f'"{branch_id}"' for branch_id in ids[:_LISTED_IDS]) + (
            ", …" if len(ids) > _LISTED_IDS else ""
        )
        text = (
            f"{len(ids)} branches have no parent: {shown}. Exactly one may be the root; give the others their parent."
        )
        yield TreeFault(index=roots[1], branch_ids=ids, text=text)


def _cycles(links: Sequence[int]) -> Iterator[list[int]]:
    """Yield the cycles of a graph with at most one way out of each node, each once and from its lowest index."""
    walk_of = [-1] * len(links)  # the walk that reached the node first; a walk that meets itself has closed a cycle
    for start in range(len(links)):
        node = start
        while node >= 0 and walk_of[node] < 0:
            walk_of[node] = start
            node = links[node]
        if node < 0 or walk_of[node] != start:
            continue
        cycle = [node]
        while links[cycle[-1]] != node:
            cycle.append(links[cycle[-1]])
        lowest = cycle.index(min(cycle))
        yield cycle[lowest:] + cycle[:lowest]


def _link(index: dict[str, int], branch_id: str | None) -> int:
    return -1 if branch_id is None else index.get(branch_id, -1)


def _merger(index: dict[str, int], branch: Branch) -> int:
    """Return the branch merged into; a merger into itself has a fault of its own."""
    return -1 if branch.merged_into == branch.branch_id else _link(index, branch.merged_into)


def _hint(branch_id: str, unpadded: dict[str, str]) -> str:
    """Return the question after a lost leading zero, the usual harm of a trip through a spreadsheet."""
    near = unpadded.get(branch_id.lstrip("0"))
    return did_you_mean((near,)) if near is not None else ""


def _count(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
