"""`distributor doctor`: what is missing or wrong, in words that tell what to do."""

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config

if TYPE_CHECKING:
    from distributor.jobs.checks.finding import Finding
    from distributor.jobs.doctor import Examination

_WIDTH = 110
_MARKS = {"ok": "✓", "note": "·", "warning": "!", "fault": "✗"}
_STYLES = {"ok": "green", "note": "dim", "warning": "yellow", "fault": "red"}


def doctor(
    config: Config = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Look at the runs too, and write to owners of missed ones: for cron.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check sources, directory, mail server, libraries, disk, clock and ledger; exit code 1 when something is wrong."""
    from dataclasses import asdict

    from distributor.bootstrap import make_setup
    from distributor.cli.console import print_json
    from distributor.jobs.doctor import examine, examine_strictly

    setup = make_setup(config)
    found = examine_strictly(setup) if strict else examine(setup)
    if as_json:
        print_json({"ok": found.is_well, "strict": strict, "findings": [asdict(one) for one in found.findings]})
    else:
        _print(found)
    if not found.is_well:
        raise typer.Exit(1)


def _print(found: "Examination") -> None:
    from distributor.cli.console import console

    out = console()
    width = max(len(one.check) for one in found.findings)
    for one in found.findings:
        first, *rest = _lines(one, _WIDTH - width - 4)
        out.print(_MARKS[one.level], style=_STYLES[one.level], end="")
        out.print(f" {one.check:<{width}}  {first}")
        for line in rest:
            out.print(f"  {'':<{width}}  {line}")
    counts = {level: sum(one.level == level for one in found.findings) for level in ("fault", "warning")}
    told = [f"{number} {level}{'' if number == 1 else 's'}" for level, number in counts.items() if number]
    out.print(f"{' and '.join(told)}." if told else "All is well.", style="bold")


def _lines(one: "Finding", width: int) -> list[str]:
    """Return text and remedy, folded; lines of an error stay lines."""
    lines = [*one.text.splitlines(), *([f"→ {one.remedy}"] if one.remedy else [])]
    return [part for line in lines for part in textwrap.wrap(line, width, break_long_words=False) or [""]]
