"""The guard at the door: every row and figure of a pack belongs to its branch's subtree, or the pack stops."""

import hashlib
from datetime import date
from itertools import zip_longest

import numpy as np

from distributor.metrics.measures import Measures
from distributor.packs.errors import GuardError
from distributor.packs.rows import BRANCH, POSITION, RowsFrame
from recipients.branches import BranchTree
from renderers.pack import Pack


def guard_pack(pack: Pack, tree: BranchTree, *, on: date) -> None:
    """Hold the origin of every figure and row of *pack* against the subtree of its branch.

    Args:
        pack: With the origin that each section's data carried, not the one it was asked for.
        tree: The branch tree.
        on: Day of the report; a branch merged by then counts as its survivor.

    Raises:
        GuardError: Names the branch and the section.
    """
    own = tree.subtree(pack.branch_id)
    for section in pack.sections:
        for source in section.sources:
            is_benchmark = source.is_benchmark and source.branch_id == tree.root.branch_id
            if not is_benchmark and not _is_within(source.branch_id, own, tree, on):
                raise GuardError(pack.branch_id, section.heading, source.what, source.branch_id)


def guard_rows(key: str, frame: RowsFrame, tree: BranchTree, *, on: date) -> None:
    """Check that every row of a `rows` section lies at its own branch's position, before anything is sliced.

    Raises:
        GuardError: Names the branch that would have been given the row, and the section.
    """
    position = frame.table.column(POSITION).to_numpy()
    if len(position) and (np.diff(position) < 0).any():
        wrong = int(np.flatnonzero(np.diff(position) < 0)[0]) + 1
        raise GuardError(tree.branches[position[wrong]].branch_id, key, "rows out of order", "another branch")
    for branch_id, place in sorted(set(zip(_texts(frame), position.tolist(), strict=True))):
        if not 0 <= place < len(tree):
            raise GuardError("?", key, f"a row at position {place}, which is no branch,", branch_id)
        if not _is_within(branch_id, range(place, place + 1), tree, on):
            raise GuardError(tree.branches[place].branch_id, key, "a row", branch_id)


def guard_measures(measures: Measures, tree: BranchTree) -> None:
    """Check that the figures were computed over this very tree, in this very order.

    Raises:
        GuardError: The figures at some position are those of another branch.
    """
    for branch, branch_id in zip_longest(tree.branches, measures.branch_ids):
        if branch is None or branch.branch_id != branch_id:
            whose = branch.branch_id if branch is not None else tree.root.branch_id
            raise GuardError(whose, "all figures", "the figures", branch_id or "nobody")


def guard_artifact(content: bytes, *, sha256: str, name: str, branch_id: str) -> None:
    """Check a file taken from the store: its bytes are those that were stored.

    Raises:
        GuardError: The file was changed.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise GuardError(branch_id, name, "a changed file", "unknown origin")


def _texts(frame: RowsFrame) -> list[str]:
    return [str(branch_id) for branch_id in frame.table.column(BRANCH).to_pylist()]


def _is_within(branch_id: str, own: range, tree: BranchTree, on: date) -> bool:
    if branch_id not in tree:
        return False
    return tree.position(tree.survivor(branch_id, on=on).branch_id) in own
