"""The branch tree: numbering, ranges, faults, inheritance and mergers."""

import pickle
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipients.branches import Branch, BranchTree
from recipients.errors import BranchTreeError, DirectoryError, UnknownBranchError

LEVELS = ("national", "region", "local")


def branch(branch_id: str, parent_id: str | None = None, **fields: Any) -> Branch:
    return Branch(**({"branch_id": branch_id, "name": branch_id, "level": "local", "parent_id": parent_id} | fields))


def small_tree() -> BranchTree:
    """0 > (03 > 0301, 0302), (11 > 1103)."""
    return BranchTree.build(
        [
            branch("1103", "11", name="Stavanger"),
            branch("0302", "03", name="Vest"),
            branch("0", name="Landet", level="national", language="nb", timezone="Europe/Oslo"),
            branch("11", "0", name="Rogaland", level="region"),
            branch("0301", "03", name="Aker"),
            branch("03", "0", name="Oslo", level="region", language="en"),
        ],
        levels=LEVELS,
    )


@st.composite
def forests(draw: st.DrawFn) -> list[Branch]:
    """One tree of up to 30 branches, in any order, with names that often collide."""
    count = draw(st.integers(1, 30))
    made = [branch("b0", name="a")]
    for i in range(1, count):
        parent = draw(st.integers(0, i - 1))
        made.append(branch(f"b{i}", f"b{parent}", name=draw(st.sampled_from("abå"))))
    return draw(st.permutations(made))


def naive_subtree(branches: list[Branch], branch_id: str) -> set[str]:
    below = [naive_subtree(branches, other.branch_id) for other in branches if other.parent_id == branch_id]
    return {branch_id}.union(*below)


def faults_of(branches: list[Branch], levels: tuple[str, ...] = ()) -> BranchTreeError:
    with pytest.raises(BranchTreeError) as raised:
        BranchTree.build(branches, levels=levels)
    return raised.value


def test_branches_are_numbered_in_pre_order_by_name() -> None:
    """A branch comes before those below it, and siblings follow their names, not their ids."""
    tree = small_tree()

    assert ["0", "03", "0301", "0302", "11", "1103"] == [item.branch_id for item in tree.branches]
    assert (6, 4, 3, 4, 6, 6) == tree.stops
    assert (-1, 0, 1, 1, 0, 4) == tree.parents
    assert len(tree) == 6
    assert tree.root.branch_id == "0"


def test_siblings_of_one_name_are_numbered_by_id() -> None:
    """Two branches with one name have a fixed order all the same."""
    tree = BranchTree.build([branch("1"), branch("3", "1", name="Lag"), branch("2", "1", name="Lag")])

    assert ("2", "3") == tuple(item.branch_id for item in tree.children("1"))


@settings(deadline=None)  # the machine may be busy
@given(forests())
def test_subtree_is_the_range_that_recursion_finds(branches: list[Branch]) -> None:
    """The range of a subtree holds exactly what following the parents gives."""
    tree = BranchTree.build(branches)

    for item in branches:
        expected = naive_subtree(branches, item.branch_id)
        found = [tree.branches[position].branch_id for position in tree.subtree(item.branch_id)]
        assert sorted(expected) == sorted(found)
        assert item.branch_id == found[0]
        assert expected == {other.branch_id for other in branches if tree.is_within(other.branch_id, item.branch_id)}


@settings(deadline=None)  # the machine may be busy
@given(forests(), st.randoms(use_true_random=False))
def test_numbers_do_not_depend_on_the_order_given(branches: list[Branch], random: Random) -> None:
    """The same branches give the same tree in whatever order they are read."""
    shuffled = list(branches)
    random.shuffle(shuffled)

    assert BranchTree.build(branches) == BranchTree.build(shuffled)


@settings(deadline=None)  # the machine may be busy
@given(forests())
def test_children_and_ancestors_follow_the_parents(branches: list[Branch]) -> None:
    """Children are the branches whose parent it is; ancestors lead from the parent to the root."""
    tree = BranchTree.build(branches)

    for item in branches:
        below = {other.branch_id for other in branches if other.parent_id == item.branch_id}
        children = tree.children(item.branch_id)
        assert below == {child.branch_id for child in children}
        assert sorted(children, key=lambda child: (child.name, child.branch_id)) == list(children)
        chain = [item, *tree.ancestors(item.branch_id)]
        assert [one.parent_id for one in chain[:-1]] == [one.branch_id for one in chain[1:]]
        assert chain[-1] == tree.root


