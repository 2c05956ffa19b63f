"""A process with one thread that computes watch lists in a copy of itself, and prints them: see test_preview.py."""

import json
import sys
from pathlib import Path
from typing import cast

from small_union import SmallUnion

from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, find_report
from distributor.jobs.preview.beside import ForkedDesk
from distributor.jobs.preview.figures import FigureStore
from distributor.jobs.progress import Silence


def order(app: Application, folder: Path, report: str) -> Order:
    return Order(
        report=find_report(app, report),
        period=read_period(app, report, ""),
        run_id="run",
        folder=folder,
        tree=app.directory.load().tree,
    )


def main(union: str, folder: str) -> None:
    app = SmallUnion(folder=Path(union)).app()
    asked = order(app, Path(folder), "watching")
    with ForkedDesk() as watching:
        store = FigureStore(Path(folder), watching)
        edition = store.edition(app, asked, now=app.clock.now(), progress=Silence())
        rows = [frame.table.to_pylist() for frame in edition.rows.values()]
        # What the copy gave back was not computed here.
        here = "distributor.jobs.watch_frames" in sys.modules
    sys.stdout.write(json.dumps({"here": here, "rows": rows}, default=str))


if __name__ == "__main__":
    main(*cast("tuple[str, str]", tuple(sys.argv[1:])))
