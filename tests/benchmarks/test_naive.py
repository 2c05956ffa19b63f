"""The analyst's script that the product is measured against."""

import sqlite3
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine

from benchmarks.naive import STAGES, NaiveResult, find_branches, run
from benchmarks.naive_figures import compute_figures, read_organisation_churn, read_targets
from distributor.demo.database import TABLES

BRANCHES = """\
branch_id,parent_id,name,level,opened_on,closed_on,merged_into,language,timezone
0000,,Forbundet,national,1990-01-01,,,nb,Europe/Oslo
0100,0000,Vest,region,1990-01-01,,,nb,Europe/Oslo
0101,0100,Ås,local,1990-01-01,,,nb,Europe/Oslo
0102,0100,Bø,local,1990-01-01,2025-07-01,0101,nb,Europe/Oslo
0103,0100,Ny,local,2026-06-01,,,nb,Europe/Oslo
"""
MEMBERSHIPS = (
    # number, branch, workplace, joined, left, leave reason, join reason
    *((n, "0101", 1, "2024-01-01", None, None, "new") for n in range(1, 7)),
    (7, "0101", 2, "2026-05-01", None, None, "new"),
    (8, "0101", 2, "2026-05-31", None, None, "transfer"),
    (9, "0101", 1, "2025-03-01", "2026-05-31", "resigned", "new"),
    (10, "0101", None, "2025-03-01", "2026-05-10", "retired", "new"),
    (11, "0102", None, "2025-05-20", None, None, "new"),
)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two branches, of which one is merged into the other, with eleven memberships."""
    folder = tmp_path_factory.mktemp("organisation")
    (folder / "branches.csv").write_text(BRANCHES, encoding="utf-8")
    (folder / "recipients.csv").write_text("recipient_id,email\nP1,leder@forbundet.example\n", encoding="utf-8")
    roles = "recipient_id,role,branch_id,from_on,to_on\nP1,branch_leader,0101,2020-01-01,\n"
    (folder / "roles.csv").write_text(roles, encoding="utf-8")
    target = {"branch_id": "0101", "month": pd.Timestamp("2026-05-01"), "joiners_target": 2, "members_target": 10}
    pd.DataFrame([target]).to_excel(folder / "targets.xlsx", sheet_name="targets", index=False)
    with closing(sqlite3.connect(folder / "members.sqlite")) as connection, connection:
        connection.executescript(TABLES)
        for number, name in ((1, "Skolen"), (2, "Havna")):
            place = (number, "0101", name, "trade", "2000-01-01", None)
            connection.execute("insert into workplaces values (?, ?, ?, ?, ?, ?)", place)
        term = (1, 2, "0101", 7, "2026-05-01", None)
        connection.execute("insert into rep_terms values (?, ?, ?, ?, ?, ?)", term)
        for number, branch, workplace, joined, left, leave_reason, join_reason in MEMBERSHIPS:
            row = (number, number, branch, workplace, joined, left, leave_reason, join_reason)
            connection.execute(
                "insert into memberships values (?, ?, ?, ?, ?, ?, ?, ?, '30_39', 'full_time', '2026-06-03')", row
            )
    return folder


@pytest.fixture(scope="module")
def made(organisation: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[NaiveResult, EmailMessage]:
    """A run over one branch, and the e-mail it wrote."""
    out = tmp_path_factory.mktemp("out")
    result = run(organisation, out, ["0101"], 1)
    message = message_from_bytes((out / "0101.eml").read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return result, message


def test_pack_has_every_part(made: tuple[NaiveResult, EmailMessage]) -> None:
    """The e-mail holds text, HTML, five images that the HTML shows, a PDF and a workbook with three sheets."""
    _, message = made
    html = message.get_body(("html",))
    plain = message.get_body(("plain",))
    assert html is not None
    assert plain is not None
    images = [part for part in message.walk() if part.get_content_type() == "image/png"]
    pdf, xlsx = message.iter_attachments()

    assert "leder@forbundet.example" == message["To"]
    assert 5 == len(images)
    assert all(f'src="cid:{part["Content-ID"][1:-1]}"' in html.get_content() for part in images)
    assert pdf.get_content().startswith(b"%PDF-")
    assert ["Nøkkeltall", "Arbeidsplasser", "Uten tillitsvalgt"] == load_workbook(
        BytesIO(xlsx.get_content())
    ).sheetnames
    assert "Medlemmer: 9 (I fjor: 9 (±0); Mål: 10 (−1))" in plain.get_content()


def test_run_says_what_it_took(made: tuple[NaiveResult, EmailMessage]) -> None:
    """CPU time is told by stage, and the stages together take no more than the whole run."""
    result, _ = made

    assert 1 == result.packs
    assert set(STAGES) == set(result.stage_cpu_s)
    assert all(spent > 0 for spent in result.stage_cpu_s.values())
    assert sum(result.stage_cpu_s.values()) <= result.cpu_s
    assert result.peak_bytes > 50 * 2**20


def test_figures_follow_the_catalogue(organisation: Path) -> None:
    """Tiles count as metrics.yaml says: a leaver of the last day, no transfers, and the merged branch's members."""
    engine = create_engine(f"sqlite:///{organisation / 'members.sqlite'}")
    branch = next(branch for branch in find_branches(organisation) if branch.branch_id == "0101")
    figures = compute_figures(list(branch.ids), engine, read_targets(organisation), read_organisation_churn(engine))
    engine.dispose()
    tiles = {tile.name: (tile.value, tile.last_year, tile.target) for tile in figures.tiles}
    days = 7 * 365 + 31 + 1 + 364 + 343  # of the seven who stayed, numbers 7 and 8, and the two who left

    assert (9, 9, 10) == tiles["members"]
    assert (1, 1, 2) == tiles["joiners"]
    assert (1, 0, None) == tiles["leavers"]
    assert pytest.approx(1 / (days / 30.4375) * 12) == tiles["churn"][0]
    assert (0.5, 0, 0.75) == tiles["rep_coverage"]
    assert ["Skolen"] == figures.without_rep["workplace"].tolist()


def test_branches_with_a_pack(organisation: Path) -> None:
    """Merged branches and branches that open later get no pack; a region's rows are those of all below it."""
    found = {branch.branch_id: branch.ids for branch in find_branches(organisation)}

    assert {"0100": ("0100", "0101", "0102", "0103"), "0101": ("0101", "0102")} == found


def test_run_when_branch_is_unknown(organisation: Path, tmp_path: Path) -> None:
    """A branch that gets no pack is refused by its id."""
    with pytest.raises(ValueError, match="branch 0102 is unknown or gets no pack"):
        run(organisation, tmp_path, ["0102"], 1)
