"""`distributor explain`: where a figure comes from."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config, Period, Report

if TYPE_CHECKING:
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
    out.print(f"[bold]{found.label}[/bold] of {found.branch.name} ({found.branch.branch_id}), {found.metric}")
    if found.description:
        out.print(f"  {found.description}")
    out.print(f"  formula    {found.formula}", markup=False)
    out.print(f"  counts     rows of {found.subtree} branch{'es' if found.subtree > 1 else ''}: itself and all below")
    origin = f"run {found.run_id}" if found.run_id else "read from the sources just now: no run of this period yet"
    out.print(f"  snapshot   {found.snapshot_id}, {origin}")
    out.print()
    for figure in found.figures:
        _print_figure(out, figure)
    out.print()
    own = found.figures[0]
    for part in own.parts:
        out.print(f"[bold]SQL of {part.metric}[/bold] (for all branches at once; _node is the branch's position)")
        out.print(f"  {part.sql}", markup=False)
        out.print(f"  with {', '.join(f'{name} = {day}' for name, day in part.params.items())}", markup=False)
    if show_sql:
        for name, sql in found.dataset_sql.items():
            out.print(f"[bold]dataset {name}[/bold]")
            out.print(sql.strip(), markup=False)


def _print_figure(out: object, figure: "Explained") -> None:
    value = "no value" if figure.value is None else f"{figure.value:,.6g}"
    where = f" [{figure.branch.name}]" if figure.label == "organisation" else ""
    out.print(f"  {figure.label:<16} {value:>14}   {figure.window}{where}", markup=False)  # type: ignore[attr-defined]
    for part in figure.parts:
        small = "   fewer than the privacy limit: packs show it as withheld" if part.is_small else ""
        number = "–" if part.value is None else f"{part.value:,.6g}"
        out.print(  # type: ignore[attr-defined]
            f"    {part.metric:<14} {number:>14}   {part.rows:,} rows of {part.dataset}{small}", markup=False
        )
