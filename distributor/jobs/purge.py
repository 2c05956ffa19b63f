"""The end of old records: documents, snapshots and figures go, single tries go, addresses become pseudonyms.

The ledger forgets first and files go afterwards, so that whatever is referred to is there at any moment; what a crash
leaves in between is found as left over the next time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from distributor.errors import RunError
from distributor.jobs.application import Application
from distributor.jobs.pseudonyms import make_pseudonym
from distributor.jobs.run_folders import folder_size, is_half_removed, remove_folder
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import AuditRecord, Kind, RunRecord
from distributor.ledger.states import ENDED
from distributor.storage import Storage

# A file is put before the ledger refers to it: what was put so lately is not left over yet.
_GRACE = timedelta(days=1)


class What(StrEnum):
    """What a purge ends."""

    documents = "documents"  # files of packs and letters
    run_folders = "run folders"  # snapshots and figures
    previews = "previews"
    left_over = "left over"  # files that nothing refers to: of a process that crashed
    attempts = "attempts"
    incidents = "incidents"  # of alert rules, with who was told and what was said of them
    addresses = "addresses"  # deliveries whose address and name are replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much of one kind goes; ``before`` is the instant up to which, None where age plays no part."""

    what: What
    number: int
    size_bytes: int = 0
    before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What would go, or has gone."""

    parts: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        return sum(part.size_bytes for part in self.parts)

    @property
    def is_empty(self) -> bool:
        return not any(part.number for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Up to when each kind of record is kept no longer."""

    artifacts: datetime
    attempts: datetime
    addresses: datetime
    left_over: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Old:
    """A file or a folder that goes; ``remove`` raises FileNotFoundError when another purge was faster."""

    what: What
    size_bytes: int
    remove: Callable[[], bool | None]


def plan_purge(app: Application) -> Purge:
    """Return what a purge would end now; nothing is changed."""
    limits = _limits(app)
    all_refs = app.ledger.artifact_refs()
    kept = app.ledger.artifact_refs(since=limits.artifacts) | _refs_of_unended(app, limits.artifacts)
    old = (*_old_files(app, limits, forgotten=_names(app, all_refs - kept), kept=_names(app, kept)),
           *_old_folders(app, limits))  # fmt: skip
    rows = {
        What.attempts: app.ledger.forget_attempts(before=limits.attempts, dry=True),
        What.incidents: app.ledger.forget_incidents(before=limits.attempts, dry=True),
        What.addresses: app.ledger.pseudonymise(str, before=limits.addresses, dry=True),
    }
    return _counted(old, limits, rows)


def carry_out_purge(app: Application, *, who: str) -> Purge:
    """End what is older than config.toml allows. Runs that have not ended lose nothing.

    Returns:
        What has gone.

    Raises:
        RunError: A file or folder cannot be removed; what went before it has gone, the rest goes the next time.
    """
    limits = _limits(app)
    before = app.ledger.artifact_refs()
    app.ledger.forget_packs(before=limits.artifacts, dry=False)
    kept = app.ledger.artifact_refs()
    forgotten, still = _names(app, before - kept), _names(app, kept)
    old = (*_old_files(app, limits, forgotten=forgotten, kept=still), *_old_folders(app, limits))
    gone = tuple(one for one in old if _is_removed(one))
    rows = {
        What.attempts: app.ledger.forget_attempts(before=limits.attempts, dry=False),
        What.incidents: app.ledger.forget_incidents(before=limits.attempts, dry=False),
        What.addresses: app.ledger.pseudonymise(make_pseudonym(app), before=limits.addresses, dry=False),
    }
    purge = _counted(gone, limits, rows)
    told = ", ".join(f"{part.number} {part.what}" for part in purge.parts if part.number) or "nothing was old enough"
    app.ledger.record_audit(AuditRecord(at=app.clock.now(), who=who, action="purge", subject="", reason=told))
    return purge


def _limits(app: Application) -> _Limits:
    now, keep = app.clock.now(), app.settings.retention
    return _Limits(
        artifacts=now - timedelta(days=keep.artifacts_days),
        attempts=now - timedelta(days=keep.attempts_days),
        addresses=now - timedelta(days=keep.addresses_days),
        left_over=now - _GRACE,
    )


