"""The tables of alerts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from distributor.ledger.sql.tables import Table, partial_index

QUEUED = "taken_at IS NULL AND cancelled_at IS NULL"
IS_FIRING = "phase = 'firing'"


class RuleStateRow(Table):
    """Where a rule's entities stand. Changed only where it still rests on the evaluation that was seen."""

    __tablename__ = "rule_state"

    rule: Mapped[str] = mapped_column(primary_key=True)
    evaluation_id: Mapped[str]
    states: Mapped[bytes]


class IncidentRow(Table):
    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_key", "key", "episode"),
        Index("ix_incident_changed_at", "changed_at"),
        partial_index("ix_incident_firing", "fired_at", only=IS_FIRING),
    )

    incident_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    episode: Mapped[int]
    kind: Mapped[str]
    rule: Mapped[str]
    version: Mapped[str]
    family: Mapped[str]
    metric: Mapped[str]
    owner: Mapped[str]
    source: Mapped[str]
    entity_id: Mapped[str]
    region_id: Mapped[str]
    severity: Mapped[str]
    phase: Mapped[str]
    excess: Mapped[float]
    since_on: Mapped[date]
    data_on: Mapped[date]
    times_in_12_months: Mapped[int]
    fired_at: Mapped[datetime]
    worsened_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str]
    evaluation_id: Mapped[str]
    flapping_since: Mapped[int | None]


class TransitionRow(Table):
    """Only ever inserted; the key stops a second one of the same change."""

    __tablename__ = "transition"
    __table_args__ = (PrimaryKeyConstraint("incident_id", "change", "period_ends_on", name="pk_transition"),)

    incident_id: Mapped[str]
    change: Mapped[str]
    period_ends_on: Mapped[date]
    as_of: Mapped[date]
    severity: Mapped[str]
    ending: Mapped[str]
    evaluation_id: Mapped[str]
    at: Mapped[datetime]


class AckRow(Table):
    __tablename__ = "ack"
    __table_args__ = (PrimaryKeyConstraint("incident_id", "made_at", name="pk_ack"),)

    incident_id: Mapped[str]
    made_at: Mapped[datetime]
    author: Mapped[str]
    reason: Mapped[str]


class SnoozeRow(Table):
    __tablename__ = "snooze"
    __table_args__ = (PrimaryKeyConstraint("incident_id", "made_at", name="pk_snooze"),)

    incident_id: Mapped[str]
    made_at: Mapped[datetime]
    author: Mapped[str]
    reason: Mapped[str]
    until: Mapped[str]
    data_on: Mapped[date]
    expires_at: Mapped[datetime | None]


class SilenceRow(Table):
    __tablename__ = "silence"
    __table_args__ = (Index("ix_silence_expires_at", "expires_at"),)

    silence_id: Mapped[str] = mapped_column(primary_key=True)
    matchers: Mapped[list[Any]]
    author: Mapped[str]
    reason: Mapped[str]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class VerdictRow(Table):
    __tablename__ = "verdict"
    __table_args__ = (PrimaryKeyConstraint("incident_id", "recipient_id", name="pk_verdict"),)

    incident_id: Mapped[str]
    recipient_id: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]


class NoticeRow(Table):
    """What was said to whom. The key stops a second message that says the same."""

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["delivery_key"], ["delivery.key"], name="fk_notice_delivery_key"),
        Index("ix_notice_incident_id", "incident_id"),
        Index("ix_notice_thread", "thread"),
        Index("ix_notice_delivery_key", "delivery_key"),
        Index("ix_notice_recipient_id", "recipient_id"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str]
    kind: Mapped[str]
    data_on: Mapped[date]
    channel: Mapped[str]
    recipient_id: Mapped[str]
    thread: Mapped[str]
    delivery_key: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime]


class EscalationStepRow(Table):
    """Whom to ask next. Taken, or cancelled, by a change of a row that is still queued."""

    __tablename__ = "escalation_step"
    __table_args__ = (
        PrimaryKeyConstraint("incident_id", "position", name="pk_escalation_step"),
        partial_index("ix_escalation_step_due", "due_at", only=QUEUED),
    )

    incident_id: Mapped[str]
    position: Mapped[int]
    audience: Mapped[str]
    channel: Mapped[str]
    due_at: Mapped[datetime]
    reason: Mapped[str]
    unstaffed: Mapped[list[Any]]
    taken_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
