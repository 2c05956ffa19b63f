"""How a run stands or went, in lines for people: the same for one just done and for one looked up."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.jobs.books import Books
    from distributor.jobs.listing import RunDetail
    from distributor.jobs.run_report import RunSummary
    from distributor.ledger.records import DeliveryRecord, PackRecord, RunRecord

_NAMED = 5


def print_outcome(out: "Console", shown: "RunSummary | RunDetail", *, named: int | None = _NAMED) -> None:
    """Say what the run made and sent, what it waits for, and name what did not go as planned.

    Args:
        out: Where to.
        shown: The run.
        named: Of reasons, vacant posts and branches with nobody at most so many; None means all.
    """
    from distributor.cli.console import shown as short

    run = shown.run
    out.print(run.report, style="bold", end="")
    out.print(f", {run.from_on} to {run.to_on - timedelta(days=1)}")
    _print_packs(out, run, shown.packs.values())
    print_books(out, shown.books)
    for reason, number in Counter(_unsent_reasons(shown.deliveries)).most_common(named):
        out.print(f"              {number} × {reason}")
    print_waiting(out, run, shown.deliveries)
    for branch, role, whom in run.stand_ins[:named]:
        print_item(out, "vacant", f"{branch}: {role}; goes to {whom}")
    if more := len(run.stand_ins[named:] if named else ()):
        print_item(out, "", f"and {more} more: distributor runs {run.run_id}")
    if shown.nobody and not run.test_address:
        names = ", ".join(shown.nobody[:named])
        rest = f" and {more} more" if (more := len(shown.nobody[named:] if named else ())) else ""
        have = "branch has" if len(shown.nobody) == 1 else "branches have"
        print_item(out, "nobody", f"{len(shown.nobody)} {have} no recipient: {names}{rest}")
    for pack in shown.failed_packs:
        print_item(out, "failed", f"{pack.title} ({pack.branch_id}): {pack.error}", style="red")
    for remark in (*(sentence for _, _, sentence in run.findings), *run.remarks):
        print_item(out, "note", remark)
    print_item(out, "outbox", str(short(Path(run.outbox))))
    print_item(out, "run", run.run_id)


def print_item(out: "Console", title: str, text: str, *, style: str = "") -> None:
    """Print a line with its title, and further lines of *text* below it."""
    first, *others = text.split("\n")
    out.print(f"  {title:<12}", style=style, end="")
    out.print(first)
    for line in others:
        out.print(f"  {'':<12}{line}")


def print_books(out: "Console", books: "Books") -> None:
    """Print the equation of a run, and loudly if it does not hold."""
    print_item(out, "deliveries", books.equation if books.planned else "none planned")
    if books.unaccounted:
        out.print(f"  THE BOOKS DO NOT ADD UP: {books.unaccounted} unaccounted for", style="bold red")


def print_waiting(out: "Console", run: "RunRecord", deliveries: "Iterable[DeliveryRecord]") -> None:
    """Say what is still to come, and who or what brings it about."""
    from distributor.ledger.records import DeliveryStatus, RunStatus

    if run.status is RunStatus.waiting:
        print_item(out, "waits", f"for approval: distributor approve {run.run_id}", style="bold")
        print_item(out, "because", approval_words(run))
        return
    later = Counter(one.status for one in deliveries if one.next_attempt_at is not None)
    again = f"tried again by `distributor serve`, or at once with `distributor run --resume {run.run_id}`"
    for status, words in (
        (DeliveryStatus.deferred, again),
        (DeliveryStatus.unconfirmed, "settled by `distributor serve`, or with `distributor run --resume` later"),
        (DeliveryStatus.queued, "sent by `distributor serve` when their time has come"),
    ):
        if later[status]:
            print_item(out, "later", f"{later[status]} {status}: {words}", style="bold")


def approval_words(run: "RunRecord") -> str:
    """Say why somebody is to look at a run: what moved, or that its report asks for it each time."""
    return "its report is looked at every time" if run.approval_reason == "always" else run.approval_reason


def _print_packs(out: "Console", run: "RunRecord", packs: "Iterable[PackRecord]") -> None:
    made = [pack for pack in packs if pack.is_made]
    branches = len({pack.branch_id for pack in made})
    where = f"{branches} {'branch' if branches == 1 else 'branches'}"
    size = sum(ref.size_bytes for pack in made for ref in pack.artifacts)
    print_item(out, "packs", f"{len(made)} for {where} in {sum(run.seconds.values()):.1f} s ({size / 1e6:.1f} MB)")
    for words in full_ways(made):
        print_item(out, "drawn", words)
    if run.corrects:
        changed, unchanged = correction_counts(made)
        print_item(out, "correction", f"{changed} changed, {unchanged} unchanged and not sent again")
        print_item(out, "", f"of run {run.corrects}")


def full_ways(packs: "Iterable[PackRecord]") -> tuple[str, ...]:
    """Say of how many packs a document was drawn the full way, the commonest reason first."""
    made = [pack for pack in packs if pack.ways]
    slow = Counter((document, way) for pack in made for document, way in pack.ways if way != "fast")
    by_document: dict[str, Counter[str]] = {}
    for (document, way), number in slow.items():
        reason = way.removeprefix("full: ").partition(":")[0]
        by_document.setdefault(document, Counter())[reason] += number
    return tuple(
        f"{document} of {reasons.total()} packs ({100 * reasons.total() / len(made):.0f} %) the full way: "
        + ", ".join(f"{number} × {reason}" for reason, number in reasons.most_common(3))
        for document, reasons in by_document.items()
    )


def correction_counts(packs: "Iterable[PackRecord]") -> tuple[int, int]:
    """Return how many packs of a correction differ from what was sent, and how many do not."""
    # Of a pack that is unchanged only the figures are kept; one whose files were removed since is neither.
    kept = [pack.has_documents for pack in packs if pack.artifacts]
    return sum(kept), len(kept) - sum(kept)


def _unsent_reasons(deliveries: "Iterable[DeliveryRecord]") -> Iterable[str]:
    from distributor.ledger.records import Group

    for one in deliveries:
        if one.status.group is not Group.sent and not one.awaits_approval and one.reason:
            yield one.reason
