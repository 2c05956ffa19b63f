"""The figures of one branch as an analyst's script computes them: a query a dataset and branch, then pandas."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, bindparam, text

PERIOD = pd.Timestamp("2026-05-01")
NEXT = PERIOD + pd.DateOffset(months=1)
AS_OF = NEXT - pd.Timedelta(days=1)
YEAR = pd.DateOffset(years=1)
CHURN_TARGET = 0.10
COVERAGE_TARGET = 0.75

MEMBERSHIPS = """
    select m.membership_id, m.branch_id, w.name as workplace, m.age_band, m.employment,
           m.joined_on, m.join_reason, m.left_on, m.leave_reason
    from memberships m left join workplaces w on w.workplace_id = m.workplace_id
"""
WORKPLACES = "select workplace_id, name as workplace, opened_on, closed_on from workplaces where branch_id in :ids"
REPS = """
    select t.term_id, t.workplace_id, t.from_on,
           case when w.closed_on is not null and (t.to_on is null or t.to_on > w.closed_on)
                then w.closed_on else t.to_on end as to_on
    from rep_terms t join workplaces w on w.workplace_id = t.workplace_id
    where t.branch_id in :ids
"""
WITHOUT_REP = """
    select w.name as workplace,
           (select count(*) from memberships m where m.workplace_id = w.workplace_id
              and m.joined_on <= :as_of and (m.left_on is null or m.left_on > :as_of)) as members,
           (select max(t.to_on) from rep_terms t
             where t.workplace_id = w.workplace_id and t.to_on <= :as_of) as last_rep_on
    from workplaces w
    where w.branch_id in :ids and w.opened_on <= :as_of and (w.closed_on is null or w.closed_on > :as_of)
      and not exists (select 1 from rep_terms t where t.workplace_id = w.workplace_id
                        and t.from_on <= :as_of and (t.to_on is null or t.to_on > :as_of))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure, the same a year before, and its target; None where there is none."""

    name: str
    value: float | None
    last_year: float | None
    target: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that one pack shows.

    Frames: accumulated (index month 1-12, columns of years and "target"), churn_by_age (index age_band, columns branch,
    organisation), employment (index month, a column for each employment), departures (index leave_reason, columns
    month), joiners (index month, columns this_year, last_year), workplaces (workplace, members, joiners, leavers;
    the last row is the total), without_rep (workplace, members, last_rep_on).
    """

    tiles: tuple[Tile, ...]
    accumulated: pd.DataFrame
    churn_by_age: pd.DataFrame
    employment: pd.DataFrame
    departures: pd.DataFrame
    joiners: pd.DataFrame
    workplaces: pd.DataFrame
    workplaces_in_all: int
    without_rep: pd.DataFrame


def read_organisation_churn(engine: Engine) -> pd.Series:
    """Return churn by age band of the whole organisation."""
    return _churn_by_age(pd.read_sql(text(MEMBERSHIPS), engine, parse_dates=["joined_on", "left_on"]))


def read_targets(folder: Path) -> pd.DataFrame:
    """Return the budget. Columns: branch_id, month, joiners_target, members_target."""
    return pd.read_excel(folder / "targets.xlsx", dtype={"branch_id": str}, engine="openpyxl")


def compute_figures(ids: list[str], engine: Engine, targets: pd.DataFrame, organisation_churn: pd.Series) -> Figures:
    """Compute a pack's figures.

    Args:
        ids: The branches whose rows count: itself, those below it, and those merged into one of them.
        engine: The register.
        targets: As of `read_targets`.
        organisation_churn: As of `read_organisation_churn`.
    """
    memberships = _read(MEMBERSHIPS + "where m.branch_id in :ids", ids, engine, dates=["joined_on", "left_on"])
    workplaces = _read(WORKPLACES, ids, engine, dates=["opened_on", "closed_on"])
    reps = _read(REPS, ids, engine, dates=["from_on", "to_on"])
    without_rep = _read(WITHOUT_REP, ids, engine, dates=["last_rep_on"], as_of=f"{AS_OF:%Y-%m-%d}")
    targets = targets[targets["branch_id"].isin(ids)]

    without_rep = without_rep[without_rep["members"] >= 5].sort_values(
        ["members", "workplace"], ascending=[False, True]
    )
    table = _by_workplace(memberships)
    churn = pd.DataFrame({"branch": _churn_by_age(memberships), "organisation": organisation_churn})
    return Figures(
        tiles=_tiles(memberships, workplaces, reps, targets),
        accumulated=_accumulated(memberships, targets),
        churn_by_age=churn,
        employment=_by_employment(memberships),
        departures=_departures(memberships),
        joiners=_joiners_by_month(memberships),
        workplaces=_with_total(table),
        workplaces_in_all=len(table),
        without_rep=without_rep.head(25),
    )


def _read(sql: str, ids: list[str], engine: Engine, *, dates: list[str], **params: str) -> pd.DataFrame:
    query = text(sql).bindparams(bindparam("ids", expanding=True))
    return pd.read_sql(query, engine, params={"ids": ids, **params}, parse_dates=dates)


def _active(rows: pd.DataFrame, start: str, end: str, day: pd.Timestamp) -> pd.DataFrame:
    return rows[(rows[start] <= day) & (rows[end].isna() | (rows[end] > day))]


