"""Folders in a storage: whole or not there, fetched once, never changed on the way."""

import os
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from distributor.storage import FolderStorage, StorageError
from distributor.storage.kept_folder import KeptFolder, find_folder, own_cache, publish_folder, withdraw_folder


class CountingStorage(FolderStorage):
    """Counts what is fetched and put."""

    downloads: ClassVar[list[str]] = []
    uploads: ClassVar[list[str]] = []

    def download(self, name: str, path: Path) -> None:
        self.downloads.append(name)
        FolderStorage.download(self, name, path)

    def upload(self, path: Path, name: str) -> None:
        self.uploads.append(name)
        FolderStorage.upload(self, path, name)


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    CountingStorage.downloads.clear()
    CountingStorage.uploads.clear()
    return CountingStorage(folder=tmp_path / "storage")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {"index.json": "{}", "movement/frame_0.arrow": "figures"}.items():
        path = tmp_path / "measures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "measures"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return own_cache(tmp_path / "cache")


def test_folder_comes_back_whole_and_is_fetched_once(folder: Path, storage: CountingStorage, cache: Path) -> None:
    """The second process of a machine finds it there."""
    kept = publish_folder(folder, storage, "run-1/measures")

    first, second = kept.fetch(cache), kept.fetch(cache)

    assert first == second
    assert "figures" == (first / "movement" / "frame_0.arrow").read_text()
    assert 2 == len(storage.downloads)
    assert kept == find_folder(storage, "run-1/measures")


def test_folder_that_is_there_is_not_put_again(folder: Path, storage: CountingStorage) -> None:
    """A resumed run publishes nothing twice."""
    assert publish_folder(folder, storage, "run-1/measures") == publish_folder(folder, storage, "run-1/measures")
    assert 2 == len(storage.uploads)


def test_folder_without_its_list_is_not_there(folder: Path, storage: CountingStorage) -> None:
    """What a process that died had begun to publish does not pass for the whole."""
    storage.upload(folder / "index.json", "run-1/measures/index.json")

    assert find_folder(storage, "run-1/measures") is None


@pytest.mark.parametrize("changed", ["movement/frame_0.arrow", "files.json"])
def test_changed_folder_is_refused_and_leaves_nothing(
    folder: Path, storage: CountingStorage, cache: Path, changed: str
) -> None:
    """A file, or the list itself, that is not what was published is never mapped into memory."""
    kept = publish_folder(folder, storage, "run-1/measures")
    storage.write(f"run-1/measures/{changed}", b"{}")

    with pytest.raises(StorageError, match=rf"run-1/measures/{changed} in .* was changed after it was put there"):
        kept.fetch(cache)

    assert [".lock"] == os.listdir(cache)


def test_withdrawn_folder_is_gone(folder: Path, storage: CountingStorage) -> None:
    """Nothing is left of it, and of its neighbour everything."""
    publish_folder(folder, storage, "run-1/measures")
    publish_folder(folder, storage, "run-10/measures")

    withdraw_folder(storage, "run-1/measures")

    assert find_folder(storage, "run-1/measures") is None
    assert {"run-10"} == {one.name.partition("/")[0] for one in storage.files()}


def test_figures_that_nobody_uses_leave_the_cache(folder: Path, storage: CountingStorage, cache: Path) -> None:
    """What was last used more than a day ago goes when the next run comes; the new one stays."""
    old = publish_folder(folder, storage, "run-1/measures").fetch(cache)
    os.utime(old, (1, 1))
    (folder / "index.json").write_text("[]")

    new = publish_folder(folder, storage, "run-2/measures").fetch(cache)

    assert (False, True) == (old.exists(), new.exists())


def test_storage_where_the_folder_is_not_raises(storage: CountingStorage, cache: Path) -> None:
    """Nothing is made up for a folder that was removed."""
    with pytest.raises(FileNotFoundError):
        KeptFolder(storage=storage, name="run-1/measures", digest="0" * 64).fetch(cache)


def test_cache_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """A folder that others can write could hold anything, and so could a link to one."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path)

    for place in ("open", "link"):
        with pytest.raises(StorageError, match=r"Remove it, or name another one in config.toml, as cache under"):
            own_cache(tmp_path / place)


def test_cache_is_for_this_account_only(tmp_path: Path) -> None:
    """Nobody else of the machine reads the figures."""
    assert 0o700 == own_cache(tmp_path / "new").stat().st_mode & 0o777


def test_folders_are_told_apart_by_content(folder: Path, storage: CountingStorage) -> None:
    """The same files have the same digest under another name, changed ones another."""
    first = publish_folder(folder, storage, "run-1/measures")
    second = publish_folder(folder, storage, "run-2/measures")
    (folder / "index.json").write_text("[]")
    third = publish_folder(folder, storage, "run-3/measures")

    assert replace(first, name="run-2/measures") == second
    assert first.digest != third.digest
