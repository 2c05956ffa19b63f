"""Dues of the four years: once a year for each member, and voluntary gifts to the strike fund."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distributor.demo import stories
from distributor.demo.days import Ints, day
from distributor.demo.memberships import Memberships

KINDS = ("dues", "strike_fund")
DUES = (3960.0, 2640.0, 540.0)  # NOK a year for full time, part time, students in 2022
YEARLY_RISE = 0.035
GIVERS = 0.04  # of the payers, in a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """One row a payment, in order of its day; amounts in NOK with two decimals."""

    member: Ints
    branch: Ints
    paid: Ints
    amount: NDArray[np.float64]
    kind: Ints


def collect_payments(memberships: Memberships, rng: np.random.Generator) -> Payments:
    """Draw each member's day of payment in every year, and who gives to the strike fund."""
    parts = [_year(memberships, year, rng) for year in range(2022, 2027)]
    columns = [np.concatenate([part[number] for part in parts]) for number in range(5)]
    member, branch, paid, kind = (columns[number].astype(np.int64) for number in (0, 1, 2, 4))
    order = np.lexsort((kind, member, paid))
    return Payments(
        member=member[order], branch=branch[order], paid=paid[order], amount=columns[3][order], kind=kind[order]
    )


def _year(memberships: Memberships, year: int, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    # A member pays on the same day of every year, whichever row of membership holds then.
    in_year = memberships.member * 7919 % 365
    due = day(f"{year}-01-01") + in_year
    is_due = (memberships.joined <= due) & (due < memberships.left)
    is_due &= (due >= stories.FIRST_DAY) & (due <= stories.LAST_DAY)
    rows = np.flatnonzero(is_due)
    dues = np.array(DUES)[memberships.employment[rows]] * (1 + YEARLY_RISE) ** (year - 2022)
    givers = rows[rng.random(len(rows)) < GIVERS]
    gifts = rng.choice([100.0, 200.0, 250.0, 500.0, 1000.0], size=len(givers), p=[0.35, 0.3, 0.1, 0.2, 0.05])
    both = np.concatenate([rows, givers])
    kind = np.repeat([0.0, 1.0], [len(rows), len(givers)])
    amount = np.round(np.concatenate([dues, gifts]), 2)
    columns = (memberships.member[both], memberships.branch[both], due[both])
    return [*(column.astype(np.float64) for column in columns), amount, kind]