def _refs_of_unended(app: Application, before: datetime) -> set[tuple[str, str]]:
    """Return the files of old runs that still wait for something."""
    refs: set[tuple[str, str]] = set()
    for run in app.ledger.runs():
        if run.started_at >= before or run.status in ENDED:
            continue
        for pack in app.ledger.packs(run.run_id).values():
            refs |= {(ref.address, pack.branch_id) for ref in pack.artifacts}
        for delivery in app.ledger.deliveries(DeliveryFilter(run_id=run.run_id)):
            if delivery.kind is not Kind.pack:
                letter = app.ledger.letter(delivery.key)
                refs |= {(ref.address, delivery.branch_id) for ref in letter.artifacts}
    return refs


def _names(app: Application, refs: set[tuple[str, str]]) -> set[str]:
    return {app.store.name(address, branch_id) for address, branch_id in refs}


def _old_files(app: Application, limits: _Limits, *, forgotten: set[str], kept: set[str]) -> Iterator[_Old]:
    used_before_s = limits.left_over.timestamp()
    for file in app.store.files():
        if file.name not in kept and file.used_at_s < used_before_s:
            what = What.documents if file.name in forgotten else What.left_over
            remove = partial(_remove_unused, app.store.storage, file.name, used_before_s=used_before_s)
            yield _Old(what=what, size_bytes=file.size_bytes, remove=remove)


def _old_folders(app: Application, limits: _Limits) -> Iterator[_Old]:
    runs = {run.run_id: run for run in app.ledger.runs()}
    for run in runs.values():
        size_bytes = app.runs.size_bytes(run.run_id) if _is_old(run, limits) else None
        if size_bytes is not None:
            remove = partial(app.runs.remove, run.run_id)
            yield _Old(what=What.run_folders, size_bytes=size_bytes, remove=remove)
    evaluations, previews = app.evaluations_folder, app.settings.store.path / "previews"
    for folder in sorted(evaluations.iterdir()) if evaluations.is_dir() else ():
        known = runs.get(folder.name)
        if known is not None and _is_old(known, limits):
            yield _old_folder(What.run_folders, folder)
        # An evaluation is recorded last; one that another overtook, or that was killed, has left its folder alone.
        if known is None and not is_half_removed(folder) and folder.stat().st_mtime < limits.left_over.timestamp():
            yield _old_folder(What.left_over, folder)
    for place in (app.runs.folder, evaluations):
        for folder in sorted(place.iterdir()) if place.is_dir() else ():
            if is_half_removed(folder):
                yield _old_folder(What.left_over, folder)
    for folder in sorted(previews.iterdir()) if previews.is_dir() else ():
        if folder.is_dir() and folder.stat().st_mtime < limits.artifacts.timestamp():
            yield _old_folder(What.previews, folder)


def _old_folder(what: What, folder: Path) -> _Old:
    return _Old(what=what, size_bytes=folder_size(folder), remove=partial(remove_folder, folder))


def _is_old(run: RunRecord, limits: _Limits) -> bool:
    return run.started_at < limits.artifacts and run.status in ENDED


def _is_removed(one: _Old) -> bool:
    """Remove a file or a folder. Whether it was still to go."""
    try:
        return one.remove() is not False
    except FileNotFoundError:  # another purge was faster
        return False
    except OSError as error:
        raise RunError(f"{error.filename} cannot be removed: {error.strerror}. Correct its permissions.") from error


def _remove_unused(storage: Storage, name: str, *, used_before_s: float) -> bool:
    """Remove a file, unless a run has put the same file again meanwhile."""
    now = storage.file(name)
    if now is None or now.used_at_s >= used_before_s:
        return False
    storage.remove(name)
    return True


def _counted(old: tuple[_Old, ...], limits: _Limits, rows: Mapping[What, int]) -> Purge:
    before = {
        What.left_over: None,
        What.attempts: limits.attempts,
        What.incidents: limits.attempts,
        What.addresses: limits.addresses,
    }
    files = tuple(
        Part(
            what=what,
            number=sum(one.what is what for one in old),
            size_bytes=sum(one.size_bytes for one in old if one.what is what),
            before=before.get(what, limits.artifacts),
        )
        for what in (What.documents, What.run_folders, What.previews, What.left_over)
    )
    return Purge(parts=(*files, *(Part(what=what, number=rows[what], before=before[what]) for what in rows)))
