"""The main job on the F-7 notices: packs for the 300 locals with most workplaces, with small counts withheld."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from agreement import assert_documents_agree
from delivered import Sheet, metric_formats, read_mail, read_workbook_of
from real_sets import RealSet

from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, RunSummary, start_run
from distributor.ledger.records import DeliveryStatus
from distributor.metrics.windows import parse_period

pytestmark = pytest.mark.real

PACKS = 300
PERIOD = "2003-09-01..2004-03-31"
MIN_CELL = 5
SAMPLE = slice(0, None, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A finished run, the message and the language of each branch, and all workbooks."""

    summary: RunSummary = field(repr=False)
    messages: dict[str, tuple[str, Path]] = field(repr=False)
    workbooks: dict[str, tuple[Sheet, ...]] = field(repr=False)


@pytest.fixture(scope="module")
def largest(f7: RealSet) -> dict[str, tuple[str, ...]]:
    """Return the rows of the expected table of the locals with most workplaces, by the local's id."""
    rows = sorted(f7.expected("2_by_local"), key=lambda row: (-int(row[1]), row[0]))
    return {row[0]: row[1:] for row in rows[:PACKS]}


@pytest.fixture(scope="module")
def delivered(f7: RealSet, largest: dict[str, tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    outbox = tmp_path_factory.mktemp("f7_outbox")
    request = RunRequest(report="local_pack", period=PERIOD, branches=tuple(largest), outbox=outbox)
    summary = start_run(f7.app, request, progress=Silence())
    messages = {one.branch_id: (one.language, outbox / "new" / one.reason) for one in summary.deliveries}
    workbooks = {branch_id: read_workbook_of(path) for branch_id, (_, path) in messages.items()}
    return Delivered(summary=summary, messages=messages, workbooks=workbooks)


def test_every_local_gets_its_pack(delivered: Delivered, largest: dict[str, tuple[str, ...]]) -> None:
    """Three hundred packs are made and sent, each to its own local's leader."""
    assert delivered.summary.is_whole
    assert {DeliveryStatus.sent: PACKS} == dict(delivered.summary.counts)
    assert set(largest) == set(delivered.messages)


def test_documents_of_a_pack_agree(f7: RealSet, delivered: Delivered) -> None:
    """HTML, text, PDF and workbook of every twentieth pack show the same figures, withheld ones too."""
    period = parse_period(PERIOD, phrase="rolling 7 months")

    for language, path in list(delivered.messages.values())[SAMPLE]:
        assert_documents_agree(read_mail(path), metric_formats(f7.app, period, language), language)


def test_tiles_are_the_expected_counts(delivered: Delivered, largest: dict[str, tuple[str, ...]]) -> None:
    """Workplaces, members and coverage on the tiles are those of the expected table, or withheld; most are shown."""
    expected = {branch_id: (int(row[0]), int(row[1]), int(row[3]) / int(row[0])) for branch_id, row in largest.items()}
    tiles = {branch_id: tuple(row[1] for row in book[0].rows[:3]) for branch_id, book in delivered.workbooks.items()}
    pairs = [pair for branch_id in expected for pair in zip(expected[branch_id], tiles[branch_id], strict=True)]
    shown = [(wanted, found) for wanted, found in pairs if not isinstance(found, str)]

    assert [wanted for wanted, _ in shown] == pytest.approx([found for _, found in shown], abs=5e-13)
    assert len(shown) > 0.9 * len(pairs)


def test_small_counts_are_withheld(delivered: Delivered) -> None:
    """No workbook holds a count of workplaces from 1 to 4, not even in a hidden column; many say one is withheld."""
    cells = [
        cell
        for tiles, chart, table in delivered.workbooks.values()
        for cell in (
            tiles.rows[0][1],
            *(row[1] for row in chart.rows),
            *chart.hidden,
            *(row[place] for row in table.rows for place in (1, 3)),
        )
    ]

    assert [] == [cell for cell in cells if isinstance(cell, int | float) and 0 < cell < MIN_CELL]
    assert cells.count("<5") > PACKS
