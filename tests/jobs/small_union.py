"""A union of nine branches with everything a run needs, written into a folder in no time.

Region Nord has three locals, Sør three; "Øvre [nord]" has an id that no file system likes, Eng's leader has no
address, Fet has no leader. Every local has members, joiners of May 2026 and workplaces; figures follow from `joined`.
"""

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from distributor.bootstrap import make_application
from distributor.clock import FrozenClock
from distributor.jobs.application import Application
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, RunSummary, start_run

NOW = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)

BRANCHES = (
    ("00", "", "Prøveforbundet", "national", "nb"),
    ("N", "00", "Region Nord", "region", "nb"),
    ("S", "00", "Region Sør", "region", "da"),
    ("N1", "N", "Ask", "local", "nb"),
    ("N2", "N", "Bø", "local", "nb"),
    ("../x", "N", "Øvre [nord]", "local", "en"),
    ("S1", "S", "Dal", "local", "da"),
    ("S2", "S", "Eng", "local", "nb"),
    ("S3", "S", "Fet", "local", "nb"),
)
LOCALS = tuple(branch[0] for branch in BRANCHES if branch[3] == "local")
RECIPIENTS = (
    ("north", "Nina Nord", "nina@proeve.example", "nb"),
    ("south", "Søren Syd", "soeren@proeve.example", "da"),
    ("ask", "Arne Ask", "arne@proeve.example", "nb"),
    ("boe", "Beate Bø", "beate@proeve.example", "nb"),
    ("upper", "Ursula Upper", "a-very-long-address-that-nobody-would-like-to-type@upper.proeve.example", "en"),
    ("dal", "Dorte Dal", "dorte@proeve.example", "da"),
    ("eng", "Erik Eng", "", "nb"),
)
ROLES = (
    ("north", "region_leader", "N"),
    ("south", "region_leader", "S"),
    ("ask", "branch_leader", "N1"),
    ("boe", "branch_leader", "N2"),
    ("upper", "branch_leader", "../x"),
    ("dal", "branch_leader", "S1"),
    ("eng", "branch_leader", "S2"),
)

