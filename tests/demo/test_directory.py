"""The directory holds the unusual positions that plans and packs must cope with."""

from datetime import date
from pathlib import Path

import pandas as pd

from distributor.catalogue.loader import load_catalogue
from distributor.packs.plan import as_audience
from recipients.audience import resolve_audience
from recipients.directories.csv import CsvDirectory

ROOT = Path(__file__).parents[2]


def _current(organisation) -> pd.DataFrame:
    roles = organisation.csv("roles")
    now = roles[(roles["from_on"] <= "2026-06-03") & ((roles["to_on"] == "") | (roles["to_on"] > "2026-06-03"))]
    return now.merge(organisation.csv("recipients"), on="recipient_id").merge(
        organisation.csv("branches")[["branch_id", "level", "closed_on"]], on="branch_id"
    )


def test_one_open_branch_has_no_leader(organisation):
    """Exactly one open local branch has nobody who holds a role there."""
    branches = organisation.csv("branches")
    open_ = branches[(branches["level"] == "local") & (branches["closed_on"] == "")]
    led = _current(organisation).query("role == 'branch_leader'")["branch_id"]

    assert {organisation.facts.leaderless_branch_id} == set(open_["branch_id"]) - set(led)
    assert organisation.facts.leaderless_branch_id not in set(_current(organisation)["branch_id"])


def test_one_leader_has_no_email(organisation):
    """Exactly one person in a role has no e-mail address: the leader of one branch."""
    roles = _current(organisation)
    silent = roles[roles["email"] == ""]

    assert [organisation.facts.branch_of_leader_without_email] == list(silent["branch_id"])
    assert ["branch_leader"] == list(silent["role"])


def test_one_person_leads_two_branches(organisation):
    """Exactly one person leads two branches."""
    leaders = _current(organisation).query("role == 'branch_leader'")
    twice = leaders[leaders.duplicated("recipient_id", keep=False)]

    assert {organisation.facts.leader_of_two} == set(twice["recipient_id"])
    assert set(organisation.facts.led_by_one) == set(twice["branch_id"])


def test_one_leader_is_deputy_elsewhere(organisation):
    """Exactly one leader is also deputy, of another branch."""
    roles = _current(organisation)
    leaders, deputies = roles.query("role == 'branch_leader'"), roles.query("role == 'deputy'")
    both = leaders.merge(deputies, on="recipient_id")

    assert [organisation.facts.leader_and_deputy] == list(both["recipient_id"])
    assert (both["branch_id_x"] != both["branch_id_y"]).all()


def test_one_branch_reads_two_languages(organisation):
    """The branch named by the facts has a leader who reads nb and a deputy who reads en."""
    roles = _current(organisation)
    readers = roles[roles["branch_id"] == organisation.facts.two_language_branch_id].set_index("role")["language"]

    assert {"branch_leader": "nb", "deputy": "en"} == readers.to_dict()


def test_region_leaders_stand_in_for_both(organisation):
    """The packs of the branch without a leader and of the one without an address go to their regions' leaders."""
    audience = load_catalogue(ROOT / "report_specs" / "union").audiences["branch_leaders"]
    roster = CsvDirectory(organisation.folder).load()
    current = _current(organisation)
    regions = organisation.csv("branches").set_index("branch_id")["parent_id"]
    facts = organisation.facts

    resolution = resolve_audience(
        as_audience("branch_leaders", audience),
        tree=roster.tree,
        recipients=roster.recipients,
        on=date(2026, 6, 3),
        is_reachable=lambda recipient: recipient.address("email") is not None,
    )

    leaders = current[current["role"] == "region_leader"].set_index("branch_id")["recipient_id"]
    vacant = sorted((facts.leaderless_branch_id, facts.branch_of_leader_without_email))
    assert [(branch, [leaders[regions[branch]]]) for branch in vacant] == sorted(
        (one.branch_id, [who.recipient.recipient_id for who in one.instead]) for one in resolution.vacancies
    )
    assert () == resolution.branches_with_nobody


def test_addresses_reach_nobody(organisation):
    """E-mail addresses are of the invented domain and no two are alike; phone numbers are kept free for fiction."""
    people = organisation.csv("recipients")
    emails = people.loc[people["email"] != "", "email"]

    assert emails.str.fullmatch(r"[a-z.0-9]+@fellesforeningen\.example").all()
    assert emails.is_unique
    assert people.loc[people["sms"] != "", "sms"].str.fullmatch(r"\+447700900\d{3}").all()


def test_languages_are_mostly_norwegian(organisation):
    """Most recipients read Norwegian, some Danish and some English."""
    share = organisation.csv("recipients")["language"].value_counts(normalize=True)

    assert {"nb", "da", "en"} == set(share.index)
    assert 0.8 < share["nb"] < 0.95
    assert share.min() > 0.02


def test_roles_are_within_the_life_of_their_branch(organisation):
    """No role begins before its branch opens, and none goes on after it closes."""
    roles = organisation.csv("roles").merge(organisation.csv("branches"), on="branch_id")
    closed = roles[roles["closed_on"] != ""]

    assert (roles["from_on"] >= roles["opened_on"]).all()
    assert (closed["to_on"] != "").all()
    assert (closed["to_on"] <= closed["closed_on"]).all()
    assert {
        "branch_leader",
        "deputy",
        "region_leader",
        "analyst",
        "rep_coordinator",
        "analysis_desk",
        "head_of_analysis",
    } == set(roles["role"])
