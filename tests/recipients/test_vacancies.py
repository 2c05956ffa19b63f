"""Who stands in for a branch whose pack nobody would read."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipients.audience import Audience, Fallback, Resolution, Scope, resolve_audience
from recipients.branches import Branch, BranchTree
from recipients.people import Address, Recipient, Role

DAY = date(2026, 5, 31)
PAST = date(2026, 1, 1)


def branch(branch_id: str, parent_id: str | None, level: str, **fields: Any) -> Branch:
    return Branch(branch_id=branch_id, name=branch_id, level=level, parent_id=parent_id, **fields)


# n > north > (rana, district > bodø), n > old region, merged into north, > alta
TREE = BranchTree.build(
    [
        branch("n", None, "national"),
        branch("north", "n", "region"),
        branch("rana", "north", "local"),
        branch("district", "north", "district"),
        branch("bodø", "district", "local"),
        branch("old", "n", "region", closed_on=PAST, merged_into="north"),
        branch("alta", "old", "local"),
    ]
)


def person(recipient_id: str, *roles: tuple[str, str], email: bool = True) -> Recipient:
    return Recipient(
        recipient_id=recipient_id,
        name=recipient_id.title(),
        roles=tuple(Role(name=name, branch_id=branch_id) for name, branch_id in roles),
        addresses=(Address(channel="email", value=f"{recipient_id}@union.example"),) if email else (),
    )


def has_email(recipient: Recipient) -> bool:
    return recipient.address("email") is not None


def leaders(*fallback: Fallback, **fields: Any) -> Audience:
    return Audience(name="leaders", roles=("leader",), levels=("local",), fallback=fallback, **fields)


def resolve(audience: Audience, *people: Recipient) -> Resolution:
    return resolve_audience(audience, tree=TREE, recipients=people, on=DAY, is_reachable=has_email)


def told(resolution: Resolution, branch_id: str) -> list[tuple[str, str]]:
    return [(one.recipient.recipient_id, one.fallback) for one in resolution.by_branch[branch_id]]


DEPUTY = Fallback(role="deputy")
OF_REGION = Fallback(role="chief", of="region")
OF_PARENT = Fallback(role="chief", of="parent")


def test_who_holds_the_role_gets_the_pack_alone() -> None:
    """Where somebody of the audience can be reached nobody stands in."""
    resolution = resolve(
        leaders(DEPUTY, OF_REGION), person("ann", ("leader", "rana")), person("bo", ("deputy", "rana"))
    )

    assert [("ann", "")] == told(resolution, "rana")
    assert () == resolution.vacancies


def test_first_step_that_finds_somebody_decides() -> None:
    """The deputy comes before the region's leader; all who hold the role of that step get the pack."""
    people = person("bo", ("deputy", "rana")), person("cy", ("deputy", "rana")), person("dag", ("chief", "north"))
    why = "deputy, because nobody is leader"

    resolution = resolve(leaders(DEPUTY, OF_REGION), *people)

    assert [("bo", why), ("cy", why)] == told(resolution, "rana")
    assert [("dag", "chief of region, because nobody is leader")] == told(resolution, "bodø")


def test_parent_is_the_branch_above_and_a_level_the_nearest_of_it() -> None:
    """ "of parent" asks at the district, "of region" beyond it; a district without a chief has none of its region's."""
    chief = person("dag", ("chief", "north"))

    assert [] == told(resolve(leaders(OF_PARENT), chief), "bodø")
    assert ["dag"] == [name for name, _ in told(resolve(leaders(OF_PARENT), chief), "rana")]
    assert ["dag"] == [name for name, _ in told(resolve(leaders(OF_REGION), chief), "bodø")]


def test_region_that_has_merged_is_asked_at_its_survivor() -> None:
    """A local still below a merged region falls to the leader of the region that took over, wherever it is held."""
    assert ["dag"] == [name for name, _ in told(resolve(leaders(OF_REGION), person("dag", ("chief", "north"))), "alta")]
    assert ["dag"] == [name for name, _ in told(resolve(leaders(OF_REGION), person("dag", ("chief", "old"))), "rana")]


def test_branch_of_the_level_itself_counts_as_its_own() -> None:
    """For the region's own pack "of region" is the region."""
    audience = Audience(name="a", roles=("leader",), fallback=(OF_REGION,))

    assert ["dag"] == [name for name, _ in told(resolve(audience, person("dag", ("chief", "north"))), "north")]


def test_root_has_no_parent() -> None:
    """A step that leads above the root finds nobody, and does not come out at another end of the tree."""
    audience = Audience(name="a", roles=("leader",), fallback=(OF_PARENT, OF_REGION))
    last = TREE.branches[-1].branch_id

    assert [] == told(resolve(audience, person("dag", ("chief", last))), "n")


def test_who_cannot_be_reached_leaves_a_vacancy_and_stays_listed() -> None:
    """A leader without an address stays in the plan, and the deputy, who has none either, is passed over."""
    resolution = resolve(
        leaders(DEPUTY, OF_REGION),
        person("ann", ("leader", "rana"), email=False),
        person("bo", ("deputy", "rana"), email=False),
        person("dag", ("chief", "north")),
    )

    assert [("ann", ""), ("dag", "chief of region, because no leader can be reached")] == told(resolution, "rana")
    assert "no leader can be reached" == {one.branch_id: one.why for one in resolution.vacancies}["rana"]


