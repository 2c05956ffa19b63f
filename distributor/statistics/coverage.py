"""Workplaces with a representative: shares of them and of their members, and what moved between two dates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import BoolArray, FloatArray, IntArray, ratio

DEFAULT_MIN_MEMBERS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workplaces:
    """All workplaces known at either of two dates, in the same order for both; not open: no members, no reps."""

    is_open: BoolArray
    members: IntArray
    reps: IntArray

    def in_scope(self, *, min_members: int = DEFAULT_MIN_MEMBERS) -> BoolArray:
        """Return the open ones that are large enough to need a representative."""
        return np.asarray(self.is_open & (self.members >= min_members))

    def covered(self, *, min_members: int = DEFAULT_MIN_MEMBERS) -> BoolArray:
        """Return those in scope that have one."""
        return np.asarray(self.in_scope(min_members=min_members) & (self.reps > 0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """Figures per branch; nan where nothing is in scope, members per rep also where there is no rep."""

    in_scope: IntArray
    covered: IntArray
    workplace_share: FloatArray  # covered / in scope
    member_share: FloatArray  # members in covered workplaces / members in scope
    members_per_rep: FloatArray  # ratio of sums


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoverageMoves:
    """What became of each workplace between two dates; at most one of these is true of it.

    Summed over any set of workplaces: covered1 = covered0 − lost − closed − dropped + gained + opened + risen.
    """

    lost: BoolArray  # still in scope, the last rep is gone
    closed: BoolArray  # was covered, is closed
    dropped: BoolArray  # was covered, is open, has too few members now
    gained: BoolArray  # was in scope without a rep, has one
    opened: BoolArray  # was not open, is covered
    risen: BoolArray  # was open with too few members, is covered


def coverage(
    workplaces: Workplaces, *, branch: ArrayLike, branches: int, min_members: int = DEFAULT_MIN_MEMBERS
) -> Coverage:
    """Return the coverage of each branch.

    Args:
        workplaces: On one date.
        branch: Position of the branch of each workplace, 0 to *branches* − 1.
        branches: How many branches there are.
        min_members: The smallest workplace that needs a representative.
    """
    in_scope, covered = workplaces.in_scope(min_members=min_members), workplaces.covered(min_members=min_members)
    scope_members, covered_members, reps = (
        _sums(figure, branch=branch, branches=branches)
        for figure in (workplaces.members * in_scope, workplaces.members * covered, workplaces.reps * in_scope)
    )
    in_scope_count, covered_count = (_sums(which, branch=branch, branches=branches) for which in (in_scope, covered))
    return Coverage(
        in_scope=in_scope_count,
        covered=covered_count,
        workplace_share=ratio(covered_count, in_scope_count),
        member_share=ratio(covered_members, scope_members),
        members_per_rep=ratio(scope_members, reps),
    )


def coverage_moves(before: Workplaces, after: Workplaces, *, min_members: int = DEFAULT_MIN_MEMBERS) -> CoverageMoves:
    """Return what became of each workplace between two dates."""
    scope0, scope1 = before.in_scope(min_members=min_members), after.in_scope(min_members=min_members)
    covered0, covered1 = before.covered(min_members=min_members), after.covered(min_members=min_members)
    return CoverageMoves(
        lost=covered0 & scope1 & ~covered1,
        closed=covered0 & ~after.is_open,
        dropped=covered0 & after.is_open & ~scope1,
        gained=scope0 & ~covered0 & covered1,
        opened=~before.is_open & covered1,
        risen=before.is_open & ~scope0 & covered1,
    )


def moves_by_branch(moved: BoolArray, *, branch: ArrayLike, branches: int) -> IntArray:
    """Return how many workplaces of each branch made one of the moves."""
    return _sums(moved, branch=branch, branches=branches)


def _sums(figure: BoolArray | IntArray, *, branch: ArrayLike, branches: int) -> IntArray:
    sums = np.zeros(branches, np.int64)
    np.add.at(sums, np.asarray(branch, np.int64), figure)
    return sums
