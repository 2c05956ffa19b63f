"""The send plan: who gets which pack, in which language, once; and who gets nothing, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from distributor.catalogue.models import AudienceSpec
from distributor.errors import UsageError
from distributor.ledger.records import DeliveryStatus
from distributor.metrics.windows import Window
from distributor.packs.plan import SendPlan, all_formats, burst_branches, find_branch, plan_deliveries, plan_test_send
from recipients.people import Address, Recipient, Role
from recipients.preferences import Permissions, Preferences, Reason, Suppression, SuppressionReason

MAY = Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1))
ON = date(2026, 6, 3)
AUDIENCES = {
    "leaders": AudienceSpec(roles=("leader",)),
    "deputies": AudienceSpec(roles=("deputy",)),
    "analysts": AudienceSpec(roles=("analyst",), branch="subtree", levels=("region",)),
    "board": AudienceSpec(roles=("board",), branch="named", branches=("big", "oslo")),
}


def person(name: str, *roles: tuple[str, str], language: str | None = None, address: str | None = "") -> Recipient:
    value = f"{name.lower()}@union.example" if address == "" else address
    return Recipient(
        recipient_id=name.lower(),
        name=name,
        language=language,
        roles=tuple(Role(name=role, branch_id=branch) for role, branch in roles),
        addresses=(Address(channel="email", value=value),) if value else (),
    )


def report_to(world: Any, *deliver: tuple[str, str, tuple[str, ...]], **keys: Any) -> Any:
    entries = [{"audience": audience, "channel": channel, "formats": formats} for audience, channel, formats in deliver]
    return world.report({"tiles": ["members"]}, deliver=entries, **keys)


def plan_of(
    world: Any, recipients: list[Recipient], *deliver: tuple[str, str, tuple[str, ...]], **keys: Any
) -> SendPlan:
    report = report_to(world, *deliver, **keys)
    return plan_deliveries(
        report,
        AUDIENCES,
        tree=world.tree,
        recipients=tuple(recipients),
        branches=burst_branches(report, world.tree, MAY),
        on=ON,
        run_id="run",
        default_language="nb",
    )


def pairs(plan: SendPlan) -> list[tuple[str, str]]:
    return [(one.branch_id, one.recipient_id) for one in plan.deliveries]


LEADERS = ("leaders", "email", ("html", "pdf"))


def test_own_pack_goes_to_who_holds_the_role_there(world: Any) -> None:
    """A leader gets the pack of the own branch, and no other."""
    assert [("big", "ann")] == pairs(plan_of(world, [person("Ann", ("leader", "big"))], LEADERS))


def test_subtree_gives_all_packs_below(world: Any) -> None:
    """An analyst of the whole gets the packs of all regions, at the levels that the audience names."""
    plan = plan_of(world, [person("Ann", ("analyst", "n"))], ("analysts", "email", ("xlsx",)))

    assert [("r1", "ann"), ("r2", "ann")] == pairs(plan)


def test_named_gives_the_packs_listed(world: Any) -> None:
    """The board gets the packs of the branches named, wherever the role is held."""
    plan = plan_of(world, [person("Ann", ("board", "mid"))], ("board", "email", ("html",)))

    assert [("big", "ann"), ("oslo", "ann")] == pairs(plan)


def test_two_roles_give_one_delivery_with_all_formats(world: Any) -> None:
    """Who gets a pack by two audiences gets it once, in the formats of both, and is listed with both roles."""
    ann = person("Ann", ("leader", "big"), ("deputy", "big"))
    plan = plan_of(world, [ann, person("Bo", ("leader", "mid"))], LEADERS, ("deputies", "email", ("pdf", "xlsx")))

    assert [("big", "ann"), ("mid", "bo")] == sorted(pairs(plan))
    (own,) = [one for one in plan.deliveries if one.branch_id == "big"]
    assert ("html", "pdf", "xlsx") == own.formats
    assert [("ann", ("leader @ big", "deputy @ big"))] == [(who.recipient_id, held) for who, held in plan.in_two_roles]


def test_two_channels_are_two_deliveries(world: Any) -> None:
    """The same pack over two channels is two deliveries, with keys of their own; a folder is named by the e-mail."""
    plan = plan_of(world, [person("Ann", ("leader", "big"))], LEADERS, ("leaders", "folder", ("pdf",)))

    assert ["email", "folder"] == [one.channel for one in plan.deliveries]
    assert 2 == len({one.key for one in plan.deliveries})
    assert {"ann@union.example"} == {one.address for one in plan.deliveries}


def test_planning_again_gives_the_same_keys(world: Any) -> None:
    """The same run planned twice is the same plan."""
    people = [person("Ann", ("leader", "big")), person("Bo", ("leader", "mid"))]

    assert plan_of(world, people, LEADERS).deliveries == plan_of(world, people[::-1], LEADERS).deliveries


def test_recipient_without_an_address_is_suppressed(world: Any) -> None:
    """Without an address the delivery is planned as suppressed, with the reason, and listed."""
    plan = plan_of(world, [person("Ann", ("leader", "big"), address=None)], LEADERS)

    (one,) = plan.without_address
    assert (DeliveryStatus.suppressed, "no address for email", "") == (one.status, one.reason, one.address)


def test_branches_with_nobody_are_listed(world: Any) -> None:
    """Branches whose pack nobody is meant to get are listed; who lacks only an address is still somebody."""
    plan = plan_of(world, [person("Ann", ("leader", "big")), person("Bo", ("leader", "mid"), address=None)], LEADERS)

    assert ["r1", "empty", "tiny", "r2", "new", "oslo"] == [branch.branch_id for branch in plan.branches_with_nobody]


@pytest.mark.parametrize(
    ("branch", "language", "expected"),
    [("big", "en", "en"), ("big", None, "nb"), ("oslo", None, "da"), ("oslo", "nb", "nb")],
)
def test_language_is_the_recipient_s_else_the_branch_s(
    world: Any, branch: str, language: str | None, expected: str
) -> None:
    """A recipient's own language goes first, then that of the branch or the nearest above, then the default."""
    plan = plan_of(world, [person("Ann", ("leader", branch), language=language)], LEADERS)

    assert [expected] == [one.language for one in plan.deliveries]


