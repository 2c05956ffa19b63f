"""The budget: joiners and members aimed at, by local branch and month, as an Excel workbook."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from distributor.demo import stories
from distributor.demo.branches import Tree
from distributor.demo.days import Ints, day, month_numbers, month_starts
from distributor.demo.enrolment import SEASON
from distributor.demo.memberships import Memberships

JOINERS_PER_YEAR = 0.15  # of the members when the budget was made
GROWTH_PER_YEAR = 0.015
NEW_BRANCH_JOINERS_PER_YEAR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """One row a local branch and month in which it is open."""

    branch: Ints
    month: Ints
    joiners: Ints
    members: Ints


def set_targets(memberships: Memberships, tree: Tree) -> Targets:
    """Set the targets of 2024 to 2026 from the members at the end of 2023, for all local branches but two."""
    months = month_starts("2024-01", "2027-01")
    base = np.bincount(memberships.branch[memberships.active(day("2023-12-31"))], minlength=len(tree.locals))
    rows: list[tuple[int, int, int, int]] = []
    for number, branch in enumerate(tree.locals):
        if branch.name in stories.BRANCHES_WITHOUT_TARGET:
            continue
        size, per_year = int(base[number]), base[number] * JOINERS_PER_YEAR
        if branch.name == stories.NEW_BRANCH:
            size, per_year = stories.NEW_BRANCH_TRANSFERS, NEW_BRANCH_JOINERS_PER_YEAR
        region = tree.regions[tree.region_of[number]].name
        joiners = _spread(max(float(per_year), 2.0), region, months)
        members = np.round(max(size, 10) * (1 + GROWTH_PER_YEAR / 12) ** np.arange(1, len(months) + 1))
        is_open = (branch.opened_on <= months) & (months < branch.closed_on)
        rows += [(number, int(months[m]), int(joiners[m]), int(members[m])) for m in np.flatnonzero(is_open)]
    columns = np.array(rows, dtype=np.int64).T
    return Targets(branch=columns[0], month=columns[1], joiners=columns[2], members=columns[3])


def _spread(per_year: float, region: str, months: Ints) -> Ints:
    """Spread a year's joiners over its months as they use to come, in whole numbers that add up to the year's."""
    season = np.array(SEASON)[month_numbers(months) - 1]
    is_drive = (region == stories.DRIVE_REGION) & (month_numbers(months) == stories.DRIVE_MONTH)
    share = np.where(is_drive, season * stories.DRIVE_FACTOR, season) / 12
    # Rounding the running sum keeps small branches' years whole: 2 a year become two months with one.
    return np.diff(np.round(np.cumsum(share * per_year)), prepend=0).astype(np.int64)


def write_workbook(path: Path, targets: Targets, tree: Tree) -> None:
    """Write sheet "targets": branch_id (text), month (date), joiners_target, members_target."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        # A fixed time of creation, so that the same seed gives the same bytes.
        workbook.set_properties({"title": "Targets", "created": datetime(2023, 12, 18, tzinfo=UTC)})
        month_format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        text_format = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet("targets")
        sheet.write_row(0, 0, ("branch_id", "month", "joiners_target", "members_target"))
        sheet.set_column(0, 3, 15)
        sheet.freeze_panes(1, 0)
        columns = zip(targets.branch, targets.month, targets.joiners, targets.members, strict=True)
        for row, (branch, month, joiners, members) in enumerate(columns, start=1):
            sheet.write_string(row, 0, tree.locals[branch].branch_id, text_format)
            sheet.write_datetime(row, 1, date.fromordinal(int(month) + date(1970, 1, 1).toordinal()), month_format)
            sheet.write_number(row, 2, int(joiners))
            sheet.write_number(row, 3, int(members))
