"""A report with a watch list, from the sources to its documents: each branch sees its own, and incidents as such."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from small_union import NOW, SmallUnion
from watching_union import STANDS_OUT, make_watching_union

from distributor.jobs.alerts.notify_incidents import evaluate_and_tell
from distributor.jobs.alerts.parts import alert_parts
from distributor.jobs.explain import explain_figure
from distributor.jobs.progress import Silence
from distributor.packs.figures_file import FILE_NAME


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_watching_union(tmp_path / "union")


def packs(union: SmallUnion, run_id: str) -> dict[str, dict[str, bytes]]:
    """Return the files of each branch's pack."""
    app = union.app()
    return {
        branch: {ref.name: app.store.fetch(ref, branch_id=branch).content for ref in pack.artifacts}
        for (branch, _), pack in app.ledger.packs(run_id).items()
    }


def evaluate(union: SmallUnion) -> None:
    app = union.app()
    evaluate_and_tell(app, alert_parts(app), as_of=date(2026, 5, 31), progress=Silence())


def test_each_branch_sees_its_own(union: SmallUnion) -> None:
    """The branch that stands out, its region and the whole have the row; nobody else has."""
    made = packs(union, union.run("watching").run.run_id)
    texts = {branch: files["pack.txt"].decode() for branch, files in made.items()}

    assert {STANDS_OUT, "S", "00"} == {
        branch for branch, text in texts.items() if "Skiller seg ut" in text or "Skiller sig ud" in text
    }
    assert "Fet: Andel på deltid" in texts["00"]
    assert "Fet" not in texts["N"]
    assert "Ingenting krever oppmerksomhet nå." in texts["N1"]


def test_documents_say_the_same(union: SmallUnion) -> None:
    """Web page, text, workbook and the figures kept for a later run have the row; the sheet has real numbers."""
    files = packs(union, union.run("watching").run.run_id)["00"]
    html, kept = files["pack.html"].decode(), json.loads(files[FILE_NAME])
    sheet: Any = openpyxl.load_workbook(io.BytesIO(files["pack.xlsx"])).worksheets[1]
    [cells] = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Fet: Andel på deltid"]
    figures = {one[0]: one[-1] for one in kept["sections"][0]["figures"]}

    assert "Fet: Andel på deltid" in html
    assert "%PDF" in files["pack.pdf"][:8].decode("latin-1")
    assert (cells[1], pytest.approx(cells[3], abs=0.005)) == (
        figures["Fet: Andel på deltid × Antall"],
        figures["Fet: Andel på deltid × Forhold"],
    )
    assert cells[3] > 1.25


def test_what_fires_is_an_incident(union: SmallUnion) -> None:
    """Once the rules are evaluated, the row says since when there is an alert; a rule that tells nobody has none."""
    evaluate(union)
    told = packs(union, union.run("watching").run.run_id)[STANDS_OUT]["pack.txt"].decode()
    union.edit("report_specs/alerts/members.yaml", "  notify: [{audience: region_leaders, channel: email}]\n", "")
    silent = packs(union, union.run("watching", now=NOW.replace(hour=9)).run.run_id)[STANDS_OUT]["pack.txt"].decode()

    assert "Varsel siden mai 2026" in told
    assert "Varsel siden" not in silent
    assert "Skiller seg ut" in silent


def test_watched_window_is_explained(union: SmallUnion) -> None:
    """A weekly list looks at the month that is complete; explain derives the figure over that month as well."""
    union.edit("report_specs/reports/watching.yaml", "previous month", "previous week")
    run = union.run("watching", period="2026-W23", now=NOW.replace(day=9)).run
    found = explain_figure(
        union.app(),
        "watching",
        branch=STANDS_OUT,
        metric="part_time_share",
        period="",
        run_name=run.run_id,
        language="en",
    )
    [watched] = [one for one in found.figures if one.label == "watch list"]

    assert (run.run_id, date(2026, 5, 31)) == (found.run_id, watched.window.last_on)
    assert 1.0 == watched.value


def test_incident_of_later_is_not_shown_of_before(union: SmallUnion) -> None:
    """A report on April does not show what has fired since May."""
    evaluate(union)
    text = packs(union, union.run("watching", period="2026-04").run.run_id)[STANDS_OUT]["pack.txt"].decode()

    assert "Varsel siden" not in text