CATALOGUE = {
    "catalogue.yaml": """
organisation: Prøveforbundet
languages: [nb, da, en]
timezone: Europe/Oslo
min_cell: 5
levels:
  national: {nb: Forbund, da: Forbund, en: National union}
  region: {nb: Region, da: Region, en: Region}
  local: {nb: Lokalavdeling, da: Lokalafdeling, en: Local branch}
""",
    "datasets.yaml": """
memberships:
  source: register
  label: {nb: Medlemskap, da: Medlemskaber, en: Memberships}
  sql: select member_id, branch_id, joined_on, left_on, employment, loaded_on from members
  branch: branch_id
  grain: [member_id]
  personal: [member_id]
  dates: [joined_on, left_on]
  checks:
    fresh: {column: loaded_on, within: 40 days}
    unique: [member_id]
    not_null: [branch_id, joined_on]
    unknown_branch: hold
  columns:
    employment:
      label: {nb: Tilknytning, da: Tilknytning, en: Employment}
      values:
        full_time: {nb: Heltid, da: Fuldtid, en: Full time}
        part_time: {nb: Deltid, da: Deltid, en: Part time}
targets:
  source: files
  label: {nb: Mål, da: Mål, en: Targets}
  sql: select branch_id, cast(month as date) as month, joiners_target from targets
  branch: branch_id
  grain: [branch_id, month]
  min_cell: 0
workplaces:
  source: files
  label: {nb: Arbeidsplasser, da: Arbejdspladser, en: Workplaces}
  sql: select branch_id, workplace, members from workplaces
  branch: branch_id
  grain: [branch_id, workplace]
  min_cell: 0
  columns:
    workplace: {label: {nb: Arbeidsplass, da: Arbejdsplads, en: Workplace}}
    members: {label: {nb: Medlemmer, da: Medlemmer, en: Members}}
""",
    "metrics.yaml": """
members:
  label: {nb: Medlemmer, da: Medlemmer, en: Members}
  description: {nb: Medlemmer den siste dagen., da: Medlemmer den sidste dag., en: Members on the last day.}
  dataset: memberships
  measure: count(*)
  at: joined_on <= :as_of and (left_on is null or left_on > :as_of)
  better: higher
joiners:
  label: {nb: Innmeldte, da: Indmeldte, en: Joiners}
  dataset: memberships
  measure: count(*)
  on: joined_on
  min_cell: 0
  better: higher
  target: joiners_target
part_timers:
  label: {nb: På deltid, da: På deltid, en: Part-timers}
  dataset: memberships
  measure: count(*)
  at: joined_on <= :as_of and (left_on is null or left_on > :as_of)
  where: employment = 'part_time'
part_time_share:
  label: {nb: Andel på deltid, da: Andel på deltid, en: Share part time}
  ratio: part_timers / members
  format: {kind: percent, decimals: 1}
joiners_target:
  label: {nb: Mål for innmeldte, da: Mål for indmeldte, en: Target for joiners}
  dataset: targets
  measure: sum(joiners_target)
  on: month
""",
    "audiences.yaml": """
branch_leaders: {roles: [branch_leader], branch: own, levels: [local]}
region_leaders: {roles: [region_leader], branch: own, levels: [region]}
""",
    "reports/letter.yaml": """
report: letter
title: {nb: "Tall for {branch}, {period}", da: "Tal for {branch}, {period}", en: "Figures of {branch}, {period}"}
owner: analyse@proeve.example
period: previous month
burst: {levels: [region, local]}
sections:
  - text: "{{ summary() }}"
  - tiles: [members, joiners, part_time_share]
    compare: [last year, target]
  - chart: line
    title: {nb: Innmeldte i år, da: Indmeldte i år, en: Joiners this year}
    metric: joiners
    by: month
    accumulate: year
    years: 2
    compare: [target]
  - table: {metrics: [members, joiners], by: employment, total: true}
    title: {nb: Tilknytning, da: Tilknytning, en: Employment}
  - rows: {dataset: workplaces, columns: [workplace, members], sort: -members, limit: 10}
    title: {nb: Arbeidsplasser, da: Arbejdspladser, en: Workplaces}
deliver:
  - {audience: branch_leaders, channel: email, formats: [html, pdf, xlsx]}
  - {audience: region_leaders, channel: email, formats: [html, pdf, xlsx]}
""",
    # Quick to make: for everything that is not about what stands in a pack.
    "reports/note.yaml": """
report: note
title: {nb: "Notat {branch}, {period}", da: "Notat {branch}, {period}", en: "Note {branch}, {period}"}
owner: analyse@proeve.example
period: previous month
burst: {levels: [region, local]}
sections:
  - tiles: [members, joiners]
deliver:
  - {audience: branch_leaders, channel: email, formats: [html]}
  - {audience: region_leaders, channel: email, formats: [html]}
""",
    "reports/post.yaml": """
report: post
title: {nb: "Post {branch}", da: "Post {branch}", en: "Post {branch}"}
owner: analyse@proeve.example
period: previous month
burst: {levels: [region]}
sections:
  - tiles: [members, joiners]
deliver:
  - {audience: region_leaders, channel: slack, formats: [summary]}
  - {audience: region_leaders, channel: email, formats: [html]}
""",
}

