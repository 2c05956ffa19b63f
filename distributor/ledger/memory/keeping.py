"""What happens to old records in memory: they end, or lose what names persons."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, cast

from distributor.ledger.memory.state import Record, State, locked
from distributor.ledger.pseudonyms import is_plain, renamed, without_addresses
from distributor.ledger.records import BounceRecord, DeliveryRecord
from distributor.ledger.states import ENDED

Pseudonym = Callable[[str], str]

# Records by their keys in which somebody's words may mention an address.
_WITH_WORDS = (
    "runs", "packs", "deliveries", "letters", "occurrences", "suppressions", "bounces", "incidents", "acks", "snoozes",
    "silences", "verdicts", "steps",
)  # fmt: skip


class MemoryKeeping:
    state: State

    @locked
    def artifact_refs(self, *, since: datetime | None = None) -> set[tuple[str, str]]:
        state = self.state
        packs = [(key[0], pack.branch_id, pack.artifacts) for key, pack in state.packs.items()]
        owners = [(letter, state.deliveries[key]) for key, letter in state.letters.items() if key in state.deliveries]
        letters = [(one.run_id, one.branch_id, letter.artifacts) for letter, one in owners]
        return {
            (ref.address, branch_id)
            for run_id, branch_id, refs in (*packs, *letters)
            if since is None or state.runs[run_id].started_at >= since
            for ref in refs
        }

    @locked
    def forget_packs(self, *, before: datetime, dry: bool) -> int:
        state = self.state
        old = _old_runs(state, before)
        packs = [key for key, pack in state.packs.items() if key[0] in old and pack.artifacts]
        letters = [
            key
            for key, letter in state.letters.items()
            if letter.artifacts and key in state.deliveries and state.deliveries[key].run_id in old
        ]
        if not dry:
            state.packs |= {key: replace(state.packs[key], artifacts=()) for key in packs}
            state.letters |= {key: replace(state.letters[key], artifacts=()) for key in letters}
        return len(packs) + len(letters)

    @locked
    def forget_attempts(self, *, before: datetime, dry: bool) -> int:
        old = _old_runs(self.state, before)
        keys = {one.key for one in self.state.deliveries.values() if one.run_id in old}
        kept = [attempt for attempt in self.state.attempts if attempt.key not in keys or attempt.at >= before]
        number = len(self.state.attempts) - len(kept)
        if not dry:
            self.state.attempts = kept
        return number

    @locked
    def pseudonymise(
        self, pseudonym: Pseudonym, *, before: datetime | None = None, recipient_id: str = "", dry: bool
    ) -> int:
        whose = list(self.state.deliveries.values())
        if before is not None:
            old = _old_runs(self.state, before)
            whose = [one for one in whose if one.run_id in old]
        if recipient_id:
            whose = [one for one in whose if one.recipient_id == recipient_id]
        else:
            whose = [one for one in whose if is_plain(one.address) or one.recipient_name]
        if dry:
            return len(whose)
        known = _rename_deliveries(self.state, whose, pseudonym, recipient_id=recipient_id)
        if before is not None:
            for bounce_id, one in self.state.bounces.items():
                if one.at < before and is_plain(one.address) and (not recipient_id or one.address in known):
                    self.state.bounces[bounce_id] = _nameless(one, pseudonym(one.address))
        elif recipient_id:
            _erase_person(self.state, recipient_id, known, pseudonym)
        return len(whose)


def _old_runs(state: State, before: datetime) -> set[str]:
    return {run.run_id for run in state.runs.values() if run.started_at < before and run.status in ENDED}


def _rename_deliveries(
    state: State, whose: list[DeliveryRecord], pseudonym: Pseudonym, *, recipient_id: str
) -> dict[str, str]:
    known = {one.address: renamed(one.address, pseudonym) for one in whose}
    address_of = {one.key: one.address for one in whose}
    state.attempts = [
        replace(attempt, reason=without_addresses(attempt.reason, {address: known[address]}))
        if (address := address_of.get(attempt.key)) is not None
        else attempt
        for attempt in state.attempts
    ]
    for one in whose:
        state.change(
            one,
            address=known[one.address],
            recipient_name="",
            recipient_id=pseudonym(one.recipient_id) if recipient_id else one.recipient_id,
            reason=without_addresses(one.reason, {one.address: known[one.address]}),
        )
    return known


def _nameless(bounce: BounceRecord, known: str) -> BounceRecord:
    return replace(bounce, address=known, reason="")


def _erase_person(state: State, recipient_id: str, known: Mapping[str, str], pseudonym: Pseudonym) -> None:
    pseudonyms = set(known.values())
    found = {bounce.address for bounce in state.bounces.values()} | {address for _, address in state.suppressions}
    theirs = {address: known[address] for address in known if is_plain(address)}
    theirs |= {address: pseudonym(address) for address in found - theirs.keys() if pseudonym(address) in pseudonyms}
    for bounce_id, bounce in state.bounces.items():
        if bounce.address in theirs:
            state.bounces[bounce_id] = _nameless(bounce, theirs[bounce.address])
    state.suppressions = {key: one for key, one in state.suppressions.items() if key[1] not in theirs}
    state.preferences.pop(recipient_id, None)
    state.consents = {key: one for key, one in state.consents.items() if key[0] != recipient_id}
    nameless = {recipient_id: pseudonym(recipient_id)}
    state.audit = [
        replace(one, subject=nameless.get(one.subject, one.subject), who=nameless.get(one.who, one.who))
        for one in state.audit
    ]
    _rename_in_alerts(state, nameless)
    for name in _WITH_WORDS:
        records = getattr(state, name)
        setattr(state, name, {key: _replaced(record, theirs) for key, record in records.items()})
    state.attempts = [_replaced(one, theirs) for one in state.attempts]
    state.audit = [_replaced(one, theirs) for one in state.audit]


def _rename_in_alerts(state: State, nameless: Mapping[str, str]) -> None:
    """Take a person's id out of what was told and said of incidents."""
    for name, attribute in (
        ("notices", "recipient_id"),
        ("acks", "author"),
        ("snoozes", "author"),
        ("silences", "author"),
    ):
        records = getattr(state, name)
        setattr(state, name, {key: _renamed(one, attribute, nameless) for key, one in records.items()})
    verdicts = [_renamed(one, "recipient_id", nameless) for one in state.verdicts.values()]
    state.verdicts = {(one.incident_id, one.recipient_id): one for one in verdicts}


def _renamed(record: Any, attribute: str, nameless: Mapping[str, str]) -> Any:
    whose = getattr(record, attribute)
    return replace(record, **{attribute: nameless[whose]}) if whose in nameless else record


def _replaced(value: Record, pseudonyms: Mapping[str, str]) -> Record:
    """Replace the addresses in a record, however deep."""
    plain: Any = value
    match plain:
        case str() if type(plain) is str:  # no member of an enumeration
            plain = without_addresses(plain, pseudonyms)
        case tuple():
            plain = tuple(_replaced(one, pseudonyms) for one in plain)
        case Mapping():
            plain = {name: _replaced(one, pseudonyms) for name, one in plain.items()}
        case _ if is_dataclass(plain) and not isinstance(plain, type):
            changed = {one.name: _replaced(getattr(plain, one.name), pseudonyms) for one in fields(plain)}
            plain = replace(plain, **changed)
        case _:
            pass
    return cast("Record", plain)
