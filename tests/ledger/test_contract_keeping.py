"""What every ledger promises about old records: their end, and persons' names and addresses."""

import re
import sqlite3
from dataclasses import astuple, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from ledger_cases import FILE, NOW, a_letter, a_pack, a_run, an_attempt, claim, keys, queue, send

from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import PSEUDONYM_MARK, DeliveryFilter, Ledger, Queueing
from distributor.ledger.records import (
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryStatus,
    PreferenceRecord,
    RunStatus,
    Sender,
    SuppressionReason,
    SuppressionRecord,
)
from distributor.ledger.sql import SqlLedger

DAY = timedelta(days=1)
OLD = NOW - 400 * DAY
BEFORE = NOW - 365 * DAY
EVERYTHING = DeliveryFilter()
ADDRESS = "kari0@union.example"


def pseudonym(address: str) -> str:
    return PSEUDONYM_MARK + sha256(address.encode()).hexdigest()[:12]


def an_ended_run(ledger: Ledger, run_id: str = "old", **changes: Any) -> str:
    """Send a run of two deliveries and a letter long ago, the first refused in words that name its address."""
    run = a_run(run_id, started_at=OLD, **changes)
    one, two = keys(queue(ledger, 2, run))
    ledger.record_letter(*a_letter(f"{run_id}-letter", run_id=run_id))
    claim(ledger, run_id=run_id)
    words = "550 <Kari0@Union.example>: user unknown, not okari0@union.example."
    ledger.record_attempt(an_attempt(one, DeliveryStatus.rejected, at=OLD, reason=words), owner="worker")
    send(ledger, two)
    ledger.close_run(run_id, OLD)
    return one


def dump(ledger: Ledger) -> str:
    """Return all that a ledger holds."""
    match ledger:
        case MemoryLedger():
            state = ledger.state
            records = [
                *state.runs.values(), *state.packs.values(), *state.deliveries.values(), *state.letters.values(),
                *state.attempts, *state.occurrences.values(), *state.leases.values(), *state.suppressions.values(),
                *state.preferences.values(), *state.consents.values(), *state.bounces.values(), *state.audit,
            ]  # fmt: skip
            held = (state.packs, state.deliveries, state.letters, state.suppressions, state.preferences, state.consents)
            return repr([astuple(one) for one in records]) + repr([list(one) for one in held])
        case SqlLedger() if ledger.database.is_sqlite:
            connection = sqlite3.connect(ledger.database.where)
            try:
                return "\n".join(connection.iterdump())
            finally:
                connection.close()
        case SqlLedger():
            url = ledger.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(url) as postgres:
                tables = postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
                rows = [postgres.execute(f'SELECT t::text FROM "{name}" t'.encode()).fetchall() for (name,) in tables]
            return repr(rows)
    raise AssertionError


def test_files_of_recent_runs_are_named(ledger: Ledger) -> None:
    """The store keeps the files of packs and letters of runs that began since then."""
    an_ended_run(ledger)
    new = replace(FILE, sha256="cd" * 32, archive="ef" * 32, offset=3)
    ledger.open_run(a_run("new"))
    ledger.record_packs("new", [(a_pack("0301", artifacts=(new,)), Queueing(status=DeliveryStatus.queued))])
    letter, content = a_letter("new-letter", run_id="new", branch_id="")
    ledger.record_letter(letter, replace(content, artifacts=(new, FILE)))

    recent = {(new.archive, "0301"), (new.archive, ""), (FILE.sha256, "")}
    assert recent == ledger.artifact_refs(since=NOW)
    assert recent | {(FILE.sha256, branch) for branch in ("0000", "0001", "9999")} == ledger.artifact_refs()


