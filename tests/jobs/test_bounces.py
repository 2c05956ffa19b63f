"""Messages that come back: what the ledger learns, and when an address is left alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from came_back import bounce, complaint, report
from small_union import NOW, SmallUnion

from distributor.errors import RunError
from distributor.jobs.application import Application
from distributor.jobs.bounces import BouncesRead, read_bounces, take_bounce
from distributor.jobs.suppressions import Change, add_suppression, lift_suppression, list_suppressions
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, Kind

DAY = timedelta(days=1)


def sent_to(app: Application, recipient: str) -> list[DeliveryRecord]:
    return [one for one in app.ledger.deliveries(DeliveryFilter(recipient_id=recipient)) if one.message_id]


def run_days(union: SmallUnion, days: int) -> Application:
    """Send the note on so many days, and return the application on the last."""
    for day in range(days):
        union.run("note", now=NOW + day * DAY)
    return union.app(NOW + days * DAY)


def by_day(app: Application, recipient: str) -> list[DeliveryRecord]:
    return sorted(sent_to(app, recipient), key=lambda one: one.run_id)


def suppressed_letters(app: Application) -> list[Any]:
    letters = [one for one in app.ledger.deliveries(DeliveryFilter()) if one.kind is Kind.letter]
    return [one for one in letters if one.recipient_id.startswith("owner: suppressed")]


def test_permanent_bounce_takes_back_its_delivery_and_no_other(union: SmallUnion) -> None:
    """The delivery whose message came back is bounced, with the other side's words; one is not enough to give up."""
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")

    assert 1 == take_bounce(app, bounce(mine))

    [after] = sent_to(app, "ask")
    assert (DeliveryStatus.bounced, "550 5.1.1 no such mailbox") == (after.status, after.reason)
    assert {DeliveryStatus.bounced: 1, DeliveryStatus.sent: 5, DeliveryStatus.suppressed: 1} == (
        app.ledger.counts(mine.run_id)
    )
    assert () == app.ledger.suppressions()


def test_report_about_a_foreign_message_is_left_out(union: SmallUnion) -> None:
    """Whoever forges a report about an address changes nothing: only our own messages are believed."""
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")
    forged = report("delivery-status", f"Final-Recipient: rfc822; {mine.address}\nAction: failed\nStatus: 5.1.1",
                    message_id="<guessed@proeve.example>")  # fmt: skip

    assert 0 == take_bounce(app, forged)

    assert () == app.ledger.bounces()
    assert DeliveryStatus.sent is sent_to(app, "ask")[0].status


def test_address_in_the_report_is_not_believed(union: SmallUnion) -> None:
    """A report about our message that names somebody else's address counts for the address that we wrote to."""
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")

    take_bounce(app, bounce(mine, address="beate@proeve.example"))

    assert ["arne@proeve.example"] == [one.address for one in app.ledger.bounces()]


def test_address_is_left_alone_after_so_many_in_a_row(union: SmallUnion) -> None:
    """After the third bounce in a row nothing more is sent there, and the owner hears of it once."""
    app = run_days(union, 3)
    for number, one in enumerate(by_day(app, "ask")):
        assert number == len(app.ledger.bounces("email", "arne@proeve.example"))
        assert () == app.ledger.suppressions()
        take_bounce(app, bounce(one))

    [suppression] = app.ledger.suppressions()
    assert ("email", "arne@proeve.example", "bounced") == (suppression.channel, suppression.address, suppression.reason)
    assert 1 == len(suppressed_letters(app))
    union.run("note", now=NOW + 4 * DAY)
    newest = app.ledger.runs("note")[-1]
    reasons = {
        one.recipient_id: one.reason for one in app.ledger.deliveries(newest.run_id) if one.status == "suppressed"
    }
    assert "messages to the address came back too often" == reasons["ask"]


