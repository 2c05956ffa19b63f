"""A ledger of files: a folder a run, each file written whole or not at all."""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from distributor.ledger.errors import LedgerError, RunInHandError, UnknownRunError
from distributor.ledger.records import (
    ArtifactRef,
    DeliveryRecord,
    DeliveryStatus,
    PackRecord,
    RunRecord,
    RunStatus,
)

Record = TypeVar("Record")


class FolderLedger:
    """Keeps runs below ``folder``: run.json, plan.json, packs/*.json and attempts.jsonl for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run_folder(self, run_id: str) -> Path:
        """Return the run's folder; the snapshot and the figures lie there too."""
        return self.folder / run_id

    @contextmanager
    def in_hand(self, run_id: str) -> Iterator[None]:
        # The system takes the lock back when the process ends, however it ends, so none is ever left over.
        with (self.run_folder(run_id) / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunInHandError(run_id) from error
            yield

    def open_run(self, run: RunRecord) -> None:
        self._write(self.run_folder(run.run_id) / "run.json", _plain(run))

    def run(self, run_id: str) -> RunRecord:
        path = self.run_folder(run_id) / "run.json"
        # An id is a folder's name and nothing else: "../other" is no run of this ledger.
        if Path(run_id).name != run_id or not path.is_file():
            raise UnknownRunError(run_id, tuple(run.run_id for run in self.runs()))
        return _read(path, _run)

    def runs(self, report: str | None = None) -> tuple[RunRecord, ...]:
        found = [_read(path, _run) for path in self.folder.glob("*/run.json")]
        kept = [run for run in found if report in (None, run.report)]
        return tuple(sorted(kept, key=lambda run: (run.started_at, run.run_id)))

    def record_status(self, run_id: str, status: RunStatus, reason: str = "") -> None:
        self.open_run(replace(self.run(run_id), status=status, reason=reason))

    def record_plan(self, run_id: str, deliveries: Iterable[DeliveryRecord]) -> None:
        self._write(self.run_folder(run_id) / "plan.json", [_plain(delivery) for delivery in deliveries])

    def is_planned(self, run_id: str) -> bool:
        return (self.run_folder(run_id) / "plan.json").is_file()

    def record_pack(self, run_id: str, pack: PackRecord) -> None:
        # Branch ids are the organisation's own and may hold any sign, so the file is named by their hash.
        name = sha256(f"{pack.branch_id}\x1f{pack.language}".encode()).hexdigest()[:32]
        self._write(self.run_folder(run_id) / "packs" / f"{name}.json", _plain(pack))

    def packs(self, run_id: str) -> dict[tuple[str, str], PackRecord]:
        found = [_read(path, _pack) for path in sorted((self.run_folder(run_id) / "packs").glob("*.json"))]
        return {(pack.branch_id, pack.language): pack for pack in found}

    def record_attempt(self, run_id: str, key: str, status: DeliveryStatus, reason: str = "") -> None:
        line = json.dumps({"key": key, "status": status, "reason": reason}, ensure_ascii=False)
        with (self.run_folder(run_id) / "attempts.jsonl").open("ab+") as file:
            _cut_half_line(file)
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())  # what was accepted must be known after a power cut too, or it is sent again

    def deliveries(self, run_id: str) -> tuple[DeliveryRecord, ...]:
        folder = self.run_folder(run_id)
        if not self.is_planned(run_id):
            return ()
        last = {attempt["key"]: attempt for attempt in _attempts(folder / "attempts.jsonl")}
        plan = _read(folder / "plan.json", lambda rows: [_delivery(raw) for raw in rows])
        return tuple(_as_tried(delivery, last.get(delivery.key)) for delivery in plan)

    def _write(self, path: Path, content: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.write(json.dumps(content, ensure_ascii=False, indent=1))
                file.flush()
                os.fsync(file.fileno())  # else a power cut may leave the new name with no content
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def _read(path: Path, parse: Callable[[Any], Record]) -> Record:
    try:
        return parse(json.loads(path.read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError.unreadable(path, f"{type(error).__name__}, {error}") from error


def _attempts(path: Path) -> list[dict[str, Any]]:
    """Read the attempts; a last line that a crash cut short was never an answer, so it is left out."""
    if not path.is_file():
        return []
    *lines, _ = path.read_bytes().split(b"\n")  # as bytes: the cut may lie within a letter
    try:
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise LedgerError.unreadable(path, str(error)) from error


def _cut_half_line(file: BinaryIO) -> None:
    """Take off a last line that a crash cut short, lest the next one be glued to it."""
    end = file.seek(0, os.SEEK_END)
    if not end:
        return
    file.seek(end - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)


def _as_tried(delivery: DeliveryRecord, attempt: dict[str, Any] | None) -> DeliveryRecord:
    if attempt is None:
        return delivery
    return replace(delivery, status=DeliveryStatus(attempt["status"]), reason=attempt["reason"])


def _plain(record: Any) -> dict[str, Any]:
    return {key: _text(value) for key, value in asdict(record).items()}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _run(raw: dict[str, Any]) -> RunRecord:
    return RunRecord(
        from_on=date.fromisoformat(raw.pop("from_on")),
        to_on=date.fromisoformat(raw.pop("to_on")),
        started_at=datetime.fromisoformat(raw.pop("started_at")),
        status=RunStatus(raw.pop("status")),
        branch_ids=tuple(raw.pop("branch_ids")),
        **raw,
    )


def _pack(raw: dict[str, Any]) -> PackRecord:
    refs = tuple(ArtifactRef(**ref) for ref in raw.pop("artifacts"))
    seconds = tuple((stage, cpu) for stage, cpu in raw.pop("seconds"))
    ways = tuple((document, way) for document, way in raw.pop("ways", ()))
    return PackRecord(**raw, artifacts=refs, seconds=seconds, ways=ways)


def _delivery(raw: dict[str, Any]) -> DeliveryRecord:
    status, formats = DeliveryStatus(raw.pop("status")), tuple(raw.pop("formats"))
    return DeliveryRecord(**raw, status=status, formats=formats)
