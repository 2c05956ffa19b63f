"""Previews show what a run would send, however the catalogue came to be as it is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import forked_watch
import pytest
from forked_watch import order
from small_union import SmallUnion
from watching_union import make_watching_union

from distributor.errors import DistributorError
from distributor.jobs.application import Application
from distributor.jobs.edition import prepare_edition
from distributor.jobs.one_pack import assembled
from distributor.jobs.preview.beside import ForkedDesk
from distributor.jobs.preview.figures import FigureStore
from distributor.jobs.progress import Silence
from distributor.ledger.alert_records import RuleStateRecord
from distributor.ledger.errors import LedgerError
from distributor.ledger.port import Ledger
from distributor.packs.assemble import Edition
from renderers.pack import Pack

LETTER = "report_specs/reports/letter.yaml"
METRICS = "report_specs/metrics.yaml"
DATASETS = "report_specs/datasets.yaml"


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    """A union whose letter has a section of every kind."""
    made = make_watching_union(tmp_path / "union")
    made.edit(LETTER, "  - rows:", "  - watch_list: {limit: 3}\n  - rows:")
    return made


@pytest.fixture
def store(tmp_path: Path) -> FigureStore:
    return FigureStore(tmp_path / "figures")


def edition(store: FigureStore, app: Application, report: str = "letter") -> Edition:
    return store.edition(app, order(app, store.folder, report), now=app.clock.now(), progress=Silence())


def packs(edition: Edition) -> list[Pack]:
    """Return the packs of all branches."""
    return [assembled(edition, branch, "nb") for branch in edition.head.tree.branches]


def sent(app: Application, folder: Path) -> list[Pack]:
    """Return the packs as a run makes them."""
    return packs(prepare_edition(app, order(app, folder, "letter"), now=app.clock.now(), progress=Silence()).edition)


def test_preview_shows_what_a_run_sends(union: SmallUnion, store: FigureStore, tmp_path: Path) -> None:
    """The packs of all branches are those of a run, with every mark of suppression."""
    app = union.app()

    assert sent(app, tmp_path / "run") == packs(edition(store, app))


Edit = Callable[[SmallUnion], None]
EDITS: dict[str, Edit] = {
    "title": lambda union: union.edit(LETTER, "Tall for {branch}", "Nye tall for {branch}"),
    "label of a metric": lambda union: union.edit(METRICS, "nb: Innmeldte", "nb: Nye"),
    "format of a metric": lambda union: union.edit(METRICS, "percent, decimals: 1", "percent, decimals: 2"),
    "label of a dataset": lambda union: union.edit(DATASETS, "nb: Medlemskap", "nb: Registeret"),
    "names of values": lambda union: union.edit(DATASETS, "nb: Heltid", "nb: Full stilling"),
    "limit of rows": lambda union: union.edit(LETTER, "limit: 10", "limit: 1"),
    "limit of a watch list": lambda union: union.edit(LETTER, "limit: 3", "limit: 1"),
    "section before others": lambda union: union.edit(LETTER, "  - text:", "  - tiles: [part_timers]\n  - text:"),
    "section less": lambda union: union.edit(LETTER, "  - watch_list: {limit: 3}\n", ""),
    "order of rows": lambda union: union.edit(LETTER, "sort: -members", "sort: members"),
    "rows of a list": lambda union: union.edit(LETTER, "sort: -members,", 'sort: -members, where: "members > 10",'),
    "condition of a metric": lambda union: union.edit(METRICS, "employment = 'part_time'", "employment = 'full_time'"),
    "smallest count": lambda union: union.edit("report_specs/catalogue.yaml", "min_cell: 5", "min_cell: 12"),
    "smallest count of a metric": lambda union: union.edit(METRICS, "min_cell: 0", "min_cell: 4"),
    "window": lambda union: union.edit(LETTER, "years: 2", "years: 1"),
    "breakdown": lambda union: union.edit(LETTER, "by: employment, total: true", "by: employment"),
    "target": lambda union: union.edit(METRICS, "target: joiners_target", "target: 3"),
    "rule of a watch list": lambda union: union.edit(
        "report_specs/alerts/members.yaml", 'ratio: ">= 1.5"', 'ratio: ">= 1.4"'
    ),
    "query": lambda union: union.edit(DATASETS, "from members", "from members where member_id % 2 = 0"),
    "period": lambda union: union.edit(LETTER, "period: previous month", "period: rolling 12 months"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_kept_figures_are_those_computed_anew_after_an_edit(
    edit: Edit, union: SmallUnion, store: FigureStore, tmp_path: Path
) -> None:
    """After any edit the packs are those of a preview that was started afterwards."""
    edition(store, union.app())
    edit(union)
    app = union.app()

    assert packs(edition(FigureStore(tmp_path / "anew"), app)) == packs(edition(store, app))


LOOKS = ("title", "label of a metric", "format of a metric", "label of a dataset", "names of values", "limit of rows")


@pytest.mark.parametrize("edit", [EDITS[name] for name in LOOKS], ids=LOOKS)
def test_no_figure_is_computed_for_an_edit_of_looks(edit: Edit, union: SmallUnion, store: FigureStore) -> None:
    """What only says how figures are shown leaves all of them as they are."""
    before = edition(store, union.app())
    edit(union)
    after = edition(store, union.app())

    assert before.measures.frames is after.measures.frames
    assert list(before.rows.values()) == list(after.rows.values())


def test_sources_are_read_once_and_again_when_dropped(union: SmallUnion, store: FigureStore) -> None:
    """Figures are computed of what was read first, also other figures; a drop reads the sources as they are."""
    app = union.app()
    first = packs(edition(store, app))
    union.sql("delete from members where branch_id = 'N1' and joined_on < '2026-05-01'")

    kept = packs(edition(store, app))
    store.drop()
    assert first == kept
    assert first != packs(edition(store, app))


def test_figures_come_back_after_an_edit_that_fails(union: SmallUnion, store: FigureStore) -> None:
    """A query that does not work is an error; once it is mended there are packs again."""
    before = packs(edition(store, union.app()))
    union.edit(DATASETS, "from members", "from nowhere")
    with pytest.raises(DistributorError, match="nowhere"):
        edition(store, union.app())
    union.edit(DATASETS, "from nowhere", "from members")

    assert before == packs(edition(store, union.app()))


def test_watch_lists_are_the_same_in_a_copy_of_the_process(union: SmallUnion, tmp_path: Path) -> None:
    """A process that has one thread lets a copy of itself compute them, with the rows that a run has."""
    app = union.app()
    command = [sys.executable, forked_watch.__file__, str(union.folder), str(tmp_path / "figures")]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    prepared = prepare_edition(
        app, order(app, tmp_path / "run", "watching"), now=app.clock.now(), progress=Silence()
    ).edition

    (frame,) = prepared.rows.values()
    expected = {"here": not Path("/proc/self/task").is_dir(), "rows": [frame.table.to_pylist()]}
    assert json.loads(json.dumps(expected, default=str)) == json.loads(done.stdout)
    assert "" == done.stderr


class _BrokenLedger:
    def rule_states(self) -> dict[str, RuleStateRecord]:
        raise LedgerError("the ledger is gone.")


def test_watch_list_that_fails_is_told(union: SmallUnion, tmp_path: Path) -> None:
    """What goes wrong beside the other figures is raised by who asks for them."""
    app = replace(union.app(), ledger=cast("Ledger", _BrokenLedger()))

    with ForkedDesk() as watching, pytest.raises(LedgerError, match="the ledger is gone"):
        edition(FigureStore(tmp_path / "figures", watching), app, "watching")
