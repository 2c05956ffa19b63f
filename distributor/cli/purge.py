"""`distributor purge`: what is older than it may be kept, shown first and ended when that is wanted."""

from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config
from distributor.cli.person import Who, who_asks

if TYPE_CHECKING:
    from rich.table import Table

    from distributor.jobs.purge import Part, Purge, What


def purge(
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only show what would go.")] = False,
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """Show, or end with --yes, what is older than config.toml lets it be kept: documents, tries, addresses."""
    from dataclasses import asdict

    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.purge import carry_out_purge, plan_purge

    app = make_application(config)
    found = carry_out_purge(app, who=who_asks(who)) if yes else plan_purge(app)
    if as_json:
        print_json({"done": yes, "size_bytes": found.size_bytes, "parts": [asdict(part) for part in found.parts]})
    else:
        _print(found, is_done=yes)


def size_in_words(size_bytes: int) -> str:
    """Return a size as people read it: "3.4 MB"."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.1f} kB"
    return f"{size_bytes / 1_000_000:,.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:,.1f} GB"


def _print(found: "Purge", *, is_done: bool) -> None:
    from distributor.cli.console import console, print_table

    out = console()
    if found.is_empty:
        out.print("Nothing is older than it may be kept. The times stand in config.toml under [retention].")
        return
    out.print("Gone:" if is_done else "This would go; nothing has been changed yet:", style="bold")
    print_table(out, _table(found))
    if is_done:
        out.print(f"{size_in_words(found.size_bytes)} were freed.")
    else:
        out.print(f"Together {size_in_words(found.size_bytes)}. Do it with: distributor purge --yes")


def _table(found: "Purge") -> "Table":
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for name, justify in (("what", "left"), ("number", "right"), ("size", "right"), ("which", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for part in found.parts:
        if part.number:
            size = size_in_words(part.size_bytes) if part.size_bytes else ""
            table.add_row(part.what, f"{part.number:,}", size, _which(part))
    return table


def _which(part: "Part") -> str:
    day = f"{part.before:%-d %B %Y}" if part.before else ""
    words: dict[What, str] = _words(day)
    return words[part.what]


def _words(day: str) -> "dict[What, str]":
    from distributor.jobs.purge import What

    return {
        What.documents: f"files of runs that began before {day}",
        What.run_folders: f"snapshots and figures of runs that began before {day}",
        What.previews: f"drawn before {day}",
        What.left_over: "files that nothing refers to",
        What.attempts: f"single tries before {day}; how each delivery ended stays",
        What.incidents: f"incidents of alert rules that ended before {day}, with who was told of them",
        What.addresses: f"deliveries of runs that began before {day}: names go, addresses become pseudonyms",
    }
