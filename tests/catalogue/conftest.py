"""A small faultless catalogue, to be spoilt by one replacement at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue

GOOD = {
    "catalogue.yaml": """\
organisation: {nb: Forbundet, en: The Union}
languages: [nb, en]
timezone: Europe/Oslo
membership_year: "09-01"
levels:
  national: {nb: Landet, en: Country}
  local: {nb: Lokallag, en: Local branch}
""",
    "datasets.yaml": """\
memberships:
  source: warehouse
  branch: branch_id
  grain: [membership_id]
  personal: [person]
  sql: |
    select membership_id, branch_id, joined_on, left_on,
           leave_reason, age_band, person
    from memberships
    where joined_on < :to
  columns:
    age_band: {label: {nb: Alder, en: Age}, values: {1: Ung, 2: Eldre}}
    leave_reason: {label: {nb: Grunn, en: Reason}}
workplaces:
  source: warehouse
  branch: branch_id
  file: sql/workplaces.sql
""",
    "sql/workplaces.sql": """\
select workplace, branch_id, members
from workplaces
""",
    "metrics.yaml": """\
members:
  label: {nb: Medlemmer, en: Members}
  dataset: memberships
  measure: count(*)
  at: joined_on <= :as_of and (left_on is null or left_on > :as_of)
  better: higher
  target: goal
goal:
  label: {nb: Mål, en: Target}
  dataset: workplaces
  measure: sum(members)
leavers:
  label: {nb: Utmeldte, en: Leavers}
  dataset: memberships
  measure: count(*)
  on: left_on
  where: leave_reason <> 'transfer'
member_months:
  label: {nb: Medlemsmåneder, en: Member-months}
  dataset: memberships
  measure: "member_months(joined_on, left_on, :from, :to)"
churn:
  label: {nb: Frafall, en: Churn}
  rate: leavers / member_months
  window: 12 months
  better: lower
""",
    "audiences.yaml": """\
leaders:
  roles: [leader]
  levels: [local]
  personal: true
everyone:
  roles: [member]
""",
    "calendars.yaml": """\
summer:
  label: {nb: Sommerferie, en: Summer break}
  dates: [2026-07-06..2026-07-31, 12-24]
""",
    "reports/base.yaml": """\
report: base
abstract: true
owner: analysis@union.example
period: previous month
burst: {levels: [local]}
schedule:
  on: first business day
  at: "07:00"
  except: [summer]
""",
    "reports/monthly.yaml": """\
report: monthly
extends: base
title: {nb: "Medlemstall, {branch}", en: "Members, {branch}"}
schedule: {at: "08:00"}
sections:
  - tiles: [members, churn]
  - chart: line
    metric: leavers
    by: month
    accumulate: year
    years: 3
  - chart: bars
    metric: churn
    by: age_band
    compare: [organisation]
  - chart: stacked bars
    metric: leavers
    by: month
    split: leave_reason
  - table: {metrics: [members, leavers], by: age_band, sort: members}
  - rows: {dataset: workplaces, columns: [workplace, members], where: members > 5, sort: -members}
  - text: "{{ summary() }}"
deliver:
  - {audience: leaders, channel: email, formats: [html, pdf]}
  - {audience: everyone, channel: slack, formats: [summary]}
""",
}

Write = Callable[..., Path]
Faults = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the good catalogue, with files replaced or (None) left out, below the current directory."""
    monkeypatch.chdir(tmp_path)

    def write_files(changes: dict[str, str | None] | None = None) -> Path:
        for name, text in {**GOOD, **(changes or {})}.items():
            if text is not None:
                file = tmp_path / "spec" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        return Path("spec")

    return write_files


@pytest.fixture
def faults(write: Write) -> Faults:
    """Write the good catalogue with changes and return the printed faults, without the folder's name."""

    def load(changes: dict[str, str | None]) -> list[str]:
        try:
            load_catalogue(write(changes))
        except CatalogueError as error:
            return [line.removeprefix("spec/") for line in str(error).splitlines()]
        return []

    return load


@pytest.fixture
def spoilt(faults: Faults) -> Faults:
    """Replace one text in one file of the good catalogue and return the printed faults."""

    def load(file: str, old: str, new: str) -> list[str]:
        assert GOOD[file].count(old) >= 1, f"{old!r} is not in {file}"
        return faults({file: GOOD[file].replace(old, new, 1)})

    return load
