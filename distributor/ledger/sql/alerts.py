"""Evaluations of alert rules, and what they tell, in the database: whole or not at all."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Boolean, Connection, literal_column, select, update
from sqlalchemy.sql import ColumnElement

from distributor.ledger.alert_records import AlertMessage, EvaluationEntry, NoticesEntry, RuleStateRecord
from distributor.ledger.records import UNFINISHED, RunRecord, RunStatus
from distributor.ledger.sql.alert_tables import (
    QUEUED,
    EscalationStepRow,
    IncidentRow,
    NoticeRow,
    RuleStateRow,
    TransitionRow,
)
from distributor.ledger.sql.database import Database, reads, writes_durably
from distributor.ledger.sql.deliveries import planned_row
from distributor.ledger.sql.rows import row_of
from distributor.ledger.sql.statements import among, insert_new, upsert
from distributor.ledger.sql.tables import DeliveryRow, LetterRow, RunRow


class _OvertakenError(Exception):
    """Somebody else was faster; raised so that the transaction is rolled back."""


def is_queued() -> ColumnElement[bool]:
    """Whether a step is still to be taken; written out, so that its index is used."""
    return literal_column(f"({QUEUED})", type_=Boolean)


def cancel_steps(db: Connection, incident_ids: Collection[str], *, at: datetime) -> None:
    """Cancel the queued steps of incidents."""
    theirs = (among(db, EscalationStepRow.incident_id, incident_ids), is_queued())
    db.execute(update(EscalationStepRow).where(*theirs).values(cancelled_at=at))


class SqlAlerts:
    database: Database

    @reads
    def rule_states(self, db: Connection) -> dict[str, RuleStateRecord]:
        rows = db.execute(select(RuleStateRow.__table__)).mappings()
        return {row["rule"]: RuleStateRecord(**row) for row in rows}

    def record_evaluation(self, entry: EvaluationEntry) -> bool:
        try:
            self._record_evaluation(entry)
        except _OvertakenError:
            return False
        return True

    def record_notices(self, entry: NoticesEntry) -> bool:
        try:
            self._record_notices(entry)
        except _OvertakenError:
            return False
        return True

    @writes_durably
    def _record_evaluation(self, db: Connection, entry: EvaluationEntry) -> None:
        found = _states_seen(db, entry.seen)
        if set(found.values()) == {entry.run.run_id}:
            return  # done before: the commit's answer was lost
        if found != entry.seen:
            raise _OvertakenError
        _change_states(db, entry)
        upsert(db, IncidentRow, [row_of(one) for one in entry.incidents], keys=("incident_id",))
        insert_new(db, TransitionRow, [row_of(one) for one in entry.transitions])
        cancel_steps(db, [one.incident_id for one in entry.incidents if not one.is_firing], at=entry.at)
        _send(db, entry)

    @writes_durably
    def _record_notices(self, db: Connection, entry: NoticesEntry) -> None:
        if db.execute(select(RunRow.run_id).where(RunRow.run_id == entry.run.run_id)).first() is not None:
            return  # done before: the commit's answer was lost
        if _states_seen(db, entry.seen) != entry.seen:
            raise _OvertakenError
        for incident_id, position in sorted(entry.taken):
            that = (EscalationStepRow.incident_id == incident_id, EscalationStepRow.position == position)
            change = update(EscalationStepRow).where(*that, is_queued()).values(taken_at=entry.at)
            if not db.execute(change).rowcount:
                raise _OvertakenError
        _send(db, entry)


def _states_seen(db: Connection, seen: Mapping[str, str]) -> dict[str, str]:
    """Return on which evaluations the rules rest, and let nobody change that before the transaction ends."""
    those = select(RuleStateRow.rule, RuleStateRow.evaluation_id).where(among(db, RuleStateRow.rule, seen))
    rows = db.execute(those.order_by(RuleStateRow.rule).with_for_update())
    return dict.fromkeys(seen, "") | {row.rule: row.evaluation_id for row in rows}


def _change_states(db: Connection, entry: EvaluationEntry) -> None:
    mine = {"evaluation_id": entry.run.run_id}
    new = [
        {"rule": rule, "states": entry.states[rule], **mine} for rule, seen in sorted(entry.seen.items()) if not seen
    ]
    # What is not there yet cannot be locked: the key tells whether another evaluation came first.
    if insert_new(db, RuleStateRow, new) != len(new):
        raise _OvertakenError
    for rule, seen in sorted(entry.seen.items()):
        if seen:
            change = update(RuleStateRow).where(RuleStateRow.rule == rule)
            db.execute(change.values(states=entry.states[rule], **mine))


def _send(db: Connection, entry: NoticesEntry) -> None:
    _open_run(db, entry.run)
    cancel_steps(db, entry.restarted, at=entry.at)
    for position, message in enumerate(entry.messages):
        _insert_message(db, message, entry.run.run_id, position)
    insert_new(db, EscalationStepRow, [row_of(one) for one in entry.queued])


def _open_run(db: Connection, run: RunRecord) -> None:
    insert_new(db, RunRow, [{**row_of(run), "planned_at": run.started_at}])
    # Its occurrence may have opened it before.
    mine = (RunRow.run_id == run.run_id, RunRow.status.in_(UNFINISHED))
    db.execute(update(RunRow).where(*mine).values(status=RunStatus.sending, planned_at=run.started_at))


def _insert_message(db: Connection, message: AlertMessage, run_id: str, position: int) -> None:
    """Put a message into the outbox, unless all that it tells was told before."""
    said = [one.key for one in message.notices]
    known = set(db.scalars(select(NoticeRow.key).where(among(db, NoticeRow.key, said))))
    if said and known.issuperset(said):
        return
    # A notice refers to its delivery. Two that say the same at once: the later finds the states changed, see above.
    insert_new(db, LetterRow, [row_of(message.letter)])
    insert_new(db, DeliveryRow, [planned_row(message.delivery, run_id, position, message.letter.written_at)])
    insert_new(db, NoticeRow, [row_of(one) for one in message.notices])
