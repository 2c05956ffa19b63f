"""The figures that an approval is judged by, from the sources to the run's folder and back."""

from pathlib import Path
from typing import Any

import pytest

from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, load_edition, prepare_edition
from distributor.jobs.progress import Silence
from distributor.jobs.run_folders import MEASURES, MOVEMENT
from distributor.packs.movement import moved_sections
from renderers.language import formatter


def prepared(union: Any, folder: Path) -> Any:
    app = union.app()
    order = Order(
        report=app.catalogue.reports["letter"],
        period=read_period(app, "letter", "2026-05"),
        run_id="run-1",
        folder=folder,
        tree=app.directory.load().tree,
    )
    return prepare_edition(app, order, now=app.clock.now(), progress=Silence()).edition


def test_movement_is_kept_with_the_figures_of_the_run(union: Any, tmp_path: Path) -> None:
    """A resumed run, and every worker, judges by the same figures."""
    union.edit(
        "report_specs/reports/letter.yaml",
        "report: letter",
        "report: letter\napproval: {when: any section moved more than 0 %}",
    )
    edition = prepared(union, tmp_path)
    again = load_edition(edition.head, tmp_path / MEASURES)
    words = formatter("nb")

    assert moved_sections(edition, 0.0, words=words)
    assert moved_sections(edition, 0.0, words=words) == moved_sections(again, 0.0, words=words)


@pytest.mark.parametrize("approval", ["", "\napproval: {when: always}"])
def test_nothing_is_measured_for_other_reports(union: Any, tmp_path: Path, approval: str) -> None:
    """A report that is not judged by its movements has none in its folder."""
    union.edit("report_specs/reports/letter.yaml", "report: letter", f"report: letter{approval}")

    assert prepared(union, tmp_path).movement is None
    assert not (tmp_path / MEASURES / MOVEMENT).exists()