def test_owner_is_told_whom_and_how_to_lift_it(union: SmallUnion) -> None:
    """The letter names the person and the branch, hides the address, and carries a command that can be typed."""
    union.config.write_text(f"{union.config.read_text()}\n[dispatch]\nbounces_to_suppress = 1\n")
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")
    take_bounce(app, bounce(mine))

    [letter] = suppressed_letters(app)
    files = {one.name: app.store.fetch(one, branch_id="") for one in app.ledger.letter(letter.key).artifacts}
    text = files["letter.txt"].content.decode()
    assert ("analyse@proeve.example", "queued") == (letter.address, letter.status)
    for words in ("Arne Ask", "a***@proeve.example", "Ask", "distributor suppressions --lift ask --why"):
        assert words in text
    assert "arne@" not in text


def test_delivery_that_arrived_in_between_ends_the_row(union: SmallUnion) -> None:
    """Two bounces, a message that stayed, and another bounce are one bounce in a row."""
    app = run_days(union, 4)
    first, second, _, fourth = by_day(app, "ask")
    for one in (first, second, fourth):
        take_bounce(app, bounce(one))

    assert () == app.ledger.suppressions()


def test_bounces_that_come_out_of_order_count_all_the_same(union: SmallUnion) -> None:
    """The row is that of the messages, not that in which their reports arrive."""
    app = run_days(union, 3)
    first, second, third = by_day(app, "ask")
    for one in (third, first):
        take_bounce(app, bounce(one))
    assert () == app.ledger.suppressions()

    take_bounce(app, bounce(second))

    assert 1 == len(app.ledger.suppressions())


@pytest.mark.parametrize(
    ("code", "action", "status"),
    [("5.2.3", "failed", "bounced"), ("5.7.1", "failed", "bounced"), ("4.4.7", "failed", "sent"),
     ("4.2.2", "delayed", "sent")],
)  # fmt: skip
def test_bounce_that_is_not_the_addresss_fault_leaves_it_in_use(
    union: SmallUnion, code: str, action: str, status: str
) -> None:
    """Too large a message, a refused sender, a passing trouble: recorded, and the address stays in use."""
    union.config.write_text(f"{union.config.read_text()}\n[dispatch]\nbounces_to_suppress = 1\n")
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")

    assert 1 == take_bounce(app, bounce(mine, code=code, action=action))

    assert (status, ()) == (sent_to(app, "ask")[0].status, app.ledger.suppressions())


def test_complaint_suppresses_at_once(union: SmallUnion) -> None:
    """Who reports a message as unwanted gets no other; the delivery itself had arrived."""
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")

    take_bounce(app, complaint(mine))

    assert ["complained"] == [one.reason for one in app.ledger.suppressions()]
    assert DeliveryStatus.sent is sent_to(app, "ask")[0].status
    [letter] = suppressed_letters(app)
    assert "meldt som uønsket" in str(
        app.store.fetch(app.ledger.letter(letter.key).artifacts[1], branch_id="").content.decode()
    )


def test_bounces_of_letters_and_test_sends_leave_their_address_alone(union: SmallUnion) -> None:
    """What goes to owners and testers is recorded when it comes back, and never suppressed."""
    union.config.write_text(f"{union.config.read_text()}\n[dispatch]\nbounces_to_suppress = 1\n")
    app = run_days(union, 1)
    union.run("note", now=NOW + DAY, test_address="arne@proeve.example", branches=("Ask",))
    [tested] = sent_to(app, "arne@proeve.example")
    [letter] = [one for one in app.ledger.deliveries(DeliveryFilter()) if one.kind is Kind.letter and one.message_id]

    assert [1, 1] == [take_bounce(app, bounce(one)) for one in (tested, letter)]

    assert () == app.ledger.suppressions()


@pytest.fixture(params=["folder", "maildir"])
def mailbox(request: pytest.FixtureRequest, union: SmallUnion) -> Path:
    """The folder that new messages come into, of a mailbox that config.toml names."""
    path = union.folder / "mailbox"
    (path / "new").mkdir(parents=True)
    if request.param == "maildir":
        (path / "cur").mkdir()
    union.config.write_text(f'{union.config.read_text()}\n[bounces]\npath = "mailbox"\n')
    return path / "new" if request.param == "maildir" else path


