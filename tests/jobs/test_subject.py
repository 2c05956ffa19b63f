"""What is held of one person, handed out and erased."""

import json
import sqlite3
from contextlib import closing

import pytest
from came_back import bounce
from small_union import NOW, SmallUnion

from distributor.errors import RunError, UsageError
from distributor.jobs.application import Application
from distributor.jobs.bounces import take_bounce
from distributor.jobs.subject import erase_subject, export_subject, load_subject
from distributor.jobs.suppressions import Change, add_suppression
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import AuditRecord, ConsentRecord, DeliveryStatus, PreferenceRecord

ASK = DeliveryFilter(recipient_id="ask")


@pytest.fixture
def app(union: SmallUnion) -> Application:
    """The union after a run: Arne of Ask has a bounce, a wish, a consent and a blocked address."""
    union.run("note")
    app = union.app()
    [delivery] = app.ledger.deliveries(ASK)
    take_bounce(app, bounce(delivery))
    app.ledger.record_preference(PreferenceRecord(recipient_id="ask", muted_reports=("post",), changed_at=NOW))
    app.ledger.record_consent(ConsentRecord(recipient_id="ask", channel="sms", given_at=NOW))
    app.ledger.record_audit(AuditRecord(at=NOW, who="ask", action="unsubscribe", subject="post", reason="by link"))
    add_suppression(app, Change(whom="ask", channel="email", who="kari", why="asked"))
    return app


def rows(union: SmallUnion) -> str:
    """Return every row of the ledger as text."""
    with closing(sqlite3.connect(union.folder / "store" / "ledger.sqlite")) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return "\n".join(str(row) for name in names for row in connection.execute(f'select * from "{name}"'))


def test_export_holds_everything_of_one_person(app: Application) -> None:
    """All kinds of records are there, and nothing of anybody else; that it was handed out is noted without the name."""
    found = export_subject(app, "ask", who="kari")

    assert {
        "deliveries": 1, "attempts": 2, "bounces": 1, "preferences": 1, "consents": 1, "suppressions": 1, "audit": 1,
        "alerts": 0,
    } == dict(found.counts)  # fmt: skip
    text = json.dumps(found.as_plain(), default=str)
    for words in ("Arne Ask", "arne@proeve.example", "branch_leader", "no such mailbox", '"post"', "by hand"):
        assert words in text
    assert [] == [name for name in ("beate", "nina", "dorte") if name in text.lower()]
    noted = app.ledger.audit()[-1]
    assert ("kari", "subject export") == (noted.who, noted.action)
    assert noted.subject.startswith("pseudonym:")


def test_erased_person_is_nowhere_in_the_ledger(app: Application, union: SmallUnion) -> None:
    """Name, address and id are gone from every row; the books of the run are what they were."""
    [run] = app.ledger.runs()
    counts, others = app.ledger.counts(run.run_id), len(app.ledger.deliveries(DeliveryFilter()))

    erase_subject(app, "ask", who="kari", why="request 7")

    left = rows(union)
    assert [] == [words for words in ("Arne", "arne@", "'ask'") if words in left]
    assert ("Beate" in left, "beate@proeve.example" in left) == (True, True)
    assert (counts, others) == (app.ledger.counts(run.run_id), len(app.ledger.deliveries(DeliveryFilter())))
    noted = app.ledger.audit()[-1]
    assert ("kari", "subject erase", "request 7") == (noted.who, noted.action, noted.reason)


def test_looking_changes_nothing(app: Application, union: SmallUnion) -> None:
    """What would be erased can be looked at first."""
    before = rows(union)

    load_subject(app, "ask")

    assert before == rows(union)


def test_what_waits_for_an_erased_person_is_not_sent(app: Application) -> None:
    """A delivery that is still in the outbox is suppressed, not sent to a pseudonym."""
    app.ledger.move(ASK, DeliveryStatus.queued, reason="again", at=NOW, next_attempt_at=NOW)
    [key] = [one.key for one in app.ledger.deliveries(ASK)]

    erase_subject(app, "ask", who="kari", why="")

    [after] = app.ledger.deliveries(DeliveryFilter(keys=(key,)))
    assert (DeliveryStatus.suppressed, "the recipient was erased on request", None) == (
        after.status, after.reason, after.next_attempt_at
    )  # fmt: skip


def test_person_to_whom_a_message_is_under_way_is_erased_later(app: Application, union: SmallUnion) -> None:
    """As long as a message is being sent nothing is erased, for its answer is to come."""
    union.ledger_sql("update delivery set status = 'sending', lease_owner = 'x' where recipient_id = 'ask'")

    with pytest.raises(RunError, match="being sent this moment"):
        erase_subject(app, "ask", who="kari", why="")

    assert "arne@proeve.example" in rows(union)


def test_address_that_no_message_went_to_is_erased_too(union: SmallUnion) -> None:
    """Somebody who was blocked before the first run is erased like all others."""
    app = union.app()
    add_suppression(app, Change(whom="ask", channel="email", who="kari", why="asked"))

    assert 1 == erase_subject(app, "ask", who="kari", why="").counts["suppressions"]

    assert () == app.ledger.suppressions()


def test_unknown_person_is_a_mistake(app: Application) -> None:
    """An id that nobody has is told, rather than an empty answer handed out."""
    with pytest.raises(UsageError, match='knows the recipient "nobody"'):
        export_subject(app, "nobody", who="kari")
    with pytest.raises(UsageError, match="Give the id"):
        erase_subject(app, "arne@proeve.example", who="kari", why="")
