"""Packs a second: the monthly pack of the demo union, against the script an analyst would write, in one run.

Run: python -m benchmarks.packs [--branches N] [--naive-branches N] [--full]

Both make 5 tiles, 5 charts and 2 tables as HTML, text, PDF and XLSX in one .eml a branch. More branches than the demo
has are copies of it, with members and leaders of their own. The script runs over fewer branches of the demo, spread
evenly, because it takes a second or more for each; its figures are per pack.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.copies import write_copies
from distributor.demo.organisation import write_organisation

_DEMO_BRANCHES = 252
_STAGES = ("data", "charts", "html", "text", "pdf", "xlsx", "mime")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--branches", type=int, default=0, help="about so many; 0: those of the demo")
    parser.add_argument("--naive-branches", type=int, default=40)
    parser.add_argument("--full", action="store_true", help="the product with its fast ways off, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        organisation = Path(folder) / "organisation"
        write_organisation(organisation)
        large = organisation
        if copies := round(asked.branches / _DEMO_BRANCHES):
            large = Path(folder) / "large"
            write_copies(organisation, large, copies)
        figures: dict[tuple[str, int], dict[str, Any]] = {}
        for workers in (1, 2):
            # In turns, so that a machine that grows slower slows both.
            for side in ("product", *(["full"] if asked.full else []), "naive"):
                source, branches = (organisation, asked.naive_branches) if side == "naive" else (large, 0)
                figures[side, workers] = _run(side, source, Path(folder) / side, workers, branches)
                _print_side(side, workers, figures[side, workers])
    print()
    _print_stages(figures)
    _print_ways(figures["product", 2])
    print()
    rate = {key: made["packs"] / made["seconds"] for key, made in figures.items()}
    as_written, in_two = (rate["product", 2] / rate["naive", workers] for workers in (1, 2))
    print(f"ratio {as_written:.1f}   packs a second, 2 cores against the script as written, in one process")
    print(f"ratio {in_two:.1f}   packs a second, 2 cores against the script in two processes")
    print(f"ratio {rate['product', 1] / rate['naive', 1]:.1f}   packs a second, one process each")
    cpu = [figures[side, 1]["cpu_s"] / figures[side, 1]["packs"] for side in ("naive", "product")]
    print(f"ratio {cpu[0] / cpu[1]:.1f}   CPU seconds a pack, one process each")


def _run(side: str, organisation: Path, out: Path, workers: int, branches: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.sides", side, "--organisation", str(organisation), "--out", str(out)]
    options = ["--workers", str(workers), "--branches", str(branches)]
    done = subprocess.run([*command, *options], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print_side(side: str, workers: int, made: dict[str, Any]) -> None:
    packs, seconds = made["packs"], made["seconds"]
    parts = [
        f"{packs} packs in {seconds:.1f} s = {packs / seconds:.2f} a second",
        f"{made['cpu_s'] / packs:.3f} CPU s a pack",
        f"peak memory {made['peak_bytes'] / 2**20:.0f} MiB",
    ]
    if side != "naive":
        parts.append(f"{made['unique_bytes'] / 2**20:.0f} MiB unique a worker")
        parts += [f"data for all branches {made['data_s']:.2f} s", f"{made['bytes_per_pack'] / 1000:.0f} kB a pack"]
    print(f"{side:8} {workers} worker{'s' if workers > 1 else ' '}  {', '.join(parts)}", flush=True)


def _print_stages(figures: dict[tuple[str, int], dict[str, Any]]) -> None:
    print(f"{'CPU ms a pack by stage':24}{''.join(f'{stage:>9}' for stage in _STAGES)}{'other':>9}")
    for side in dict.fromkeys(side for side, _ in figures):
        made = figures[side, 1]
        stages = made["stages"]
        each = [1000 * stages.get(stage, 0.0) / made["packs"] for stage in _STAGES]
        other = 1000 * (made["cpu_s"] - sum(stages.values())) / made["packs"]
        print(f"{side + ', 1 worker':24}{''.join(f'{one:9.1f}' for one in each)}{other:9.1f}")


def _print_ways(made: dict[str, Any]) -> None:
    """Say how many packs fell back to the full way, and why."""
    for way, count in sorted(made["ways"].items(), key=lambda pair: -pair[1]):
        print(f"{way:60} {count:6} packs {100 * count / made['packs']:6.1f} %")


if __name__ == "__main__":
    main()
