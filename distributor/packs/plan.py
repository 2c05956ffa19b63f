"""The send plan: who gets which branch's pack, in which language and formats, and who gets nothing and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from distributor.catalogue.models import AudienceSpec, ReportSpec
from distributor.errors import UsageError
from distributor.ids import delivery_key
from distributor.ledger.records import DeliveryRecord, DeliveryStatus
from distributor.metrics.windows import Window
from recipients.audience import Assignment, Audience, Fallback, Resolution, Scope, resolve_audience
from recipients.branches import Branch, BranchTree
from recipients.errors import UnknownBranchError
from recipients.people import Recipient
from recipients.preferences import Permissions, Reason
from recipients.vacancies import Vacancy
from renderers.pack import FILE_FORMATS

# A file is delivered to nobody in particular, so a recipient's e-mail address names it.
_ADDRESS_OF = {"folder": "email"}
_EVERYTHING = Permissions()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A branch whose pack goes over a channel to others than the audience's own roles: which, why, and to whom."""

    branch: Branch
    channel: str
    vacancy: Vacancy


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPlan:
    """Every delivery of a run, and what a person should look at before it is sent."""

    branches: tuple[Branch, ...]
    deliveries: tuple[DeliveryRecord, ...]
    resolutions: tuple[Resolution, ...]
    fallbacks: tuple[StandIn, ...] = ()

    @property
    def branches_with_nobody(self) -> tuple[Branch, ...]:
        """Branches whose pack no one is meant to get."""
        served = {delivery.branch_id for delivery in self.deliveries}
        return tuple(branch for branch in self.branches if branch.branch_id not in served)

    @property
    def without_address(self) -> tuple[DeliveryRecord, ...]:
        return tuple(delivery for delivery in self.deliveries if not delivery.address)

    @property
    def not_permitted(self) -> tuple[DeliveryRecord, ...]:
        """Deliveries that may not be sent although there is an address; each has the reason."""
        suppressed = (one for one in self.deliveries if one.status is DeliveryStatus.suppressed)
        return tuple(delivery for delivery in suppressed if delivery.address)

    @property
    def in_two_roles(self) -> tuple[tuple[Recipient, tuple[str, ...]], ...]:
        """People who get packs by more than one role, with the roles and where they are held."""
        roles: dict[str, dict[str, None]] = {}
        people: dict[str, Recipient] = {}
        for resolution in self.resolutions:
            for assignments in resolution.by_branch.values():
                for assignment in assignments:
                    people[assignment.recipient.recipient_id] = assignment.recipient
                    held = roles.setdefault(assignment.recipient.recipient_id, {})
                    held |= {f"{role.name} @ {role.branch_id}": None for role in assignment.roles}
        return tuple((people[one], tuple(held)) for one, held in sorted(roles.items()) if len(held) > 1)


def burst_branches(
    report: ReportSpec, tree: BranchTree, window: Window, asked: Iterable[str] = ()
) -> tuple[Branch, ...]:
    """Return the branches that get a pack: of the report's levels, open at some time in the window, not merged away.

    Args:
        report: The report.
        tree: The branch tree.
        window: The report's period.
        asked: Only these, by id or name; none means all.

    Raises:
        UsageError: A branch asked for is unknown, or gets no pack of this report.
    """
    for name in report.burst.branches:
        if name not in tree:
            find_branch(name, tree)
            raise UsageError(f'report "{report.report}", burst: branches: use the id of "{name}", not its name.')
    levels = tree.of_levels(report.burst.levels)
    found = [branch for branch in levels if not _why_no_pack(branch, report, window)]
    wanted = [find_branch(name, tree) for name in asked]
    for branch in wanted:
        if branch not in found:
            raise UsageError(
                f'branch "{branch.branch_id}" ({branch.name}) gets no pack of "{report.report}": '
                f"{_why_no_pack(branch, report, window)}. "
                f"Packs are made for open branches of the levels {', '.join(report.burst.levels)}."
            )
    return tuple(branch for branch in found if not wanted or branch in wanted)


def plan_deliveries(
    report: ReportSpec,
    audiences: Mapping[str, AudienceSpec],
    *,
    tree: BranchTree,
    recipients: tuple[Recipient, ...],
    branches: tuple[Branch, ...],
    on: date,
    run_id: str,
    default_language: str,
    permissions: Permissions = _EVERYTHING,
) -> SendPlan:
    """Turn audience × branch × channel into deliveries; a person gets a branch's pack once a channel.

    Where nobody of an audience can be reached over the channel, those who stand in get the pack. Who can be reached
    and wants no pack has decided: nobody stands in for them.
    """
    wanted = {branch.branch_id for branch in branches}
    found: dict[str, DeliveryRecord] = {}
    resolutions = []
    fallbacks = []
    for entry in report.deliver:
        post = _Post(report=report.report, channel=entry.channel, run_id=run_id, permissions=permissions)
        resolution = resolve_audience(
            as_audience(entry.audience, audiences[entry.audience]),
            tree=tree,
            recipients=recipients,
            on=on,
            is_reachable=post.reaches,
        )
        resolutions.append(resolution)
        vacant = (vacancy for vacancy in resolution.vacancies if vacancy.branch_id in wanted)
        fallbacks += [
            StandIn(branch=tree.branch(vacancy.branch_id), channel=entry.channel, vacancy=vacancy) for vacancy in vacant
        ]
        for branch_id, assignments in resolution.by_branch.items():
            if branch_id not in wanted:
                continue
            language = tree.language_of(branch_id, default_language)
            for assignment in assignments:
                one = post.delivery(assignment, branch_id, entry.formats, language=language)
                found[one.key] = _joined(found.get(one.key), one)
    return SendPlan(
        branches=branches,
        deliveries=tuple(found.values()),
        resolutions=tuple(resolutions),
        fallbacks=tuple(dict.fromkeys(fallbacks)),
    )


