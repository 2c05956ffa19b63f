"""The stories of the demo organisation, counted again from its files, and told right in STORIES.md."""

from pathlib import Path

import pytest

STORIES = Path(__file__).parents[2] / "report_specs" / "union" / "STORIES.md"


@pytest.fixture(scope="module")
def members(organisation):
    regions = organisation.csv("branches").set_index("branch_id")["parent_id"]
    frame = organisation.table("memberships")
    return frame.assign(region_id=frame["branch_id"].map(regions))


def _leavers(frame, month):
    is_leaver = frame["leave_reason"].isin(["resigned", "lapsed"])
    return frame[is_leaver & (frame["left_on"].str[:7] == month)]


def test_region_loses_its_big_employer(organisation, members, holding):
    """In March 2026 more leave the region at two workplaces than everywhere in it the year before."""
    story = organisation.facts.employer
    region = members[members["region_id"] == story.region_id]
    plants = organisation.table("workplaces").set_index("name").loc[list(story.workplaces)]
    lost = _leavers(region, "2026-03").groupby("workplace_id").size()[plants["workplace_id"]]

    def count(frame, on):
        return len(holding(frame, "joined_on", "left_on", on))

    in_branches = [region[region["branch_id"] == branch] for branch in story.branch_ids]
    assert list(story.lost) == list(lost)
    assert list(story.branch_members_before) == [count(frame, "2026-02-28") for frame in in_branches]
    assert list(story.branch_members_after) == [count(frame, "2026-03-31") for frame in in_branches]
    assert story.region_leavers_march_2025 == len(_leavers(region, "2025-03"))
    assert story.region_leavers_march_2026 == len(_leavers(region, "2026-03"))
    assert (story.region_members_before, story.region_members_after) == (
        count(region, "2026-02-28"), count(region, "2026-03-31"),
    )  # fmt: skip
    assert sum(story.lost) > 5 * story.region_leavers_march_2025
    assert {"2026-03-31"} == set(plants["closed_on"])


def test_branch_without_rep_since_spring(organisation, members, holding):
    """A branch of middle size had reps at some workplaces a year ago and has none since the end of April."""
    story = organisation.facts.rep
    terms = organisation.table("rep_terms").query("branch_id == @story.branch_id")
    workplaces = organisation.table("workplaces").query("branch_id == @story.branch_id")

    def with_rep(on):
        return holding(terms, "from_on", "to_on", on)["workplace_id"].nunique()

    assert story.with_rep_2025 == with_rep("2025-05-31") == with_rep("2026-04-29") >= 3
    assert story.with_rep_2026 == with_rep("2026-05-31") == with_rep("2026-04-30") == 0
    assert story.last_rep_on == terms["to_on"].max()
    assert story.workplaces == len(holding(workplaces, "opened_on", "closed_on", "2026-05-31"))
    in_branch = members[members["branch_id"] == story.branch_id]
    assert story.members == len(holding(in_branch, "joined_on", "left_on", "2026-05-31"))
    assert 100 < story.members < 400


def test_recruiting_drive_comes_two_months_late(organisation, members):
    """The region has half of last year's joiners at the end of April, and catches up in May."""
    story = organisation.facts.drive
    new = members[(members["region_id"] == story.region_id) & (members["join_reason"] == "new")]

    def accumulated(year):
        return tuple(
            int(new["joined_on"].between(f"{year}-01-01", f"{year}-{month:02d}-31").sum()) for month in range(1, 6)
        )

    assert story.accumulated_2025 == accumulated(2025)
    assert story.accumulated_2026 == accumulated(2026)
    assert story.accumulated_2026[3] < 0.6 * story.accumulated_2025[3]
    assert story.accumulated_2026[4] > 0.8 * story.accumulated_2025[4]


def test_other_regions_keep_their_pace(organisation, members):
    """No other region is so far behind last year at the end of April, so that the drive's region stands out."""
    new = members[(members["join_reason"] == "new") & (members["region_id"] != organisation.facts.drive.region_id)]
    this_year = new[new["joined_on"].between("2026-01-01", "2026-04-30")].groupby("region_id").size()
    last_year = new[new["joined_on"].between("2025-01-01", "2025-04-30")].groupby("region_id").size()

    assert (this_year / last_year).min() > 0.75


