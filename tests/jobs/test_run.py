"""A report run end to end over a small union: what is made, what is sent, and what is told when something is wrong."""

import resource
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from small_union import NOW, SmallUnion, joined

from distributor.errors import RunError, UsageError
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, RunSummary, start_run
from distributor.ledger.errors import LedgerError
from distributor.ledger.records import DeliveryStatus, RunStatus
from distributor.packs.plan import find_branch
from distributor.snapshot.errors import GateError

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(path: Path) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    return message


def letter_of(union: SmallUnion, recipient: str) -> EmailMessage:
    [path] = [path for path in union.letters() if recipient in path.name]
    return read(path)


def parts_of(message: EmailMessage) -> dict[str, list[EmailMessage]]:
    found: dict[str, list[EmailMessage]] = {}
    for part in message.walk():
        found.setdefault(part.get_content_type(), []).append(part)  # type: ignore[arg-type]
    return found


def test_every_branch_with_a_reader_has_its_letter(finished: tuple[SmallUnion, RunSummary]) -> None:
    """Six people with an address get one letter each, complete; packs are made for all eight branches of the burst."""
    union, summary = finished

    assert (RunStatus.closed, 8, ()) == (summary.run.status, len(summary.packs), summary.failed_packs)
    assert {DeliveryStatus.sent: 6, DeliveryStatus.suppressed: 1} == summary.counts
    assert 6 == len(union.letters())
    for path in union.letters():
        message = read(path)
        parts = parts_of(message)
        assert message["Subject"].split()[0] in ("Tall", "Tal", "Figures")
        assert (1, 1, 1, 1) == tuple(len(parts[kind]) for kind in ("text/plain", "text/html", PDF, XLSX))
        [html] = parts["text/html"]
        assert all(f"cid:{image['Content-ID'][1:-1]}" in html.get_content() for image in parts["image/png"])


def test_summary_and_ledger_agree(finished: tuple[SmallUnion, RunSummary]) -> None:
    """What the summary says is what a ledger opened anew holds, and planned is sent plus suppressed."""
    union, summary = finished
    ledger = union.app().ledger

    [run] = ledger.runs()
    assert summary.run == run
    assert summary.deliveries == ledger.deliveries(run.run_id)
    assert len(summary.deliveries) == summary.counts[DeliveryStatus.sent] + summary.counts[DeliveryStatus.suppressed]


@pytest.mark.parametrize(
    ("recipient", "numbers", "heading"),
    [
        # members; joiners of May; members a year before (they joined every eleventh day from New Year 2025)
        ("arne-ask", (21, 1, 14), "Medlemmer"),
        ("dorte-dal", (39, 4, 14), "Medlemmer"),
        ("ursula-upper", (33, 3, 14), "Members"),
        ("nina-nord", (21 + 27 + 33, 6, 3 * 14), "Medlemmer"),
    ],
)
def test_all_formats_show_the_same_numbers(
    recipient: str, numbers: tuple[int, int, int], heading: str, finished: tuple[SmallUnion, RunSummary]
) -> None:
    """Figures counted by hand stand in HTML, text, PDF and workbook alike."""
    union, _ = finished
    parts = parts_of(letter_of(union, recipient))
    members, joiners, before = numbers
    text = parts["text/plain"][0].get_content().replace("\r\n", "\n")
    pdf = " ".join(page.extract_text() for page in PdfReader(BytesIO(parts[PDF][0].get_content())).pages)
    book = openpyxl.load_workbook(BytesIO(parts[XLSX][0].get_content()))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}

    assert f"{heading} (" in text
    assert f": {members}\n" in text
    for shown in (text, parts["text/html"][0].get_content(), pdf):
        assert all(str(number) in shown for number in numbers)
    assert {members, joiners, before} <= cells


def test_figures_by_hand_are_those_of_the_generator() -> None:
    """The numbers above are not taken from the program."""
    sizes = [len(joined(number)) for number in range(4)]

    assert [21, 27, 33, 39] == sizes
    assert {14} == {sum(day.year == 2025 and day.month < 6 for day in joined(number)) for number in range(4)}


def test_recipient_without_address_is_suppressed(finished: tuple[SmallUnion, RunSummary]) -> None:
    """Nothing is sent to a person without an address; the ledger says why, and the run is whole all the same."""
    _, summary = finished

    [one] = [one for one in summary.deliveries if one.status is DeliveryStatus.suppressed]
    assert ("eng", "S2", "no address for email") == (one.recipient_id, one.branch_id, one.reason)
    assert summary.is_whole
    assert ["Fet"] == [branch.name for branch in summary.plan.branches_with_nobody]