def _members(memberships: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    return _active(memberships, "joined_on", "left_on", day)


def _joiners(memberships: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    joined = memberships["joined_on"]
    return memberships[(joined >= start) & (joined < end) & (memberships["join_reason"] != "transfer")]


def _leavers(memberships: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    left = memberships["left_on"]
    return memberships[(left >= start) & (left < end) & memberships["leave_reason"].isin(["resigned", "lapsed"])]


def _churn(memberships: pd.DataFrame, end: pd.Timestamp) -> float | None:
    """Return leavers of 12 months per member and year, by time in membership."""
    start = end - YEAR
    first = memberships["joined_on"].where(memberships["joined_on"] > start, start)
    last = memberships["left_on"].where(memberships["left_on"] < end, end)  # also where there is none
    years = (last - first).dt.days.clip(lower=0).sum() / 30.4375 / 12
    return len(_leavers(memberships, start, end)) / years if years else None


def _churn_by_age(memberships: pd.DataFrame) -> pd.Series:
    return pd.Series({age: _churn(rows, NEXT) for age, rows in memberships.groupby("age_band")}, dtype=float)


def _coverage(workplaces: pd.DataFrame, reps: pd.DataFrame, day: pd.Timestamp) -> float | None:
    is_open = _active(workplaces, "opened_on", "closed_on", day)
    with_rep = _active(reps, "from_on", "to_on", day)["workplace_id"].nunique()
    return with_rep / len(is_open) if len(is_open) else None


def _tiles(
    memberships: pd.DataFrame, workplaces: pd.DataFrame, reps: pd.DataFrame, targets: pd.DataFrame
) -> tuple[Tile, ...]:
    month = targets[targets["month"] == PERIOD]
    members_target = float(month["members_target"].sum()) if len(month) else None
    joiners_target = float(month["joiners_target"].sum()) if len(month) else None
    before = AS_OF - YEAR
    return (
        Tile(
            name="members",
            value=len(_members(memberships, AS_OF)),
            last_year=len(_members(memberships, before)),
            target=members_target,
        ),
        Tile(
            name="joiners",
            value=len(_joiners(memberships, PERIOD, NEXT)),
            last_year=len(_joiners(memberships, PERIOD - YEAR, NEXT - YEAR)),
            target=joiners_target,
        ),
        Tile(
            name="leavers",
            value=len(_leavers(memberships, PERIOD, NEXT)),
            last_year=len(_leavers(memberships, PERIOD - YEAR, NEXT - YEAR)),
            target=None,
        ),
        Tile(
            name="churn",
            value=_churn(memberships, NEXT),
            last_year=_churn(memberships, NEXT - YEAR),
            target=CHURN_TARGET,
        ),
        Tile(
            name="rep_coverage",
            value=_coverage(workplaces, reps, AS_OF),
            last_year=_coverage(workplaces, reps, before),
            target=COVERAGE_TARGET,
        ),
    )


def _months(count: int) -> pd.PeriodIndex:
    return pd.period_range(end=PERIOD.to_period("M"), periods=count, freq="M")


def _accumulated(memberships: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Accumulate joiners over this year and the two before, and the target over all of this year."""
    lines = {}
    for year in range(PERIOD.year, PERIOD.year - 3, -1):
        start = pd.Timestamp(year=year, month=1, day=1)
        joiners = _joiners(memberships, start, min(start + YEAR, NEXT))
        by_month = joiners.groupby(joiners["joined_on"].dt.month).size().reindex(range(1, 13), fill_value=0)
        line = by_month.cumsum().astype(float)
        lines[str(year)] = line.where(line.index <= PERIOD.month) if year == PERIOD.year else line
    this_year = targets[targets["month"].dt.year == PERIOD.year]
    if len(this_year):
        lines["target"] = this_year.groupby(this_year["month"].dt.month)["joiners_target"].sum().cumsum()
    return pd.DataFrame(lines)


def _by_employment(memberships: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for month in _months(12):
        columns[month] = _members(memberships, month.end_time.normalize())["employment"].value_counts()
    frame = pd.DataFrame(columns).T.reindex(columns=["full_time", "part_time", "student"])
    return frame.fillna(0).astype(int)


def _departures(memberships: pd.DataFrame) -> pd.DataFrame:
    months = _months(12)
    left = memberships[memberships["left_on"].notna() & (memberships["leave_reason"] != "transfer")]
    frame = pd.crosstab(left["leave_reason"], left["left_on"].dt.to_period("M"))
    return frame.reindex(index=["resigned", "lapsed", "retired", "died", "expelled"], columns=months, fill_value=0)


def _joiners_by_month(memberships: pd.DataFrame) -> pd.DataFrame:
    months = _months(24)
    joiners = _joiners(memberships, months[0].start_time, NEXT)
    by_month = joiners.groupby(joiners["joined_on"].dt.to_period("M")).size().reindex(months, fill_value=0)
    return pd.DataFrame(
        {"this_year": by_month.iloc[12:].to_numpy(), "last_year": by_month.iloc[:12].to_numpy()}, months[12:]
    )


def _by_workplace(memberships: pd.DataFrame) -> pd.DataFrame:
    named = memberships.assign(workplace=memberships["workplace"].fillna("Uten arbeidsplass"))
    frame = pd.DataFrame(
        {
            "members": _members(named, AS_OF).groupby("workplace").size(),
            "joiners": _joiners(named, PERIOD, NEXT).groupby("workplace").size(),
            "leavers": _leavers(named, PERIOD, NEXT).groupby("workplace").size(),
        }
    )
    frame = frame.fillna(0).astype(int).rename_axis("workplace").reset_index()
    return frame.sort_values(["members", "workplace"], ascending=[False, True])


def _with_total(table: pd.DataFrame) -> pd.DataFrame:
    total = pd.DataFrame([{"workplace": "I alt", **table[["members", "joiners", "leavers"]].sum().to_dict()}])
    return pd.concat([table.head(10), total], ignore_index=True)