def test_mailbox_is_read_once(union: SmallUnion, mailbox: Path) -> None:
    """Bounces, foreign reports and answers are told apart, and none is read a second time."""
    app = run_days(union, 1)
    [mine], [other] = sent_to(app, "ask"), sent_to(app, "boe")
    foreign = report("delivery-status", "Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1",
                     message_id="<x@y.example>")  # fmt: skip
    for number, content in enumerate((bounce(mine), complaint(other), foreign, b"From: a@b.example\n\nHi\n")):
        (mailbox / f"{number}.eml").write_bytes(content)

    assert BouncesRead(messages=4, recorded=2, unknown=1, others=1, suppressed=1) == read_bounces(app)
    assert BouncesRead() == read_bounces(app)
    assert 2 == len(app.ledger.bounces())


def test_message_that_is_read_again_after_a_crash_changes_nothing(union: SmallUnion, mailbox: Path) -> None:
    """A process that ended before it marked a message makes nobody count it twice."""
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")
    (mailbox / "1.eml").write_bytes(bounce(mine))
    take_bounce(app, bounce(mine))

    assert BouncesRead(messages=1) == read_bounces(app)

    assert 1 == len(app.ledger.bounces())


def test_crash_before_the_record_is_made_up_for(union: SmallUnion, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends after it has suppressed an address, and before the bounce is recorded, is only repeated."""
    union.config.write_text(f"{union.config.read_text()}\n[dispatch]\nbounces_to_suppress = 1\n")
    app = run_days(union, 1)
    [mine] = sent_to(app, "ask")
    with monkeypatch.context() as patch:
        patch.setattr(type(app.ledger), "record_bounce", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_bounce(app, bounce(mine))

    assert 1 == take_bounce(app, bounce(mine))

    assert (1, 1, 1) == (len(app.ledger.suppressions()), len(suppressed_letters(app)), len(app.ledger.bounces()))
    assert DeliveryStatus.bounced is sent_to(app, "ask")[0].status


def test_mailbox_that_is_not_there_is_named(union: SmallUnion) -> None:
    """A folder that cannot be read is an error with its path; without a mailbox nothing is read."""
    assert BouncesRead() == read_bounces(union.app())
    union.config.write_text(f'{union.config.read_text()}\n[bounces]\npath = "nowhere"\n')

    with pytest.raises(RunError, match=r"nowhere: there is no such mailbox"):
        read_bounces(union.app())


def change(whom: str) -> Change:
    return Change(whom=whom, channel="email", who="kari", why="asked by phone")


@pytest.mark.parametrize("whom", ["ask", "arne@proeve.example", " Arne@PROEVE.example "])
def test_address_is_blocked_and_lifted_by_hand(union: SmallUnion, whom: str) -> None:
    """By the recipient's id or by the address, in any spelling; the audit tells who and why, and no address."""
    app = union.app()

    assert ("a***@proeve.example",) == add_suppression(app, change(whom))
    assert () == add_suppression(app, change(whom))
    [shown] = list_suppressions(app)
    assert ("a***@proeve.example", ["Arne Ask"], "by hand") == (
        shown.address, [one.name for one in shown.recipients], shown.record.reason
    )  # fmt: skip
    assert ("a***@proeve.example",) == lift_suppression(app, change("ask"))
    assert () == lift_suppression(app, change("ask"))

    assert () == app.ledger.suppressions()
    audit = app.ledger.audit()
    assert [("suppress", "kari", "asked by phone"), ("lift", "kari", "asked by phone")] == [
        (one.action, one.who, one.reason) for one in audit
    ]
    assert "arne" not in str(audit).lower()


def test_old_address_of_a_recipient_is_lifted_too(union: SmallUnion) -> None:
    """The address that bounced may be corrected in the directory by now; the recipient's id still lifts it."""
    app = run_days(union, 1)
    add_suppression(app, change("arne@proeve.example"))
    union.edit("directory/recipients.csv", "arne@proeve.example", "arne.ask@proeve.example")

    assert ("a***@proeve.example",) == lift_suppression(app, change("ask"))


def test_lifted_address_that_comes_back_is_left_alone_again(union: SmallUnion) -> None:
    """Lifting does not make the bounces undone: one more is enough."""
    app = run_days(union, 4)
    *three, fourth = by_day(app, "ask")
    for one in three:
        take_bounce(app, bounce(one))
    lift_suppression(app, change("ask"))

    take_bounce(app, bounce(fourth))

    assert 1 == len(app.ledger.suppressions())
