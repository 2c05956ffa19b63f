"""`distributor explain`: where a figure comes from."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config, Period, Report

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.jobs.explain import Explained, Explanation


def explain(
    report: Report,
    branch: Annotated[str, typer.Option("--branch", help="The branch, by id or name.")],
    metric: Annotated[str, typer.Option("--metric", help="Name of the metric, as in metrics.yaml.")],
    config: Config = None,
    period: Period = "",
    run: Annotated[str, typer.Option("--run", help="The run that printed the figure; else the newest one.")] = "",
    show_sql: Annotated[bool, typer.Option("--sql", help="Print the SQL of the dataset as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Derive one figure of REPORT again: definition, window, SQL, numerator, denominator, rows, comparisons."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.explain import explain_figure

    app = make_application(config)
    found = explain_figure(app, report, branch=branch, metric=metric, period=period, run_name=run, language="en")
    if as_json:
        print_json(asdict(found))
    else:
        _print(found, show_sql=show_sql)


def _print(found: "Explanation", *, show_sql: bool) -> None:
    from distributor.cli.console import console

    out = console()
    out.print(found.label, style="bold", end="")
    out.print(f" of {found.branch.name} ({found.branch.branch_id}), {found.metric}")
    if found.description:
        out.print(f"  {found.description}")
    out.print(f"  formula    {found.formula}")
    out.print(f"  counts     rows of {found.subtree} branch{'es' if found.subtree > 1 else ''}: itself and all below")
    origin = f"run {found.run_id}" if found.run_id else "read from the sources just now: no run of this period holds it"
    out.print(f"  snapshot   {found.snapshot_id}, {origin}")
    out.print()
    for figure in found.figures:
        _print_figure(out, figure)
    out.print()
    own = found.figures[0]
    for part in own.parts:
        out.print(f"SQL of {part.metric}", style="bold", end="")
        out.print(" (for all branches at once; _node is the branch's position)")
        out.print(f"  {part.sql}")
        out.print(f"  with {', '.join(f'{name} = {day}' for name, day in part.params.items())}")
    if show_sql:
        for name, sql in found.dataset_sql.items():
            out.print(f"dataset {name}", style="bold")
            out.print(sql.strip())


def _print_figure(out: "Console", figure: "Explained") -> None:
    where = f" [{figure.branch.name}]" if figure.label == "organisation" else ""
    out.print(f"  {figure.label:<16} {_number(figure.value, 'no value'):>14}   {figure.window}{where}")
    for part in figure.parts:
        small = "   fewer than the privacy limit: packs show it as withheld" if part.is_small else ""
        out.print(f"    {part.metric:<14} {_number(part.value, '–'):>14}   {part.rows:,} rows of {part.dataset}{small}")


def _number(value: float | None, absent: str) -> str:
    """Return whole numbers whole, however large, and others to six significant digits or to cents."""
    if value is None:
        return absent
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.6g}"