def test_old_files_are_forgotten(ledger: Ledger) -> None:
    """Packs and letters of ended runs lose their files, once, and stay otherwise; a dry run counts the same."""
    an_ended_run(ledger)
    queue(ledger, 1, a_run("open", started_at=OLD))
    queue(ledger, 1, a_run("new"))
    pack = ledger.pack("old", "0000", "nb")
    assert pack is not None

    found = [ledger.forget_packs(before=BEFORE, dry=dry) for dry in (True, True, False, True, False)]

    assert [3, 3, 3, 0, 0] == found
    assert replace(pack, artifacts=()) == ledger.pack("old", "0000", "nb")
    assert () == ledger.letter("old-letter").artifacts
    for run_id in ("open", "new"):
        assert a_pack() == ledger.pack(run_id, "0000", "nb")


def test_letters_lose_their_files_when_no_pack_has_any(ledger: Ledger) -> None:
    """A run that only wrote to its owner is cleared too."""
    ledger.open_run(a_run("old", started_at=OLD, status=RunStatus.failed))
    ledger.record_letter(*a_letter(run_id="old"))

    assert 1 == ledger.forget_packs(before=BEFORE, dry=False)
    assert set() == ledger.artifact_refs()


def test_old_attempts_are_forgotten(ledger: Ledger) -> None:
    """Attempts of ended runs go by their own age; a dry run counts the same."""
    an_ended_run(ledger)  # one attempt long ago, one now

    found = [ledger.forget_attempts(before=BEFORE, dry=dry) for dry in (True, False, False)]

    assert [1, 1, 0] == found
    assert ["old-key-00001"] == [one.key for one in ledger.attempts(EVERYTHING)]
    assert 2 == len(ledger.deliveries("old"))


@pytest.mark.parametrize("status", list(RunStatus))
def test_only_ended_runs_lose_names(ledger: Ledger, status: RunStatus) -> None:
    """What may still be sent, or is waited for, keeps its addresses however old it is."""
    queue(ledger, 1, a_run("old", started_at=OLD))
    ledger.record_status("old", status)

    number = ledger.pseudonymise(pseudonym, before=BEFORE, dry=False)

    assert (status not in (RunStatus.running, RunStatus.waiting, RunStatus.sending)) is bool(number)


def test_old_deliveries_lose_name_and_address(ledger: Ledger) -> None:
    """Address and name give way to a pseudonym, once, also where a transport's words held the address."""
    key = an_ended_run(ledger)
    queue(ledger, 1, a_run("new"))

    found = [ledger.pseudonymise(pseudonym, before=BEFORE, dry=dry) for dry in (True, False, True, False)]

    assert [3, 3, 0, 0] == found
    one = ledger.deliveries("old")[0]
    assert (pseudonym(ADDRESS), "", "person-0") == (one.address, one.recipient_name, one.recipient_id)
    words = f"550 <{pseudonym(ADDRESS)}>: user unknown, not okari0@union.example."
    assert words == one.reason
    assert words == ledger.attempts(DeliveryFilter(keys=(key,)))[0].reason
    assert ADDRESS == ledger.deliveries("new")[0].address


def test_delivery_without_address_loses_its_name(ledger: Ledger) -> None:
    """A person who has no address has a name all the same."""
    queue(ledger, 1, a_run("old", started_at=OLD), address="")
    ledger.record_status("old", RunStatus.failed)

    found = [ledger.pseudonymise(pseudonym, before=BEFORE, dry=dry) for dry in (True, False, True)]

    assert [1, 1, 0] == found
    (one,) = ledger.deliveries("old")
    assert ("", "") == (one.address, one.recipient_name)


def people_of(ledger: Ledger, address: str) -> None:
    for number, at in enumerate((OLD, NOW)):
        ledger.record_bounce(
            BounceRecord(
                bounce_id=f"{address}-{number}"[::-1], key="", channel="email", address=address, kind="permanent",
                code="5.1.1", reason=f"<{address}> unknown", at=at,
            ),
            who="bounces",
        )  # fmt: skip
    ledger.suppress(SuppressionRecord(channel="email", address=address, reason=SuppressionReason.bounced, since_at=OLD))


