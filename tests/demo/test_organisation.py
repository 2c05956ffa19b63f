"""The demo organisation is the same every time and has the size and the shape that it says."""

import hashlib
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from distributor.demo.municipalities import COUNTIES
from distributor.demo.organisation import write_organisation

FILES = ("branches.csv", "members.sqlite", "recipients.csv", "roles.csv", "targets.xlsx")


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_same_seed_gives_same_bytes(organisation, tmp_path):
    """The same seed writes the same five files, byte for byte, and the same facts."""
    facts = write_organisation(tmp_path)

    assert organisation.facts == facts
    assert _digests(organisation.folder) == _digests(tmp_path)
    assert sorted(FILES) == sorted(_digests(tmp_path))


def test_writing_again_replaces_the_files(organisation):
    """A folder that holds an organisation already gets it anew, with nothing doubled."""
    before = _digests(organisation.folder)
    write_organisation(organisation.folder)

    assert before == _digests(organisation.folder)


def test_another_seed_keeps_the_stories(tmp_path, organisation):
    """Another seed draws other members, and the stories are still there."""
    other = write_organisation(tmp_path, seed=7)

    assert organisation.facts.members != other.members
    assert 0 == other.rep.with_rep_2026
    assert 0.6 * other.drive.accumulated_2025[3] > other.drive.accumulated_2026[3]
    assert 4 * other.employer.region_leavers_march_2025 < other.employer.region_leavers_march_2026


def test_tree_has_1_national_11_regions_240_local_branches(organisation):
    """The tree has one root, eleven regions and 240 local branches, each below its own county."""
    branches = organisation.csv("branches")
    names = branches.set_index("branch_id")["name"]
    local = branches[branches["level"] == "local"]

    assert {"national": 1, "region": 11, "local": 240} == branches["level"].value_counts().to_dict()
    assert branches["branch_id"].is_unique
    assert branches["name"].is_unique
    assert all(row.name in COUNTIES[names[row.parent_id]] for row in local.itertuples(index=False))


def test_sizes_are_those_of_a_union(organisation, holding):
    """About 60,000 members: a few large branches, most of 60 to 400, some under ten, one of none."""
    sizes = holding(organisation.table("memberships"), "joined_on", "left_on", "2026-05-31").groupby("branch_id").size()

    assert organisation.facts.members == sizes.sum()
    assert 57_000 < sizes.sum() < 63_000
    assert 3 <= (sizes > 1500).sum() <= 6
    assert sizes.between(60, 400).mean() > 0.6
    assert (sizes < 10).sum() >= 4
    assert organisation.facts.empty_branch_id not in sizes.index
    assert organisation.facts.small_branch_members == sizes[organisation.facts.small_branch_id] < 10


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_churn_is_9_to_12_percent_and_higher_for_the_young(organisation, holding, year):
    """In every year to the end of May 9 to 12 % resign or lapse, and of the young more."""
    members = organisation.table("memberships")
    middle = holding(members, "joined_on", "left_on", f"{year - 1}-12-01")
    left = members[members["left_on"].between(f"{year - 1}-06-01", f"{year}-05-31")]
    left = left[left["leave_reason"].isin(["resigned", "lapsed"])]
    by_age = left.groupby("age_band").size() / middle.groupby("age_band").size()

    assert 0.09 < len(left) / len(middle) < 0.12
    assert by_age["under_30"] > 1.4 * by_age["40_49"] > by_age["60_plus"]


def test_members_join_in_autumn(organisation):
    """September and October bring the most joiners, July the fewest."""
    members = organisation.table("memberships")
    new = members[(members["join_reason"] == "new") & (members["joined_on"] >= "2022-06-01")]
    by_month = new["joined_on"].str[5:7].value_counts()

    assert {"09", "10"} == set(by_month.index[:2])
    assert "07" == by_month.index[-1]


def test_events_lie_within_the_four_years(organisation):
    """Nothing happens after 31 May 2026, nobody left before June 2022, and everything was loaded on 3 June 2026."""
    members = organisation.table("memberships")

    assert members["joined_on"].max() <= "2026-05-31"
    assert "2022-06-01" <= members["left_on"].min() < members["left_on"].max() <= "2026-05-31"
    assert {"2026-06-03 04:30:00"} == set(members["loaded_at"])
    assert (members["left_on"].isna() == members["leave_reason"].isna()).all()
    assert (members["left_on"].isna() | (members["left_on"] > members["joined_on"])).all()


