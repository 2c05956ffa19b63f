"""A run that corrects another: only what has changed is sent, and says so."""

from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion

from distributor.errors import UsageError
from distributor.jobs.run_report import RunSummary
from distributor.ledger.records import DeliveryStatus, RunStatus

LATER = NOW + timedelta(days=1)


def correct(union: SmallUnion, now: object = LATER, **asked: object) -> RunSummary:
    return union.run("note", now=now, is_correction=True, outbox=union.folder / "corrected", **asked)  # type: ignore[arg-type]


def mails(union: SmallUnion) -> dict[str, EmailMessage]:
    """Return the readers' mails of the correction by recipient's address."""
    found = {}
    for path in sorted((union.folder / "corrected").rglob("*.eml")):
        if not path.name.startswith("owner-"):
            mail = read(path)
            found[mail["To"].addresses[0].addr_spec] = mail
    return found


def read(path: Path) -> EmailMessage:
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert isinstance(mail, EmailMessage)
    return mail


def one_member_less(union: SmallUnion, branch_id: str = "N1") -> None:
    """Take one of the members who joined in May off the register."""
    union.sql(
        "delete from members where member_id = (select max(member_id) from members "
        f"where branch_id = '{branch_id}' and joined_on = '2026-05-03')"
    )


def test_only_the_branch_and_its_region_are_sent(union: SmallUnion) -> None:
    """One member less in Ask changes Ask and Region Nord; the six other packs, and their readers, are left alone."""
    first = union.run("note")
    one_member_less(union)

    second = correct(union)

    reason = f"its figures are those of run {first.run.run_id}"
    by_branch = {one.branch_id: (one.status, one.reason) for one in second.deliveries}
    assert (first.run.run_id, RunStatus.closed, True) == (second.run.corrects, second.run.status, second.is_whole)
    assert {"arne@proeve.example", "nina@proeve.example"} == set(mails(union))
    assert {"N1", "N"} == {branch for branch, (status, _) in by_branch.items() if status is DeliveryStatus.sent}
    assert {reason} == {by_branch[branch][1] for branch in ("N2", "../x", "S1", "S")}
    assert {"N1", "N"} == {branch for (branch, _), pack in second.packs.items() if pack.has_documents}


def test_correction_is_marked_and_names_what_changed(union: SmallUnion) -> None:
    """The subject says that it is a correction, the page which figures were what before; the first day is named."""
    union.run("note")
    one_member_less(union)

    correct(union)

    mail = mails(union)["arne@proeve.example"]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert mail["Subject"].startswith("Rettelse")
    assert "2. juni 2026" in text
    assert all(part in text for part in ("Medlemmer 20 (var 21)", "Innmeldte 0 (var 1)"))


def test_books_of_a_correction_balance(union: SmallUnion) -> None:
    """Everything that was planned is sent or suppressed, and the owner's letter says so."""
    union.run("note")
    one_member_less(union)

    books = correct(union).books

    assert "7 planned = 2 sent + 0 failed + 5 suppressed + 0 held + 0 unconfirmed" == books.equation
    assert 0 == books.unaccounted
    [letter] = (union.folder / "corrected").rglob("owner-*.eml")
    assert "2" in read(letter).get_body(("plain",)).get_content()


def test_correction_without_changes_sends_nothing(union: SmallUnion) -> None:
    """The same data again: nobody is bothered, and the run is closed."""
    union.run("note")

    second = correct(union)

    assert ({DeliveryStatus.suppressed: 7}, {}) == (second.counts, mails(union))
    assert (RunStatus.closed, True) == (second.run.status, second.is_whole)


def test_correction_of_a_correction_compares_with_that(union: SmallUnion) -> None:
    """A second correction holds against the first: what that has told already is not told again."""
    union.run("note")
    one_member_less(union)
    first = correct(union)
    one_member_less(union, "S1")

    second = correct(union, now=LATER + timedelta(days=1))

    assert first.run.run_id == second.run.corrects
    sent = {one.branch_id for one in second.deliveries if one.status is DeliveryStatus.sent}
    assert {"S1", "S"} == sent


def test_nothing_to_correct_is_told(union: SmallUnion) -> None:
    """Where nothing was sent to everybody, neither a test send nor a run of one branch can be corrected."""
    union.run("note", test_address="check@proeve.example")
    union.run("note", branches=("N1",), now=NOW + timedelta(minutes=1))

    with pytest.raises(UsageError, match=r'no run of "note" over 2026-05 has been sent'):
        correct(union)
