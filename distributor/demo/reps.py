"""Terms of the workplace reps: elected every other spring, at most workplaces but not at all."""

from dataclasses import dataclass

import numpy as np

from distributor.demo import stories
from distributor.demo.branches import Tree
from distributor.demo.days import NEVER, Ints, day
from distributor.demo.memberships import NONE, Memberships
from distributor.demo.workplaces import Workplaces

CHANCE_BY_MEMBERS = ((15, 0.86), (6, 0.62), (0, 0.28))  # members at the workplace, chance that it elects a rep
ELECTION_YEARS = range(2018, 2027)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepTerms:
    """One row a term; the rep holds it on D when started <= D < ended."""

    workplace: Ints
    member: Ints
    started: Ints
    ended: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staff:
    """Membership rows by workplace: rows[first[w]:first[w + 1]] work at w."""

    rows: Ints
    first: Ints

    def at(self, workplace: int) -> Ints:
        return self.rows[self.first[workplace] : self.first[workplace + 1]]


def elect_reps(memberships: Memberships, workplaces: Workplaces, tree: Tree, rng: np.random.Generator) -> RepTerms:
    """Draw the terms of all workplaces. A rep is a member there on the first day, and ends when leaving."""
    staff = _by_workplace(memberships, len(workplaces.branch))
    repless = tree.index(stories.REPLESS_BRANCH)
    terms: list[tuple[int, int, int, int]] = []
    for workplace, branch in enumerate(workplaces.branch):
        rows = staff.at(workplace)
        if len(rows) == 0:
            continue
        if branch == repless:
            is_chosen = workplace - workplaces.of_branch(repless)[0] < stories.REPLESS_WORKPLACES
            spans = list(zip(stories.REPLESS_TERMS, stories.REPLESS_TERMS[1:], strict=False)) if is_chosen else []
        else:
            spans = _drawn_spans(len(rows), rng)
        terms += _filled(spans, workplace, rows, memberships, workplaces, rng)
    columns = np.array(terms, dtype=np.int64).T
    return RepTerms(workplace=columns[0], member=columns[1], started=columns[2], ended=columns[3])


def _by_workplace(memberships: Memberships, count: int) -> _Staff:
    employed = np.flatnonzero(memberships.workplace != NONE)
    rows = employed[np.argsort(memberships.workplace[employed], kind="stable")]
    return _Staff(rows=rows, first=np.searchsorted(memberships.workplace[rows], np.arange(count + 1)))


def _drawn_spans(members: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Draw two-year terms. Workplaces keep their habit: one that elects a rep mostly does so again."""
    chance = next(chance for least, chance in CHANCE_BY_MEMBERS if members >= least * 1.5)
    habit = rng.random()
    parity = int(rng.integers(0, 2))
    elections = [day(f"{year}-02-01") + int(rng.integers(0, 130)) for year in ELECTION_YEARS if year % 2 == parity]
    ends = [*elections[1:], elections[-1] + 730]
    return [span for span in zip(elections, ends, strict=True) if habit + float(rng.normal(0, 0.12)) < chance]


def _filled(
    spans: list[tuple[int, int]],
    workplace: int,
    rows: Ints,
    memberships: Memberships,
    workplaces: Workplaces,
    rng: np.random.Generator,
) -> list[tuple[int, int, int, int]]:
    """Find a rep for each span among the members there, and cut the term where workplace or membership ends."""
    opened, closed = int(workplaces.opened[workplace]), int(workplaces.closed[workplace])
    joined, left = memberships.joined[rows], memberships.left[rows]
    terms = []
    for started, ended in spans:
        start, stop = max(started, opened), min(ended, closed)
        there = np.flatnonzero((joined <= start) & (start < left))
        if start >= stop or len(there) == 0:
            continue
        settled = there[left[there] >= stop]
        chosen = int(rng.choice(settled if len(settled) and rng.random() < 0.9 else there))
        end_day = min(stop, int(left[chosen]), NEVER)
        terms.append((workplace, int(memberships.member[rows[chosen]]), start, end_day))
    return terms
