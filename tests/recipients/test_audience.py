"""Audiences resolved to the recipients of every branch's pack."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipients.audience import Audience, Resolution, Scope, Unplaced, resolve_audience
from recipients.branches import Branch, BranchTree
from recipients.errors import AudienceError
from recipients.people import Recipient, Role

DAY = date(2026, 5, 31)
PAST, FUTURE = date(2026, 1, 1), date(2027, 1, 1)


def branch(branch_id: str, parent_id: str | None, level: str, **fields: Any) -> Branch:
    return Branch(branch_id=branch_id, name=branch_id, level=level, parent_id=parent_id, **fields)


def tree() -> BranchTree:
    """00 > 03 > (0301, 0302 merged into 0301, 0303 closed) and 00 > 11 > (1103, 1104 opens next year)."""
    return BranchTree.build(
        [
            branch("00", None, "national"),
            branch("03", "00", "region"),
            branch("0301", "03", "local"),
            branch("0302", "03", "local", closed_on=PAST, merged_into="0301"),
            branch("0303", "03", "local", closed_on=PAST),
            branch("11", "00", "region"),
            branch("1103", "11", "local"),
            branch("1104", "11", "local", opened_on=FUTURE),
        ]
    )


def person(recipient_id: str, *roles: tuple[str, str]) -> Recipient:
    held = tuple(Role(name=name, branch_id=branch_id) for name, branch_id in roles)
    return Recipient(recipient_id=recipient_id, name=recipient_id, roles=held)


def resolve(audience: Audience, *recipients: Recipient) -> Resolution:
    return resolve_audience(audience, tree=tree(), recipients=recipients, on=DAY)


def who(resolution: Resolution) -> dict[str, list[str]]:
    """Branches with somebody, and the ids of these."""
    return {
        branch_id: [assignment.recipient.recipient_id for assignment in assignments]
        for branch_id, assignments in resolution.by_branch.items()
        if assignments
    }


def test_own_gives_the_pack_of_the_branch_alone() -> None:
    """A region's leader gets the region's pack and none of those below."""
    resolution = resolve(Audience(name="a", roles=("leader",)), person("anna", ("leader", "03")))

    assert {"03": ["anna"]} == who(resolution)
    assert ("00", "0301", "11", "1103") == resolution.branches_with_nobody


def test_subtree_gives_the_packs_of_all_open_branches_below_too() -> None:
    """A region's leader gets the region's pack and those of its open branches, never another region's."""
    audience = Audience(name="a", roles=("leader",), scope=Scope.subtree)

    assert {"03": ["anna"], "0301": ["anna"]} == who(resolve(audience, person("anna", ("leader", "03"))))


def test_named_gives_the_listed_packs_wherever_the_role_is_held() -> None:
    """An analyst of any branch gets the packs the audience lists and no other."""
    audience = Audience(name="a", roles=("analyst",), scope=Scope.named, branches=("11", "0301"))
    resolution = resolve(
        audience, person("bo", ("analyst", "1103")), person("anna", ("analyst", "00"), ("leader", "03"))
    )

    assert {"0301": ["anna", "bo"], "11": ["anna", "bo"]} == who(resolution)
    assert ["0301", "11"] == list(resolution.by_branch)


def test_levels_limit_packs_not_people() -> None:
    """A national role with scope subtree and level region gets the regions' packs."""
    audience = Audience(name="a", roles=("leader",), scope=Scope.subtree, levels=("region",))
    resolution = resolve(audience, person("anna", ("leader", "00")), person("bo", ("leader", "0301")))

    assert {"03": ["anna"], "11": ["anna"]} == who(resolution)
    assert () == resolution.branches_with_nobody


def test_exceptions_remove_recipients_and_branches() -> None:
    """An excepted recipient gets nothing; an excepted branch has no pack here while those below keep theirs."""
    audience = Audience(
        name="a", roles=("leader",), scope=Scope.subtree, except_recipients=("bo",), except_branches=("03",)
    )
    resolution = resolve(audience, person("anna", ("leader", "03")), person("bo", ("leader", "00")))

    assert {"0301": ["anna"]} == who(resolution)
    assert "03" not in resolution.by_branch


