"""`summary()`: two to four sentences, the same for the same figures, in three languages."""

import re
from datetime import date
from typing import Any

import pytest

from distributor.packs.summary import summary, summary_metrics
from recipients.branches import Branch

TILES = {"tiles": ["members", "joiners", "leavers"]}
LANGUAGES = ("nb", "da", "en")
BRANCHES = (
    Branch(branch_id="n", name="Unionen", level="national"),
    Branch(branch_id="one", name="Bergen", level="local", parent_id="n"),
    Branch(branch_id="two", name="Oslo", level="local", parent_id="n"),
    Branch(branch_id="three", name="Moss", level="local", parent_id="n"),
)
OLD, LAST_MAY, THIS_MAY = date(2020, 1, 1), date(2025, 5, 10), date(2026, 5, 10)

# Case: members who stay, joined last May, joined this May, left last May, left this May; the target for May.
CASES = {
    "growth": (100, 10, 30, 10, 10, 25),
    "decline": (100, 20, 10, 10, 30, 20),
    "empty": (0, 0, 0, 0, 0, 0),
    "tiny": (2, 0, 1, 0, 0, 0),
    "on target": (200, 20, 20, 20, 20, 20),
}

GOLDEN = {
    "growth": (
        "Bergen hadde 140 medlemmer 31. mai 2026, 20 flere enn i fjor (+16,7\xa0%). "
        "Best utvikling: innmeldte, 30 – 20 flere enn i fjor (+200\xa0%). Målet for innmeldte er nådd.",
        "Bergen havde 140 medlemmer den 31. maj 2026, 20 flere end sidste år (+16,7\xa0%). "
        "Bedst udvikling: indmeldte, 30 – 20 flere end sidste år (+200\xa0%). Målet for indmeldte er nået.",
        "Bergen had 140 members on 31 May 2026, 20 more than last year (+16.7%). "
        "Best development: joiners, 30 – 20 more than last year (+200%). The target for joiners is met.",
    ),
    "decline": (
        "Bergen hadde 130 medlemmer 31. mai 2026, 20 færre enn i fjor (\N{MINUS SIGN}13,3\xa0%). "
        "Følg med på: utmeldte, 30 – 20 flere enn i fjor (+200\xa0%). Målet for innmeldte er ikke nådd.",
        "Bergen havde 130 medlemmer den 31. maj 2026, 20 færre end sidste år (\N{MINUS SIGN}13,3\xa0%). "
        "Hold øje med: udmeldte, 30 – 20 flere end sidste år (+200\xa0%). Målet for indmeldte er ikke nået.",
        "Bergen had 130 members on 31 May 2026, 20 fewer than last year (\N{MINUS SIGN}13.3%). "
        "Keep an eye on: leavers, 30 – 20 more than last year (+200%). The target for joiners is not met.",
    ),
    "empty": (
        "Bergen har ingen tall for mai 2026. Er det feil, si fra til analyse@union.example.",
        "Bergen har ingen tal for maj 2026. Er det en fejl, så skriv til analyse@union.example.",
        "Bergen has no figures for May 2026. If this is wrong, tell analyse@union.example.",
    ),
    "tiny": (
        "De fleste tallene for Bergen vises ikke, av hensyn til enkeltpersoner. Alle er med i tallene for Unionen.",
        "De fleste tal for Bergen vises ikke af hensyn til enkeltpersoner. Alle er talt med i tallene for Unionen.",
        "Most figures for Bergen are not shown, to protect individuals. "
        "Everyone is counted in the figures for Unionen.",
    ),
    "on target": (
        "Bergen hadde 240 medlemmer 31. mai 2026, som i fjor. Målet for innmeldte er nådd.",
        "Bergen havde 240 medlemmer den 31. maj 2026, som sidste år. Målet for indmeldte er nået.",
        "Bergen had 240 members on 31 May 2026, same as last year. The target for joiners is met.",
    ),
}


