"""Rows of membership: who belonged to which branch and workplace from when to when."""

from dataclasses import dataclass, fields, replace

import numpy as np

from distributor.demo.days import NEVER, Ints

LEAVE_REASONS = ("resigned", "lapsed", "retired", "died", "expelled", "transfer")
TRANSFER = LEAVE_REASONS.index("transfer")
JOIN_REASONS = ("new", "transfer")
AGE_BANDS = ("under_30", "30_39", "40_49", "50_59", "60_plus")
EMPLOYMENTS = ("full_time", "part_time", "student")
NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Memberships:
    """One row a membership. Reasons, ages and employments are indexes into the tuples above, NONE where missing."""

    member: Ints
    branch: Ints
    workplace: Ints
    joined: Ints
    left: Ints
    leave_reason: Ints
    join_reason: Ints
    age: Ints
    employment: Ints

    def __len__(self) -> int:
        return len(self.member)

    def active(self, on: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Tell for each row whether it counts on the day *on*: joined <= on < left."""
        return (self.joined <= on) & (on < self.left)

    def take(self, rows: Ints) -> "Memberships":
        """Return the *rows*, in that order."""
        return Memberships(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def concatenate(first: Memberships, second: Memberships) -> Memberships:
    """Put the rows of *second* below those of *first*."""
    names = [field.name for field in fields(Memberships)]
    return Memberships(**{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names})


def end(memberships: Memberships, rows: Ints, *, on: Ints, reason: Ints) -> Memberships:
    """End the *rows* on the days *on*, for the reasons given by index."""
    left, leave_reason = memberships.left.copy(), memberships.leave_reason.copy()
    left[rows], leave_reason[rows] = on, reason
    return replace(memberships, left=left, leave_reason=leave_reason)


def transfer(memberships: Memberships, rows: Ints, *, on: Ints, branch: Ints, workplace: Ints) -> Memberships:
    """Move members to another branch: their *rows* end, and as many begin there on the same day.

    Args:
        memberships: All rows.
        rows: Rows to split, each active on the day before and on its day of *on*.
        on: Day of the move, by row.
        branch: New branch, by row.
        workplace: New workplace, by row; NONE for none.
    """
    moved = replace(
        memberships.take(rows),
        branch=branch, workplace=workplace, joined=on,
        join_reason=np.full(len(rows), JOIN_REASONS.index("transfer")),
    )  # fmt: skip
    ended = end(memberships, rows, on=on, reason=np.full(len(rows), TRANSFER))
    return concatenate(ended, moved)


def in_order(memberships: Memberships) -> Memberships:
    """Sort by member and day of joining, so that a member's rows stand together."""
    return memberships.take(np.lexsort((memberships.joined, memberships.member)))


def without_future(memberships: Memberships, last_day: int) -> Memberships:
    """Forget what happens after *last_day*."""
    is_future = memberships.left > last_day
    return replace(
        memberships,
        left=np.where(is_future, NEVER, memberships.left),
        leave_reason=np.where(is_future, NONE, memberships.leave_reason),
    )
