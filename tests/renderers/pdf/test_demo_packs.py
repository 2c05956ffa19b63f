"""Packs of the demo union: real lengths of names, real tables, all levels, in every language."""

from pathlib import Path

import pytest

from distributor.bootstrap import make_application
from distributor.demo.organisation import write_organisation
from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, find_report, prepare_edition
from distributor.jobs.progress import Silence
from distributor.packs.assemble import Edition, assemble_pack
from distributor.packs.plan import burst_branches

_ROOT = Path(__file__).parents[3]
_REPORTS = (
    ("monthly_branch_pack", "2026-05", 60),
    ("region_rollup", "2026-05", 17),
    ("quarterly_rep_report", "2026-Q1", 120),
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration of a demo union."""
    folder = tmp_path_factory.mktemp("demo")
    text = (_ROOT / "config.toml").read_text("utf-8")
    path = folder / "config.toml"
    path.write_text(text.replace('"report_specs/union"', f'"{(_ROOT / "report_specs/union").as_posix()}"'), "utf-8")
    write_organisation(folder / "demo" / "organisation")
    return path


def _edition(config: Path, report_name: str, period: str) -> Edition:
    app = make_application(config)
    order = Order(
        report=find_report(app, report_name),
        period=read_period(app, report_name, period),
        run_id=f"{report_name}-{period}",
        folder=config.parent / report_name,
        tree=app.directory.load().tree,
    )
    order.folder.mkdir()
    return prepare_edition(app, order, now=app.clock.now(), progress=Silence()).edition


@pytest.mark.parametrize(("report_name", "period", "step"), _REPORTS)
def test_demo_packs_are_equal(bench, config, report_name, period, step):
    """Packs of branches across the tree, in Norwegian, Danish and English, are frozen and equal."""
    edition = _edition(config, report_name, period)
    head = edition.head
    branches = burst_branches(head.report, head.tree, head.scope.period.window)[::step]
    found = {
        (branch.branch_id, language): bench.differences(assemble_pack(edition, branch, language))
        for branch in branches
        for language in ("nb", "da", "en")
    }

    assert {} == {which: differences for which, differences in found.items() if differences}
