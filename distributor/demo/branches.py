"""The branch tree of the demo organisation, and how many members each branch starts with."""

from dataclasses import dataclass

import numpy as np

from distributor.demo import stories
from distributor.demo.days import NEVER, Ints, day
from distributor.demo.municipalities import COUNTIES

NATIONAL_ID = "0000"
NATIONAL_NAME = "Fellesforeningen"
FOUNDED_ON = day("1947-05-01")
SIZE_SIGMA = 0.85  # of the lognormal sizes: a few above 1,500, most between 60 and 400
MEDIAN_SIZE = 130
SMALLEST, LARGEST = 22, 1400  # of the drawn sizes; smaller and larger ones are set by the stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One branch. Ids are text with leading zeros: region 07 is 0700, its third branch 0703."""

    branch_id: str
    parent_id: str
    name: str
    level: str
    opened_on: int = FOUNDED_ON
    closed_on: int = NEVER
    merged_into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """National branch, regions and local branches; arrays elsewhere count the local branches from 0."""

    national: Branch
    regions: tuple[Branch, ...]
    locals: tuple[Branch, ...]
    sizes: Ints  # members on the first day, by local branch
    region_of: Ints  # index into regions, by local branch

    def index(self, name: str) -> int:
        """Return the number of the local branch called *name*."""
        return next(number for number, branch in enumerate(self.locals) if branch.name == name)

    def named(self, name: str) -> Branch:
        """Return the region or local branch called *name*."""
        return next(branch for branch in (*self.regions, *self.locals) if branch.name == name)

    def below(self, region: str) -> Ints:
        """Return the numbers of the local branches of the region called *region*."""
        number = next(number for number, branch in enumerate(self.regions) if branch.name == region)
        return np.flatnonzero(self.region_of == number)


def grow_tree(rng: np.random.Generator) -> Tree:
    """Build the 252 branches and draw their sizes."""
    national = Branch(branch_id=NATIONAL_ID, parent_id="", name=NATIONAL_NAME, level="national")
    regions = tuple(
        Branch(branch_id=f"{number:02d}00", parent_id=NATIONAL_ID, name=county, level="region")
        for number, county in enumerate(COUNTIES, start=1)
    )
    ids = {
        name: f"{region.branch_id[:2]}{number:02d}"
        for region in regions
        for number, name in enumerate(COUNTIES[region.name], start=1)
    }
    locals_ = tuple(_local(name, region, ids) for region in regions for name in COUNTIES[region.name])
    region_of = np.repeat(np.arange(len(regions)), [len(names) for names in COUNTIES.values()])
    return Tree(national=national, regions=regions, locals=locals_, sizes=_draw_sizes(rng), region_of=region_of)


def _local(name: str, region: Branch, ids: dict[str, str]) -> Branch:
    opened_on, closed_on, merged_into = FOUNDED_ON, NEVER, ""
    if name == stories.NEW_BRANCH:
        opened_on = stories.NEW_BRANCH_OPENED_ON
    if name == stories.CLOSED_BRANCH:
        closed_on = stories.CLOSED_ON
    if name == stories.MERGED_BRANCH:
        closed_on, merged_into = stories.MERGED_ON, ids[stories.MERGED_INTO]
    return Branch(
        branch_id=ids[name], parent_id=region.branch_id, name=name, level="local",
        opened_on=opened_on, closed_on=closed_on, merged_into=merged_into,
    )  # fmt: skip


def _draw_sizes(rng: np.random.Generator) -> Ints:
    """Draw lognormal sizes and hand the large ones to the populous municipalities."""
    names = [name for municipalities in COUNTIES.values() for name in municipalities]
    rank_in_county = np.concatenate([np.arange(len(names)) for names in COUNTIES.values()])
    county_size = np.repeat([len(names) for names in COUNTIES.values()], [len(names) for names in COUNTIES.values()])
    remoteness = (rank_in_county + 0.6) / county_size**0.35 * rng.lognormal(0, 0.25, len(names))
    drawn = np.sort(MEDIAN_SIZE * rng.lognormal(0, SIZE_SIGMA, len(names)))[::-1]
    sizes = np.empty(len(names), dtype=np.int64)
    sizes[np.argsort(remoteness, kind="stable")] = np.clip(drawn, SMALLEST, LARGEST).astype(np.int64)
    for name, size in stories.SET_SIZES.items():
        sizes[names.index(name)] = size
    return sizes
