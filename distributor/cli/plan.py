"""`distributor plan`: who gets what, before anything is made or sent."""

from collections import Counter
from typing import TYPE_CHECKING

from distributor.cli.options import AsJson, Branches, Config, Period, Report

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.jobs.show_plan import ShownPlan
    from distributor.ledger.records import DeliveryRecord
    from distributor.packs.plan import SendPlan, StandIn
    from distributor.packs.plan_changes import ChangedDelivery
    from recipients.branches import BranchTree

_NAMED = 10


def plan(
    report: Report, config: Config = None, period: Period = "", branch: Branches = None, as_json: AsJson = False
) -> None:
    """Show who would get REPORT: recipients, branches, formats, and who is left out and why."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.show_plan import show_plan

    app = make_application(config)
    shown = show_plan(app, report, period, tuple(branch or ()))
    if as_json:
        print_json({**_as_plain(shown.plan), "changes": _changes_as_plain(shown)})
    else:
        _print(shown.plan, shown.tree, shown.notices, is_full=bool(branch))
        _print_changes(shown)


def _print(plan: "SendPlan", tree: "BranchTree", notices: tuple[str, ...], *, is_full: bool) -> None:
    from rich.table import Table

    from distributor.cli.console import console, print_table

    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Branch", "Recipient", "Address", "Channel", "Formats", "Language"):
        table.add_column(heading, overflow="fold")
    limit = len(plan.deliveries) if is_full else 20
    for one in plan.deliveries[:limit]:
        name = tree.branch(one.branch_id).name
        address = " ".join(filter(None, (one.address, one.reason and f"({one.reason})")))
        table.add_row(name, one.recipient_name, address, one.channel, ", ".join(one.formats), one.language)
    print_table(out, table)
    if len(plan.deliveries) > limit:
        out.print(f"… and {len(plan.deliveries) - limit} more; all of them with --json, one branch with --branch.")
    out.print()
    people = len({one.recipient_id for one in plan.deliveries})
    out.print(f"{len(plan.branches)} branches, {len(plan.deliveries)} deliveries to {people} people")
    by_channel = Counter(one.channel for one in plan.deliveries)
    out.print(f"  channels         {', '.join(f'{name} {number}' for name, number in by_channel.items()) or 'none'}")
    by_language = Counter(one.language for one in plan.deliveries)
    out.print(f"  languages        {', '.join(f'{name} {number}' for name, number in by_language.most_common())}")
    nobody = [f"{branch.name} ({branch.branch_id})" for branch in plan.branches_with_nobody]
    _print_list(out, "with nobody", nobody)
    _print_list(out, "vacant", list(dict.fromkeys(_vacancy(one, tree) for one in plan.fallbacks)))
    _print_list(out, "without address", [f"{one.recipient_name} ({one.channel})" for one in plan.without_address])
    not_permitted = [f"{one.recipient_name} ({one.channel}): {one.reason}" for one in plan.not_permitted]
    _print_list(out, "not sent", list(dict.fromkeys(not_permitted)))
    held = Counter(one.reason for one in plan.deliveries if one.status == "held")
    _print_list(out, "held", [f"{number} × {reason}" for reason, number in held.items()])
    _print_list(out, "in two roles", [f"{one.name}: {', '.join(roles)}" for one, roles in plan.in_two_roles])
    for resolution in plan.resolutions:
        places = [(one.recipient.name, one.role.name, one.role.branch_id, one.reason) for one in resolution.unplaced]
        unplaced = [f"{name}: {role} @ {branch} ({reason})" for name, role, branch, reason in places]
        _print_list(out, f"no place ({resolution.audience.name})", unplaced)
    _print_list(out, "notes", list(notices))


def _print_changes(shown: "ShownPlan") -> None:
    """Say what is otherwise than in the last run that was meant for everybody."""
    from distributor.cli.console import console

    if shown.last is None:
        return
    out, changes, tree = console(), shown.changes, shown.tree
    out.print()
    out.print(f"Against the last run, {shown.last.run_id}", style="bold", end="")
    out.print("" if changes else ": the same deliveries")
    for title, deliveries in (("added", changes.added), ("dropped", changes.dropped)):
        _print_list(out, title, _first([_named(one, tree) for one in deliveries]))
    _print_list(out, "changed", _first([_told(one, tree) for one in changes.changed]))


def _first(items: list[str]) -> list[str]:
    more = len(items) - _NAMED
    return [*items[:_NAMED], f"… and {more} more; all of them with --json"] if more > 0 else items


def _named(one: "DeliveryRecord", tree: "BranchTree") -> str:
    from distributor.jobs.close_run import branch_name

    return f"{branch_name(tree, one.branch_id)}: {one.recipient_name} ({one.channel})"


def _told(one: "ChangedDelivery", tree: "BranchTree") -> str:
    changes = "; ".join(f"{change.what} {change.before} → {change.after}" for change in one.differences)
    return f"{_named(one.now, tree)}: {changes}"


def _print_list(out: "Console", title: str, items: list[str]) -> None:
    if items:
        out.print(f"  {title:<16} {items[0]}")
        for item in items[1:]:
            out.print(f"  {'':<16} {item}")


def _vacancy(one: "StandIn", tree: "BranchTree") -> str:
    instead = [(stand_in.recipient, stand_in.roles[0]) for stand_in in one.vacancy.instead]
    names = [f"{person.name} ({role.name}, {tree.branch(role.branch_id).name})" for person, role in instead]
    return f"{one.branch.name}: {one.vacancy.why}; goes to {', '.join(names)}"


def _changes_as_plain(shown: "ShownPlan") -> dict[str, object] | None:
    if shown.last is None:
        return None
    changes = shown.changes
    return {
        "last_run": shown.last.run_id,
        "added": [_place(one) for one in changes.added],
        "dropped": [_place(one) for one in changes.dropped],
        "changed": [
            {
                **_place(one.now),
                "differences": [
                    {"what": change.what, "before": change.before, "after": change.after} for change in one.differences
                ],
            }
            for one in changes.changed
        ],
    }


def _place(one: "DeliveryRecord") -> dict[str, object]:
    return {"branch": one.branch_id, "recipient": one.recipient_id, "channel": one.channel}


def _as_plain(plan: "SendPlan") -> dict[str, object]:
    return {
        "branches": [branch.branch_id for branch in plan.branches],
        "deliveries": [
            {
                "branch": one.branch_id,
                "recipient": one.recipient_id,
                "address": one.address,
                "channel": one.channel,
                "formats": list(one.formats),
                "language": one.language,
                "status": one.status,
                "reason": one.reason,
            }
            for one in plan.deliveries
        ],
        "branches_with_nobody": [branch.branch_id for branch in plan.branches_with_nobody],
        "fallbacks": [
            {
                "branch": one.branch.branch_id,
                "channel": one.channel,
                "vacant": list(one.vacancy.roles),
                "why": one.vacancy.why,
                "fallback": str(one.vacancy.step),
                "recipients": [assignment.recipient.recipient_id for assignment in one.vacancy.instead],
            }
            for one in plan.fallbacks
        ],
        "in_two_roles": {one.recipient_id: list(roles) for one, roles in plan.in_two_roles},
    }
