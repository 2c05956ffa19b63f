"""The main job on OULAD: a pack for each of 13 regions and the whole, delivered into a folder, and right."""

from dataclasses import dataclass, field, replace

import pytest
from agreement import assert_documents_agree
from delivered import Mail, metric_formats, read_mail
from real_sets import RealSet, percent

from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, RunSummary, start_run
from distributor.ledger.records import DeliveryStatus
from distributor.metrics.windows import parse_period

pytestmark = pytest.mark.real

DAY = "2014-11-01"
INTAKES = {"2013B": "February 2013", "2013J": "October 2013", "2014B": "February 2014", "2014J": "October 2014"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A finished run and its messages: language and documents of each branch."""

    summary: RunSummary = field(repr=False)
    mails: dict[str, tuple[str, Mail]] = field(repr=False)


@pytest.fixture(scope="module")
def delivered(oulad: RealSet, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    outbox = tmp_path_factory.mktemp("oulad_outbox")
    summary = start_run(oulad.app, RunRequest(report="region_pack", period=DAY, outbox=outbox), progress=Silence())
    mails = {one.branch_id: (one.language, read_mail(outbox / "new" / one.reason)) for one in summary.deliveries}
    return Delivered(summary=summary, mails=mails)


def test_every_region_gets_its_pack(oulad: RealSet, delivered: Delivered) -> None:
    """Thirteen regions and the whole organisation, in three languages; every delivery is sent."""
    assert delivered.summary.is_whole
    assert {DeliveryStatus.sent: 14} == dict(delivered.summary.counts)
    assert {branch.branch_id for branch in oulad.tree.branches} == set(delivered.mails)
    assert {"en", "nb", "da"} == {language for language, _ in delivered.mails.values()}


def test_documents_of_a_pack_agree(oulad: RealSet, delivered: Delivered) -> None:
    """HTML, text, PDF and workbook of every region show the same figures."""
    period = parse_period(DAY, phrase="previous day")

    for language, mail in delivered.mails.values():
        assert_documents_agree(mail, metric_formats(oulad.app, period, language), language)


@pytest.mark.parametrize("document", ["html", "text", "pdf"])
@pytest.mark.parametrize(("figure", "wrong"), [("893", "894"), ("17,88 %", "17,89 %"), ("Totalt", "Sum")])
def test_a_wrong_figure_is_found(oulad: RealSet, delivered: Delivered, document: str, figure: str, wrong: str) -> None:
    """One other figure or word in one document of Scotland's pack, and the documents do not agree."""
    language, mail = delivered.mails["Scotland"]
    own = getattr(mail, document).replace("\N{NO-BREAK SPACE}", " ")
    formats = metric_formats(oulad.app, parse_period(DAY, phrase="previous day"), language)

    assert figure in own
    with pytest.raises(AssertionError):
        assert_documents_agree(replace(mail, **{document: own.replace(figure, wrong)}), formats, language)


def test_tiles_are_the_expected_counts(oulad: RealSet, delivered: Delivered) -> None:
    """The tiles show active memberships and persons, and those of the year before, as the expected table has them."""
    expected = {row[1]: row[2:6] for row in oulad.expected("2_active_at_date_vs_last_year") if row[0] == DAY}

    assert expected == {
        branch_id: tuple(str(tiles.rows[row][column]) for column in (1, 2) for row in (0, 1))
        for branch_id, tiles in ((branch_id, mail.sheets[0]) for branch_id, (_, mail) in delivered.mails.items())
    }


def test_table_is_the_expected_counts(oulad: RealSet, delivered: Delivered) -> None:
    """The table of intakes shows memberships and withdrawals as the expected table has them."""
    expected = {(row[1], row[0]): (row[2], row[5]) for row in oulad.expected("1_memberships_by_presentation_region")}

    assert expected == {
        (branch_id, intake): tuple(map(str, row[1:3]))
        for branch_id, (_, mail) in delivered.mails.items()
        for intake, row in zip(INTAKES, mail.sheets[2].rows, strict=False)
    }


def test_chart_is_the_expected_churn(oulad: RealSet, delivered: Delivered) -> None:
    """The chart of churn shows the region's share and the whole organisation's as the expected table has them."""
    rows = [row for row in oulad.expected("5_churn_by_dimension") if row[1] == "region"]

    assert {(row[2], row[0]): (row[5], row[8]) for row in rows} == {
        (branch_id, intake): tuple(percent(share, 1) for share in row[1:])
        for branch_id, (_, mail) in delivered.mails.items()
        for intake, row in zip(INTAKES, mail.sheets[1].rows, strict=True)
        if branch_id != "ALL"
    }