def test_suppression_outlives_the_purge(ledger: Ledger) -> None:
    """Old bounces lose their address; that nothing is sent there stays known."""
    people_of(ledger, ADDRESS)

    ledger.pseudonymise(pseudonym, before=BEFORE, dry=True)
    assert [ADDRESS] * 2 == [one.address for one in ledger.bounces()]
    ledger.pseudonymise(pseudonym, before=BEFORE, dry=False)

    assert [(pseudonym(ADDRESS), ""), (ADDRESS, f"<{ADDRESS}> unknown")] == [
        (one.address, one.reason) for one in ledger.bounces()
    ]
    assert [ADDRESS] == [one.address for one in ledger.suppressions()]


@pytest.mark.parametrize("is_purged_before", [False, True])
def test_erased_person_leaves_no_address_anywhere(ledger: Ledger, is_purged_before: bool) -> None:
    """Nothing that the ledger holds names an erased person's address; others lose nothing."""
    an_ended_run(ledger, owner=f"Kari <{ADDRESS}>", sender=Sender(reply_to=ADDRESS), remarks=(f"{ADDRESS} bounced",))
    queue(ledger, 2, a_run("new", test_address=ADDRESS))
    others = ("okari0@union.example", "kari0@union.example.org")
    for address in (ADDRESS, *others):
        people_of(ledger, address)
    for person in ("person-0", "person-1"):
        ledger.record_preference(PreferenceRecord(recipient_id=person, changed_at=NOW))
        ledger.record_consent(ConsentRecord(recipient_id=person, channel="sms", given_at=NOW))
    ledger.record_audit(AuditRecord(at=NOW, who=ADDRESS, action="lift", subject=ADDRESS, reason=f"asked by {ADDRESS}."))
    ledger.record_audit(AuditRecord(at=NOW, who="person-0", action="mute", subject="person-0"))
    if is_purged_before:
        ledger.pseudonymise(pseudonym, before=BEFORE, dry=False)

    found = [ledger.pseudonymise(pseudonym, recipient_id="person-0", dry=dry) for dry in (True, False, False)]

    assert [2, 2, 0] == found
    left = dump(ledger).lower()
    for address in others:
        left = left.replace(address, "")
    assert ADDRESS not in left.replace("okari0@union.example", "")
    assert not re.search(r"\bperson-0\b", left)
    assert list(others) == sorted((one.address for one in ledger.suppressions()), reverse=True)
    assert ["person-1"] == list(ledger.preferences())
    assert ["person-1"] == [one.recipient_id for one in ledger.consents()]
    assert "kari1@union.example" == ledger.deliveries("new")[1].address
    assert pseudonym(ADDRESS) == ledger.runs()[1].test_address


def test_erasing_shows_no_effect_when_dry(ledger: Ledger) -> None:
    """A dry run changes nothing."""
    an_ended_run(ledger)
    people_of(ledger, ADDRESS)
    before = dump(ledger)

    ledger.pseudonymise(pseudonym, recipient_id="person-0", dry=True)
    ledger.pseudonymise(pseudonym, before=NOW, dry=True)

    assert before == dump(ledger)


def test_one_persons_old_deliveries_lose_names(ledger: Ledger) -> None:
    """With a person and a time, only this person's deliveries of old runs change."""
    an_ended_run(ledger)
    queue(ledger, 1, a_run("new"))

    assert 1 == ledger.pseudonymise(pseudonym, before=BEFORE, recipient_id="person-0", dry=False)
    assert [pseudonym(ADDRESS), "kari1@union.example"] == [one.address for one in ledger.deliveries("old")]
    assert ADDRESS == ledger.deliveries("new")[0].address


def test_erased_address_is_not_in_the_file_any_more(sqlite_url: str, tmp_path: Any) -> None:
    """SQLite overwrites what was removed, so that a copy of the file does not hold it either."""
    ledger = SqlLedger.open(sqlite_url)
    an_ended_run(ledger)
    people_of(ledger, ADDRESS)
    ledger.pseudonymise(pseudonym, recipient_id="person-0", dry=False)
    ledger.close()  # the last connection puts the write-ahead log into the file and removes it

    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert ["ledger.sqlite"] == list(files)
    assert b"<kari0@union.example>" not in files["ledger.sqlite"].lower()