def test_each_reader_reads_the_own_language(finished: tuple[SmallUnion, RunSummary]) -> None:
    """The subject is in the recipient's language."""
    union, _ = finished
    subjects = {name: letter_of(union, name)["Subject"] for name in ("arne-ask", "dorte-dal", "ursula-upper")}

    assert {
        "arne-ask": "Tall for Ask, mai 2026",
        "dorte-dal": "Tal for Dal, maj 2026",
        "ursula-upper": "Figures of Øvre [nord], May 2026",
    } == subjects


def test_failed_gate_holds_the_run(union: SmallUnion) -> None:
    """Two members with one number: nothing is rendered or sent, and the reason names the rows."""
    union.sql("insert into members select * from members where member_id in (7, 8)")

    with pytest.raises(GateError, match=r"2 values of member_id stand in more than one row.*member_id 7: 2 rows"):
        union.run("note")

    app = union.app()
    [run] = app.ledger.runs()
    assert RunStatus.held is run.status
    assert "member_id 8" in run.reason
    assert ({}, ()) == (app.ledger.packs(run.run_id), app.ledger.deliveries(run.run_id))
    assert [] == union.letters()
    assert ({}, []) == (app.ledger.packs(run.run_id), union.letters())
    assert 1 == len(union.owner_letters())  # says what is wrong


def test_failing_branch_does_not_stop_the_others(union: SmallUnion) -> None:
    """A text that breaks for one branch's name fails that pack, by name; all others are sent."""
    union.edit(
        "report_specs/reports/note.yaml", "sections:\n", 'sections:\n  - text: "{{ 1 / (branch|length - 2) }}"\n'
    )

    summary = union.run("note")

    [failed] = summary.failed_packs
    assert ("N2", "Bø", "ZeroDivisionError: division by zero") == (failed.branch_id, failed.title, failed.error)
    assert {DeliveryStatus.sent: 5, DeliveryStatus.failed: 1, DeliveryStatus.suppressed: 1} == summary.counts
    assert (False, RunStatus.closed) == (summary.is_whole, summary.run.status)
    assert [] == [path.name for path in union.letters() if "beate-bo" in path.name]


def test_channel_that_is_not_set_up_holds_its_deliveries(union: SmallUnion) -> None:
    """Slack messages wait in the ledger with the reason; the report's e-mails are sent."""
    path = union.folder / "directory" / "recipients.csv"
    heading, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{heading},slack", *(f"{line},#tall" for line in lines)]), "utf-8")

    summary = union.run("post")

    assert {DeliveryStatus.held: 2, DeliveryStatus.sent: 2} == summary.counts
    assert {"the channel slack is not set up in config.toml"} == {
        one.reason for one in summary.deliveries if one.status is DeliveryStatus.held
    }
    assert not summary.is_whole


def test_test_send_goes_to_one_address_only(union: SmallUnion) -> None:
    """With --to every pack goes to that address and to nobody else, into the folder asked for."""
    summary = union.run("note", test_address="check@proeve.example", outbox=union.folder / "trial")

    letters = list((union.folder / "trial").rglob("*.eml"))
    assert ({DeliveryStatus.sent: 8}, 8, []) == (summary.counts, len(letters), union.letters())
    assert {"check@proeve.example"} == {read(path)["To"].addresses[0].addr_spec for path in letters}
    assert not any("nina@" in path.read_text("latin-1") for path in letters)


@pytest.mark.parametrize("asked", [("N1",), ("ask",), ("N1", "Ask")])
def test_branch_by_id_or_name(asked: tuple[str, ...], union: SmallUnion) -> None:
    """One branch is run by its id, or by its name in any case; asked for twice it is made once."""
    summary = union.run("note", branches=asked)

    assert [("N1", "nb")] == list(summary.packs)
    assert ["ask"] == [one.recipient_id for one in summary.deliveries]