def test_vacancy_that_nobody_fills_is_a_branch_with_nobody() -> None:
    """Where no step finds anybody there is no vacancy to tell of, and the branch is listed as before."""
    resolution = resolve(leaders(DEPUTY))

    assert () == resolution.vacancies
    assert ("bodø", "rana", "alta") == resolution.branches_with_nobody


def test_without_a_test_of_reach_everybody_is_reachable() -> None:
    """Who asks only for roles gets nobody who stands in for a leader without an address."""
    ann, bo = person("ann", ("leader", "rana"), email=False), person("bo", ("deputy", "rana"))

    resolution = resolve_audience(leaders(DEPUTY), tree=TREE, recipients=[ann, bo], on=DAY)

    assert [("ann", "")] == told(resolution, "rana")


def test_excepted_recipients_do_not_stand_in() -> None:
    """Who is to get none of the packs gets none by standing in; an excepted branch needs nobody."""
    audience = leaders(OF_REGION, except_recipients=("dag",), except_branches=("bodø",))
    resolution = resolve(audience, person("dag", ("chief", "north")), person("eva", ("chief", "north")))

    assert ["eva"] == [name for name, _ in told(resolution, "rana")]
    assert "bodø" not in resolution.by_branch


def test_several_vacant_roles_are_told_together() -> None:
    """The reason names all roles of the audience."""
    audience = Audience(name="a", roles=("leader", "treasurer"), levels=("local",), fallback=(OF_REGION,))
    why = {one.branch_id: one.why for one in resolve(audience, person("dag", ("chief", "north"))).vacancies}

    assert "nobody is leader or treasurer" == why["rana"]


def test_role_of_a_fallback_at_an_unknown_branch_is_listed() -> None:
    """Who was meant to stand in and is held at no branch is shown like any other such role."""
    resolution = resolve(leaders(DEPUTY), person("bo", ("deputy", "nowhere")))

    assert ["nowhere"] == [item.role.branch_id for item in resolution.unplaced]


# --- the definition ---------------------------------------------------------------------------------------

IDS = "abcdefgh"
PEOPLE = st.lists(
    st.builds(
        person,
        st.sampled_from("stuvw"),
        st.tuples(st.sampled_from("xyz"), st.sampled_from(IDS)),
        st.tuples(st.sampled_from("xyz"), st.sampled_from(IDS)),
        email=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda one: one.recipient_id,
)
STEPS = st.lists(
    st.builds(Fallback, role=st.sampled_from("xyz"), of=st.sampled_from([None, "parent", "1", "2"])), max_size=3
)


@st.composite
def trees(draw: st.DrawFn) -> BranchTree:
    made = [branch("a", None, "0")]
    for branch_id in IDS[1:]:
        above = draw(st.sampled_from(made))
        made.append(branch(branch_id, above.branch_id, str(int(above.level) + draw(st.integers(1, 2)))))
    return BranchTree.build(made)


def place(step: Fallback, tree: BranchTree, branch_id: str) -> str | None:
    """Where a step asks, by walking up."""
    lineage = (tree.branch(branch_id), *tree.ancestors(branch_id))
    match step.of:
        case None:
            return branch_id
        case "parent":
            return tree.branch(branch_id).parent_id
        case level:
            return next((one.branch_id for one in lineage if one.level == level), None)


def holders(people: list[Recipient], role: str, at: set[str]) -> list[str]:
    held = {(one.recipient_id, at_.branch_id) for one in people for at_ in one.roles if at_.name == role}
    return sorted({recipient_id for recipient_id, branch_id in held if branch_id in at})


@settings(deadline=None)  # the machine may be busy
@given(trees(), PEOPLE, STEPS, st.sampled_from([Scope.own, Scope.subtree]))
def test_fallback_equals_the_definition(
    tree: BranchTree, people: list[Recipient], steps: list[Fallback], scope: Scope
) -> None:
    """The passes over tree and people find what asking every step about every branch finds."""
    reachable = {one.recipient_id for one in people if has_email(one)}
    expected = {}
    for pack in tree.branches:
        reach = {pack.branch_id}
        if scope is Scope.subtree:
            reach |= {one.branch_id for one in tree.ancestors(pack.branch_id)}
        own = holders(people, "x", reach)
        instead: list[str] = []
        for step in steps if not reachable & set(own) else ():
            at = {place(step, tree, pack.branch_id) or ""}
            instead = instead or [name for name in holders(people, step.role, at) if name in reachable]
        expected[pack.branch_id] = own + instead

    audience = Audience(name="a", roles=("x",), scope=scope, fallback=tuple(steps))
    resolution = resolve_audience(audience, tree=tree, recipients=people, on=DAY, is_reachable=has_email)

    assert expected == {
        branch_id: [one.recipient.recipient_id for one in assignments]
        for branch_id, assignments in resolution.by_branch.items()
    }
    assert [branch_id for branch_id, them in resolution.by_branch.items() if any(one.fallback for one in them)] == [
        vacancy.branch_id for vacancy in resolution.vacancies
    ]


@pytest.mark.parametrize(
    ("step", "text"), [(DEPUTY, "deputy"), (OF_PARENT, "chief of parent"), (OF_REGION, "chief of region")]
)
def test_step_prints_as_it_is_written(step: Fallback, text: str) -> None:
    """A step reads as in audiences.yaml."""
    assert text == str(step)