def test_role_at_a_merged_branch_counts_for_the_survivor() -> None:
    """Who led a branch that merged gets the pack of the branch that took over."""
    resolution = resolve(Audience(name="a", roles=("leader",)), person("anna", ("leader", "0302")))

    assert {"0301": ["anna"]} == who(resolution)
    assert "0302" not in resolution.by_branch
    assert () == resolution.unplaced


@pytest.mark.parametrize("branch_id", ["0303", "1104"])
@pytest.mark.parametrize("scope", list(Scope))
def test_role_at_a_branch_that_is_not_open_gives_nothing_and_is_listed(scope: Scope, branch_id: str) -> None:
    """A role left behind at a closed branch, or ahead of an opening, opens no pack in any scope."""
    branches = ("11",) if scope is Scope.named else ()
    resolution = resolve(
        Audience(name="a", roles=("leader",), scope=scope, branches=branches), person("anna", ("leader", branch_id))
    )

    assert {} == who(resolution)
    assert [(branch_id, Unplaced.closed_branch)] == [(item.role.branch_id, item.reason) for item in resolution.unplaced]
    assert () == resolution.unknown_branches


def test_role_at_an_unknown_branch_is_listed() -> None:
    """An id that the tree does not know, here one that lost its zero, is named and never guessed."""
    resolution = resolve(Audience(name="a", roles=("leader",)), person("anna", ("leader", "301"), ("leader", "11")))

    assert {"11": ["anna"]} == who(resolution)
    assert ("301",) == resolution.unknown_branches
    assert [("anna", "301")] == [(item.recipient.recipient_id, item.role.branch_id) for item in resolution.unplaced]


def test_roles_the_audience_does_not_ask_for_are_not_listed() -> None:
    """A stray role of another name is not this audience's matter."""
    resolution = resolve(Audience(name="a", roles=("leader",)), person("anna", ("cook", "nowhere")))

    assert () == resolution.unplaced
    assert () == resolution.unknown_branches


def test_role_that_nobody_holds_selects_nobody() -> None:
    """An unknown role name is no error."""
    assert {} == who(resolve(Audience(name="a", roles=("ombud",)), person("anna", ("leader", "03"))))


def test_ids_the_audience_names_in_vain_are_listed() -> None:
    """Unknown branches, closed branches and unknown recipients in the audience itself are named."""
    audience = Audience(
        name="a",
        roles=("leader",),
        scope=Scope.named,
        branches=("11", "0302", "77"),
        except_branches=("88",),
        except_recipients=("nobody",),
    )
    resolution = resolve(audience, person("anna", ("leader", "00")))

    assert {"11": ["anna"]} == who(resolution)
    assert ("77", "88") == resolution.unknown_branches
    assert ("0302",) == resolution.closed_branches
    assert ("nobody",) == resolution.unknown_recipients


def test_recipient_in_two_roles_appears_once_with_both() -> None:
    """Two roles that give one pack make one assignment that tells both and where they are held."""
    audience = Audience(name="a", roles=("leader", "treasurer"), scope=Scope.subtree)
    resolution = resolve(audience, person("anna", ("treasurer", "0301"), ("leader", "03"), ("leader", "0302")))
    (assignment,) = resolution.by_branch["0301"]

    assert [("treasurer", "0301"), ("leader", "03"), ("leader", "0302")] == [
        (role.name, role.branch_id) for role in assignment.roles
    ]
    assert ("treasurer", "leader") == assignment.role_names
    assert ("leader",) == resolution.by_branch["03"][0].role_names


@pytest.mark.parametrize(("from_on", "to_on", "held"), [(PAST, None, True), (FUTURE, None, False), (PAST, DAY, False)])
def test_only_roles_held_on_the_day_count(from_on: date, to_on: date | None, held: bool) -> None:
    """A role that has ended or not yet begun gives nothing."""
    role = Role(name="leader", branch_id="11", from_on=from_on, to_on=to_on)
    resolution = resolve(
        Audience(name="a", roles=("leader",)), Recipient(recipient_id="anna", name="Anna", roles=(role,))
    )

    assert ({"11": ["anna"]} if held else {}) == who(resolution)


def test_recipient_without_an_address_is_still_resolved() -> None:
    """Whether somebody can be reached is the send plan's question, which must be able to name them."""
    resolution = resolve(Audience(name="a", roles=("leader",)), person("anna", ("leader", "11")))

    assert {"11": ["anna"]} == who(resolution)
    assert resolution.by_branch["11"][0].recipient.address("email") is None


