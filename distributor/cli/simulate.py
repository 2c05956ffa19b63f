"""`distributor simulate`: what the schedules will ask for, and when."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from distributor.jobs.simulate import SimulatedFire, Simulation

_ROWS = 1000  # more are nothing to read
_A_YEAR = timedelta(days=365)
_YEARS = range(1970, 2201)  # beyond, neither zones nor holidays are known


def simulate(
    from_on: Annotated[str, typer.Option("--from", help="First day, 2026-01-01; else today.")] = "",
    to_on: Annotated[str, typer.Option("--to", help="Last day, 2027-12-31; else a year after the first.")] = "",
    report: Annotated[list[str] | None, typer.Option("--report", help="Only this report; may be repeated.")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show every fire time of the schedules: period, packs, deliveries, and reports that fall together."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs import simulate as job
    from distributor.jobs.days import local_day
    from distributor.metrics.windows import Window

    app = make_application(config)
    first = read_day(from_on, "--from") if from_on else local_day(app, app.clock.now())
    last = read_day(to_on, "--to") if to_on else first + _A_YEAR
    simulation = job.simulate(app, Window(from_on=first, to_on=last + timedelta(days=1)), tuple(report or ()))
    if as_json:
        print_json(_as_plain(simulation))
    else:
        _print(simulation)


def read_day(text: str, option: str) -> date:
    """Read a day of the command line."""
    from distributor.errors import UsageError

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'{option}: "{text}" is not a day. Write year, month and day: 2026-01-31.') from None
    if day.year not in _YEARS:
        raise UsageError(f'{option}: "{text}" is too far away. Give a day from {_YEARS[0]} to {_YEARS[-1]}.')
    return day


def _print(simulation: "Simulation") -> None:
    from distributor.cli.console import console

    out = console()
    if simulation.fires:
        _print_fires(out, simulation)
        _print_months(out, simulation)
        out.print()
    else:
        out.print(f"Nothing fires in {simulation.window}.")
    for clash in simulation.clashes:
        out.print(f"  together         {_listed(clash.reports)} within one hour, ", end="")
        out.print(f"{_times(len(clash.times))}, first on {_shown(clash.times[0])}")
    if simulation.moved:
        out.print(f"  moved            {_times(len(simulation.moved))}, ", end="")
        out.print("from a holiday or excepted day to the next business day")
    for name, later in simulation.silent.items():
        when = f"next on {_shown(later)}" if later else "its schedule never comes"
        out.print(f"  no fire time     {name}: {when}")
    if simulation.unscheduled:
        out.print(f"  no schedule      {', '.join(simulation.unscheduled)}")
    for notice in simulation.notices:
        out.print(f"  note             {notice}")


def _print_fires(out: "Console", simulation: "Simulation") -> None:
    from rich.table import Table

    from distributor.cli.console import print_table

    zones = {str(one.local_at.tzinfo) for one in simulation.fires}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"Time ({zones.pop()})" if len(zones) == 1 else "Time", overflow="fold")
    for heading in ("Report", "Period"):
        table.add_column(heading, overflow="fold")
    for heading in ("Branches", "Packs", "Deliveries"):
        table.add_column(heading, justify="right")
    table.add_column("Remark", overflow="fold")
    for one in simulation.fires[:_ROWS]:
        zone = f" {one.local_at.tzinfo}" if zones else ""
        volume = one.volume
        table.add_row(
            f"{_shown(one.local_at)}{zone}",
            one.report,
            one.period.name,
            f"{volume.branches:,}",
            f"{volume.packs:,}",
            f"{volume.deliveries:,}",
            _remark(one),
        )
    print_table(out, table)
    if (more := len(simulation.fires) - _ROWS) > 0:
        out.print(f"… and {more:,} more; all of them with --json, one report with --report.")
    out.print()


def _print_months(out: "Console", simulation: "Simulation") -> None:
    from rich.table import Table

    from distributor.cli.console import print_table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Month")
    for heading in ("Fire times", "Packs", "Deliveries"):
        table.add_column(heading, justify="right")
    months = simulation.months
    for one in months:
        table.add_row(one.month, f"{one.fires:,}", f"{one.packs:,}", f"{one.deliveries:,}")
    sums = (sum(one.fires for one in months), sum(one.packs for one in months), sum(one.deliveries for one in months))
    table.add_row("Total", *(f"{number:,}" for number in sums), style="bold")
    print_table(out, table)


def _remark(one: "SimulatedFire") -> str:
    remarks = []
    if one.fire.moved_for:
        remarks.append(f"moved from {one.fire.named_on:%a %Y-%m-%d} ({one.fire.moved_for})")
    if one.volume.without_address:
        remarks.append(f"{one.volume.without_address} without address")
    return ", ".join(remarks)


def _shown(instant: "datetime") -> str:
    return f"{instant:%a %Y-%m-%d %H:%M}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _as_plain(simulation: "Simulation") -> dict[str, object]:
    return {
        "from": simulation.window.from_on,
        "to": simulation.window.last_on,
        "fires": [
            {
                "report": one.report,
                "fire_at": one.fire.fire_at.isoformat(),
                "fire_key": one.fire.fire_key,
                "local": one.local_at.isoformat(),
                "timezone": str(one.local_at.tzinfo),
                "named_on": one.fire.named_on,
                "moved_for": one.fire.moved_for,
                "period": one.period.name,
                "branches": one.volume.branches,
                "packs": one.volume.packs,
                "deliveries": one.volume.deliveries,
                "without_address": one.volume.without_address,
            }
            for one in simulation.fires
        ],
        "clashes": [
            {"reports": list(clash.reports), "times": [one.isoformat() for one in clash.times]}
            for clash in simulation.clashes
        ],
        "months": [
            {"month": one.month, "fires": one.fires, "packs": one.packs, "deliveries": one.deliveries}
            for one in simulation.months
        ],
        "no_fire_time": {name: later.isoformat() if later else None for name, later in simulation.silent.items()},
        "no_schedule": list(simulation.unscheduled),
        "notices": list(simulation.notices),
    }