def test_odd_branch_id_stays_in_the_outbox(union: SmallUnion) -> None:
    """A branch called "../x" gets its letter, inside the outbox."""
    union.run("note", branches=("../x",))

    assert ["x-ovre-nord--ursula-upper"] == [path.name.rpartition("--")[0] for path in union.letters()]
    assert [union.outbox / "new"] == [path.parent for path in union.letters()]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"report": "leter"}, r'there is no report "leter"\. Known: letter, note, post\.'),
        ({"period": "2026-13"}, "2026-13"),
        ({"branches": ("Nowhere",)}, "Nowhere"),
        ({"branches": ("00",)}, "of level national"),
    ],
)
def test_unknown_names_are_told_before_anything_is_recorded(
    asked: dict[str, object], sentence: str, union: SmallUnion
) -> None:
    """A wrong report, period or branch is a mistake of usage, and leaves no run."""
    with pytest.raises(UsageError, match=sentence):
        union.run(**{"report": "note", **asked})  # type: ignore[arg-type]

    assert () == union.app().ledger.runs()


@pytest.mark.parametrize(
    ("phrase", "period"),
    [
        ("previous day", "2026-06-01"),
        ("current week", "2026-W23"),
        ("previous month", "2026-05"),
        ("current quarter", "2026-Q2"),
        ("previous year", "2025"),
        ("previous membership year", "2025"),
        ("rolling 12 months", "2025-06-01..2026-05-31"),
    ],
)
def test_every_phrase_names_a_period_that_can_be_asked_for(phrase: str, period: str, union: SmallUnion) -> None:
    """The period that a run records is understood when the run goes on."""
    union.edit("report_specs/reports/note.yaml", "period: previous month", f"period: {phrase}")
    union.edit("report_specs/datasets.yaml", "within: 40 days", "within: 4000 days")

    summary = union.run("note", branches=("N1",))
    again = union.run("note", now=NOW + timedelta(days=40), branches=("N1",), period=summary.run.period)

    assert (period, True) == (summary.run.period, summary.is_whole)
    assert (summary.run.from_on, summary.run.to_on) == (again.run.from_on, again.run.to_on)


def test_role_of_today_counts_from_midnight_in_the_organisation(union: SmallUnion) -> None:
    """At 00:30 in Oslo, 22:30 UTC the day before, whoever takes over today gets the pack."""
    path = union.folder / "directory" / "roles.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join(f"{line},{'from_on' if not n else '2026-06-03'}" for n, line in enumerate(lines)), "utf-8"
    )

    before = union.run("note", now=NOW.replace(hour=21, minute=30))
    after = union.run("note", now=NOW.replace(hour=22, minute=30))

    assert (0, 7) == (len(before.deliveries), len(after.deliveries))


def test_rows_are_compared_with_the_last_closed_run(union: SmallUnion) -> None:
    """The gate takes the rows of the run before, also when its snapshot's files have been removed."""
    union.edit("report_specs/datasets.yaml", "unique: [member_id]", "rows: {share_of_last_run: 0.9}")
    first = union.run("note")
    for file in (union.app().run_folder(first.run.run_id) / "snapshot").glob("*.arrow"):
        file.unlink()
    union.sql("delete from members where member_id % 5 = 0")

    with pytest.raises(GateError, match=r"the last run had \d+, and at least 90%"):
        union.run("note", now=NOW + timedelta(hours=1))


def test_store_that_cannot_be_written_stops_the_run(union: SmallUnion) -> None:
    """A file in the place of the artifact store stops the run with a sentence; nothing is sent, everything waits."""
    (union.folder / "store").mkdir()
    (union.folder / "store" / "artifacts").write_text("in the way")

    with pytest.raises(RunError, match=r"the run stopped: .* Make room, or correct the folder's permissions"):
        union.run("note")

    [run] = union.app().ledger.runs()
    assert (RunStatus.failed, []) == (run.status, union.letters())
    assert {DeliveryStatus.rendering: 6, DeliveryStatus.suppressed: 1} == union.app().ledger.counts(run.run_id)


def test_full_disk_is_a_sentence_and_a_run_to_go_on_with(union: SmallUnion) -> None:
    """Where not even the ledger can be written, the error says what to look at and how to go on; nothing is sent."""
    app = union.app()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        with pytest.raises((LedgerError, RunError)) as caught:
            start_run(app, RunRequest(report="letter"), progress=Silence())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    [run] = union.app().ledger.runs()
    assert "disk" in str(caught.value) or "File too large" in str(caught.value)
    assert f"What is finished is kept. Go on with: distributor run --resume {run.run_id}" == caught.value.__notes__[-1]
    assert [] == union.letters()


def test_found_branch_is_the_one_named(union: SmallUnion) -> None:
    """An id goes before a name."""
    assert "N" == find_branch("N", union.app().directory.load().tree).branch_id