def test_role_at_a_merged_branch_counts_at_its_survivor(world: Any) -> None:
    """Who led a branch that has merged gets the survivor's pack; who led a closed one gets none, and is listed."""
    plan = plan_of(world, [person("Ann", ("leader", "gone")), person("Bo", ("leader", "shut"))], LEADERS)

    assert [("oslo", "ann")] == pairs(plan)
    assert ["bo"] == [role.recipient.recipient_id for one in plan.resolutions for role in one.unplaced]


# --- branches ---------------------------------------------------------------------------------------------


def ids(branches: Any) -> list[str]:
    return [branch.branch_id for branch in branches]


def test_packs_are_made_for_open_branches_of_the_levels(world: Any) -> None:
    """Closed and merged branches get no pack, nor branches of other levels."""
    report = report_to(world)

    assert ["r1", "big", "empty", "mid", "tiny", "r2", "new", "oslo"] == ids(burst_branches(report, world.tree, MAY))


def test_branch_that_closed_within_the_period_still_has_its_pack(world: Any) -> None:
    """What counts is whether it was open at some time in the period, and has not merged by its end."""
    report = report_to(world)
    year = Window(from_on=date(2023, 1, 1), to_on=date(2024, 2, 1))

    assert "shut" in ids(burst_branches(report, world.tree, year))
    assert "gone" in ids(burst_branches(report, world.tree, year))
    assert "new" not in ids(burst_branches(report, world.tree, year))


def test_branches_are_asked_for_by_id_and_by_name(world: Any) -> None:
    """A branch is named by its id or its name, in any case; the order is the tree's."""
    assert ["big", "oslo"] == ids(burst_branches(report_to(world), world.tree, MAY, ["oslo", "BERGEN", "big"]))
    assert world.tree.branch("mid") == find_branch("ålesund", world.tree)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("n", r"\(Unionen\) gets no pack of \"monthly\": it is of level national\. .*levels region, local"),
        ("shut", "it was closed on 2024-01-01"),
        ("gone", "it is merged into oslo"),
        ("nowhere", "nowhere"),
        ("0slo", "oslo"),
    ],
)
def test_branch_that_cannot_be_had_is_an_error(world: Any, asked: str, message: str) -> None:
    """A branch that is unknown or gets no pack is refused, with the reason or with ids that look alike."""
    with pytest.raises(UsageError, match=message):
        burst_branches(report_to(world), world.tree, MAY, [asked])


