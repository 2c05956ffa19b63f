"""A ledger of files: a folder a run, each file written whole or not at all."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from distributor.ledger.errors import UnknownRunError
from distributor.ledger.records import (
    ArtifactRef,
    DeliveryRecord,
    DeliveryStatus,
    PackRecord,
    RunRecord,
    RunStatus,
)


class FolderLedger:
    """Keeps runs below ``folder``: run.json, plan.json, packs/*.json and attempts.jsonl for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run_folder(self, run_id: str) -> Path:
        """Return the run's folder; the snapshot and the figures lie there too."""
        return self.folder / run_id

    def open_run(self, run: RunRecord) -> None:
        self._write(self.run_folder(run.run_id) / "run.json", _plain(run))

    def run(self, run_id: str) -> RunRecord:
        path = self.run_folder(run_id) / "run.json"
        if not run_id or not path.is_file():
            raise UnknownRunError(run_id, tuple(run.run_id for run in self.runs()))
        return _run(json.loads(path.read_text("utf-8")))

    def runs(self, report: str | None = None) -> tuple[RunRecord, ...]:
        found = [_run(json.loads(path.read_text("utf-8"))) for path in self.folder.glob("*/run.json")]
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
        found = {}
        for path in sorted((self.run_folder(run_id) / "packs").glob("*.json")):
            raw = json.loads(path.read_text("utf-8"))
            refs = tuple(ArtifactRef(**ref) for ref in raw.pop("artifacts"))
            seconds = tuple((stage, cpu) for stage, cpu in raw.pop("seconds"))
            pack = PackRecord(**raw, artifacts=refs, seconds=seconds)
            found[pack.branch_id, pack.language] = pack
        return found

    def record_attempt(self, run_id: str, key: str, status: DeliveryStatus, reason: str = "") -> None:
        line = json.dumps({"key": key, "status": status, "reason": reason}, ensure_ascii=False)
        with (self.run_folder(run_id) / "attempts.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def deliveries(self, run_id: str) -> tuple[DeliveryRecord, ...]:
        folder = self.run_folder(run_id)
        if not self.is_planned(run_id):
            return ()
        plan = [_delivery(raw) for raw in json.loads((folder / "plan.json").read_text("utf-8"))]
        last = {attempt["key"]: attempt for attempt in _attempts(folder / "attempts.jsonl")}
        return tuple(_as_tried(delivery, last.get(delivery.key)) for delivery in plan)

    def _write(self, path: Path, content: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        os.replace(temporary, path)


def _attempts(path: Path) -> list[dict[str, Any]]:
    """Read the attempts; a last line that a crash cut short was never an answer, so it is left out."""
    if not path.is_file():
        return []
    *lines, rest = path.read_text("utf-8").split("\n")
    del rest
    return [json.loads(line) for line in lines if line]


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


def _delivery(raw: dict[str, Any]) -> DeliveryRecord:
    status, formats = DeliveryStatus(raw.pop("status")), tuple(raw.pop("formats"))
    return DeliveryRecord(**raw, status=status, formats=formats)
