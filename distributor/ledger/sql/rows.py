"""Records as rows and back."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from types import NoneType
from typing import Any

from sqlalchemy import RowMapping

from distributor.ledger.records import (
    Approval,
    ArtifactRef,
    AttemptRecord,
    BounceRecord,
    DeliveryRecord,
    DeliveryStatus,
    Kind,
    LetterRecord,
    OccurrenceRecord,
    OccurrenceStatus,
    PackRecord,
    PreferenceRecord,
    Relation,
    RunRecord,
    RunStatus,
    Sender,
    SuppressionRecord,
)
from recipients.preferences import SuppressionReason


def row_of(record: Any) -> dict[str, Any]:
    """Return a record's fields as a row: texts, numbers, instants; what is nested as JSON holds it."""
    return {name: _plain(getattr(record, name)) for name in record.__dataclass_fields__}


# Most values of a plan of a hundred thousand rows are of these.
_AS_IT_IS = (NoneType, int, float, datetime, date)


def _plain(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    match value:
        case str():
            return str(value)
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case _ if is_dataclass(value):
            return row_of(value)
        case _:
            return value


def run_of(row: RowMapping) -> RunRecord:
    plain = _fields(RunRecord, row)
    return RunRecord(
        **{
            **plain,
            "status": RunStatus(plain["status"]),
            "approval": Approval(plain["approval"]),
            "branch_ids": tuple(plain["branch_ids"]),
            "remarks": tuple(plain["remarks"]),
            "findings": tuple(map(tuple, plain["findings"])),
            "stand_ins": tuple(map(tuple, plain["stand_ins"])),
            "sender": Sender(**plain["sender"]),
        }
    )


def pack_of(row: RowMapping) -> PackRecord:
    plain = _fields(PackRecord, row)
    return PackRecord(
        **{
            **plain,
            "artifacts": _refs(plain["artifacts"]),
            "seconds": tuple((stage, cpu) for stage, cpu in plain["seconds"]),
            "ways": tuple((document, way) for document, way in plain["ways"]),
        }
    )


def delivery_of(row: RowMapping) -> DeliveryRecord:
    plain = _fields(DeliveryRecord, row)
    return DeliveryRecord(
        **{
            **plain,
            "status": DeliveryStatus(plain["status"]),
            "kind": Kind(plain["kind"]),
            "formats": tuple(plain["formats"]),
        }
    )


def letter_of(row: RowMapping) -> LetterRecord:
    plain = _fields(LetterRecord, row)
    relation = Relation(plain["relation"])
    return LetterRecord(**{**plain, "artifacts": _refs(plain["artifacts"]), "relation": relation})


def attempt_of(row: RowMapping) -> AttemptRecord:
    plain = _fields(AttemptRecord, row)
    return AttemptRecord(**{**plain, "status": DeliveryStatus(plain["status"])})


def occurrence_of(row: RowMapping) -> OccurrenceRecord:
    plain = _fields(OccurrenceRecord, row)
    return OccurrenceRecord(**{**plain, "status": OccurrenceStatus(plain["status"])})


def suppression_of(row: RowMapping) -> SuppressionRecord:
    plain = _fields(SuppressionRecord, row)
    return SuppressionRecord(**{**plain, "reason": SuppressionReason(plain["reason"])})


def preference_of(row: RowMapping) -> PreferenceRecord:
    plain = _fields(PreferenceRecord, row)
    return PreferenceRecord(
        **{
            **plain,
            "muted_reports": tuple(plain["muted_reports"]),
            "muted_channels": tuple(plain["muted_channels"]),
        }
    )


def bounce_of(row: RowMapping) -> BounceRecord:
    return BounceRecord(**_fields(BounceRecord, row))


def _fields(record: Any, row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in record.__dataclass_fields__}


def _refs(raw: list[dict[str, Any]]) -> tuple[ArtifactRef, ...]:
    return tuple(ArtifactRef(**ref) for ref in raw)
