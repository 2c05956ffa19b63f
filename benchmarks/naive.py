"""Packs by an analyst's script, timed: the yardstick of the packs' benchmark.

Run: python -m benchmarks.naive --organisation DIR --out DIR [--branches N | --branch ID ...] [--workers 1|2]
"""

import argparse
import os
import re
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, create_engine

from benchmarks.naive_figures import AS_OF, PERIOD, read_organisation_churn, read_targets
from benchmarks.naive_pack import NaiveBranch, make_pack

STAGES = ("data", "charts", "html", "pdf", "xlsx", "mime")
LEADERS = ("branch_leader", "deputy", "region_leader")


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveResult:
    """What a run took.

    ``cpu_s`` is all CPU time of the run; ``stage_cpu_s`` is the part of it within each stage, all packs together, what
    is read once for all branches being "data". ``peak_bytes`` adds up the highest resident memory of each process;
    pages that a worker shares with its parent count in both.
    """

    packs: int
    workers: int
    seconds: float
    cpu_s: float
    stage_cpu_s: Mapping[str, float]
    peak_bytes: int

    @property
    def packs_per_s(self) -> float:
        return self.packs / self.seconds

    @property
    def cpu_s_per_pack(self) -> float:
        return self.cpu_s / self.packs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What is the same for every pack."""

    engine: Engine
    targets: pd.DataFrame
    organisation_churn: "pd.Series[float]"
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One pack's CPU seconds by stage, and the process that made it with its highest memory so far."""

    stage_cpu_s: Mapping[str, float]
    process: int
    peak_bytes: int


def find_branches(organisation: Path) -> tuple[NaiveBranch, ...]:
    """Return the regions and local branches that get a pack for the period, regions first."""
    rows = pd.read_csv(organisation / "branches.csv", dtype=str)
    opened = pd.to_datetime(rows["opened_on"])
    closed = pd.to_datetime(rows["closed_on"])
    is_open = (opened <= AS_OF) & (closed.isna() | (closed > PERIOD))
    is_merged = rows["merged_into"].notna() & (closed <= AS_OF)
    addresses = _addresses(organisation)
    has_pack = rows["level"].isin(["region", "local"]) & is_open & ~is_merged
    names = dict(zip(rows.loc[has_pack, "branch_id"], rows.loc[has_pack, "name"], strict=True))
    return tuple(
        NaiveBranch(branch_id=key, name=name, ids=_subtree(key, rows), addresses=addresses.get(key, ()))
        for key, name in names.items()
    )


def run(organisation: Path, out: Path, branch_ids: Sequence[str], workers: int) -> NaiveResult:
    """Make packs and say what it took; call it in a process of its own, or memory and workers start from the caller's.

    Args:
        organisation: Folder of the demo organisation.
        out: Folder for the packs; made if missing.
        branch_ids: Branches to make packs of; none means all.
        workers: Processes; 1 works in this one, without a pool.

    Raises:
        ValueError: A branch is unknown or gets no pack.
    """
    branches = _select(find_branches(organisation), branch_ids)
    out.mkdir(parents=True, exist_ok=True)
    start, cpu_before = time.perf_counter(), _cpu_s()
    stage_cpu_s = dict.fromkeys(STAGES, 0.0)
    with _stopwatch(stage_cpu_s, "data"):
        engine = _engine(organisation)
        targets, churn = read_targets(organisation), read_organisation_churn(engine)
        engine.dispose()  # a connection must not be shared with the workers
    if workers == 1:
        _set_up(organisation, targets, churn, out)
        made = [_make(branch) for branch in branches]
    else:
        with Pool(workers, initializer=_set_up, initargs=(organisation, targets, churn, out)) as pool:
            made = list(pool.imap_unordered(_make, branches))
            pool.close()
            pool.join()
    peaks = {os.getpid(): _peak_bytes()}
    for pack in made:
        for name, spent in pack.stage_cpu_s.items():
            stage_cpu_s[name] += spent
        peaks[pack.process] = max(peaks.get(pack.process, 0), pack.peak_bytes)
    return NaiveResult(
        packs=len(made),
        workers=workers,
        seconds=time.perf_counter() - start,
        cpu_s=_cpu_s() - cpu_before,
        stage_cpu_s=stage_cpu_s,
        peak_bytes=sum(peaks.values()),
    )


