"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_SENDABLE = sa.text("status IN ('queued', 'deferred', 'unconfirmed')")
_CLAIMED = sa.text("lease_owner != ''")


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("attempt_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("transport_id", _TEXT, nullable=False),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_at", "attempt", ["at"], unique=False)
    op.create_index("ix_attempt_key", "attempt", ["key", "attempt_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "bounce",
        sa.Column("bounce_id", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bounce_id", name=op.f("pk_bounce")),
    )
    op.create_index("ix_bounce_address", "bounce", ["channel", "address"], unique=False)
    op.create_table(
        "consent",
        sa.Column("recipient_id", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "channel", name="pk_consent"),
    )
    op.create_table(
        "lease",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "letter",
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("artifacts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_letter")),
    )
    op.create_table(
        "occurrence",
        sa.Column("report", _TEXT, nullable=False),
        sa.Column("fire_key", _TEXT, nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("report", "fire_key", name="pk_occurrence"),
    )
    op.create_index("ix_occurrence_status", "occurrence", ["status", "fire_at"], unique=False)
    op.create_table(
        "preference",
        sa.Column("recipient_id", _TEXT, nullable=False),
        sa.Column("muted_reports", sa.JSON(), nullable=False),
        sa.Column("muted_channels", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", name=op.f("pk_preference")),
    )
    op.create_table(
        "run",
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("report", _TEXT, nullable=False),
        sa.Column("period", _TEXT, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("spec_hash", _TEXT, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("branch_ids", sa.JSON(), nullable=False),
        sa.Column("test_address", _TEXT, nullable=False),
        sa.Column("outbox", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("sender", sa.JSON(), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrects", _TEXT, nullable=False),
        sa.Column("approval", _TEXT, nullable=False),
        sa.Column("approval_reason", _TEXT, nullable=False),
        sa.Column("decided_by", _TEXT, nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("stand_ins", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
    )
    op.create_index("ix_run_report", "run", ["report", "started_at"], unique=False)
    op.create_index("ix_run_status", "run", ["status"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_suppression"),
    )
    op.create_table(
        "watermark",
        sa.Column("report", _TEXT, nullable=False),
        sa.Column("seen_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_watermark")),
    )
    op.create_table(
        "delivery",
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("branch_id", _TEXT, nullable=False),
        sa.Column("recipient_id", _TEXT, nullable=False),
        sa.Column("recipient_name", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("formats", sa.JSON(), nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", _TEXT, nullable=False),
        sa.Column("lease_owner", _TEXT, nullable=False),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_delivery_run_id"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_delivery")),
    )
    for name, columns, only in (
        ("ix_delivery_due", ["next_attempt_at", "position"], _SENDABLE),
        ("ix_delivery_due_of_run", ["run_id", "next_attempt_at", "position"], _SENDABLE),
        ("ix_delivery_claimed", ["lease_owner"], _CLAIMED),
    ):
        op.create_index(name, "delivery", columns, sqlite_where=only, postgresql_where=only)
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"], unique=False)
    op.create_index("ix_delivery_recipient_id", "delivery", ["recipient_id"], unique=False)
    op.create_index("ix_delivery_branch_id", "delivery", ["run_id", "branch_id"], unique=False)
    op.create_index("ix_delivery_run_id", "delivery", ["run_id", "status"], unique=False)
    op.create_table(
        "pack",
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("branch_id", _TEXT, nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("artifacts", sa.JSON(), nullable=False),
        sa.Column("error", _TEXT, nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("size", sa.Double(), nullable=True),
        sa.Column("change", sa.Double(), nullable=True),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_pack_run_id"),
        sa.PrimaryKeyConstraint("run_id", "branch_id", "language", name="pk_pack"),
    )
