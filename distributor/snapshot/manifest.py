"""What a snapshot holds and where it came from, written beside its files as manifest.json."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

MANIFEST_NAME = "manifest.json"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control figure of a reconcile check, read in the same session as the dataset.

    Attributes:
        sql_sha256: Which query gave it.
        value: The figure as text, None for SQL's NULL.
        fault: Why there is no figure, if the query did not give one row with one column.
    """

    sql_sha256: str
    value: str | None
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecord:
    """One dataset of a snapshot.

    Attributes:
        columns: Name and Arrow type of each column.
        source_at: The instant whose state the source showed, if it can say.
        read_at: When the snapshot was taken.
        sha256: Of the file's bytes.
    """

    source: str
    sql_sha256: str
    rows: int
    columns: Mapping[str, str]
    source_at: datetime | None
    read_at: datetime
    sha256: str
    size_bytes: int
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    taken_at: datetime
    params: Mapping[str, str]
    datasets: Mapping[str, DatasetRecord]

    @property
    def snapshot_id(self) -> str:
        """Hash of what was asked and what came: the same data give the same id, whenever they were read."""
        content = {
            "format": FORMAT_VERSION,
            "params": dict(self.params),
            "datasets": {name: (one.sql_sha256, one.sha256) for name, one in self.datasets.items()},
        }
        return sha256_text(json.dumps(content, sort_keys=True))[:16]

    def to_json(self) -> str:
        document = {"format": FORMAT_VERSION, "snapshot_id": self.snapshot_id, **asdict(self)}
        return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, default=_plain)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: Not such a text, or its id does not fit its content.
        """
        try:
            document = json.loads(text)
            manifest = cls(
                taken_at=datetime.fromisoformat(document["taken_at"]),
                params=document["params"],
                datasets={name: _record(one) for name, one in document["datasets"].items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it lacks {error}") from error
        if manifest.snapshot_id != document.get("snapshot_id"):
            raise ValueError("its id does not fit its content")
        return manifest


def sha256_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")


def _record(document: dict[str, Any]) -> DatasetRecord:
    source_at = document["source_at"]
    return DatasetRecord(
        **{
            **document,
            "source_at": None if source_at is None else datetime.fromisoformat(source_at),
            "read_at": datetime.fromisoformat(document["read_at"]),
            "controls": tuple(Control(**control) for control in document["controls"]),
        }
    )