def test_transfers_balance(organisation):
    """Each row that ends by transfer has a sequel in another branch on the same day, and no one is in two at a time."""
    members = organisation.table("memberships").sort_values(["member_id", "joined_on"])
    moved_out = members[members["leave_reason"] == "transfer"]
    moved_in = members[members["join_reason"] == "transfer"]
    pairs = moved_out.merge(moved_in, left_on=["member_id", "left_on"], right_on=["member_id", "joined_on"])
    following = members.groupby("member_id")["joined_on"].shift(-1)

    assert len(moved_out) == len(moved_in) == len(pairs) > 500
    assert (pairs["branch_id_x"] != pairs["branch_id_y"]).all()
    assert (following.isna() | (members["left_on"] <= following)).all()


def test_members_only_where_the_branch_and_the_workplace_are_open(organisation):
    """Nobody joins a branch or a workplace before it opens, or stays in a branch after it closes."""
    members = organisation.table("memberships").merge(
        organisation.csv("branches")[["branch_id", "opened_on", "closed_on"]], on="branch_id"
    )
    workplaces = organisation.table("workplaces").drop(columns=["name", "sector"])
    at_work = members.merge(workplaces, on="workplace_id", suffixes=("", "_of_workplace"))
    closed = members[members["closed_on"] != ""]

    assert (members["joined_on"] >= members["opened_on"]).all()
    assert (closed["left_on"] <= closed["closed_on"]).all()
    assert (at_work["branch_id"] == at_work["branch_id_of_workplace"]).all()
    assert (at_work["joined_on"] >= at_work["opened_on_of_workplace"]).all()


def test_reps_are_members_at_their_workplace(organisation):
    """A term runs within the life of its workplace, and its rep is a member there all the time."""
    terms = organisation.table("rep_terms").merge(
        organisation.table("workplaces")[["workplace_id", "branch_id", "opened_on", "closed_on"]],
        on="workplace_id", suffixes=("", "_of_workplace"),
    )  # fmt: skip
    staff = organisation.table("memberships")[["member_id", "workplace_id", "joined_on", "left_on"]]
    held = terms.merge(staff, left_on=["rep_member_id", "workplace_id"], right_on=["member_id", "workplace_id"])
    held = held[(held["joined_on"] <= held["from_on"]) & (held["left_on"].isna() | (held["left_on"] >= held["to_on"]))]

    assert (terms["branch_id"] == terms["branch_id_of_workplace"]).all()
    assert (terms["from_on"] >= terms["opened_on"]).all()
    assert (terms["closed_on"].isna() | (terms["to_on"] <= terms["closed_on"])).all()
    assert set(terms["term_id"]) == set(held["term_id"])


def test_payments_are_members_dues(organisation):
    """Each payment is of a member of that branch on that day, in whole øre."""
    payments = organisation.table("payments")
    rows = organisation.table("memberships")[["member_id", "branch_id", "joined_on", "left_on"]]
    joined = payments.merge(rows, on=["member_id", "branch_id"])
    covered = joined[
        (joined["joined_on"] <= joined["paid_on"])
        & (joined["left_on"].isna() | (joined["paid_on"] < joined["left_on"]))
    ]

    assert set(payments["payment_id"]) == set(covered["payment_id"])
    assert ((payments["amount"] * 100).round() / 100 == payments["amount"]).all()
    assert payments["amount"].min() > 0
    assert payments["paid_on"].between("2022-06-01", "2026-05-31").all()


def test_targets_are_set_for_all_local_branches_but_two(organisation):
    """The workbook has a row for each month of 2024 to 2026 in which a branch is open, and none for two branches."""
    targets = pd.read_excel(organisation.folder / "targets.xlsx", engine="calamine", dtype={"branch_id": str})
    branches = organisation.csv("branches")
    local = set(branches.loc[branches["level"] == "local", "branch_id"])
    without = set(organisation.facts.branches_without_target)
    months = targets.groupby("branch_id").size()

    assert ["branch_id", "month", "joiners_target", "members_target"] == list(targets.columns)
    assert without == local - set(targets["branch_id"])
    assert 36 == months[organisation.facts.empty_branch_id] == months.mode()[0]
    assert 11 == months[organisation.facts.new_branch_id]
    assert 18 == months[organisation.facts.merged_branch_id]
    assert (targets["month"].dt.day == 1).all()
    assert not targets.duplicated(["branch_id", "month"]).any()


def test_facts_are_complete(organisation):
    """Every fact has a value."""
    missing = [
        field.name for field in fields(organisation.facts) if getattr(organisation.facts, field.name) in ("", ())
    ]

    assert [] == missing


def test_months_of_the_drive_only_grow(organisation):
    """Accumulated joiners never fall from one month to the next."""
    drive = organisation.facts.drive

    assert all(a <= b for year in (drive.accumulated_2025, drive.accumulated_2026) for a, b in pairwise(year))
