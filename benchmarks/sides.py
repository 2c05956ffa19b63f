"""One side of the packs' benchmark in a process of its own; prints its figures as one JSON object.

Run: python -m benchmarks.sides product|full|naive --organisation DIR --out DIR --workers N [--branches N]
"""

import argparse
import json
import resource
import shutil
import time
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.memory import WORKERS, watched_memory

REPORT, PERIOD = "monthly_branch_pack", "2026-05"
_CONFIG = """
[catalogue]
path = "{catalogue}"
[directory]
kind = "csv"
path = "{organisation}"
[sources.members]
kind = "sqlite"
path = "{organisation}/members.sqlite"
[sources.targets_excel]
kind = "folder"
path = "{organisation}"
text_columns = ["branch_id"]
[store]
path = "{out}/store"
[outbox]
path = "{out}/outbox"
[mail]
from_address = "Union <analysis@union.example>"
[engine]
workers = {workers}
[render]
fast = {fast}
"""


def product(organisation: Path, out: Path, *, workers: int, branches: int, fast: bool = True) -> dict[str, object]:
    """Run the report as `distributor run` does, and say what it took."""
    from distributor.bootstrap import make_application
    from distributor.jobs.progress import Silence
    from distributor.jobs.run_report import RunRequest, start_run

    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    config = out / "config.toml"
    config.write_text(config_text(organisation, out, workers=workers, fast=fast), "utf-8")
    names = tuple(branch_ids(organisation, branches)) if branches else ()
    start = time.perf_counter()
    with watched_memory() as unique_bytes:
        summary = start_run(
            make_application(config), RunRequest(report=REPORT, period=PERIOD, branches=names), progress=Silence()
        )
    seconds = time.perf_counter() - start
    if not summary.is_whole:
        raise SystemExit(f"the run is not whole: {summary.counts}, {[pack.error for pack in summary.failed_packs][:3]}")
    stages: dict[str, float] = defaultdict(float)
    for pack in summary.packs.values():
        for stage, cpu in pack.seconds:
            stages[stage] += cpu
    ways = Counter(f"{document}: {way}" for pack in summary.packs.values() for document, way in pack.ways)
    size = sum(ref.size_bytes for pack in summary.packs.values() for ref in pack.artifacts)
    return {
        "packs": len(summary.packs),
        "seconds": seconds,
        "data_s": sum(summary.seconds[stage] for stage in ("snapshot", "gates", "measure")),
        "bytes_per_pack": size / len(summary.packs),
        "stages": dict(stages),
        "ways": dict(ways),
        "unique_bytes": unique_bytes.get(WORKERS, unique_bytes.get(0, 0)),
        **_resources(),
    }


def product_full(organisation: Path, out: Path, *, workers: int, branches: int) -> dict[str, object]:
    """Run the report with the fast ways switched off."""
    return product(organisation, out, workers=workers, branches=branches, fast=False)


def naive(organisation: Path, out: Path, *, workers: int, branches: int) -> dict[str, object]:
    """Run the analyst's script over some branches."""
    from benchmarks.naive import run

    shutil.rmtree(out, ignore_errors=True)
    result = run(organisation, out, branch_ids(organisation, branches) if branches else (), workers)
    return {
        "packs": result.packs,
        "seconds": result.seconds,
        "stages": dict(result.stage_cpu_s),
        "cpu_s": result.cpu_s,
        "peak_bytes": result.peak_bytes,
    }


def config_text(organisation: Path, out: Path, *, workers: int = 1, fast: bool = True) -> str:
    """Return a config.toml for the union's catalogue over the data in *organisation*, writing to *out*."""
    catalogue = Path(__file__).parent.parent / "report_specs" / "union"
    places = {"catalogue": catalogue, "organisation": organisation, "out": out}
    return _CONFIG.format(**places, workers=workers, fast=str(fast).lower())


def branch_ids(organisation: Path, number: int) -> list[str]:
    """Return *number* branches, spread evenly over all that get a pack."""
    from benchmarks.naive import find_branches

    found = [branch.branch_id for branch in find_branches(organisation)]
    return [found[place * len(found) // number] for place in range(min(number, len(found)))]


def _resources() -> dict[str, float]:
    """Return CPU seconds of this process and its children, and the highest memory of each added up (two workers)."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return {"cpu_s": cpu, "peak_bytes": 1024 * max(own.ru_maxrss, children.ru_maxrss)}


SIDES = {"product": product, "full": product_full, "naive": naive}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("--organisation", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--branches", type=int, default=0, help="0: all")
    asked = parser.parse_args()
    made = SIDES[asked.side](
        asked.organisation.resolve(), asked.out.resolve(), workers=asked.workers, branches=asked.branches
    )
    print(json.dumps(made))


if __name__ == "__main__":
    main()
