"""What happens to the members besides joining and leaving: moves, a merger, a closing, and the lost employer."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from distributor.demo import stories
from distributor.demo.branches import Tree
from distributor.demo.enrolment import choose_workplaces
from distributor.demo.memberships import LEAVE_REASONS, NONE, TRANSFER, Memberships, end, in_order, transfer
from distributor.demo.workplaces import Workplaces

MOVERS_PER_YEAR = 0.006
WITHIN_REGION = 0.7  # of the moves
REDUNDANT = 0.92  # of the closed plant's members leave
RESIGNED, LAPSED = LEAVE_REASONS.index("resigned"), LEAVE_REASONS.index("lapsed")

Event = Callable[[Memberships, Tree, Workplaces, np.random.Generator], Memberships]


def live_through(memberships: Memberships, tree: Tree, workplaces: Workplaces, rng: np.random.Generator) -> Memberships:
    """Let all events happen.

    Closing and merger come before the moves, so that nobody moves from a branch that is gone.
    """
    events: tuple[Event, ...] = (_closing, _merger, _moves, _new_branch, _lost_employer)
    for event in events:
        memberships = event(memberships, tree, workplaces, rng)
    return in_order(memberships)


def _moves(memberships: Memberships, tree: Tree, workplaces: Workplaces, rng: np.random.Generator) -> Memberships:
    """Move a few members to another branch, mostly of the same region."""
    earliest = np.maximum(memberships.joined + 30, stories.FIRST_DAY)
    latest = np.minimum(memberships.left, stories.LAST_DAY)
    exposure_years = np.maximum(latest - earliest, 0) / 365.25
    movers = np.flatnonzero(rng.random(len(memberships)) < MOVERS_PER_YEAR * exposure_years)
    on = rng.integers(earliest[movers], latest[movers])
    to = np.array([_destination(int(branch), tree, rng) for branch in memberships.branch[movers]])
    there = choose_workplaces(to, memberships.employment[movers], workplaces, rng)
    return transfer(memberships, movers, on=on, branch=to, workplace=there)


def _destination(branch: int, tree: Tree, rng: np.random.Generator) -> int:
    is_open = tree.sizes > 20
    for name in (stories.MERGED_BRANCH, stories.CLOSED_BRANCH):
        is_open[tree.index(name)] = False
    is_open[branch] = False
    if rng.random() < WITHIN_REGION:
        is_open &= tree.region_of == tree.region_of[branch]
    candidates = np.flatnonzero(is_open)
    weight = tree.sizes[candidates] ** 0.6
    return int(rng.choice(candidates, p=weight / weight.sum()))


def _closing(memberships: Memberships, tree: Tree, _: Workplaces, rng: np.random.Generator) -> Memberships:
    """End the memberships of the branch that closes."""
    on = stories.CLOSED_ON
    is_there = memberships.branch == tree.index(stories.CLOSED_BRANCH)
    rows = np.flatnonzero(is_there & memberships.active(on))
    reasons = rng.choice([RESIGNED, LAPSED], size=len(rows), p=[0.6, 0.4])
    return end(memberships, rows, on=np.full(len(rows), on), reason=reasons)


def _merger(memberships: Memberships, tree: Tree, workplaces: Workplaces, _: np.random.Generator) -> Memberships:
    """Transfer all members of the merged branch, with their workplaces."""
    on = stories.MERGED_ON
    rows = np.flatnonzero((memberships.branch == tree.index(stories.MERGED_BRANCH)) & memberships.active(on))
    old = memberships.workplace[rows]
    new = np.where(old == NONE, NONE, workplaces.successor[old])
    into = np.full(len(rows), tree.index(stories.MERGED_INTO))
    return transfer(memberships, rows, on=np.full(len(rows), on), branch=into, workplace=new)


def _new_branch(memberships: Memberships, tree: Tree, workplaces: Workplaces, rng: np.random.Generator) -> Memberships:
    """Give the branch opened in 2026 its first members, from the branch next door."""
    on = stories.NEW_BRANCH_OPENED_ON
    is_parent = memberships.branch == tree.index(stories.NEW_BRANCH_PARENT)
    candidates = np.flatnonzero(is_parent & memberships.active(on) & memberships.active(on - 1))
    rows = np.sort(rng.choice(candidates, size=stories.NEW_BRANCH_TRANSFERS, replace=False))
    to = np.full(len(rows), tree.index(stories.NEW_BRANCH))
    there = choose_workplaces(to, memberships.employment[rows], workplaces, rng)
    return transfer(memberships, rows, on=np.full(len(rows), on), branch=to, workplace=there)


def _lost_employer(memberships: Memberships, _: Tree, workplaces: Workplaces, rng: np.random.Generator) -> Memberships:
    """Let most members at the closed plant leave during its last month, and nobody begin there any more."""
    plant = np.array([workplaces.row(name) for name in stories.EMPLOYER_NAMES.values()])
    first, last = stories.EMPLOYER_FIRST_DAY, stories.EMPLOYER_CLOSED_ON
    is_there = np.isin(memberships.workplace, plant)
    is_late = is_there & (memberships.joined >= first)
    # A row that ends by a transfer has a sequel, which would be left hanging.
    stays_or_leaves = is_there & ~is_late & memberships.active(last) & (memberships.leave_reason != TRANSFER)
    rows = np.flatnonzero(stays_or_leaves & (rng.random(len(memberships)) < REDUNDANT))
    on = rng.integers(first, last + 1, len(rows))
    reasons = rng.choice([RESIGNED, LAPSED], size=len(rows), p=[0.88, 0.12])
    ended = end(memberships, rows, on=on, reason=reasons)
    return replace(ended, workplace=np.where(is_late, NONE, ended.workplace))
