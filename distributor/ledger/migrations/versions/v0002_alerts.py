"""Incidents of alert rules, what people said about them, and who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_AT = sa.DateTime(timezone=True)
_QUEUED = sa.text("taken_at IS NULL AND cancelled_at IS NULL")
_FIRING = sa.text("phase = 'firing'")


def upgrade() -> None:
    op.add_column("letter", sa.Column("relation", _TEXT, nullable=False, server_default="root"))
    op.add_column("letter", sa.Column("root_key", _TEXT, nullable=False, server_default=sa.text("''")))
    op.create_index("ix_letter_root_key", "letter", ["root_key"])
    _states()
    _annotations()
    _told()


def _states() -> None:
    op.create_table(
        "rule_state",
        sa.Column("rule", _TEXT, nullable=False),
        sa.Column("evaluation_id", _TEXT, nullable=False),
        sa.Column("states", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_rule_state"),
    )
    op.create_table(
        "incident",
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("rule", _TEXT, nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("family", _TEXT, nullable=False),
        sa.Column("metric", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("entity_id", _TEXT, nullable=False),
        sa.Column("region_id", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("phase", _TEXT, nullable=False),
        sa.Column("excess", sa.Double(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("data_on", sa.Date(), nullable=False),
        sa.Column("times_in_12_months", sa.Integer(), nullable=False),
        sa.Column("fired_at", _AT, nullable=False),
        sa.Column("worsened_at", _AT, nullable=True),
        sa.Column("changed_at", _AT, nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        sa.Column("ending", _TEXT, nullable=False),
        sa.Column("evaluation_id", _TEXT, nullable=False),
        sa.Column("flapping_since", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("incident_id", name="pk_incident"),
    )
    op.create_index("ix_incident_key", "incident", ["key", "episode"])
    op.create_index("ix_incident_changed_at", "incident", ["changed_at"])
    op.create_index("ix_incident_firing", "incident", ["fired_at"], sqlite_where=_FIRING, postgresql_where=_FIRING)
    op.create_table(
        "transition",
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("change", _TEXT, nullable=False),
        sa.Column("period_ends_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("ending", _TEXT, nullable=False),
        sa.Column("evaluation_id", _TEXT, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "change", "period_ends_on", name="pk_transition"),
    )


def _annotations() -> None:
    op.create_table(
        "ack",
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("author", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "made_at", name="pk_ack"),
    )
    op.create_table(
        "snooze",
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("author", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("until", _TEXT, nullable=False),
        sa.Column("data_on", sa.Date(), nullable=False),
        sa.Column("expires_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("incident_id", "made_at", name="pk_snooze"),
    )
    op.create_table(
        "silence",
        sa.Column("silence_id", _TEXT, nullable=False),
        sa.Column("matchers", sa.JSON(), nullable=False),
        sa.Column("author", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("starts_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("silence_id", name="pk_silence"),
    )
    op.create_index("ix_silence_expires_at", "silence", ["expires_at"])
    op.create_table(
        "verdict",
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("recipient_id", _TEXT, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "recipient_id", name="pk_verdict"),
    )


def _told() -> None:
    op.create_table(
        "notice",
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("data_on", sa.Date(), nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("recipient_id", _TEXT, nullable=False),
        sa.Column("thread", _TEXT, nullable=False),
        sa.Column("delivery_key", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("decided_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["delivery_key"], ["delivery.key"], name="fk_notice_delivery_key"),
        sa.PrimaryKeyConstraint("key", name="pk_notice"),
    )
    for column in ("incident_id", "thread", "delivery_key", "recipient_id"):
        op.create_index(f"ix_notice_{column}", "notice", [column])
    op.create_table(
        "escalation_step",
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("audience", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("unstaffed", sa.JSON(), nullable=False),
        sa.Column("taken_at", _AT, nullable=True),
        sa.Column("cancelled_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("incident_id", "position", name="pk_escalation_step"),
    )
    op.create_index(
        "ix_escalation_step_due", "escalation_step", ["due_at"], sqlite_where=_QUEUED, postgresql_where=_QUEUED
    )
