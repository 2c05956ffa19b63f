"""The tables. Unique keys are the guarantees; the rest of the program only explains their refusals."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    text,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

# What is to be sent, and what is in hand, stands in indexes of its own: they are read from the front, however many
# other rows there are.
SENDABLE = "status IN ('queued', 'deferred', 'unconfirmed')"
CLAIMED = "lease_owner != ''"


class Text(TypeDecorator[str]):
    """A text of any content; texts come in the order of their characters, whatever the language of the server.

    What PostgreSQL, or UTF-8, has no way to hold is replaced: a transport's words may contain it, and must be recorded.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return None if value is None else str(value)
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


class Instant(TypeDecorator[datetime]):
    """An aware instant, UTC at rest; SQLite has no zones, so there it is stored without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("an instant without a zone cannot be stored")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def partial_index(name: str, *columns: str, only: str) -> Index:
    """Return an index over the rows of which a condition holds."""
    return Index(name, *columns, sqlite_where=text(only), postgresql_where=text(only))


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        str: Text,
        datetime: Instant,
        date: Date,
        list[Any]: JSON,
        dict[str, Any]: JSON,
    }


class OccurrenceRow(Table):
    """A fire time of a report. The key stops a double run, whoever else is scheduling."""

    __tablename__ = "occurrence"
    __table_args__ = (
        PrimaryKeyConstraint("report", "fire_key", name="pk_occurrence"),
        Index("ix_occurrence_status", "status", "fire_at"),
    )

    report: Mapped[str]
    fire_key: Mapped[str]
    fire_at: Mapped[datetime]
    period: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    run_id: Mapped[str]
    next_attempt_at: Mapped[datetime | None]


class WatermarkRow(Table):
    """Up to when the fire times of a report have become occurrences."""

    __tablename__ = "watermark"

    report: Mapped[str] = mapped_column(primary_key=True)
    seen_until_at: Mapped[datetime]


class RunRow(Table):
    __tablename__ = "run"
    __table_args__ = (Index("ix_run_report", "report", "started_at"), Index("ix_run_status", "status"))

    run_id: Mapped[str] = mapped_column(primary_key=True)
    report: Mapped[str]
    period: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date]
    spec_hash: Mapped[str]
    started_at: Mapped[datetime]
    status: Mapped[str]
    reason: Mapped[str]
    branch_ids: Mapped[list[Any]]
    test_address: Mapped[str]
    outbox: Mapped[str]
    owner: Mapped[str]
    sender: Mapped[dict[str, Any]]
    fire_at: Mapped[datetime | None]
    corrects: Mapped[str]
    approval: Mapped[str]
    approval_reason: Mapped[str]
    decided_by: Mapped[str]
    deadline_at: Mapped[datetime | None]
    remarks: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    stand_ins: Mapped[list[Any]]
    seconds: Mapped[dict[str, Any]]
    planned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class PackRow(Table):
    __tablename__ = "pack"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "branch_id", "language", name="pk_pack"),
        ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_pack_run_id"),
    )

    run_id: Mapped[str]
    branch_id: Mapped[str]
    language: Mapped[str]
    title: Mapped[str]
    artifacts: Mapped[list[Any]]
    error: Mapped[str]
    seconds: Mapped[list[Any]]
    content_hash: Mapped[str]
    size: Mapped[float | None]
    change: Mapped[float | None]
    warnings: Mapped[int]
    ways: Mapped[list[Any]]


class DeliveryRow(Table):
    """An intended delivery. Its key is made of run, branch, recipient and channel: planning it twice is one row."""

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_delivery_run_id"),
        Index("ix_delivery_run_id", "run_id", "status"),
        Index("ix_delivery_branch_id", "run_id", "branch_id"),
        partial_index("ix_delivery_due", "next_attempt_at", "position", only=SENDABLE),
        partial_index("ix_delivery_due_of_run", "run_id", "next_attempt_at", "position", only=SENDABLE),
        partial_index("ix_delivery_claimed", "lease_owner", only=CLAIMED),
        Index("ix_delivery_message_id", "message_id"),
        Index("ix_delivery_recipient_id", "recipient_id"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    run_id: Mapped[str]
    kind: Mapped[str]
    branch_id: Mapped[str]
    recipient_id: Mapped[str]
    recipient_name: Mapped[str]
    address: Mapped[str]
    channel: Mapped[str]
    formats: Mapped[list[Any]]
    language: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]
    message_id: Mapped[str]
    lease_owner: Mapped[str]
    lease_until_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]


class LetterRow(Table):
    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_root_key", "root_key"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    written_at: Mapped[datetime]
    artifacts: Mapped[list[Any]]
    relation: Mapped[str] = mapped_column(server_default="root")
    root_key: Mapped[str] = mapped_column(server_default=text("''"))


class AttemptRow(Table):
    """Only ever inserted."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key", "key", "attempt_id"), Index("ix_attempt_at", "at"))

    attempt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[str]
    reason: Mapped[str]
    code: Mapped[str]
    transport_id: Mapped[str]
    content_hash: Mapped[str]
    who: Mapped[str]
    seconds: Mapped[float]


class LeaseRow(Table):
    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    until_at: Mapped[datetime]


class SuppressionRow(Table):
    __tablename__ = "suppression"
    __table_args__ = (PrimaryKeyConstraint("channel", "address", name="pk_suppression"),)

    channel: Mapped[str]
    address: Mapped[str]
    reason: Mapped[str]
    since_at: Mapped[datetime]
    detail: Mapped[str]


class PreferenceRow(Table):
    __tablename__ = "preference"

    recipient_id: Mapped[str] = mapped_column(primary_key=True)
    muted_reports: Mapped[list[Any]]
    muted_channels: Mapped[list[Any]]
    changed_at: Mapped[datetime]


class ConsentRow(Table):
    __tablename__ = "consent"
    __table_args__ = (PrimaryKeyConstraint("recipient_id", "channel", name="pk_consent"),)

    recipient_id: Mapped[str]
    channel: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    source: Mapped[str]


class BounceRow(Table):
    __tablename__ = "bounce"
    __table_args__ = (Index("ix_bounce_address", "channel", "address"),)

    bounce_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]


class AuditRow(Table):
    """Only ever inserted."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"),)

    audit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]


def plain(table: type[Table]) -> SqlTable:
    """Return a table without its class: statements on it are quicker to do."""
    found = table.__table__
    assert isinstance(found, SqlTable)
    return found