def test_merged_branch_hands_over_its_members(organisation, members):
    """All members of the merged branch go on in its neighbour on the day of the merger."""
    facts = organisation.facts
    branch = organisation.csv("branches").set_index("branch_id").loc[facts.merged_branch_id]
    out = members[(members["branch_id"] == facts.merged_branch_id) & (members["left_on"] == branch["closed_on"])]
    arrived = members[(members["branch_id"] == facts.merged_into_id) & (members["joined_on"] == branch["closed_on"])]

    assert facts.merged_into_id == branch["merged_into"]
    assert "2025" == branch["closed_on"][:4]
    assert facts.merged_members == len(out)
    assert set(out["member_id"]) <= set(arrived["member_id"])
    assert {"transfer"} == set(out["leave_reason"])


def test_branches_in_unusual_states(organisation, members, holding):
    """One branch opened in 2026 and grows, one closed without a successor, one never had a member."""
    facts = organisation.facts
    branches = organisation.csv("branches").set_index("branch_id")
    now = holding(members, "joined_on", "left_on", "2026-05-31").groupby("branch_id").size()

    assert "2026" == branches.loc[facts.new_branch_id, "opened_on"][:4]
    assert now[facts.new_branch_id] > 50
    assert {facts.closed_branch_id, facts.merged_branch_id} == set(branches.index[branches["closed_on"] != ""])
    assert "" == branches.loc[facts.closed_branch_id, "merged_into"]
    assert facts.empty_branch_id not in set(members["branch_id"])
    assert facts.closed_branch_id not in now.index


def test_stories_are_told_with_the_right_figures(organisation):
    """STORIES.md names the branches and figures that the default seed gives."""
    facts, text = organisation.facts, " ".join(STORIES.read_text(encoding="utf-8").split())
    employer, rep, drive = facts.employer, facts.rep, facts.drive
    names = organisation.csv("branches").set_index("branch_id")["name"]
    told = [
        f"{facts.members:,} members",
        f"{facts.workplaces:,} workplaces",
        f"{employer.region_name} (`{employer.region_id}`)",
        f"{employer.region_leavers_march_2026} leavers in March 2026, against {employer.region_leavers_march_2025}",
        f"from {employer.region_members_before:,} at the end of February to {employer.region_members_after:,}",
        *(
            f"{name} (`{branch}`) lost {lost} members at {plant} and fell from {before:,} to {after:,}"
            for name, branch, lost, plant, before, after in zip(
                employer.branch_names, employer.branch_ids, employer.lost, employer.workplaces,
                employer.branch_members_before, employer.branch_members_after, strict=True,
            )
        ),
        f"{rep.branch_name} (`{rep.branch_id}`), {rep.members} members",
        f"{rep.with_rep_2025} of its {rep.workplaces} workplaces",
        f"{drive.region_name} (`{drive.region_id}`)",
        "| 2025 | " + " | ".join(str(figure) for figure in drive.accumulated_2025) + " |",
        "| 2026 | " + " | ".join(str(figure) for figure in drive.accumulated_2026) + " |",
        f"{names[facts.largest_branch_id]} (`{facts.largest_branch_id}`), {facts.largest_branch_members:,} members",
        f"{names[facts.small_branch_id]} (`{facts.small_branch_id}`), {facts.small_branch_members} members",
        f"{facts.merged_members} members",
        *(
            f"{names[branch]} (`{branch}`)"
            for branch in (
                facts.empty_branch_id, facts.new_branch_id, facts.merged_branch_id, facts.merged_into_id,
                facts.closed_branch_id, *facts.branches_without_target, facts.leaderless_branch_id,
                facts.branch_of_leader_without_email, *facts.led_by_one, facts.two_language_branch_id,
            )
        ),
    ]  # fmt: skip

    assert [] == [phrase for phrase in told if phrase not in text]