def test_branch_not_open_yet_is_an_error(world: Any) -> None:
    """Before its first day a branch has no pack."""
    with pytest.raises(UsageError, match="it was not open before 2026-02-01"):
        burst_branches(report_to(world), world.tree, Window(from_on=date(2026, 1, 1), to_on=date(2026, 2, 1)), ["Moss"])


def test_name_of_several_branches_is_an_error(world_of: Any) -> None:
    """A name that two branches have is refused with their ids."""
    from recipients.branches import Branch

    union = world_of(
        (
            Branch(branch_id="n", name="Unionen", level="national"),
            Branch(branch_id="a", name="Nes", level="local", parent_id="n"),
            Branch(branch_id="b", name="Nes", level="local", parent_id="n"),
        )
    )

    with pytest.raises(UsageError, match=r'several branches are called "nes". Use the id: a, b.'):
        find_branch("nes", union.tree)


def test_report_of_some_branches_only(world: Any) -> None:
    """A report may name its branches; one that the tree does not know is an error and not left out."""
    some = report_to(world, burst={"levels": ["local"], "branches": ["big", "mid"]})
    wrong = report_to(world, burst={"levels": ["local"], "branches": ["big", "nowhere"]})
    by_name = report_to(world, burst={"levels": ["local"], "branches": ["Bergen"]})

    assert ["big", "mid"] == ids(burst_branches(some, world.tree, MAY))
    with pytest.raises(UsageError, match="not among the branches of the report"):
        burst_branches(some, world.tree, MAY, ["oslo"])
    with pytest.raises(UsageError, match="nowhere"):
        burst_branches(wrong, world.tree, MAY)
    with pytest.raises(UsageError, match='use the id of "Bergen", not its name'):
        burst_branches(by_name, world.tree, MAY)


# --- test sends -------------------------------------------------------------------------------------------


def test_test_send_goes_to_one_address_only(world: Any) -> None:
    """Every branch's pack goes to the one address, in the branch's language, and to nobody else."""
    report = report_to(world, LEADERS, ("leaders", "slack", ("summary",)))
    branches = burst_branches(report, world.tree, MAY, ["big", "oslo"])

    plan = plan_test_send(report, branches, "me@union.example", tree=world.tree, run_id="run", language="nb")

    assert {"me@union.example"} == {one.address for one in plan.deliveries}
    assert [("big", "nb"), ("oslo", "da")] == [(one.branch_id, one.language) for one in plan.deliveries]
    assert {("html", "pdf")} == {one.formats for one in plan.deliveries}
    assert () == plan.branches_with_nobody


def test_formats_of_a_report_without_deliveries(world: Any) -> None:
    """A report that is delivered to nobody is still made in every format that is a file."""
    assert ("html", "pdf", "xlsx") == all_formats(report_to(world))
    slack_only = report_to(world, ("leaders", "slack", ("summary",)))
    plan = plan_test_send(
        slack_only, (world.tree.branch("big"),), "me@union.example", tree=world.tree, run_id="run", language="nb"
    )
    assert ("html", "pdf", "xlsx") == plan.deliveries[0].formats


# --- who stands in, and what may be sent ------------------------------------------------------------------

WITH_FALLBACK = AUDIENCES | {
    "leaders": AudienceSpec(roles=("leader",), levels=("local",), fallback=["deputy", "chief of region"])
}


def plan_with(
    world: Any,
    recipients: list[Recipient],
    *deliver: tuple[str, str, tuple[str, ...]],
    permissions: Permissions = Permissions(),  # noqa: B008 - immutable
) -> SendPlan:
    report = report_to(world, *deliver)
    return plan_deliveries(
        report,
        WITH_FALLBACK,
        tree=world.tree,
        recipients=tuple(recipients),
        branches=burst_branches(report, world.tree, MAY, ["big", "mid"]),
        on=ON,
        run_id="run",
        default_language="nb",
        permissions=permissions,
    )


def vacancies(plan: SendPlan) -> list[tuple[str, str, str, list[str]]]:
    return [
        (
            one.branch.branch_id,
            one.channel,
            one.vacancy.why,
            [who.recipient.recipient_id for who in one.vacancy.instead],
        )
        for one in plan.fallbacks
    ]