def test_leading_zeros_make_another_branch() -> None:
    """ "0301" and "301" are two ids, and the error for a lost zero names the right one."""
    tree = small_tree()

    assert "0301" in tree
    assert "301" not in tree
    with pytest.raises(UnknownBranchError) as raised:
        tree.position("301")
    assert 'branch "301" is not in the branch tree. Did you mean "0301"?' == str(raised.value)


def test_unknown_branch_names_near_matches() -> None:
    """A mistyped id gets the ids that look alike, and the error is both a KeyError and one of this package."""
    with pytest.raises(KeyError) as raised:
        small_tree().subtree("1130")

    assert isinstance(raised.value, DirectoryError)
    assert '"1103"' in str(raised.value)


def test_errors_survive_pickling() -> None:
    """An error raised in a worker process arrives with its sentence."""
    for error in (UnknownBranchError("301", ("0301",)), BranchTreeError(["one", "two"], ["a"])):
        assert str(error) == str(pickle.loads(pickle.dumps(error)))
    assert ("a",) == pickle.loads(pickle.dumps(BranchTreeError(["one"], ["a"]))).branch_ids


def test_tree_survives_pickling() -> None:
    """A worker process gets the same tree with its lookups."""
    tree = pickle.loads(pickle.dumps(small_tree()))

    assert small_tree() == tree
    assert 3 == tree.position("0302")


def test_of_levels_keeps_pre_order() -> None:
    """Branches of some levels come in the order of their numbers; an unused level has none."""
    tree = small_tree()

    assert ["03", "11"] == [item.branch_id for item in tree.of_levels(["region"])]
    assert ["0", "0301", "0302", "1103"] == [item.branch_id for item in tree.of_levels({"local", "national"})]
    assert () == tree.of_levels(["district"])


def test_language_and_timezone_come_from_the_nearest_branch_above() -> None:
    """A branch without its own takes them from above, and the default only when nobody has one."""
    tree = small_tree()

    assert "en" == tree.language_of("0301", "da")
    assert "nb" == tree.language_of("1103", "da")
    assert "Europe/Oslo" == tree.timezone_of("0301", "UTC")
    assert "da" == BranchTree.build([branch("1")]).language_of("1", "da")
    assert "UTC" == BranchTree.build([branch("1")]).timezone_of("1", "UTC")


def test_survivor_follows_mergers_that_have_taken_place() -> None:
    """After two mergers the last branch stands for the first; before a merger's day it stands for itself."""
    tree = BranchTree.build(
        [
            branch("1"),
            branch("a", "1", merged_into="b", closed_on=date(2024, 1, 1)),
            branch("b", "1", merged_into="c", closed_on=date(2026, 1, 1)),
            branch("c", "1"),
        ]
    )

    assert "c" == tree.survivor("a").branch_id
    assert "b" == tree.survivor("a", on=date(2025, 12, 31)).branch_id
    assert "a" == tree.survivor("a", on=date(2023, 12, 31)).branch_id
    assert "c" == tree.survivor("c").branch_id


@pytest.mark.parametrize(
    ("fields", "open_on_day"),
    [
        ({}, True),
        ({"opened_on": date(2024, 2, 29)}, True),
        ({"opened_on": date(2024, 3, 1)}, False),
        ({"closed_on": date(2024, 2, 29)}, False),
        ({"closed_on": date(2024, 3, 1)}, True),
        ({"merged_into": "x"}, False),
        ({"merged_into": "x", "closed_on": date(2024, 3, 1)}, True),
    ],
)
def test_branch_is_open_from_its_first_day_until_the_day_it_closes(fields: dict[str, Any], open_on_day: bool) -> None:
    """opened_on is the first open day and closed_on the first closed one; a merger without a day holds at once."""
    assert open_on_day == branch("1", **fields).is_open(date(2024, 2, 29))