def rows_of(membership: Any, case: str, branch: str) -> list[dict[str, Any]]:
    stay, joined_last, joined_this, left_last, left_this, _ = CASES[case]
    return [
        *[membership(branch, OLD) for _ in range(stay)],
        *[membership(branch, LAST_MAY) for _ in range(joined_last)],
        *[membership(branch, THIS_MAY) for _ in range(joined_this)],
        *[membership(branch, OLD, LAST_MAY) for _ in range(left_last)],
        *[membership(branch, OLD, THIS_MAY) for _ in range(left_this)],
    ]


@pytest.mark.parametrize("case", list(CASES))
def test_summary_word_for_word(world_of: Any, membership: Any, case: str) -> None:
    """Growth, decline, an empty branch, a tiny one and one on target read like this."""
    others = [*rows_of(membership, "growth", "two"), *rows_of(membership, "decline", "three")]
    target = CASES[case][-1]
    targets = [{"branch_id": "one", "month": date(2026, 5, 1), "joiners": target}] if target else []
    union = world_of(BRANCHES, rows_of(membership, case, "one") + others, targets)
    report = union.report(TILES)

    texts = [summary(report, union.view(report, "one", language)) for language in LANGUAGES]

    assert list(GOLDEN[case]) == texts


@pytest.mark.parametrize("branch", ["n", "r1", "r2", "big", "mid", "tiny", "empty", "oslo", "new"])
def test_summary_has_two_to_four_sentences(world: Any, branch: str) -> None:
    """Every branch's summary has two to four sentences, whatever its tiles are, and comes out the same again."""
    for tiles in (
        ["members"],
        ["churn"],
        ["dues", "months"],
        ["members", "dues"],
        ["joiners", "churn", "members", "dues"],
    ):
        report = world.report({"tiles": tiles})
        for language in LANGUAGES:
            text = summary(report, world.view(report, branch, language))
            assert 2 <= len(re.findall(r"[.](?= [A-ZÆØÅ]|$)", text)) <= 4, text
            assert text == summary(report, world.view(report, branch, language))


def test_summary_of_a_large_change_is_not_called_steady(world: Any) -> None:
    """Where only the main figure moved it says that there is nothing else, not that there is nothing."""
    report = world.report({"tiles": ["members"]})

    assert summary(report, world.view(report, "oslo", "en")).endswith("Otherwise no large changes from last year.")


def test_summary_of_a_new_branch_says_when_it_opened(world: Any) -> None:
    """A branch opened this year is not called steady."""
    report = world.report({"tiles": ["members"]})

    assert summary(report, world.view(report, "new", "en")).endswith("This branch was opened on 1 February 2026.")


def test_summary_of_changes_that_are_neither_good_nor_bad(world: Any) -> None:
    """A metric without a better direction is spoken of as the largest change."""
    report = world.report({"tiles": ["leavers", "dues"]})

    assert "Largest change: dues, NOK\xa06,533 – NOK\xa01,709 higher than last year (+35.4%)." in summary(
        report, world.view(report, "n", "en", min_cell=0)
    )


def test_summary_ranks_points_and_shares_alike(world: Any) -> None:
    """A rate that rose by many points goes before a count that rose by a little."""
    report = world.report({"tiles": ["dues", "members", "churn"]})
    text = summary(report, world.view(report, "n", "en", min_cell=0))

    assert "Best development: members" in text
    assert "Keep an eye on: churn, 7.6% – 7.6 percentage points higher" in text


def test_summary_speaks_of_the_tiles(world: Any) -> None:
    """It speaks about the metrics of the tiles, once each, else about the first metric of any section."""
    table = {"table": {"metrics": ["leavers", "members"], "by": "age"}}

    assert ("members", "churn") == summary_metrics(
        world.report({"tiles": ["members", "churn"]}, {"tiles": ["members"]}, table)
    )
    assert ("leavers",) == summary_metrics(world.report({"text": "x"}, table))
    assert ("joiners",) == summary_metrics(world.report({"chart": "line", "metric": "joiners", "by": "month"}))
    assert () == summary_metrics(world.report({"text": "{{ summary() }}"}))