def suppressed(address: str, reason: SuppressionReason = SuppressionReason.bounced) -> Permissions:
    when = datetime(2026, 6, 1, tzinfo=UTC)
    one = Suppression(channel="email", address=address, reason=reason, suppressed_at=when)
    return Permissions.build(suppressions=[one], now=when)


def test_vacant_branch_goes_to_who_stands_in(world: Any) -> None:
    """The deputy gets the pack of one branch, the region's chief that of the other; the plan tells both."""
    people = [person("Bo", ("deputy", "big")), person("Cy", ("chief", "r1"))]

    plan = plan_with(world, people, LEADERS)

    assert [("big", "bo"), ("mid", "cy")] == pairs(plan)
    assert [("big", "email", "nobody is leader", ["bo"]), ("mid", "email", "nobody is leader", ["cy"])] == vacancies(
        plan
    )
    assert () == plan.branches_with_nobody
    assert () == plan.in_two_roles


def test_leader_without_an_address_for_the_channel_is_stood_in_for(world: Any) -> None:
    """Who has an e-mail address and no telephone is stood in for by SMS alone, and stays in the plan as suppressed."""
    people = [person("Ann", ("leader", "big"), ("leader", "mid")), person("Bo", ("deputy", "big"))]
    people[1] = replace(people[1], addresses=(Address(channel="sms", value="+4790000000"),))

    plan = plan_with(world, people, LEADERS, ("leaders", "sms", ("summary",)))

    assert [("big", "sms", "no leader can be reached", ["bo"])] == vacancies(plan)
    assert [
        ("big", "email", "ann", "planned"),
        ("big", "sms", "ann", "suppressed"),
        ("big", "sms", "bo", "planned"),
    ] == [
        (one.branch_id, one.channel, one.recipient_id, one.status) for one in plan.deliveries if one.branch_id == "big"
    ]


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_suppressed_address_leaves_a_vacancy(world: Any, reason: SuppressionReason) -> None:
    """An address that takes nothing counts as vacant, in any spelling; its delivery is suppressed with the reason."""
    people = [person("Ann", ("leader", "big"), ("leader", "mid")), person("Bo", ("deputy", "big"))]

    plan = plan_with(world, people, LEADERS, permissions=suppressed("ANN@union.example", reason))

    assert [("big", "email", "no leader can be reached", ["bo"])] == vacancies(plan)
    assert [("big", "ann", Reason[reason.name]), ("mid", "ann", Reason[reason.name])] == [
        (one.branch_id, one.recipient_id, one.reason) for one in plan.not_permitted
    ]
    assert () == plan.without_address
    assert {str} == {type(one.reason) for one in plan.deliveries}  # a database driver may store an enum's name


def test_reader_who_has_unsubscribed_is_not_stood_in_for(world: Any) -> None:
    """Whoever wants no pack has decided for the branch: the delivery is suppressed, and nobody stands in."""
    people = [person("Ann", ("leader", "big")), person("Bo", ("deputy", "big"), ("leader", "mid"))]
    muted = Preferences(recipient_id="ann", muted_reports=("monthly",))
    permissions = Permissions(preferences={"ann": muted})

    plan = plan_with(world, people, LEADERS, permissions=permissions)

    assert () == plan.fallbacks
    assert [("ann", "the reader has unsubscribed from this report")] == [
        (one.recipient_id, one.reason) for one in plan.not_permitted
    ]


def test_language_that_the_reader_has_chosen_goes_first(world: Any) -> None:
    """A choice of the reader's goes before the directory's language."""
    ann = person("Ann", ("leader", "big"), language="nb")
    chosen = Permissions(preferences={"ann": Preferences(recipient_id="ann", language="en")})

    assert ["en"] == [one.language for one in plan_with(world, [ann], LEADERS, permissions=chosen).deliveries]


def test_same_vacancy_is_told_once_a_channel(world: Any) -> None:
    """An audience that is delivered to twice over one channel has each vacancy once."""
    people = [person("Bo", ("deputy", "big"))]

    plan = plan_with(world, people, LEADERS, ("leaders", "email", ("xlsx",)))

    assert [("big", "email", "nobody is leader", ["bo"])] == vacancies(plan)
    assert [("html", "pdf", "xlsx")] == [one.formats for one in plan.deliveries]
