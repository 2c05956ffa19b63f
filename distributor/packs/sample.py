"""The packs that whoever approves a run looks at: those most likely to show what is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from renderers.letters.models import SampleReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One pack that waits for approval.

    Attributes:
        size: Value of the first tile's metric, or members; None where it has none.
        change: Change of the branch's figures, relative to its previous period or to the previous run; either sign.
        warnings: Number of notices.
    """

    branch_id: str
    language: str
    size: float | None = None
    change: float | None = None
    warnings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A pack of the sample, and why it is in it."""

    candidate: Candidate
    reason: SampleReason


def choose_sample(candidates: Sequence[Candidate], *, number: int, seed: str) -> tuple[Chosen, ...]:
    """Choose the packs to look at: the largest, the smallest, the most changed, one with warnings, then random ones.

    Args:
        candidates: One for each pack, in any order.
        number: How many; fewer where there are not so many branches.
        seed: Of the random ones; the run's id, so that asking again shows the same packs.

    Returns:
        In that order, no branch twice. A branch that a reason would choose again gives way to the next one that it
        fits, so that a sample of five has five reasons wherever there are branches for them.
    """
    chosen: list[Chosen] = []
    for reason, fits, rank in _CRITERIA:
        left = [one for one in _left(candidates, chosen) if fits(one)]
        if left and len(chosen) < number:
            best = min(left, key=lambda one: (rank(one), one.branch_id, one.language))
            chosen.append(Chosen(candidate=best, reason=reason))
    while len(chosen) < number and (left := _left(candidates, chosen)):
        drawn = min(left, key=lambda one: _lot(one, seed))
        chosen.append(Chosen(candidate=drawn, reason=SampleReason.random))
    return tuple(chosen)


_CRITERIA: tuple[tuple[SampleReason, Callable[[Candidate], bool], Callable[[Candidate], float]], ...] = (
    (SampleReason.largest, lambda one: one.size is not None, lambda one: -(one.size or 0)),
    (SampleReason.smallest, lambda one: one.size is not None, lambda one: one.size or 0),
    (SampleReason.most_changed, lambda one: bool(one.change), lambda one: -abs(one.change or 0)),
    (SampleReason.warnings, lambda one: one.warnings > 0, lambda one: -one.warnings),
)


def _left(candidates: Sequence[Candidate], chosen: Sequence[Chosen]) -> list[Candidate]:
    taken = {one.candidate.branch_id for one in chosen}
    return [one for one in candidates if one.branch_id not in taken]


def _lot(candidate: Candidate, seed: str) -> tuple[str, str]:
    """Return the lot that a branch draws; its languages share it, so that more languages are not more likely."""
    return sha256(f"{seed}\x1f{candidate.branch_id}".encode()).hexdigest(), candidate.language