def plan_test_send(
    report: ReportSpec, branches: tuple[Branch, ...], address: str, *, tree: BranchTree, run_id: str, language: str
) -> SendPlan:
    """Plan a test send: every branch's pack, with all formats that are files, to one address and nobody else."""
    formats = tuple(name for name in all_formats(report) if name in FILE_FORMATS) or FILE_FORMATS
    deliveries = [
        DeliveryRecord(
            key=delivery_key(run=run_id, branch_id=branch.branch_id, recipient_id=address, channel="email"),
            branch_id=branch.branch_id,
            recipient_id=address,
            recipient_name="",
            address=address,
            channel="email",
            formats=formats,
            language=tree.language_of(branch.branch_id, language),
        )
        for branch in branches
    ]
    return SendPlan(branches=branches, deliveries=tuple(deliveries), resolutions=())


def all_formats(report: ReportSpec) -> tuple[str, ...]:
    """Return every format that the report delivers in, in the order of the spec."""
    return tuple(dict.fromkeys(name for entry in report.deliver for name in entry.formats)) or ("html", "pdf", "xlsx")


def address_over(channel: str, person: Recipient) -> str:
    """Return where *channel* reaches the person; nothing where it does not."""
    return person.address(_ADDRESS_OF.get(channel, channel)) or ""


def no_address(channel: str) -> str:
    """Return why nothing is sent to somebody who has no address there."""
    return f"no address for {channel}"


def as_audience(name: str, spec: AudienceSpec) -> Audience:
    """Translate the catalogue's audience into the directory's."""
    return Audience(
        name=name,
        roles=spec.roles,
        scope=Scope(spec.branch),
        branches=spec.branches,
        levels=spec.levels,
        except_recipients=spec.exceptions.recipients,
        except_branches=spec.exceptions.branches,
        may_see_personal=spec.personal,
        fallback=tuple(Fallback(role=step.role, of=step.of) for step in spec.fallback),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """What the deliveries of one entry of a report have in common."""

    report: str
    channel: str
    run_id: str
    permissions: Permissions

    def delivery(
        self, assignment: Assignment, branch_id: str, formats: tuple[str, ...], *, language: str
    ) -> DeliveryRecord:
        person = assignment.recipient
        key = delivery_key(run=self.run_id, branch_id=branch_id, recipient_id=person.recipient_id, channel=self.channel)
        address = address_over(self.channel, person)
        why_not = self._why_not(person, address)
        words = why_not.value if why_not is not None else ""
        reason = words if address else no_address(self.channel)
        return DeliveryRecord(
            key=key,
            branch_id=branch_id,
            recipient_id=person.recipient_id,
            recipient_name=person.name,
            address=address,
            channel=self.channel,
            formats=formats,
            language=self.permissions.language_of(person.recipient_id) or person.language or language,
            status=DeliveryStatus.suppressed if reason else DeliveryStatus.planned,
            reason=reason,
        )

    def reaches(self, person: Recipient) -> bool:
        """Return whether the person has an address that takes messages; wishes do not count."""
        address = address_over(self.channel, person)
        reason = self._why_not(person, address)
        return bool(address) and (reason is None or not reason.is_of_address)

    def _why_not(self, person: Recipient, address: str) -> Reason | None:
        return self.permissions.why_not(person.recipient_id, report=self.report, channel=self.channel, address=address)


def _joined(first: DeliveryRecord | None, second: DeliveryRecord) -> DeliveryRecord:
    """Join two ways in which one person gets the same pack: all formats, once."""
    if first is None:
        return second
    return replace(first, formats=tuple(dict.fromkeys(first.formats + second.formats)))


def _why_no_pack(branch: Branch, report: ReportSpec, window: Window) -> str:
    """Return why the branch gets no pack over *window*, or nothing where it gets one."""
    if branch.level not in report.burst.levels:
        return f"it is of level {branch.level}"
    if report.burst.branches and branch.branch_id not in report.burst.branches:
        return "it is not among the branches of the report"
    if branch.is_merged(window.last_on):
        return f"it is merged into {branch.merged_into}"
    if branch.closed_on is not None and branch.closed_on <= window.from_on:
        return f"it was closed on {branch.closed_on}"
    if branch.opened_on is not None and branch.opened_on > window.last_on:
        return f"it was not open before {branch.opened_on}"
    return ""


def find_branch(name: str, tree: BranchTree) -> Branch:
    """Find a branch by id, or by a name that only one has.

    Raises:
        UsageError: No branch has the id or name, or several have the name.
    """
    if name in tree:
        return tree.branch(name)
    named = [branch for branch in tree.branches if branch.name.casefold() == name.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(branch.branch_id for branch in named)
        raise UsageError(f'several branches are called "{name}". Use the id: {ids}.')
    try:
        return tree.branch(name)
    except UnknownBranchError as error:  # knows ids that look alike
        raise UsageError(str(error)) from error