CONFIG = """
[catalogue]
path = "report_specs"
[directory]
kind = "csv"
path = "directory"
[sources.register]
kind = "sqlite"
path = "data/register.sqlite"
[sources.files]
kind = "folder"
path = "data"
text_columns = ["branch_id"]
[store]
path = "store"
[outbox]
path = "outbox"
[mail]
from_address = "Prøveforbundet <analyse@proeve.example>"
[engine]
workers = {workers}
shard_size = {shard_size}
[render]
image_scale = 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallUnion:
    """The union's folder, and short ways to use it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def app(self, now: datetime = NOW) -> Application:
        return make_application(self.config, clock=FrozenClock(now))

    def run(self, report: str, now: datetime = NOW, **asked: Any) -> RunSummary:
        return start_run(self.app(now), RunRequest(report=report, **asked), progress=Silence())

    def letters(self) -> list[Path]:
        """Return the messages to readers."""
        return sorted(path for path in self.outbox.rglob("*.eml") if not path.name.startswith("owner-"))

    def owner_letters(self) -> list[Path]:
        """Return the messages to the owners of reports."""
        return sorted(self.outbox.rglob("owner-*.eml"))

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def append(self, name: str, text: str) -> None:
        """Add to a file of the folder."""
        self.write(name, (self.folder / name).read_text("utf-8") + text)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a text in a file of the folder."""
        path = self.folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def sql(self, statement: str) -> None:
        """Change the register."""
        with closing(sqlite3.connect(self.folder / "data" / "register.sqlite")) as connection, connection:
            connection.execute(statement)

    def ledger_sql(self, statement: str) -> None:
        """Change the ledger behind the program's back."""
        with closing(sqlite3.connect(self.folder / "store" / "ledger.sqlite")) as connection, connection:
            connection.execute(statement)


def joined(number: int) -> list[date]:
    """Return the days on which the members of the local with that number (from 0) joined; May 2026 has number + 1."""
    before = [date(2025, 1, 1) + timedelta(days=11 * one) for one in range(20 + 5 * number)]
    return [day for day in before if day < date(2026, 5, 1)] + [date(2026, 5, 3)] * (number + 1)


def make_small_union(folder: Path, *, extra_locals: int = 0, workers: int = 1, shard_size: int = 16) -> SmallUnion:
    """Write the union; with *extra_locals* more local branches "L000", "L001", … of Region Nord, each with a leader."""
    names = [f"L{number:03}" for number in range(extra_locals)]
    branches = (*BRANCHES, *((name, "N", f"Lokal {name}", "local", "nb") for name in names))
    people = (*RECIPIENTS, *((name.lower(), f"Leder {name}", f"{name}@proeve.example", "nb") for name in names))
    roles = (*ROLES, *((name.lower(), "branch_leader", name) for name in names))
    for name, text in CATALOGUE.items():
        path = folder / "report_specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), "utf-8")
    (folder / "config.toml").write_text(CONFIG.format(workers=workers, shard_size=shard_size), "utf-8")
    directory = folder / "directory"
    _write_csv(directory / "branches.csv", ("branch_id", "parent_id", "name", "level", "language"), branches)
    _write_csv(directory / "recipients.csv", ("recipient_id", "name", "email", "language"), people)
    _write_csv(directory / "roles.csv", ("recipient_id", "role", "branch_id"), roles)
    _write_data(folder / "data", (*LOCALS, *names))
    return SmallUnion(folder=folder)


def _write_data(folder: Path, places: Sequence[str]) -> None:
    months = [date(year, month, 1) for year in (2025, 2026) for month in range(1, 13)]
    _write_csv(
        folder / "targets.csv", ("branch_id", "month", "joiners_target"), [(p, m, 2) for p in places for m in months]
    )
    jobs = [(place, f"Verksted {place} {n}", 10 * n) for place in places for n in (1, 2)]
    _write_csv(folder / "workplaces.csv", ("branch_id", "workplace", "members"), jobs)
    with closing(sqlite3.connect(folder / "register.sqlite")) as connection, connection:
        connection.execute(
            "create table members (member_id integer, branch_id text, joined_on text, left_on text, employment text, "
            "loaded_on text)"
        )
        connection.executemany("insert into members values (?, ?, ?, ?, ?, '2026-06-01')", _members(places))


def _members(places: Sequence[str]) -> Iterator[tuple[object, ...]]:
    number = 0
    for position, place in enumerate(places):
        for nth, joined_on in enumerate(joined(position % len(LOCALS))):
            number += 1
            yield number, place, str(joined_on), None, "part_time" if nth % 2 else "full_time"


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
