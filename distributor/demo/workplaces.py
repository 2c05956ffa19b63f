"""The workplaces of each branch: names, sectors, and how likely a member is to work there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distributor.demo import stories
from distributor.demo.branches import FOUNDED_ON, Tree
from distributor.demo.days import NEVER, Ints, day

MEMBERS_PER_WORKPLACE = 24
KINDS = {
    "health": ("sykehjem", "helsehus", "hjemmetjeneste", "legesenter"),
    "education": ("skole", "barnehage", "ungdomsskole"),
    "municipal": ("renhold", "tekniske tjenester", "brannstasjon"),
    "industry": ("mekaniske", "trevare", "sjømat"),
    "construction": ("bygg", "anlegg", "rør og varme"),
    "transport": ("buss", "logistikk", "terminal"),
    "trade": ("handel", "hotell", "lager"),
}
PLACES = (
    "Solbakken", "Fagerli", "Nordvik", "Elvebakken", "Bjørkelund", "Myra", "Strandheim", "Haugen", "Skogly", "Furulund",
    "Øvrebø", "Sentrum", "Lillevik", "Granli", "Sjøbua", "Kirkebakken", "Tangen", "Åsheim", "Vestmo", "Storgata",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplaces:
    """One row a workplace; the row's number is its index, and id - 1.

    ``weight`` is the share of the branch's members who work there.
    """

    branch: Ints
    name: tuple[str, ...]
    sector: tuple[str, ...]
    opened: Ints
    closed: Ints
    weight: NDArray[np.float64]
    successor: Ints  # row in the branch merged into, or -1

    def of_branch(self, branch: int) -> Ints:
        """Return the rows of *branch*."""
        return np.flatnonzero(self.branch == branch)

    def row(self, name: str) -> int:
        """Return the row of the workplace called *name*."""
        return self.name.index(name)


def found_workplaces(tree: Tree, rng: np.random.Generator) -> Workplaces:
    """Draw the workplaces of every branch, those of the merged branch once more in the branch it merged into."""
    branch: list[int] = []
    names: list[str] = []
    sectors: list[str] = []
    weights: list[float] = []
    combinations = [(place, kind, sector) for place in PLACES for sector, kinds in KINDS.items() for kind in kinds]
    for number, local in enumerate(tree.locals):
        count = _count(local.name, int(tree.sizes[number]))
        chosen = rng.choice(len(combinations), size=count, replace=False)
        shares = 1 / (np.arange(count) + 1.5) ** 0.75
        for place, kind, sector in (combinations[choice] for choice in chosen):
            branch.append(number)
            names.append(f"{place} {kind}, {local.name}")
            sectors.append(sector)
        weights.extend(_with_employer(shares / shares.sum(), local.name) if count else ())
        if local.name in stories.EMPLOYER_NAMES:
            names[-count], sectors[-count] = stories.EMPLOYER_NAMES[local.name], "industry"
    return _with_merged(
        Workplaces(
            branch=np.array(branch), name=tuple(names), sector=tuple(sectors), weight=np.array(weights),
            opened=np.full(len(branch), FOUNDED_ON), closed=np.full(len(branch), NEVER),
            successor=np.full(len(branch), -1),
        ),
        tree,
    )  # fmt: skip


def _count(name: str, size: int) -> int:
    if name == stories.EMPTY_BRANCH:
        return 0
    if name == stories.NEW_BRANCH:
        return 5
    return 1 + size // MEMBERS_PER_WORKPLACE


def _with_employer(shares: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Give the first workplace the big employer's share."""
    if name not in stories.EMPLOYER_NAMES:
        return shares
    others = shares[1:] / shares[1:].sum() * (1 - stories.EMPLOYER_SHARE)
    return np.concatenate([[stories.EMPLOYER_SHARE], others])


def _with_merged(workplaces: Workplaces, tree: Tree) -> Workplaces:
    """Close the merged branch's workplaces and open each again in the branch that took them over."""
    old = workplaces.of_branch(tree.index(stories.MERGED_BRANCH))
    count = len(old)
    successor, closed = workplaces.successor.copy(), workplaces.closed.copy()
    successor[old] = len(workplaces.branch) + np.arange(count)
    closed[old] = stories.MERGED_ON
    for name in stories.EMPLOYER_NAMES.values():
        closed[workplaces.row(name)] = stories.EMPLOYER_CLOSED_ON
    closed[workplaces.of_branch(tree.index(stories.CLOSED_BRANCH))] = stories.CLOSED_ON
    return Workplaces(
        branch=np.concatenate([workplaces.branch, np.full(count, tree.index(stories.MERGED_INTO))]),
        name=workplaces.name + tuple(workplaces.name[row] for row in old),
        sector=workplaces.sector + tuple(workplaces.sector[row] for row in old),
        opened=np.concatenate([workplaces.opened, np.full(count, stories.MERGED_ON)]),
        closed=np.concatenate([closed, np.full(count, NEVER)]),
        weight=np.concatenate([workplaces.weight, np.zeros(count)]),
        successor=np.concatenate([successor, np.full(count, -1)]),
    )


def date_openings(workplaces: Workplaces, tree: Tree, first_joined: Ints, rng: np.random.Generator) -> Workplaces:
    """Open each workplace on a drawn day: not before its branch, and at the latest when its first member joined.

    Args:
        workplaces: With ``opened`` on the founding day, or the day of the merger.
        tree: The branches.
        first_joined: Day of the first membership, by workplace; NEVER where there was none.
        rng: Source of the drawn days.
    """
    branch_opened = np.array([branch.opened_on for branch in tree.locals])[workplaces.branch]
    earliest = np.maximum(branch_opened, workplaces.opened)
    drawn = rng.integers(day("1990-01-01"), day("2024-01-01"), len(workplaces.branch))
    return replace(workplaces, opened=np.minimum(np.maximum(drawn, earliest), first_joined))
