"""A snapshot: taken once for a run, then read by every worker from the same memory-mapped files."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from distributor.catalogue.models import DatasetSpec
from distributor.snapshot.columns import prepare_columns
from distributor.snapshot.errors import SnapshotError
from distributor.snapshot.manifest import MANIFEST_NAME, Control, DatasetRecord, Manifest, sha256_file, sha256_text
from distributor.sources.parameters import parameter_names
from distributor.sources.port import Source, SourceSession

_ROWS_OF_A_BATCH = 131_072


class Verify(StrEnum):
    """How far :func:`load_snapshot` checks the files against the manifest."""

    CONTENT = "content"  # every byte, by sha256: once, where a run starts or is resumed
    SIZE = "size"  # existence and size only: in each worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The datasets of one run, as files."""

    folder: Path
    manifest: Manifest

    @property
    def snapshot_id(self) -> str:
        return self.manifest.snapshot_id

    @property
    def taken_at(self) -> datetime:
        return self.manifest.taken_at

    @property
    def datasets(self) -> Mapping[str, DatasetRecord]:
        return self.manifest.datasets

    @property
    def source_at(self) -> datetime | None:
        """The oldest state that any source showed: the figures are at least as new as this."""
        return min((one.source_at for one in self.datasets.values() if one.source_at is not None), default=None)

    def rows(self) -> dict[str, int]:
        """Return the number of rows of each dataset, for the next run's comparison."""
        return {name: one.rows for name, one in self.datasets.items()}

    def table(self, dataset: str) -> pa.Table:
        """Return a dataset's rows; its memory is the file's, shared with all processes that read it.

        Raises:
            SnapshotError: No such dataset, or its file is missing.
        """
        if dataset not in self.datasets:
            raise SnapshotError(dataset, f"is not in it. Known: {', '.join(self.datasets)}.")
        try:
            with pa.memory_map(str(self.path(dataset))) as stream:
                return pa.ipc.open_file(stream).read_all()
        except (OSError, pa.ArrowInvalid) as error:
            raise SnapshotError(dataset, f"its file cannot be read: {error}. Take the snapshot again.") from error

    def path(self, dataset: str) -> Path:
        return self.folder / f"{dataset}.arrow"


def take_snapshot(
    datasets: Mapping[str, DatasetSpec],
    sql: Mapping[str, str],
    sources: Mapping[str, Source],
    *,
    params: Mapping[str, date],
    folder: Path,
    now: datetime,
) -> Snapshot:
    """Read each dataset once, for all branches, and write it to *folder*.

    All datasets of a source are read in one session, so that they show one state of it where the source can do that;
    the control figures of their reconcile checks as well. The manifest is written last: a folder without it holds no
    snapshot, whatever else lies there.

    Args:
        datasets: Specs by name.
        sql: The query of each dataset; may use the parameters.
        sources: By the name that the specs use.
        params: ``from`` and ``to`` (half-open window) and ``as_of``.
        folder: Made if needed.
        now: When the snapshot is taken (aware).

    Raises:
        SourceError: A source cannot be read.
        SnapshotDataError: A result lacks promised columns, or holds texts that are no dates.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST_NAME).unlink(missing_ok=True)
    records: dict[str, DatasetRecord] = {}
    for source_name in dict.fromkeys(spec.source for spec in datasets.values()):
        own = {name: spec for name, spec in datasets.items() if spec.source == source_name}
        with _source(source_name, sources, next(iter(own))).open() as session:
            for name, spec in own.items():
                records[name] = _read_dataset(session, name, spec, sql[name], params=params, folder=folder, now=now)
    manifest = Manifest(
        taken_at=now,
        params={name: value.isoformat() for name, value in params.items()},
        datasets={name: records[name] for name in datasets},
    )
    with _replacing(folder / MANIFEST_NAME) as path:
        path.write_text(manifest.to_json(), encoding="utf-8")
    return Snapshot(folder=folder, manifest=manifest)


def load_snapshot(folder: Path, *, verify: Verify = Verify.CONTENT) -> Snapshot:
    """Open a snapshot that was taken before.

    Raises:
        SnapshotError: No snapshot there, or a file that is missing or not as it was written; names the dataset.
    """
    try:
        manifest = Manifest.from_json((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SnapshotError("(all)", f"{folder} holds no finished snapshot. Take it again.") from error
    except ValueError as error:
        raise SnapshotError("(all)", f"{folder / MANIFEST_NAME} is not a manifest: {error}. Take it again.") from error
    snapshot = Snapshot(folder=folder, manifest=manifest)
    for name, record in manifest.datasets.items():
        _verify(snapshot.path(name), name, record, verify)
    return snapshot


def read_control(session: SourceSession, sql: str, params: Mapping[str, date]) -> Control:
    """Read the control figure of a reconcile check: one row with one column."""
    table = session.query(sql, {name: params[name] for name in parameter_names(sql) & set(params)})
    digest = sha256_text(sql)
    if (table.num_rows, table.num_columns) != (1, 1):
        fault = f"gave {table.num_rows} rows of {table.num_columns} columns instead of one figure"
        return Control(sql_sha256=digest, value=None, fault=fault)
    value = table.column(0)[0].as_py()
    return Control(sql_sha256=digest, value=None if value is None else str(value))


def _source(name: str, sources: Mapping[str, Source], dataset: str) -> Source:
    if name not in sources:
        known = ", ".join(sources) or "none"
        raise SnapshotError(dataset, f'its source "{name}" is not in config.toml. Known: {known}.')
    return sources[name]


def _read_dataset(
    session: SourceSession,
    name: str,
    spec: DatasetSpec,
    sql: str,
    *,
    params: Mapping[str, date],
    folder: Path,
    now: datetime,
) -> DatasetRecord:
    result = session.query(sql, {key: params[key] for key in parameter_names(sql) & set(params)})
    table = prepare_columns(result, spec, dataset=name)
    path = folder / f"{name}.arrow"
    _write(table, path)
    return DatasetRecord(
        source=spec.source,
        sql_sha256=sha256_text(sql),
        rows=table.num_rows,
        columns={field.name: str(field.type) for field in table.schema},
        source_at=session.source_time(),
        read_at=now,
        sha256=sha256_file(path),
        size_bytes=path.stat().st_size,
        controls=tuple(read_control(session, check.sql, params) for check in spec.checks.reconcile),
    )


def _write(table: pa.Table, path: Path) -> None:
    """Write an Arrow IPC file, not compressed.

    Only buffers that lie in the file as they are used can be memory-mapped: all workers then share one copy in the
    page cache and open a dataset in no time. Compressed, each worker would unpack its own.
    """
    with (
        _replacing(path) as temporary,
        pa.OSFile(str(temporary), "wb") as stream,
        pa.ipc.new_file(stream, table.schema) as writer,
    ):
        # Fixed batches, so that the same rows give the same bytes however the source delivered them.
        writer.write_table(table.combine_chunks(), max_chunksize=_ROWS_OF_A_BATCH)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; when the block ends well, the file takes the place of *path* in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _verify(path: Path, dataset: str, record: DatasetRecord, verify: Verify) -> None:
    if not path.is_file():
        raise SnapshotError(dataset, f"its file {path} is missing. Take the snapshot again.")
    changed = path.stat().st_size != record.size_bytes
    if changed or (verify is Verify.CONTENT and sha256_file(path) != record.sha256):
        raise SnapshotError(dataset, f"its file {path} was changed after it was written. Take the snapshot again.")
