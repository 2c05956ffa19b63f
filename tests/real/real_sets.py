"""A real set of data as an organisation: its tree and leaders made from the rows, its catalogue, and its figures."""

import csv
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from real_trees import (
    Branch,
    csv_rows,
    f7_branches,
    gdq_branches,
    norway_branches,
    olms_branches,
    oulad_branches,
    partistotte_branches,
)

from distributor.bootstrap import Application, make_application
from distributor.clock import FrozenClock
from distributor.metrics.asks import Ask
from distributor.metrics.measure import Calculator, measure, open_calculator
from distributor.metrics.measures import Measures
from distributor.metrics.privacy import suppress_small_cells
from distributor.snapshot.gates import check_gates
from distributor.snapshot.snapshot import Snapshot, take_snapshot
from recipients.branches import BranchTree

DATA_VARIABLE = "DISTRIBUTOR_REAL_DATA"
ROOT = Path(__file__).parents[2]
CATALOGUES = Path(__file__).parent / "catalogues"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def data_folder() -> Path:
    """Return where the real data should be: DISTRIBUTOR_REAL_DATA, else shared/data beside the project."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else ROOT.parent / "shared" / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the files of a set become an organisation.

    Attributes:
        folder: Of the set, in the data folder.
        branches: From the data folder of the set to the branches, the root first.
        text_columns: Columns that are text whatever they look like.
        leaders: Languages of the leaders, given in turn to the branches of level ``led``; none: nobody leads.
        as_of: The last day that the comparison looks from.
    """

    folder: str
    branches: Callable[[Path], Iterable[Branch]]
    as_of: date
    text_columns: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ("en",)


RECIPES = {
    "oulad": Recipe(
        folder="oulad",
        branches=oulad_branches,
        as_of=date(2015, 6, 30),
        led=("organisation", "region"),
        leaders=("en", "nb", "da"),
    ),
    "gdq": Recipe(folder="gdq_gifts", branches=gdq_branches, as_of=date(2015, 12, 31), text_columns=("amount_usd",)),
    "f7": Recipe(folder="fmcs_f7", branches=f7_branches, as_of=date(2004, 3, 31), led=("local",), leaders=("en", "nb")),
    "olms": Recipe(folder="olms_lm2021", branches=olms_branches, as_of=date(2021, 12, 31)),
    "norway": Recipe(
        folder="norway",
        branches=norway_branches,
        as_of=date(2024, 1, 1),
        text_columns=("county_code", "municipality_code", "code", "code_2024"),
    ),
    "partistotte": Recipe(
        folder="partistotte",
        branches=partistotte_branches,
        as_of=date(2013, 12, 31),
        text_columns=("fylkesnr", "kommunenr", "grunnstonad", "stemmestotte", "stemmestonad", "totalt"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSet:
    """A set of data with its application, its tree and one snapshot of all its datasets."""

    app: Application
    tree: BranchTree = field(repr=False)
    snapshot: Snapshot = field(repr=False)
    calculator: Calculator = field(repr=False)
    folder: Path

    def measure(self, asks: Iterable[Ask]) -> Measures:
        """Compute all figures asked for, small ones too."""
        catalogue = self.app.catalogue
        figures = measure(asks, self.calculator)
        return suppress_small_cells(figures, datasets=catalogue.datasets, tree=self.tree, min_cell=0)

    def node(self, branch_id: str) -> int:
        return self.tree.position(branch_id)

    def expected(self, table: str) -> set[tuple[str, ...]]:
        """Return the rows of an expected table, as printed; no two of them are equal."""
        rows = [tuple(row.values()) for row in csv_rows(self.folder / "expected" / f"{table}.csv")]
        assert len(set(rows)) == len(rows)
        return set(rows)


def open_set(name: str, place: Path) -> RealSet:
    """Write the settings and the directory of a set into *place*, take its snapshot and check the gates."""
    app = make_application(write_project(name, place), clock=FrozenClock(NOW))
    tree = app.directory.load().tree
    params = {"from": RECIPES[name].as_of, "to": RECIPES[name].as_of, "as_of": RECIPES[name].as_of}
    datasets = app.catalogue.datasets
    snapshot = take_snapshot(
        datasets,
        {name: app.catalogue.sql(name) for name in datasets},
        app.sources,
        params=params,
        folder=place / "snapshot",
        now=NOW,
    )
    check_gates(
        snapshot,
        datasets,
        known_branches={branch.branch_id for branch in tree.branches},
        last_rows=None,
        sources=app.sources,
        params=params,
        now=NOW,
    ).require_open()
    calculator = open_calculator(
        snapshot, metrics=app.catalogue.metrics, datasets=datasets, tree=tree, on=RECIPES[name].as_of
    )
    return RealSet(
        app=app, tree=tree, snapshot=snapshot, calculator=calculator, folder=data_folder() / RECIPES[name].folder
    )


def write_project(name: str, place: Path) -> Path:
    """Write config.toml, branches, leaders and their roles into *place*; return the path of config.toml."""
    recipe = RECIPES[name]
    branches = list(recipe.branches(data_folder() / recipe.folder))
    led = [branch for branch in branches if branch[3] in recipe.led]
    people = [f"p{number}" for number, _ in enumerate(led, start=1)]
    tongues = [recipe.leaders[number % len(recipe.leaders)] for number, _ in enumerate(led)]
    place.mkdir(parents=True, exist_ok=True)
    _write(place / "branches.csv", ("branch_id", "parent_id", "name", "level"), branches)
    _write(
        place / "recipients.csv",
        ("recipient_id", "name", "email", "language"),
        [(one, f"Leader {one}", f"{one}@unions.example", tongue) for one, tongue in zip(people, tongues, strict=True)],
    )
    _write(
        place / "roles.csv",
        ("recipient_id", "role", "branch_id"),
        [(one, "leader", branch[0]) for one, branch in zip(people, led, strict=True)],
    )
    config = place / "config.toml"
    config.write_text(
        f"""
[catalogue]
path = '{CATALOGUES / name}'
[directory]
kind = "csv"
path = "."
[sources.files]
kind = "folder"
path = '{data_folder() / recipe.folder}'
text_columns = [{", ".join(f'"{column}"' for column in recipe.text_columns)}]
[store]
path = "store"
[outbox]
path = "outbox"
[mail]
from_address = "analysis@unions.example"
[engine]
workers = 2
""",
        "utf-8",
    )
    return config


def four(value: float | None) -> str:
    """Print a figure as the expected tables do: whole as it is, else with four decimals; nothing for no value."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value:.4f}"


def decimals(value: float | None) -> str:
    """Print a figure with four decimals; nothing for no value."""
    return "" if value is None else f"{value:.4f}"


def percent(part: float | None, whole: float | None) -> str:
    """Print a share of 100 with four decimals; nothing where the base is 0."""
    return "" if part is None or not whole else f"{100 * part / whole:.4f}"


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