def _subtree(branch_id: str, rows: pd.DataFrame) -> tuple[str, ...]:
    """Return a branch, those right below it, and those merged into one of them."""
    own = {branch_id} | set(rows.loc[rows["parent_id"] == branch_id, "branch_id"])
    return tuple(sorted(own | set(rows.loc[rows["merged_into"].isin(own), "branch_id"])))


def _addresses(organisation: Path) -> dict[str, tuple[str, ...]]:
    roles = pd.read_csv(organisation / "roles.csv", dtype=str)
    people = pd.read_csv(organisation / "recipients.csv", dtype=str)
    is_held = (roles["from_on"] <= f"{AS_OF:%Y-%m-%d}") & (
        roles["to_on"].isna() | (roles["to_on"] > f"{AS_OF:%Y-%m-%d}")
    )
    held = roles[is_held & roles["role"].isin(LEADERS)].merge(people, on="recipient_id").dropna(subset="email")
    return {str(branch): tuple(rows["email"].drop_duplicates()) for branch, rows in held.groupby("branch_id")}


def _select(branches: Sequence[NaiveBranch], branch_ids: Sequence[str]) -> list[NaiveBranch]:
    known = {branch.branch_id: branch for branch in branches}
    if unknown := [branch_id for branch_id in branch_ids if branch_id not in known]:
        raise ValueError(f"branch {', '.join(unknown)} is unknown or gets no pack; branches.csv lists those there are")
    return [known[branch_id] for branch_id in branch_ids] if branch_ids else list(branches)


def _engine(organisation: Path) -> Engine:
    return create_engine(f"sqlite:///{organisation / 'members.sqlite'}")


_shared: _Shared | None = None  # of this process; a pool has no other way to hand a worker what it needs once


def _set_up(organisation: Path, targets: pd.DataFrame, churn: "pd.Series[float]", out: Path) -> None:
    global _shared
    _shared = _Shared(engine=_engine(organisation), targets=targets, organisation_churn=churn, out=out)


def _make(branch: NaiveBranch) -> _Made:
    assert _shared is not None
    spent = dict.fromkeys(STAGES, 0.0)
    make_pack(
        branch,
        engine=_shared.engine,
        targets=_shared.targets,
        organisation_churn=_shared.organisation_churn,
        out=_shared.out,
        stage=lambda name: _stopwatch(spent, name),
    )
    return _Made(stage_cpu_s=spent, process=os.getpid(), peak_bytes=_peak_bytes())


@contextmanager
def _stopwatch(spent: dict[str, float], stage: str) -> Iterator[None]:
    start = time.process_time()
    yield
    spent[stage] += time.process_time() - start


def _cpu_s() -> float:
    """Return the CPU seconds of this process and of the workers that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_bytes() -> int:
    """Return this process's highest resident memory; on Linux without what it was before exec, as getrusage has it."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))):
        return int(found[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _spread(branches: Sequence[NaiveBranch], count: int) -> list[str]:
    """Take *count* branches, evenly spread over the list."""
    count = min(count, len(branches))
    return [branches[place * len(branches) // count].branch_id for place in range(count)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.naive", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--organisation", type=Path, required=True, help="folder that `distributor demo` wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the packs")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--branches", type=int, metavar="N", help="so many branches, evenly spread over all")
    which.add_argument("--branch", nargs="+", metavar="ID", default=[], help="these branches")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=1)
    asked = parser.parse_args()
    branch_ids = _spread(find_branches(asked.organisation), asked.branches) if asked.branches else asked.branch
    try:
        result = run(asked.organisation, asked.out, branch_ids, asked.workers)
    except ValueError as error:
        parser.error(str(error))
    print(
        f"naive, {result.workers} worker{'s' * (result.workers > 1)}: {result.packs} packs in {result.seconds:.1f} s, "
        f"{result.packs_per_s:.2f} packs/s, peak memory {result.peak_bytes / 2**20:.0f} MiB"
    )
    stages = {**result.stage_cpu_s, "outside": result.cpu_s - sum(result.stage_cpu_s.values())}
    print(
        f"CPU {result.cpu_s_per_pack:.3f} s/pack: "
        + ", ".join(f"{k} {v / result.packs:.3f}" for k, v in stages.items())
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