@pytest.mark.parametrize(("scope", "branches"), [(Scope.named, ()), (Scope.own, ("11",))])
def test_audience_that_contradicts_itself_is_refused(scope: Scope, branches: tuple[str, ...]) -> None:
    """named needs a list of branches, and the other scopes would ignore one."""
    with pytest.raises(AudienceError, match=r'audience "board": .*list of branches'):
        Audience(name="board", roles=("leader",), scope=scope, branches=branches)


# --- against the definition, branch by branch and recipient by recipient ------------------------------------

IDS = [f"b{i}" for i in range(12)]
DAYS = st.sampled_from([None, PAST, DAY, FUTURE])


@st.composite
def trees(draw: st.DrawFn) -> BranchTree:
    made = [branch("b0", None, "x")]
    for i, branch_id in enumerate(IDS[1 : draw(st.integers(1, len(IDS)))], start=1):
        parent = IDS[draw(st.integers(0, i - 1))]
        merged = draw(st.sampled_from([None, None, *IDS[:i]]))  # into an earlier one, so never in a circle
        closed = draw(DAYS)
        made.append(branch(branch_id, parent, draw(st.sampled_from("xyz")), closed_on=closed, merged_into=merged))
    return BranchTree.build(made)


def texts(values: list[str], **sizes: Any) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, **sizes).map(tuple)


ROLES = st.builds(Role, name=st.sampled_from("lt"), branch_id=st.sampled_from([*IDS, "?"]), from_on=DAYS, to_on=DAYS)
PEOPLE = st.lists(
    st.builds(
        Recipient,
        recipient_id=st.sampled_from("abcdef"),
        name=st.just("N"),
        roles=st.lists(ROLES, max_size=4).map(tuple),
    ),
    max_size=6,
    unique_by=lambda recipient: recipient.recipient_id,
)


@st.composite
def audiences(draw: st.DrawFn) -> Audience:
    scope = draw(st.sampled_from(list(Scope)))
    return Audience(
        name="a",
        roles=draw(texts(["l", "t"], min_size=1)),
        scope=scope,
        branches=draw(texts([*IDS, "!"], min_size=1)) if scope is Scope.named else (),
        levels=draw(texts(["x", "y"])),
        except_recipients=draw(texts(["a", "b"], max_size=1)),
        except_branches=draw(texts(IDS, max_size=2)),
    )


def gives(audience: Audience, tree: BranchTree, role: Role, pack: Branch) -> bool:
    """The definition, for one role and one branch."""
    if role.name not in audience.roles or not role.is_held(DAY) or role.branch_id not in tree:
        return False
    at = tree.branch(role.branch_id)
    while at.merged_into is not None and (at.closed_on is None or at.closed_on <= DAY):
        at = tree.branch(at.merged_into)
    if not at.is_open(DAY) or not pack.is_open(DAY):
        return False
    reached = {
        Scope.own: pack == at,
        Scope.subtree: pack == at or at in tree.ancestors(pack.branch_id),
        Scope.named: pack.branch_id in audience.branches,
    }
    return reached[audience.scope]


@settings(deadline=None)  # the machine may be busy
@given(audiences(), trees(), PEOPLE)
def test_resolution_equals_the_definition(audience: Audience, tree: BranchTree, people: list[Recipient]) -> None:
    """One pass over the recipients finds what asking every recipient about every branch finds."""
    expected: dict[str, list[tuple[str, tuple[Role, ...]]]] = {}
    for pack in tree.branches:
        if (audience.levels and pack.level not in audience.levels) or pack.branch_id in audience.except_branches:
            continue
        for recipient in sorted(people, key=lambda one: one.recipient_id):
            roles = tuple(role for role in recipient.roles if gives(audience, tree, role, pack))
            if roles and recipient.recipient_id not in audience.except_recipients:
                expected.setdefault(pack.branch_id, []).append((recipient.recipient_id, roles))

    resolution = resolve_audience(audience, tree=tree, recipients=people, on=DAY)

    assert expected == {
        branch_id: [(assignment.recipient.recipient_id, assignment.roles) for assignment in assignments]
        for branch_id, assignments in resolution.by_branch.items()
        if assignments
    }
    assert list(resolution.by_branch) == sorted(resolution.by_branch, key=tree.position)
    assert all(tree.branch(branch_id).is_open(DAY) for branch_id in resolution.by_branch)
