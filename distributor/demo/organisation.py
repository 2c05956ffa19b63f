"""The demo organisation, written to a folder."""

from pathlib import Path

import numpy as np

from distributor.demo.branches import grow_tree
from distributor.demo.database import write_database
from distributor.demo.days import NEVER
from distributor.demo.enrolment import enrol
from distributor.demo.events import live_through
from distributor.demo.facts import Facts, collect_facts
from distributor.demo.memberships import NONE
from distributor.demo.payments import collect_payments
from distributor.demo.reps import elect_reps
from distributor.demo.roles import appoint, write_directory
from distributor.demo.targets import set_targets, write_workbook
from distributor.demo.workplaces import date_openings, found_workplaces

DEFAULT_SEED = 20260601


def write_organisation(folder: Path, *, seed: int = DEFAULT_SEED) -> Facts:
    """Write an invented union: a register in SQLite, targets in Excel, branches and leaders in CSV.

    Files: members.sqlite, targets.xlsx, branches.csv, recipients.csv, roles.csv. The same seed gives the same bytes.

    Args:
        folder: Made if missing; files of the same names are replaced.
        seed: Seed of everything drawn.

    Returns:
        Ids and figures that a reader should find in the packs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A stream for each part: more draws in one part leave the others as they were.
    tree_rng, work_rng, member_rng, event_rng, rep_rng, payment_rng, people_rng = np.random.default_rng(seed).spawn(7)
    tree = grow_tree(tree_rng)
    undated = found_workplaces(tree, work_rng)
    memberships = live_through(enrol(tree, undated, member_rng), tree, undated, event_rng)
    first_joined = np.full(len(undated.branch), NEVER)
    employed = memberships.workplace != NONE
    np.minimum.at(first_joined, memberships.workplace[employed], memberships.joined[employed])
    workplaces = date_openings(undated, tree, first_joined, work_rng)
    terms = elect_reps(memberships, workplaces, tree, rep_rng)
    payments = collect_payments(memberships, payment_rng)
    directory = appoint(tree, people_rng)

    write_database(
        folder / "members.sqlite",
        tree=tree, workplaces=workplaces, memberships=memberships, terms=terms, payments=payments,
    )  # fmt: skip
    write_workbook(folder / "targets.xlsx", set_targets(memberships, tree), tree)
    write_directory(folder, tree, directory)
    return collect_facts(
        seed, tree=tree, workplaces=workplaces, memberships=memberships, terms=terms, directory=directory
    )
