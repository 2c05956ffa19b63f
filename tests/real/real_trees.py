"""The branch trees of the real sets, made from their rows: every branch once, the root first."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path

Branch = tuple[str, str, str, str]  # branch_id, parent_id, name, level
Row = Mapping[str, str]


def csv_rows(path: Path, *, delimiter: str = ",") -> Iterator[Row]:
    """Read a CSV file, packed or not, with or without a byte order mark."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream, delimiter=delimiter)


def oulad_branches(folder: Path) -> Iterator[Branch]:
    yield "ALL", "", "The Open University", "organisation"
    for region in sorted({row["region"] for row in csv_rows(folder / "memberships.csv.gz")}):
        yield region, "ALL", region, "region"


def gdq_branches(folder: Path) -> Iterator[Branch]:
    yield "GDQ", "", "Games Done Quick", "organisation"
    for row in csv_rows(folder / "events.csv"):
        yield row["event"], "GDQ", row["event"].upper(), "campaign"


def f7_branches(folder: Path) -> Iterator[Branch]:
    yield "ALL", "", "All unions", "organisation"
    locals_ = {row["union_name"]: row["affiliation"] for row in csv_rows(folder / "workplaces_2003-09_2004-03.csv.gz")}
    for affiliation in sorted(set(locals_.values())):
        yield affiliation, "ALL", affiliation, "affiliation"
    for name, affiliation in sorted(locals_.items()):
        yield name, affiliation, name, "local"


def olms_branches(folder: Path) -> Iterator[Branch]:
    yield "ALL", "", "All unions", "organisation"
    filings = list(csv_rows(folder / "locals_lm_2021.csv.gz"))
    for affiliation, name in sorted({row["aff_abbr"]: row["union_name"] for row in filings}.items()):
        yield affiliation, "ALL", name, "affiliation"
    for number, row in sorted({row["f_num"]: row for row in filings}.items()):
        own = row["unit_name"] or " ".join(part for part in (row["desig_name"], row["desig_num"], row["city"]) if part)
        yield number, row["aff_abbr"], f"{row['aff_abbr']} {own}", "local"


def norway_branches(folder: Path) -> Iterator[Branch]:
    """Counties and municipalities of all years: a code tells of its county by its first two digits."""
    yield "NO", "", "Norge", "organisation"
    counties = {row["county_code"]: row["county_name"] for row in csv_rows(folder / "counties.csv")}
    names = {
        row["municipality_code"]: row["municipality_name"]
        for row in csv_rows(folder / "population_by_municipality.csv")
    }
    for code in sorted({name[:2] for name in names}):
        yield code, "NO", counties[code], "county"
    yield "unmapped", "NO", "Kan ikke plasseres", "county"
    for code, name in sorted(names.items()):
        yield code, code[:2], name, "municipality"


def partistotte_branches(folder: Path) -> Iterator[Branch]:
    """Counties and municipalities of all payments; what has no municipality stands in a branch of its own."""
    yield "NO", "", "Norge", "organisation"
    places = set()
    for path in sorted(folder.glob("*.csv")):
        places |= {(row["fylkesnr"].zfill(2), row["kommunenr"]) for row in csv_rows(path, delimiter=";")}
    for county in sorted({county for county, _ in places}):
        yield county, "NO", f"Fylke {county}", "county"
    for county, code in sorted(places):
        branch_id = f"{county}-" if code == "NULL" else code.zfill(4)
        yield branch_id, county, f"Kommune {branch_id}", "municipality"