def test_build_reports_all_faults_at_once() -> None:
    """Every fault of the branches is in the one error, and so are the ids."""
    error = faults_of(
        [
            branch("1"),
            branch("2"),
            branch("3", "99"),
            branch("4", "5"),
            branch("5", "4"),
            branch("6", "1"),
            branch("6", "1"),
            branch("7", "1", merged_into="7"),
            branch("8", "1", merged_into="98"),
            branch("9", "1", merged_into="10"),
            branch("10", "1", merged_into="9"),
            branch("11", "1", opened_on=date(2025, 1, 2), closed_on=date(2025, 1, 1)),
        ]
    )

    assert (
        'branch "3" has the parent "99", which is not a branch.',
        "parents form a circle: 4 → 5 → 4 (2 branches).",
        'branch "6" is there more than once. Keep one.',
        'branch "7" is merged into itself. Name the branch that took over.',
        'branch "8" is merged into "98", which is not a branch.',
        "mergers form a circle: 9 → 10 → 9 (2 branches).",
        'branch "11" is closed on 2025-01-01, before it opened on 2025-01-02.',
        '2 branches have no parent: "1", "2". Exactly one may be the root; give the others their parent.',
    ) == error.faults
    assert {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} == set(error.branch_ids)
    assert str(error).startswith("the branch tree has 8 faults:\n")


def test_orphan_with_a_lost_zero_is_told_which_parent() -> None:
    """A parent id whose leading zero a spreadsheet ate is answered with the id that has it."""
    error = faults_of([branch("03"), branch("0301", "3")])

    assert ('branch "0301" has the parent "3", which is not a branch. Did you mean "03"?',) == error.faults


def test_own_parent_is_a_circle_of_one() -> None:
    """A branch below itself is reported as a circle."""
    assert ("parents form a circle: 2 → 2 (1 branch).",) == faults_of([branch("1"), branch("2", "2")]).faults


@pytest.mark.parametrize("branches", [[], [branch("1", "2"), branch("2", "1")]])
def test_build_without_a_root_fails(branches: list[Branch]) -> None:
    """No branches, or none without a parent, is no tree."""
    assert "there is no root: exactly one branch must have no parent." == faults_of(branches).faults[-1]


def test_branches_hanging_below_a_circle_are_not_reported_again() -> None:
    """One circle is one fault, however many branches lead into it."""
    error = faults_of(
        [branch("0"), branch("1", "3"), branch("2", "1"), branch("3", "2"), branch("4", "3"), branch("5", "4")]
    )

    assert ("parents form a circle: 1 → 3 → 2 → 1 (3 branches).",) == error.faults


def test_levels_are_checked_when_their_names_are_given() -> None:
    """A level nobody declared, and one that does not lie below its parent's, are faults; skipping one is not."""
    branches = [
        branch("0", level="national"),
        branch("1", "0", level="local"),
        branch("2", "1", level="region"),
        branch("3", "0", level="distrct"),
    ]

    assert (
        'branch "2" of level "region" lies below "1" of level "local". '
        'The order is "national", "region", "local", top first.',
        'branch "3" has the level "distrct". Known, top first: "national", "region", "local".',
    ) == faults_of(branches, LEVELS).faults
    assert 4 == len(BranchTree.build(branches))


def test_printed_error_stops_after_a_screenful() -> None:
    """Thousands of faults are all held, but only the first are printed."""
    error = faults_of([branch("0"), *(branch(f"x{i}", "nowhere") for i in range(2000))])

    assert 2000 == len(error.faults)
    assert "… and 1950 more." == str(error).splitlines()[-1]


@pytest.mark.parametrize("parent_of", [lambda i: (i - 1) // 10, lambda i: i - 1], ids=["broad", "chain"])
def test_a_hundred_thousand_branches_are_numbered(parent_of: Callable[[int], int]) -> None:
    """Neither a broad tree nor one long chain exceeds any depth."""
    count = 100_000
    branches = [branch("0"), *(branch(str(i), str(parent_of(i))) for i in range(1, count))]

    tree = BranchTree.build(branches)

    assert count == len(tree)
    assert range(count) == tree.subtree("0")
    assert all(
        parent < position < stop for position, (parent, stop) in enumerate(zip(tree.parents, tree.stops, strict=True))
    )
