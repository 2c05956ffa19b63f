"""`distributor approve` and `reject`: a run that waits goes out, or nowhere."""

from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config, RunId
from distributor.cli.person import Who, Yes, confirm, told, who_asks

if TYPE_CHECKING:
    from distributor.jobs.approval import Asked


def approve(
    run: RunId,
    reason: Annotated[str, typer.Option("--reason", help="Why it may go out, for the record.")] = "",
    config: Config = None,
    who: Who = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Approve RUN, which waits for it, and send its packs at once."""
    from distributor.bootstrap import make_application
    from distributor.cli.foreground import send_and_tell
    from distributor.jobs.approval import decide, show_asked

    app = make_application(config)
    name = who_asks(who)
    asked = show_asked(app, run)
    _print_asked(asked)
    confirm(f"Send {_number(asked)}?", is_sure=yes)
    decide(app, run, approved=True, who=name, reason=reason)
    send_and_tell(app, run, as_json=as_json)


def reject(
    run: RunId,
    reason: Annotated[str, typer.Option("--reason", help="What is wrong, for the record.")] = "",
    config: Config = None,
    who: Who = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Reject RUN, which waits for approval: nothing of it is ever sent."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.cli.outcome import print_outcome
    from distributor.cli.runs import run_as_plain
    from distributor.jobs.approval import decide, show_asked
    from distributor.jobs.listing import show_run

    app = make_application(config)
    name = who_asks(who)
    asked = show_asked(app, run)
    _print_asked(asked)
    why = told(reason, option="--reason", question="What is wrong")
    confirm(f"Never send {_number(asked)}?", is_sure=yes)
    decided = decide(app, run, approved=False, who=name, reason=why)
    detail = show_run(app, run)
    if as_json:
        print_json(run_as_plain(detail))
        return
    out = console()
    print_outcome(out, detail)
    out.print()
    out.print("Nothing of this run is sent. When its data or its report are put right, run it anew:")
    out.print(f"  distributor run {decided.report} --period {decided.period}")


def _print_asked(asked: "Asked") -> None:
    """Say on standard error, where the question stands too, why the run waits and what to look at."""
    from rich.console import Console

    from distributor.cli.outcome import approval_words, print_item
    from recipients.people import masked

    out = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    out.print(asked.run.run_id, style="bold", end="")
    out.print(f" waits for approval: {_number(asked)}")
    print_item(out, "because", approval_words(asked.run))
    for branch, language, reason in asked.sample:
        print_item(out, "look at", f"{branch} ({language}), {_REASONS[reason]}")
    if asked.sample and asked.run.owner:
        print_item(out, "", f"the files are in the letter to {masked(asked.run.owner)}")
    out.print()


def _number(asked: "Asked") -> str:
    packs, people = len(asked.deliveries), len({one.recipient_id for one in asked.deliveries})
    return f"{packs} {'pack' if packs == 1 else 'packs'} to {people} {'person' if people == 1 else 'people'}"


_REASONS = {
    "largest": "the largest",
    "smallest": "the smallest",
    "most_changed": "the most changed",
    "warnings": "has notices at the top",
    "random": "chosen at random",
}
